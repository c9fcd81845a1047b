"""Puts the rounds of one answer behind each other: its provider counts blocks and tokens anew in each of them."""

from __future__ import annotations

import msgspec

from kireji.core import rounds
from kireji.core.events import ModelEvent, PartDelta, PartFinished, PartStarted, TurnFinished, UsageReported
from kireji.core.messages import Message, StopReason, ToolCallPart, ToolResultPart, Usage


class AnswerRounds:
    """The rounds of one answer.

    A round ends where the service waits: because it has paused the answer, which then goes on in the same round, or
    because it waits for the results of tools, after which another round begins.

    Args:
        provider: Who answers.
        serves: Whether tools that are called will be run, so that such an end is none.
    """

    def __init__(self, provider: str, *, serves: bool = False) -> None:
        self._provider = provider
        self.serves = serves
        self._offset = 0
        self._next = 0
        self._before: list[tuple[bytes | None, bool]] = []
        """The blocks of the rounds that are over, and whether a mask hides something that is in them."""
        self._raw: bytes | None = None
        """Of this one, as far as it went before a pause."""
        self._ended: bytes | None = None
        """Of this one, once it has ended."""
        self._masked = False
        """Whether a mask hides something of this one."""
        self._goes_on = False
        self._spent: Usage | None = None
        self.calls: list[tuple[int, ToolCallPart]] = []
        """Those of this round with their places among the blocks."""
        self.held: TurnFinished | None = None
        """The end of a round that is not the end of the answer."""

    def placed(self, event: ModelEvent) -> ModelEvent:
        """An event as it counts for the whole answer; the one that is `held` afterwards is nobody's business."""
        match event:
            case PartStarted(index) | PartDelta(index) | PartFinished(index):
                place = index + self._offset
                self._next = max(self._next, place + 1)
                if isinstance(event, PartFinished) and isinstance(event.part, ToolCallPart):
                    self.calls.append((place, event.part))
                return msgspec.structs.replace(event, index=place) if self._offset else event
            case UsageReported(usage):
                return event if self._spent is None else UsageReported(_sum(self._spent, usage))
            case TurnFinished(_, raw):
                whole = msgspec.structs.replace(event, raw=_continued(self._raw, raw) if self._goes_on else raw)
                self.held = whole if self._waits(whole) else None
                self._masked = self._masked or event.applied.masked
                self._raw = self._ended = whole.raw
                return whole

    @property
    def paused(self) -> bool:
        """Whether the service wants what it has said sent back as it is."""
        return self.held is not None and self.held.reason is StopReason.PAUSE_TURN

    @property
    def calling(self) -> bool:
        """Whether it waits for the results of tools."""
        return self.held is not None and self.held.reason is StopReason.TOOL_USE

    @property
    def next_place(self) -> int:
        """Where the next block goes: a result, or what comes in the next round."""
        return self._next

    def take(self, results: int) -> None:
        """So many places behind the calls belong to their results."""
        self._next += results

    def go_on(self, usage: Usage | None) -> None:
        """The next request goes out: what comes now belongs behind what is there.

        Args:
            usage: Of the whole answer so far.
        """
        assert self.held is not None
        if self.calling:
            self._before.append((self.held.raw, self._masked))
            self._raw, self._masked, self._goes_on, self.calls = None, False, False, []
        else:
            self._goes_on = True
        self.held = self._ended = None
        self._spent = usage or Usage()
        self._offset = self._next

    def whole(self, message: Message) -> Message:
        """The answer with the provider's own blocks by round, where tools have run; else as it is."""
        return self._with_blocks(message, [raw for raw, _ in self._before], self._ended)

    def kept(self, message: Message) -> Message:
        """The same as it stands in the history: without the blocks of rounds of which a mask hides something.

        The service's own blocks say what was not shown; they go back while the answer goes on, and are forgotten then.
        """
        if self._masked:
            message = msgspec.structs.replace(message, raw=None, raw_from="")
        before = [None if masked else raw for raw, masked in self._before]
        return self._with_blocks(message, before, None if self._masked else self._ended)

    def _with_blocks(self, message: Message, before: list[bytes | None], last: bytes | None) -> Message:
        if not any(isinstance(part, ToolResultPart) for part in message.parts):
            return message
        return msgspec.structs.replace(message, raw=rounds.joined([*before, last]), raw_from=self._provider)

    def _waits(self, event: TurnFinished) -> bool:
        if event.reason is StopReason.PAUSE_TURN:
            return event.raw is not None
        return event.reason is StopReason.TOOL_USE and self.serves and bool(self.calls)


def _continued(earlier: bytes | None, later: bytes | None) -> bytes | None:
    """Two lists of blocks as one, every block as it was to the byte."""
    if earlier is None or later is None:
        return later
    blocks = msgspec.json.decode(earlier, type=list[msgspec.Raw]) + msgspec.json.decode(later, type=list[msgspec.Raw])
    return msgspec.json.encode(blocks)


def _sum(spent: Usage, usage: Usage) -> Usage:
    costs = [one.cost for one in (spent, usage) if one.cost is not None]
    return Usage(
        spent.input_tokens + usage.input_tokens,
        spent.output_tokens + usage.output_tokens,
        spent.cache_read_tokens + usage.cache_read_tokens,
        spent.cache_write_tokens + usage.cache_write_tokens,
        spent.thinking_tokens + usage.thinking_tokens,
        sum(costs) if costs else None,
        usage.total_tokens,
    )
