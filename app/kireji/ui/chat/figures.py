"""Pictures inside an answer's words: formulas, and pictures of our own store, when they are there."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QPainter

from kireji.core.messages import Sha256
from kireji.ui.chat.blocks import Style
from kireji.ui.chat.formula import Formulas

DENSEST = 3
"""Device pixels per logical pixel of the finest screens."""


class Figure(NamedTuple):
    """A picture that stands among words.

    Args:
        image: With its ratio set.
        size: In logical pixels.
        inline: Whether it stands on the line like a letter; then its middle is where Qt puts the middle of pictures.
    """

    image: QImage
    size: QSize
    inline: bool


class Figures:
    """What is known of the pictures in one document.

    Args:
        formulas: Draws formulas; None where there are none.
        ratio: Device pixels per logical pixel.

    Attributes:
        room: The widest a picture may be, in logical pixels.
        wanted: Pictures of the store that are in the words and not here.
    """

    def __init__(self, formulas: Formulas | None, ratio: float) -> None:
        self._formulas = formulas
        self._ratio = ratio
        self._images: dict[Sha256, QImage] = {}
        self.room = 0
        self.wanted: dict[Sha256, None] = {}

    def take(self, blob: Sha256, image: QImage) -> None:
        """A picture has come from the store; an empty one is missing there."""
        self.wanted.pop(blob, None)
        self._images[blob] = image

    def find(self, style: Style, font: QFont, colour: str) -> Figure | None:
        """The picture that a run is; None for its words to be shown.

        Args:
            style: Of the run.
            font: Of the words around.
            colour: Of formulas, #RRGGBB.
        """
        if style.picture:
            return self._stored(style.picture)
        if style.tex:
            return self._formula(style, font, colour)
        return None

    def _stored(self, blob: Sha256) -> Figure | None:
        image = self._images.get(blob)
        if image is None:
            self.wanted[blob] = None
            return None
        if image.isNull():
            return None
        return Figure(image, _fitted(image.size(), self.room), inline=False)

    def _formula(self, style: Style, font: QFont, colour: str) -> Figure | None:
        if self._formulas is None:
            return None
        formula = self._formulas.picture(
            style.tex, display=style.display, size_px=font.pixelSize(), colour=colour, ratio=self._ratio
        )
        if formula is None:
            return None
        if style.display:
            size = QSize(round(formula.width), round(formula.height))
            return Figure(formula.image, _fitted(size, self.room), inline=False)
        # Qt sets a picture's middle to that of small letters; with room added on one side that puts it on the line.
        lift = QFontMetricsF(font).xHeight() / 2
        above = max(formula.baseline, formula.height - formula.baseline + lift)
        height = 2 * above - lift
        padded = QImage(
            QSize(round(formula.width * self._ratio), round(height * self._ratio)),
            QImage.Format.Format_ARGB32_Premultiplied,
        )
        padded.setDevicePixelRatio(self._ratio)
        padded.fill(Qt.GlobalColor.transparent)
        painter = QPainter(padded)
        painter.drawImage(QPointF(0, above - formula.baseline), formula.image)
        painter.end()
        return Figure(padded, QSize(round(formula.width), round(height)), inline=True)


def _fitted(size: QSize, room: int) -> QSize:
    return size.scaled(room, size.height(), Qt.AspectRatioMode.KeepAspectRatio) if size.width() > room > 0 else size
