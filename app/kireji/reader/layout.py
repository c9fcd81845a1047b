"""From boxes of text to rows in reading order, and from rows to spacing. Pure arithmetic.

Boxes that stand side by side belong to one row, as in a table. Independent panes or columns of prose are told apart
from a table by two signs: their lines do not share a height, or both sides are wide; they are read one after the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median
from typing import NamedTuple

import msgspec

from kireji.core.reading import ReadPiece

_SAME_ROW = 0.5  # of the taller box must be shared
_WORD_GAP = 0.8  # of the height; a smaller gap is a space inside a line that the detector split
_GUTTER = 1.5  # of the height, between columns
_BAND_GAP = 0.8  # of the height, between blocks one above the other
_PROSE = 10.0  # of the height: a box this wide is a sentence, not a cell
_COLUMN_BOXES = 3
_GUTTERS_TRIED = 4
_MOST_SPACES = 40
_STANDING = 3  # times as high as wide
_RIM = 0.22  # of the height: what the detector adds to the width of the letters (measured)


class Box(NamedTuple):
    """A rectangle around text; right and bottom are outside it."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top


class Row(msgspec.Struct, frozen=True):
    """One line of text.

    Args:
        boxes: From left to right; each is recognised by itself.
        left: Where the column it stands in begins; what is right of that is indentation.
    """

    boxes: tuple[Box, ...]
    left: int


