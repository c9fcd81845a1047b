"""Text from elsewhere that the next question is about."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QVBoxLayout

from kireji.ui.chat.words import count
from kireji.ui.parts import button, set_icon, spread, turn
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE

_MOST_LINES, _LEAST_LINES = 6, 2
_SHOWN = 20_000
"""Characters that are shown when it is opened; all of it is sent."""


class Quote(QFrame):
    """A chip that says how much text there is, opens to show it, and takes it out.

    Args:
        theme: Colours and text size.
    """

    removed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._text = ""
        self.setProperty("kind", "attachment")
        self._chip = button("", "quiet", name="Text to ask about")
        self._chip.setCheckable(True)
        self._remove = button("", "quiet", name="Remove the text to ask about")
        self._body = QPlainTextEdit()
        self._body.setReadOnly(True)
        self._body.setAcceptDrops(False)
        self._body.setTabChangesFocus(True)
        self._body.setAccessibleName("The text to ask about")
        self._body.hide()
        row = QHBoxLayout()
        spread(row, 0, 0)
        row.addWidget(self._chip)
        row.addStretch(1)
        row.addWidget(self._remove)
        layout = QVBoxLayout(self)
        spread(layout, (SPACE[0], 2, 2, 2), 0)
        layout.addLayout(row)
        layout.addWidget(self._body)
        self._chip.toggled.connect(self._toggled)
        self._remove.clicked.connect(self.removed)
        theme.changed.connect(self._dress)
        self._dress()
        self.hide()

    def show_text(self, text: str) -> None:
        """Show a text, closed; nothing for an empty one."""
        if text != self._text:
            self._text = text
            self._chip.setChecked(False)
            signs = len(text)
            words = f"Text to ask about, {count(signs)} character{'' if signs == 1 else 's'}"
            self._chip.setText(words)
            self._chip.setAccessibleName(words)
            self._body.clear()
        self.setVisible(bool(text))

    def text(self) -> str:
        """All of it."""
        return self._text

    @property
    def words(self) -> str:
        """What the chip says."""
        return self._chip.text()

    def _toggled(self, opened: bool) -> None:
        if opened and self._body.document().isEmpty():
            more = len(self._text) - _SHOWN
            rest = f"\n… and {count(more)} more characters" if more > 0 else ""
            self._body.setPlainText(self._text[:_SHOWN] + rest)
            turn(self._body)
        self._body.setVisible(opened)
        self._dress()

    def _dress(self) -> None:
        colours = self._theme.colours
        set_icon(self._chip, self._theme, "chevron-down" if self._chip.isChecked() else "file-text", colours.muted, 14)
        set_icon(self._remove, self._theme, "x", colours.muted, 14)
        self._chip.setToolTip("Hide the text" if self._chip.isChecked() else "Show the text")
        lines = min(_MOST_LINES, self._text.count("\n") + 2)
        line = self._body.fontMetrics().lineSpacing()
        self._body.setMinimumHeight(min(lines, _LEAST_LINES) * line + 8)
        self._body.setMaximumHeight(lines * line + 8)
        self._body.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
