"""All screens as one picture."""

from __future__ import annotations

from collections.abc import Sequence

from kireji.core.geometry import Rect, ScreenImage


def virtual_screen(screens: Sequence[ScreenImage]) -> ScreenImage:
    """Join the pictures of all screens as they lie on the desktop; where no screen is, it is black.

    Args:
        screens: At least one; a single one is given back as it is, without a copy.
    """
    if len(screens) == 1:
        return screens[0]
    left = min(screen.native.x for screen in screens)
    top = min(screen.native.y for screen in screens)
    width = max(screen.native.x + screen.width for screen in screens) - left
    height = max(screen.native.y + screen.height for screen in screens) - top
    stride = width * 4
    pixels = bytearray(stride * height)
    target = memoryview(pixels)
    for screen in screens:
        start = (screen.native.y - top) * stride + (screen.native.x - left) * 4
        source = screen.pixels.cast("B")
        for row in range(screen.height):
            at, of = start + row * stride, row * screen.stride
            target[at : at + screen.width * 4] = source[of : of + screen.width * 4]
    return ScreenImage(target.toreadonly(), width, height, stride, Rect(left, top, width, height))
