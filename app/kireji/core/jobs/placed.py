"""What rows of jobs say, with its places on their pictures, as far as they can be told."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import msgspec

from kireji.core.comparison.answers import comparison
from kireji.core.extraction.linking import linked
from kireji.core.extraction.sheets import Cell, Presence, Sheet
from kireji.core.extraction.sums import with_sums
from kireji.core.moderation.evidence import PictureWords
from kireji.core.reading import Reading
from kireji.core.structured.comparison import Comparison, Difference
from kireji.core.structured.translation import TextBlock, TranslatedBlock, Translation
from kireji.core.translation.blocks import blocks_of
from kireji.core.word_boxes import Box, words_of

_EMPTY_LINE = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_NOWHERE: Box = (0, 0, 0, 0)
_RANKS = {Presence.EMPTY: 0, Presence.FOUND: 0, Presence.DIFFERS: 1, Presence.MISSING: 2, Presence.UNREAD: 3}
_MOST_QUOTES = 400
"""Words of changes that are looked for on two pictures."""


def placed_sheets(sheets: Sequence[Sheet], readings: Sequence[Reading | None]) -> tuple[Sheet, ...]:
    """Tables or fields of a row; a cell stands where it is found best. Takes long for very many cells.

    Args:
        sheets: As they were read from the answer.
        readings: Of the row's pictures; None for one that could not be read.
    """
    best = list(sheets)
    for picture, reading in enumerate(readings):
        if reading is None:
            continue
        there = linked(sheets, reading)
        best = [_better(one, other, picture) for one, other in zip(best, there, strict=True)]
    if None in readings:  # what does not stand on the others may stand on that one
        best = [_unsure(sheet) for sheet in best]
    return tuple(map(with_sums, best))


def _better(one: Sheet, other: Sheet, picture: int) -> Sheet:
    rows = tuple(
        tuple(
            msgspec.structs.replace(there, picture=picture) if _RANKS[there.presence] < _RANKS[cell.presence] else cell
            for cell, there in zip(cells, others, strict=True)
        )
        for cells, others in zip(one.rows, other.rows, strict=True)
    )
    return msgspec.structs.replace(one, rows=rows)


def _unsure(sheet: Sheet) -> Sheet:
    return msgspec.structs.replace(sheet, rows=tuple(tuple(map(_unsure_cell, cells)) for cells in sheet.rows))


def _unsure_cell(cell: Cell) -> Cell:
    return msgspec.structs.replace(cell, presence=Presence.UNREAD) if cell.presence is Presence.MISSING else cell


def placed_translation(
    data: Mapping[str, Any], language: str, text: str, readings: Sequence[Reading | None]
) -> Translation:
    """A translation, part by part.

    Jobs ask for all words at once, so which part is of which words is told by their number and order. Where the two do
    not go together, parts have no places.

    Args:
        data: The answer.
        language: Into which.
        text: What the row says besides its pictures.
        readings: Of the row's pictures; None for one that could not be read.
    """
    said = data["translation"]
    parts = [part.strip("\n") for part in _EMPTY_LINE.split(said) if part.strip()]
    originals: list[TextBlock] = []
    if len(readings) == 1 and readings[0] is not None and not text.strip():
        blocks = blocks_of(readings[0])
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        for each in (parts, lines):
            if _go_together(blocks, each):
                originals, parts = list(blocks), each
                break
    elif not readings:
        given = [part.strip("\n") for part in _EMPTY_LINE.split(text) if part.strip()]
        originals = [TextBlock(part, _NOWHERE) for part in given] if len(given) == len(parts) else []
    originals = originals or [TextBlock("", _NOWHERE) for _ in parts]
    made = tuple(TranslatedBlock(block, part) for block, part in zip(originals, parts, strict=True))
    return Translation(language, made, " ".join(data["source_language"].split()))


def _go_together(blocks: Sequence[TextBlock], parts: Sequence[str]) -> bool:
    """Whether each part can be the translation of the block at its place: what is counted stays the same."""
    return (
        len(blocks) == len(parts)
        and not any(block.unsure for block in blocks)
        and all(_digits(block.text) == _digits(part) for block, part in zip(blocks, parts, strict=True))
    )


def _digits(text: str) -> str:
    return "".join(sorted(letter for letter in text if letter.isdecimal()))


def placed_comparison(
    data: Mapping[str, Any], difference: Difference, before: Reading | None, after: Reading | None
) -> Comparison:
    """A comparison; a change is about those regions in which its words stand.

    Args:
        data: The answer.
        difference: What the pixels say.
        before: Of the first picture; None when it could not be read.
        after: Of the second.
    """
    found = _Regions(difference, before, after)
    changes = [{**change, "regions": found.of(change)} for change in data["changes"]]
    return comparison({"summary": data["summary"], "changes": changes}, difference)


class _Regions:
    """Finds words within the regions that differ."""

    def __init__(self, difference: Difference, before: Reading | None, after: Reading | None) -> None:
        first, second = (PictureWords(words_of(each)) if each is not None else None for each in (before, after))
        there = tuple(map(difference.on_second, difference.boxes))
        self._sides = (("before", first, difference.boxes), ("after", second, there))
        self._left = _MOST_QUOTES

    def of(self, change: Mapping[str, Any]) -> list[int]:
        """The regions of one change, from 1."""
        found = (self._on(change[name], words, regions) for name, words, regions in self._sides)
        return sorted(set(chain.from_iterable(found)))

    def _on(self, quote: str, words: PictureWords | None, regions: tuple[Box, ...]) -> list[int]:
        if words is None or not quote.strip() or self._left <= 0:
            return []
        self._left -= 1
        places = words.find(quote)
        return [number for number, region in enumerate(regions, 1) if any(_touch(region, place) for place in places)]


def _touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
