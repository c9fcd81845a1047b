"""The way to the jobs, with how many run."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from kireji.ui.parts import button, restyle, set_icon, spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import plural, tr


class JobsEntry(QWidget):
    """A button like its neighbours; a badge at its end says what happens while one looks elsewhere.

    Args:
        theme: Colours and text size.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.button: QPushButton = button(tr("Jobs"), "nav")
        self.button.setCheckable(True)
        self.badge = QLabel(self.button)
        self.badge.setProperty("role", "badge")
        self.badge.setTextFormat(Qt.TextFormat.PlainText)
        self.badge.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        outer = QVBoxLayout(self)
        spread(outer)
        outer.addWidget(self.button)
        inside = QHBoxLayout(self.button)
        spread(inside, (0, 0, SPACE[1] + 2, 0))
        inside.addStretch(1)
        inside.addWidget(self.badge, 0, Qt.AlignmentFlag.AlignVCenter)
        self.badge.hide()
        theme.changed.connect(self._dress)
        self._dress()

    def show_counts(self, running: int, waiting: int) -> None:
        """What the badge says; nothing when nothing happens.

        Args:
            running: Jobs that run.
            waiting: Jobs that do not get on without the person, which is said first.
        """
        if waiting:
            words, state = plural(waiting, "1 needs you", "{n} need you"), "warn"
        else:
            words, state = plural(running, "1 running", "{n} running") if running else "", ""
        self.badge.setText(words)
        restyle(self.badge, state=state)
        self.badge.setVisible(bool(words))
        self.button.setAccessibleName(tr("Jobs, {words}", words=words) if words else tr("Jobs"))

    def _dress(self) -> None:
        set_icon(self.button, self._theme, "layers", self._theme.colours.muted)
