"""What a table's cells and sums say, in words for people."""

from __future__ import annotations

from kireji.core.extraction.sheets import Cell, CellType, Column, Extraction, Presence, Sheet, SumCheck, marked
from kireji.core.extraction.sum_words import computed, row_name, stated
from kireji.ui.chat.words import count
from kireji.ui.translation import mark, plural, tr

_TYPES = {
    CellType.TEXT: mark("Text"),
    CellType.NUMBER: mark("Number"),
    CellType.DATE: mark("Date"),
    CellType.CURRENCY: mark("Amount"),
    CellType.ENUM: mark("Choice"),
    CellType.BOOLEAN: mark("Yes or no"),
}
_MISREAD = {
    CellType.TEXT: mark("Cannot be read as a text"),
    CellType.NUMBER: mark("Cannot be read as a number"),
    CellType.DATE: mark("Cannot be read as a date"),
    CellType.CURRENCY: mark("Cannot be read as an amount"),
    CellType.ENUM: mark("None of the choices of this column"),
    CellType.BOOLEAN: mark("Neither yes nor no"),
}
_LONGEST = 400


def column_words(column: Column) -> str:
    """What a column holds, for its tool tip."""
    said = tr(_TYPES[column.type])
    if column.unit:
        said = tr("{type} in {unit}", type=said, unit=column.unit)
    if column.choices:
        said = tr("{type}: {choices}", type=said, choices=tr(", ").join(column.choices)[:_LONGEST])
    return f"{column.name}\n{said}"


def cell_words(cell: Cell) -> str:
    """What is to be known of a cell besides what it says; empty when all is well."""
    parts = []
    if cell.presence is Presence.MISSING:
        parts.append(tr("Not found on the picture"))
    elif cell.presence is Presence.DIFFERS:
        parts.append(tr("Differs: the picture says “{words}”", words=cell.seen[:_LONGEST]))
    if cell.misread:
        parts.append(tr(_MISREAD[cell.type]))
    return ". ".join(parts)


def cell_tip(cell: Cell) -> str:
    """For the pointer: the whole text, its value where that reads otherwise, and what is to be known of it."""
    parts = [cell.text[: 4 * _LONGEST]]
    if cell.value and cell.value != cell.text:
        parts.append(tr("Read as {value}", value=f"{cell.value} {cell.unit}".strip()[:_LONGEST]))
    parts += [cell_words(cell)]
    if cell.presence is Presence.UNREAD and cell.text:
        parts.append(tr("Nobody has compared it with the picture"))
    return "\n".join(filter(None, parts))


def cell_heard(column: Column, cell: Cell) -> str:
    """The same for screen readers."""
    said = cell.text[:_LONGEST] or tr("empty")
    about = cell_words(cell)
    return f"{column.name}: {said}. {about}" if about else f"{column.name}: {said}"


def sum_words(sheet: Sheet, check: SumCheck) -> str:
    """What came of reckoning."""
    name = sheet.columns[check.column].name if check.column < len(sheet.columns) else ""
    if row := row_name(sheet, check):  # says enough: going there marks what was reckoned
        what = tr("{row}, {what}", row=row, what=name)
    else:
        what = tr("{name} ({words})", name=name, words=check.words) if check.words not in ("", name) else name
    stands = stated(sheet, check)
    if check.holds:
        return tr("{name}: {stated} adds up", name=what, stated=stands)
    return tr("{name} adds up to {computed}, but {stated} stands there", name=what, computed=computed(sheet, check),
              stated=stands)  # fmt: skip


def extent(sheet: Sheet, *, fields: bool) -> str:
    """How much it is."""
    if fields and len(sheet.rows) <= 1:
        return plural(len(sheet.columns), "1 field", "{n} fields", n=count(len(sheet.columns)))
    rows = plural(len(sheet.rows), "1 row", "{n} rows", n=count(len(sheet.rows)))
    columns = plural(len(sheet.columns), "1 column", "{n} columns", n=count(len(sheet.columns)))
    return tr("{rows}, {columns}", rows=rows, columns=columns)


def doubt(sheet: Sheet) -> str:
    """How many cells are to be looked at; empty when none is."""
    doubted = marked((sheet,))
    misread = sum(cell.misread for row in sheet.rows for cell in row)
    parts = []
    if doubted:
        parts.append(
            plural(doubted, "1 value was not found so on the picture", "{n} values were not found so on the picture",
                   n=count(doubted))
        )  # fmt: skip
    if misread:
        parts.append(
            plural(misread, "1 value is not of its type", "{n} values are not of their type", n=count(misread))
        )
    return " · ".join(parts)


def sheet_name(sheet: Sheet, number: int) -> str:
    """What one of several tables is called."""
    return sheet.title or tr("Table {number}", number=number + 1)


def failures(extraction: Extraction) -> str:
    """The pictures that gave nothing, and why; empty when all gave something."""
    lines = [tr("{name}: {why}", name=name, why=why) for name, why in extraction.failed[:5]]
    if (more := len(extraction.failed) - 5) > 0:
        lines.append(plural(more, "1 more picture gave nothing.", "{n} more pictures gave nothing."))
    return "\n".join(lines)
