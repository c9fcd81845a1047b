"""Sheets of several pictures as one, where they are of the same kind."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

import msgspec

from kireji.core.extraction.sheets import Cell, CellType, Column, Presence, Sheet, SumCheck

MOST_COLUMNS = 500
"""Of sheets of fields that are put together."""

_Key: TypeAlias = tuple[str, int]
"""A column's name in one form, and how many of that name stand to its left."""


class Taken(NamedTuple):
    """What was taken out of one picture.

    Args:
        source: What the picture is called.
        sheets: Its sheets, linked and reckoned.
    """

    source: str
    sheets: Sequence[Sheet]


def merged(taken: Sequence[Taken], *, several: bool = True, fields: bool = False) -> tuple[Sheet, ...]:
    """The sheets of several pictures; those with the same columns are one, which says where each row comes from.

    Args:
        taken: By picture.
        several: Whether there were several, though some may have given nothing; of one the sheets stay as they are.
        fields: Whether they are of fields: then all are one, and what a picture does not name is empty.
    """
    if not several:
        return tuple(sheet for one in taken for sheet in one.sheets)
    groups: dict[frozenset[_Key], _Group] = {}
    for source, sheets in taken:
        for sheet in sheets:
            keys = keys_of(sheet.columns)
            kind = _kind(sheet, keys) if fields else frozenset(keys)
            group = groups.setdefault(kind, _Group())
            if len({*group.columns, *keys}) > MOST_COLUMNS and group.columns:
                group = groups.setdefault(frozenset([*kind, *keys]), _Group())
            group.add(source, sheet, keys)
    return tuple(group.sheet() for group in groups.values())


def _kind(sheet: Sheet, keys: Sequence[_Key]) -> frozenset[_Key]:
    """Sheets of one row are put together whatever they name; lists below fields only with their like."""
    return frozenset() if len(sheet.rows) == 1 else frozenset(keys)


def keys_of(columns: Iterable[Column]) -> list[_Key]:
    """What columns are known by: differences of capitals, blanks and colons are none."""
    seen: Counter[str] = Counter()
    keys = []
    for column in columns:
        name = " ".join(unicodedata.normalize("NFKC", column.name).casefold().split()).strip(" :.*#")
        keys.append((name, seen[name]))
        seen[name] += 1
    return keys


class _Group:
    """Sheets that become one."""

    def __init__(self) -> None:
        self.columns: dict[_Key, Column] = {}
        self._titles: list[str] = []
        self._rows: list[tuple[dict[_Key, Cell], str]] = []
        self._sums: list[tuple[SumCheck, list[_Key], int]] = []

    def add(self, source: str, sheet: Sheet, keys: Sequence[_Key]) -> None:
        """One more."""
        for key, column in zip(keys, sheet.columns, strict=True):
            known = self.columns.get(key)
            self.columns[key] = column if known is None else _both(known, column)
        self._titles.append(sheet.title)
        self._sums += ((each, list(keys), len(self._rows)) for each in sheet.sums)
        self._rows += ((dict(zip(keys, row, strict=True)), source) for row in sheet.rows)

    def sheet(self) -> Sheet:
        """All of them."""
        places = {key: place for place, key in enumerate(self.columns)}
        empty = {key: Cell("", column.type, presence=Presence.EMPTY) for key, column in self.columns.items()}
        rows = tuple(tuple(row.get(key) or empty[key] for key in places) for row, _ in self._rows)
        titles = set(self._titles)
        return Sheet(
            self._titles[0] if len(titles) == 1 else "",
            tuple(self.columns.values()),
            rows,
            tuple(_moved(each, keys, places, rows_before) for each, keys, rows_before in self._sums),
            tuple(source for _, source in self._rows),
        )


def _both(known: Column, other: Column) -> Column:
    same = known.type is other.type
    return msgspec.structs.replace(
        known,
        type=known.type if same else CellType.TEXT,
        choices=tuple(dict.fromkeys((*known.choices, *other.choices))) if same else (),
        unit=known.unit if known.unit == other.unit else "",
    )


def _moved(each: SumCheck, keys: Sequence[_Key], places: dict[_Key, int], rows_before: int) -> SumCheck:
    return msgspec.structs.replace(
        each,
        row=each.row + rows_before,
        column=places[keys[each.column]],
        parts=tuple((row + rows_before, places[keys[column]]) for row, column in each.parts),
    )
