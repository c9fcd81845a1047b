"""Makes sheets of the answers of models: of any answer, also of one that is still coming."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from kireji.core.extraction.cells import Conventions, typed_column, with_common_unit
from kireji.core.extraction.own_schemas import OwnSchema, SheetPlan
from kireji.core.extraction.sheets import Cell, CellType, Column, Sheet

MOST_CELLS = 200_000
"""Of one answer; more cannot be written in one."""
MOST_COLUMNS = 1000
_LONGEST_CELL = 100_000
"""Characters."""
_LONGEST_NAME = 500
_MOST_CHOICES = 500
_DEEPEST = 50
"""Lists in lists."""
_TYPES = {kind.value: kind for kind in CellType}

_exact: msgspec.json.Decoder[Any] = msgspec.json.Decoder(float_hook=Decimal)


def problem(data: Any, own: OwnSchema | None = None) -> str:
    """What is wrong with an answer though it follows its schema, in a sentence for the model; empty for nothing.

    Args:
        data: The answer, decoded.
        own: The schema that the person gave; None where columns were proposed.
    """
    if own is not None or not isinstance(data, Mapping):
        return ""
    for number, table in enumerate(_list(data.get("tables"))):
        if said := _problem_of(f"tables[{number}]", table):
            return said
    return ""


def _problem_of(place: str, table: Any) -> str:
    if not isinstance(table, Mapping):
        return ""
    count = len(_list(table.get("columns")))
    if count > MOST_COLUMNS:
        return f"{place} has {count} columns; {MOST_COLUMNS} are the most."
    wrong = [
        (number, len(row))
        for number, row in enumerate(_list(table.get("rows")))
        if isinstance(row, list) and len(row) != count
    ]
    if not wrong:
        return ""
    number, length = wrong[0]
    others = f" (and {len(wrong) - 1} other rows)" if len(wrong) > 1 else ""
    return (
        f"{place}.rows[{number}]{others} has {length} cells, but there are {count} columns; "
        'each row has one cell for each column, "" where it is empty.'
    )


def sheets_of(data: Any, *, own: OwnSchema | None = None, text: str = "", picture: int = 0) -> tuple[Sheet, ...]:
    """The sheets of an answer; nothing is linked yet. Never fails, whatever the answer is.

    Args:
        data: The answer, decoded; it may be of one that has not come to its end.
        own: The schema that the person gave; None where columns were proposed.
        text: The answer as it came: numbers keep their digits then, where they are JSON numbers.
        picture: Number of the picture, from 0.
    """
    if own is not None:
        sheets = _own(_with_digits(data, text), own)
    elif isinstance(data, Mapping) and "fields" in data:
        sheets = _fields(data)
    else:
        sheets = _tables(data)
    return sheets if not picture else tuple(_on(sheet, picture) for sheet in sheets)


def _on(sheet: Sheet, picture: int) -> Sheet:
    replace = msgspec.structs.replace
    return replace(sheet, rows=tuple(tuple(replace(cell, picture=picture) for cell in row) for row in sheet.rows))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _tables(data: Any) -> tuple[Sheet, ...]:
    tables = _list(data.get("tables")) if isinstance(data, Mapping) else []
    sheets = []
    left = MOST_CELLS
    for table in tables:
        if not isinstance(table, Mapping):
            continue
        columns = _columns(_list(table.get("columns")))
        given = [row for row in _list(table.get("rows")) if isinstance(row, list)]
        if not columns:
            continue
        count = len(columns)
        rows = [_row(row, count) for row in given[: left // count]]
        if rows and count > 1 and _repeats(columns, rows[0]):
            del rows[0]
        left -= len(rows) * count
        sheets.append(_sheet(_text(table.get("title"), _LONGEST_NAME), columns, rows))
    return tuple(sheets)


def _fields(data: Mapping[str, Any]) -> tuple[Sheet, ...]:
    given = [each for each in _list(data.get("fields")) if isinstance(each, Mapping)][:MOST_COLUMNS]
    columns = _columns(given)
    if not columns:
        return ()
    return (_sheet(_text(data.get("title"), _LONGEST_NAME), columns, [[_text(each.get("value")) for each in given]]),)


def _columns(given: Sequence[Any]) -> tuple[Column, ...]:
    columns = []
    taken: set[str] = set()
    for each in given[:MOST_COLUMNS]:
        said = each if isinstance(each, Mapping) else {"name": each}
        name = _text(said.get("name"), _LONGEST_NAME)
        kind = _TYPES.get(_text(said.get("type")), CellType.TEXT)
        choices = [_text(choice, _LONGEST_NAME) for choice in _list(said.get("choices"))[:_MOST_CHOICES]]
        kept = tuple(dict.fromkeys(filter(None, choices))) if kind is CellType.ENUM else ()
        unit = _text(said.get("unit"), 40) if kind in (CellType.NUMBER, CellType.CURRENCY) else ""
        columns.append(Column(name, kind, kept, unit, _unique(name, taken)))
    return tuple(columns)


def _unique(name: str, taken: set[str]) -> str:
    path, number = name, 1
    while path in taken:
        number += 1
        path = f"{name} ({number})"
    taken.add(path)
    return path


def _row(given: list[Any], count: int) -> list[str]:
    row = [each if type(each) is str and len(each) < _LONGEST_CELL else _text(each) for each in given[:count]]
    return row + [""] * (count - len(row))


def _repeats(columns: Sequence[Column], row: Sequence[str]) -> bool:
    """Whether the first row is the headings once more."""
    return any(row) and all(column.name == text for column, text in zip(columns, row, strict=True))


def _sheet(title: str, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> Sheet:
    shared = Conventions(columns, rows)
    by_column = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    cells = [typed_column(column, texts, shared) for column, texts in zip(columns, by_column, strict=True)]
    made = tuple(
        with_common_unit(column, found) if found and column.type in (CellType.NUMBER, CellType.CURRENCY) else column
        for column, found in zip(columns, cells, strict=True)
    )
    return Sheet(title, made, tuple(zip(*cells, strict=True)) if rows else ())


def _text(value: Any, longest: int = _LONGEST_CELL) -> str:
    """A JSON value as a cell shows it."""
    match value:
        case str():
            text = value
        case None:
            text = ""
        case bool():
            text = "true" if value else "false"
        case Decimal():
            text = _digits(value)
        case int() | float():
            text = str(value)
        case _:
            text = _as_json(value)
    return text.strip()[:longest]


def _digits(value: Decimal) -> str:
    """All digits, without an exponent where that is not endless."""
    exponent = value.as_tuple().exponent
    return f"{value:f}" if isinstance(exponent, int) and abs(exponent) <= 60 else str(value)


def _as_json(value: Any) -> str:
    try:
        return msgspec.json.encode(value).decode()
    except (TypeError, ValueError, RecursionError):
        return ""


def _with_digits(data: Any, text: str) -> Any:
    """The same with numbers that have not been rounded, where the text is at hand."""
    if not text:
        return data
    try:
        return _exact.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError, ArithmeticError):
        return data  # in a block of code, or not at its end: what was decoded before is as good but for digits


def _own(data: Any, own: OwnSchema) -> tuple[Sheet, ...]:
    return tuple(_planned(data, plan) for plan in own.plans)


def _planned(data: Any, plan: SheetPlan) -> Sheet:
    count = len(plan.columns)
    entries = list(_entries(data, plan.steps)) if plan.listed else [data]
    kept = entries[: MOST_CELLS // count]
    values = [[_at(entry, path) for path in plan.paths] for entry in kept]
    rows = [[_text(value) for value in row] for row in values]
    shared = Conventions()
    cells = [
        _own_cells(column, [row[place] for row in values], [row[place] for row in rows], shared)
        for place, column in enumerate(plan.columns)
    ]
    return Sheet(plan.title, plan.columns, tuple(zip(*cells, strict=True)) if rows else ())


def _own_cells(column: Column, values: Sequence[Any], texts: Sequence[str], shared: Conventions) -> list[Cell]:
    """Numbers are typed already; texts are read like others."""
    if column.type in (CellType.NUMBER, CellType.CURRENCY) and not any(isinstance(value, str) for value in values):
        shared = Conventions(sign=".")
        column = msgspec.structs.replace(column, unit="")
    return typed_column(column, texts, shared)


def _entries(data: Any, steps: Sequence[str], depth: int = 0) -> Iterator[Any]:
    """The entries of a list, and of lists in lists one after the other."""
    if isinstance(data, list) and depth < _DEEPEST:
        for each in data:
            yield from _entries(each, steps, depth + 1)
    elif not steps:
        yield data
    elif isinstance(data, Mapping):
        yield from _entries(data.get(steps[0]), steps[1:], depth + 1)


def _at(entry: Any, path: Sequence[str]) -> Any:
    for step in path:
        if not isinstance(entry, Mapping):
            return None
        entry = entry.get(step)
    return entry
