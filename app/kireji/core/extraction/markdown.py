"""Tables and fields as Markdown: for the history, for documents, for terminals."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from kireji.core.extraction.exports import CONTROL_RUNS, NUMBERS, beginning, doubt_told, place_told, sum_told
from kireji.core.extraction.sheets import Extraction, Sheet
from kireji.core.words import say

MOST_ROWS = 200
"""Of a table in the history; the values are kept whole."""
MOST_COLUMNS = 30
_MOST_SHEETS = 20
_MOST_WORDS = 20_000
"""Characters of the tables of an answer in the history: later questions send them along."""
_MOST_TOLD = 10
_MOST_CHARACTERS = 300
"""Of a cell in the history."""
_WIDEST = 40
"""Columns of a terminal to which cells are filled up, so that one long cell does not widen all others."""

# "[" alone makes no link of its "]", and both with a backslash would make a formula of what stands between them.
_SPECIAL = re.compile(r"[\\`*\[<|]|(?<![^\W_])_|_(?![^\W_])|~(?=~)|&(?=#?\w+;)")


def markdown(extraction: Extraction) -> str:
    """Every table with its title, whole; fields one below the other."""
    return "\n\n".join(_parts(extraction, extraction.sheets, None))


def words_of(extraction: Extraction) -> str:
    """An extraction as it stands in the history: long tables cut, with a line that says so, and what is doubtful."""
    shown = extraction.sheets[:_MOST_SHEETS]
    parts = _parts(extraction, shown, _Room(_MOST_WORDS))
    if more := len(extraction.sheets) - len(shown):
        parts.append(say("{count} more tables are not shown here.", count=f"{more:,}"))
    if not extraction.sheets and not extraction.failed:
        parts.append(nothing_told(fields=extraction.fields))
    notes = [f"- {escaped(line)}" for line in doubts_told(extraction, _MOST_TOLD)]
    if notes:
        parts.append("\n".join(notes))
    return "\n\n".join(parts)


def nothing_told(*, fields: bool) -> str:
    """That a picture holds nothing of what was asked for."""
    return say("No fields were found on the picture.") if fields else say("No table was found on the picture.")


def nothing_on_it() -> str:
    """The same of one picture among several: it gave nothing, though nothing has failed."""
    return say("There is nothing on it that was asked for.")


def doubts_told(extraction: Extraction, most: int) -> list[str]:
    """What people should look at: pictures that gave nothing, doubtful cells, sums that do not hold.

    Args:
        extraction: Where.
        most: At most so many lines of each kind; one more says how many are left out.
    """
    cells = [
        f"{place_told(sheet, number, place)}: {beginning(cell.text)} – {told}"
        for sheet in extraction.sheets
        for number, row in enumerate(sheet.rows)
        for place, cell in enumerate(row)
        if (told := doubt_told(cell))
    ]
    sums = [sum_told(sheet, each) for sheet in extraction.sheets for each in sheet.sums if not each.holds]
    failed = [f"{name}: {why}" if name else why for name, why in extraction.failed]
    lines: list[str] = []
    for kind in (failed, cells, sums):
        lines += kind[:most]
        if len(kind) > most:
            lines.append(say("… and {count} more.", count=f"{len(kind) - most:,}"))
    return lines


class _Room:
    """How much may still be written.

    Args:
        left: Characters.
    """

    def __init__(self, left: int) -> None:
        self.left = left


def _parts(extraction: Extraction, sheets: Sequence[Sheet], room: _Room | None) -> list[str]:
    parts: list[str] = []
    for sheet in sheets:
        if sheet.title:
            parts.append(f"**{_short(sheet.title, _MOST_CHARACTERS if room else 0)}**")
        one = extraction.fields and len(sheet.rows) == 1 and not sheet.sources
        parts += _fields(sheet, room) if one else _table(sheet, room)
    return parts


def escaped(text: str) -> str:
    """Text in which nothing is markup, on one line."""
    text = CONTROL_RUNS.sub(" ", text).strip()
    text = _SPECIAL.sub(lambda found: f"\\{found[0]}", text)
    return text.replace("$", "\\$") if text.count("$") > 1 else text


def _fields(sheet: Sheet, room: _Room | None) -> list[str]:
    most = _MOST_CHARACTERS if room else 0
    cells = zip(sheet.columns, sheet.rows[0], strict=True)
    rows = [(_short(column.name, most), _short(cell.text, most)) for column, cell in cells]
    kept = _fitting(rows, room)
    parts = [_lines((say("Field"), say("Value")), kept, (False, False))]
    if len(kept) < len(rows):
        parts.append(say("Shown here: {some} of {all} fields.", some=len(kept), all=f"{len(rows):,}"))
    return parts


def _table(sheet: Sheet, room: _Room | None) -> list[str]:
    if not sheet.columns:
        return []
    bounded, most = room is not None, _MOST_CHARACTERS if room else 0
    width = min(len(sheet.columns), MOST_COLUMNS) if bounded else len(sheet.columns)
    heads = [_short(column.name, most) or " " for column in sheet.columns[:width]]
    rows = [[_short(cell.text, most) for cell in row[:width]] for row in sheet.rows[: MOST_ROWS if bounded else None]]
    if sheet.sources:
        heads.append(say("Source"))
        for row, source in zip(rows, sheet.sources, strict=False):
            row.append(_short(source, most))
    kept = _fitting(rows, room)
    to_the_right = [column.type in NUMBERS for column in sheet.columns[:width]]
    parts = [_lines(heads, kept, [*to_the_right, *([False] if sheet.sources else ())])]
    if len(kept) < len(sheet.rows) or width < len(sheet.columns):
        parts.append(
            say(
                "Shown here: {rows} of {all_rows} rows, {columns} of {all_columns} columns.",
                rows=len(kept),
                all_rows=f"{len(sheet.rows):,}",
                columns=width,
                all_columns=f"{len(sheet.columns):,}",
            )
        )
    return parts


def _fitting(rows: Sequence[Sequence[str]], room: _Room | None) -> Sequence[Sequence[str]]:
    """The first rows, as many as there is room for; one of each table always."""
    if room is None:
        return rows
    kept: list[Sequence[str]] = []
    for row in rows:
        size = sum(len(cell) + 3 for cell in row)
        if kept and size > room.left:
            break
        kept.append(row)
        room.left -= size
    return kept


def _short(text: str, most: int) -> str:
    return escaped(text if not most or len(text) <= most else f"{text[: most - 1]}…")


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
