"""A line that folds something away, and opens it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from kireji.ui.parts import button, set_icon, spread
from kireji.ui.theme import Theme
from kireji.ui.translation import tr


class FoldLine(QWidget):
    """A quiet button with an arrow that says whether what it is about is open.

    Args:
        theme: Colours and text size.
        about: What it opens, for screen readers.
    """

    toggled = Signal(object)
    """Whether it shall be open."""

    def __init__(self, theme: Theme, about: str = "") -> None:
        super().__init__()
        self._theme = theme
        self._about = about
        self._open = False
        self.line = button("", "fold")
        layout = QHBoxLayout(self)
        spread(layout)
        layout.addWidget(self.line)
        layout.addStretch(1)
        self.line.clicked.connect(self._clicked)
        theme.changed.connect(self._dress)

    @property
    def is_open(self) -> bool:
        """Whether it is open."""
        return self._open

    def say(self, words: str) -> None:
        """What the line says."""
        self.line.setText(words.replace("&", "&&"))
        self.line.setAccessibleName(f"{self._about}: {words}" if self._about else words)
        self._dress()

    def set_open(self, is_open: bool) -> None:
        """Show that it is open, or folded."""
        self._open = is_open
        self._dress()

    def _clicked(self) -> None:
        self.set_open(not self._open)
        self.toggled.emit(self._open)

    def _dress(self) -> None:
        self.line.setAccessibleDescription(tr("open") if self._open else tr("folded"))
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        name = "chevron-down" if self._open else "chevron-left" if mirrored else "chevron-right"
        set_icon(self.line, self._theme, name, self._theme.colours.muted, 14)
