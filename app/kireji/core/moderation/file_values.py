"""The values of a policy's file, each held to what it may be, with the lines of those that are not."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kireji.core.moderation.line_numbers import LineNumbers, Path
from kireji.core.moderation.policies import PolicyProblem
from kireji.core.moderation.verdicts import Action
from kireji.core.words import say

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ACTIONS = {action.value: action for action in Action}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_SHOWN = 40
"""Letters of a wrong value that are shown."""


class Values:
    """Reads them and collects what is wrong.

    Args:
        lines: Where they stand.
    """

    def __init__(self, lines: LineNumbers) -> None:
        self.problems: list[PolicyProblem] = []
        self._lines = lines

    def add(self, reason: str, path: Path | None, *, fatal: bool = True) -> None:
        """Something is wrong.

        Args:
            reason: One sentence.
            path: Of what; None when it is not the file's fault.
            fatal: Whether the policy cannot be used because of it.
        """
        self.problems.append(PolicyProblem(reason, 0 if path is None else self._lines.of(path), fatal))

    def unknown(self, table: Mapping[str, Any], path: Path, known: Sequence[str]) -> None:
        """Keys that mean nothing: a later version may know them, so they are only told."""
        for key in table:
            if key in known:
                continue
            close = difflib.get_close_matches(key[:_SHOWN], known, n=1)
            shown = _shown(key)
            if close:
                reason = say("{key} means nothing here; did you mean {other}?", key=shown, other=close[0])
            else:
                reason = say("{key} means nothing here.", key=shown)
            self.add(reason, (*path, key), fatal=False)

    def name(self, table: Mapping[str, Any], path: Path, *, longest: int) -> str | None:
        """A name for verdicts."""
        found = self.text(table, path, "name", longest=longest)
        if found is None or NAME.fullmatch(found):
            return found
        reason = say(
            "The name {name} may only have small letters, digits and hyphens between them.", name=_shown(found)
        )
        self.add(reason, (*path, "name"))
        return None

    def text(
        self, table: Mapping[str, Any], path: Path, key: str, *, longest: int, missing: str | None = None
    ) -> str | None:
        """Words; what is `missing` may be left out."""
        value = table.get(key, missing)
        if value is None:
            self.add(say("{key} is missing.", key=key), path)
            return None
        return self._words(value, (*path, key), key, longest, may_be_empty=missing == "")

    def texts(self, table: Mapping[str, Any], path: Path, key: str, *, most: int, longest: int) -> tuple[str, ...]:
        """A list of words; may be left out."""
        value = table.get(key, [])
        if not isinstance(value, list):
            self.add(say('{key} must be a list of texts, such as ["one", "two"].', key=key), (*path, key))
            return ()
        if len(value) > most:
            self.add(say("{key} has more than {count} entries.", key=key, count=most), (*path, key))
        words = [
            self._words(each, (*path, key, number), key, longest, may_be_empty=False)
            for number, each in enumerate(value[:most])
        ]
        return tuple(each for each in words if each is not None)

    def whole(self, table: Mapping[str, Any], path: Path, key: str, least: int, most: int) -> int | None:
        """A whole number."""
        value = table.get(key)
        if value is None:
            self.add(say("{key} is missing; it is a whole number, such as {key} = 1.", key=key), path)
            return None
        if type(value) is int and least <= value <= most:
            return value
        self.add(say("{key} must be a whole number from {least} on.", key=key, least=least), (*path, key))
        return None

    def share(self, table: Mapping[str, Any], path: Path, key: str, *, missing: float) -> float | None:
        """A number from 0 to 1."""
        value = table.get(key, missing)
        if type(value) in (int, float) and 0 <= value <= 1:
            return float(value)
        self.add(say("{key} must be a number from 0 to 1.", key=key), (*path, key))
        return None

    def action(self, table: Mapping[str, Any], path: Path, key: str, *, missing: Action | None = None) -> Action | None:
        """What is done."""
        if key not in table:
            if missing is not None:
                return missing
            self.add(say("{key} is missing; it is allow, review or block.", key=key), path)
            return None
        value = table[key]
        if isinstance(value, str) and value in _ACTIONS:
            return _ACTIONS[value]
        reason = say("{key} must be allow, review or block, not {value}.", key=key, value=_shown(value))
        if isinstance(value, str) and (close := difflib.get_close_matches(value[:_SHOWN].lower(), _ACTIONS, n=1)):
            reason += " " + say("Did you mean {other}?", other=close[0])
        self.add(reason, (*path, key))
        return None

    def tables(
        self, table: Mapping[str, Any], path: Path, key: str, *, most: int
    ) -> Sequence[tuple[int, Mapping[str, Any]]]:
        """The tables of a list with their numbers."""
        header = ".".join((*(str(each) for each in path if isinstance(each, str)), key))
        value = table.get(key)
        if not isinstance(value, list) or not value:
            reason = say("There is no {key}; each is a table that begins with [[{header}]].", key=key, header=header)
            self.add(reason, (*path, key) if key in table else path)
            return ()
        if len(value) > most:
            self.add(say("There are more than {count} {key}.", key=key, count=most), (*path, key, most))
        return tuple(self._each_table(value[:most], (*path, key), header))

    def different(self, names: Sequence[str | None], path: Path) -> None:
        """No two of a list may have the same name."""
        seen: set[str] = set()
        for number, name in enumerate(names):
            if name is not None and name in seen:
                self.add(say("There are two with the name {name}.", name=name), (*path, number, "name"))
            seen.add(name or "")

    def _each_table(self, value: list[Any], path: Path, header: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
        for number, each in enumerate(value):
            if isinstance(each, dict):
                yield number, each
            else:
                self.add(say("This must be a table that begins with [[{header}]].", header=header), (*path, number))

    def _words(self, value: object, path: Path, key: str, longest: int, *, may_be_empty: bool) -> str | None:
        if not isinstance(value, str):
            self.add(say("{key} must be a text in quotes, not {value}.", key=key, value=_shown(value)), path)
            return None
        words = value.strip()
        if not words and not may_be_empty:
            self.add(say("{key} is empty.", key=key), path)
            return None
        if _CONTROL.search(words):
            self.add(say("{key} holds control characters.", key=key), path)
            return None
        if len(words) > longest:
            self.add(say("{key} is longer than {count} letters.", key=key, count=longest), path)
            return None
        return words


def _shown(value: object) -> str:
    """A wrong value in a sentence."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        words = " ".join(_CONTROL.sub("\N{REPLACEMENT CHARACTER}", _short(value)).split())
        return words or '""'
    return say("a list") if isinstance(value, list) else say("a table") if isinstance(value, dict) else say("a date")


def _short(value: str | int | float) -> str:
    """Its beginning; numbers with thousands of digits have no text."""
    if isinstance(value, int) and abs(value) >= 10**_SHOWN:
        return say("a huge number")
    words = str(value)
    return words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"
