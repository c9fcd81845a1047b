"""An answer on its way to the person: values back in the place of placeholders, the person's own rules applied."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kireji.core.events import Applied, ModelEvent, PartDelta, PartFinished, PartStarted, TurnFinished
from kireji.core.filters import Filter, Rule
from kireji.core.messages import Citation, Part, StopReason, TextPart, ThinkingPart, ToolCallPart
from kireji.core.placeholders import Restorer, Vault


class Incoming:
    """Passes the events of one answer on.

    A rule looks at one block: what stands in two is shown with a blank line between, and is no text that it could name.
    Words and reasoning are masked; only words end an answer; the arguments of tools stay what the model said, because
    a mask could change what a tool does.

    Args:
        vault: What was sent as placeholders; None when nothing was.
        rules: The person's own.
        json: The words of the answer are JSON, which values with quotation marks or line breaks must not break.

    Attributes:
        stopped: The rule at which the answer ends; nothing that comes after it counts.
    """

    def __init__(self, vault: Vault | None, rules: Sequence[Rule] = (), *, json: bool = False) -> None:
        self._json = json
        self._vault = vault if vault is not None and vault.values else None
        self._rules = tuple(rules)
        self._masks = tuple(rule for rule in rules if not rule.stops)
        self._open: dict[int, _Words] = {}
        self._applied = Applied()
        self.stopped: Rule | None = None

    @property
    def over(self) -> bool:
        """Whether a rule has ended the answer."""
        return self.stopped is not None

    def feed(self, event: ModelEvent) -> Sequence[ModelEvent]:
        """What becomes of an event."""
        if self._vault is None and not self._rules:
            return (event,)
        match event:
            case PartStarted(index, TextPart() | ThinkingPart() | ToolCallPart() as part):
                words = self._open[index] = self._words(part)
                return (PartStarted(index, _with(part, words.feed(_text(part)))), *self._end_at(index))
            case PartDelta(index, text) if index in self._open:
                shown = self._open[index].feed(text)
                return (*((PartDelta(index, shown),) if shown else ()), *self._end_at(index))
            case PartFinished(index, part):
                return self._finished(index, part)
            case TurnFinished():
                return (msgspec.structs.replace(event, applied=self._applied),)
        return (event,)

    def flush(self) -> Sequence[ModelEvent]:
        """The answer broke off: what was waited with."""
        rests = [(index, words.flush()) for index, words in self._open.items()]
        self._open.clear()
        return [PartDelta(index, rest) for index, rest in rests if rest]

    def _finished(self, index: int, part: Part) -> Sequence[ModelEvent]:
        words = self._open.pop(index, None)
        if not isinstance(part, TextPart | ThinkingPart | ToolCallPart):
            rest = words.flush() if words is not None else ""
            return [*_delta(index, rest), PartFinished(index, part)]
        rest = words.flush() if words is not None else ""
        if words is None or words.taken != _text(part):  # what the finished part says counts
            words = self._words(part)
            words.feed(_text(part))
            words.flush()
        if isinstance(part, TextPart):
            part = msgspec.structs.replace(part, citations=tuple(map(self._cited, part.citations)))
        self._note(words)
        events = [*_delta(index, rest), PartFinished(index, _with(part, words.shown))]
        return [*events, *self._stop(words)]

    def _cited(self, citation: Citation) -> Citation:
        """What a passage rests on may hold values, too, and what a mask hides."""
        return Citation(*map(self._quoted, (citation.text, citation.title, citation.source)))

    def _quoted(self, text: str) -> str:
        words = self._words(ThinkingPart(""))  # masks, and no stops
        shown = words.feed(text) + words.flush()
        self._note(words)
        return shown

    def _end_at(self, index: int) -> Sequence[ModelEvent]:
        words = self._open[index]
        if words.stopped is None:
            return ()
        del self._open[index]
        self._note(words)
        return (PartFinished(index, _with(words.part, words.shown)), *self._stop(words))

    def _stop(self, words: _Words) -> Sequence[ModelEvent]:
        """The end of the answer, if these words end it."""
        if words.stopped is None:
            return ()
        self.stopped = words.stopped
        applied = msgspec.structs.replace(self._applied, stopped=not words.exhausted)
        rule = "" if words.exhausted else words.stopped.written
        return (*self.flush(), TurnFinished(StopReason.STOP_SEQUENCE, None, rule, applied))

    def _note(self, words: _Words) -> None:
        """Remember what the rules did to a part that is over."""
        masked, exhausted = self._applied.masked or words.masked, self._applied.exhausted or words.exhausted
        self._applied = Applied(masked=masked, exhausted=exhausted)

    def _words(self, part: Part) -> _Words:
        if isinstance(part, ToolCallPart):
            return _Words(part, self._vault.json_restorer() if self._vault else None, None)
        rules = Filter(found) if (found := self._rules if isinstance(part, TextPart) else self._masks) else None
        if self._vault is None:
            return _Words(part, None, rules)
        in_json = self._json and isinstance(part, TextPart)
        return _Words(part, self._vault.json_restorer() if in_json else self._vault.restorer(), rules)


class _Words:
    """The words of one part on their way.

    Attributes:
        taken: What came in.
    """

    def __init__(self, part: Part, restorer: Restorer | None, rules: Filter | None) -> None:
        self.part = part
        self._restorer, self._rules = restorer, rules
        self._taken: list[str] = []
        self._shown: list[str] = []

    @property
    def taken(self) -> str:
        return "".join(self._taken)

    @property
    def shown(self) -> str:
        return "".join(self._shown)

    @property
    def stopped(self) -> Rule | None:
        return self._rules.stopped if self._rules is not None else None

    @property
    def masked(self) -> bool:
        return self._rules is not None and self._rules.masked > 0

    @property
    def exhausted(self) -> bool:
        return self._rules is not None and self._rules.exhausted

    def feed(self, text: str) -> str:
        self._taken.append(text)
        text = self._restorer.feed(text) if self._restorer is not None else text
        return self._kept(self._rules.feed(text) if self._rules is not None else text)

    def flush(self) -> str:
        text = self._restorer.flush() if self._restorer is not None else ""
        return self._kept(self._rules.feed(text) + self._rules.flush() if self._rules is not None else text)

    def _kept(self, text: str) -> str:
        self._shown.append(text)
        return text


def _delta(index: int, text: str) -> list[ModelEvent]:
    return [PartDelta(index, text)] if text else []


def _text(part: TextPart | ThinkingPart | ToolCallPart) -> str:
    return part.arguments if isinstance(part, ToolCallPart) else part.text


def _with(part: Part, text: str) -> Part:
    if isinstance(part, ToolCallPart):
        return msgspec.structs.replace(part, arguments=text)
    return msgspec.structs.replace(part, text=text) if isinstance(part, TextPart | ThinkingPart) else part
