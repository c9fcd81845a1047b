"""Interface icons (Lucide, ISC licence), drawn in the theme's colours at the screen's own resolution."""

from __future__ import annotations

import functools

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap

from kireji.resources import resource

WINDOW_SIZES = (16, 22, 32, 48, 64, 128, 256)


def icon(name: str, colour: str, size: int = 16, *, solid: bool = False, gap: int = 0, mirrored: bool = False) -> QIcon:
    """One icon.

    Args:
        name: As Lucide calls it; the file must be in `resources/icons/lucide`.
        colour: #RRGGBB, from the theme.
        size: Edge in logical pixels.
        solid: Filled instead of drawn in lines.
        gap: Empty space at its right side, because Qt leaves too little between an icon and a button's words.
        mirrored: That space is at its left, where the words stand in a mirrored window.

    Raises:
        FileNotFoundError: The icon was not brought in by packaging/icons.py.
    """
    ratios = {1.0, 2.0, QGuiApplication.primaryScreen().devicePixelRatio()}
    return _icon(name, colour, size, tuple(sorted(ratios)), solid=solid, gap=gap, mirrored=mirrored)


@functools.lru_cache(maxsize=256)
def _icon(
    name: str, colour: str, size: int, ratios: tuple[float, ...], *, solid: bool, gap: int, mirrored: bool
) -> QIcon:
    """Drawn once: every message has several, and drawing one takes as long as a paragraph."""
    result = QIcon()
    for ratio in ratios:
        result.addPixmap(pixmap(name, colour, size, ratio, solid=solid, gap=gap, mirrored=mirrored))
    return result


def pixmap(
    name: str,
    colour: str,
    size: int,
    ratio: float = 1.0,
    *,
    solid: bool = False,
    gap: int = 0,
    mirrored: bool = False,
) -> QPixmap:
    """The same as a picture for one screen.

    Args:
        name: As Lucide calls it.
        colour: #RRGGBB.
        size: Edge in logical pixels.
        ratio: Device pixels per logical pixel.
        solid: Filled.
        gap: Empty space at its right side, in logical pixels.
        mirrored: At its left instead.
    """
    # Loading QtSvg costs a new start 10 ms, and the tray needs none of it.
    from PySide6.QtSvg import QSvgRenderer

    drawing = resource(f"icons/lucide/{name}.svg").read_text("utf-8").replace("currentColor", colour)
    if solid:
        drawing = drawing.replace('fill="none"', f'fill="{colour}"')
    result = QPixmap(round((size + gap) * ratio), round(size * ratio))
    result.setDevicePixelRatio(ratio)
    result.fill(Qt.GlobalColor.transparent)
    painter = QPainter(result)
    QSvgRenderer(QByteArray(drawing.encode())).render(painter, QRectF(gap if mirrored else 0, 0, size, size))
    painter.end()
    return result


def window_icon() -> QIcon:
    """The program's own icon, from ready-made pictures."""
    result = QIcon()
    for size in WINDOW_SIZES:
        result.addFile(str(resource(f"icons/kireji-{size}.png")))
    return result
