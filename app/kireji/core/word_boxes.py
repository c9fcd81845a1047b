"""The words of a picture with their places, and the places of pieces of text in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeAlias

import msgspec

from kireji.core.reading import Reading, ReadLine

Box: TypeAlias = tuple[int, int, int, int]
"""Left, top, right, bottom in the picture's pixels; right and bottom are outside it."""

_WORD = re.compile(r"\S+")


class WordBox(msgspec.Struct, frozen=True, gc=False):
    """A word as it was read.

    Args:
        text: Without spaces.
        box: Where it stands.
        line: Number of its line in the reading, from 0.
        start: Place of its first character in that line's text.
        score: 0 to 1, how sure the reader is.
    """

    text: str
    box: Box
    line: int
    start: int
    score: float = 1.0


def words_of(reading: Reading) -> tuple[WordBox, ...]:
    """All words in the order in which they were read."""
    return tuple(
        WordBox(match.group(), span_box(line, match.start(), match.end()), number, match.start(), line.score)
        for number, line in enumerate(reading.lines)
        for match in _WORD.finditer(line.text)
    )


def span_box(line: ReadLine, start: int, end: int) -> Box:
    """Where characters `start` to `end` of a line stand.

    Where the reader has found the ink of each character, the box is just around it. Else it tells of each character
    about where its middle is, of a blank only where the character before it stands, and edges follow from the width
    of the characters themselves.
    """
    if len(line.edges) == 2 * len(line.text) and len(line.ink) == 2 and start < end:
        begin = line.edges[2 * start]
        return (begin, line.ink[0], max(line.edges[2 * end - 1], begin + 1), line.ink[1])
    piece = next((each for each in line.pieces if each.start <= start and end <= each.end), None)
    left, top, right, bottom = line.box if piece is None else piece.box
    if not line.text or right <= left:
        return (left, top, right, bottom)
    if len(line.columns) != len(line.text):
        indent = len(line.text) - len(line.text.lstrip())  # what is before a row's first word is outside its box
        first, last = (indent, len(line.text)) if piece is None else (piece.start, piece.end)
        width, count = right - left, max(1, last - first)
        return (left + width * max(0, start - first) // count, top, left + width * (end - first) // count, bottom)
    first, last = line.columns[start], line.columns[end - 1]
    half = _pitch(line, start, end) / 2
    return (max(left, round(first - half)), top, min(right, round(last + half)), bottom)


def _pitch(line: ReadLine, start: int, end: int) -> float:
    """How wide a character is there, in pixels."""
    if end - start > 1 and (span := line.columns[end - 1] - line.columns[start]) > 0:
        return span / (end - start - 1)
    return (line.box[3] - line.box[1]) * 0.5


def around(boxes: Iterable[Box]) -> Box:
    """The smallest box that holds all of them.

    Raises:
        ValueError: There is none.
    """
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return (min(lefts), min(tops), max(rights), max(bottoms))


def overlap(one: Box, other: Box) -> float:
    """What two boxes share, as part of what they cover together (intersection over union), 0 to 1."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (_area(one) + _area(other) - shared)


def _area(box: Box) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])
