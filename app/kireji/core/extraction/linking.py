"""Finds cells on the picture that they were taken from."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kireji.core.extraction.sheets import Cell, Presence, Sheet
from kireji.core.reading import Reading
from kireji.core.word_boxes import words_of


def linked(sheets: Sequence[Sheet], reading: Reading | None) -> tuple[Sheet, ...]:
    """The sheets with each cell's place on the picture.

    Args:
        sheets: All that came from one picture.
        reading: What was read there; None when it could not be read.
    """
    if reading is None:
        return tuple(sheets)
    places = {word.text: word.box for word in words_of(reading)}

    def link(cell: Cell) -> Cell:
        if not cell.text:
            return cell
        box = places.get(cell.text)
        return msgspec.structs.replace(cell, presence=Presence.FOUND if box else Presence.MISSING, box=box)

    return tuple(
        msgspec.structs.replace(sheet, rows=tuple(tuple(map(link, row)) for row in sheet.rows)) for sheet in sheets
    )
