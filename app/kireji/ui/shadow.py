"""The soft shadow of a panel that floats on other content."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from kireji.ui.tokens import DARK, RADIUS_CARD

REACH = 20
"""How far it goes beyond the panel, in logical pixels."""


def shadow_region(panel: QRect) -> QRect:
    """What the shadow of a panel covers."""
    return panel.adjusted(-REACH, -REACH // 2, REACH, REACH + REACH // 2)


def paint_shadow(painter: QPainter, panel: QRect, strength: float = 1.0) -> None:
    """Paint it.

    Args:
        painter: Of what the panel floats on.
        panel: Where that lies.
        strength: 1 for a dimmed screen; less on a light ground.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    colour = QColor(DARK.code)
    for step in range(REACH, 0, -1):
        colour.setAlphaF((2 + (REACH - step) // 2) / 255 * strength)
        painter.setBrush(colour)
        box = QRectF(panel.adjusted(-step, -step // 2, step, step))
        painter.drawRoundedRect(box, RADIUS_CARD + step, RADIUS_CARD + step)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
