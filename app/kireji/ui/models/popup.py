"""Lays a panel over a window, near what opened it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from kireji.ui.panel import Panel
from kireji.ui.shadow import paint_shadow
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE

_GAP = SPACE[0]
_LIGHT_SHADOW = 0.35


class Popup(QWidget):
    """Covers a window invisibly, so that a click beside the panel puts it away; the panel stands on it.

    It is part of the window rather than one of its own: the overlay holds the keyboard, and no window manager places
    this.

    Args:
        theme: For the shadow.
        panel: What it shows.
    """

    closed = Signal()
    """It was put away, by whatever way."""

    def __init__(self, theme: Theme, panel: Panel) -> None:
        super().__init__()
        self._theme = theme
        self._panel = panel
        self._anchor: QWidget | None = None
        self._focus: QWidget | None = None
        panel.setParent(self)
        panel.dismissed.connect(self.close_panel)
        panel.resized.connect(self._place)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.hide()

    def open_at(self, anchor: QWidget) -> None:
        """Show the panel under a widget, over that widget's whole window.

        Args:
            anchor: What was pressed; gets the keyboard back unless something else had it.
        """
        host = anchor.window()
        self._anchor = anchor
        self._focus = host.focusWidget()
        self.setParent(host)
        host.installEventFilter(self)
        self.setGeometry(host.rect())
        self.show()
        self.raise_()
        self._panel.start()
        self._place()

    def close_panel(self) -> None:
        """Put it away; the keyboard goes back to where it was."""
        if self.isHidden():
            return
        host = self.parentWidget()
        self.hide()
        if host is not None:
            host.removeEventFilter(self)
            focus = self._focus if self._focus is not None and self._focus.isVisible() else self._anchor
            if focus is not None:
                focus.setFocus(Qt.FocusReason.PopupFocusReason)
        self._anchor = self._focus = None
        self.closed.emit()

    def _place(self) -> None:
        if self._anchor is None or self.isHidden():
            return
        room = self.rect().adjusted(SPACE[1], SPACE[1], -SPACE[1], -SPACE[1])
        corner = self._anchor.mapTo(self.window(), QPoint(0, 0))
        anchor = QRect(corner, self._anchor.size())
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        self._panel.setGeometry(placed(self._panel.wanted_size(room.size()), anchor, room, rtl=rtl))
        self.update()  # the shadow lies beside the panel, where it was as well as where it is

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_shadow(painter, self._panel.geometry(), 1.0 if self._theme.dark else _LIGHT_SHADOW)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()
        self.close_panel()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.accept()
        if event.key() == Qt.Key.Key_Escape:
            self.close_panel()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.parentWidget():
            if event.type() == QEvent.Type.Resize:
                self.setGeometry(self.window().rect())
                self._place()
            elif event.type() == QEvent.Type.Hide:
                self.close_panel()
        return False


def placed(size: QSize, anchor: QRect, room: QRect, *, rtl: bool = False) -> QRect:
    """Where a panel goes: below its anchor, above it, or beside as much of both as there is room.

    Args:
        size: What it would like to be.
        anchor: What opened it.
        room: What it must stay in.
        rtl: Its right edge stands at the anchor's.
    """
    below = room.bottom() + 1 - (anchor.bottom() + 1 + _GAP)
    above = anchor.top() - _GAP - room.top()
    x = anchor.right() + 1 - size.width() if rtl else anchor.left()
    x = min(max(x, room.left()), room.right() + 1 - size.width())
    if size.height() <= below:
        return QRect(QPoint(x, anchor.bottom() + 1 + _GAP), size)
    if size.height() <= above:
        return QRect(QPoint(x, anchor.top() - _GAP - size.height()), size)
    if max(below, above) >= size.height() * 9 // 10:
        size = QSize(size.width(), max(below, above))
        y = anchor.bottom() + 1 + _GAP if below >= above else room.top()
        return QRect(QPoint(x, y), size)
    # Neither side is enough: over the anchor.
    y = min(max(anchor.bottom() + 1 + _GAP, room.top()), room.bottom() + 1 - size.height())
    return QRect(QPoint(x, y), size)
