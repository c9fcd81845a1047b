"""Paste keys of a field, given on: what was copied is read aside, because Qt would wait for a program that hangs."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QPlainTextEdit


class Pasted(QObject):
    """Takes the paste keys of a field.

    Args:
        field: Whose.
    """

    wanted = Signal()
    """What was copied shall go into the field."""

    def __init__(self, field: QPlainTextEdit) -> None:
        super().__init__(field)
        self._field = field
        field.installEventFilter(self)

    def put(self, text: str) -> None:
        """Write where the cursor is, instead of what is selected."""
        self._field.insertPlainText(text)
        self._field.ensureCursorVisible()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() is not QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if not event.matches(QKeySequence.StandardKey.Paste):
            return False
        self.wanted.emit()
        return True
