"""How a turn is printed: plain text as it streams, one JSON object per event, or the whole answer at its end."""

from __future__ import annotations

from typing import Protocol

from kireji.cli.console import Console
from kireji.cli.values import message_value, usage_value
from kireji.core.events import PartDelta, PartFinished, PartStarted, UsageReported
from kireji.core.messages import MessageState, Part, StopReason, TextPart, ThinkingPart
from kireji.services.turns import AnswerBegins, AnswerEnds, QuestionSaved, TurnEvent


class AnswerView(Protocol):
    """Prints what happens in a turn."""

    def show(self, event: TurnEvent) -> None:
        """Print one event; raises OutputClosed when nobody reads any more."""


class PlainText:
    """The answer's words as they come; everything else goes to standard error."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._shown: dict[int, str] = {}
        self._other: set[int] = set()
        self._at_line_start = True

    def show(self, event: TurnEvent) -> None:
        match event:
            case AnswerBegins():
                self._console.note(event.note)
            case PartStarted(index, part):
                self._start(index, part)
            case PartDelta(index, text) if index not in self._other:
                self._add(index, text)
            case PartFinished(index, TextPart(text=text)):
                shown = self._shown.get(index, "")
                self._add(index, text.removeprefix(shown) if text.startswith(shown) else "")
            case AnswerEnds():
                self._end(event)

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

    def _end(self, end: AnswerEnds) -> None:
        if not self._at_line_start:
            self._console.line()
        tell_end(self._console, end)


class WholeAnswer:
    """Nothing until the end, then the whole answer.

    Args:
        console: Where to.
        as_json: One object instead of text.
    """

    def __init__(self, console: Console, *, as_json: bool) -> None:
        self._console = console
        self._as_json = as_json
        self._conversation = 0
        self._note = ""

    def show(self, event: TurnEvent) -> None:
        match event:
            case QuestionSaved():
                self._conversation = event.conversation.id
            case AnswerBegins():
                self._note = event.note
                if not self._as_json:
                    self._console.note(event.note)
            case AnswerEnds() if self._as_json:
                head: dict[str, object] = {"conversation": self._conversation}
                self._console.object(
                    head | {"note": self._note} | message_value(event.message) | {"saved": event.saved}
                )
                tell_end(self._console, event)
            case AnswerEnds():
                if text := event.message.message.text:
                    self._console.line(text.rstrip("\n"))
                tell_end(self._console, event)


class JsonStream:
    """One JSON object per line: question, begin, text, thinking, usage, end."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._kinds: dict[int, str] = {}

    def show(self, event: TurnEvent) -> None:
        match event:
            case QuestionSaved():
                self._line("question", conversation=event.conversation.id, message=event.message.id)
            case AnswerBegins():
                self._line("begin", provider=event.provider, model=event.model, note=event.note)
            case PartStarted(index, part):
                self._kinds[index] = "thinking" if isinstance(part, ThinkingPart) else "text"
                if isinstance(part, TextPart | ThinkingPart) and part.text:
                    self._line(self._kinds[index], block=index, text=part.text)
            case PartDelta(index, text):
                self._line(self._kinds.get(index, "text"), block=index, text=text)
            case UsageReported(usage):
                self._line("usage", **usage_value(usage))
            case AnswerEnds():
                self._line("end", **message_value(event.message), saved=event.saved)
                tell_end(self._console, event)

    def _line(self, kind: str, **values: object) -> None:
        self._console.object({"type": kind, **values})


def tell_end(console: Console, end: AnswerEnds) -> None:
    """Say on standard error what a reader must know about how the answer ended."""
    answer = end.message
    if answer.state in (MessageState.FAILED, MessageState.INTERRUPTED):
        console.note(f"kireji: {answer.error or 'The answer was cut off.'}")
    elif not end.saved:
        console.note(f"kireji: {answer.error}")
    elif answer.stop is StopReason.MAX_TOKENS:
        console.note("The answer reached its length limit. Allow more with --max-tokens, or ask to go on: --continue.")
    elif answer.stop is StopReason.CONTEXT_FULL:
        console.note("The conversation is as long as the model can read. Ask without --continue to begin a new one.")
