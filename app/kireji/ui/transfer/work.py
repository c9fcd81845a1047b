"""A transfer that runs: how far it is, a way to stop it, and how it came out."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from kireji.core.transfer import Progress
from kireji.ui.announcer import ScreenReader
from kireji.ui.chat.words import count
from kireji.ui.parts import Pair, button, label, spread
from kireji.ui.settings.cards import tell
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr


class WorkRow(QWidget):
    """Takes no room until something runs or has ended.

    Args:
        title: Of the work, for screen readers.
    """

    cancel_clicked = Signal()

    def __init__(self, title: str) -> None:
        super().__init__()
        self.state = label("", "muted")
        self.cancel = button(tr("Stop"), name=tr("Stop: {title}", title=title))
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(title)
        self.bar.setFixedHeight(SPACE[0] + 2)
        self.sentence = label("", "muted", wrap=True)
        self.details = label("", "small", wrap=True)
        self._row = Pair(self.state, self.cancel)
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[1])
        for widget in (self._row, self.bar, self.sentence, self.details):
            layout.addWidget(widget)
        self.cancel.clicked.connect(self.cancel_clicked)
        self._show(running=False)
        tell(self.sentence, "", "muted")
        tell(self.details, "", "small")

    def begin(self, words: str) -> None:
        """It runs."""
        self.state.setText(words)
        self.bar.setRange(0, 0)
        tell(self.sentence, "", "muted")
        tell(self.details, "", "small")
        self._show(running=True)

    def advance(self, progress: Progress) -> None:
        """It has come so far."""
        if progress.total:
            self.bar.setRange(0, progress.total)
            self.bar.setValue(progress.done)
            words = tr("{done} of {total} conversations", done=count(progress.done), total=count(progress.total))
        else:
            words = tr("{done} conversations read", done=count(progress.done))
        self.state.setText(words)

    def end(self, sentence: str, role: str = "ok", details: str = "") -> None:
        """It has ended."""
        had_focus = self.cancel.hasFocus()
        self._show(running=False)
        tell(self.sentence, sentence, role)
        tell(self.details, details, "small")
        if had_focus:
            self.focusNextChild()
        voice = ScreenReader(self.window())
        if sentence and voice.active():
            voice.say(sentence, urgent=role == "error")

    def _show(self, *, running: bool) -> None:
        self._row.setVisible(running)
        self.bar.setVisible(running)
        self.cancel.setVisible(running)
