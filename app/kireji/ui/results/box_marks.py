"""Boxes upon a picture: how they look, and which is next to which."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from kireji.core.word_boxes import Box
from kireji.ui.tokens import INKS, ON_INKS

_TONES = {"plain": "blue", "faint": "blue", "doubt": "amber", "trouble": "red", "good": "green"}
_OVER = 5.0
"""How far a number reaches over the corner of its box, in logical pixels."""
_ASIDE = 2.5
"""How much further away a box is that lies aside of the direction."""


class PlacedBox(NamedTuple):
    """A box on the picture.

    Args:
        key: What it is told as.
        box: In the picture's pixels.
        tone: plain, doubt, trouble or good; faint is seen only while it is chosen.
        number: Stands at its corner; 0 for none.
        words: Of its tool tip; also what a screen reader says when it is chosen.
    """

    key: Hashable
    box: Box
    tone: str = "plain"
    number: int = 0
    words: str = ""


def rect_of(box: Box) -> QRect:
    """The same as Qt has it."""
    return QRect(box[0], box[1], box[2] - box[0], box[3] - box[1])


def area_of(box: Box) -> int:
    """Pixels that it covers."""
    return (box[2] - box[0]) * (box[3] - box[1])


def nearest(boxes: Iterable[PlacedBox], here: PlacedBox, across: int, down: int) -> PlacedBox | None:
    """The next box in a direction.

    Args:
        boxes: All of them.
        here: From where.
        across: -1 for to the left, 1 for to the right, else 0.
        down: -1 for upwards, 1 for downwards, else 0.
    """
    start = QPointF(rect_of(here.box).center())

    def cost(other: PlacedBox) -> float:
        way = QPointF(rect_of(other.box).center()) - start
        along = way.x() * across + way.y() * down
        return along + _ASIDE * (abs(way.x() * down) + abs(way.y() * across)) if along > 0 else float("inf")

    found = min((each for each in boxes if each.key != here.key), key=cost, default=None)
    return found if found is not None and cost(found) < float("inf") else None


def paint_box(painter: QPainter, each: PlacedBox, seen: QRectF, font: QFont, *, chosen: bool) -> None:
    """Paint one.

    Args:
        painter: Upon the view.
        each: Which.
        seen: Where it lies there.
        font: Of its number.
        chosen: Whether it is the one that is meant now.
    """
    if each.tone == "faint" and not chosen:
        return
    ink, outline = QColor(INKS[_TONES[each.tone]]), QColor(ON_INKS[_TONES[each.tone]])
    rect = seen.adjusted(-2, -2, 2, 2)
    ground = QColor(ink)
    ground.setAlphaF(0.16 if chosen else 0.08)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(rect, 3, 3)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if chosen:
        rect.adjust(-1, -1, 1, 1)
        painter.setPen(QPen(outline, 5))
        painter.drawRoundedRect(rect, 4, 4)
    dashed = each.tone in ("doubt", "trouble") and not chosen
    painter.setPen(QPen(ink, 2.5 if chosen else 1.2, Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine))
    painter.drawRoundedRect(rect, 4, 4)
    if each.number:
        _paint_number(painter, each.number, rect, font, ink, outline)


def number_plate(rect: QRectF, width: float, height: float) -> QRectF:
    """Where a number stands: over the corner of its box, so that neither its words nor those beside it are hidden.

    Args:
        rect: The box, upon the view.
        width: Of the plate.
        height: The same.
    """
    left = max(0.0, rect.left() - width + _OVER)
    return QRectF(left, max(0.0, rect.top() - height + _OVER), width, height)


def _paint_number(painter: QPainter, number: int, rect: QRectF, font: QFont, ink: QColor, letters: QColor) -> None:
    painter.setFont(font)
    words = str(number)
    height = painter.fontMetrics().height() + 2
    width = max(height, painter.fontMetrics().horizontalAdvance(words) + 8)
    plate = number_plate(rect, width, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.drawRoundedRect(plate, 4, 4)
    painter.setPen(letters)
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, words)
