"""A button that takes the next chord that is pressed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QPushButton

from kireji.core.shortcuts import Shortcut
from kireji.ui.translation import mark, tr

_MODIFIERS = (
    (Qt.KeyboardModifier.ControlModifier, "Ctrl"),
    (Qt.KeyboardModifier.AltModifier, "Alt"),
    (Qt.KeyboardModifier.ShiftModifier, "Shift"),
    (Qt.KeyboardModifier.MetaModifier, "Super"),
)
_ALONE = {
    Qt.Key.Key_Control,
    Qt.Key.Key_Shift,
    Qt.Key.Key_Alt,
    Qt.Key.Key_Meta,
    Qt.Key.Key_AltGr,
    Qt.Key.Key_Super_L,
    Qt.Key.Key_Super_R,
    Qt.Key.Key_CapsLock,
    Qt.Key.Key_NumLock,
}
_NAMES = {"Ins": "Insert", "Del": "Delete", "PgUp": "PageUp", "PgDown": "PageDown", "Enter": "Return"}
_LISTENS = mark("Press the keys…")


def chord_of(key: int, modifiers: Qt.KeyboardModifier) -> Shortcut | None:
    """The chord that was pressed, or None while it is none that may be held everywhere.

    Args:
        key: Qt's number of the key.
        modifiers: Held with it.
    """
    if key in _ALONE:
        return None
    words = [name for flag, name in _MODIFIERS if modifiers & flag]
    if key == Qt.Key.Key_Backtab:
        key = Qt.Key.Key_Tab
    name = QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)
    return Shortcut.parse("+".join([*words, _NAMES.get(name, name)]))


class Recorder(QPushButton):
    """A button that, once pressed, takes the next chord.

    Args:
        title: What the chord is for.
    """

    recorded = Signal(object)
    """The chord as text."""
    recording = Signal(object)
    """Whether it listens."""
    refused = Signal()
    """A key that cannot be taken everywhere was pressed; it still listens."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self._words = ""
        self._listens = False
        self.setAutoDefault(False)
        self.set_words(tr("Set keys…"))
        self.clicked.connect(self._begin)

    @property
    def listens(self) -> bool:
        """Whether the next chord is taken."""
        return self._listens

    def set_words(self, words: str) -> None:
        """What stands on it while it does not listen."""
        self._words = words
        self.setAccessibleName(f"{words.rstrip('…')}: {self._title}")
        if not self._listens:
            self.setText(words)

    def stop(self) -> None:
        """Listen no longer."""
        if self._listens:
            self._listens = False
            self.setText(self._words)
            self.recording.emit(False)

    def _begin(self) -> None:
        if not self._listens:
            self._listens = True
            self.setText(tr(_LISTENS))
            self.setFocus()
            self.recording.emit(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._listens:
            super().keyPressEvent(event)
            return
        event.accept()
        if event.key() == Qt.Key.Key_Escape and not event.modifiers():
            self.stop()
            return
        chord = chord_of(event.key(), event.modifiers())
        if chord is not None:
            self.stop()
            self.recorded.emit(str(chord))
        elif event.key() not in _ALONE:
            self.refused.emit()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if not self._listens:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.stop()

    def event(self, event: QEvent) -> bool:
        # Tab and the window's own shortcuts are chords like any other while it listens.
        if self._listens and isinstance(event, QKeyEvent):
            if event.type() == QKeyEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QKeyEvent.Type.KeyPress:
                self.keyPressEvent(event)
                return True
        return super().event(event)
