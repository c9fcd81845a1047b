"""Another program with selected text, which copies it when told by keys."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QPlainTextEdit


@contextmanager
def editor(text: str, *, delay: float = 0.0) -> Iterator[subprocess.Popen[bytes]]:
    """Show it in front of all others until the end of the block.

    Args:
        text: All of it is selected.
        delay: Seconds until it copies after the keys.
    """
    command = [sys.executable, "-m", "tests.support.editor", text, str(delay)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        try:
            yield process
        finally:
            process.kill()


class Editor(QPlainTextEdit):
    """Copies late."""

    def __init__(self, text: str, delay: float) -> None:
        super().__init__(text)
        self._delay = int(delay * 1000)
        self.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_C and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            QTimer.singleShot(self._delay, self.copy)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            print("ready", flush=True)


if __name__ == "__main__":
    app = QApplication(sys.argv[:1])
    shown = Editor(sys.argv[1], float(sys.argv[2]))
    shown.resize(200, 100)
    shown.show()
    app.exec()
