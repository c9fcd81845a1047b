"""The reading column: questions and answers, newest at the end, built where somebody looks."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QMenu

from kireji.core.history import MessageOutline, StoredMessage
from kireji.core.messages import Role
from kireji.core.window import current, left_out
from kireji.ui.chat.document import EDGE
from kireji.ui.chat.tool_names import ToolNames
from kireji.ui.chat.transcript.answers import AnswerItem
from kireji.ui.chat.transcript.column import AT_ONCE
from kireji.ui.chat.transcript.doing import DoingColumn
from kireji.ui.chat.transcript.focusing import as_read
from kireji.ui.chat.transcript.keeping import Kept
from kireji.ui.chat.transcript.live import LiveAnswer
from kireji.ui.chat.transcript.margins import side_margin
from kireji.ui.chat.transcript.questions import QuestionItem
from kireji.ui.chat.transcript.rows import Item
from kireji.ui.theme import Theme
from kireji.ui.tokens import LINE_HEIGHT, MEASURE, SPACE, TYPE_BODY
from kireji.ui.translation import tr

_PATIENCE = 5.0
"""Seconds after which words that did not come are asked for once more, when they are still wanted."""
_AROUND_MESSAGE = 96
"""What a message takes beside its words, in logical pixels: an estimate."""
_LETTER = 0.5

Message = QuestionItem | AnswerItem


class Transcript(DoingColumn):
    """Shows one conversation.

    Args:
        theme: Colours and text size.

    Attributes:
        name_of: How models are called: given provider and id.
        tool_names: How tools are called.
    """

    messages_wanted = Signal(object)
    """Numbers of messages that come into view and are not there; they are answered with `provide`."""
    quote_wanted = Signal(object)
    """Words that the next question is about."""
    spoken = Signal(object)
    """What an answer that streams has said to its end meanwhile: a sentence, or several."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, QPalette.ColorRole.Window, (SPACE[1], SPACE[3]))
        self.name_of: Callable[[str, str], str] = _as_is
        self.tool_names = ToolNames()
        self._by_id: dict[int, Message] = {}
        self._asked: dict[int, float] = {}
        self._kept: Kept[Message] = Kept()
        self._live: LiveAnswer | None = None
        self._live_after: int | None = None
        self._sought: tuple[int, str] | None = None
        self.setAccessibleName(tr("Conversation"))

    def set_namer(self, name_of: Callable[[str, str], str]) -> None:
        """How models are called: given provider and id."""
        self.name_of = name_of

    def enter_from_behind(self) -> None:
        """The keyboard comes back from what stands behind the column: to the last of what it has."""
        last = as_read(self, self._built)[-1]
        last.setFocus(Qt.FocusReason.BacktabFocusReason)
        if last is not self:
            self.bring_into_view(last)

    # What is shown.

    @property
    def messages(self) -> Sequence[Message]:
        """Everything in the column, first to last."""
        return [item for item in self.items if isinstance(item, QuestionItem | AnswerItem)]

    def clear(self) -> None:
        """Show nothing."""
        self.select_nothing()
        self._leave_live()
        self._by_id, self._kept = {}, Kept()
        self._asked.clear()
        self._sought = None
        self.set_items([])
        self.follow()
        self.settle()

    def show_outline(self, messages: Sequence[MessageOutline], *, at_end: bool = True) -> None:
        """Show a conversation, whose words are asked for where somebody looks.

        Args:
            messages: Of its path, first to last. Those that are here already stay as they are.
            at_end: Whether to go to the end.
        """
        changed: list[Message] = []
        items: list[Message] = []
        line = self._theme.px(TYPE_BODY) * LINE_HEIGHT
        per_letter = line / max(20.0, self.column_width() / (self._theme.px(TYPE_BODY) * _LETTER))
        gap = left_out(messages, current(messages))
        for outline in messages:
            item = self._by_id.get(outline.id) or self._item_for(outline)
            if item.outline is None:
                item.guess = _AROUND_MESSAGE + round(outline.size * per_letter + line)
            if item.set_outline(outline, gap) and item.rows:
                changed.append(item)
            items.append(item)
        self._by_id = {outline.id: item for outline, item in zip(messages, items, strict=True)}
        if (streaming := self._streaming(messages)) is not None:
            items.append(streaming)
        if self._live is not None and self._live.item not in items:
            self._leave_live()
        self._kept.keep_only(self._is_shown)
        self._asked = {number: asked for number, asked in self._asked.items() if number in self._by_id}
        if at_end:
            self.follow()
        self._set(items, changed)
        self.settle(AT_ONCE)

    def _is_shown(self, item: Message) -> bool:
        return item.id in self._by_id

    def _leave_live(self) -> None:
        """What streams is no longer of what is shown."""
        if self._live is not None:
            self._live.leave()
        self._live = self._live_after = None

    def _item_for(self, outline: MessageOutline) -> Message:
        if self._live is not None and self._is_live(outline):
            return self._live.item
        return (QuestionItem if outline.role is Role.USER else AnswerItem)(self, self._theme)

    def _is_live(self, outline: MessageOutline) -> bool:
        """Whether this is the row that the streaming answer is written to."""
        assert self._live is not None
        live = self._live.item
        unknown = live.stored is None and (live.id is None or live.id == outline.id)
        return unknown and outline.role is Role.ASSISTANT and outline.parent == self._live_after

    def _streaming(self, messages: Sequence[MessageOutline]) -> AnswerItem | None:
        """The answer that is not in the history yet, when it belongs behind these messages."""
        if self._live is None or not messages or messages[-1].id != self._live_after:
            return None
        return self._live.item if self._live.item.id not in self._by_id else None

    def _set(self, items: Sequence[Message], changed: Sequence[Message] = ()) -> None:
        self.set_items(items)
        for index, item in enumerate(items):
            last = index == len(items) - 1
            if (isinstance(item, AnswerItem) and item.set_last(last=last) and item.rows) or item in changed:
                self.put_rows(item, item.arrange())

    def provide(self, messages: Sequence[StoredMessage]) -> None:
        """Here are words that were asked for, or that are at hand."""
        for stored in messages:
            item = self._by_id.get(stored.id)
            self._asked.pop(stored.id, None)
            if item is None or item.stored is not None or (self._live is not None and item is self._live.item):
                continue
            item.take(stored)
            self._kept.add(item, len(stored.message.text))
        self.settle(AT_ONCE)
        self._seek()

    def show_results(self, forms: Mapping[int, str]) -> None:
        """Some answers have more than words: by number, what it is."""
        for number, form in forms.items():
            item = self._by_id.get(number)
            if isinstance(item, AnswerItem) and item.set_result(form):
                self.put_rows(item, item.arrange())
        self.settle(AT_ONCE)

    def begin_answer(self, provider: str, model: str) -> LiveAnswer:
        """Add an answer that is about to stream; an attempt at the same question without words is replaced."""
        live = self._live
        if live is None or live.stored is not None or not live.empty:
            item = AnswerItem(self, self._theme)
            before = self.messages
            self._live_after = before[-1].id if before else None
            self._live = live = LiveAnswer(self, item)
            self._set([*before, item])
        live.set_model(provider, model)
        self.follow()
        return live

    def finished(self, item: AnswerItem) -> None:
        """An answer has ended and is in the history."""
        if item.id is not None:
            self._by_id[item.id] = item
            self._kept.add(item, len(item.text))
        if self._live is not None and self._live.item is item:
            self._live = None

    def last_answer(self) -> AnswerItem | None:
        """The newest answer."""
        return next((item for item in reversed(self.messages) if isinstance(item, AnswerItem)), None)

    # What is asked for.

    def ask_for(self, items: Sequence[Item]) -> None:
        numbers = [item.id for item in items if isinstance(item, QuestionItem | AnswerItem) and item.id is not None]
        now = time.monotonic()
        new = tuple(number for number in numbers if now - self._asked.get(number, -_PATIENCE) >= _PATIENCE)
        if new:
            self._asked |= dict.fromkeys(new, now)
            self.messages_wanted.emit(new)

    def placed(self) -> None:
        super().placed()
        here = self.row_at(self.top)
        far = self._kept.too_far(here.item.index if here is not None else len(self.items))
        for item in far:
            if not self._in_use(item):
                self._kept.remove(item)
                self.forget_words(item)
                item.let_go()

    def _in_use(self, item: Message) -> bool:
        """Whether a message is near what is visible, is built, or is selected."""
        begin, end = self._stack.span_of(item)
        near = max(self._stack.screen, self.reach)
        if item.box is not None or (end > self.top - near and begin < self.top + self._stack.screen + near):
            return True
        bounds = self.bounds
        return bounds is not None and bounds[0].row.item.index <= item.index <= bounds[1].row.item.index

    # Geometry.

    def column_left(self) -> int:
        # The same place whether the scroll bar takes room at the leading side or not.
        return self._side() - EDGE - self.viewport().x()

    def column_width(self) -> int:
        return self._measure() + 2 * EDGE

    def _measure(self) -> int:
        return max(160, min(round(MEASURE * max(1.0, self._theme.scale)), self.width() - 2 * self._side()))

    def _side(self) -> int:
        return side_margin(self.width(), self._theme.scale)

    # The menu.

    def fill_menu(self, menu: QMenu, point: QPoint) -> None:
        super().fill_menu(menu, point)
        if self.bounds is not None:
            menu.addAction(tr("Quote in the question")).triggered.connect(self._quote)
        row = self.row_at(point.y() + self.top)
        if row is not None and isinstance(row.item, AnswerItem) and row.item.text:
            action = menu.addAction(tr("Copy the answer as Markdown"))
            action.setData(row.item)
            action.triggered.connect(self._copy_from_menu)

    def _copy_from_menu(self) -> None:
        action = self.sender()
        self._copy_message(action.data())  # type: ignore[attr-defined]

    def _quote(self) -> None:
        text = self.selected_text().strip()
        if text:
            self.quote_wanted.emit(text)

    # Finding.

    def go_to(self, message: int, words: str = "") -> None:
        """Scroll to a message and mark words in it until the next click.

        Args:
            message: Its number.
            words: What was searched for; each of them is marked.
        """
        self._sought = (message, words)
        item = self._by_id.get(message)
        if item is not None:
            self.scroll_to(item)
            self._seek()

    def _seek(self) -> None:
        """Go on to the words when the message is there."""
        if self._sought is None:
            return
        item = self._by_id.get(self._sought[0])
        if item is None or item.stored is None:
            return
        from kireji.ui.chat.transcript.finding import place_of

        words = self._sought[1].split()
        self._sought = None
        self.seek(words)
        row = place_of(item.rows, words)
        if row is not None:
            self.scroll_to(item, row, -SPACE[4])


def _as_is(_provider: str, model: str) -> str:
    return model
