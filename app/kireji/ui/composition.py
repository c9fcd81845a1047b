"""Which presses of Enter belong to an input method rather than to the field that a person writes in."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_BURST_SECONDS = 0.05
"""A press that comes so soon after a word was taken over is the one that took it over: nobody types that fast."""
_HANGUL = ((0x1100, 0x11FF), (0x3130, 0x318F), (0xA960, 0xA97F), (0xAC00, 0xD7FF))


class Composition(QObject):
    """Watches what an input method does with a field, and tells its presses of Enter from those that ask.

    Methods that convert (pinyin, kana) end a word with Enter; where that press comes to the field too, before the word
    or right behind it, it must not ask. A Korean syllable is finished as it stands, so Enter ends it and asks at once,
    whichever of the two comes first.

    Args:
        field: What is written in.
        now: Seconds from anywhere, never going back.
    """

    def __init__(self, field: QWidget, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__(field)
        self._field = field
        self._now = now
        self._unfinished = ""
        self._ended = float("-inf")
        self._pressed = False
        self._due: QKeyEvent | None = None
        self._passing = False
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._focus_moved)

    @property
    def active(self) -> bool:
        """An input method is in the middle of a word: arrows, Tab, Enter and Escape are its keys."""
        return bool(self._unfinished)

    @property
    def unfinished(self) -> str:
        """The word in the middle of which it is, as far as it is shown."""
        return self._unfinished

    def watch(self) -> Composition:
        """See the field's events by itself, for fields that do not hand them over by `note` and `takes`."""
        self._field.installEventFilter(self)
        return self

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QInputMethodEvent):
            self.note(event)
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self.takes(event)
        return False

    def note(self, event: QInputMethodEvent) -> None:
        """An event of an input method comes to the field."""
        before, self._unfinished = self._unfinished, event.preeditString()
        if self._unfinished or not before:
            return
        pressed, self._pressed = self._pressed, False
        if not event.commitString():
            self._due = None  # the word was given up
        elif self._due is not None:
            self._press_again(self._due)
        elif not pressed and not _is_hangul(before):
            self._ended = self._now()  # the press that took it over may still come

    def takes(self, event: QKeyEvent) -> bool:
        """Whether a press is the input method's and must do nothing in the field."""
        if event.key() not in _ENTER:
            return False
        if self._passing:
            self._passing = False
            return False
        if not self._unfinished:
            return self._now() - self._ended < _BURST_SECONDS
        self._pressed = True
        if _is_hangul(self._unfinished) and self._due is None:
            self._due = QKeyEvent(QEvent.Type.KeyPress, event.key(), event.modifiers(), event.text())
            QGuiApplication.inputMethod().commit()
        return True

    def _focus_moved(self, old: QWidget | None, _new: QWidget | None) -> None:
        """Some methods drop an unfinished word without a word when the keyboard goes elsewhere."""
        if old is self._field:
            self._unfinished, self._due, self._pressed = "", None, False

    def _press_again(self, press: QKeyEvent) -> None:
        """The same key once more, behind the word that it ended."""
        self._due = None
        self._passing = True
        QCoreApplication.postEvent(self._field, press)


def _is_hangul(text: str) -> bool:
    return all(any(first <= ord(sign) <= last for first, last in _HANGUL) for sign in text)
