"""The field above the list: what is typed searches everything."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QToolButton

from kireji.ui.composition import Composition
from kireji.ui.icons import icon
from kireji.ui.theme import Theme
from kireji.ui.translation import tr

_PAUSE = 120
"""Milliseconds after the last key before the search begins."""
_MARK = 14


class SearchField(QLineEdit):
    """Says what is searched for, once the person pauses.

    Args:
        theme: Colours and text size.
    """

    searched = Signal(object)
    """The words; empty when there are none any more."""
    left_below = Signal()
    """The keyboard went down."""
    confirmed = Signal()
    """Enter was pressed; what was typed last has been said before."""
    left = Signal()
    """Esc was pressed in the empty field."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._composition = Composition(self)
        self._said = ""
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE)
        self._clear = QAction(self)
        self.setProperty("kind", "search")
        self.setPlaceholderText(tr("Search everything…"))
        self.setAccessibleName(tr("Search everything"))
        self.setContextMenuPolicy(
            Qt.ContextMenuPolicy.NoContextMenu
        )  # Qt's own asks the clipboard, whose owner may hang
        self.addAction(self._clear, QLineEdit.ActionPosition.TrailingPosition)
        self._clear.setText(tr("End the search"))
        for mark in self.findChildren(QToolButton):
            mark.setAccessibleName(tr("End the search"))
        self._clear.setVisible(False)
        self._clear.triggered.connect(self.stop)
        self.textChanged.connect(self._typed)
        self._pause.timeout.connect(self.say)
        theme.changed.connect(self._dress)

    def words(self) -> str:
        """What is searched for."""
        return " ".join(self.text().split())

    def stop(self) -> None:
        """Search for nothing any more."""
        self.clear()
        self.say()

    def say(self) -> None:
        """Say what stands here now, unless it was said."""
        self._pause.stop()
        if (words := self.words()) != self._said:
            self._said = words
            self.searched.emit(words)

    def event(self, event: QEvent) -> bool:
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()  # the window's own Esc stops the answer
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._composition.takes(event):
            event.accept()  # Enter takes a word over
            return
        if self._composition.active:
            super().keyPressEvent(event)
            return
        match event.key():
            case Qt.Key.Key_Down:
                self.say()
                self.left_below.emit()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.say()
                self.confirmed.emit()
            case Qt.Key.Key_Escape if self.text():
                self.stop()
            case Qt.Key.Key_Escape:
                self.left.emit()
            case _:
                super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._composition.note(event)
        super().inputMethodEvent(event)

    def _typed(self) -> None:
        if self.text() and self._clear.icon().isNull():
            self._dress()  # not before: what draws its mark takes a while to load
        self._clear.setVisible(bool(self.text()))
        self._pause.start()

    def _dress(self) -> None:
        if self.text():
            self._clear.setIcon(icon("x", self._theme.colours.muted, self._theme.px(_MARK)))
