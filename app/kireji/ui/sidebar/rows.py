"""Paints the rows of the list and edits their titles; no row is a widget, so that thousands cost nothing."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QInputMethodEvent, QKeyEvent, QPainter, QTextOption
from PySide6.QtWidgets import QLineEdit, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from kireji.ui.chat.words import is_right_to_left
from kireji.ui.composition import Composition
from kireji.ui.parts import focus_pen
from kireji.ui.sidebar.list_model import OPEN, RUNNING, TIME, UNREAD, WAITING, Index
from kireji.ui.theme import Theme
from kireji.ui.tokens import RADIUS_CONTROL, SPACE, TYPE_BODY, TYPE_SMALL
from kireji.ui.translation import tr

_SIDE = 10
_DOT = 7
_BLOCK = (5, 11)
"""The mark of an answer that is being written, as the transcript's own: width and height."""
_LONGEST_TITLE = 500
_ENDING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape, Qt.Key.Key_Tab)
"""Keys that end the editing of a title."""


class RowDelegate(QStyledItemDelegate):
    """Draws headings and conversations, all equally high, and gives a title an editor.

    Args:
        theme: Colours and text size.
        view: Where they stand.
    """

    editing = Signal(object)
    """The field in which a title is edited now."""

    def __init__(self, theme: Theme, view: QListView) -> None:
        super().__init__(view)
        self._theme = theme
        self._view = view

    def height(self) -> int:
        """Of every row, in logical pixels."""
        return self._theme.px(TYPE_BODY) + 28

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(80, self.height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(option.rect)
        if not index.flags() & Qt.ItemFlag.ItemIsEnabled:
            self._paint_heading(painter, rect, str(index.data()))
        else:
            self._paint_ground(painter, rect.adjusted(0, 3, -1, -4), option.state, index)
            self._paint_row(painter, rect.adjusted(_SIDE, 0, -_SIDE, -1), index)
        painter.restore()

    def _font(self, size: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        font = QFont(self._view.font())
        font.setPixelSize(self._theme.px(size))
        font.setWeight(weight)
        return font

    def _paint_heading(self, painter: QPainter, rect: QRectF, text: str) -> None:
        font = self._font(TYPE_SMALL)
        painter.setFont(font)
        painter.setPen(QColor(self._theme.colours.muted))
        inside = rect.adjusted(8, 0, -8, -8)
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, int(inside.width()))
        painter.drawText(inside, Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignBottom, shown)

    def _paint_ground(self, painter: QPainter, rect: QRectF, state: QStyle.StateFlag, index: Index) -> None:
        colours = self._theme.colours
        focused = self._view.hasFocus()
        selected = bool(state & QStyle.StateFlag.State_Selected)
        several = selected and len(self._view.selectionModel().selectedIndexes()) > 1
        painter.setPen(Qt.PenStyle.NoPen)
        if index.data(OPEN):
            # The bar is what the surface leaves uncovered of the same shape in the accent colour.
            bar = 2 if self._view.layoutDirection() == Qt.LayoutDirection.LeftToRight else -2
            painter.setBrush(QColor(colours.accent))
            painter.drawRoundedRect(rect.adjusted(0, 0, -12 if bar > 0 else 0, 0), RADIUS_CONTROL, RADIUS_CONTROL)
            painter.setBrush(QColor(colours.accent_soft if several else colours.surface))
            painter.drawRoundedRect(rect.adjusted(max(bar, 0), 0, min(bar, 0), 0), RADIUS_CONTROL, RADIUS_CONTROL)
        elif several or (selected and focused) or state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(colours.accent_soft if several else colours.pointed))
            painter.drawRoundedRect(rect, RADIUS_CONTROL, RADIUS_CONTROL)
        if focused and index == self._view.currentIndex():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(focus_pen(colours))
            painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_CONTROL, RADIUS_CONTROL)

    def _paint_row(self, painter: QPainter, rect: QRectF, index: Index) -> None:
        colours = self._theme.colours
        mirrored = self._view.layoutDirection() == Qt.LayoutDirection.RightToLeft
        taken = self._paint_end(painter, rect, index)
        rect = rect.adjusted(taken if mirrored else 0, 0, 0 if mirrored else -taken, 0)
        unread = bool(index.data(UNREAD))
        font = self._font(TYPE_BODY, QFont.Weight.DemiBold if unread else QFont.Weight.Normal)
        draw_line(painter, rect, str(index.data()), font, colours.ink, mirrored=mirrored)

    def _paint_end(self, painter: QPainter, rect: QRectF, index: Index) -> float:
        """What stands at the end of a row: a mark, or the time; returns the room it takes."""
        if index.data(WAITING):
            return self._paint_waiting(painter, rect)
        if index.data(RUNNING):
            width, height = (self._theme.px(edge) for edge in _BLOCK)
            self._paint_mark(painter, rect, width, height, 1)
            return width + SPACE[1]
        taken = 0.0
        if index.data(UNREAD):
            edge = self._theme.px(_DOT)
            self._paint_mark(painter, rect, edge, edge, edge / 2)
            return edge + SPACE[1]
        if time := str(index.data(TIME)):
            painter.setFont(self._font(TYPE_SMALL))
            painter.setPen(QColor(self._theme.colours.muted))
            painter.drawText(rect, Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter, time)
            taken = painter.fontMetrics().horizontalAdvance(time) + SPACE[1]
        return taken

    def _paint_waiting(self, painter: QPainter, rect: QRectF) -> float:
        """Words where there is room for them beside the title, else a mark of its own."""
        words, font = tr("waits for you"), self._font(TYPE_SMALL, QFont.Weight.DemiBold)
        width = QFontMetrics(font).horizontalAdvance(words)
        if width > rect.width() / 2:
            font, words = self._font(TYPE_BODY, QFont.Weight.Bold), tr("?")
            width = QFontMetrics(font).horizontalAdvance(words)
        painter.setFont(font)
        painter.setPen(QColor(self._theme.colours.accent))
        painter.drawText(rect, Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter, words)
        return width + SPACE[1]

    def _paint_mark(self, painter: QPainter, rect: QRectF, width: int, height: int, radius: float) -> None:
        whole = rect.toRect()
        place = QRect(whole.right() + 1 - width, whole.top() + (whole.height() - height) // 2, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.colours.accent))
        place = QStyle.visualRect(self._view.layoutDirection(), whole, place)
        painter.drawRoundedRect(QRectF(place), radius, radius)

    # Renaming.

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, _index: Index) -> QWidget:
        editor = TitleEditor(parent)
        editor.setAccessibleName(tr("Title of the conversation"))
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        assert isinstance(editor, TitleEditor)
        if editor.begun:
            return  # the row has changed meanwhile; what the person types stays
        editor.begun = True
        editor.setText(str(index.data(Qt.ItemDataRole.EditRole)))
        editor.selectAll()
        self.editing.emit(editor)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, _index: Index) -> None:
        editor.setGeometry(QRect(option.rect).adjusted(0, 2, -1, -3))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        if isinstance(watched, TitleEditor) and watched.leaves_to_input_method(event):
            return True
        return super().eventFilter(watched, event)


