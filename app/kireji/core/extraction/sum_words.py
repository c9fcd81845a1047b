"""Sums as they would stand on the picture, so that whoever compares them sees the same signs there."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from kireji.core.extraction.sheets import Cell, CellType, Sheet, SumCheck, SumKind

_LONGEST = 60
"""Characters of a cell that are looked at; no amount has more."""
_FRACTION = re.compile(r"(?P<whole>\d[\d.,'’\s]*)?(?P<mark>[.,٫])(?P<part>\d+)\D*\Z")


def stated(sheet: Sheet, check: SumCheck) -> str:
    """What stands on the picture.

    Args:
        sheet: The table.
        check: Of it.
    """
    cell = _cell(sheet, check)
    text = " ".join(cell.text[: _LONGEST + 1].split()) if cell is not None else ""
    return text if 0 < len(text) <= _LONGEST else check.stated


def computed(sheet: Sheet, check: SumCheck) -> str:
    """What comes out, with the decimal mark and as many places as what stands there.

    Args:
        sheet: The table.
        check: Of it.
    """
    cell = _cell(sheet, check)
    found = _FRACTION.search(cell.text[:_LONGEST]) if cell is not None else None
    if found is None:
        return check.computed
    try:
        whole = "".join(sign for sign in found["whole"] or "0" if sign.isdigit())
        if Decimal(f"{whole}.{found['part']}") != abs(Decimal(check.stated)):
            return check.computed  # it parts thousands, or the amount was read another way
        value = Decimal(check.computed)
    except InvalidOperation:
        return check.computed
    places = max(len(found["part"]), -int(value.normalize().as_tuple().exponent))
    return f"{value:.{places}f}".replace(".", found["mark"])


def row_name(sheet: Sheet, check: SumCheck) -> str:
    """What the row of a check is about, such as the item whose price was reckoned; empty where it has no name."""
    if check.kind is not SumKind.ROW or not 0 <= check.row < len(sheet.rows):
        return ""
    cells = zip(sheet.columns, sheet.rows[check.row], strict=False)
    name = next((cell.text for column, cell in cells if column.type is CellType.TEXT and cell.text.strip()), "")
    return " ".join(name[:_LONGEST].split())


def _cell(sheet: Sheet, check: SumCheck) -> Cell | None:
    if not 0 <= check.row < len(sheet.rows) or not 0 <= check.column < len(sheet.rows[check.row]):
        return None
    return sheet.rows[check.row][check.column]
