"""Marks drawn upon a picture before it is sent, and how one comes into being under the pointer. Pure: no Qt, no I/O.

Every length is in pixels of the picture, so that a mark needs nothing else to be drawn the same in the preview and in
the picture that leaves.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Sequence

import msgspec

from kireji.core.geometry import Rect

Point = tuple[float, float]
"""Left and top in pixels of the picture; positions lie on the lines between pixels."""

HALO = 0.25
"""Width of the outline around a stroke, on each side, as a part of the stroke's width."""
ARROW_HEAD = 5.5
"""Length of an arrow's head in widths of its stroke; half of that is how far it goes to each side."""


class Tool(enum.Enum):
    """What the pointer draws."""

    ARROW = "arrow"
    BOX = "box"
    PEN = "pen"
    TEXT = "text"
    NUMBER = "number"
    REDACT = "redact"

    @property
    def title(self) -> str:
        """What a button calls it."""
        return self.value.capitalize()

    @property
    def letter(self) -> str:
        """The key that chooses it."""
        return self.value[0].upper()


class Ink(enum.Enum):
    """The palette; the colours themselves are tokens of the interface."""

    RED = "red"
    AMBER = "amber"
    GREEN = "green"
    BLUE = "blue"


class Style(msgspec.Struct, frozen=True):
    """How the next mark will look.

    Args:
        ink: Its colour.
        width: Of strokes, in logical pixels.
        unit: Pixels of the picture per logical pixel of the screen, so that a mark looks the same on every screen.
    """

    ink: Ink = Ink.RED
    width: float = 3.0
    unit: float = 1.0

    @property
    def stroke(self) -> float:
        """Width of strokes in pixels of the picture."""
        return self.width * self.unit

    @property
    def text_size(self) -> float:
        """Height of letters in pixels of the picture; grows with the stroke."""
        return round((10 + 3 * self.width) * self.unit)

    @property
    def number_size(self) -> float:
        """Diameter of a number's disc in pixels of the picture."""
        return round((14 + 4 * self.width) * self.unit)


class Arrow(msgspec.Struct, frozen=True, tag="arrow"):
    """A line with a head at its end."""

    start: Point
    end: Point
    ink: Ink = Ink.RED
    width: float = 3.0

    def bounds(self) -> Rect:
        """All that painting may touch."""
        return _around((self.start, self.end), self.width * (ARROW_HEAD / 2 + HALO) + 1)

    def moved(self, dx: float, dy: float) -> Arrow:
        """The same elsewhere."""
        return msgspec.structs.replace(self, start=_shift(self.start, dx, dy), end=_shift(self.end, dx, dy))

    def hit(self, point: Point, reach: float) -> bool:
        """Whether a point lies on it, or no further than `reach` pixels from it."""
        return distance(point, self.start, self.end) <= self.width / 2 + reach


class Box(msgspec.Struct, frozen=True, tag="box"):
    """A frame around something."""

    start: Point
    end: Point
    ink: Ink = Ink.RED
    width: float = 3.0

    def bounds(self) -> Rect:
        """All that painting may touch."""
        return _around((self.start, self.end), self.width * (0.5 + HALO) + 1)

    def moved(self, dx: float, dy: float) -> Box:
        """The same elsewhere."""
        return msgspec.structs.replace(self, start=_shift(self.start, dx, dy), end=_shift(self.end, dx, dy))

    def hit(self, point: Point, reach: float) -> bool:
        """Whether a point lies on the frame; its inside is not the box, so that another can be drawn in it."""
        (left, top), (right, bottom) = self.start, self.end
        corners = ((left, top), (right, top), (right, bottom), (left, bottom))
        sides = zip(corners, (*corners[1:], corners[0]), strict=True)
        return any(distance(point, a, b) <= self.width / 2 + reach for a, b in sides)


class Pen(msgspec.Struct, frozen=True, tag="pen"):
    """A line drawn by hand; at least one point."""

    points: tuple[Point, ...]
    ink: Ink = Ink.RED
    width: float = 3.0

    def bounds(self) -> Rect:
        """All that painting may touch."""
        return _around(self.points, self.width * (0.5 + HALO) + 1)

    def moved(self, dx: float, dy: float) -> Pen:
        """The same elsewhere."""
        return msgspec.structs.replace(self, points=tuple(_shift(each, dx, dy) for each in self.points))

    def hit(self, point: Point, reach: float) -> bool:
        """Whether a point lies on it, or no further than `reach` pixels from it."""
        ends = self.points[1:] or self.points
        parts = zip(self.points, ends, strict=False)
        return any(distance(point, a, b) <= self.width / 2 + reach for a, b in parts)


class Text(msgspec.Struct, frozen=True, tag="text"):
    """Words on a plate.

    Args:
        at: The plate's left top corner.
        text: May have several lines.
        extent: Width and height of the plate, as whoever laid the words out has measured it.
        ink: The plate's colour.
        size: Height of the letters' font in pixels of the picture.
    """

    at: Point
    text: str
    extent: tuple[float, float]
    ink: Ink = Ink.RED
    size: float = 19.0

    def bounds(self) -> Rect:
        """All that painting may touch."""
        return _around((self.at, _shift(self.at, *self.extent)), self.size / 8)

    def moved(self, dx: float, dy: float) -> Text:
        """The same elsewhere."""
        return msgspec.structs.replace(self, at=_shift(self.at, dx, dy))

    def hit(self, point: Point, reach: float) -> bool:
        """Whether a point lies on the plate, or no further than `reach` pixels from it."""
        return _within(point, self.at, _shift(self.at, *self.extent), reach)


