"""What helps to draw marks and is never part of the picture: the outline of the selected one, the keys' crosshair."""

from __future__ import annotations

import math
from collections.abc import Callable

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


def outlined(bounds: Rect, unit: float) -> Rect:
    """A mark's bounds with room for its outline."""
    margin = round(5 * unit) + 1
    return Rect(bounds.x - margin, bounds.y - margin, bounds.width + 2 * margin, bounds.height + 2 * margin)


class Crosshair:
    """Two lines through the place where the keys draw; there is none until a key moves it.

    Args:
        changed: Told what is to be painted anew, as a `Rect`.
    """

    def __init__(self, changed: Callable[[Rect], None]) -> None:
        self._changed = changed
        self._lines: tuple[Rect, ...] = ()
        self.at: Point | None = None

    def move(self, at: Point | None, within: Rect | None, unit: float) -> None:
        """Go somewhere else, or away with None.

        Args:
            at: In pixels of the picture.
            within: The lines end at its edges.
            unit: Pixels of the picture per logical pixel.
        """
        if at == self.at:
            return
        before, self._lines = self._lines, () if at is None or within is None else _lines(at, within, unit)
        self.at = at
        for line in (*before, *self._lines):
            self._changed(line)

    def paint(self, painter: QPainter, within: Rect, unit: float) -> None:
        """Draw it; the painter's unit is one pixel of the picture."""
        if self.at is None:
            return
        x, y = self.at
        painter.save()
        for colour, width in ((DARK.background, 3 * unit), (DARK.accent, unit)):
            painter.setPen(QPen(QColor(colour), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
            painter.drawLine(QLineF(within.x, y, within.right, y))
            painter.drawLine(QLineF(x, within.y, x, within.bottom))
        painter.restore()


def _lines(at: Point, within: Rect, unit: float) -> tuple[Rect, Rect]:
    """What the two lines cover."""
    margin = math.ceil(2 * unit) + 1
    x, y = math.floor(at[0]) - margin, math.floor(at[1]) - margin
    return Rect(within.x, y, within.width, 2 * margin + 1), Rect(x, within.y, 2 * margin + 1, within.height)
