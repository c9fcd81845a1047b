"""Finds cells on the picture that they were taken from.

FOUND is only what says the same there: capitals, width, spaces and punctuation aside, and numbers and dates however
they are written; letters that look alike only in texts without digits. Something much like it DIFFERS, all else is
MISSING. So a value that a model has made up is never FOUND, unless the same stands elsewhere on the picture.

The work is bounded: up to 20,000 rows are weighed against each other, and in larger tables each cell takes the first
place that is free; what is alike is looked for as long as 200,000 comparisons last, then it is only said that a value
is missing.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kireji.core.extraction.matching import Matching
from kireji.core.extraction.picture_words import PictureWords, Span
from kireji.core.extraction.placing import Layout, Placing
from kireji.core.extraction.sheets import Cell, CellType, Presence, Sheet
from kireji.core.extraction.similar import Similar
from kireji.core.extraction.tokens import tokens
from kireji.core.reading import Reading
from kireji.core.word_boxes import around

_ASIDE = 2.5
"""Of a row's height: so far from its column a value may stand that is another than the cell's."""
_MOST_FIELDS = 500
"""Fields that are placed by their labels; a wider row is placed like a table's."""
_SHOWN = 300
"""Characters of what was read instead."""


def linked(sheets: Sequence[Sheet], reading: Reading | None) -> tuple[Sheet, ...]:
    """The sheets with each cell's place on the picture.

    A sheet of one row holds fields, each beside its label or below. May take long for very many cells: tens of
    thousands in a second.

    Args:
        sheets: All that came from one picture.
        reading: What was read there; None when it could not be read.
    """
    if reading is None:
        return tuple(sheets)
    linking = _Linking(PictureWords(reading))
    return tuple(map(linking.sheet, sheets))


class _Linking:
    """All sheets of one picture.

    Args:
        words: What stands there.
    """

    def __init__(self, words: PictureWords) -> None:
        self._words = words
        self._matching = Matching(words)
        self._placing = Placing(words)
        self._similar = Similar(words, self._placing.taken)

    def sheet(self, sheet: Sheet) -> Sheet:
        """One of them."""
        if len(sheet.rows) == 1 and len(sheet.columns) <= _MOST_FIELDS:
            return self._fields(sheet)
        places = self._matching.places
        grid = [[places(cell) if cell.text else [] for cell in row] for row in sheet.rows]
        layout = self._placing.table(grid)
        linked = [list(row) for row in sheet.rows]
        for (row, column), span in layout.chosen.items():
            linked[row][column] = self._found(sheet.rows[row][column], span)
        open_ = [
            (row, column)
            for row, cells in enumerate(sheet.rows)
            for column, cell in enumerate(cells)
            if cell.text and not grid[row][column]
        ]
        for row, column in open_:
            near = self._standing(layout, row, column)
            linked[row][column] = self._unfound(sheet.rows[row][column], near, layout.height(row))
        return msgspec.structs.replace(sheet, rows=tuple(map(tuple, linked)))

    def _fields(self, sheet: Sheet) -> Sheet:
        (cells,) = sheet.rows
        candidates = [self._matching.places(cell) if cell.text else [] for cell in cells]
        names = [list(tokens(column.name)) for column in sheet.columns]
        labels = [self._words.matches(name) if name else [] for name in names]
        chosen = self._placing.fields(candidates, labels)
        linked = []
        for field, cell in enumerate(cells):
            span = chosen.get(field)
            if span is not None:
                linked.append(self._found(cell, span))
            else:
                linked.append(self._unfound(cell, self._beside(labels[field])) if cell.text else cell)
        return msgspec.structs.replace(sheet, rows=(tuple(linked),))

    def _found(self, cell: Cell, span: Span) -> Cell:
        lead, trail = _signs(cell)
        box = self._words.box_with(span, lead, trail) if lead or trail else self._words.box(span)
        return Cell(cell.text, cell.type, cell.value, cell.unit, Presence.FOUND, box, cell.picture)

    def _unfound(self, cell: Cell, near: Sequence[Span], height: float | None = None) -> Cell:
        """A cell whose text stands nowhere on one line."""
        replace = msgspec.structs.replace
        if not any(True for _ in tokens(cell.text)):
            return replace(cell, presence=Presence.EMPTY)  # a stroke or points, which say that there is nothing
        if broken := self._matching.broken(cell):
            lines = min(broken, key=lambda lines: self._placing.cost_of_lines(lines, height))
            for line in lines:
                self._placing.take(line)
            return replace(cell, presence=Presence.FOUND, box=around(map(self._words.box, lines)))
        like = self._similar.here(cell, near) or self._similar.anywhere(cell)
        if like is None:
            return replace(cell, presence=Presence.MISSING)
        seen = self._words.text(like)[:_SHOWN]
        return replace(cell, presence=Presence.DIFFERS, box=self._words.box(like), seen=seen)

    def _standing(self, layout: Layout, row: int, column: int) -> list[Span]:
        """What stands where a cell should and is no other cell's place, the nearest first."""
        band = layout.bands.get(row)
        if band is None:
            return []
        found = []
        for span in self._pieces_of(band):
            aside = layout.along(span, column)
            if aside is not None and aside <= _ASIDE and not self._placing.is_taken(span):
                found.append((aside, span))
        return [span for _, span in sorted(found)]

    def _pieces_of(self, band: int) -> list[Span]:
        if not hasattr(self, "_by_band"):
            self._by_band: dict[int, list[Span]] = {}
            for span in self._words.pieces:
                self._by_band.setdefault(self._words.band(span), []).append(span)
        return self._by_band.get(band, [])

    def _beside(self, labels: Sequence[Span]) -> list[Span]:
        """What stands right of a label."""
        found = []
        for label in labels[:5]:
            box = self._words.box(label)
            for span in self._pieces_of(self._words.band(label)):
                other = self._words.box(span)
                if other[0] >= box[2] and not self._placing.is_taken(span):
                    found.append((other[0] - box[2], span))
        return [span for _, span in sorted(found)][:3]


def _signs(cell: Cell) -> tuple[str, str]:
    """What stands before the first word or number of a value and behind the last, such as a currency's sign or code."""
    text, unit = cell.text, cell.unit
    if cell.value and cell.type in (CellType.NUMBER, CellType.CURRENCY):
        if not unit or unit not in text:
            return "", ""
        return (unit, "") if text.lstrip("-(").startswith(unit) else ("", unit)
    if text[0].isalnum() and text[-1].isalnum():
        return "", ""
    found = list(tokens(text))
    return (text[: found[0].start].strip(), text[found[-1].end :].strip()) if found else ("", "")
