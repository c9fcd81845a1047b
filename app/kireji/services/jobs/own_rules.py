"""The person's own rules for answers, applied to what has come as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from kireji.core.filters import Filter, Rule


class OwnRules:
    """Masks what the person does not want to see, and ends words where they want them to end.

    Args:
        rules: Those of the person.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = tuple(rules)
        self._masks = tuple(rule for rule in rules if not rule.stops)

    def words(self, text: str) -> str:
        """What is shown of words."""
        return _filtered(text, self._rules)

    def value(self, value: Any) -> Any:
        """What is shown of a value that came as JSON: masks in every string of it; nothing ends it, for it is one."""
        return _each(value, self._masks) if self._masks else value

    def touch(self, payload: str) -> bool:
        """Whether a rule changes anything in what a service sent."""
        if not self._rules:
            return False
        try:
            value = msgspec.json.decode(payload)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            value = payload
        return bool(_each(value, self._rules) != value)


def _filtered(text: str, rules: Sequence[Rule]) -> str:
    if not rules or not text:
        return text
    looked = Filter(rules)
    return looked.feed(text) + looked.flush()


def _each(value: Any, rules: Sequence[Rule]) -> Any:
    if isinstance(value, str):
        return _filtered(value, rules)
    if isinstance(value, list):
        return [_each(one, rules) for one in value]
    if isinstance(value, dict):
        return {name: _each(one, rules) for name, one in value.items()}
    return value
