"""How a turn is printed: plain text as it streams, one JSON object per event, or the whole answer at its end."""

from __future__ import annotations

from typing import Protocol

from kireji.cli.console import Console
from kireji.cli.sources import packed_told, packed_value
from kireji.cli.tool_lines import ToolLines, request_value
from kireji.cli.values import hidden_value, left_out_value, message_value, result_value, usage_value
from kireji.core.errors import ProviderError
from kireji.core.events import PartDelta, PartFinished, PartStarted, UsageReported
from kireji.core.messages import (
    MessageState,
    OpaquePart,
    Part,
    StopReason,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)
from kireji.core.redaction import Hidden
from kireji.core.sources import Packed
from kireji.core.window import NOTHING_LEFT_OUT
from kireji.services.answer_window import gap_told
from kireji.services.hidden_words import told
from kireji.services.turns import (
    AnswerBegins,
    AnswerEnds,
    ApprovalAsked,
    ApprovalGiven,
    QuestionSaved,
    SourcesPacked,
    ToolBegins,
    ToolProgressed,
    TurnEvent,
    ValuesHidden,
    can_continue,
)


class AnswerView(Protocol):
    """Prints what happens in a turn."""

    def show(self, event: TurnEvent) -> None:
        """Print one event; raises OutputClosed when nobody reads any more."""


class Noting:
    """Another view, and which conversation the turn is in.

    Args:
        view: What prints.

    Attributes:
        conversation: Its number; 0 before it is known.
    """

    def __init__(self, view: AnswerView) -> None:
        self._view = view
        self.conversation = 0

    def show(self, event: TurnEvent) -> None:
        if isinstance(event, QuestionSaved):
            self.conversation = event.conversation.id
        self._view.show(event)


class PlainText:
    """The answer's words as they come; everything else goes to standard error."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._told = Told(console)
        self._tools = ToolLines(console)
        self._shown: dict[int, str] = {}
        self._other: set[int] = set()
        self._at_line_start = True

    def show(self, event: TurnEvent) -> None:
        self._told.take(event)
        if isinstance(event, ApprovalAsked | ToolBegins | ToolProgressed) and self._console.result_is_shown:
            self._end_line()  # what is said beside the answer stands on lines of its own
        self._tools.take(event)
        match event:
            case PartStarted(index, part):
                self._start(index, part)
            case PartDelta(index, text) if index not in self._other:
                self._add(index, text)
            case PartFinished(index, TextPart(text=text)):
                shown = self._shown.get(index, "")
                self._add(index, text.removeprefix(shown) if text.startswith(shown) else "")
            case AnswerEnds():
                self._end_line()
                self._told.end(event)

    def _end_line(self) -> None:
        if not self._at_line_start:
            self._console.line()
            self._at_line_start = True

    def _start(self, index: int, part: Part) -> None:
        if isinstance(part, TextPart):
            self._add(index, part.text)
        else:
            self._other.add(index)

    def _add(self, index: int, text: str) -> None:
        if not text:
            return
        if index not in self._shown:
            separator = "\n\n" if self._shown else ""
            self._shown[index] = ""
            self._console.write(separator)
        self._shown[index] += text
        self._console.write(text)
        self._at_line_start = text.endswith("\n")


class WholeAnswer:
    """Nothing until the end, then the whole answer.

    Args:
        console: Where to.
        as_json: One object instead of text.
    """

    def __init__(self, console: Console, *, as_json: bool) -> None:
        self._console = console
        self._as_json = as_json
        self._told = Told(console)
        self._tools = ToolLines(console)

    def show(self, event: TurnEvent) -> None:
        self._told.take(event)
        self._tools.take(event)
        match event:
            case AnswerEnds():
                if self._as_json:
                    self._console.object(self._told.value(event))
                elif text := event.message.message.text:
                    self._console.line(text.rstrip("\n"))
                self._told.end(event)


class JsonStream:
    """One JSON object per line.

    That is context, question, begin, hidden, text, thinking, tool, tool_input, approval, approved, tool_begins,
    tool_progress, tool_result, other, usage, end.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._told = Told(console)
        self._kinds: dict[int, str] = {}

    def show(self, event: TurnEvent) -> None:
        self._told.take(event)
        match event:
            case SourcesPacked(packed):
                self._line("context", **packed_value(packed))
            case QuestionSaved():
                self._line("question", conversation=event.conversation.id, message=event.message.id)
            case AnswerBegins():
                gap = left_out_value(event.left_out)
                self._line("begin", provider=event.provider, model=event.model, note=event.note, left_out=gap)
            case ValuesHidden(hidden):
                self._line("hidden", **hidden_value(hidden))
            case PartStarted(index, part):
                self._start(index, part)
            case PartDelta(index, text):
                self._line(self._kinds.get(index, "text"), block=index, text=text)
            case PartFinished(index, ToolResultPart() as result):
                self._line("tool_result", block=index, id=result.call_id, **result_value(result))
            case ApprovalAsked(request):
                self._line("approval", **request_value(request))
            case ApprovalGiven(call_id, approval):
                allowed = None if approval is None else approval.allowed
                self._line("approved", id=call_id, allowed=allowed, scope=approval.scope.value if approval else None)
            case ToolBegins(call_id, tool, source):
                self._line("tool_begins", id=call_id, name=tool.name, source=source)
            case ToolProgressed(call_id, text, fraction):
                self._line("tool_progress", id=call_id, text=text, fraction=fraction)
            case UsageReported(usage):
                self._line("usage", **usage_value(usage))
            case AnswerEnds():
                self._line("end", **self._told.value(event))
                self._told.end(event)

    def _start(self, index: int, part: Part) -> None:
        match part:
            case TextPart(text=text) | ThinkingPart(text=text):
                self._kinds[index] = "thinking" if isinstance(part, ThinkingPart) else "text"
                if text:
                    self._line(self._kinds[index], block=index, text=text)
            case ToolCallPart(call_id, name):
                self._kinds[index] = "tool_input"
                self._line("tool", block=index, id=call_id, name=name)
            case OpaquePart(kind):
                self._kinds[index] = "other"
                self._line("other", block=index, block_type=kind)

    def _line(self, kind: str, **values: object) -> None:
        self._console.object({"type": kind, **values})