class TitleEditor(QLineEdit):
    """Edits one title in the place of its row."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.begun = False
        self._composition = Composition(self)
        self.setProperty("kind", "title")
        self.setMaxLength(_LONGEST_TITLE)
        self.setContextMenuPolicy(
            Qt.ContextMenuPolicy.NoContextMenu
        )  # Qt's own asks the clipboard, whose owner may hang

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and self.leaves_to_input_method(event):
            return True
        return super().event(event)

    def leaves_to_input_method(self, event: QKeyEvent) -> bool:
        """Whether a press belongs to the input method, and does nothing here."""
        taken = self._composition.takes(event) or (self._composition.active and event.key() in _ENDING)
        if taken:
            event.accept()
        return taken

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._composition.note(event)
        super().inputMethodEvent(event)


def draw_line(painter: QPainter, rect: QRectF, text: str, font: QFont, colour: str, *, mirrored: bool) -> None:
    """Draw one line at the leading side, in the direction of its own script, with an ellipsis where room is short."""
    painter.setFont(font)
    painter.setPen(QColor(colour))
    side = Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft
    option = QTextOption(side | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute)
    option.setWrapMode(QTextOption.WrapMode.NoWrap)
    right_to_left = not text.isascii() and is_right_to_left(text)
    option.setTextDirection(Qt.LayoutDirection.RightToLeft if right_to_left else Qt.LayoutDirection.LeftToRight)
    shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, int(rect.width()))
    painter.drawText(rect, shown, option)
