"""Burns marks into the pixels that leave."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QColor, QImage, QPainter

from kireji.core.annotation import Annotation, Redaction
from kireji.core.geometry import Rect, ScreenImage
from kireji.ui.overlay.annotate.drawing import paint
from kireji.ui.tokens import REDACTION


def burn(screen: ScreenImage, rect: Rect, marks: Sequence[Annotation]) -> ScreenImage:
    """Cut a rectangle out and paint the marks into it. May be called from any thread.

    Args:
        screen: The frozen picture; stays as it is.
        rect: In its pixels; within it and not empty.
        marks: In its pixels too; what lies outside of `rect` is cut off.

    Returns:
        A picture of `rect` alone, without spare bytes; nothing of what was redacted is in its memory.
    """
    stride = rect.width * 4
    pixels = bytearray(stride * rect.height)
    for row in range(rect.height):
        start = (rect.y + row) * screen.stride + rect.x * 4
        pixels[row * stride : (row + 1) * stride] = screen.pixels[start : start + stride]
    image = QImage(pixels, rect.width, rect.height, stride, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.translate(-rect.x, -rect.y)
    paint(painter, marks, rect)
    painter.end()
    del painter, image
    for mark in marks:
        if isinstance(mark, Redaction):
            _overwrite(pixels, stride, mark.rect.intersection(rect).moved(-rect.x, -rect.y))
    return ScreenImage(memoryview(pixels), rect.width, rect.height, stride, _native(screen, rect), screen.name)


def _overwrite(pixels: bytearray, stride: int, rect: Rect) -> None:
    """Replace every byte, the unused ones too. That nothing survives must not hang on how a painter rounds."""
    if rect.empty:
        return
    fill = QColor(REDACTION)
    row = bytes((fill.blue(), fill.green(), fill.red(), 0xFF)) * rect.width
    for y in range(rect.y, rect.bottom):
        start = y * stride + rect.x * 4
        pixels[start : start + len(row)] = row


def _native(screen: ScreenImage, rect: Rect) -> Rect:
    """Where the rectangle lies on the desktop."""
    across, down = screen.native.width / screen.width, screen.native.height / screen.height
    left, top = round(rect.x * across), round(rect.y * down)
    return Rect(
        screen.native.x + left,
        screen.native.y + top,
        max(1, round(rect.right * across) - left),
        max(1, round(rect.bottom * down) - top),
    )
