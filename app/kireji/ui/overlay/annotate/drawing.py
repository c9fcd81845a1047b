"""Paints marks; the preview and the picture that leaves use the same functions, so what is seen is what is sent."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QGuiApplication,
    QPainter,
    QPainterPath,
    QPen,
    QPolygonF,
    QTextLayout,
    QTextOption,
)

from kireji.core.annotation import ARROW_HEAD, HALO, Annotation, Arrow, Box, Ink, Number, Pen, Point, Redaction, Text
from kireji.core.geometry import Rect
from kireji.ui.chat.words import is_right_to_left
from kireji.ui.tokens import INKS, ON_INKS, REDACTION
from kireji.ui.translation import mark, tr

PLATE_ACROSS, PLATE_DOWN, PLATE_ROUND = 0.45, 0.2, 0.3
"""Room around words and roundness of their plate's corners, in heights of the font."""
_LINE_END = "\u2028"


def paint(painter: QPainter, marks: Sequence[Annotation], dirty: Rect | None = None) -> None:
    """Paint marks in their order, redactions over all others.

    Args:
        painter: Its unit is one pixel of the picture.
        marks: What to paint.
        dirty: Only what touches this; None paints all.
    """
    shown = [each for each in marks if dirty is None or not each.bounds().intersection(dirty).empty]
    for each in shown:
        if not isinstance(each, Redaction):
            _paint_one(painter, each, dirty)
    for each in shown:
        if isinstance(each, Redaction):
            _paint_redaction(painter, each)


_INK_NAMES = {Ink.RED: mark("Red"), Ink.AMBER: mark("Amber"), Ink.GREEN: mark("Green"), Ink.BLUE: mark("Blue")}


def colour_name(ink: Ink) -> str:
    """What a colour is called, for tool tips and screen readers."""
    return tr(_INK_NAMES[ink])


def colour(ink: Ink) -> QColor:
    """What an ink looks like."""
    return QColor(INKS[ink.value])


def contrast(ink: Ink) -> QColor:
    """What its outline and the letters upon it look like."""
    return QColor(ON_INKS[ink.value])


def text_extent(text: str, size: float, widest: float) -> tuple[float, float]:
    """Width and height of the plate for words.

    Args:
        text: May have several lines.
        size: Height of the font in pixels of the picture.
        widest: The plate is no wider; longer lines are broken.
    """
    padding = 2 * PLATE_ACROSS * size
    layout = _laid_out(text, size, max(size, widest - padding))
    return math.ceil(layout[1]) + padding, math.ceil(layout[2]) + 2 * PLATE_DOWN * size


def font(size: float) -> QFont:
    """The letters of text and numbers."""
    result = QFont(QGuiApplication.font())
    result.setPixelSize(max(1, round(size)))
    result.setWeight(QFont.Weight.DemiBold)
    # Hinted letters are not as wide in the scaled preview as in the picture, and lines would break elsewhere.
    result.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return result


def _paint_one(painter: QPainter, mark: Arrow | Box | Pen | Text | Number, dirty: Rect | None) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    if isinstance(mark, Text):
        _paint_text(painter, mark)
    elif isinstance(mark, Number):
        _paint_number(painter, mark)
    elif isinstance(mark, Arrow):
        shape = _arrow(mark)
        painter.strokePath(shape, _pen(contrast(mark.ink), 2 * HALO * mark.width))
        painter.fillPath(shape, colour(mark.ink))
    else:
        path = _outline(mark, dirty)
        painter.strokePath(path, _pen(contrast(mark.ink), (1 + 2 * HALO) * mark.width))
        painter.strokePath(path, _pen(colour(mark.ink), mark.width))
    painter.restore()


