"""The reading column: questions and answers, newest at the end, older ones built when they are wanted."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QBuffer, QByteArray, QSize, Qt, Signal
from PySide6.QtGui import QImage, QImageReader, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from kireji.core.history import StoredMessage
from kireji.core.messages import Role
from kireji.ui.chat.answer import AnswerItem
from kireji.ui.chat.document import EDGE
from kireji.ui.chat.messages import QuestionCard
from kireji.ui.parts import spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import MEASURE, SPACE

_AT_ONCE = 30
"""Messages built when a conversation opens, and again whenever its top is reached."""
_NEAR = 24
"""Logical pixels from the end within which new words keep the end in view."""


class Transcript(QScrollArea):
    """Shows one conversation.

    Args:
        theme: Colours and text size.
    """

    pictures_wanted = Signal(object)
    """A `QuestionCard` whose pictures are not there yet."""
    picture_clicked = Signal(object)
    retry_clicked = Signal(object)
    continue_clicked = Signal(object)
    settings_clicked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._older: list[StoredMessage] = []
        self._items: list[QuestionCard | AnswerItem] = []
        self._name_of: Callable[[str, str], str] = _as_is
        self._following = True
        self._body = QWidget()
        self._body.setProperty("kind", "page")
        self._layout = QVBoxLayout(self._body)
        spread(self._layout, (SPACE[4], SPACE[4], SPACE[4], SPACE[3]), SPACE[3])
        self._layout.addStretch(1)
        self.setWidget(self._body)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Conversation")
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.verticalScrollBar().rangeChanged.connect(self._range_changed)

    def set_namer(self, name_of: Callable[[str, str], str]) -> None:
        """How models are called: given provider and id."""
        self._name_of = name_of

    def clear(self) -> None:
        """Show nothing."""
        for item in self._items:
            self._layout.removeWidget(item)
            item.hide()
            item.deleteLater()
        self._items = []
        self._older = []
        self._following = True

    def show_messages(self, messages: Sequence[StoredMessage]) -> None:
        """Show a conversation from its end."""
        self.clear()
        self._older = list(messages[:-_AT_ONCE])
        for stored in messages[-_AT_ONCE:]:
            self._insert(len(self._items), stored)
        self._following = True

    def add_question(self, stored: StoredMessage) -> None:
        """Add what the person just asked; what stood behind the same question before is taken away."""
        for index, item in enumerate(self._items):
            if isinstance(item, QuestionCard) and item.stored.id == stored.id:
                self._remove_behind(index)
                return
        self._insert(len(self._items), stored)
        self._following = True

    def begin_answer(self, provider: str, model: str) -> AnswerItem:
        """Add an answer that is about to stream; an earlier attempt at the same question is replaced."""
        if self._items and isinstance(last := self._items[-1], AnswerItem) and last.stored is None:
            last.set_model(provider, self._name_of(provider, model))
            return last
        item = self._make_answer(provider, model)
        self._add(len(self._items), item)
        return item

    def last_answer(self) -> AnswerItem | None:
        """The newest answer."""
        return next((item for item in reversed(self._items) if isinstance(item, AnswerItem)), None)

    def _remove_behind(self, index: int) -> None:
        for item in self._items[index + 1 :]:
            self._layout.removeWidget(item)
            item.hide()
            item.deleteLater()
        del self._items[index + 1 :]

    def _insert(self, index: int, stored: StoredMessage) -> None:
        if stored.message.role is Role.USER:
            card = QuestionCard(self._theme, stored)
            card.picture_clicked.connect(self.picture_clicked)
            self._add(index, card)
            if card.blobs():
                self.pictures_wanted.emit(card)
            return
        item = self._make_answer(stored.provider, stored.model)
        item.finish(stored)
        self._add(index, item)

    def _make_answer(self, provider: str, model: str) -> AnswerItem:
        item = AnswerItem(self._theme, provider, self._name_of(provider, model))
        item.retry_clicked.connect(self.retry_clicked)
        item.continue_clicked.connect(self.continue_clicked)
        item.settings_clicked.connect(self.settings_clicked)
        return item

    def _add(self, index: int, item: QuestionCard | AnswerItem) -> None:
        self._items.insert(index, item)
        self._layout.insertWidget(index, item)
        for place in (index - 1, index):
            if place >= 0 and isinstance(answer := self._items[place], AnswerItem):
                answer.set_last(place == len(self._items) - 1)
        if isinstance(item, QuestionCard):
            item.set_column(self._column_width())
        item.show()

    def _scrolled(self, value: int) -> None:
        bar = self.verticalScrollBar()
        self._following = value >= bar.maximum() - _NEAR
        if value <= _NEAR and self._older and self.isVisible() and bar.maximum():
            self._build_older()

    def _build_older(self) -> None:
        bar = self.verticalScrollBar()
        from_end = bar.maximum() - bar.value()
        batch, self._older = self._older[-_AT_ONCE:], self._older[:-_AT_ONCE]
        for index, stored in enumerate(batch):
            self._insert(index, stored)
        self._layout.activate()
        self._body.adjustSize()
        bar.setValue(bar.maximum() - from_end)

    def _range_changed(self, _low: int, high: int) -> None:
        self._set_margins()
        if self._following:
            self.verticalScrollBar().setValue(high)

    def _column_width(self) -> int:
        return max(160, min(round(MEASURE * max(1.0, self._theme.scale)), self.width() - 2 * self._side()))

    def _side(self) -> int:
        return side_margin(self.width(), self._theme.scale)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_margins()
        width = self._column_width()
        for item in self._items:
            if isinstance(item, QuestionCard):
                item.set_column(width)

    def _set_margins(self) -> None:
        """Keep the column above the composer, whether the scroll bar takes room or not."""
        side = self._side() - EDGE  # answers keep that much at their own sides
        bar = self.verticalScrollBar()
        taken = bar.sizeHint().width() if bar.maximum() > 0 else 0
        self._layout.setContentsMargins(side, SPACE[4], max(0, side - taken), SPACE[3])


def _as_is(_provider: str, model: str) -> str:
    return model


def side_margin(width: int, scale: float) -> int:
    """The space on both sides of the reading column.

    Args:
        width: Of the pane, in logical pixels.
        scale: Of text; larger text gets a wider column.
    """
    narrow = SPACE[3] if width < 560 else SPACE[4]
    return max(narrow, (width - round(MEASURE * max(1.0, scale))) // 2)


def image_of(data: bytes, room: QSize | None = None) -> QImage:
    """Decode a stored picture; runs in a thread.

    Args:
        data: Encoded.
        room: Pixels that it shall fit into, so that many small ones do not take the memory of large ones; None for all.
    """
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    reader = QImageReader(buffer)
    size = reader.size()
    if room is not None and (size.width() > room.width() or size.height() > room.height()):
        reader.setScaledSize(size.scaled(room, Qt.AspectRatioMode.KeepAspectRatio))
    return reader.read()
