"""Text from elsewhere, or from an answer, that the next question is about."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QSizePolicy, QVBoxLayout

from kireji.ui.chat.words import count
from kireji.ui.parts import button, label, set_icon, spread, turn
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import plural, tr

_MOST_LINES, _LEAST_LINES = 6, 2
_SHOWN = 20_000
"""Characters that are shown when it is opened; all of it is sent."""
_BEGINNING = 300
"""Characters that may be seen while it is closed."""


class Quote(QFrame):
    """A chip that says how much text there is and how it begins, opens to show it, and takes it out.

    Args:
        theme: Colours and text size.
    """

    removed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._text = ""
        self.setProperty("kind", "attachment")
        self._chip = button("", "quiet", name=tr("Text to ask about"))
        self._chip.setCheckable(True)
        self._beginning = label("", "muted")
        self._beginning.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._remove = button("", "quiet", name=tr("Remove the text to ask about"))
        self._body = QPlainTextEdit()
        self._body.setReadOnly(True)
        self._body.setAcceptDrops(False)
        self._body.setTabChangesFocus(True)
        self._body.setAccessibleName(tr("The text to ask about"))
        self._body.hide()
        self._row = row = QHBoxLayout()
        spread(row, 0, 0)
        row.addWidget(self._chip)
        row.addWidget(self._beginning, 1)
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
            words = plural(
                signs,
                "Text to ask about, 1 character",
                "Text to ask about, {n} characters",
                n=count(signs),
            )
            self._chip.setText(words)
            self._chip.setAccessibleName(words)
            self._body.clear()
            self._dress()
            self._elide()
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
            rest = "\n" + tr("… and {more} more characters", more=count(more)) if more > 0 else ""
            self._body.setPlainText(self._text[:_SHOWN] + rest)
            turn(self._body)
        self._body.setVisible(opened)
        self._beginning.setText("")
        self._elide()
        self._dress()

    def _elide(self) -> None:
        """How it begins, on what is left of the line."""
        words = "" if self._chip.isChecked() else " ".join(self._text[:_BEGINNING].split())
        room = max(0, self._beginning.width() - 4)
        self._beginning.setText(self._beginning.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, room))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._row.activate()
        self._elide()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._elide()

    def _dress(self) -> None:
        colours = self._theme.colours
        set_icon(self._chip, self._theme, "chevron-down" if self._chip.isChecked() else "file-text", colours.muted, 14)
        set_icon(self._remove, self._theme, "x", colours.muted, 14)
        self._chip.setToolTip(tr("Hide the text") if self._chip.isChecked() else tr("Show the text"))
        lines = min(_MOST_LINES, self._text.count("\n") + 2)
        line = self._body.fontMetrics().lineSpacing()
        self._body.setMinimumHeight(min(lines, _LEAST_LINES) * line + 8)
        self._body.setMaximumHeight(lines * line + 8)
        self._body.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
