"""The person's questions as they stand in the reading column."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPixmap
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from kireji.core.history import StoredMessage
from kireji.services.turns import GO_ON
from kireji.ui.chat.document import EDGE
from kireji.ui.chat.words import is_right_to_left
from kireji.ui.parts import frame, spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE

_WIDEST_QUESTION = 0.86
_THUMBNAIL = QSize(300, 220)
_COPIED_MILLISECONDS = 1500


class Thumbnail(QAbstractButton):
    """A picture in a question; pressing it shows it large.

    Args:
        theme: Colours.
        width: Pixels of the whole picture.
        height: The same.
    """

    def __init__(self, theme: Theme, width: int, height: int) -> None:
        super().__init__()
        self._theme = theme
        self._image: QImage | None = None
        self._small: QImage | None = None
        size = QSize(width, height)
        if width > _THUMBNAIL.width() or height > _THUMBNAIL.height():
            size = size.scaled(_THUMBNAIL, Qt.AspectRatioMode.KeepAspectRatio)
        self._size = size.expandedTo(QSize(48, 32))
        self.setAccessibleName(f"Picture, {width} × {height} pixels. Show it large")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def set_image(self, image: QImage) -> None:
        """Show the picture, which comes after the rest of the message."""
        self._image, self._small = image, None
        self.update()

    def sizeHint(self) -> QSize:
        return self._size

    def minimumSizeHint(self) -> QSize:
        return QSize(48, self._size.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        shape = QPainterPath()
        shape.addRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.setClipPath(shape)
        painter.fillRect(self.rect(), QColor(self._theme.colours.code))
        if self._image is not None and not self._image.isNull():
            small = self._shrunk(self._image)
            target = self.rect()
            target.setSize((small.size() / small.devicePixelRatio()).boundedTo(self.size()))
            target.moveCenter(self.rect().center())
            painter.drawImage(target, small)
        painter.setClipping(False)
        painter.setPen(QColor(self._theme.colours.accent if self.hasFocus() else self._theme.colours.line))
        painter.drawPath(shape)

    def _shrunk(self, image: QImage) -> QImage:
        """The picture in the size it is shown in; a painter would leave pixels out, and with them thin letters."""
        ratio = self.devicePixelRatioF()
        size = image.size().scaled(self.size() * ratio, Qt.AspectRatioMode.KeepAspectRatio)
        if self._small is None or self._small.size() != size:
            self._small = image.scaled(
                size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
            self._small.setDevicePixelRatio(ratio)
        return self._small


class QuestionCard(QWidget):
    """What the person asked: a card at the end of the line.

    Args:
        theme: Colours and text size.
        stored: The message.
    """

    picture_clicked = Signal(object)
    """The `ImagePart` that shall be seen large."""

    def __init__(self, theme: Theme, stored: StoredMessage) -> None:
        super().__init__()
        self.stored = stored
        self._theme = theme
        self._thumbnails: dict[str, Thumbnail] = {}
        self._card = frame("question")
        inside = QVBoxLayout(self._card)
        spread(inside, (SPACE[2] + 2, SPACE[2] - 2, SPACE[2] + 2, SPACE[2] - 2), SPACE[1])
        for part in stored.message.images:
            thumbnail = Thumbnail(theme, part.width, part.height)
            thumbnail.clicked.connect(self._show_picture)
            self._thumbnails[part.blob] = thumbnail
            # An alignment, or else the narrowest of the card's parts would set the width of all.
            inside.addWidget(thumbnail, 0, Qt.AlignmentFlag.AlignLeading)
        self._text: PlainText | None = None
        if text := shown_question(stored.message.text):
            self._text = PlainText(text)
            side = Qt.AlignmentFlag.AlignRight if is_right_to_left(text) else Qt.AlignmentFlag.AlignLeft
            inside.addWidget(self._text, 0, side | Qt.AlignmentFlag.AlignAbsolute)
        outer = QHBoxLayout(self)
        spread(outer, (EDGE, 0, EDGE, 0))
        outer.addStretch(1)
        outer.addWidget(self._card)

    def blobs(self) -> Sequence[str]:
        """Which pictures it waits for."""
        return tuple(self._thumbnails)

    def set_image(self, blob: str, image: QImage) -> None:
        """A picture has been read from the store."""
        self._thumbnails[blob].set_image(image)

    def set_column(self, width: int) -> None:
        """Tell how wide the reading column is, in logical pixels."""
        widest = int(width * _WIDEST_QUESTION)
        self._card.setMaximumWidth(widest)
        if self._text is not None:
            self._text.set_widest(widest - 2 * (SPACE[2] + 2))

    def _show_picture(self) -> None:
        sender = self.sender()
        for part in self.stored.message.images:
            if self._thumbnails[part.blob] is sender:
                self.picture_clicked.emit(part)
                return


def shown_question(text: str) -> str:
    """A question as it is shown: the one that continues an answer is a press of a button, not the person's words."""
    return "Continue" if text == GO_ON else text.strip()


class PlainText(QLabel):
    """The person's own words: selectable, in their own direction, as wide as they need and no wider.

    Args:
        text: Shown exactly.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)
        self.setWordWrap(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        if is_right_to_left(text):
            self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)

    def set_widest(self, width: int) -> None:
        """The most room there is, in logical pixels."""
        metrics = self.fontMetrics()
        longest = max((metrics.horizontalAdvance(line) for line in self.text().split("\n")), default=0)
        wanted = min(longest + 4, width)
        self.setFixedWidth(max(wanted, 24))
        flags = Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextWrapAnywhere
        self.setMinimumHeight(metrics.boundingRect(0, 0, wanted, 1_000_000, flags, self.text()).height())


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
        self.setWindowTitle(f"Picture, {image.width()} × {image.height()} pixels")
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

    def keyPressEvent(self, event: object) -> None:
        self.close()
