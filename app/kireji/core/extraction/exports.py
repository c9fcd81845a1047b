"""Tables and fields as CSV, TSV, Markdown and JSON."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from kireji.core.delimited import BEGINNING_OF_TABLE, csv_line, safe, tsv_line
from kireji.core.extraction.sheets import Cell, CellType, Column, Extraction, Presence, Sheet, SumCheck, SumKind
from kireji.core.extraction.sum_words import computed, stated
from kireji.core.words import say

NUMBERS = (CellType.NUMBER, CellType.CURRENCY)
PERCENT = "%"
CONTROL_RUNS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
"""Ends of lines, and what changes the order in which the rest is read."""
_MOST_OF_TEXT = 60


class SheetForm(enum.Enum):
    """What a file with tables is; the value is its ending."""

    CSV = "csv"
    TSV = "tsv"
    MARKDOWN = "md"
    JSON = "json"
    XLSX = "xlsx"


def csv(extraction: Extraction, *, mark: bool = True) -> bytes:
    """As CSV (RFC 4180). Several tables have an empty line between them.

    Args:
        extraction: What is written.
        mark: Whether it begins with the mark by which spreadsheets see that it is UTF-8; for files, not for pipes.
    """
    tables = [
        b"".join(csv_line(map(safe, line)) for line in (heads(sheet), *_plain_rows(sheet)))
        for sheet in extraction.sheets
    ]
    return (BEGINNING_OF_TABLE if mark else b"") + b"\r\n".join(tables)


def tsv(extraction: Extraction, point: str = ".") -> str:
    """As lines with tabs, which spreadsheets take from the clipboard.

    Args:
        extraction: What is written.
        point: Stands before the decimal places of numbers, as the spreadsheet reads them.
    """
    return "\n".join(
        "".join(tsv_line(line) for line in (heads(sheet), *_plain_rows(sheet, point))) for sheet in extraction.sheets
    )


def heads(sheet: Sheet) -> tuple[str, ...]:
    """Names of the columns as they stand in a file, each once; with the unit that all numbers of a column have.

    A table of several pictures has one more, which says what each row was taken from.
    """
    names: list[str] = []
    taken: set[str] = set()
    columns = [_head(sheet, place) for place in range(len(sheet.columns))]
    for name in (*columns, *([say("Source")] if sheet.sources else ())):
        unique, number = name, 1
        while unique in taken:
            number += 1
            unique = f"{name} ({number})"
        taken.add(unique)
        names.append(unique)
    return tuple(names)


def common_unit(sheet: Sheet, place: int) -> str | None:
    """The unit that all numbers of a column have, empty for none; None when they have different ones."""
    units = {row[place].unit for row in sheet.rows if row[place].type in NUMBERS and row[place].value}
    if len(units) > 1:
        return None
    return next(iter(units), "")


def _head(sheet: Sheet, place: int) -> str:
    column = sheet.columns[place]
    name = " ".join(column.name.split())
    unit = common_unit(sheet, place)
    if not unit or unit == PERCENT or unit in name:
        return name
    return f"{name} ({unit})"


def _plain_rows(sheet: Sheet, point: str = ".") -> Iterable[Sequence[str]]:
    """The cells as spreadsheets and programs read them."""
    mixed = {place for place in range(len(sheet.columns)) if common_unit(sheet, place) is None}
    for number, row in enumerate(sheet.rows):
        cells = [plain(cell, point, with_unit=place in mixed) for place, cell in enumerate(row)]
        yield [*cells, sheet.sources[number]] if sheet.sources else cells


def plain(cell: Cell, point: str = ".", *, with_unit: bool = False) -> str:
    """A cell in one form, such as -1234.5 or 2026-11-29; as the model wrote it where it has none.

    Args:
        cell: Which.
        point: Stands before decimal places.
        with_unit: Whether its unit is not said elsewhere.
    """
    if not cell.value or cell.type is CellType.TEXT or (cell.type in NUMBERS and is_name(cell)):
        return cell.text
    if cell.type not in NUMBERS:
        return cell.value
    number = cell.value.replace(".", point)
    if cell.unit == PERCENT:
        return f"{number}%"
    return f"{number} {cell.unit}" if with_unit and cell.unit else number


def is_name(cell: Cell) -> bool:
    """Whether a number would lose something as one, as telephone and article numbers do: `0049…`, or 16 digits."""
    digits = [sign for sign in cell.text.lstrip("+-") if sign.isdigit()]
    begins_with_nothing = len(digits) > 1 and digits[0] in "0٠۰０" and cell.text.lstrip("+-")[:2].isdigit()
    return begins_with_nothing or len(cell.value.lstrip("-").replace(".", "").lstrip("0")) > 15


def table_json(extraction: Extraction) -> bytes:
    """As one JSON object on one line, with everything that is known of every cell; numbers are numbers."""
    return _encoder.encode(json_value(extraction))


def json_value(extraction: Extraction) -> dict[str, Any]:
    """The same before it is text."""
    return {
        "fields": extraction.fields,
        "sheets": [_sheet_value(sheet) for sheet in extraction.sheets],
        "data": [msgspec.Raw(each) for each in extraction.data],
        "sources": list(extraction.sources),
        "failed": [{"source": name, "why": why} for name, why in extraction.failed],
    }


_encoder = msgspec.json.Encoder()


def _sheet_value(sheet: Sheet) -> dict[str, Any]:
    return {
        "title": sheet.title,
        "columns": [_column_value(column) for column in sheet.columns],
        "rows": [[_cell_value(cell) for cell in row] for row in sheet.rows],
        "sums": [_sum_value(each) for each in sheet.sums],
        "sources": list(sheet.sources),
    }


def _column_value(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "type": column.type.value,
        "choices": list(column.choices),
        "unit": column.unit,
        "path": column.path or column.name,
    }


def _cell_value(cell: Cell) -> dict[str, Any]:
    return {
        "text": cell.text,
        "value": typed(cell),
        "type": cell.type.value,
        "unit": cell.unit or None,
        "presence": cell.presence.value,
        "box": None if cell.box is None else list(cell.box),
        "picture": cell.picture,
        "seen": cell.seen or None,
    }


def typed(cell: Cell) -> Any:
    """A cell's value as JSON has it; None when it says nothing that is of its type."""
    if not cell.value:
        return None
    if cell.type in NUMBERS:
        return msgspec.Raw(cell.value.encode())  # every digit as it is
    return cell.value == "true" if cell.type is CellType.BOOLEAN else cell.value


