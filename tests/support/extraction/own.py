"""The same answers as a schema of the person has them: numbers are JSON numbers, dates are in one form."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from kireji.core.extraction.reading import sheets_of
from kireji.core.extraction.sheets import CellType
from tests.support.extraction.documents import Document

_TYPES: dict[CellType, dict[str, Any]] = {
    CellType.NUMBER: {"type": ["number", "null"], "minimum": -1_000_000},
    CellType.CURRENCY: {"type": ["number", "null"], "maximum": 100_000_000},
    CellType.DATE: {"type": "string", "format": "date"},
}


def own_form(document: Document) -> tuple[bytes, str]:
    """A schema for a document, and the answer that follows it, as it is wrapped for services."""
    (sheet,) = sheets_of(document.answer)
    names = [f"c{at}" for at in range(len(sheet.columns))]
    properties = {
        name: _TYPES.get(column.type, {"type": "string"}) for name, column in zip(names, sheet.columns, strict=True)
    }
    item = {"type": "object", "properties": properties, "required": []}
    rows = []
    for cells in sheet.rows:
        row: dict[str, Any] = {}
        for name, cell in zip(names, cells, strict=True):
            if not cell.text:
                continue
            if cell.type in (CellType.NUMBER, CellType.CURRENCY) and cell.value:
                row[name] = float(cell.value) if "." in cell.value else int(Decimal(cell.value))
            else:
                row[name] = (cell.value or cell.text) if cell.type is CellType.DATE else cell.text
        rows.append(row)
    if document.fields:
        return json.dumps(item).encode(), json.dumps(rows[0])
    return json.dumps({"type": "array", "items": item}).encode(), json.dumps({"items": rows})
