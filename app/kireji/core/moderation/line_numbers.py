"""On which line of a TOML text its tables, keys and list entries stand; what reads TOML does not tell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""Keys, and numbers of list entries from 0: `("categories", 0, "levels", 1, "action")`."""

_DEEPEST = 20
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BLANKS = re.compile(r"[ \t]*")
_BETWEEN = re.compile(r"(?:[ \t\n]+|#[^\n]*)*")
_TO_END = re.compile(r"[^\n]*")
_PLAIN_VALUE = re.compile(r"[^\n,\]}#]*")
_STRINGS = (
    re.compile(r'"""(?:\\.|[^\\])*?"""(?:"{0,2}(?!"))', re.DOTALL),
    re.compile(r"'''.*?'''(?:'{0,2}(?!'))", re.DOTALL),
    re.compile(r'"(?:\\.|[^"\\\n])*"'),
    re.compile(r"'[^'\n]*'"),
)


class LineNumbers:
    """Knows them for one text.

    Args:
        text: TOML that could be read; of other text it knows what it could follow. Line ends are newlines.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines: dict[Path, int] = {}
        self._counts: dict[Path, int] = {}
        self._spans: dict[Path, tuple[int, int]] = {}
        self._counted = (0, 1)
        self._read()

    def of(self, path: Path) -> int:
        """The line of what stands there, else of the nearest around it; 1 when nothing of it is known."""
        for length in range(len(path), 0, -1):
            line = self._lines.get(path[:length])
            if line is not None:
                return line
        return 1

    def span(self, path: Path) -> tuple[int, int] | None:
        """Where the value of a key begins and ends in the text, with what is left blank behind it; None for none."""
        return self._spans.get(path)

    @property
    def known(self) -> Mapping[Path, int]:
        """All lines."""
        return self._lines

    def _read(self) -> None:
        position, table = 0, ()  # type: tuple[int, Path]
        while True:
            position = self._end_of(_BETWEEN, position)
            if position >= len(self._text):
                return
            if self._text[position] == "[":
                table, position = self._header(position)
            else:
                position = self._pair(table, position, 0)
            position = self._end_of(_TO_END, position)

    def _header(self, position: int) -> tuple[Path, int]:
        line = self._line_at(position)
        several = self._text.startswith("[[", position)
        keys, position = self._keys(position + (2 if several else 1))
        path: Path = ()
        for number, key in enumerate(keys):
            path = (*path, key)
            if several and number == len(keys) - 1:
                self._counts[path] = self._counts.get(path, 0) + 1
                self._note(path, line)
            if path in self._counts:
                path = (*path, self._counts[path] - 1)
        self._note(path, line)
        return path, position

    def _pair(self, table: Path, position: int, depth: int) -> int:
        """A key and its value."""
        line = self._line_at(position)
        keys, position = self._keys(position)
        path = table
        for key in keys:
            path = (*path, key)
            self._note(path, line)
        if not keys or not self._text.startswith("=", position):
            return position
        begin = self._end_of(_BLANKS, position + 1)
        end = self._value(path, begin, depth)
        self._spans.setdefault(path, (begin, end))
        return end

    def _keys(self, position: int) -> tuple[list[str], int]:
        keys: list[str] = []
        while True:
            position = self._end_of(_BLANKS, position)
            if (found := _BARE.match(self._text, position)) is not None:
                key = found.group()
            elif (found := self._string(position)) is not None:
                key = found.group()[1:-1]
            else:
                return keys, position
            if len(keys) < _DEEPEST:
                keys.append(key)
            position = self._end_of(_BLANKS, found.end())
            if not self._text.startswith(".", position):
                return keys, position
            position += 1

    def _value(self, path: Path, position: int, depth: int) -> int:
        if depth > _DEEPEST:
            return position
        if self._text.startswith("[", position):
            return self._entries(path, position + 1, "]", depth)
        if self._text.startswith("{", position):
            return self._entries(path, position + 1, "}", depth)
        if (found := self._string(position)) is not None:
            return found.end()
        return self._end_of(_PLAIN_VALUE, position)

    def _entries(self, path: Path, position: int, closing: str, depth: int) -> int:
        """What stands in a list or between braces."""
        number = 0
        while True:
            position = self._end_of(_BETWEEN, position)
            if position >= len(self._text) or self._text[position] == closing:
                return position + 1
            before = position
            if closing == "]":
                self._note((*path, number), self._line_at(position))
                position = self._value((*path, number), position, depth + 1)
                number += 1
            else:
                position = self._pair(path, position, depth + 1)
            position = self._end_of(_BETWEEN, position)
            if self._text.startswith(",", position):
                position += 1
            elif position == before:
                return position + 1

    def _string(self, position: int) -> re.Match[str] | None:
        return next((found for form in _STRINGS if (found := form.match(self._text, position)) is not None), None)

    def _end_of(self, form: re.Pattern[str], position: int) -> int:
        found = form.match(self._text, position)
        return found.end() if found is not None else position

    def _note(self, path: Path, line: int) -> None:
        self._lines.setdefault(path, line)

    def _line_at(self, position: int) -> int:
        counted, line = self._counted
        if position >= counted:
            line += self._text.count("\n", counted, position)
        else:
            line = self._text.count("\n", 0, position) + 1
        self._counted = (position, line)
        return line
