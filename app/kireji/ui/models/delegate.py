"""Paints the rows of the picker; no row is a widget, so that hundreds cost nothing."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPixmap, QTextOption
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from kireji.ui.chat.words import is_right_to_left
from kireji.ui.icons import pixmap
from kireji.ui.models.list_model import CHOSEN, ROW, Index
from kireji.ui.models.rows import Kind, Row
from kireji.ui.models.words import abilities, badges, facts, warning
from kireji.ui.theme import Theme
from kireji.ui.tokens import RADIUS_CONTROL, SPACE, TYPE_BODY, TYPE_LABEL, TYPE_SMALL
from kireji.ui.translation import mark, tr

_MARK = 14
"""Edge of an ability's mark, in logical pixels."""
_SIDE = SPACE[2]
OPEN_SETTINGS = mark("Open settings")


class RowDelegate(QStyledItemDelegate):
    """Draws headings, sentences and models.

    Args:
        theme: Colours and text size.
        view: Where they stand.
    """

    def __init__(self, theme: Theme, view: QListView) -> None:
        super().__init__(view)
        self._theme = theme
        self._view = view
        self._marks: dict[tuple[str, str, int, float], QPixmap] = {}

    # Sizes.

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row = index.data(ROW)
        if not isinstance(row, Row):
            return QSize(0, 0)
        width = self._view.viewport().width()
        if row.kind is Kind.HEADING:
            return QSize(width, self._line(TYPE_SMALL) + (SPACE[1] if index.row() == 0 else SPACE[3]))
        if row.kind in (Kind.PROBLEM, Kind.NOTICE):
            return QSize(width, self._sentence_height(row, width) + SPACE[1])
        lines = self._line(TYPE_BODY) + self._line(TYPE_SMALL) * (2 if self._warning(row) else 1)
        return QSize(width, lines + SPACE[2])

    def _sentence_height(self, row: Row, width: int) -> int:
        room = self._sentence_room(row, width)
        flags = Qt.TextFlag.TextWordWrap
        text = QFontMetrics(self._font(TYPE_LABEL)).boundingRect(QRect(0, 0, room, 10_000), flags, row.text).height()
        return max(text, self._button_height()) if row.kind is Kind.PROBLEM else text

    def _sentence_room(self, row: Row, width: int) -> int:
        taken = self._button_width() + SPACE[2] if row.kind is Kind.PROBLEM else 0
        return max(80, width - 2 * _SIDE - taken)

    def _button_width(self) -> int:
        return QFontMetrics(self._font(TYPE_SMALL)).horizontalAdvance(tr(OPEN_SETTINGS)) + 2 * SPACE[2]

    def _button_height(self) -> int:
        return self._line(TYPE_SMALL) + SPACE[1]

    def _line(self, size: int) -> int:
        return QFontMetrics(self._font(size)).height() + 2

    def _font(self, size: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        font = QFont(self._view.font())
        font.setPixelSize(self._theme.px(size))
        font.setWeight(weight)
        return font

    # Painting.

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(ROW)
        if not isinstance(row, Row):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRect(option.rect)
        state = QStyle.StateFlag(option.state)
        if row.kind in (Kind.MODEL, Kind.PROBLEM):
            self._paint_ground(painter, QRectF(rect).adjusted(0.5, 0.5, -0.5, -1.5), state)
        inside = rect.adjusted(_SIDE, 0, -_SIDE, 0)
        match row.kind:
            case Kind.HEADING:
                self._paint_heading(painter, inside, row)
            case Kind.MODEL:
                self._paint_model(painter, inside, row, chosen=bool(index.data(CHOSEN)))
            case _:
                self._paint_sentence(painter, inside, row)
        painter.restore()

    def _paint_ground(self, painter: QPainter, rect: QRectF, state: QStyle.StateFlag) -> None:
        colours = self._theme.colours
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(QPen(QColor(colours.line), 1))
            painter.setBrush(QColor(colours.raised))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.background))
        else:
            return
        painter.drawRoundedRect(rect, RADIUS_CONTROL, RADIUS_CONTROL)

    def _paint_heading(self, painter: QPainter, rect: QRect, row: Row) -> None:
        painter.setFont(self._font(TYPE_SMALL, QFont.Weight.DemiBold))
        painter.setPen(QColor(self._theme.colours.muted))
        flags = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignBottom
        painter.drawText(rect.adjusted(0, 0, 0, -4), flags, row.text)

    def _paint_sentence(self, painter: QPainter, rect: QRect, row: Row) -> None:
        colours = self._theme.colours
        room = self._sentence_room(row, rect.width() + 2 * _SIDE)
        text = self._mirrored(QRect(rect.left(), rect.top(), room, rect.height()), rect)
        painter.setFont(self._font(TYPE_LABEL))
        painter.setPen(QColor(colours.muted))
        flags = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(text, flags, row.text)
        if row.kind is not Kind.PROBLEM:
            return
        width, height = self._button_width(), self._button_height()
        top = rect.top() + (rect.height() - height) // 2
        box = self._mirrored(QRect(rect.right() + 1 - width, top, width, height), rect)
        painter.setPen(QPen(QColor(colours.line), 1))
        painter.setBrush(QColor(colours.surface))
        painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), height / 2, height / 2)
        painter.setFont(self._font(TYPE_SMALL))
        painter.setPen(QColor(colours.ink))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, tr(OPEN_SETTINGS))

    def _paint_model(self, painter: QPainter, rect: QRect, row: Row, *, chosen: bool) -> None:
        assert row.info is not None
        colours = self._theme.colours
        first, second = self._line(TYPE_BODY), self._line(TYPE_SMALL)
        top = QRect(rect.left(), rect.top() + SPACE[2] // 2 - 1, rect.width(), first)
        end = self._paint_badges(painter, top, badges(row.info, row.default), chosen=chosen)
        name = self._font(TYPE_BODY, QFont.Weight.DemiBold if chosen else QFont.Weight.Medium)
        self._paint_text(
            painter, QRect(top.left(), top.top(), end - top.left(), first), rect, name, colours.ink, row.text
        )
        small = QRect(rect.left(), top.bottom() + 1, rect.width(), second)
        end = self._paint_abilities(painter, small, rect, row)
        words = facts(row.info) or row.info.id
        room = QRect(small.left(), small.top(), end - small.left(), second)
        self._paint_text(painter, room, rect, self._font(TYPE_SMALL), colours.muted, words)
        if sentence := self._warning(row):
            last = QRect(rect.left(), small.bottom() + 1, rect.width(), second)
            self._paint_text(painter, last, rect, self._font(TYPE_SMALL), colours.warn, sentence)

    @staticmethod
    def _warning(row: Row) -> str:
        sentence = warning(row.info) if row.info is not None else ""
        return sentence[:1].upper() + sentence[1:]

    def _paint_text(self, painter: QPainter, room: QRect, whole: QRect, font: QFont, colour: str, text: str) -> None:
        painter.setFont(font)
        painter.setPen(QColor(colour))
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        mirrored = self._view.layoutDirection() == Qt.LayoutDirection.RightToLeft
        side = Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft
        # Words keep their own direction: a price must not be turned round because the window is.
        own = Qt.LayoutDirection.RightToLeft if is_right_to_left(text) else Qt.LayoutDirection.LeftToRight
        option = QTextOption(side | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute)
        option.setWrapMode(QTextOption.WrapMode.NoWrap)
        option.setTextDirection(own)
        painter.drawText(QRectF(self._mirrored(room, whole)), shown, option)

    def _paint_badges(self, painter: QPainter, line: QRect, words: tuple[str, ...], *, chosen: bool) -> int:
        """Badges at the end of a line, the last one outermost; returns where they begin."""
        colours = self._theme.colours
        font = self._font(TYPE_SMALL)
        painter.setFont(font)
        metrics = QFontMetrics(font)
        end = line.right() + 1
        if chosen:
            edge = self._theme.px(_MARK)
            end -= edge
            self._paint_mark(painter, "check", colours.accent, QRect(end, line.top(), edge, line.height()), line)
            end -= SPACE[1]
        for word in reversed(words):
            width = metrics.horizontalAdvance(word) + 2 * SPACE[1]
            height = metrics.height() + 2
            box = QRect(end - width, line.top() + (line.height() - height) // 2, width, height)
            box = self._mirrored(box, line)
            painter.setPen(QPen(QColor(colours.line), 1))
            painter.setBrush(QColor(colours.surface))
            painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), height / 2, height / 2)
            painter.setPen(QColor(colours.muted if word == "default" else colours.warn))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, word)
            end -= width + SPACE[0]
        return end - SPACE[0]

    def _paint_abilities(self, painter: QPainter, line: QRect, whole: QRect, row: Row) -> int:
        """Marks at the end of a line; returns where they begin."""
        assert row.info is not None
        edge = self._theme.px(_MARK)
        end = line.right() + 1
        for ability in reversed(abilities(row.info)):
            end -= edge
            place = QRect(end, line.top(), edge, line.height())
            self._paint_mark(painter, ability.icon, self._theme.colours.muted, place, whole)
            end -= SPACE[1]
        return end

    def _paint_mark(self, painter: QPainter, name: str, colour: str, place: QRect, whole: QRect) -> None:
        place = self._mirrored(place, whole)
        ratio = self._view.devicePixelRatioF()
        key = (name, colour, place.width(), ratio)
        if key not in self._marks:
            self._marks[key] = pixmap(name, colour, place.width(), ratio)
        top = place.top() + (place.height() - place.width()) / 2
        painter.drawPixmap(QPointF(place.left(), round(top)), self._marks[key])

    def _mirrored(self, rect: QRect, whole: QRect) -> QRect:
        return QStyle.visualRect(self._view.layoutDirection(), whole, rect)
