"""All screens as one picture."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage, QPainter

from kireji.core.geometry import Rect, ScreenImage


def place_all(pictures: Sequence[ScreenImage]) -> tuple[Rect, list[Rect]]:
    """Where the pictures lie in a common one, and the size of that.

    Screens lie beside each other in their own pixels. Where a system places them in other units than their pixels
    (macOS), the finest screen sets the scale and the others are enlarged, so that nothing is lost.

    Args:
        pictures: At least one.
    """
    scale = max(picture.width / picture.native.width for picture in pictures)
    left, top = min(each.native.x for each in pictures), min(each.native.y for each in pictures)
    places = []
    for picture in pictures:
        native = picture.native
        x0, y0 = round((native.x - left) * scale), round((native.y - top) * scale)
        x1, y1 = round((native.right - left) * scale), round((native.bottom - top) * scale)
        places.append(Rect(x0, y0, x1 - x0, y1 - y0))
    return Rect(0, 0, max(place.right for place in places), max(place.bottom for place in places)), places


def join(pictures: Sequence[ScreenImage]) -> ScreenImage:
    """One picture of all screens where they lie; what no screen covers is black. May be called from any thread.

    Args:
        pictures: At least one.
    """
    whole, places = place_all(pictures)
    stride = whole.width * 4
    pixels = bytearray(stride * whole.height)
    image = QImage(pixels, whole.width, whole.height, stride, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.black)
    painter = QPainter(image)
    for picture, place in zip(pictures, places, strict=True):
        shown = QImage(picture.pixels, picture.width, picture.height, picture.stride, QImage.Format.Format_RGB32)
        painter.drawImage(QRect(place.x, place.y, place.width, place.height), shown)
    painter.end()
    del painter, image
    left, top = min(each.native.x for each in pictures), min(each.native.y for each in pictures)
    right, bottom = max(each.native.right for each in pictures), max(each.native.bottom for each in pictures)
    return ScreenImage(
        memoryview(pixels), whole.width, whole.height, stride, Rect(left, top, right - left, bottom - top)
    )
