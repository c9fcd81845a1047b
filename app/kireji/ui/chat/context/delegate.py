"""Paints the lines of what goes along; no line is a widget, so that tens of thousands cost nothing."""

from __future__ import annotations

import enum
import functools
from typing import NamedTuple

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QGuiApplication, QPainter, QPen, QPixmap, QTextOption
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTreeView

from kireji.ui.chat.context.lines import Line
from kireji.ui.chat.context.tree_model import LINE, Index
from kireji.ui.chat.words import is_right_to_left
from kireji.ui.icons import pixmap
from kireji.ui.parts import focus_pen
from kireji.ui.settings.switch import paint_switch
from kireji.ui.theme import Theme
from kireji.ui.tokens import RADIUS_CONTROL, SPACE, TYPE_BODY, TYPE_LABEL, TYPE_SMALL

_SWITCH = (28, 16)
_MARK = 14
_OFF = 0.55
"""How much of its strength a switch keeps whose whole source is off."""


class Zone(enum.Enum):
    """What of a line is pressed."""

    WORDS = "words"
    PIN = "pin"
    SWITCH = "switch"


class _Places(NamedTuple):
    icon: QRect
    title: QRect
    note: QRect
    pin: QRect
    switch: QRect


class LineDelegate(QStyledItemDelegate):
    """Draws icon, name, cost, pin and switch, all lines equally high.

    Args:
        theme: Colours and text size.
        view: Where they stand.
    """

    def __init__(self, theme: Theme, view: QTreeView) -> None:
        super().__init__(view)
        self._theme = theme
        self._view = view

    def height(self) -> int:
        """Of every line, in logical pixels."""
        return self._theme.px(TYPE_BODY) + 18

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(80, self.height())

    def zone(self, index: Index, point: QPoint) -> Zone:
        """What stands at a point of a line."""
        line = index.data(LINE)
        if not isinstance(line, Line):
            return Zone.WORDS
        places = self._places(self._view.visualRect(index), line)
        around = SPACE[0]
        if line.on is not None and places.switch.adjusted(-around, -around, SPACE[2], around).contains(point):
            return Zone.SWITCH
        if line.pinned is not None and places.pin.adjusted(-around, -around, around, around).contains(point):
            return Zone.PIN
        return Zone.WORDS

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line = index.data(LINE)
        if not isinstance(line, Line):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect, state = QRect(option.rect), QStyle.StateFlag(option.state)
        current = bool(state & QStyle.StateFlag.State_Selected)
        pointed = bool(state & QStyle.StateFlag.State_MouseOver)
        self._paint_ground(painter, QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), current=current, pointed=pointed)
        places = self._places(rect, line)
        colours = self._theme.colours
        ink = colours.ink if line.goes else colours.muted
        self._paint_mark(painter, line.icon, colours.muted, places.icon)
        weight = QFont.Weight.DemiBold if line.bold else QFont.Weight.Normal
        middle, end = Qt.TextElideMode.ElideMiddle, Qt.TextElideMode.ElideRight
        self._paint_text(painter, places.title, self._font(TYPE_LABEL, weight), ink, line.title, middle)
        tone = colours.warn if line.trouble else colours.muted
        self._paint_text(painter, places.note, self._font(TYPE_SMALL), tone, line.note, end, at_end=not line.trouble)
        if line.pinned or (line.pinned is not None and (current or pointed)):
            pin = colours.accent if line.pinned else colours.muted
            self._paint_mark(painter, "pin", pin, places.pin, solid=bool(line.pinned))
        if line.on is not None:
            palette = QGuiApplication.palette()  # that of the list has no ground of its own
            mirrored = self._view.layoutDirection() == Qt.LayoutDirection.RightToLeft
            painter.setOpacity(1.0 if line.goes or not line.on else _OFF)
            paint_switch(painter, QRectF(places.switch), palette, on=line.on, mirrored=mirrored)
        painter.restore()

    def _places(self, rect: QRect, line: Line) -> _Places:
        scale = max(1.0, self._theme.scale)
        mark, (wide, high) = self._theme.px(_MARK), (round(_SWITCH[0] * scale), round(_SWITCH[1] * scale))
        inside = rect.adjusted(SPACE[0], 0, -SPACE[1], 0)

        def at(x: int, width: int, height: int) -> QRect:
            place = QRect(x, inside.top() + (inside.height() - height) // 2, max(0, width), height)
            return QStyle.visualRect(self._view.layoutDirection(), rect, place)

        switch_x = inside.right() + 1 - wide
        pin_x = switch_x - SPACE[1] - mark
        end = pin_x - SPACE[1] if line.on is not None else inside.right() + 1
        begin = inside.left() + mark + SPACE[1]
        wanted = QFontMetrics(self._font(TYPE_SMALL)).horizontalAdvance(line.note) + 2
        weight = QFont.Weight.DemiBold if line.bold else QFont.Weight.Normal
        title = QFontMetrics(self._font(TYPE_LABEL, weight)).horizontalAdvance(line.title) + 2
        room = end - begin - SPACE[2]
        note = min(wanted, max(room - title, room * (6 if line.trouble or line.bold else 5) // 10))
        height = inside.height()
        return _Places(
            at(inside.left(), mark, mark),
            at(begin, room - note, height),
            at(end - note, note, height),
            at(pin_x, mark, mark),
            at(switch_x, wide, high),
        )

    def _font(self, size: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        font = QFont(self._view.font())
        font.setPixelSize(self._theme.px(size))
        font.setWeight(weight)
        return font

    def _paint_ground(self, painter: QPainter, rect: QRectF, *, current: bool, pointed: bool) -> None:
        colours = self._theme.colours
        if not current and not pointed:
            return
        painter.setPen(focus_pen(colours) if current and self._view.hasFocus() else QPen(Qt.PenStyle.NoPen))
        painter.setBrush(QColor(colours.raised))
        painter.drawRoundedRect(rect, RADIUS_CONTROL - 2, RADIUS_CONTROL - 2)

    def _paint_mark(self, painter: QPainter, name: str, colour: str, place: QRect, *, solid: bool = False) -> None:
        drawing = _mark(name, colour, place.width(), self._view.devicePixelRatioF(), solid)
        painter.drawPixmap(place.topLeft(), drawing)

    def _paint_text(
        self,
        painter: QPainter,
        room: QRect,
        font: QFont,
        colour: str,
        text: str,
        elided: Qt.TextElideMode,
        *,
        at_end: bool = False,
    ) -> None:
        painter.setFont(font)
        painter.setPen(QColor(colour))
        shown = QFontMetrics(font).elidedText(text, elided, room.width())
        mirrored = self._view.layoutDirection() == Qt.LayoutDirection.RightToLeft
        side = Qt.AlignmentFlag.AlignRight if mirrored != at_end else Qt.AlignmentFlag.AlignLeft
        own = Qt.LayoutDirection.RightToLeft if is_right_to_left(text) else Qt.LayoutDirection.LeftToRight
        option = QTextOption(side | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute)
        option.setWrapMode(QTextOption.WrapMode.NoWrap)
        option.setTextDirection(own)
        painter.drawText(QRectF(room), shown, option)


@functools.lru_cache(maxsize=64)
def _mark(name: str, colour: str, edge: int, ratio: float, solid: bool) -> QPixmap:
    """A mark, drawn once."""
    return pixmap(name, colour, edge, ratio, solid=solid)
