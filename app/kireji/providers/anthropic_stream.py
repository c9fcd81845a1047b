"""Decodes the events of Anthropic's Messages API into `core.events`.

Block types, delta types and events that are unknown here are skipped, as the service's versioning asks of its clients;
unknown blocks are kept whole for the replay.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import NoReturn

import msgspec

from kireji.core.errors import ConnectionFailed, ProtocolViolation
from kireji.core.events import ModelEvent, PartDelta, PartFinished, PartStarted, TurnFinished, UsageReported
from kireji.core.messages import OpaquePart, Part, StopReason, TextPart, ThinkingPart, Usage
from kireji.providers.failures import Answerer, ErrorObject, error_from_event

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
_EVENTS = frozenset(
    {"message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta"}
    | {"message_stop", "error"}
)
_DELTAS = frozenset({"text_delta", "input_json_delta", "thinking_delta", "signature_delta", "citations_delta"})


class _StopDetails(msgspec.Struct):
    category: str | None = None
    explanation: str | None = None


class _Delta(msgspec.Struct):
    """Every delta of a block, and the one of the message."""

    type: str = ""
    text: str = ""
    thinking: str = ""
    signature: str = ""
    partial_json: str = ""
    citation: msgspec.Raw = msgspec.Raw(b"")
    stop_reason: str | None = None
    stop_sequence: str | None = None
    stop_details: _StopDetails | None = None


class _OutputDetails(msgspec.Struct):
    thinking_tokens: int | None = None


class _Usage(msgspec.Struct):
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    output_tokens_details: _OutputDetails | None = None


class _Message(msgspec.Struct):
    usage: _Usage | None = None


class _Event(msgspec.Struct):
    """Every event; one typed decode each."""

    type: str = ""
    index: int = -1
    delta: _Delta | None = None
    content_block: msgspec.Raw = msgspec.Raw(b"")
    message: _Message | None = None
    usage: _Usage | None = None
    error: ErrorObject | None = None


class _Outline(msgspec.Struct):
    """What can be said of an event that does not have the shape we expect."""

    type: str = ""
    delta: object = None


class _BlockHead(msgspec.Struct):
    type: str
    text: str = ""
    thinking: str = ""
    signature: str = ""


class _OpenBlock:
    """A block while its deltas arrive."""

    def __init__(self, index: int, start: msgspec.Raw) -> None:
        head = msgspec.json.decode(start, type=_BlockHead)
        self.index = index
        self.type = head.type
        self._start = start
        self._head = head
        self._text: list[str] = []
        self._json: list[str] = []
        self._citations: list[msgspec.Raw] = []
        self._signature = head.signature

    def started(self) -> Part:
        return self._part("")

    def take(self, delta: _Delta) -> str:
        """Merge a delta in; returns what of it is shown."""
        match delta.type:
            case "text_delta" if self.type == "text":
                self._text.append(delta.text)
                return delta.text
            case "thinking_delta" if self.type == "thinking":
                self._text.append(delta.thinking)
                return delta.thinking
            case "signature_delta":
                self._signature = delta.signature
            case "input_json_delta":
                self._json.append(delta.partial_json)
            case "citations_delta":
                self._citations.append(delta.citation)
        return ""

    def finished(self) -> Part:
        return self._part("".join(self._text))

    def _part(self, more: str) -> Part:
        match self.type:
            case "text":
                return TextPart(self._head.text + more)
            case "thinking":
                return ThinkingPart(self._head.thinking + more)
        return OpaquePart(self.type)

    def raw(self) -> msgspec.Raw | None:
        """The whole block as JSON, unknown fields included; None when it is not fit to be replayed."""
        changes: dict[str, msgspec.Raw] = {}
        if self.type == "text" and self._text:
            changes["text"] = _json(self._head.text + "".join(self._text))
        if self.type == "thinking":
            if not self._signature:
                return None
            changes["thinking"] = _json(self._head.thinking + "".join(self._text))
            changes["signature"] = _json(self._signature)
        if self._json:
            written = "".join(self._json) or "{}"
            if not _is_json_object(written):
                return None
            changes["input"] = msgspec.Raw(written.encode())
        if not changes and not self._citations:
            return self._start
        fields = msgspec.json.decode(self._start, type=dict[str, msgspec.Raw])
        if self._citations:
            earlier = msgspec.json.decode(fields.get("citations", b"null"), type=list[msgspec.Raw] | None)
            changes["citations"] = msgspec.Raw(msgspec.json.encode((earlier or []) + self._citations))
        return msgspec.Raw(msgspec.json.encode(fields | changes))


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
        self._decoder = msgspec.json.Decoder(_Event)
        self._open: dict[int, _OpenBlock] = {}
        self._raw: dict[int, msgspec.Raw | None] = {}
        self._usage = Usage()
        self._delta = _Delta()
        self.finished = False
        """Whether the answer is whole."""

    def feed(self, data: str) -> Iterator[ModelEvent]:
        """Decode the data of one event.

        Raises:
            ProviderError: The service reports an error.
            ProtocolViolation: The event is not what the protocol says.
        """
        event = self._decode(data)
        if event is None:
            return
        match event.type:
            case "content_block_delta":
                yield from self._continue(event)
            case "content_block_start":
                yield self._begin(event)
            case "content_block_stop":
                yield self._end(event)
            case "message_start":
                if event.message and event.message.usage:
                    yield self._count(event.message.usage)
            case "message_delta":
                self._delta = event.delta or self._delta
                if event.usage:
                    yield self._count(event.usage)
            case "message_stop":
                yield self._finish()
            case "error":
                raise error_from_event(event.error or ErrorObject("api_error"), self._request_id, self._who)

    def end(self) -> None:
        """The stream is over.

        Raises:
            ConnectionFailed: The answer was not whole.
        """
        if not self.finished:
            raise ConnectionFailed(
                "The answer broke off before its end.",
                "Ask again.",
                provider=self._who.provider,
                request_id=self._request_id,
                retryable=True,
            )

    def _decode(self, data: str) -> _Event | None:
        try:
            return self._decoder.decode(data)
        except msgspec.ValidationError as error:
            if self._may_be_new(data):
                return None
            self._violated(str(error), error)
        except (msgspec.DecodeError, UnicodeError) as error:
            self._violated(str(error), error)

    @staticmethod
    def _may_be_new(data: str) -> bool:
        """Whether an event of another shape is one that this version does not know, and so skips."""
        try:
            outline = msgspec.json.decode(data, type=_Outline)
        except msgspec.MsgspecError:
            return False
        if outline.type not in _EVENTS:
            return True
        kind = outline.delta.get("type") if isinstance(outline.delta, dict) else None
        return outline.type == "content_block_delta" and isinstance(kind, str) and kind not in _DELTAS

    def _begin(self, event: _Event) -> PartStarted:
        if event.index in self._open or event.index in self._raw:
            self._violated(f"block {event.index} starts twice")
        try:
            block = _OpenBlock(event.index, event.content_block)
        except msgspec.MsgspecError as error:
            self._violated(str(error), error)
        self._open[event.index] = block
        return PartStarted(event.index, block.started())

    def _continue(self, event: _Event) -> Iterator[ModelEvent]:
        block = self._open.get(event.index)
        if block is None or event.delta is None:
            self._violated(f"a delta for block {event.index}, which is not open")
        shown = block.take(event.delta)
        if shown:
            yield PartDelta(event.index, shown)

    def _end(self, event: _Event) -> PartFinished:
        block = self._open.pop(event.index, None)
        if block is None:
            self._violated(f"block {event.index} ends without having started")
        try:
            self._raw[event.index] = block.raw()
        except msgspec.MsgspecError as error:
            self._violated(str(error), error)
        return PartFinished(event.index, block.finished())

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
        self._usage = msgspec.structs.replace(usage, cost=self._cost(usage))
        return UsageReported(self._usage)

    def _finish(self) -> TurnFinished:
        self.finished = True
        said = self._delta.stop_reason or ""
        reason = STOP_REASONS.get(said, StopReason.OTHER)
        if reason is StopReason.OTHER:
            log.warning("unknown stop reason %r", said)
        return TurnFinished(reason, self._replay(reason), self._why(reason, said))

    def _replay(self, reason: StopReason) -> bytes | None:
        blocks = [self._raw[index] for index in sorted(self._raw)]
        if reason is StopReason.REFUSAL or self._open or not blocks or None in blocks:
            return None
        if reason in (StopReason.MAX_TOKENS, StopReason.CONTEXT_FULL) and self._ends_with_call(blocks):
            return None
        return msgspec.json.encode(blocks)

    @staticmethod
    def _ends_with_call(blocks: list[msgspec.Raw | None]) -> bool:
        last = blocks[-1]
        return last is not None and msgspec.json.decode(last, type=_BlockHead).type == "tool_use"

    def _why(self, reason: StopReason, said: str) -> str:
        details = self._delta.stop_details
        match reason:
            case StopReason.STOP_SEQUENCE:
                return self._delta.stop_sequence or ""
            case StopReason.REFUSAL if details:
                return details.explanation or details.category or ""
            case StopReason.OTHER:
                return said
        return ""

    def _violated(self, what: str, cause: Exception | None = None) -> NoReturn:
        raise ProtocolViolation(
            f"{self._who.host} sent something that is not part of an answer.",
            "Ask again; if it happens again, check the address in Settings, Keys & models, and the proxy settings.",
            provider=self._who.provider,
            request_id=self._request_id,
            detail=what[:300],
        ) from cause


def _newer(reported: int | None, old: int) -> int:
    return old if reported is None else reported


def _json(text: str) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(text))


def _is_json_object(text: str) -> bool:
    try:
        msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    except msgspec.MsgspecError:
        return False
    return True
