"""Reads JSON that is still being written."""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

_DEEPEST = 64
_BEGINS = re.compile(r"[{\[]")
_BLANKS = re.compile(r"[ \t\r\n]+")
_ENDS_STRING = re.compile(r'["\\]')
_ENDS_WORD = re.compile(r"[^-+.0-9A-Za-z]")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_WORDS = {"true": True, "false": False, "null": None}
_LONGEST_WORD = 400


class _Awaits(enum.Enum):
    """What may come next."""

    VALUE_OR_END = enum.auto()
    VALUE = enum.auto()
    KEY_OR_END = enum.auto()
    KEY = enum.auto()
    COLON = enum.auto()
    COMMA_OR_END = enum.auto()
    NOTHING = enum.auto()


class UnfinishedJson:
    """Takes JSON in pieces and gives what is whole of it at any time; all pieces together cost as much as one.

    Values stand in `value` as soon as they are whole; lists and objects from their beginning, with what is whole in
    them. Words before the first bracket are passed over. From where it is no JSON nothing more is taken.
    """

    def __init__(self) -> None:
        self.value: list[Any] | dict[str, Any] | None = None
        """The outermost list or object; not to be changed. None before it has begun."""
        self.count = 0
        """How many values have begun or, where they are neither list nor object, come."""
        self._open: list[list[Any] | dict[str, Any]] = []
        self._keys: list[str] = []
        self._awaits = _Awaits.VALUE
        self._string: list[str] | None = None
        self._escaped = False
        self._word: list[str] = []

    @property
    def is_over(self) -> bool:
        """Whether nothing that comes is taken any more."""
        return self._awaits is _Awaits.NOTHING

    def is_open(self, value: object) -> bool:
        """Whether a list or an object is still being written."""
        return any(each is value for each in self._open)

    def feed(self, piece: str) -> None:
        """Take the next piece."""
        place = 0
        if self.value is None:
            begins = _BEGINS.search(piece)
            place = len(piece) if begins is None else begins.start()
        while place < len(piece) and not self.is_over:
            if self._string is not None:
                place = self._in_string(piece, place)
            elif self._word:
                place = self._in_word(piece, place)
            elif blanks := _BLANKS.match(piece, place):
                place = blanks.end()
            else:
                self._sign(piece[place])
                place += 1

    def _in_string(self, piece: str, place: int) -> int:
        assert self._string is not None
        if self._escaped:
            self._escaped = False
            self._string.append(piece[place])
            return place + 1
        end = _ENDS_STRING.search(piece, place)
        if end is None:
            self._string.append(piece[place:])
            return len(piece)
        self._string.append(piece[place : end.end()])
        if end[0] == "\\":
            self._escaped = True
        else:
            self._end_string(self._string)
        return end.end()

    def _end_string(self, pieces: list[str]) -> None:
        self._string = None
        try:
            text = json.loads("".join(pieces))
        except ValueError:
            self._break()
            return
        if self._awaits in (_Awaits.KEY, _Awaits.KEY_OR_END):
            self._keys[-1] = text
            self._awaits = _Awaits.COLON
        else:
            self._add(text)

    def _in_word(self, piece: str, place: int) -> int:
        end = _ENDS_WORD.search(piece, place)
        stop = len(piece) if end is None else end.start()
        self._word.append(piece[place:stop])
        if end is not None:
            self._end_word()
        elif sum(map(len, self._word[-2:])) > _LONGEST_WORD or len(self._word) > _LONGEST_WORD:
            self._break()
        return stop

    def _end_word(self) -> None:
        word = "".join(self._word)
        self._word = []
        if word in _WORDS:
            self._add(_WORDS[word])
        elif len(word) <= _LONGEST_WORD and _NUMBER.fullmatch(word):
            self._add(json.loads(word))
        else:
            self._break()

    def _sign(self, sign: str) -> None:
        """One character outside strings, numbers and words."""
        takes_value = self._awaits in (_Awaits.VALUE, _Awaits.VALUE_OR_END)
        if sign == '"' and (takes_value or self._awaits in (_Awaits.KEY, _Awaits.KEY_OR_END)):
            self._string = [sign]
        elif sign in "[{" and takes_value:
            self._begin([] if sign == "[" else {})
        elif takes_value and (sign == "-" or sign.isalnum()):
            self._word = [sign]
        elif sign in "]}" and self._may_end(sign):
            self._end()
        elif sign == ":" and self._awaits is _Awaits.COLON:
            self._awaits = _Awaits.VALUE
        elif sign == "," and self._awaits is _Awaits.COMMA_OR_END:
            self._awaits = _Awaits.VALUE if isinstance(self._open[-1], list) else _Awaits.KEY
        else:
            self._break()

    def _may_end(self, sign: str) -> bool:
        kind, empty = (list, _Awaits.VALUE_OR_END) if sign == "]" else (dict, _Awaits.KEY_OR_END)
        return bool(self._open) and isinstance(self._open[-1], kind) and self._awaits in (_Awaits.COMMA_OR_END, empty)

    def _begin(self, container: list[Any] | dict[str, Any]) -> None:
        if len(self._open) >= _DEEPEST:
            self._break()
            return
        if self._open:
            self._add(container)
        else:
            self.value = container
        self._open.append(container)
        self._keys.append("")
        self._awaits = _Awaits.VALUE_OR_END if isinstance(container, list) else _Awaits.KEY_OR_END

    @contextmanager
    def settled(self) -> Iterator[Any]:
        """While inside, `value` is without the entry of a list that is being written, such as half a row."""
        entry = self._open[-1] if len(self._open) > 1 else None
        rows = self._open[-2] if entry is not None else None
        held = isinstance(rows, list) and entry is not None and not any(map(_holds, _values(entry)))
        if held and isinstance(rows, list):
            rows.pop()
        try:
            yield self.value
        finally:
            if held and isinstance(rows, list):
                rows.append(entry)

    def _add(self, value: Any) -> None:
        self.count += 1
        container = self._open[-1]
        if isinstance(container, list):
            container.append(value)
        else:
            container[self._keys[-1]] = value
        self._awaits = _Awaits.COMMA_OR_END

    def _end(self) -> None:
        self._open.pop()
        self._keys.pop()
        self._awaits = _Awaits.COMMA_OR_END if self._open else _Awaits.NOTHING

    def _break(self) -> None:
        """What came is no JSON: what is open stays open."""
        self._awaits = _Awaits.NOTHING
        self._string, self._word = None, []


def line_of(text: str, place: Sequence[str | int]) -> int:
    """The line of JSON, from 1, on which a value stands, or begins.

    Args:
        text: All of it.
        place: Names and numbers that lead to the value; where there is none, the nearest around it counts.
    """
    reading = UnfinishedJson()
    found, depth = 1, 0
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        reading.feed(line)
        value: Any = reading.value
        for reached, step in enumerate(place, 1):
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                break
            if reached > depth:
                found, depth = number, reached
        if depth == len(place):
            break
    return found


def _values(container: list[Any] | dict[str, Any]) -> Collection[Any]:
    return container if isinstance(container, list) else container.values()


def _holds(value: object) -> bool:
    return isinstance(value, list | dict)
