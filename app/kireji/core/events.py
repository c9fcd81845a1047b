"""What a provider yields while it answers, and the fold of that into a message."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from kireji.core.messages import (
    Message,
    OpaquePart,
    Part,
    Role,
    StopReason,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    Usage,
)


class PartStarted(msgspec.Struct, frozen=True):
    """Block `index` begins; `part` is empty or, for blocks that come whole, complete."""

    index: int
    part: Part


class PartDelta(msgspec.Struct, frozen=True):
    """More text for block `index`: words, reasoning, or the JSON text of a tool's arguments.

    For display; the finished part is what counts.
    """

    index: int
    text: str


class PartFinished(msgspec.Struct, frozen=True):
    """Block `index` is whole."""

    index: int
    part: Part


class UsageReported(msgspec.Struct, frozen=True):
    """The running totals of this answer; each report replaces the one before."""

    usage: Usage


class Applied(msgspec.Struct, frozen=True):
    """What the person's own rules did to an answer.

    Args:
        masked: Something of it is not shown.
        stopped: It ended at one of them.
        exhausted: They needed too much work, so that nothing after that is shown.
    """

    masked: bool = False
    stopped: bool = False
    exhausted: bool = False


class TurnFinished(msgspec.Struct, frozen=True):
    """The answer is whole.

    Args:
        reason: Why it ended.
        raw: The provider's block list as JSON, to be replayed unchanged; None when it must not be replayed.
        detail: The matched stop sequence or rule, or the reason of a refusal.
        applied: What the person's own rules did to it.
    """

    reason: StopReason
    raw: bytes | None = None
    detail: str = ""
    applied: Applied = Applied()


ModelEvent: TypeAlias = PartStarted | PartDelta | PartFinished | UsageReported | TurnFinished


class MessageBuilder:
    """Folds events into a message; a snapshot can be taken at any time, so a cut answer can be kept.

    Args:
        provider: Who answers; stands in the message beside its raw blocks.
        monotonic: Seconds from some moment on, for how long parts take; without, no part says it.
    """

    def __init__(self, provider: str, monotonic: Callable[[], float] | None = None) -> None:
        self._provider = provider
        self._monotonic = monotonic
        self._begun: dict[int, float] = {}
        self._open: dict[int, tuple[Part, list[str]]] = {}
        self._done: dict[int, Part] = {}
        self._finished: TurnFinished | None = None
        self.usage: Usage | None = None

    @property
    def finished(self) -> TurnFinished | None:
        """How the answer ended, or None while it has not."""
        return self._finished

    def feed(self, event: ModelEvent) -> ModelEvent:
        """Take one event in.

        Returns:
            The same; a part that is whole says how long it took.
        """
        match event:
            case PartStarted(index, part):
                self._open[index] = (part, [])
                if self._monotonic is not None:
                    self._begun[index] = self._monotonic()
            case PartDelta(index, text):
                self._open[index][1].append(text)
            case PartFinished(index, part):
                self._open.pop(index, None)
                part = self._timed(index, part)
                self._done[index] = part
                event = PartFinished(index, part)
            case UsageReported(usage):
                self.usage = usage
            case TurnFinished():
                self._finished = event
        return event

    def call(self, index: int, otherwise: ToolCallPart) -> ToolCallPart:
        """The call of a block as it stands now; `otherwise` where there is none."""
        found = self._done.get(index)
        return found if isinstance(found, ToolCallPart) else otherwise

    def replace(self, index: int, part: Part) -> None:
        """Put another part in the place of a whole one, without looking at the clock."""
        self._done[index] = part

    def snapshot(self) -> Message:
        """The message so far; `raw` is there only when the answer is whole.

        Blocks without content are left out; calls whose arguments have not all arrived are marked as cut.
        """
        parts: dict[int, Part] = dict(self._done)
        for index, (part, pieces) in self._open.items():
            parts[index] = self._timed(index, _with_text(part, "".join(pieces)))
        kept = tuple(parts[index] for index in sorted(parts) if not _is_blank(parts[index]))
        raw = self._finished.raw if self._finished else None
        return Message(Role.ASSISTANT, kept, raw, self._provider if raw is not None else "")

    def _timed(self, index: int, part: Part) -> Part:
        """A part with the seconds since its beginning, where that is of interest."""
        if self._monotonic is None or index not in self._begun or not isinstance(part, ThinkingPart | ToolCallPart):
            return part
        return msgspec.structs.replace(part, seconds=round(self._monotonic() - self._begun[index], 3))


def _with_text(part: Part, text: str) -> Part:
    if isinstance(part, TextPart | ThinkingPart):
        return msgspec.structs.replace(part, text=part.text + text)
    if isinstance(part, ToolCallPart):
        return msgspec.structs.replace(part, arguments=part.arguments + text, cut=True)
    return part


def _is_blank(part: Part) -> bool:
    if isinstance(part, TextPart | ThinkingPart):
        return not part.text.strip()
    return isinstance(part, OpaquePart) and not part.type
