"""Which picture belongs to which screen, and how large its pixels are there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QScreen

from kireji.core.geometry import Rect, ScreenImage


def native_rect(screen: QScreen) -> Rect:
    """Where a screen lies in its own pixels: Qt scales its size but not its position (platform facts 2.3)."""
    geometry, ratio = screen.geometry(), screen.devicePixelRatio()
    return Rect(geometry.x(), geometry.y(), round(geometry.width() * ratio), round(geometry.height() * ratio))


def matched(screens: Sequence[QScreen], pictures: Sequence[ScreenImage]) -> list[tuple[QScreen, ScreenImage]]:
    """Which picture belongs to which screen: the one that lies where the screen lies."""
    left = list(pictures)
    pairs = []
    for screen in screens:
        if not left:
            break
        place = native_rect(screen)
        best = max(left, key=lambda picture: _nearness(picture.native, place))
        left.remove(best)
        pairs.append((screen, best))
    return pairs


def _nearness(a: Rect, b: Rect) -> tuple[bool, int, int]:
    shared = a.intersection(b)
    return a == b, shared.width * shared.height, -abs(a.x - b.x) - abs(a.y - b.y)
