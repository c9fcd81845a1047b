"""Which picture belongs to which screen, and how large its pixels are there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QScreen

from kireji.core.geometry import Rect, ScreenImage
from kireji.ui.platform.screens import places


def native_rect(screen: QScreen) -> Rect:
    """Where a screen lies in its own pixels: Qt scales its size but not its position (platform facts 2.3)."""
    geometry, ratio = screen.geometry(), screen.devicePixelRatio()
    return Rect(geometry.x(), geometry.y(), round(geometry.width() * ratio), round(geometry.height() * ratio))


def matched(screens: Sequence[QScreen], pictures: Sequence[ScreenImage]) -> list[tuple[QScreen, ScreenImage]]:
    """Which picture belongs to which screen: the one that lies where the screen lies."""
    left = list(pictures)
    lies = {screen: place.native for screen, place in zip(screens, places(screens), strict=True)}
    pairs = []
    for screen in screens:
        if not left:
            break
        place = lies[screen]
        best = max(left, key=lambda picture: _nearness(picture.native, place))
        left.remove(best)
        pairs.append((screen, best))
    return pairs


def _nearness(a: Rect, b: Rect) -> tuple[bool, int, int]:
    shared = a.intersection(b)
    return a == b, shared.width * shared.height, -abs(a.x - b.x) - abs(a.y - b.y)


def unit_of(logical: int, pixels: int, ratio: float) -> float:
    """Logical pixels per pixel of the picture that fills a window.

    A window of a scaled screen is as large as whole logical pixels allow, which may be one pixel more or less than the
    screen: with 1366 pixels at 1.5 it has 911 and reaches beyond the edge. Dividing the one by the other would stretch
    the picture by that; its pixels are the screen's own, so the screen's ratio is the truth where both agree.

    Args:
        logical: The window's width or height.
        pixels: The picture's.
        ratio: The screen's scale.
    """
    return 1 / ratio if abs(logical * ratio - pixels) < 2 else logical / pixels
