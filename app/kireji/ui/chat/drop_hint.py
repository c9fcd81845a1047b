"""What the window says while something is dragged over it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from kireji.ui.theme import Theme
from kireji.ui.tokens import RADIUS_CARD, SPACE, TYPE_TITLE
from kireji.ui.translation import tr

_COVER = 225
"""How opaque it lies over the window, of 255."""


class DropHint(QWidget):
    """Lies over the window without being a target itself.

    Args:
        theme: Colours and text size.
        parent: What it covers.
        words: What becomes of what is dropped; empty for a question about it.
    """

    def __init__(self, theme: Theme, parent: QWidget, words: str = "") -> None:
        super().__init__(parent)
        self._words = words or tr("Drop to ask about it")
        self._theme = theme
        self._covered = parent
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(self._words)
        self.hide()

    def cover(self, shown: bool) -> None:
        """Show or hide it."""
        if shown:
            self.setGeometry(self._covered.rect())
            self.raise_()
        self.setVisible(shown)

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QColor(colours.background)
        ground.setAlpha(_COVER)
        painter.fillRect(self.rect(), ground)
        inner = self.rect().toRectF().adjusted(SPACE[3], SPACE[3], -SPACE[3], -SPACE[3])
        painter.setPen(QPen(QColor(colours.accent), 2, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(inner, RADIUS_CARD, RADIUS_CARD)
        font = self.font()
        font.setPixelSize(self._theme.px(TYPE_TITLE))
        font.setBold(True)
        painter.setFont(font)
        words = painter.fontMetrics().boundingRect(self._words).size().toSizeF()
        plate = QRectF(0, 0, words.width() + 2 * SPACE[4], words.height() + 2 * SPACE[3])
        plate.moveCenter(inner.center())
        painter.setPen(QColor(colours.line))
        painter.setBrush(QColor(colours.surface))
        painter.drawRoundedRect(plate, RADIUS_CARD, RADIUS_CARD)
        painter.setPen(QColor(colours.ink))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, self._words)
