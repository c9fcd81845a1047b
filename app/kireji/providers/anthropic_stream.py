"""Decodes answers of Anthropic's Messages API, streamed or whole, into `core.events`.

Block types, delta types and events that are unknown here are skipped, as the service's versioning asks of its clients;
unknown blocks are kept whole for the replay. Every service that speaks this form can use it (see anthropic_request):

    decoder = StreamDecoder(Answerer("openrouter", host, model), request_id, cost)
    for data in answer: events = decoder.feed(data)     # until decoder.finished
    decoder.end()                                       # raises when it broke off
    events = decode_message(body, who, request_id, cost)
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NoReturn

import msgspec

from kireji.core.errors import ConnectionFailed, ProtocolViolation
from kireji.core.events import ModelEvent, PartDelta, PartFinished, PartStarted, TurnFinished, UsageReported
from kireji.core.messages import StopReason, TextPart, ThinkingPart, ToolCallPart, Usage
from kireji.core.words import say
from kireji.providers.anthropic_blocks import Delta, OpenBlock, StopDetails
from kireji.providers.failures import Answerer, ErrorObject, error_from_event, parse_error

log = logging.getLogger(__name__)

STOP_REASONS: Mapping[str, StopReason] = MappingProxyType(
    {
        "end_turn": StopReason.END_TURN,
        "max_tokens": StopReason.MAX_TOKENS,
        "stop_sequence": StopReason.STOP_SEQUENCE,
        "tool_use": StopReason.TOOL_USE,
        "pause_turn": StopReason.PAUSE_TURN,
        "refusal": StopReason.REFUSAL,
        "model_context_window_exceeded": StopReason.CONTEXT_FULL,
    }
)
_MOST_COUNTED = 2**53
"""Nobody uses more tokens than that; what a service claims beyond it would fit no row of the history."""
_CUT = (StopReason.MAX_TOKENS, StopReason.CONTEXT_FULL)
_EVENTS = frozenset(
    {"message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta"}
    | {"message_stop", "error"}
)
_DELTAS = frozenset(
    {"text_delta", "input_json_delta", "thinking_delta", "signature_delta", "citations_delta", "compaction_delta"}
)
_NONE: tuple[ModelEvent, ...] = ()


class _OutputDetails(msgspec.Struct):
    thinking_tokens: int | None = None


class _Usage(msgspec.Struct):
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    output_tokens_details: _OutputDetails | None = None
    cost: float | None = None
    """US dollars; only services that pass requests on say so."""


class _Start(msgspec.Struct):
    usage: _Usage | None = None


class _Event(msgspec.Struct):
    """Every event; one typed decode each."""

    type: str = ""
    index: int = -1
    delta: Delta | None = None
    content_block: msgspec.Raw = msgspec.Raw(b"")
    message: _Start | None = None
    usage: _Usage | None = None
    error: ErrorObject | None = None


class _Outline(msgspec.Struct):
    """What can be said of an event that does not have the shape we expect."""

    type: str = ""
    delta: object = None


class _Message(msgspec.Struct):
    """A whole answer."""

    content: list[msgspec.Raw] | None = None
    stop_reason: str | None = None
    stop_sequence: str | None = None
    stop_details: StopDetails | None = None
    usage: _Usage | None = None
    error: ErrorObject | None = None


class StreamDecoder:
    """Folds the data of one answer's events into model events.

    Args:
        who: Who answers, for errors.
        request_id: The service's id of the request, for errors.
        cost: What some usage costs in US dollars, or None when that is unknown.
    """

    def __init__(self, who: Answerer, request_id: str, cost: Callable[[Usage], float | None]) -> None:
        self._who = who
        self._request_id = request_id
        self._cost = cost
        self._parse = msgspec.json.Decoder(_Event).decode
        self._open: dict[int, OpenBlock] = {}
        self._doubtful: dict[int, OpenBlock] = {}
        self._raw: dict[int, msgspec.Raw | None] = {}
        self._calls: set[int] = set()
        self._usage = Usage()
        self._delta = Delta()
        self.finished = False
        """Whether the answer is whole."""

    def feed(self, data: str) -> Sequence[ModelEvent]:
        """Decode the data of one event.

        Raises:
            ProviderError: The service reports an error.
            ProtocolViolation: The event is not what the protocol says.
        """
        try:
            event = self._parse(data)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            if isinstance(error, msgspec.ValidationError) and _may_be_new(data):
                return _NONE
            if (said := parse_error(data)) is not None:
                raise error_from_event(said, self._request_id, self._who) from error
            self._violated(str(error), error)
        if event.type == "content_block_delta":
            return self._continue(event)
        return self._turn(event)

    def end(self) -> None:
        """The stream is over.

        Raises:
            ConnectionFailed: The answer was not whole.
        """
        if not self.finished:
            raise ConnectionFailed(
                say("The answer broke off before its end."),
                say("Ask again."),
                provider=self._who.provider,
                request_id=self._request_id,
                retryable=True,
            )

    def message(self, body: bytes) -> Sequence[ModelEvent]:
        """Decode an answer that came whole: the events are those of a stream, with one delta each.

        Raises:
            ProviderError: The service reports an error.
            ProtocolViolation: It is no answer.
        """
        try:
            message = msgspec.json.decode(body, type=_Message)
            if message.error is not None:
                raise error_from_event(message.error, self._request_id, self._who)
            if message.content is None:
                self._violated("a message without content")
            events = [event for index, block in enumerate(message.content) for event in self._whole(index, block)]
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            self._violated(str(error), error)
        self._delta = Delta(
            stop_reason=message.stop_reason,
            stop_sequence=message.stop_sequence,
            stop_details=message.stop_details,
        )
        if message.usage:
            events.append(self._count(message.usage))
        return [*events, *self._finish()]

    def _turn(self, event: _Event) -> Sequence[ModelEvent]:
        """Everything that is not one more piece of a block."""
        match event.type:
            case "content_block_start":
                return (self._begin(event.index, event.content_block),)
            case "content_block_stop":
                return self._close(event.index)
            case "message_start":
                if event.message and event.message.usage:
                    return (self._count(event.message.usage),)
            case "message_delta":
                if event.delta and event.delta.stop_reason:
                    self._delta = event.delta
                if event.usage:
                    return (self._count(event.usage),)
            case "message_stop":
                return self._finish()
            case "error":
                raise error_from_event(event.error or ErrorObject("api_error"), self._request_id, self._who)
            case "" if event.error is not None:  # services that pass answers on may write their errors bare
                raise error_from_event(event.error, self._request_id, self._who)
        return _NONE

    def _continue(self, event: _Event) -> Sequence[ModelEvent]:
        block, delta = self._open.get(event.index), event.delta
        if block is None or delta is None:
            self._violated(f"a delta for block {event.index}, which is not open")
        if delta.type == "text_delta" and block.add_text is not None:
            shown = delta.text
            block.add_text(shown)
        else:
            shown = block.take(delta)
        return (PartDelta(event.index, shown),) if shown else _NONE

    def _begin(self, index: int, start: msgspec.Raw) -> PartStarted:
        if index in self._open or index in self._raw:
            self._violated(f"block {index} starts twice")
        try:
            block = OpenBlock(start)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            self._violated(str(error), error)
        self._open[index] = block
        return PartStarted(index, block.started())

    def _close(self, index: int) -> Sequence[ModelEvent]:
        block = self._open.pop(index, None)
        if block is None:
            self._violated(f"block {index} ends without having started")
        try:
            self._raw[index] = block.raw()
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            self._violated(str(error), error)
        if block.is_call:
            self._calls.add(index)
        if block.is_doubtful:
            self._doubtful[index] = block
            return _NONE
        return (PartFinished(index, block.finished()),)

    def _whole(self, index: int, given: msgspec.Raw) -> Sequence[ModelEvent]:
        """A block that came in one piece, as the events it would have come in."""
        self._begin(index, given)
        block = self._open[index]
        part = block.finished()
        events: list[ModelEvent] = []
        match part:
            case TextPart(text):
                events += [PartStarted(index, TextPart("")), PartDelta(index, text)]
            case ThinkingPart(text):
                events += [PartStarted(index, ThinkingPart("")), PartDelta(index, text)]
            case ToolCallPart(_, _, text):
                events += [PartStarted(index, block.started()), PartDelta(index, text)]
            case _:
                events.append(PartStarted(index, part))
        shown = [event for event in events if not isinstance(event, PartDelta) or event.text]
        return [*shown, *self._close(index)]

    def _count(self, reported: _Usage) -> UsageReported:
        """Totals so far: what is reported replaces, what is absent stays."""
        old = self._usage
        details = reported.output_tokens_details
        usage = Usage(
            input_tokens=_newer(reported.input_tokens, old.input_tokens),
            output_tokens=_newer(reported.output_tokens, old.output_tokens),
            cache_read_tokens=_newer(reported.cache_read_input_tokens, old.cache_read_tokens),
            cache_write_tokens=_newer(reported.cache_creation_input_tokens, old.cache_write_tokens),
            thinking_tokens=_newer(details.thinking_tokens if details else None, old.thinking_tokens),
        )
        cost = self._cost(usage) if reported.cost is None else reported.cost
        self._usage = msgspec.structs.replace(usage, cost=cost)
        return UsageReported(self._usage)

    def _finish(self) -> Sequence[ModelEvent]:
        self.finished = True
        said = self._delta.stop_reason or ""
        reason = STOP_REASONS.get(said)
        detail = self._why(reason)
        if reason is None:  # may be new; the service asks its clients to take it for the end of a turn
            log.warning("unknown stop reason %r", said[:80])
            reason, detail = StopReason.END_TURN, said
        # A call that was cut off is never finished, so that nobody runs it.
        calls = [] if reason in _CUT else [PartFinished(index, at.finished()) for index, at in self._doubtful.items()]
        return [*calls, TurnFinished(reason, self._replay(reason), detail)]

    def _replay(self, reason: StopReason) -> bytes | None:
        blocks = [self._raw[index] for index in sorted(self._raw)]
        if reason is StopReason.REFUSAL or self._open or not blocks or None in blocks:
            return None
        if reason in _CUT and (self._doubtful or max(self._raw) in self._calls):
            return None
        return msgspec.json.encode(blocks)

    def _why(self, reason: StopReason | None) -> str:
        details = self._delta.stop_details
        if reason is StopReason.STOP_SEQUENCE:
            return self._delta.stop_sequence or ""
        if reason is StopReason.REFUSAL and details:
            return details.explanation or details.category or ""
        return ""

    def _violated(self, what: str, cause: Exception | None = None) -> NoReturn:
        raise ProtocolViolation(
            say("{host} sent something that is not part of an answer.", host=self._who.host),
            say(
                "Ask again; if it happens again, check the address in Settings, Keys & models, and the proxy settings."
            ),
            provider=self._who.provider,
            request_id=self._request_id,
            detail=what[:300],
        ) from cause


def decode_message(
    body: bytes, who: Answerer, request_id: str, cost: Callable[[Usage], float | None]
) -> Sequence[ModelEvent]:
    """The events of an answer that came whole.

    Args:
        body: The JSON of one message, or of an error.
        who: Who answered, for errors.
        request_id: The service's id of the request, for errors.
        cost: What some usage costs in US dollars, or None when that is unknown.

    Raises:
        ProviderError: It is an error.
        ProtocolViolation: It is no answer.
    """
    return StreamDecoder(who, request_id, cost).message(body)


def _may_be_new(data: str) -> bool:
    """Whether an event of another shape is one that this version does not know, and so skips."""
    try:
        outline = msgspec.json.decode(data, type=_Outline)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return False
    if outline.type not in _EVENTS:
        return bool(outline.type) or parse_error(data) is None
    kind = outline.delta.get("type") if isinstance(outline.delta, dict) else None
    return outline.type == "content_block_delta" and isinstance(kind, str) and kind not in _DELTAS


def _newer(reported: int | None, old: int) -> int:
    return old if reported is None else min(max(reported, 0), _MOST_COUNTED)
