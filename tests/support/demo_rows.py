"""Rows to look at: a table of receipts in several languages, answers that follow a schema, and lines of which some are
broken."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from tests.service import Rule, Text

PROMPT = "Read this receipt: {text}"
_TYPES = {"shop": "string", "date": "string", "total": "number", "items": "integer", "paid": "boolean"}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {name: {"type": kind} for name, kind in _TYPES.items()},
    "required": list(_TYPES),
    "additionalProperties": False,
}
RECEIPTS = (
    ("Bäckerei Kamps", "2026-02-14", 12.4, 3, True),
    ("成城石井 新宿店", "2026-02-15", 4_380.0, 12, True),
    ("مكتبة جرير", "2026-02-17", 215.5, 2, False),
    ("Edeka Nord", "2026-02-17", 86.13, 31, True),
    ("REWE Markt GmbH", "2026-02-18", 1_463.57, 1_021, True),
    ("Kiosk am Park", "2026-02-19", 3.2, 1, True),
    ("ヨドバシカメラ", "2026-02-20", 59_800.0, 1, False),
    ("سوق المدينة", "2026-02-21", 48.75, 9, True),
    ("Boulangerie Petit", "2026-02-22", 7.9, 2, True),
    ("Café Luzia", "2026-02-23", 18.0, 4, True),
    ("Hardware & Sons", "2026-02-24", 249.99, 5, False),
    ("Apotheke am Markt", "2026-02-25", 33.48, 3, True),
)


def write_receipts(path: Path) -> None:
    """A table of them."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "text"])
        for number, (shop, date, total, *_) in enumerate(RECEIPTS, 1):
            table.writerow([f"IMG_{1_000 + number}", f"{shop}, {date}, {total:.2f}"])


def answers() -> list[Rule]:
    """What a service says to each of them."""
    return [
        Rule(Text([json.dumps(dict(zip(_TYPES, receipt, strict=True)), ensure_ascii=False)]), contains=receipt[0])
        for receipt in RECEIPTS
    ]


def write_mails(path: Path) -> None:
    """Lines of which three cannot be used, and some ask the same."""
    lines = [json.dumps({"id": f"mail-{n}", "prompt": f"Sort this mail: {n % 1_253}"}) for n in range(1_281)]
    lines[8] = '{"id": "mail-8" "prompt": "Sort this mail"}'
    lines[40] = '{"id": "mail-3", "prompt": "Sort this mail: 40"}'
    lines[699] = '{"image": 7}'
    path.write_text("\n".join(lines) + "\n", "utf-8")
