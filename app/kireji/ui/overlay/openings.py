"""What is selected when the frozen screens appear."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kireji.core.capturing import CaptureMode
from kireji.core.geometry import Rect, ScreenImage
from kireji.ui.overlay.picking import to_picture
from kireji.ui.translation import mark, tr

_NOTHING_BEFORE = mark("There is no earlier region yet. Drag to cut one out.")
_GONE = mark("The earlier region lies on no screen any more. Drag to cut out another one.")
NO_WINDOWS = mark("The windows are not known on this desktop. Drag to cut out a region.")


class Opening(NamedTuple):
    """How a capture begins.

    Args:
        home: Index of the picture on which the selection is.
        selected: What is selected on each picture, in its pixels.
        spanning: All pictures are selected together.
        sentence: Why nothing is selected, where that was wanted.
    """

    home: int
    selected: tuple[Rect | None, ...]
    spanning: bool = False
    sentence: str = ""


def opening(mode: CaptureMode, pictures: Sequence[ScreenImage], pointer: int, last: Rect | None) -> Opening:
    """Choose what is selected.

    Args:
        mode: What was asked for.
        pictures: Of all screens; at least one.
        pointer: Index of the one under the pointer.
        last: The region of the capture before, in the desktop's own pixels.
    """
    nothing: tuple[Rect | None, ...] = (None,) * len(pictures)
    whole = [Rect(0, 0, picture.width, picture.height) for picture in pictures]
    if mode is CaptureMode.ALL:
        return Opening(pointer, tuple(whole), spanning=len(pictures) > 1)
    if mode is CaptureMode.SCREEN:
        return Opening(pointer, _only(whole[pointer], pointer, len(pictures)))
    if mode is not CaptureMode.LAST:
        return Opening(pointer, nothing)
    if last is None:
        return Opening(pointer, nothing, sentence=tr(_NOTHING_BEFORE))
    home = max(range(len(pictures)), key=lambda index: _area(last.intersection(pictures[index].native)))
    inside = to_picture(last, pictures[home])
    if inside.empty:
        return Opening(pointer, nothing, sentence=tr(_GONE))
    return Opening(home, _only(inside, home, len(pictures)))


def _only(rect: Rect, index: int, count: int) -> tuple[Rect | None, ...]:
    return tuple(rect if each == index else None for each in range(count))


def _area(rect: Rect) -> int:
    return rect.width * rect.height
