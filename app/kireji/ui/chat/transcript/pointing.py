"""What the pointer does in a column: selects words, opens links, offers what can be done at a place."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QMouseEvent, QPalette, QTextCursor
from PySide6.QtWidgets import QApplication, QMenu

from kireji.ui.chat.transcript.rows import Row
from kireji.ui.chat.transcript.selecting import Place, SelectingColumn
from kireji.ui.theme import Theme
from kireji.ui.translation import tr

_SCROLL_MILLISECONDS = 30
_FASTEST = 120
"""Logical pixels by which the column scrolls at once while the pointer is held beyond its edge."""


class PointingColumn(SelectingColumn):
    """Adds the mouse.

    Args:
        theme: Colours and text size.
        ground: Role of the palette that the column lies on.
        margins: Above and below everything, in logical pixels.
    """

    summary_clicked = Signal()
    """What is left out of the conversation shall be summarised; the person is asked first."""

    def __init__(self, theme: Theme, ground: QPalette.ColorRole, margins: tuple[int, int]) -> None:
        super().__init__(theme, ground, margins)
        self._unit: QTextCursor.SelectionType | None = None
        self._dragging = False
        self._pressed_row: Row | None = None
        self._pressed_link = ""
        self._pointer = QPoint()
        self._scrolling = QTimer(self, interval=_SCROLL_MILLISECONDS)
        self._scrolling.timeout.connect(self._scroll_on)
        self._again = QTimer(self, singleShot=True)

    def held(self, row: Row) -> bool:
        return (self._dragging and row is self._pressed_row) or super().held(row)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            event.ignore()
            return
        # Here and not by the policy, by which a press on a button in the column would take the keyboard as well.
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if self._sought_words:
            self.seek(())
        point = event.position().toPoint()
        place = self.place_at(point)
        self._pressed_link = self.link_at(point)
        self._dragging, self._pointer = True, point
        if self._again.isActive() and self._unit is QTextCursor.SelectionType.WordUnderCursor:
            self._begin_unit(QTextCursor.SelectionType.BlockUnderCursor, place)
            return
        if place is None:
            self.select_nothing()
            return
        self._pressed_row = place.row
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self._start is not None:
            self._end = place
        else:
            self._unit, self._start, self._end = None, (place, place), place
        self._show_selection()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._dragging = True
            self._begin_unit(QTextCursor.SelectionType.WordUnderCursor, self.place_at(event.position().toPoint()))
            self._again.start(QApplication.doubleClickInterval())

    def _begin_unit(self, unit: QTextCursor.SelectionType, place: Place | None) -> None:
        self._unit = unit
        if place is not None:
            self._start = self._unit_around(place)
            self._end = self._start[1]
            self._pressed_row = place.row
        self._show_selection()

    def _unit_around(self, place: Place) -> tuple[Place, Place]:
        piece = place.row.piece
        if piece is None or self._unit is None:
            return place, place
        start, end = piece.unit_at(place.position, self._unit)
        return Place(place.row, start), Place(place.row, end)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._dragging or not event.buttons() & Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._pointer = event.position().toPoint()
        self._reach(self._pointer)
        beyond = not 0 <= self._pointer.y() < self.viewport().height()
        if beyond and not self._scrolling.isActive():
            self._scrolling.start()
        elif not beyond:
            self._scrolling.stop()

    def _reach(self, point: QPoint) -> None:
        """Let the selection go on to a point."""
        height = self.viewport().height()
        place = self.place_at(QPoint(point.x(), max(0, min(height - 1, point.y()))))
        if place is None or self._start is None:
            return
        begin, end = self._unit_around(place)
        self._end = end if end.order >= self._start[0].order else begin
        self._show_selection()

    def _scroll_on(self) -> None:
        height = self.viewport().height()
        over = self._pointer.y() if self._pointer.y() < 0 else max(0, self._pointer.y() - height + 1)
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + max(-_FASTEST, min(_FASTEST, over)))
        self._reach(self._pointer)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._dragging, self._pressed_row = False, None
        self._scrolling.stop()
        if self.bounds is None:
            self._start = None if self._unit is not None else self._start
            link = self.link_at(event.position().toPoint())
            if link and link == self._pressed_link:
                self.open_link(QUrl(link))
        elif QGuiApplication.clipboard().supportsSelection():
            QGuiApplication.clipboard().setText(self.selected_text(), QGuiApplication.clipboard().Mode.Selection)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        point = self.viewport().mapFromGlobal(event.globalPos())
        self.fill_menu(menu, point)
        if not menu.isEmpty():
            menu.popup(event.globalPos())

    def fill_menu(self, menu: QMenu, point: QPoint) -> None:
        """Put into a menu what can be done at a point of the viewport."""
        if self.bounds is not None:
            menu.addAction(tr("Copy")).triggered.connect(self.copy)
        link = self.link_at(point)
        if link:
            action = menu.addAction(tr("Copy the link's address"))
            action.setData(link)
            action.triggered.connect(self._copy_link)

    def _copy_link(self) -> None:
        action = self.sender()
        QGuiApplication.clipboard().setText(str(action.data()))  # type: ignore[attr-defined]
