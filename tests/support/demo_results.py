"""Results to look at, with the pictures they came of: a table, a verdict, a translation and a comparison."""

from __future__ import annotations

import io
from typing import NamedTuple

import msgspec
from PIL import Image, ImageDraw, ImageFont

from kireji.core.extraction.sheets import Cell, CellType, Column, Extraction, Presence, Sheet, SumCheck, SumKind
from kireji.core.moderation.verdicts import Action, Evidence, Finding, Verdict
from kireji.core.structured.comparison import Change, ChangeKind, Comparison, Difference
from kireji.core.structured.results import Result
from kireji.core.structured.translation import TextBlock, TranslatedBlock, Translation
from kireji.core.word_boxes import Box

_SIZE = (640, 560)
_ROWS = (
    ("Item", "Qty", "Price", "Amount"),
    ("Paper A4 80 g", "5", "3.90", "19.50"),
    ("Toner black", "2", "49.00", "98.00"),
    ("Staples", "4", "2.75", "11.00"),
    ("Envelopes C5", "100", "0.09", "9.00"),
    ("Total", "", "", "137.50"),
)
_AT = (40, 330, 420, 530)
_GERMAN = {
    "Item": "Artikel", "Qty": "Menge", "Price": "Preis", "Amount": "Betrag", "Paper A4 80 g": "Papier A4 80 g",
    "Toner black": "Toner schwarz", "Staples": "Heftklammern", "Envelopes C5": "Briefumschläge C5",
    "Total": "Gesamtbetrag", "Invoice 2026-117": "Rechnung 2026-117",
}  # fmt: skip


class Shown(NamedTuple):
    """One result.

    Args:
        name: Of its screenshots.
        question: What was asked.
        pictures: PNG, what it was asked about.
        result: What came of it.
    """

    name: str
    question: str
    pictures: tuple[bytes, ...]
    result: Result


def _invoice(*, paid: bool = False) -> tuple[bytes, dict[str, Box]]:
    """An invoice, and where its words stand."""
    image = Image.new("RGB", _SIZE, "#ffffff")
    draw = ImageDraw.Draw(image)
    font, large = ImageFont.load_default(19), ImageFont.load_default(26)
    places: dict[str, Box] = {}

    def put(x: int, y: int, words: str, with_font: ImageFont.ImageFont | ImageFont.FreeTypeFont = font) -> None:
        left, top, right, bottom = draw.textbbox((x, y), words, with_font)
        places.setdefault(words, (int(left) - 2, int(top) - 3, int(right) + 2, int(bottom) + 3))
        draw.text((x, y), words, "#202124", with_font)

    put(40, 30, "Northwind Office Supplies", large)
    put(40, 80, "Invoice 2026-117")
    put(490, 80, "2026-11-29")
    for number, row in enumerate(_ROWS):
        for x, words in zip(_AT, row, strict=True):
            if words:
                put(x, 150 + 48 * number, "140.50" if paid and words == "137.50" else words)
        draw.line((40, 184 + 48 * number, 610, 184 + 48 * number), "#dadce0")
    if paid:
        draw.rounded_rectangle((40, 470, 190, 530), 8, "#ffe9a8")
        put(78, 488, "PAID", large)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue(), places


_PICTURE, _PLACES = _invoice()
_LATER, _ = _invoice(paid=True)
_TYPES = (CellType.TEXT, CellType.NUMBER, CellType.CURRENCY, CellType.CURRENCY)


def _cell(words: str, kind: CellType) -> Cell:
    if not words:
        return Cell("", kind, presence=Presence.EMPTY)
    return Cell(words, kind, words, "EUR" if kind is CellType.CURRENCY else "", Presence.FOUND, _PLACES.get(words))


def _table() -> Extraction:
    columns = tuple(
        Column(name, kind, unit="EUR" if kind is CellType.CURRENCY else "")
        for name, kind in zip(_ROWS[0], _TYPES, strict=True)
    )
    rows = [[_cell(words, kind) for words, kind in zip(row, _TYPES, strict=True)] for row in _ROWS[1:]]
    rows[1][2] = msgspec.structs.replace(rows[1][2], text="49.50", presence=Presence.DIFFERS, seen="49.00")
    rows[2][0] = msgspec.structs.replace(rows[2][0], text="Staples 24/6", presence=Presence.MISSING, box=None)
    sums = (
        SumCheck(SumKind.COLUMN, "137.50", "137.50", 4, 3, ((0, 3), (1, 3), (2, 3), (3, 3))),
        SumCheck(SumKind.ROW, "98.00", "99.00", 1, 3, ((1, 1), (1, 2)), "Qty × Price"),
    )
    return Extraction((Sheet("Invoice 2026-117", columns, tuple(map(tuple, rows)), sums),))


def _verdict() -> Verdict:
    text = (
        "You are such an idiot, and everybody in the office knows it. If you come to the meeting tomorrow, I will make "
        "sure that you regret it. Call me on 0170 1234567."
    )

    def quoted(words: str) -> Evidence:
        start = text.find(words)
        return Evidence(words, start, start + len(words)) if start >= 0 else Evidence(words)

    threat = (quoted("I will make sure that you regret it"), quoted("such an idiot"), quoted("you are worthless"))
    findings = (
        Finding("harassment", "severe", Action.BLOCK, 0.94, threat, "A threat against a colleague, with an insult."),
        Finding("personal-data", "contact", Action.REVIEW, 0.62, (quoted("0170 1234567"),), "A private number."),
    )
    reason = "The message threatens and insults one person; it also names a telephone number."
    return Verdict(
        "community", 1, Action.BLOCK, findings, reason,
        "I disagree with how the meeting went. Can we talk about it tomorrow?", text=text,
    )  # fmt: skip


def _translation() -> Translation:
    blocks = [
        TranslatedBlock(TextBlock(words, box, (box,)), _GERMAN[words])
        for words, box in _PLACES.items()
        if words in _GERMAN
    ]
    left_out = _PLACES["Northwind Office Supplies"]
    kept = TextBlock("Northwind Office Supplies", left_out, (left_out,))
    return Translation("German", (TranslatedBlock(kept, kept.text), *blocks), "English", *_SIZE)


def _comparison() -> Comparison:
    total = _PLACES["137.50"]
    difference = Difference(True, 0.0271, (total, (38, 468, 194, 534)), 0, None, _SIZE, _SIZE)
    changes = (
        Change(ChangeKind.ADDED, "A stamp says that the invoice is paid.", "", "PAID", (1,)),
        Change(ChangeKind.CHANGED, "The total is three euros higher.", "137.50", "140.50", (0,)),
    )
    return Comparison("The total rose, and the invoice is marked as paid.", changes, difference)


RESULTS = (
    Shown("table", "What stands on this invoice?", (_PICTURE,), _table()),
    Shown("verdict", "May this be posted?", (), _verdict()),
    Shown("translation", "Translate this into German", (_PICTURE,), _translation()),
    Shown("comparison", "What has changed?", (_PICTURE, _LATER), _comparison()),
)
