"""Asks once before something is removed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from kireji.ui.parts import Pair, button, label, spread
from kireji.ui.settings.cards import actions
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr


class Asking(QWidget):
    """A question with its two answers in its own place; it takes no room until it is asked.

    Args:
        words: The question.
        yes: The verb of the answer that does something.
    """

    confirmed = Signal()
    left = Signal()
    """The person wants it to stay as it is."""

    def __init__(self, words: str, yes: str) -> None:
        super().__init__()
        self.yes = button(yes)
        self.keep = button(tr("Keep it"))
        layout = QHBoxLayout(self)
        spread(layout, 0, SPACE[1])
        layout.addWidget(Pair(label(words, "muted", wrap=True), actions(self.yes, self.keep)))
        self.yes.clicked.connect(self._confirmed)
        self.keep.clicked.connect(self._leave)
        self.hide()

    def ask(self) -> None:
        """Show the question; the answer that changes nothing has the focus."""
        self.show()
        self.keep.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
            return
        super().keyPressEvent(event)

    def _confirmed(self) -> None:
        self.hide()
        self.confirmed.emit()

    def _leave(self) -> None:
        self.hide()
        self.left.emit()
