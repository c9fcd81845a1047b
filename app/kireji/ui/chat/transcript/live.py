"""An answer while it streams."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible

from kireji.core.errors import KirejiError
from kireji.core.events import ModelEvent, PartDelta, PartFinished, PartStarted
from kireji.core.history import StoredMessage
from kireji.core.messages import TextPart, ThinkingPart, ToolCallPart, ToolResultPart
from kireji.services.turns import ApprovalAsked, ApprovalGiven, ToolBegins, ToolProgressed
from kireji.ui.chat.endings import Waiting
from kireji.ui.chat.permission.wording import asks_words
from kireji.ui.chat.speech import Speech
from kireji.ui.chat.transcript.answers import AnswerItem
from kireji.ui.chat.transcript.flushing import Flushing
from kireji.ui.chat.transcript.focusing import give_keyboard, has_keyboard
from kireji.ui.chat.transcript.parts import Part, Thinking, Words
from kireji.ui.chat.transcript.tools import Tool
from kireji.ui.translation import tr

if TYPE_CHECKING:
    from kireji.ui.chat.transcript.transcript import Transcript

ToolEvent = ApprovalAsked | ApprovalGiven | ToolBegins | ToolProgressed


class LiveAnswer(QObject):
    """Takes in what arrives of one answer, until that is whole.

    Args:
        transcript: Shows it.
        item: Where it shows.
    """

    def __init__(self, transcript: Transcript, item: AnswerItem) -> None:
        super().__init__(transcript)
        self._transcript = transcript
        self.item = item
        self._parts: dict[int, Part] = {}
        self._given: dict[int, int] = {}
        self._calls: dict[str, Tool] = {}
        self._usual: Waiting | None = None
        self._left = False
        self._speech = Speech()
        self._heard = QAccessible.isActive()
        self._flushing = Flushing(self._flush, self)

    @property
    def empty(self) -> bool:
        """Whether nothing of it has come yet."""
        return not self.item.parts

    @property
    def stored(self) -> StoredMessage | None:
        """As in the history, when it is whole."""
        return self.item.stored

    def set_model(self, provider: str, model: str) -> None:
        """Who answers."""
        self.item.set_model(provider, self._transcript.name_of(provider, model))

    def show_lead(self, sentence: str, *, settings: bool = False) -> None:
        """Why it is not who was expected.

        Args:
            sentence: Empty takes it away.
            settings: Whether the settings can change that.
        """
        self.item.set_lead(sentence, settings=settings)
        self._arrange()

    def show_waiting(self, waiting: Waiting) -> None:
        """What is being waited for, as long as no word has come."""
        self._usual = waiting
        if self.empty:
            self.item.set_waiting(waiting)
            self._arrange()

    def feed(self, event: ModelEvent) -> None:
        """Take one event in. The first words show at once; later ones are gathered for some 40 ms."""
        match event:
            case _ if self._left:
                pass
            case PartDelta():  # a thousand of these come in a second
                self._more(event.index, event.text)
            case PartStarted(index, part):
                self._begin(index, part)
            case PartFinished(index, part):
                self._end(index, part)
            case _:
                pass

    def _begin(self, index: int, part: object) -> None:
        item = self.item
        match part:
            case TextPart(text):
                self._parts[index] = item.new_words()
                self._more(index, text)
            case ThinkingPart(text):
                thinking = item.new_thinking(len(item.parts))
                thinking.begin()
                self._take(index, thinking)
                self._more(index, text)
            case ToolCallPart():
                tool = item.new_tool(len(item.parts), part.name)
                tool.arrive(part.arguments)
                self._calls[part.call_id] = tool
                self._take(index, tool)
            case _:
                pass

    def _take(self, index: int, part: Part) -> None:
        """Show a part that has begun."""
        self._parts[index] = part
        self.item.parts = [*self.item.parts, part]
        self.item.set_waiting(None)
        self._arrange()

    def _more(self, index: int, text: str) -> None:
        part = self._parts.get(index)
        if not text or part is None:
            return
        if isinstance(part, Tool):
            part.arrive(text)
            if part.growing:
                self._flushing.want()
            return
        self._given[index] = self._given.get(index, 0) + len(text)
        if self._heard and isinstance(part, Words):
            self._speech.add(text)
        body = part.body
        self._flushing.want()
        if not body.empty:
            body.append(text)
            return
        body.restyled = self._flushing.want
        body.begin(text)
        if isinstance(part, Words):
            self._take(index, part)
        else:
            part.renew()
            self._arrange()

    def _end(self, index: int, part: object) -> None:
        shown = self._parts.get(index)
        match part, shown:
            case TextPart(text), _:
                if shown is None:
                    self._parts[index] = self.item.new_words()
                # A provider may give a block whole, without pieces.
                self._more(index, text[self._given.get(index, 0) :])
            case ThinkingPart(), Thinking():
                shown.end(part)
                self._flush()
                self._arrange()
            case ToolCallPart(), Tool():
                shown.show_call(part)
                self._calls[part.call_id] = shown
                self._arrange()
            case ToolResultPart(), _:
                self._take_result(part)
            case _:
                pass

    # Tools.

    def follow_tool(self, event: ToolEvent) -> None:
        """Something happens to a call."""
        if self._left:
            return
        tool = self._calls.get(event.request.call_id if isinstance(event, ApprovalAsked) else event.call_id)
        if tool is None:
            return
        match event:
            case ToolProgressed(_, text, fraction):
                tool.progress(text, fraction)  # often; nothing else has to move for it
                return
            case ApprovalAsked(request):
                self._transcript.tool_names.learn((request.tool,))
                tool.ask(request)
                self._transcript.spoken.emit(tr("{sentence}.", sentence=asks_words(tool.name)))
            case ApprovalGiven(_, approval):
                self._change(tool, lambda: tool.answer(approval))
            case ToolBegins(_, known, _):
                self._transcript.tool_names.learn((known,))
                self._change(tool, tool.begin)
        self._wait_on()

    def _take_result(self, part: ToolResultPart) -> None:
        tool = self._calls.get(part.call_id)
        if tool is None or tool.over:
            self.item.take_result(part)
        else:
            self._change(tool, lambda: tool.show_result(part))
        self._wait_on()

    def _change(self, tool: Tool, change: Callable[[], None]) -> None:
        """Change how a call stands; who was at it with the keyboard stays there."""
        held = any(has_keyboard(row) for row in tool.rows())
        change()
        self._arrange()
        if held:
            give_keyboard(tool.line)

    def _wait_on(self) -> None:
        """Say who is waited for between the calls and what comes of them."""
        tools = [part for part in self.item.parts if isinstance(part, Tool)]
        if any(tool.request is not None for tool in tools):
            self.item.set_waiting(Waiting(tr("Waiting for you")))
        elif all(tool.over for tool in tools):
            self.item.set_waiting(self._usual)
        else:
            self.item.set_waiting(None)
        self._arrange()

    def flush(self) -> None:
        """Show what has arrived without waiting for more."""
        self._flushing.now()

    def leave(self) -> None:
        """Show nothing more of it."""
        self._flushing.stop()
        self._left = True
        self.deleteLater()

    def _flush(self) -> None:
        shown = self.item.rows
        changed = False
        for part in self._parts.values():
            if isinstance(part, Tool) and not part.growing:
                continue
            rows = part.body.rows
            last, count = rows[-1] if rows else None, len(rows)
            for row in part.body.refresh():
                if row.index < len(shown) and shown[row.index] is row:
                    self._transcript.relay(row)
            if len(rows) > count and shown and shown[-1] is last:
                self._transcript.add_rows(self.item, rows[count:])  # the usual case, which must not look at all rows
            else:
                changed = changed or len(rows) != count
        if changed:
            self._transcript.put_rows(self.item, self.item.arrange())
        self._transcript.later()
        self._tell()

    def _tell(self, *, whole: bool = False) -> None:
        self._heard = QAccessible.isActive()
        if said := self._speech.take(whole=whole):
            self._transcript.spoken.emit(said)

    def _arrange(self) -> None:
        self._transcript.put_rows(self.item, self.item.arrange())
        self._transcript.settle()

    def finish(self, stored: StoredMessage, *, error: KirejiError | None = None) -> None:
        """The answer is whole, or it ended in another way.

        Args:
            stored: As in the history.
            error: What went wrong, when that is still known.
        """
        if self._left:
            return
        self._flushing.stop()
        self._flush()
        self.item.take(stored, error)
        self._transcript.finished(self.item)
        self._arrange()
        self._tell(whole=True)
        self.deleteLater()
