"""A field in which something can be tried."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kireji.ui.parts import frame, label, spread
from kireji.ui.settings.cards import tell
from kireji.ui.settings.fields import Lines, Passage
from kireji.ui.tokens import SPACE

_PAUSE_MS = 120
"""Who types quickly is not looked after at every letter."""


class Trial(QWidget):
    """Takes a text and shows what would become of it.

    Args:
        title: What is tried.
        explanation: Below the title.
        placeholder: An example.
        result: Names what comes of it, for screen readers.
    """

    changed = Signal(object)
    """The text that stands there now."""

    def __init__(self, title: str, explanation: str, placeholder: str, result: str) -> None:
        super().__init__()
        self._passage = Passage(title, explanation, placeholder)
        self.field = self._passage.field
        self.sentence = label("", "muted", wrap=True)
        self._around = frame("editor")
        self.result = Lines(self._around)
        self.result.setReadOnly(True)
        self.result.setAccessibleName(result)
        self._pause = QTimer(self, interval=_PAUSE_MS, singleShot=True)
        inside = QVBoxLayout(self._around)
        spread(inside, SPACE[0])
        inside.addWidget(self.result)
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[1])
        layout.addWidget(self._passage)
        layout.addWidget(self.sentence)
        layout.addWidget(self._around)
        self.show_result("", "")
        self.field.textChanged.connect(self._pause.start)
        self._pause.timeout.connect(self._tell)

    def text(self) -> str:
        """What is tried."""
        return self.field.toPlainText()

    def show_result(self, text: str, sentence: str, role: str = "muted") -> None:
        """What came of it.

        Args:
            text: As it would be; empty takes no room.
            sentence: What is said about it.
            role: Of the stylesheet.
        """
        tell(self.sentence, sentence, role)
        self.result.setPlainText(text)
        self._around.setVisible(bool(text))

    def forget(self) -> None:
        """Nothing is tried any more."""
        self.field.clear()
        self._pause.stop()
        self.show_result("", "")

    def _tell(self) -> None:
        self.changed.emit(self.text())
