"""Draws words, bars and pills of rows that are no widgets."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPen, QTextLayout, QTextOption

from kireji.ui.chat.words import is_right_to_left
from kireji.ui.jobs.words import Tone
from kireji.ui.tokens import Colours

_GAP = 2
"""Between what is done and what failed: colours alone do not tell them apart."""
_LEAST = 3
"""Logical pixels of a part of the bar that is not nothing."""
PILL_SIDE, PILL_ABOVE = 10, 4


def draw_lines(
    painter: QPainter, place: QRect, text: str, font: QFont, colour: str, lines: int, *, mirrored: bool
) -> QRectF:
    """Draw a text over as many lines as it needs, at most so many; the last then ends in an ellipsis.

    Args:
        painter: Where to.
        place: Where from, and how wide.
        text: Plain.
        font: Of all of it.
        colour: #RRGGBB.
        lines: At most.
        mirrored: Whether lines begin at the right.

    Returns:
        What the words cover.
    """
    layout = laid_out(text, font, place.width(), lines, mirrored=mirrored)
    painter.setPen(QColor(colour))
    layout.draw(painter, QPointF(place.topLeft()))
    return covered(layout).translated(QPointF(place.topLeft()))


def laid_out(text: str, font: QFont, width: int, lines: int, *, mirrored: bool) -> QTextLayout:
    """A text in lines, at most so many."""
    layout = _layout(text, font, width, mirrored=mirrored)
    if layout.lineCount() > lines:
        begin = layout.lineAt(lines - 1).textStart()
        last = QFontMetrics(font).elidedText(text[begin:], Qt.TextElideMode.ElideRight, width)
        layout = _layout(text[:begin] + last, font, width, mirrored=mirrored)
    return layout


def _layout(text: str, font: QFont, width: int, *, mirrored: bool) -> QTextLayout:
    layout = QTextLayout(text, font)
    side = Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft
    option = QTextOption(side | Qt.AlignmentFlag.AlignAbsolute)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    right_to_left = not text.isascii() and is_right_to_left(text)
    option.setTextDirection(Qt.LayoutDirection.RightToLeft if right_to_left else Qt.LayoutDirection.LeftToRight)
    layout.setTextOption(option)
    layout.beginLayout()
    top = 0.0
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        line.setPosition(QPointF(0, top))
        top += line.height()
    layout.endLayout()
    return layout


def covered(layout: QTextLayout) -> QRectF:
    """What the words of a layout cover."""
    result = QRectF()
    for number in range(layout.lineCount()):
        result = result.united(layout.lineAt(number).naturalTextRect())
    return result


def draw_bar(
    painter: QPainter, place: QRectF, done: float, failed: float, colours: Colours, *, over: bool, mirrored: bool
) -> None:
    """Draw how far a job is.

    Args:
        painter: Where to.
        place: The whole bar.
        done: Share of rows with an answer.
        failed: Share of rows that failed.
        colours: Of the theme.
        over: Whether nothing more is to come.
        mirrored: Whether it begins at the right.
    """
    painter.save()
    radius = place.height() / 2
    whole = QPainterPath()
    whole.addRoundedRect(place, radius, radius)
    painter.fillPath(whole, QColor(colours.raised if colours.strong else colours.line))
    painter.setClipPath(whole)
    first, second = _widths(place.width(), done, failed)
    painter.setPen(Qt.PenStyle.NoPen)
    if first:
        painter.setBrush(QColor(colours.ok if over else colours.accent))
        painter.drawRect(_from_start(place, 0, first, mirrored=mirrored))
    if second:
        gap = _GAP if first else 0
        painter.setBrush(QColor(colours.background))
        painter.drawRect(_from_start(place, first, gap, mirrored=mirrored))
        painter.setBrush(QColor(colours.error))
        painter.drawRect(_from_start(place, first + gap, second - gap, mirrored=mirrored))
    painter.restore()
    if colours.strong:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colours.line), 1))
        painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


def _widths(width: float, done: float, failed: float) -> tuple[float, float]:
    """Of the two parts, in logical pixels: what is not nothing is seen, and what is not all is not full."""
    second = max(width * failed, _LEAST + _GAP) if failed else 0.0
    first = max(width * done, _LEAST) if done else 0.0
    room = width if done + failed >= 1 else width - _LEAST
    return max(0.0, min(first, room - second)), second


def _from_start(place: QRectF, start: float, width: float, *, mirrored: bool) -> QRectF:
    left = place.right() - start - width if mirrored else place.left() + start
    return QRectF(left, place.top(), width, place.height())


def pill_width(text: str, font: QFont) -> int:
    """Of a pill with all of its words, in logical pixels."""
    return QFontMetrics(font).horizontalAdvance(text) + 2 * PILL_SIDE + 1


def draw_pill(painter: QPainter, place: QRectF, text: str, font: QFont, tone: Tone, colours: Colours) -> None:
    """Draw a state in a word or two."""
    ink = {Tone.ACTIVE: colours.accent, Tone.WELL: colours.ok, Tone.WAITS: colours.warn}.get(tone, colours.muted)
    active = tone is Tone.ACTIVE
    painter.setBrush(QColor(colours.accent_soft if active else colours.raised))
    painter.setPen(QPen(QColor(colours.accent_soft if active and not colours.strong else colours.line), 1))
    radius = place.height() / 2
    painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    painter.setPen(QColor(ink))
    painter.setFont(font)
    room = place.adjusted(PILL_SIDE - 2, 0, 2 - PILL_SIDE, 0)
    shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, int(room.width()))
    painter.drawText(room, Qt.AlignmentFlag.AlignCenter, shown)
