"""Something that takes a while: how far it is, a way to stop it, and how it came out."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from kireji.ui.announcer import ScreenReader
from kireji.ui.parts import Pair, button, label, spread
from kireji.ui.settings.cards import tell
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr


class WorkRow(QWidget):
    """Takes no room until something runs or has ended.

    Args:
        title: Of the work, for screen readers.
    """

    stop_clicked = Signal()
    place_clicked = Signal()
    """The folder of what was made shall be shown."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.state = label("", "muted")
        self.stop = button(tr("Stop"), name=tr("Stop: {title}", title=title))
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(title)
        self.bar.setFixedHeight(SPACE[0] + 2)
        self.sentence = label("", "muted", wrap=True)
        self.place = button(tr("Show in folder"))
        self._running = Pair(self.state, self.stop)
        self._ended = Pair(self.sentence, self.place)
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[1])
        for widget in (self._running, self.bar, self._ended):
            layout.addWidget(widget)
        self.stop.clicked.connect(self.stop_clicked)
        self.place.clicked.connect(self.place_clicked)
        self.clear()

    def clear(self) -> None:
        """Nothing runs, and nothing is said."""
        for each in (self._running, self.bar, self._ended):
            each.hide()
        self.hide()

    def begin(self, words: str) -> None:
        """It runs."""
        self.show()
        self.state.setText(words)
        self.bar.setRange(0, 0)
        self._ended.hide()
        self._running.show()
        self.bar.show()

    def advance(self, words: str, done: int, total: int) -> None:
        """It has come so far; a total of 0 is unknown."""
        self.state.setText(words)
        # A Qt progress bar counts in 32 bits, and files are larger.
        self.bar.setRange(0, 1000 if total else 0)
        if total:
            self.bar.setValue(min(1000, done * 1000 // total))

    def end(self, sentence: str, role: str = "ok", *, place: bool = False) -> None:
        """It has ended.

        Args:
            sentence: How; empty says nothing.
            role: Of the stylesheet.
            place: Whether there is a file to show.
        """
        had_focus = self.stop.hasFocus()
        self._running.hide()
        self.bar.hide()
        self._ended.setVisible(bool(sentence))
        self.place.setVisible(place)
        tell(self.sentence, sentence, role)
        self.setVisible(bool(sentence))
        if had_focus:
            self.focusNextChild()
        voice = ScreenReader(self.window())
        if sentence and voice.active():
            voice.say(sentence, urgent=role == "error")
