"""From cells that differ to a handful of boxes around them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kireji.core.word_boxes import Box

if TYPE_CHECKING:
    from PIL import Image

MOST_REGIONS = 40
_CARET_WIDTH = 3
_CARET_HEIGHT = 10
_CARET_SHAPE = 5
"""So many times as high as wide at least."""
_ACROSS = 12
"""Pixels: what is nearer than that along a line is one thing."""
_DOWN = 3
"""The same from line to line."""
_WORD_GAP = 1.6
"""Of the lower one's height: so far words of one line lie from each other."""
_SAME_LINE = 0.5
_MOST_PIECES = 400
_FARTHEST = 8
"""So many times the usual distance are regions joined over when there are too many."""


def regions(uneven: Image.Image, cells: Image.Image, size: int) -> list[Box]:
    """Boxes around what differs, from top to bottom; those beyond the most there may be are the smallest.

    Args:
        uneven: By how much each pixel differs.
        cells: The same in cells of `size` pixels, 0 or 255.
        size: Pixels of a cell.
    """
    pieces = _pieces(cells, _ACROSS // size)
    while len(pieces) > _MOST_PIECES:  # noise, a film, another picture: coarser cells say as much
        cells, size = cells.reduce(2).point([0] + [255] * 255), size * 2
        pieces = _pieces(cells, _ACROSS // size)
    exact = (_exact(uneven, piece, size) for piece in pieces)
    boxes = _joined([box for box in exact if box is not None and not _is_caret(uneven, box)], _ACROSS, _DOWN)
    reach = 2
    while len(boxes) > MOST_REGIONS and reach <= _FARTHEST:
        boxes = _joined(boxes, _ACROSS * reach, _DOWN * 2 * reach)
        reach *= 2
    boxes.sort(key=lambda box: (box[0] - box[2]) * (box[3] - box[1]))
    return sorted(boxes[:MOST_REGIONS], key=_order) + boxes[MOST_REGIONS:]


def _order(box: Box) -> tuple[int, int]:
    return box[1], box[0]


class _Pieces:
    """What hangs together of the runs of every row, corner to corner too."""

    def __init__(self) -> None:
        self._boxes: list[Box] = []
        self._parents: list[int] = []

    def add(self, box: Box) -> int:
        """A run by itself; gives its number."""
        self._boxes.append(box)
        self._parents.append(len(self._parents))
        return self._parents[-1]

    def join(self, one: int, other: int) -> int:
        """Two that touch; gives the number of both."""
        one, other = self._root(one), self._root(other)
        if one != other:
            self._parents[other] = one
            self._boxes[one] = _union(self._boxes[one], self._boxes[other])
        return one

    def all(self) -> list[Box]:
        """Boxes around each."""
        return [box for piece, box in enumerate(self._boxes) if self._parents[piece] == piece]

    def _root(self, piece: int) -> int:
        while self._parents[piece] != piece:
            self._parents[piece] = piece = self._parents[self._parents[piece]]
        return piece


def _pieces(cells: Image.Image, bridged: int) -> list[Box]:
    """Boxes, in cells, around what hangs together; gaps of so many cells in a row are none."""
    width, height = cells.size
    data = cells.tobytes()
    pieces = _Pieces()
    above: list[tuple[int, int, int]] = []
    for row in range(height):
        here: list[tuple[int, int, int]] = []
        reached = 0
        for start, end in _runs(data[row * width : (row + 1) * width], bridged):
            number = pieces.add((start, row, end, row + 1))
            while reached < len(above) and above[reached][1] < start:
                reached += 1
            for left, _, other in above[reached:]:
                if left > end:
                    break
                number = pieces.join(other, number)
            here.append((start, end, number))
        above = here
    return pieces.all()


def _runs(line: bytes, bridged: int) -> Iterator[tuple[int, int]]:
    start = line.find(255)
    while start >= 0:
        end = line.find(0, start)
        end = len(line) if end < 0 else end
        following = line.find(255, end)
        while 0 <= following <= end + bridged:
            end = line.find(0, following)
            end = len(line) if end < 0 else end
            following = line.find(255, end)
        yield start, end
        start = following


def _exact(uneven: Image.Image, piece: Box, size: int) -> Box | None:
    """In pixels, without the rims of the cells."""
    left, top, right, bottom = (side * size for side in piece)
    box = (left, top, min(right, uneven.width), min(bottom, uneven.height))
    inner = uneven.crop(box).getbbox()
    if inner is None:
        return None
    return (box[0] + inner[0], box[1] + inner[1], box[0] + inner[2], box[1] + inner[3])


def _is_caret(uneven: Image.Image, box: Box) -> bool:
    """A bar of one colour that appears or goes; letters have soft edges or other shapes."""
    width, height = box[2] - box[0], box[3] - box[1]
    if width > _CARET_WIDTH or height < max(_CARET_HEIGHT, _CARET_SHAPE * width):
        return False
    return uneven.crop(box).histogram()[1:].count(0) == 254 and uneven.getpixel(box[:2]) != 0


def _joined(boxes: list[Box], across: int, down: int) -> list[Box]:
    """Boxes of which no two lie nearer to each other than allowed."""
    pending = sorted(boxes, key=_order)
    while True:
        done: list[Box] = []
        for box in pending:
            grown = box
            while near := [each for each in done if _near(each, grown, across, down)]:
                done = [each for each in done if each not in near]
                for each in near:
                    grown = _union(grown, each)
            done.append(grown)
        if len(done) == len(pending):
            return done
        pending = sorted(done, key=_order)


def _near(one: Box, other: Box, across: int, down: int) -> bool:
    apart = max(one[0], other[0]) - min(one[2], other[2])
    below = max(one[1], other[1]) - min(one[3], other[3])
    if apart <= across and below <= down:
        return True
    lower = min(one[3] - one[1], other[3] - other[1])
    return -below >= _SAME_LINE * lower and apart <= _WORD_GAP * lower


def _union(one: Box, other: Box) -> Box:
    return (min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3]))