def _sum_value(each: SumCheck) -> dict[str, Any]:
    return {
        "kind": each.kind.value,
        "words": each.words,
        "stated": each.stated,
        "computed": each.computed,
        "holds": each.holds,
        "row": each.row,
        "column": each.column,
        "parts": [list(part) for part in each.parts],
    }


def sum_told(sheet: Sheet, each: SumCheck) -> str:
    """What is wrong with a sum, in one sentence that says where."""
    said = {"where": place_told(sheet, each.row, each.column), "stated": beginning(stated(sheet, each))}
    said["computed"] = computed(sheet, each)
    if each.kind is SumKind.COLUMN:
        return say("{where}: {stated} stands there, but the cells above add up to {computed}.", **said)
    if each.words:
        words = " ".join(each.words.split())
        return say("{where}: {stated} stands there, but {words} gives {computed}.", words=words, **said)
    return say("{where}: {stated} stands there, but the cells give {computed}.", **said)


def place_told(sheet: Sheet, row: int, column: int) -> str:
    """Where a cell stands, for people; of fields by its name alone."""
    name = beginning(sheet.columns[column].name) if column < len(sheet.columns) else ""
    return name if len(sheet.rows) == 1 else say("{column}, row {row}", column=name, row=row + 1)


def beginning(text: str) -> str:
    """The beginning of a text on one line."""
    line = CONTROL_RUNS.sub(" ", text[:1_000]).strip()
    return line if len(line) <= _MOST_OF_TEXT else f"{line[: _MOST_OF_TEXT - 1]}…"


def doubt_told(cell: Cell) -> str:
    """What is to be known of a cell that does not stand so on the picture; empty when it does, or nobody knows."""
    if cell.presence is Presence.MISSING:
        return say("Not found on the picture.")
    if cell.presence is Presence.DIFFERS:
        return say("On the picture it reads: {seen}", seen=cell.seen)
    return ""
