"""Pasting words into small fields without waiting for a program that hangs.

On X11 Qt asks the clipboard's owner itself and waits up to 15 s for it in the window's thread (measured with a stopped
owner). Here the clipboard is read aside, with a limit, and the words come when they are there.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from kireji.core.desktop_ports import Clipboard
from kireji.core.errors import ClipboardError
from kireji.ui.aio import TaskScope

_MOST = 20_000
"""Characters: a long line holds up the layout of a field for seconds."""


class Pasting(QObject):
    """Takes the paste keys of the fields it serves.

    Args:
        clipboard: What was copied.
        scope: Owns the reading.
        say: Shows one sentence when the clipboard cannot be read.
    """

    def __init__(self, clipboard: Clipboard, scope: TaskScope, say: Callable[[str], None]) -> None:
        super().__init__()
        self._clipboard = clipboard
        self._scope = scope
        self._say = say

    def serve(self, field: QLineEdit | QPlainTextEdit) -> None:
        """Take this field's paste keys from now on."""
        field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is not QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if not event.matches(QKeySequence.StandardKey.Paste):
            return False
        if isinstance(watched, QLineEdit | QPlainTextEdit) and not watched.isReadOnly():
            self._scope.restart(self._paste(watched), name="paste")
        return True

    async def _paste(self, field: QLineEdit | QPlainTextEdit) -> None:
        try:
            content = await self._clipboard.read()
        except ClipboardError as error:
            self._say(error.sentence)
            return
        words = content.text or "\n".join(content.files)
        if isinstance(field, QLineEdit):
            field.insert(words[:_MOST].strip())
        else:
            field.insertPlainText(words[:_MOST])
            field.ensureCursorVisible()