def union(boxes: Iterable[Box]) -> Box:
    """The smallest box around all of `boxes`."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return Box(min(lefts), min(tops), max(rights), max(bottoms))


def rows(boxes: Sequence[Box]) -> list[Row]:
    """Put boxes in reading order.

    Args:
        boxes: In any order, none empty.
    """
    if not boxes:
        return []
    return _block(list(boxes), min(box.left for box in boxes))


def _block(boxes: list[Box], left: int) -> list[Row]:
    height = median(box.height for box in boxes)
    for first, second in _gutters(boxes, _GUTTER * height):
        if _independent(first, second, height):
            return [row for side in (first, second) for row in _block(side, min(box.left for box in side))]
    bands = _bands(boxes, _BAND_GAP * height)
    if len(bands) > 1:
        return [row for band in bands for row in _block(band, left)]
    return [row for line in _lines(boxes) for row in _rows_of(line, left)]


def _rows_of(line: list[Box], left: int) -> list[Row]:
    """Words that run from top to bottom are lines of their own, the first at the right; the others are one row."""
    upright = [Row((box,), box.left) for box in reversed(line) if stands(box)]
    level = [box for box in line if not stands(box)]
    return [*upright, *([Row(tuple(_joined(level)), left)] if level else [])]


def stands(box: Box) -> bool:
    """Whether words run from top to bottom in it: an axis of a diagram, a column of Japanese, and not the letter I."""
    return box.height >= _STANDING * box.width


def _gutters(boxes: list[Box], least: float) -> list[tuple[list[Box], list[Box]]]:
    """What stands left and right of the widest empty stripes from top to bottom."""
    ordered = sorted(boxes)
    gaps, end = [], ordered[0].right
    for index, box in enumerate(ordered):
        if box.left - end >= least:
            gaps.append((box.left - end, index))
        end = max(end, box.right)
    widest = sorted(gaps, reverse=True)[:_GUTTERS_TRIED]
    return [(ordered[:index], ordered[index:]) for _, index in widest]


def _bands(boxes: list[Box], least: float) -> list[list[Box]]:
    """Blocks one above the other, cut at every empty stripe from left to right."""
    ordered = sorted(boxes, key=lambda box: box.top)
    bands, end = [[ordered[0]]], ordered[0].bottom
    for box in ordered[1:]:
        if box.top - end >= least:
            bands.append([])
        bands[-1].append(box)
        end = max(end, box.bottom)
    return bands


def _independent(first: list[Box], second: list[Box], height: float) -> bool:
    """Whether two sides of a gutter are columns of their own and not cells of one table."""
    if min(len(first), len(second)) < _COLUMN_BOXES:
        return False
    if all(median(box.width for box in side) >= _PROSE * height for side in (first, second)):
        return True
    few, many = sorted((first, second), key=len)
    beside = [box for box in few if any(_overlap(box, other) > 0 for other in many)]
    apart = [box for box in beside if not any(_same_row(box, other) for other in many)]
    return len(apart) * 2 > len(few)


def _lines(boxes: list[Box]) -> list[list[Box]]:
    lines: list[list[Box]] = []
    for box in sorted(boxes, key=lambda box: (box.top + box.bottom, box.left)):
        if lines and any(_same_row(box, other) for other in lines[-1]):
            lines[-1].append(box)
        else:
            lines.append([box])
    return [sorted(line) for line in lines]


def _joined(line: list[Box]) -> list[Box]:
    """A line without the splits that the detector made between words."""
    joined = [line[0]]
    for box in line[1:]:
        last = joined[-1]
        if box.left - last.right <= _WORD_GAP * min(box.height, last.height):
            joined[-1] = union((last, box))
        else:
            joined.append(box)
    return joined


def _overlap(box: Box, other: Box) -> int:
    return min(box.bottom, other.bottom) - max(box.top, other.top)


def _same_row(box: Box, other: Box) -> bool:
    return _overlap(box, other) >= _SAME_ROW * max(box.height, other.height)


def pieces(text: str, row: Row, texts: Sequence[str]) -> tuple[ReadPiece, ...]:
    """What a line consists of.

    Args:
        text: The whole line, as `Spacing.line` has put it together.
        row: Where its pieces stand.
        texts: What they say, one for each box; empty where nothing was recognised.
    """
    found: list[ReadPiece] = []
    at = 0
    for box, words in zip(row.boxes, texts, strict=True):
        if words:
            begin = text.index(words, at)
            at = begin + len(words)
            found.append(ReadPiece(begin, at, box))
    return tuple(found)


def columns(text: str, row: Row, texts: Sequence[str], places: Sequence[Sequence[float]]) -> tuple[int, ...]:
    """Where each character of a line stands, in pixels from the left of the picture.

    Args:
        text: The whole line, as `Spacing.line` has put it together.
        row: Where its pieces stand.
        texts: What they say, one for each box; empty where nothing was recognised.
        places: For each character of a piece, where it stands between the piece's left (0) and right (1).

    Returns:
        Nothing when that is not known of every piece.
    """
    found: list[int] = []
    at = 0
    for box, words, inner in zip(row.boxes, texts, places, strict=True):
        if not words:
            continue
        if len(inner) != len(words) or not text.startswith(words, begin := text.find(words, at)):
            return ()
        found += [box.left] * (begin - at)
        found += [round(box.left + place * box.width) for place in inner]
        at = begin + len(words)
    return tuple(found) if at == len(text) else ()


def edges(
    text: str, boxes: Sequence[Box], texts: Sequence[str], inner: Sequence[Sequence[tuple[int, int]]]
) -> tuple[int, ...]:
    """Where each character of a line begins and ends, in pixels from the left of the picture.

    Args:
        text: The whole line, as `Spacing.line` has put it together.
        boxes: Where its pieces stand.
        texts: What they say.
        inner: For each character of a piece where it begins and ends, in pixels from the piece's left.

    Returns:
        Two numbers for each character; nothing when the pieces are not the line.
    """
    found: list[int] = []
    at = 0
    for box, words, within in zip(boxes, texts, inner, strict=True):
        begin = text.find(words, at)
        if begin < 0 or len(within) != len(words):
            return ()
        left = box.left + within[0][0]
        found += [found[-1] if found else left, left] * (begin - at)
        for first, last in within:
            found += (box.left + first, box.left + last)
        at = begin + len(words)
    return tuple(found) if at == len(text) else ()


class Spacing:
    """Turns distances into spaces, so that code keeps its indentation and cells keep their distance.

    The width of a character is taken from the longest line of a similar height seen so far: exact for monospaced
    text, near enough for the rest.
    """

    def __init__(self) -> None:
        self._known: list[tuple[int, float, int]] = []

    def line(self, row: Row, texts: Sequence[str]) -> str:
        """The row as one line of text.

        Args:
            row: Where its pieces stand.
            texts: What they say, one for each box; empty where nothing was recognised.
        """
        words, end = "", row.left
        for box, text in zip(row.boxes, texts, strict=True):
            if not text:
                continue
            width = self._character(box, text)
            if words:
                spaces = max(1, round((box.left - end + _RIM * box.height) / width))
            else:
                spaces = round((box.left - end) / width) if box.left - end >= 1.2 * width else 0
            words += " " * min(spaces, _MOST_SPACES) + text
            end = box.right
        return words

    def _character(self, box: Box, text: str) -> float:
        self._known.append((len(text), max(1.0, (box.width - _RIM * box.height) / len(text)), box.height))
        similar = [known for known in self._known if abs(known[2] - box.height) * 4 <= box.height]
        return max(similar)[1]
