"""An answer on its way to the person: values back in the place of placeholders, the person's own rules applied."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kireji.core.events import ModelEvent, PartDelta, PartFinished, PartStarted, TurnFinished
from kireji.core.filters import Filter, Rule
from kireji.core.messages import Part, StopReason, TextPart, ThinkingPart, ToolCallPart
from kireji.core.placeholders import Restorer, Vault


class Incoming:
    """Passes the events of one answer on.

    Args:
        vault: What was sent as placeholders; None when nothing was.
        rules: The person's own.

    Attributes:
        stopped: The rule at which the answer ends; nothing that comes after it counts.
    """

    def __init__(self, vault: Vault | None, rules: Sequence[Rule] = ()) -> None:
        self._vault = vault if vault is not None and vault.values else None
        self._rules = tuple(rules)
        self._masks = tuple(rule for rule in rules if not rule.stops)
        self._open: dict[int, _Words] = {}
        self.stopped: Rule | None = None

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
        return (event,)

    def flush(self) -> Sequence[ModelEvent]:
        """The answer broke off: what was waited with."""
        rests = [(index, words.flush()) for index, words in self._open.items()]
        self._open.clear()
        return [PartDelta(index, rest) for index, rest in rests if rest]

    def _finished(self, index: int, part: Part) -> Sequence[ModelEvent]:
        words = self._open.pop(index, None)
        rest = words.flush() if words is not None else ""
        events: list[ModelEvent] = [PartDelta(index, rest)] if rest else []
        if not isinstance(part, TextPart | ThinkingPart | ToolCallPart):
            return [*events, PartFinished(index, part)]
        whole = self._words(part)
        text = whole.feed(_text(part)) + whole.flush()
        events.append(PartFinished(index, _with(part, text)))
        if whole.stopped is not None:
            self.stopped = whole.stopped
            events.append(_stop(whole.stopped))
        return events

    def _end_at(self, index: int) -> Sequence[ModelEvent]:
        words = self._open[index]
        if words.stopped is None:
            return ()
        self.stopped = words.stopped
        del self._open[index]
        return (PartFinished(index, _with(words.part, words.shown)), _stop(words.stopped))

    def _words(self, part: Part) -> _Words:
        if isinstance(part, ToolCallPart):
            return _Words(part, self._vault.json_restorer() if self._vault else None, None)
        rules = self._rules if isinstance(part, TextPart) else self._masks
        return _Words(part, self._vault.restorer() if self._vault else None, Filter(rules) if rules else None)


class _Words:
    """The words of one part on their way."""

    def __init__(self, part: Part, restorer: Restorer | None, rules: Filter | None) -> None:
        self.part = part
        self._restorer, self._rules = restorer, rules
        self._shown: list[str] = []

    @property
    def shown(self) -> str:
        return "".join(self._shown)

    @property
    def stopped(self) -> Rule | None:
        return self._rules.stopped if self._rules is not None else None

    def feed(self, text: str) -> str:
        text = self._restorer.feed(text) if self._restorer is not None else text
        return self._kept(self._rules.feed(text) if self._rules is not None else text)

    def flush(self) -> str:
        text = self._restorer.flush() if self._restorer is not None else ""
        return self._kept(self._rules.feed(text) + self._rules.flush() if self._rules is not None else text)

    def _kept(self, text: str) -> str:
        self._shown.append(text)
        return text


def _stop(rule: Rule) -> TurnFinished:
    return TurnFinished(StopReason.STOP_SEQUENCE, None, rule.text)


def _text(part: TextPart | ThinkingPart | ToolCallPart) -> str:
    return part.arguments if isinstance(part, ToolCallPart) else part.text


def _with(part: Part, text: str) -> Part:
    if isinstance(part, ToolCallPart):
        return msgspec.structs.replace(part, arguments=text)
    return msgspec.structs.replace(part, text=text) if isinstance(part, TextPart | ThinkingPart) else part
