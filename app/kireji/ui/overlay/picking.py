"""Windows of the frozen picture: which one is meant, and where their edges are. Arithmetic, no Qt."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kireji.core.geometry import DesktopWindow, Rect, ScreenImage
from kireji.ui.overlay.selection import Point, Selection


class Spot(NamedTuple):
    """What can be picked as a whole.

    Args:
        rect: In pixels of the picture; never empty, never outside.
        title: For people; may be empty. Text from outside, without control characters.
    """

    rect: Rect
    title: str = ""


class Part(enum.Enum):
    """What of a selection jumps to an edge."""

    ALL = "all"
    """The whole rectangle, with the side that goes ahead; the crosshair where there is none."""
    BEFORE = "before"
    """Its left and its top edge."""
    AFTER = "after"
    """Its right and its bottom edge."""


def to_picture(rect: Rect, picture: ScreenImage) -> Rect:
    """A rectangle of the desktop in the pixels of a picture, cut at its edges; without size where they do not meet."""
    inside = rect.intersection(picture.native)
    if inside.empty:
        return Rect(0, 0, 0, 0)
    across, down = picture.width / picture.native.width, picture.height / picture.native.height
    left, top = round((inside.x - picture.native.x) * across), round((inside.y - picture.native.y) * down)
    right = round((inside.right - picture.native.x) * across)
    bottom = round((inside.bottom - picture.native.y) * down)
    return Rect(left, top, right - left, bottom - top)


def to_desktop(rect: Rect, picture: ScreenImage) -> Rect:
    """The way back."""
    across, down = picture.native.width / picture.width, picture.native.height / picture.height
    left, top = round(rect.x * across), round(rect.y * down)
    width, height = round(rect.right * across) - left, round(rect.bottom * down) - top
    return Rect(picture.native.x + left, picture.native.y + top, max(1, width), max(1, height))


def spots_on(picture: ScreenImage, windows: Iterable[DesktopWindow]) -> tuple[Spot, ...]:
    """The windows that reach into a picture, topmost first; menus and tooltips lie over all others.

    Args:
        picture: Of one screen.
        windows: Of the desktop, topmost first.
    """
    found: dict[Rect, Spot] = {}
    for window in sorted(windows, key=lambda each: not each.menu):
        rect = to_picture(window.rect, picture)
        if not rect.empty and rect not in found:
            title = "".join(letter for letter in window.title if letter.isprintable())
            found[rect] = Spot(rect, title)
    return tuple(found.values())


def spot_at(spots: Sequence[Spot], point: Point) -> int | None:
    """Index of the topmost one under a point."""
    for index, (rect, _) in enumerate(spots):
        if rect.x <= point[0] < rect.right and rect.y <= point[1] < rect.bottom:
            return index
    return None


def next_spot(spots: Sequence[Spot], current: int | None, step: int) -> int | None:
    """Index of the next one, all around; None when there are none."""
    if not spots:
        return None
    if current is None:
        return 0 if step > 0 else len(spots) - 1
    return (current + step) % len(spots)


def spot_towards(spots: Sequence[Spot], current: int | None, direction: tuple[int, int]) -> int | None:
    """Index of the nearest one that way, measured from middle to middle; the present one when nothing lies there."""
    if current is None:
        return next_spot(spots, None, 1)
    x, y = _middle(spots[current].rect)
    best, nearest = current, float("inf")
    for index, spot in enumerate(spots):
        dx, dy = _middle(spot.rect)[0] - x, _middle(spot.rect)[1] - y
        ahead = dx * direction[0] + dy * direction[1]
        aside = abs(dx * direction[1]) + abs(dy * direction[0])
        if index != current and ahead > 0 and ahead + 2 * aside < nearest:
            best, nearest = index, ahead + 2 * aside
    return best


def jump(selection: Selection, spots: Sequence[Spot], direction: tuple[int, int], part: Part) -> tuple[int, int]:
    """How far it is to the next edge of a window or of the screen that way, across and down.

    Args:
        selection: What jumps.
        spots: Whose edges count.
        direction: -1, 0 or 1 across and down.
        part: Which edge of the selection goes there.
    """
    across, down = direction
    rect = selection.rect if selection.settled else None
    if rect is None:
        first = last = round(selection.cursor[0])
        top = bottom = round(selection.cursor[1])
    else:
        first, last, top, bottom = rect.x, rect.right, rect.y, rect.bottom
    ahead_across = part is Part.AFTER or (part is Part.ALL and across > 0)
    ahead_down = part is Part.AFTER or (part is Part.ALL and down > 0)
    columns = {0, selection.width}.union(*((spot.rect.x, spot.rect.right) for spot in spots))
    rows = {0, selection.height}.union(*((spot.rect.y, spot.rect.bottom) for spot in spots))
    return (
        _to_next(last if ahead_across else first, columns, across),
        _to_next(bottom if ahead_down else top, rows, down),
    )


def _to_next(value: int, edges: Iterable[int], way: int) -> int:
    distances = [edge - value for edge in edges if (edge - value) * way > 0]
    return min(distances, key=abs, default=0)


def _middle(rect: Rect) -> Point:
    return rect.x + rect.width / 2, rect.y + rect.height / 2
