"""What leaves the frozen screens: the region that is selected and those that were put aside."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtGui import QImage

from kireji.core.geometry import Rect, Region, ScreenImage
from kireji.ui.overlay.picking import to_desktop

if TYPE_CHECKING:
    from kireji.core.annotation import Annotation
    from kireji.ui.overlay.window import OverlayWindow

_HAIR = 1e-6
"""What arithmetic with fractions may be beside a whole pixel."""


class Lost(NamedTuple):
    """What was on a screen that went.

    Args:
        region: What was selected.
        kept: What was put aside before.
        native: Where the region lay on the desktop.
    """

    region: Region | None
    kept: tuple[Region, ...]
    native: Rect | None


class Laid(NamedTuple):
    """Where a part of a region is seen.

    Args:
        window: On which screen.
        source: In pixels of the region.
        target: In pixels of that screen's picture.
    """

    window: OverlayWindow
    source: Rect
    target: Rect

    def place(self, rect: Rect) -> Rect:
        """Where a rectangle of the region lies on the screen, rounded outwards; has no size where it is elsewhere."""
        inside = rect.intersection(self.source)
        across, down = self.target.width / self.source.width, self.target.height / self.source.height
        left, top = (inside.x - self.source.x) * across, (inside.y - self.source.y) * down
        right, bottom = left + inside.width * across, top + inside.height * down
        x, y = math.floor(left + _HAIR), math.floor(top + _HAIR)
        size = math.ceil(right - _HAIR) - x, math.ceil(bottom - _HAIR) - y
        return Rect(self.target.x + x, self.target.y + y, *size) if not inside.empty else inside


class _Kept(NamedTuple):
    region: Region
    window: OverlayWindow | None
    rect: Rect | None


class Shot:
    """The regions of one capture.

    Args:
        pictures: Of all screens.
        spanning: All of them are selected together.
        carried: Regions that an earlier capture put aside.
    """

    def __init__(
        self, pictures: tuple[ScreenImage, ...], *, spanning: bool = False, carried: tuple[Region, ...] = ()
    ) -> None:
        self._pictures = pictures
        self._kept = [_Kept(region, None, None) for region in carried]
        self._joined: ScreenImage | None = None
        self._burnt: tuple[ScreenImage, Rect, tuple[Annotation, ...], Region] | None = None
        self.spanning = spanning

    def region(self, home: OverlayWindow, shown: Sequence[OverlayWindow]) -> Region | None:
        """What is selected, with the marks burnt in; None when nothing is.

        Args:
            home: Where it is selected.
            shown: All windows, for when all screens are selected together.
        """
        if self.spanning:
            if not any(window.drawing.marks for window in shown):
                return _whole(self._all())
            return _whole(_join([self._with_marks(picture, shown) for picture in self._pictures]))
        picture, rect = home.picture, home.selection.rect
        if picture is None or rect is None:
            return None
        return self._with(home.drawing.marks, picture, rect)

    def _with(self, marks: tuple[Annotation, ...], picture: ScreenImage, rect: Rect) -> Region:
        """Burnt once for the same marks, so that the same selection is the same value."""
        if not marks:
            return Region(picture, rect)
        burnt = self._burnt
        if burnt is None or burnt[0] is not picture or burnt[1] != rect or burnt[2] != marks:
            from kireji.ui.overlay.annotate.burn import burn

            burnt = self._burnt = (picture, rect, marks, _whole(burn(picture, rect, marks)))
        return burnt[3]

    def _with_marks(self, picture: ScreenImage, shown: Sequence[OverlayWindow]) -> ScreenImage:
        from kireji.ui.overlay.annotate.burn import burn

        for window in shown:
            if window.picture is picture and window.drawing.marks:
                return burn(picture, Rect(0, 0, picture.width, picture.height), window.drawing.marks)
        return picture

    def _all(self) -> ScreenImage:
        if self._joined is None:
            self._joined = _join(self._pictures)
        return self._joined

    @property
    def size_text(self) -> str:
        """The size of all screens together."""
        from kireji.ui.overlay.joined import place_all

        whole, _ = place_all(self._pictures)
        return f"{whole.width} × {whole.height}"

    def native_rect(self, home: OverlayWindow) -> Rect | None:
        """Where the selection lies on the desktop."""
        if self.spanning:
            return self._all().native
        picture, rect = home.picture, home.selection.rect
        return None if picture is None or rect is None else to_desktop(rect, picture)

    def redacted(self, shown: Sequence[OverlayWindow]) -> tuple[Rect, ...]:
        """What was painted over on any screen, in the desktop's own pixels.

        Args:
            shown: All windows.
        """
        from kireji.core.annotation import Redaction

        return tuple(
            to_desktop(mark.rect, window.picture)
            for window in shown
            for mark in window.drawing.marks
            if window.picture is not None and isinstance(mark, Redaction) and not mark.rect.empty
        )

    @staticmethod
    def cut(region: Region) -> QImage:
        """A copy of a region, for the clipboard or a file."""
        screen, rect = region.screen, region.rect
        image = QImage(screen.pixels, screen.width, screen.height, screen.stride, QImage.Format.Format_RGB32)
        return image.copy(rect.x, rect.y, rect.width, rect.height)

    def lies(self, region: Region, home: OverlayWindow, shown: Sequence[OverlayWindow]) -> list[Laid]:
        """Where a region that was given out is seen; what an earlier capture put aside is nowhere.

        Args:
            region: By `region`, or one of `kept`.
            home: Where it is selected.
            shown: All windows.
        """
        whole = Rect(0, 0, region.rect.width, region.rect.height)
        for each in self._kept:
            if each.region is region:
                return [Laid(each.window, whole, each.rect)] if each.window is not None and each.rect else []
        if not self.spanning:
            rect = home.selection.rect
            return [] if rect is None else [Laid(home, whole, rect)]
        from kireji.ui.overlay.joined import place_all

        _, places = place_all(self._pictures)
        return [
            Laid(window, place, Rect(0, 0, picture.width, picture.height))
            for picture, place in zip(self._pictures, places, strict=True)
            for window in shown
            if window.picture is picture
        ]

    # What was put aside.

    @property
    def kept(self) -> tuple[Region, ...]:
        return tuple(each.region for each in self._kept)

    def keep(self, home: OverlayWindow, shown: Sequence[OverlayWindow]) -> None:
        """Put the present region aside; its pixels are copied, so that the screens' pictures can go."""
        region = self.region(home, shown)
        if region is not None:
            rect = None if self.spanning else home.selection.rect
            self._kept.append(_Kept(_copied(region), home, rect))
            self.spanning = False

    def drop(self, index: int) -> None:
        """Take one back."""
        if 0 <= index < len(self._kept):
            del self._kept[index]

    def kept_on(self, window: OverlayWindow) -> tuple[tuple[int, Rect], ...]:
        """Those of a window's picture, with their numbers from 1."""
        numbered = enumerate(self._kept, 1)
        return tuple((number, each.rect) for number, each in numbered if each.window is window and each.rect)


def _whole(picture: ScreenImage) -> Region:
    return Region(picture, Rect(0, 0, picture.width, picture.height))


def _join(pictures: Sequence[ScreenImage]) -> ScreenImage:
    from kireji.ui.overlay.joined import join

    return join(pictures)


def _copied(region: Region) -> Region:
    """The same pixels without the rest of the screen."""
    screen, rect = region.screen, region.rect
    stride = rect.width * 4
    pixels = bytearray(stride * rect.height)
    for row in range(rect.height):
        start = (rect.y + row) * screen.stride + rect.x * 4
        pixels[row * stride : (row + 1) * stride] = screen.pixels[start : start + stride]
    return _whole(
        ScreenImage(memoryview(pixels), rect.width, rect.height, stride, to_desktop(rect, screen), screen.name)
    )
