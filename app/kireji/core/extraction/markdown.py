"""Tables and fields as Markdown: for the history, for documents, for terminals."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from kireji.core.extraction.exports import NUMBERS
from kireji.core.extraction.sheets import Extraction, Sheet
from kireji.core.words import say

MOST_ROWS = 200
"""Of a table in the history; the values are kept whole."""
MOST_COLUMNS = 30
_MOST_CHARACTERS = 300
"""Of a cell in the history."""
_WIDEST = 40
"""Columns of a terminal to which cells are filled up, so that one long cell does not widen all others."""

_SPECIAL = re.compile(r"[\\`*\[\]<|]|(?<![^\W_])_|_(?![^\W_])|~(?=~)|&(?=#?\w+;)")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


def markdown(extraction: Extraction, *, bounded: bool = False) -> str:
    """Every table with its title; fields one below the other.

    Args:
        extraction: What is written.
        bounded: Whether long tables are cut, with a line that says so.
    """
    parts: list[str] = []
    for sheet in extraction.sheets:
        if sheet.title and (len(extraction.sheets) > 1 or not extraction.fields):
            parts.append(f"**{escaped(sheet.title)}**")
        one = extraction.fields and len(sheet.rows) == 1 and not sheet.sources
        parts += _fields(sheet) if one else _table(sheet, bounded=bounded)
    return "\n\n".join(parts)


def escaped(text: str) -> str:
    """Text in which nothing is markup, on one line."""
    text = _CONTROL.sub(" ", text).strip()
    text = _SPECIAL.sub(lambda found: f"\\{found[0]}", text)
    return text.replace("$", "\\$") if text.count("$") > 1 else text


def _fields(sheet: Sheet) -> list[str]:
    rows = [
        (escaped(column.name), escaped(cell.text)) for column, cell in zip(sheet.columns, sheet.rows[0], strict=True)
    ]
    return [_lines((say("Field"), say("Value")), rows, (False, False))]


def _table(sheet: Sheet, *, bounded: bool) -> list[str]:
    if not sheet.columns:
        return []
    width = min(len(sheet.columns), MOST_COLUMNS) if bounded else len(sheet.columns)
    count = min(len(sheet.rows), MOST_ROWS) if bounded else len(sheet.rows)
    most = _MOST_CHARACTERS if bounded else 0
    heads = [_short(column.name, most) or " " for column in sheet.columns[:width]]
    rows = [[_short(cell.text, most) for cell in row[:width]] for row in sheet.rows[:count]]
    if sheet.sources:
        heads.append(say("Source"))
        for row, source in zip(rows, sheet.sources, strict=False):
            row.append(_short(source, most))
    to_the_right = [_is_of_numbers(sheet, place) for place in range(width)]
    parts = [_lines(heads, rows, [*to_the_right, *([False] if sheet.sources else ())])]
    if count < len(sheet.rows) or width < len(sheet.columns):
        parts.append(
            say(
                "Shown here: {rows} of {all_rows} rows, {columns} of {all_columns} columns.",
                rows=count,
                all_rows=len(sheet.rows),
                columns=width,
                all_columns=len(sheet.columns),
            )
        )
    return parts


def _short(text: str, most: int) -> str:
    return escaped(text if not most or len(text) <= most else f"{text[: most - 1]}…")


def _is_of_numbers(sheet: Sheet, place: int) -> bool:
    return sheet.columns[place].type in NUMBERS


def _lines(heads: Sequence[str], rows: Sequence[Sequence[str]], to_the_right: Sequence[bool]) -> str:
    """A table whose columns stand below each other where letters have one width."""
    widths = [max(3, *(min(width_of(line[place]), _WIDEST) for line in (heads, *rows))) for place in range(len(heads))]
    rule = [
        ("-" * (width - 1) + ":") if right else "-" * width for width, right in zip(widths, to_the_right, strict=True)
    ]
    lines = [_line(heads, widths, to_the_right), f"| {' | '.join(rule)} |"]
    lines += (_line(row, widths, to_the_right) for row in rows)
    return "\n".join(lines)


def _line(cells: Sequence[str], widths: Sequence[int], to_the_right: Sequence[bool]) -> str:
    filled = []
    for cell, width, right in zip(cells, widths, to_the_right, strict=True):
        blanks = " " * (width - width_of(cell))
        filled.append(blanks + cell if right else cell + blanks)
    return f"| {' | '.join(filled)} |"


def width_of(text: str) -> int:
    """How many columns a text takes where letters have one width, and Chinese and Japanese ones two."""
    if text.isascii():
        return len(text)
    return sum(
        0
        if unicodedata.combining(sign) or unicodedata.category(sign) == "Cf"
        else 2
        if unicodedata.east_asian_width(sign) in "WF"
        else 1
        for sign in text
    )
