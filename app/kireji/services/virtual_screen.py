"""Several screens as one picture."""

from __future__ import annotations

from collections.abc import Sequence

from kireji.core.geometry import Rect, Region, ScreenImage


def virtual_screen(screens: Sequence[ScreenImage]) -> ScreenImage:
    """Join the pictures of all screens as they lie on the desktop; where no screen is, it is black.

    Args:
        screens: At least one; a single one is given back as it is, without a copy.
    """
    if len(screens) == 1:
        return screens[0]
    left = min(screen.native.x for screen in screens)
    top = min(screen.native.y for screen in screens)
    right = max(screen.native.x + screen.width for screen in screens)
    bottom = max(screen.native.y + screen.height for screen in screens)
    return _joined(screens, Rect(left, top, right - left, bottom - top))


def part_of_desktop(screens: Sequence[ScreenImage], rect: Rect) -> Region | None:
    """What lies in a rectangle of the desktop, of however many screens; None when there is none.

    Args:
        screens: All of them.
        rect: In the desktop's own pixels; what reaches over the screens' edges is left out.
    """
    pieces = [(screen, rect.intersection(_place(screen))) for screen in screens]
    seen = [(screen, piece) for screen, piece in pieces if not piece.empty]
    if not seen:
        return None
    if len(seen) == 1:
        [(screen, piece)] = seen
        return Region(screen, piece.moved(-screen.native.x, -screen.native.y))
    left, top = min(piece.x for _, piece in seen), min(piece.y for _, piece in seen)
    right, bottom = max(piece.right for _, piece in seen), max(piece.bottom for _, piece in seen)
    joined = _joined([screen for screen, _ in seen], Rect(left, top, right - left, bottom - top))
    return Region(joined, Rect(0, 0, joined.width, joined.height))


def without(region: Region, hidden: Sequence[Rect]) -> Region:
    """A copy of a region's pixels in which parts of the desktop are black; the region itself when there are none.

    Args:
        region: Of one picture.
        hidden: In the desktop's own pixels; they may reach over the region's edges.
    """
    if not hidden:
        return region
    screen, rect = region.screen, region.rect
    native = rect.moved(screen.native.x, screen.native.y)
    stride = rect.width * 4
    pixels, source = bytearray(stride * rect.height), screen.pixels.cast("B")
    for row in range(rect.height):
        start = (rect.y + row) * screen.stride + rect.x * 4
        pixels[row * stride : (row + 1) * stride] = source[start : start + stride]
    for each in hidden:
        part = each.intersection(native).moved(-native.x, -native.y)
        for row in range(part.y, part.bottom):
            start = row * stride + part.x * 4
            pixels[start : start + part.width * 4] = b"\x00\x00\x00\xff" * part.width
    picture = ScreenImage(memoryview(pixels).toreadonly(), rect.width, rect.height, stride, native, screen.name)
    return Region(picture, Rect(0, 0, rect.width, rect.height))


def _joined(screens: Sequence[ScreenImage], rect: Rect) -> ScreenImage:
    """The pixels of a rectangle of the desktop as one picture."""
    stride = rect.width * 4
    pixels = bytearray(stride * rect.height)
    target = memoryview(pixels)
    for screen in screens:
        piece = rect.intersection(_place(screen))
        source = screen.pixels.cast("B")
        start = (piece.x - rect.x) * 4
        first = (piece.x - screen.native.x) * 4
        for row in range(piece.height):
            at = start + (piece.y - rect.y + row) * stride
            of = first + (piece.y - screen.native.y + row) * screen.stride
            target[at : at + piece.width * 4] = source[of : of + piece.width * 4]
    return ScreenImage(target.toreadonly(), rect.width, rect.height, stride, rect)


def _place(screen: ScreenImage) -> Rect:
    return Rect(screen.native.x, screen.native.y, screen.width, screen.height)
