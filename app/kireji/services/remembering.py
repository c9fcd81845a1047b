"""Dictionaries that forget what was used longest ago."""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeVar

_KEPT = 200

_K = TypeVar("_K")
_V = TypeVar("_V")


def remember(kept: OrderedDict[_K, _V], key: _K, value: _V, most: int = _KEPT) -> _V:
    """Put a value in, and let the oldest go when there are more than `most`; gives the value."""
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > most:
        kept.popitem(last=False)
    return value
