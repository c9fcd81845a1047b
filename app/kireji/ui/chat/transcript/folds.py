"""Rows that are folded until somebody wants to see more: the model's thinking, its calls of tools."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from kireji.ui.parts import button, set_icon, spread, tip
from kireji.ui.theme import Theme
from kireji.ui.translation import plural, tr


class Fold(QWidget):
    """One line that says what is inside and opens it.

    Args:
        theme: Colours and text size.
        key: What the signal tells: the item, and which of its parts.
        icon: Stands before the words.
        can_open: Whether there is something inside.
        is_open: Whether that is shown.
    """

    toggled = Signal(object)
    """The key; it shall be opened or closed."""

    def __init__(self, theme: Theme, key: object, icon: str, *, can_open: bool, is_open: bool) -> None:
        super().__init__()
        self._theme = theme
        self._key = key
        self._icon = icon
        self._since = 0.0
        self._counted: Callable[[float], str] | None = None
        self._words = ""
        self.line = button("", "fold")
        self.line.setEnabled(can_open)
        self.line.setCheckable(True)
        self.line.setChecked(is_open)
        self.line.setMinimumWidth(1)
        self.line.clicked.connect(self._clicked)
        layout = QHBoxLayout(self)
        spread(layout, (0, 0, 0, 0))
        layout.addWidget(self.line)
        layout.addStretch(1)
        self._clock = QTimer(self, interval=1000)
        self._clock.timeout.connect(self.tick)
        self._can_open, self._open = can_open, is_open
        self._dress()

    def _dress(self) -> None:
        name = ("chevron-down" if self._open else "chevron-right") if self._can_open else self._icon
        if name == "chevron-right" and self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            name = "chevron-left"
        set_icon(self.line, self._theme, name, self._theme.colours.muted, 14)

    def say(self, words: str) -> None:
        """What the line says."""
        self._words = words
        self.line.setText(words.replace("&", "&&"))
        if self.isVisible():
            self._fit()
        state = (tr("open") if self._open else tr("folded")) if self._can_open else ""
        self.line.setAccessibleName(words)
        self.line.setAccessibleDescription(state)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Let the words end in an ellipsis where there is no room for all of them."""
        metrics, words = self.line.fontMetrics(), self._words
        self.line.setText(words.replace("&", "&&"))
        missing = self.line.sizeHint().width() - self.width()
        if missing > 0:
            room = max(1, metrics.horizontalAdvance(words) - missing)
            words = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
            self.line.setText(words.replace("&", "&&"))
        self.line.setToolTip(tip(self._words) if words != self._words else "")

    def count_from(self, since: float, words: Callable[[float], str]) -> None:
        """It is still under way; the line says so anew every second.

        Args:
            since: From that moment of the monotonic clock.
            words: What the line says after so many seconds.
        """
        self._since, self._counted = since, words
        self._clock.start()
        self.tick()

    def tick(self) -> None:
        """Say now how it stands."""
        if self._counted is not None:
            self.say(self._counted(time.monotonic() - self._since))

    def _clicked(self) -> None:
        self.toggled.emit(self._key)


def thinking_line(seconds: float) -> str:
    """While the model thinks."""
    whole = int(seconds)
    return tr("Thinking… {seconds} s", seconds=whole) if whole else tr("Thinking…")


def thought_line(seconds: float) -> str:
    """When it has thought.

    Args:
        seconds: For how long; 0 when that is not known.
    """
    return tr("Thought for {time}", time=took(seconds)) if seconds else tr("Thought")


def took(seconds: float) -> str:
    """How long something took."""
    if seconds < 1:
        return tr("less than a second")
    if seconds < 60:
        return plural(round(seconds), "1 s", "{n} s")
    return tr("{minutes} min {seconds} s", minutes=int(seconds) // 60, seconds=int(seconds) % 60)
