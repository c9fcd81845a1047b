"""A mark in the making: press, move, release. Pure: events in, new state out."""

from __future__ import annotations

import math

import msgspec

from kireji.core.annotation import Annotation, Arrow, Box, Number, Pen, Point, Redaction, Style, Tool, distance
from kireji.core.geometry import Rect

_LEAST = 3.0
"""A drag shorter than this many logical pixels is a click and draws nothing that has a length."""
_TURN = math.pi / 4


class Draft(msgspec.Struct, frozen=True):
    """What is being drawn.

    Args:
        tool: Which kind of mark.
        style: How it looks.
        within: Where it may lie, in pixels of the picture.
        points: Where the pointer was; the first is where the drawing began, the last where it is. Only the pen keeps
            those between.
        number: What a disc says.
    """

    tool: Tool
    style: Style
    within: Rect
    points: tuple[Point, ...]
    number: int = 1

    @classmethod
    def begun(cls, tool: Tool, style: Style, within: Rect, point: Point, number: int = 1) -> Draft:
        """The mouse went down, or a key set the start; `point` is brought inside."""
        return cls(tool, style, within, (_inside(point, within),), number)

    def moved(self, point: Point, *, constrain: bool = False) -> Draft:
        """The pointer is elsewhere.

        Args:
            point: In pixels of the picture; brought inside.
            constrain: A square, an arrow in steps of 45 degrees, a straight line of the pen.
        """
        start = self.points[0]
        if not constrain:
            point = _inside(point, self.within)
            if self.tool is Tool.PEN:
                return self._further(point)
            return msgspec.structs.replace(self, points=(start, point))
        if self.tool in (Tool.BOX, Tool.REDACT):
            point = _square(start, point, self.within)
        elif self.tool in (Tool.ARROW, Tool.PEN):
            point = _turned(start, point, self.within)
        else:
            point = _inside(point, self.within)
        return msgspec.structs.replace(self, points=(start, point))

    def _further(self, point: Point) -> Draft:
        if math.dist(self.points[-1], point) < self.style.unit / 2:
            return self
        return msgspec.structs.replace(self, points=(*self.points, point))

    @property
    def mark(self) -> Annotation | None:
        """What it would be now; None while it is too small to be meant, and for text, which is typed."""
        start, end = self.points[0], self.points[-1]
        ink, stroke = self.style.ink, self.style.stroke
        if self.tool is Tool.NUMBER:
            return Number(end, self.number, ink, self.style.number_size)
        if self.tool is Tool.PEN:
            return Pen(self.points, ink, stroke)
        if self.tool is Tool.TEXT or math.dist(start, end) < _LEAST * self.style.unit:
            return None
        if self.tool is Tool.ARROW:
            return Arrow(start, end, ink, stroke)
        if self.tool is Tool.BOX:
            return Box(start, end, ink, stroke)
        return Redaction(_outward(start, end, self.within))

    def changed_since(self, before: Draft) -> tuple[Rect, ...]:
        """What looks different, as rectangles: of a pen's line only the end that grew."""
        if self.tool is Tool.PEN and len(before.points) > 2 and self.points[: len(before.points)] == before.points:
            # Its curve goes from middle to middle of the points, so the last ones before were only provisional.
            return (Pen(self.points[len(before.points) - 3 :], width=self.style.stroke).bounds(),)
        return tuple(mark.bounds() for mark in (before.mark, self.mark) if mark is not None)

    @property
    def finished(self) -> Annotation | None:
        """The mark as it stays: a pen's line without the points that change nothing that can be seen."""
        mark = self.mark
        if isinstance(mark, Pen):
            return msgspec.structs.replace(mark, points=simplified(mark.points, self.style.unit / 4))
        return mark


def simplified(points: tuple[Point, ...], tolerance: float) -> tuple[Point, ...]:
    """Leave out points no further than `tolerance` from the line without them (Douglas and Peucker)."""
    if len(points) < 3:
        return points
    kept = {0, len(points) - 1}
    open_parts = [(0, len(points) - 1)]
    while open_parts:
        first, last = open_parts.pop()
        furthest, most = first, tolerance
        for index in range(first + 1, last):
            far = distance(points[index], points[first], points[last])
            if far > most:
                furthest, most = index, far
        if furthest != first:
            kept.add(furthest)
            open_parts += [(first, furthest), (furthest, last)]
    return tuple(points[index] for index in sorted(kept))


def _inside(point: Point, within: Rect) -> Point:
    return (
        min(max(point[0], float(within.x)), float(within.right)),
        min(max(point[1], float(within.y)), float(within.bottom)),
    )


def _outward(start: Point, end: Point, within: Rect) -> Rect:
    """All pixels that are touched, at least one each way, also at the far edges."""
    left, right = sorted((start[0], end[0]))
    top, bottom = sorted((start[1], end[1]))
    x, y = min(math.floor(left), within.right - 1), min(math.floor(top), within.bottom - 1)
    return Rect(x, y, max(1, math.ceil(right) - x), max(1, math.ceil(bottom) - y))


def _room(start: float, forward: bool, low: float, high: float) -> float:
    return high - start if forward else start - low


def _square(start: Point, point: Point, within: Rect) -> Point:
    """The opposite corner of a square that does not leave `within`."""
    across, down = point[0] - start[0], point[1] - start[1]
    side = min(
        max(abs(across), abs(down)),
        _room(start[0], across >= 0, within.x, within.right),
        _room(start[1], down >= 0, within.y, within.bottom),
    )
    return start[0] + math.copysign(side, across), start[1] + math.copysign(side, down)


def _turned(start: Point, point: Point, within: Rect) -> Point:
    """The end of a line in the nearest of eight directions that does not leave `within`."""
    turn = round(math.atan2(point[1] - start[1], point[0] - start[0]) / _TURN) % 8
    right, down = ((1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1))[turn]
    length = math.dist(start, point) / (math.sqrt(2) if right and down else 1)
    if right:
        length = min(length, _room(start[0], right > 0, within.x, within.right))
    if down:
        length = min(length, _room(start[1], down > 0, within.y, within.bottom))
    return start[0] + right * length, start[1] + down * length
