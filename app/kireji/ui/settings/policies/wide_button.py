"""A button whose words take as many lines as they need."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout

from kireji.ui.content_button import ContentButton
from kireji.ui.icons import pixmap
from kireji.ui.parts import label, spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE

_ICON = 14


class WideButton(ContentButton):
    """Shows an icon and words.

    Args:
        theme: Colours and text size.
        words: What it says, and how screen readers call it.
        role: Of the words, in the stylesheet.
        icon: As Lucide calls it.
    """

    def __init__(self, theme: Theme, words: str, role: str, icon: str) -> None:
        super().__init__("quoted")
        self._theme = theme
        self._role, self._name = role, icon
        self._icon = label()
        self._words = label(words, role, wrap=True)
        row = QHBoxLayout(self)
        spread(row, (SPACE[1], SPACE[0], SPACE[1], SPACE[0]), SPACE[1])
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._words, 1)
        for each in (self._icon, self._words):
            each.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(words)
        theme.changed.connect(self._dress)
        self._dress()

    def words(self) -> str:
        """What it says."""
        return self._words.text()

    def _dress(self) -> None:
        colours = self._theme.colours
        colour = {"error": colours.error, "warn": colours.warn, "ok": colours.ok}.get(self._role, colours.muted)
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        name = {"chevron-right": "chevron-left"}.get(self._name, self._name) if mirrored else self._name
        self._icon.setPixmap(pixmap(name, colour, self._theme.px(_ICON), self.devicePixelRatioF()))

    def set_icon(self, icon: str) -> None:
        """Show another icon."""
        self._name = icon
        self._dress()
