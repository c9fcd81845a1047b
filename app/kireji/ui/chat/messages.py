"""The person's questions as they stand in the reading column."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from kireji.core.history import StoredMessage
from kireji.core.messages import ImagePart
from kireji.services.turns import GO_ON
from kireji.ui.chat.document import EDGE
from kireji.ui.chat.file_chip import FileChip
from kireji.ui.chat.transcript.piece import Piece
from kireji.ui.chat.words import count, is_right_to_left
from kireji.ui.flow import FlowLayout
from kireji.ui.parts import button, frame, spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_WIDEST_QUESTION = 0.86
_THUMBNAIL = QSize(300, 220)
_DENSEST = 3
"""Device pixels per logical pixel of the finest screens."""
_SHORT, _LONG = 4_000, 60_000
"""Characters of a question that are shown at first, and when all is wanted."""
_SMALL = QSize(132, 96)
"""Of several in one question."""


class Thumbnail(QAbstractButton):
    """A picture in a question; pressing it shows it large.

    Args:
        theme: Colours.
        width: Pixels of the whole picture.
        height: The same.
        room: The most it may take, in logical pixels.
    """

    def __init__(self, theme: Theme, width: int, height: int, room: QSize = _THUMBNAIL) -> None:
        super().__init__()
        self._theme = theme
        self._image: QImage | None = None
        self._small: QImage | None = None
        size = QSize(width, height)
        if width > room.width() or height > room.height():
            size = size.scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        self._size = size.expandedTo(QSize(48, 32))
        name = tr("Picture, {width} × {height} pixels. Show it large", width=width, height=height)
        self.setAccessibleName(name)
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
    document_clicked = Signal(object)
    """The `DocumentPart` whose words shall be seen."""
    resized = Signal(object)
    """This widget needs more or less room."""
    copy_clicked = Signal(object)
    edit_clicked = Signal(object)
    branch_clicked = Signal(object)
    """The number of a question that shall be shown instead."""

    def __init__(self, theme: Theme, stored: StoredMessage, *, shows_all: bool = False) -> None:
        super().__init__()
        self.stored = stored
        self._theme = theme
        self._thumbnails: list[tuple[ImagePart, Thumbnail]] = []
        self._card = frame("question")
        inside = QVBoxLayout(self._card)
        spread(inside, (SPACE[2] + 2, SPACE[2] - 2, SPACE[2] + 2, SPACE[2] - 2), SPACE[1])
        self._pictures = _Pictures() if len(stored.message.images) > 1 else None
        for part in stored.message.images:
            thumbnail = Thumbnail(theme, part.width, part.height, _SMALL if self._pictures else _THUMBNAIL)
            thumbnail.clicked.connect(self._show_picture)
            self._thumbnails.append((part, thumbnail))
            if self._pictures is not None:
                self._pictures.flow.addWidget(thumbnail)
            else:
                # An alignment, or else the narrowest of the card's parts would set the width of all.
                inside.addWidget(thumbnail, 0, Qt.AlignmentFlag.AlignLeading)
        if self._pictures is not None:
            inside.addWidget(self._pictures)
        self._files = _Pictures() if stored.message.documents else None
        if self._files is not None:
            for document in stored.message.documents:
                chip = FileChip(theme, document)
                chip.opened.connect(self.document_clicked)
                self._files.flow.addWidget(chip)
            inside.addWidget(self._files)
        self.words: PlainText | None = None
        self.shows_all = shows_all
        self._room = 0
        self._more = button(tr("Show all"), "quiet")
        text = shown_question(stored.message.text)
        if text:
            self.words = PlainText(theme, beginning(text, _LONG if shows_all else _SHORT))
            side = Qt.AlignmentFlag.AlignRight if is_right_to_left(text) else Qt.AlignmentFlag.AlignLeft
            inside.addWidget(self.words, 0, side | Qt.AlignmentFlag.AlignAbsolute)
        inside.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeading)
        self._more.setVisible(len(text) > _SHORT and not shows_all)
        self._more.clicked.connect(self._show_more)
        self._outer = QVBoxLayout(self)
        spread(self._outer, (EDGE, 0, EDGE, 0), SPACE[0])
        row = QHBoxLayout()
        spread(row)
        row.addStretch(1)
        row.addWidget(self._card)
        self._outer.addLayout(row)

    def add_foot(self, item: object, alternatives: tuple[int, ...]) -> None:
        """Offer what can be done with it.

        Args:
            item: What the signals tell.
            alternatives: The numbers of the questions that stand beside it, itself included.
        """
        from kireji.ui.chat.transcript.foot import QuestionFoot

        foot = QuestionFoot(self._theme, item)
        foot.add_branches(alternatives, self.stored.id)
        foot.copy_clicked.connect(self.copy_clicked)
        foot.edit_clicked.connect(self.edit_clicked)
        foot.branch_clicked.connect(self.branch_clicked)
        row = QHBoxLayout()
        spread(row)
        row.addStretch(1)
        row.addWidget(foot)
        self._outer.addLayout(row)

    def blobs(self) -> Sequence[str]:
        """Which pictures it waits for, each once."""
        return tuple(dict.fromkeys(part.blob for part, _ in self._thumbnails))

    def picture_room(self) -> QSize:
        """Pixels that suffice for each thumbnail on any screen."""
        return (_SMALL if self._pictures is not None else _THUMBNAIL) * _DENSEST

    def set_image(self, blob: str, image: QImage) -> None:
        """A picture has been read from the store."""
        for part, thumbnail in self._thumbnails:
            if part.blob == blob:
                thumbnail.set_image(image)

    def set_column(self, width: int) -> None:
        """Tell how wide the reading column is, in logical pixels."""
        widest = int(width * _WIDEST_QUESTION)
        self._card.setMaximumWidth(widest)
        self._room = room = widest - 2 * (SPACE[2] + 2)
        if self.words is not None:
            self.words.set_widest(room)
        for several in (self._pictures, self._files):
            if several is not None:
                several.set_widest(room)

    def _show_more(self) -> None:
        self.shows_all = True
        if self.words is not None:
            self.words.set_text(beginning(shown_question(self.stored.message.text), _LONG))
            self.words.set_widest(self._room)
        self._more.hide()
        self.resized.emit(self)

    def _show_picture(self) -> None:
        sender = self.sender()
        for part, thumbnail in self._thumbnails:
            if thumbnail is sender:
                self.picture_clicked.emit(part)
                return


class _Pictures(QWidget):
    """Several thumbnails or files, in as many rows as they need."""

    def __init__(self) -> None:
        super().__init__()
        self.flow = FlowLayout(SPACE[1], self)

    def set_widest(self, width: int) -> None:
        """The most room there is, in logical pixels."""
        taken = min(self.flow.sizeHint().width(), width)
        self.setFixedSize(taken, self.flow.heightForWidth(taken))


def beginning(text: str, most: int) -> str:
    """As much of a text as is shown; laying out a long line takes time that grows with the square of its length."""
    more = len(text) - most
    return text if more <= 0 else f"{text[:most]}\n… and {count(more)} more characters"


def shown_question(text: str) -> str:
    """A question as it is shown: the one that continues an answer is a press of a button, not the person's words."""
    return "Continue" if text == GO_ON else text.strip()


class PlainText(Piece):
    """The person's own words: in their own direction, as wide as they need and no wider.

    Args:
        theme: Colours and text size.
        text: Shown exactly.
    """

    def __init__(self, theme: Theme, text: str) -> None:
        super().__init__(theme)
        self._text = ""
        self.set_text(text)

    def set_text(self, text: str) -> None:
        """Have other words."""
        self._text = text
        self.document().setDocumentMargin(0)
        self.document().setPlainText(text)
        self.setAccessibleName(text)

    def text(self) -> str:
        """The words."""
        return self._text

    def set_widest(self, width: int) -> None:
        """The most room there is, in logical pixels."""
        document = self.document()
        document.setTextWidth(width)
        wanted = max(24, min(math.ceil(document.idealWidth()) + 1, width))
        document.setTextWidth(wanted)
        self.setFixedSize(wanted, math.ceil(document.size().height()))
