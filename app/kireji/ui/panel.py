"""A panel that lies over a window for a moment."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QFrame

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Panel(QFrame):
    """What `Popup` shows; nothing that is pressed in it reaches what lies beneath."""

    dismissed = Signal()
    """Esc."""
    resized = Signal()
    """It would like to be higher or lower."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

    def start(self) -> None:
        """It is shown anew."""
        raise NotImplementedError

    def wanted_size(self, room: QSize) -> QSize:
        """What suits it in a window of that size, in logical pixels."""
        raise NotImplementedError

    def event(self, event: QEvent) -> bool:
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()  # the window's own meaning of Esc waits until this is closed
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.accept()
        if event.key() == Qt.Key.Key_Escape:
            self.dismissed.emit()
        elif event.key() in _ENTER and isinstance(pressed := self.focusWidget(), QAbstractButton):
            pressed.click()