class Number(msgspec.Struct, frozen=True, tag="number"):
    """A numbered disc.

    Args:
        at: Its middle.
        value: From 1.
        ink: Its colour.
        size: Its diameter in pixels of the picture.
    """

    at: Point
    value: int
    ink: Ink = Ink.RED
    size: float = 26.0

    def bounds(self) -> Rect:
        """All that painting may touch."""
        return _around((self.at,), self.size * 0.65)

    def moved(self, dx: float, dy: float) -> Number:
        """The same elsewhere."""
        return msgspec.structs.replace(self, at=_shift(self.at, dx, dy))

    def hit(self, point: Point, reach: float) -> bool:
        """Whether a point lies on the disc, or no further than `reach` pixels from it."""
        return math.dist(point, self.at) <= self.size / 2 + reach


class Redaction(msgspec.Struct, frozen=True, tag="redaction"):
    """Pixels that are painted over and do not leave; whole ones, so that no edge lets anything shine through."""

    rect: Rect

    def bounds(self) -> Rect:
        """All that painting may touch."""
        return self.rect

    def moved(self, dx: float, dy: float) -> Redaction:
        """The same elsewhere, on whole pixels."""
        return Redaction(self.rect.moved(round(dx), round(dy)))

    def hit(self, point: Point, reach: float) -> bool:
        """Whether a point lies on it, or no further than `reach` pixels from it."""
        return _within(point, (self.rect.x, self.rect.y), (self.rect.right, self.rect.bottom), reach)


Annotation = Arrow | Box | Pen | Text | Number | Redaction

TOOLS: dict[type, Tool] = {
    Arrow: Tool.ARROW,
    Box: Tool.BOX,
    Pen: Tool.PEN,
    Text: Tool.TEXT,
    Number: Tool.NUMBER,
    Redaction: Tool.REDACT,
}
"""Which tool draws a mark of a kind."""


def tool_of(mark: Annotation) -> Tool:
    """Which tool draws it."""
    return TOOLS[type(mark)]


def next_number(marks: Sequence[Annotation]) -> int:
    """What the next disc says."""
    return 1 + max((each.value for each in marks if isinstance(each, Number)), default=0)


def without(marks: Sequence[Annotation], index: int) -> tuple[Annotation, ...]:
    """The marks but one; discs after it count down, so that the numbers have no gap."""
    gone = marks[index]
    rest = (*marks[:index], *marks[index + 1 :])
    if not isinstance(gone, Number):
        return rest
    return tuple(
        msgspec.structs.replace(each, value=each.value - 1)
        if isinstance(each, Number) and each.value > gone.value
        else each
        for each in rest
    )


def mark_at(marks: Sequence[Annotation], point: Point, reach: float, tool: Tool | None = None) -> int | None:
    """Index of the mark that lies uppermost at a point.

    Args:
        marks: In the order in which they are painted; redactions lie on top of all others.
        point: Where, in pixels of the picture.
        reach: How many pixels beside it still count.
        tool: Only marks of this tool; None takes any.
    """
    order = sorted(range(len(marks)), key=lambda index: (isinstance(marks[index], Redaction), index), reverse=True)
    for index in order:
        mark = marks[index]
        if (tool is None or tool_of(mark) is tool) and mark.hit(point, reach):
            return index
    return None


def distance(point: Point, start: Point, end: Point) -> float:
    """From a point to the nearest point of a stretch, in pixels."""
    across, down = end[0] - start[0], end[1] - start[1]
    length = across * across + down * down
    if length == 0:
        return math.dist(point, start)
    along = ((point[0] - start[0]) * across + (point[1] - start[1]) * down) / length
    along = min(1.0, max(0.0, along))
    return math.dist(point, (start[0] + along * across, start[1] + along * down))


def inside(point: Point, rect: Rect) -> bool:
    """Whether a point lies in a rectangle or on its edge."""
    return _within(point, (rect.x, rect.y), (rect.right, rect.bottom), 0)


def kept_inside(mark: Annotation, dx: float, dy: float, within: Rect) -> Annotation:
    """Move a mark, but never so far that nothing of it is left inside `within`."""
    bounds = mark.bounds()
    least_x, most_x = within.x - bounds.right + 1, within.right - bounds.x - 1
    least_y, most_y = within.y - bounds.bottom + 1, within.bottom - bounds.y - 1
    return mark.moved(min(max(dx, min(least_x, 0)), max(most_x, 0)), min(max(dy, min(least_y, 0)), max(most_y, 0)))


def _shift(point: Point, dx: float, dy: float) -> Point:
    return point[0] + dx, point[1] + dy


def _around(points: Sequence[Point], margin: float) -> Rect:
    """Whole pixels around points, `margin` further on each side."""
    left, top = min(x for x, _ in points) - margin, min(y for _, y in points) - margin
    right, bottom = max(x for x, _ in points) + margin, max(y for _, y in points) + margin
    x, y = math.floor(left), math.floor(top)
    return Rect(x, y, math.ceil(right) - x, math.ceil(bottom) - y)


def _within(point: Point, start: Point, end: Point, reach: float) -> bool:
    return start[0] - reach <= point[0] <= end[0] + reach and start[1] - reach <= point[1] <= end[1] + reach
