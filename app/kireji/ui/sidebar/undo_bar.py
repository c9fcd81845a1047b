"""The quiet line that says what was taken away, and takes it back."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout

from kireji.ui.chat.header import ElidedLabel
from kireji.ui.parts import button, spread
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

SECONDS = 8.0
"""How long it stays; under the pointer or with the keyboard in it, it stays on."""


class UndoBar(QFrame):
    """Says one thing that was done, for a while."""

    undo_clicked = Signal()
    said = Signal(object)
    """What it says now."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "notice")
        self._sentence = ElidedLabel("muted")
        self._undo = button(tr("Undo"), "quiet")
        self._gone = QTimer(self, singleShot=True, interval=round(SECONDS * 1000))
        layout = QHBoxLayout(self)
        spread(layout, (SPACE[1], SPACE[0], SPACE[0], SPACE[0]), 0)
        layout.addWidget(self._sentence, 1000)
        layout.addStretch(1)
        layout.addWidget(self._undo)
        self._undo.clicked.connect(self.undo_clicked)
        self._gone.timeout.connect(self._leave)
        self._undo.installEventFilter(self)
        self.hide()

    def say(self, sentence: str, *, undo: bool = True) -> None:
        """Show a sentence; empty puts the bar away.

        Args:
            sentence: What was done.
            undo: Whether it can be taken back.
        """
        self._sentence.set_words(sentence)
        self._undo.setVisible(undo)
        self._undo.setAccessibleDescription(sentence)
        self.setVisible(bool(sentence))
        self._gone.start()
        self.said.emit(sentence)

    def sentence(self) -> str:
        """What it says now."""
        return self._sentence.accessibleName() if not self.isHidden() else ""

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._gone.stop()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._gone.start()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn:
            self._gone.stop()
        elif event.type() == QEvent.Type.FocusOut:
            self._gone.start()
        return False

    def _leave(self) -> None:
        if self.underMouse() or self._undo.hasFocus():
            self._gone.start()
        else:
            self.hide()
