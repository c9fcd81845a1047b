"""A prompt with places for the cells of a table: “Translate {text} into {language}”.

A place is the name of a column in braces; {{ and }} are braces themselves.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence

from kireji.core.errors import JobError
from kireji.core.words import say

_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}\n]*)\}|[{}]")
_SHOWN = 12
"""Columns that a sentence names."""


class Template:
    """A prompt with places.

    Args:
        text: The prompt.

    Attributes:
        columns: The places, as they are written, each once.

    Raises:
        JobError: A brace has no other half, or a place no name.
    """

    def __init__(self, text: str) -> None:
        self._pieces: list[tuple[str, bool]] = []
        end = 0
        for token in _TOKEN.finditer(text):
            self._pieces.append((text[end : token.start()], False))
            end = token.end()
            if token[0] in ("{{", "}}"):
                self._pieces.append((token[0][0], False))
            elif token[1] is None:
                raise _unpaired(text, token.start())
            elif not token[1].strip():
                raise JobError(say("A place in the prompt has no name."), _for_braces())
            else:
                self._pieces.append((token[1], True))
        self._pieces.append((text[end:], False))
        self.columns = tuple(dict.fromkeys(name for name, place in self._pieces if place))

    def bound(self, columns: Sequence[str]) -> FilledTemplate:
        """The same with its places found among the columns of a table.

        A place means the column of just that name, else the one that differs from it in capitals and blanks alone.

        Args:
            columns: The names in the table's first row.

        Raises:
            JobError: A place means no column, or more than one.
        """
        found = {name: _column(name, columns) for name in self.columns}
        return FilledTemplate([(found[text] if place else text) for text, place in self._pieces if text])


class FilledTemplate:
    """A prompt whose places are known.

    Args:
        pieces: Words, and numbers of columns.
    """

    def __init__(self, pieces: Sequence[str | int]) -> None:
        self._pieces = tuple(pieces)
        self.needed = max((piece for piece in pieces if isinstance(piece, int)), default=-1) + 1
        """So many cells a row must have."""

    def fill(self, cells: Sequence[str]) -> str:
        """The prompt of one row; what a cell holds is never looked at for places."""
        return "".join(piece if isinstance(piece, str) else cells[piece] for piece in self._pieces)


def column_at(name: str, columns: Sequence[str]) -> int | None:
    """Where a column stands; None when there is none or more than one of that name."""
    exact = [at for at, column in enumerate(columns) if column == name]
    alike = exact or [at for at, column in enumerate(columns) if _plain(column) == _plain(name)]
    return alike[0] if len(alike) == 1 else None


def cells_by_column(columns: Sequence[str], cells: Sequence[str]) -> Mapping[str, str]:
    """A row with the names of its columns; columns without a name get their number."""
    named: dict[str, str] = {}
    for at, (column, cell) in enumerate(zip(columns, cells, strict=False), 1):
        name = column if column and column not in named else f"{column or 'column'} {at}"
        named[name] = cell
    return named


def listed(columns: Sequence[str]) -> str:
    """Names of columns in a sentence."""
    shown = ", ".join(column[:40] or "(no name)" for column in columns[:_SHOWN])
    return f"{shown}, …" if len(columns) > _SHOWN else shown


def _column(name: str, columns: Sequence[str]) -> int:
    at = column_at(name, columns)
    if at is not None:
        return at
    if any(_plain(column) == _plain(name) for column in columns):
        raise JobError(
            say("The table has more than one column “{name}”.", name=name), say("Give each column a name of its own.")
        )
    close = difflib.get_close_matches(_plain(name), [_plain(column) for column in columns], n=1)
    meant = next((column for column in columns if close and _plain(column) == close[0]), None)
    if meant is not None:
        raise JobError(
            say("The table has no column “{name}”; did you mean “{meant}”?", name=name, meant=meant),
            say("Its columns are: {columns}.", columns=listed(columns)),
        )
    raise JobError(
        say("The table has no column “{name}”.", name=name),
        f"{say('Its columns are: {columns}.', columns=listed(columns))} {_for_braces()}",
    )


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _unpaired(text: str, at: int) -> JobError:
    return JobError(
        say("The brace at “{near}” in the prompt has no other half.", near=text[at : at + 20].split("\n")[0]),
        _for_braces(),
    )


def _for_braces() -> str:
    return say("For braces themselves write {open} and {close}.", open="{{", close="}}")
