"""The selection as a state machine: events in, new state out. No Qt.

Everything is counted in pixels of the frozen picture, not of the window, so that the keys reach every pixel of a scaled
screen and no rule suffers from rounding; `to_image` brings the pointer's position over. Positions lie on the lines
between pixels: a drag from 100 to 300 covers the 200 pixels 100 … 299.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace

from kireji.core.geometry import Rect, to_pixels

Point = tuple[float, float]
"""Left and top in pixels of the picture; fractions come from windows that are coarser or finer than the picture."""


class Mode(enum.Enum):
    """What the next movement does."""

    IDLE = "idle"
    DRAGGING = "dragging"
    """A corner follows the pointer."""
    CARRYING = "carrying"
    """Space is held during a drag: the whole rectangle follows."""
    MOVING = "moving"
    """The rectangle was taken by its inside."""
    RESIZING = "resizing"
    """It was taken by a handle."""
    MARKING = "marking"
    """The keys have set the first corner and move the second."""


class Handle(enum.Enum):
    """A place where the rectangle can be taken: which way it lies from the middle, horizontally and vertically."""

    TOP_LEFT = (-1, -1)
    TOP = (0, -1)
    TOP_RIGHT = (1, -1)
    RIGHT = (1, 0)
    BOTTOM_RIGHT = (1, 1)
    BOTTOM = (0, 1)
    BOTTOM_LEFT = (-1, 1)
    LEFT = (-1, 0)


def handle_position(rect: Rect, handle: Handle) -> Point:
    """The middle of a handle."""
    across, down = handle.value
    return rect.x + rect.width * (across + 1) / 2, rect.y + rect.height * (down + 1) / 2


def to_image(x: float, y: float, *, widget: tuple[float, float], image: tuple[int, int]) -> Point:
    """Bring a pointer's position from the window into the picture.

    The pointer cannot leave the screen, so its last column and row stand for the edge behind them: without that the
    last pixels could not be selected with the mouse.
    """

    def one(value: float, size: float, pixels: int) -> float:
        last = size - size / pixels if pixels > size else size - 1
        return float(pixels) if value >= last - 1e-6 else max(0.0, value * pixels / size)

    return one(x, widget[0], image[0]), one(y, widget[1], image[1])


@dataclass(frozen=True, slots=True)
class Selection:
    """What is selected on one screen, and how it is being changed.

    Args:
        width: Of the picture, in pixels.
        height: The same.
        cursor: Where the pointer or the keys' crosshair is.
        rect: What is selected; never empty, never outside the picture.
        mode: What the next movement does.
        handle: Which one was taken, while resizing.
        anchor: The corner that stays, while dragging or marking; where the rectangle was taken, while moving.
        before: What was selected when the mouse was pressed; comes back when that drag selects nothing.
        keyed: The keys moved the crosshair last, so Enter sets a corner instead of taking the whole screen.
    """

    width: int
    height: int
    cursor: Point = (0.0, 0.0)
    rect: Rect | None = None
    mode: Mode = Mode.IDLE
    handle: Handle | None = None
    anchor: Point = (0.0, 0.0)
    before: Rect | None = None
    keyed: bool = False

    @property
    def whole(self) -> Rect:
        """The whole screen."""
        return Rect(0, 0, self.width, self.height)

    @property
    def held(self) -> bool:
        """A mouse button is changing it now."""
        return self.mode in (Mode.DRAGGING, Mode.CARRYING, Mode.MOVING, Mode.RESIZING)

    @property
    def settled(self) -> bool:
        """Something is selected and nothing is changing it."""
        return self.mode is Mode.IDLE and self.rect is not None

    def _inside(self, point: Point) -> Point:
        return min(max(0.0, point[0]), float(self.width)), min(max(0.0, point[1]), float(self.height))

    def _between(self, a: Point, b: Point) -> Rect:
        """All pixels touched by the rectangle with these corners."""
        size = (self.width, self.height)
        left, right = sorted((a[0], b[0]))
        top, bottom = sorted((a[1], b[1]))
        return to_pixels(left, top, right, bottom, widget=size, image=size)

    def _at_least_one_pixel(self, rect: Rect) -> Rect:
        width, height = max(1, rect.width), max(1, rect.height)
        return Rect(min(rect.x, self.width - width), min(rect.y, self.height - height), width, height)

    def _shifted(self, rect: Rect, dx: int, dy: int) -> Rect:
        return Rect(
            min(max(0, rect.x + dx), self.width - rect.width),
            min(max(0, rect.y + dy), self.height - rect.height),
            rect.width,
            rect.height,
        )

    # What the mouse does.

    def handle_at(self, point: Point, reach: float) -> Handle | None:
        """The handle that a press at `point` would take.

        Args:
            point: In pixels of the picture.
            reach: How far from a handle's middle it still counts, in pixels of the picture.
        """
        rect = self.rect
        if rect is None:
            return None
        if self.contains(point) and min(rect.width, rect.height) < 3 * reach:
            return None
        best, nearest = None, reach
        for handle in Handle:
            x, y = handle_position(rect, handle)
            distance = max(abs(point[0] - x), abs(point[1] - y))
            if distance <= nearest:
                best, nearest = handle, distance
        return best

    def contains(self, point: Point) -> bool:
        """Whether `point` is on the rectangle."""
        rect = self.rect
        return rect is not None and rect.x <= point[0] < rect.right and rect.y <= point[1] < rect.bottom

    def pressed(self, point: Point, reach: float) -> Selection:
        """The mouse button goes down: take a handle, take the inside, or begin a new rectangle."""
        point = self._inside(point)
        start = replace(self, cursor=point, anchor=point, before=self.rect, keyed=False, handle=None)
        if (handle := self.handle_at(point, reach)) is not None:
            return replace(start, mode=Mode.RESIZING, handle=handle)
        if self.contains(point) and self.rect != self.whole:  # the whole screen cannot be moved, only left
            return replace(start, mode=Mode.MOVING)
        return replace(start, mode=Mode.DRAGGING, rect=None)

    def moved(self, point: Point) -> Selection:
        """The pointer is somewhere else."""
        point = self._inside(point)
        if self.mode is Mode.DRAGGING:
            rect = self._between(self.anchor, point)
            return replace(self, cursor=point, rect=None if rect.empty else rect)
        if self.mode is Mode.RESIZING:
            return replace(self, cursor=point, rect=self._resized(point))
        if self.mode is Mode.MOVING and self.before is not None:
            dx, dy = round(point[0] - self.anchor[0]), round(point[1] - self.anchor[1])
            return replace(self, cursor=point, rect=self._shifted(self.before, dx, dy))
        if self.mode is Mode.CARRYING:
            return self._carried(point)
        if self.mode is Mode.MARKING:
            return replace(self, cursor=point, rect=self._at_least_one_pixel(self._between(self.anchor, point)))
        return replace(self, cursor=point, keyed=False)

    def _resized(self, point: Point) -> Rect:
        assert self.before is not None
        assert self.handle is not None
        old, (across, down) = self.before, self.handle.value
        left, top, right, bottom = float(old.x), float(old.y), float(old.right), float(old.bottom)
        dx, dy = point[0] - self.anchor[0], point[1] - self.anchor[1]
        left, right = (left + dx, right) if across < 0 else (left, right + dx if across > 0 else right)
        top, bottom = (top + dy, bottom) if down < 0 else (top, bottom + dy if down > 0 else bottom)
        return self._at_least_one_pixel(self._between(self._inside((left, top)), self._inside((right, bottom))))

    def _carried(self, point: Point) -> Selection:
        """Move both corners alike, as far as the screen allows."""
        dx, dy = point[0] - self.cursor[0], point[1] - self.cursor[1]
        left, right = sorted((self.anchor[0], self.cursor[0]))
        top, bottom = sorted((self.anchor[1], self.cursor[1]))
        dx = min(max(dx, -left), self.width - right)
        dy = min(max(dy, -top), self.height - bottom)
        anchor = self.anchor[0] + dx, self.anchor[1] + dy
        corner = self.cursor[0] + dx, self.cursor[1] + dy
        rect = self._between(anchor, corner)
        return replace(self, anchor=anchor, cursor=corner, rect=None if rect.empty else rect)

    def released(self) -> Selection:
        """The mouse button goes up; a drag that selected nothing gives back what was selected before."""
        if not self.held:
            return self
        return replace(self, mode=Mode.IDLE, handle=None, rect=self.rect or self.before, before=None)

    # What the keys do.

    def carrying(self, on: bool) -> Selection:
        """Space goes down or up during a drag."""
        if on and self.mode is Mode.DRAGGING:
            return replace(self, mode=Mode.CARRYING)
        if not on and self.mode is Mode.CARRYING:
            return replace(self, mode=Mode.DRAGGING)
        return self

    def nudged(self, dx: int, dy: int) -> Selection:
        """The arrow keys: move the rectangle, or the crosshair where there is none or its second corner is open."""
        if self.held:
            return self
        if self.mode is Mode.IDLE and self.rect is not None:
            return replace(self, rect=self._shifted(self.rect, dx, dy))
        cursor = self._inside((round(self.cursor[0]) + dx, round(self.cursor[1]) + dy))
        if self.mode is Mode.MARKING:
            return self.moved(cursor)
        return replace(self, cursor=cursor, keyed=True)

    def grown(self, dx: int, dy: int) -> Selection:
        """The right and the bottom edge move by so many pixels; at least one pixel stays."""
        if not self.settled or self.rect is None:
            return self
        rect = self.rect
        width = min(max(1, rect.width + dx), self.width - rect.x)
        height = min(max(1, rect.height + dy), self.height - rect.y)
        return replace(self, rect=Rect(rect.x, rect.y, width, height))

    def grown_before(self, dx: int, dy: int) -> Selection:
        """The left and the top edge move by so many pixels; at least one pixel stays."""
        if not self.settled or self.rect is None:
            return self
        rect = self.rect
        x = min(max(0, rect.x + dx), rect.right - 1)
        y = min(max(0, rect.y + dy), rect.bottom - 1)
        return replace(self, rect=Rect(x, y, rect.right - x, rect.bottom - y))

    def marked(self) -> Selection:
        """Set the first corner at the crosshair, or, when it is set, close the rectangle at the second."""
        if self.mode is Mode.MARKING:
            return replace(self, mode=Mode.IDLE, keyed=False)
        if self.mode is not Mode.IDLE or self.rect is not None:
            return self
        corner = (float(round(self.cursor[0])), float(round(self.cursor[1])))
        rect = self._at_least_one_pixel(self._between(corner, corner))
        return replace(self, mode=Mode.MARKING, anchor=corner, cursor=corner, rect=rect, keyed=True)

    def confirmed(self) -> Selection:
        """Enter: close what is open; where nothing is selected, take the whole screen or, with a keyed crosshair, mark.

        While the mouse is down nothing happens.
        """
        if self.held or self.settled:
            return self
        if self.mode is Mode.MARKING or self.keyed:
            return self.marked()
        return self.all()

    def all(self) -> Selection:
        """Ctrl+A: the whole screen."""
        if self.held:
            return self
        return replace(self, rect=self.whole, mode=Mode.IDLE, keyed=False)

    def taken(self, rect: Rect) -> Selection:
        """Exactly this rectangle, as far as it is on the picture; the crosshair stays."""
        inside = rect.intersection(self.whole)
        return Selection(self.width, self.height, cursor=self.cursor, rect=None if inside.empty else inside)

    def clicked(self, reach: float) -> bool:
        """Whether the mouse is down and has stayed where it was pressed, as a hand does.

        Args:
            reach: How far it may have slipped, in pixels of the picture.
        """
        slipped = max(abs(self.cursor[0] - self.anchor[0]), abs(self.cursor[1] - self.anchor[1]))
        return self.mode is Mode.DRAGGING and slipped <= reach

    def cleared(self) -> Selection:
        """Nothing is selected any more; the crosshair stays."""
        return Selection(self.width, self.height, cursor=self.cursor)
