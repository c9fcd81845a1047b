"""Rectangles, screens, and the arithmetic between what a window measures and what a screen's pixels are."""

from __future__ import annotations

import math

import msgspec


class Rect(msgspec.Struct, frozen=True, order=True):
    """A rectangle of whole pixels; `x + width` and `y + height` are outside it."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    @property
    def empty(self) -> bool:
        return self.width <= 0 or self.height <= 0

    def intersection(self, other: Rect) -> Rect:
        """What both cover; has no size where they do not meet."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        return Rect(x, y, max(0, min(self.right, other.right) - x), max(0, min(self.bottom, other.bottom) - y))

    def moved(self, dx: int, dy: int) -> Rect:
        return Rect(self.x + dx, self.y + dy, self.width, self.height)

    def __str__(self) -> str:
        return f"{self.x},{self.y},{self.width},{self.height}"


class ScreenImage(msgspec.Struct, frozen=True):
    """The frozen picture of one screen.

    Args:
        pixels: Bytes in the order blue, green, red, unused; rows of `stride` bytes, top first. Shared, never copied.
        width: Pixels per row.
        height: Rows.
        stride: Bytes per row.
        native: Where the screen lies on the desktop, in its own pixels.
        name: The output's name where known.
    """

    pixels: memoryview
    width: int
    height: int
    stride: int
    native: Rect
    name: str = ""


class ScreenPlace(msgspec.Struct, frozen=True):
    """Where a screen lies.

    Args:
        logical: In the window system's own units, which windows are placed in.
        native: The same place in pixels, as in `ScreenImage.native`.
        scale: Pixels per unit.
        name: The output's name where known.
    """

    logical: Rect
    native: Rect
    scale: float = 1.0
    name: str = ""


class Region(msgspec.Struct, frozen=True):
    """What was cut out.

    Args:
        screen: The frozen picture it was cut from.
        rect: In that picture's pixels; never empty, never outside.
    """

    screen: ScreenImage
    rect: Rect

    @property
    def place(self) -> Rect:
        """Where that lies on the desktop, in its own pixels."""
        native = self.screen.native
        across, down = native.width / self.screen.width, native.height / self.screen.height
        left, top = round(self.rect.x * across), round(self.rect.y * down)
        right, bottom = round(self.rect.right * across), round(self.rect.bottom * down)
        return Rect(native.x + left, native.y + top, max(1, right - left), max(1, bottom - top))


class DesktopWindow(msgspec.Struct, frozen=True):
    """A window of another program.

    Args:
        rect: With its frame, in the desktop's own pixels; may reach over the screens' edges.
        title: As its program says; text from outside.
        menu: It is a menu, a tooltip or another window without a frame of its own.
    """

    rect: Rect
    title: str = ""
    menu: bool = False


def to_pixels(
    left: float,
    top: float,
    right: float,
    bottom: float,
    *,
    widget: tuple[int, int],
    image: tuple[int, int],
) -> Rect:
    """Turn a selection in a window into pixels of the picture that fills it.

    Scaled by picture size over *window* size, because screen geometry is wrong on mixed scales; the left and top edge
    are rounded down, right and bottom up, so that every pixel that was touched is in it, and the result is clamped.

    Args:
        left: Edge in the window's coordinates.
        top: The same.
        right: The same.
        bottom: The same.
        widget: Width and height of the window.
        image: Width and height of the picture in pixels.
    """
    scale_x, scale_y = image[0] / widget[0], image[1] / widget[1]
    x0 = max(0, math.floor(left * scale_x + 1e-6))
    y0 = max(0, math.floor(top * scale_y + 1e-6))
    x1 = min(image[0], math.ceil(right * scale_x - 1e-6))
    y1 = min(image[1], math.ceil(bottom * scale_y - 1e-6))
    return Rect(x0, y0, max(0, x1 - x0), max(0, y1 - y0))
