"""One question and one answer, as they stand in the reading column."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QGuiApplication, QImage, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPixmap
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from kireji.core.history import StoredMessage
from kireji.core.messages import MessageState
from kireji.ui.chat.answer_view import AnswerView
from kireji.ui.chat.document import EDGE
from kireji.ui.chat.words import is_right_to_left, provider_name
from kireji.ui.parts import button, frame, label, set_icon, spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE, TYPE_BODY

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
        if text := stored.message.text.strip():
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


class AnswerItem(QWidget):
    """An answer with the sentence that says how it ended and what can be done with it.

    Args:
        theme: Colours and text size.
        provider: Who answers.
        model: Its name as people know it.
    """

    retry_clicked = Signal(object)
    """The `AnswerItem` whose question shall be asked again."""
    settings_clicked = Signal()

    def __init__(self, theme: Theme, provider: str, model: str) -> None:
        super().__init__()
        self.stored: StoredMessage | None = None
        self._theme = theme
        self.view = AnswerView(theme, fit_height=True)
        self._waiting = _Waiting(theme)
        self._note = label("", "muted", wrap=True)
        self._retry = button("Ask again")
        self._settings = button("Open settings")
        self._copy = button("Copy", "quiet")
        self._model = label("", "small")
        self._copied = QTimer(self, singleShot=True, interval=_COPIED_MILLISECONDS)
        self._build()
        self.set_model(provider, model)
        self._copied.timeout.connect(self._forget_copied)
        self._copy.clicked.connect(self._copy_source)
        self._retry.clicked.connect(self._ask_again)
        self._settings.clicked.connect(self.settings_clicked)
        theme.changed.connect(self._dress)
        self._dress()
        self.show_waiting("Waiting for the service")

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[1])
        layout.addWidget(self.view)
        layout.addWidget(self._waiting)
        layout.addWidget(self._note)
        self._note.setContentsMargins(EDGE, 0, EDGE, 0)
        actions = QHBoxLayout()
        spread(actions, (EDGE, 0, EDGE, 0), SPACE[1])
        actions.addWidget(self._retry)
        actions.addWidget(self._settings)
        actions.addStretch(1)
        layout.addLayout(actions)
        foot = QHBoxLayout()
        spread(foot, (0, 0, 0, 0), SPACE[1])
        foot.addWidget(self._copy)
        foot.addWidget(self._model)
        foot.addStretch(1)
        layout.addLayout(foot)
        for part in (self._note, self._retry, self._settings, self._copy, self._model, self.view):
            part.hide()

    def set_model(self, provider: str, model: str) -> None:
        """Who answers."""
        self._model.setText(" · ".join(part for part in (model, provider_name(provider)) if part))

    def show_waiting(self, sentence: str) -> None:
        """What is being waited for, as long as no word has come."""
        self._waiting.show_sentence(sentence)

    def show_note(self, sentence: str, *, settings: bool = False) -> None:
        """Why it is not who was expected, or how it ended."""
        self._note.setText(sentence)
        self._note.setVisible(bool(sentence))
        self._settings.setVisible(settings)

    def append_delta(self, text: str) -> None:
        """More words."""
        if self.view.isHidden():
            self.view.show()
            self._waiting.hide()
        self.view.append_delta(text)

    def finish(self, stored: StoredMessage, *, live: bool = False) -> None:
        """The answer is whole, or it ended in another way.

        Args:
            stored: As in the history.
            live: Whether its words already stand here from the stream.
        """
        self.stored = stored
        self._waiting.hide()
        text = stored.message.text
        if not live or self.view.markdown() or text:
            self.view.finish(text)
        self.view.setVisible(bool(text))
        sentence, role = _ending(stored)
        self._note.setProperty("role", role)
        self._note.style().polish(self._note)
        wants_settings = "ettings" in stored.error or (stored.provider == "device" and bool(stored.error))
        self.show_note(sentence, settings=wants_settings)
        again = stored.state in (MessageState.FAILED, MessageState.STOPPED, MessageState.INTERRUPTED)
        self._retry.setVisible(again and stored.parent is not None)
        self._copy.setVisible(bool(text))
        self._model.setVisible(bool(text))

    def _ask_again(self) -> None:
        self.retry_clicked.emit(self)

    def _copy_source(self) -> None:
        QGuiApplication.clipboard().setText(self.view.markdown())
        self._copy.setText("Copied")
        set_icon(self._copy, self._theme, "check", self._theme.colours.ok, 14)
        self._copied.start()

    def _forget_copied(self) -> None:
        self._copy.setText("Copy")
        self._dress()

    def _dress(self) -> None:
        set_icon(self._copy, self._theme, "copy", self._theme.colours.muted, 14)
        set_icon(self._retry, self._theme, "rotate-cw", self._theme.colours.ink, 14)


def _ending(stored: StoredMessage) -> tuple[str, str]:
    """The sentence below an answer and the role it is shown in."""
    match stored.state:
        case MessageState.STOPPED:
            return "You stopped this answer. What had arrived is kept.", "muted"
        case MessageState.INTERRUPTED:
            return stored.error or "This answer was cut off before its end. What had arrived is kept.", "warn"
        case MessageState.FAILED:
            return stored.error or "This question was not answered.", "error"
        case MessageState.STREAMING:
            return "Another running Kireji writes this answer.", "muted"
        case _:
            return stored.error, "muted"


class _Waiting(QWidget):
    """A small seal and a sentence. It does not blink."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._sentence = label("", "muted")
        layout = QHBoxLayout(self)
        spread(layout, (SPACE[4] + 2, 0, 0, 0))
        layout.addWidget(self._sentence)
        layout.addStretch(1)
        theme.changed.connect(self.update)

    def show_sentence(self, sentence: str) -> None:
        self._sentence.setText(sentence)
        self.show()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.colours.accent))
        height = self._theme.px(TYPE_BODY)
        painter.drawRoundedRect(EDGE, (self.height() - height) // 2, max(8, height // 2 + 1), height, 1.5, 1.5)


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
