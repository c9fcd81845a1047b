"""How many tokens the files of a folder take, without reading them all: by samples of each kind of file. May block."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import msgspec

from kireji.core.documents import text_of
from kireji.core.errors import DocumentError
from kireji.core.source_names import PDF_ENDING, ending_of
from kireji.core.sources import Entry
from kireji.core.tokens import Family, measured, typical
from kireji.core.words import say
from kireji.sources.reading import bytes_of

_MOST_KINDS = 60
_OF_A_KIND = 3
_READ = 4096
_USUAL, _LEAST = 0.27, 0.04
"""Tokens for each byte; the least, so that what seems to take nothing is not read without end."""
_OF_PDF = 0.015


def sampled(top: str, entries: Sequence[Entry], stopped: Callable[[], bool] = lambda: False) -> tuple[Entry, ...]:
    """The entries with better estimates; a kind that takes most room is looked at first.

    Args:
        top: The folder, with every link followed.
        entries: With usual estimates.
        stopped: Whether nobody waits for it any more.
    """
    kinds: dict[str, list[int]] = {}
    for place, entry in enumerate(entries):
        if not entry.problem:
            kinds.setdefault(ending_of(entry.name), []).append(place)
    sizes = {kind: sum(entries[place].size for place in places) for kind, places in kinds.items()}
    found = list(entries)
    for kind in sorted(kinds, key=lambda one: (-sizes[one], one))[:_MOST_KINDS]:
        if stopped():
            break
        _estimate(top, kinds[kind], found)
    return tuple(found)


def estimated(text: str) -> int:
    """How many tokens a text has, roughly; the services know for which model."""
    return math.ceil(sum(typical(measured(text), Family.GPT)))


def _estimate(top: str, places: list[int], entries: list[Entry]) -> None:
    """Estimate those of one kind by some that are far from each other."""
    if ending_of(entries[places[0]].name) == PDF_ENDING:
        _rate(places, entries, _OF_PDF)
        return
    step = max(1, len(places) // _OF_A_KIND)
    looked_at = places[::step][:_OF_A_KIND]
    rates = []
    for place in looked_at:
        entry = entries[place]
        try:
            data = bytes_of(top, entry.name, _READ)
            rates.append(estimated(text_of(entry.name, data)) / max(1, len(data)))
        except DocumentError as error:
            entries[place] = msgspec.structs.replace(entry, tokens=0, problem=error.message)
        except (OSError, ValueError):
            entries[place] = msgspec.structs.replace(entry, tokens=0, problem=say("This file cannot be read."))
    _rate(places, entries, max(_LEAST, sum(rates) / len(rates)) if rates else _USUAL)


def _rate(places: list[int], entries: list[Entry], rate: float) -> None:
    for place in places:
        entry = entries[place]
        if not entry.problem:
            entries[place] = msgspec.structs.replace(entry, tokens=max(1, round(entry.size * rate)))
