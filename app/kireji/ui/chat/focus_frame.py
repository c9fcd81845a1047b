"""The frame around what scrolls, while it has the keyboard and was come to with it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from kireji.ui.parts import focus_pen
from kireji.ui.theme import Theme

_BY_KEYBOARD = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class FocusFrame(QWidget):
    """Lies over a widget and takes nothing from it.

    Args:
        theme: Colours.
        framed: What it shows the focus of.
    """

    def __init__(self, theme: Theme, framed: QWidget) -> None:
        super().__init__(framed)
        self._theme = theme
        self._framed = framed
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        framed.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QFocusEvent):
            if event.gotFocus() and event.reason() in _BY_KEYBOARD:
                self.setGeometry(self._framed.rect())
                self.raise_()
                self.show()
            elif event.lostFocus():
                self.hide()
        elif event.type() is QEvent.Type.Resize and not self.isHidden():
            self.setGeometry(self._framed.rect())
        return super().eventFilter(watched, event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(focus_pen(self._theme.colours))
        painter.drawRect(self.rect().adjusted(1, 1, -2, -2))