def _pen(ink: QColor, width: float) -> QPen:
    return QPen(ink, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


def _outline(mark: Box | Pen, dirty: Rect | None) -> QPainterPath:
    if isinstance(mark, Pen):
        # Where a part is left out the line has a round end; that must lie outside of what is painted too.
        margin = 2 * mark.width + 2
        near = dirty and QRectF(dirty.x, dirty.y, dirty.width, dirty.height)
        return _line(mark.points, near.adjusted(-margin, -margin, margin, margin) if near else None)
    path = QPainterPath()
    path.addRect(QRectF(QPointF(*mark.start), QPointF(*mark.end)).normalized())
    return path


def _line(points: tuple[Point, ...], near: QRectF | None = None) -> QPainterPath:
    """A soft line through points: curves from middle to middle.

    Args:
        points: At least one.
        near: Parts that do not come into it are left out, because stroking thousands of them takes longer than a frame.
    """
    path = QPainterPath(QPointF(*points[0]))
    if len(points) == 1:
        path.lineTo(points[0][0] + 0.01, points[0][1])
        return path
    at, drawn = points[0], True
    for here, there in itertools.pairwise(points[1:]):
        end = ((here[0] + there[0]) / 2, (here[1] + there[1]) / 2)
        if near is None or _meets(near, at, here, end):
            if not drawn:
                path.moveTo(*at)
            path.quadTo(*here, *end)
            drawn = True
        else:
            drawn = False
        at = end
    if not drawn:
        path.moveTo(*at)
    path.lineTo(*points[-1])
    return path


def _meets(near: QRectF, *points: Point) -> bool:
    """Whether the rectangle around points comes into another."""
    across, down = [x for x, _ in points], [y for _, y in points]
    return (
        max(across) >= near.left()
        and min(across) <= near.right()
        and max(down) >= near.top()
        and min(down) <= near.bottom()
    )


def _arrow(mark: Arrow) -> QPainterPath:
    """A shaft that grows from its tail to a head; the tip lies exactly at the end."""
    length = math.dist(mark.start, mark.end) or 1.0
    along = QPointF(mark.end[0] - mark.start[0], mark.end[1] - mark.start[1]) / length
    across = QPointF(-along.y(), along.x())
    head = min(ARROW_HEAD * mark.width, length * 0.7)
    side = head / 2
    tail, tip = QPointF(*mark.start), QPointF(*mark.end)
    neck, barb = tip - along * head * 0.82, tip - along * head
    thin, thick = mark.width * 0.3, min(mark.width * 0.75, side * 0.6)
    outline = [
        tail + across * thin,
        neck + across * thick,
        barb + across * side,
        tip,
        barb - across * side,
        neck - across * thick,
        tail - across * thin,
    ]
    path = QPainterPath()
    path.addPolygon(QPolygonF(outline))
    path.closeSubpath()
    return path


def _laid_out(text: str, size: float, widest: float) -> tuple[QTextLayout, float, float]:
    """Words in lines; returns them with their width and height."""
    layout = QTextLayout(text.replace("\n", _LINE_END), font(size))
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    if is_right_to_left(text):
        option.setTextDirection(Qt.LayoutDirection.RightToLeft)
        option.setAlignment(Qt.AlignmentFlag.AlignRight)
    else:
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
    layout.setTextOption(option)
    layout.beginLayout()
    width = height = 0.0
    while (line := layout.createLine()).isValid():
        line.setLineWidth(widest)
        line.setPosition(QPointF(0, height))
        height += line.height()
        width = max(width, line.naturalTextWidth())
    layout.endLayout()
    return layout, width, height


def _paint_text(painter: QPainter, mark: Text) -> None:
    plate = QRectF(*mark.at, *mark.extent)
    edge = mark.size / 12
    rounding = PLATE_ROUND * mark.size
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(contrast(mark.ink))
    painter.drawRoundedRect(plate.adjusted(-edge, -edge, edge, edge), rounding + edge, rounding + edge)
    painter.setBrush(colour(mark.ink))
    painter.drawRoundedRect(plate, rounding, rounding)
    across, down = PLATE_ACROSS * mark.size, PLATE_DOWN * mark.size
    # Half a pixel more than was measured, so that no rounding breaks a line that fitted.
    layout, _, _ = _laid_out(mark.text, mark.size, mark.extent[0] - 2 * across + 0.5)
    painter.setPen(contrast(mark.ink))
    layout.draw(painter, QPointF(plate.x() + across, plate.y() + down))


def _paint_number(painter: QPainter, mark: Number) -> None:
    edge = mark.size / 12
    middle, radius = QPointF(*mark.at), mark.size / 2
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(contrast(mark.ink))
    painter.drawEllipse(middle, radius + edge, radius + edge)
    painter.setBrush(colour(mark.ink))
    painter.drawEllipse(middle, radius, radius)
    text = str(mark.value)
    letters = font(mark.size * (0.58 if len(text) < 3 else 0.42))
    painter.setFont(letters)
    painter.setPen(contrast(mark.ink))
    metrics = QFontMetricsF(letters)
    left = middle.x() - metrics.horizontalAdvance(text) / 2
    # Figures have no descenders: centred by the height of capitals, not by that of the line.
    painter.drawText(QPointF(left, middle.y() + metrics.capHeight() / 2), text)


def _paint_redaction(painter: QPainter, mark: Redaction) -> None:
    rect = mark.rect
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
    painter.fillRect(QRect(rect.x, rect.y, rect.width, rect.height), QColor(REDACTION))
    painter.restore()
