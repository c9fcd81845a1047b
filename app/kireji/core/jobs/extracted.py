"""What was taken out of a row, in words, as a value and in columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kireji.core.extraction.exports import plain, typed
from kireji.core.extraction.own_schemas import OwnSchema
from kireji.core.extraction.sheets import CellType, Sheet
from kireji.core.extraction.sheets import Column as SheetColumn
from kireji.core.jobs.answers import Column, ColumnKind
from kireji.core.words import say

_KINDS = {
    CellType.NUMBER: ColumnKind.NUMBER,
    CellType.CURRENCY: ColumnKind.NUMBER,
    CellType.BOOLEAN: ColumnKind.BOOLEAN,
}
_MOST_WORDS = 40
"""Fields that are named in words."""


def columns_of_schema(own: OwnSchema) -> tuple[Column, ...]:
    """The columns of fields that a schema names; none of tables, which have many rows each."""
    if not own.fields:
        return ()
    return tuple(Column(_name(column), _KINDS.get(column.type, ColumnKind.TEXT)) for column in own.plans[0].columns)


def cells_of(sheets: Sequence[Sheet]) -> Mapping[str, Any]:
    """Fields by name."""
    if not sheets or not sheets[0].rows:
        return {}
    return {
        _name(column): plain(cell, with_unit=True)
        for column, cell in zip(sheets[0].columns, sheets[0].rows[0], strict=True)
    }


def value_of(sheets: Sequence[Sheet], *, fields: bool) -> Any:
    """For programs: fields by name, or tables with their rows; what is not there, or not of its type, is null."""
    if fields:
        return {
            _name(column): _value(cell) for sheet in sheets for row in sheet.rows[:1]
            for column, cell in zip(sheet.columns, row, strict=True)
        }  # fmt: skip
    return [
        {
            "title": sheet.title or None,
            "columns": [_name(column) for column in sheet.columns],
            "rows": [[_value(cell) for cell in row] for row in sheet.rows],
        }
        for sheet in sheets
    ]


def words_of(sheets: Sequence[Sheet], *, fields: bool) -> str:
    """On a few lines: fields with what stands there, or how large the tables are."""
    if fields and sheets and len(sheets[0].rows) == 1:
        named = zip(sheets[0].columns, sheets[0].rows[0], strict=True)
        said = [f"{column.name}: {cell.text}" for column, cell in named if cell.text]
        more = [say("and {count} more", count=len(said) - _MOST_WORDS)] if len(said) > _MOST_WORDS else []
        return "\n".join([*said[:_MOST_WORDS], *more]) or say("There is nothing in it.")
    if not any(sheet.rows for sheet in sheets):
        return say("There is no table in it.")
    return "\n".join(_size(sheet) for sheet in sheets)


def _size(sheet: Sheet) -> str:
    size = say("{rows} rows, {columns} columns", rows=f"{len(sheet.rows):,}", columns=len(sheet.columns))
    return f"{sheet.title}: {size}" if sheet.title else size


def _name(column: SheetColumn) -> str:
    return column.path or column.name


def _value(cell: Any) -> Any:
    value = typed(cell)
    return value if value is not None else cell.text or None
