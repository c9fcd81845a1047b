"""How full the model's window is, and with what."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QStyle, QWidget

from kireji.ui.theme import Theme
from kireji.ui.translation import tr

_HEIGHT = 6
_LEAST = 2
"""Pixels: what is there at all is seen."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of what the model reads.

    Args:
        tokens: How much of it was reported.
        colour: Name of a colour of the theme.
    """

    tokens: int
    colour: str


class ContextBar(QWidget):
    """A thin bar of coloured parts.

    Args:
        theme: Colours and text size.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._parts: tuple[Part, ...] = ()
        self._whole = 0
        self.setFixedHeight(_HEIGHT)
        theme.changed.connect(self.update)
        self.set_parts((), 0)

    def set_parts(self, parts: tuple[Part, ...], whole: int) -> None:
        """Show these.

        Args:
            parts: From the beginning.
            whole: What the model reads at most, in tokens; 0 if unknown, which leaves the bar empty.
        """
        self._parts, self._whole = parts, whole
        taken = sum(part.tokens for part in parts)
        share = min(100, taken * 100 // whole) if whole else 0
        name = tr("{percent} % of the context is taken", percent=share) if whole and taken else tr("Context")
        self.setAccessibleName(name)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = self._theme.colours
        painter.fillRect(self.rect(), QColor(colours.line))
        if not self._whole:
            return
        start = 0
        for part in self._parts:
            if not part.tokens:
                continue
            width = max(_LEAST, round(self.width() * part.tokens / self._whole))
            place = QRect(start, 0, min(width, self.width() - start), self.height())
            painter.fillRect(
                QStyle.visualRect(self.layoutDirection(), self.rect(), place), QColor(getattr(colours, part.colour))
            )
            start += width
