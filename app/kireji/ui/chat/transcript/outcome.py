"""The pictures and documents that a tool gave back."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kireji.core.messages import DocumentPart, ImagePart
from kireji.ui.chat.document import EDGE
from kireji.ui.chat.file_chip import FileChip
from kireji.ui.chat.messages import Thumbnail
from kireji.ui.flow import FlowLayout
from kireji.ui.parts import spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE

_ROOM = QSize(300, 220)
_SMALL = QSize(132, 96)
"""Of several pictures."""
_DENSEST = 3
"""Device pixels per logical pixel of the finest screens."""


class Outcome(QWidget):
    """Thumbnails and chips, in as many rows as they need.

    Args:
        theme: Colours and text size.
        parts: What there is, in its order.
    """

    picture_clicked = Signal(object)
    """The `ImagePart` that shall be seen large."""
    document_clicked = Signal(object)
    """The `DocumentPart` whose words shall be seen."""

    def __init__(self, theme: Theme, parts: Sequence[ImagePart | DocumentPart]) -> None:
        super().__init__()
        self._thumbnails: list[tuple[ImagePart, Thumbnail]] = []
        layout = QVBoxLayout(self)
        spread(layout, (EDGE, SPACE[0], EDGE, SPACE[0]))
        flow = FlowLayout(SPACE[1])
        layout.addLayout(flow)
        several = sum(isinstance(part, ImagePart) for part in parts) > 1
        self._room = _SMALL if several else _ROOM
        for part in parts:
            if isinstance(part, ImagePart):
                thumbnail = Thumbnail(theme, part.width, part.height, self._room)
                thumbnail.clicked.connect(self._show_picture)
                self._thumbnails.append((part, thumbnail))
                flow.addWidget(thumbnail)
            else:
                chip = FileChip(theme, part)
                chip.opened.connect(self.document_clicked)
                flow.addWidget(chip)

    def blobs(self) -> Sequence[str]:
        """Which pictures it waits for, each once."""
        return tuple(dict.fromkeys(part.blob for part, _ in self._thumbnails))

    def picture_room(self) -> QSize:
        """Pixels that suffice for each thumbnail on any screen."""
        return self._room * _DENSEST

    def set_image(self, blob: str, image: QImage) -> None:
        """A picture has been read from the store."""
        for part, thumbnail in self._thumbnails:
            if part.blob == blob:
                thumbnail.set_image(image)

    def _show_picture(self) -> None:
        sender = self.sender()
        for part, thumbnail in self._thumbnails:
            if thumbnail is sender:
                self.picture_clicked.emit(part)
                return
