"""What helps to draw marks and is never part of the picture: the outline of the selected one, the keys' crosshair."""

from __future__ import annotations

import math

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from kireji.core.annotation import Point
from kireji.core.geometry import Rect
from kireji.ui.tokens import DARK

_GAP = 3.0
"""Between a mark and its outline, in logical pixels."""


def paint_outline(painter: QPainter, bounds: Rect, unit: float) -> None:
    """A dashed line around the selected mark, to be seen on light and on dark.

    Args:
        painter: Its unit is one pixel of the picture.
        bounds: Of the mark.
        unit: Pixels of the picture per logical pixel.
    """
    gap = _GAP * unit
    box = QRectF(bounds.x, bounds.y, bounds.width, bounds.height).adjusted(-gap, -gap, gap, gap)
    painter.save()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(DARK.background), 1.5 * unit))
    painter.drawRect(box)
    dashes = QPen(QColor(DARK.ink), 1.5 * unit)
    dashes.setDashPattern([4, 3])
    painter.setPen(dashes)
    painter.drawRect(box)
    painter.restore()


def paint_crosshair(painter: QPainter, at: Point, within: Rect, unit: float) -> None:
    """Two lines through the place where the keys draw.

    Args:
        painter: Its unit is one pixel of the picture.
        at: In pixels of the picture.
        within: The lines end at its edges.
        unit: Pixels of the picture per logical pixel.
    """
    painter.save()
    for colour, width in ((DARK.background, 3 * unit), (DARK.accent, unit)):
        painter.setPen(QPen(QColor(colour), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawLine(QLineF(within.x, at[1], within.right, at[1]))
        painter.drawLine(QLineF(at[0], within.y, at[0], within.bottom))
    painter.restore()


def crosshair_bounds(at: Point, within: Rect, unit: float) -> tuple[Rect, Rect]:
    """What the two lines cover."""
    margin = math.ceil(2 * unit) + 1
    x, y = math.floor(at[0]) - margin, math.floor(at[1]) - margin
    return Rect(within.x, y, within.width, 2 * margin + 1), Rect(x, within.y, 2 * margin + 1, within.height)