class Told:
    """What a reader must know beside the answer itself, said once and on one line.

    Args:
        console: Where to.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._conversation = 0
        self._note = ""
        self._untold = ""
        self._hidden: Hidden | None = None
        self._left_out = NOTHING_LEFT_OUT
        self._stands_in = False
        self._packed: Packed | None = None

    def take(self, event: TurnEvent) -> None:
        """Remember what later sentences refer to, and say the note as soon as the answer really begins.

        The note says why it is not who was expected that answers, and what the model does not get. The next one, of
        somebody who stands in for the one that was to answer, says all of it again; so does the error at the end.
        """
        match event:
            case SourcesPacked(packed):
                self._packed = packed
                self._console.note(packed_told(packed))
            case QuestionSaved():
                self._conversation = event.conversation.id
            case AnswerBegins():
                self._note = self._untold = event.note
                self._left_out = event.left_out
                if (
                    gap := gap_told(event.left_out)
                ) not in event.note:  # it was told when it was new, perhaps to nobody
                    self._untold = " ".join(filter(None, (event.note, gap)))
                self._stands_in = event.stands_in
                self._hidden = None
            case ValuesHidden(hidden):
                if self._hidden is not None:  # what of the first request stayed here stands in the note
                    self._console.note(told(hidden))
                self._hidden = hidden
            case PartStarted() | PartDelta() | PartFinished():
                self._say_note()
            case AnswerEnds():
                if not (self._stands_in and isinstance(event.error, ProviderError)):
                    self._say_note()

    def _say_note(self) -> None:
        note, self._untold = self._untold, ""
        self._console.note(note)

    def value(self, end: AnswerEnds) -> dict[str, object]:
        """The whole answer with all that is known of it."""
        context = {} if self._packed is None else {"context": packed_value(self._packed)}
        return {
            "conversation": self._conversation,
            **context,
            "note": self._note,
            **hidden_value(self._hidden or Hidden()),
            "left_out": left_out_value(self._left_out),
            **message_value(end.message),
            "error": self._sentence(end),
            "request_id": (end.error.request_id or None) if isinstance(end.error, ProviderError) else None,
            "can_continue": can_continue(end.message),
            "saved": end.saved,
        }

    def end(self, end: AnswerEnds) -> None:
        """How the answer ended, and how to go on when it was cut."""
        answer, sentence = end.message, self._sentence(end)
        if answer.state is MessageState.STOPPED:
            return  # whoever stopped it says so
        broken = answer.state is not MessageState.COMPLETE or not end.saved
        if end.error is not None and self._way_on(end):
            sentence = sentence.removesuffix(end.error.hint).rstrip()  # there is a better next step than asking again
        words = [f"kireji: {sentence or 'The answer was cut off.'}" if broken else sentence, self._way_on(end)]
        self._console.note(" ".join(filter(None, words)))

    def _sentence(self, end: AnswerEnds) -> str:
        """What is stored with the answer, without the note that stood at its beginning."""
        sentence = end.message.error
        return sentence if end.error else sentence.removeprefix(self._note).strip()

    def _way_on(self, end: AnswerEnds) -> str:
        if not end.saved or not can_continue(end.message):
            return ""
        longer = ", or allow more with --max-tokens." if end.message.stop is StopReason.MAX_TOKENS else ""
        return f"{way_on(self._conversation)}{longer}"


def way_on(conversation: int) -> str:
    """How a cut answer is continued; without its full stop."""
    return f"Go on with: kireji ask --continue {conversation}"
