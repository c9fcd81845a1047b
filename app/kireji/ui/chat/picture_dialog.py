"""One picture, large."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr


class PictureDialog(QWidget):
    """One picture in a window of its own, as large as the screen allows.

    Args:
        theme: Colours.
        image: The whole picture.
        parent: Over which it opens.
    """

    def __init__(self, theme: Theme, image: QImage, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Dialog)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Picture, {width} × {height} pixels", width=image.width(), height=image.height()))
        self._theme = theme
        self._image = image
        room = parent.screen().availableSize() * 0.85
        ratio = parent.devicePixelRatioF()
        size = QSize(round(image.width() / ratio), round(image.height() / ratio))
        if size.width() > room.width() or size.height() > room.height():
            size = size.scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        margins = 2 * SPACE[3]
        self.resize(max(240, size.width() + margins), max(160, size.height() + margins))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.colours.raised))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        room = self.rect().adjusted(SPACE[3], SPACE[3], -SPACE[3], -SPACE[3])
        ratio = self.devicePixelRatioF()
        size = QSize(round(self._image.width() / ratio), round(self._image.height() / ratio))
        if size.width() > room.width() or size.height() > room.height():
            size = size.scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
        target = room
        target.setSize(size)
        target.moveCenter(self.rect().center())
        painter.drawPixmap(target, QPixmap.fromImage(self._image))

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        self.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.close()
