"""Decodes answers in the OpenAI shape, streamed and whole, into `core.events`."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NoReturn

import msgspec

from kireji.core.errors import ConnectionFailed, Overloaded, ProtocolViolation, ProviderError
from kireji.core.events import ModelEvent, PartDelta, PartFinished, PartStarted, TurnFinished, UsageReported
from kireji.core.messages import StopReason, TextPart, ThinkingPart, ToolCallPart, Usage
from kireji.core.words import say
from kireji.providers.failures import Answerer, ErrorObject, error_from_event, parse_error
from kireji.providers.openai_calls import ToolCalls
from kireji.providers.openai_chunks import Choice, Chunk, Delta, WireUsage, counted, text_of
from kireji.providers.openai_thinking import ReasoningDetails, ThinkTags

log = logging.getLogger(__name__)

_DONE = "[DONE]"
_REASONS: Mapping[str, StopReason] = MappingProxyType(
    {
        "stop": StopReason.END_TURN,
        "length": StopReason.MAX_TOKENS,
        "tool_calls": StopReason.TOOL_USE,
        "function_call": StopReason.TOOL_USE,
        "content_filter": StopReason.REFUSAL,
    }
)


def _new_id() -> str:
    return f"call_{uuid.uuid4().hex[:24]}"


class ChatDecoder:
    """Folds the chunks of one answer into model events.

    Blocks are closed when the answer is whole, because pieces may still follow the first `finish_reason`.

    Args:
        who: Who answers, for errors.
        request_id: The service's id of the request, for errors.
        cost: What some usage costs in US dollars where the service does not say it; None when that is unknown.
        replays: Whether `TurnFinished.raw` is to hold the message as it can be sent back.
        new_id: Makes an id for a call that has none of its own.
    """

    def __init__(
        self,
        who: Answerer,
        request_id: str,
        cost: Callable[[Usage], float | None],
        *,
        replays: bool,
        new_id: Callable[[], str] = _new_id,
    ) -> None:
        self._who = who
        self._request_id = request_id
        self._cost = cost
        self._replays = replays
        self._decoder = msgspec.json.Decoder(Chunk)
        self._blocks = 0
        self._kind: type[TextPart] | type[ThinkingPart] | None = None
        """What the block that grows now holds; calls of tools grow beside it."""
        self._text: list[str] = []
        self._tags = ThinkTags()
        self._calls = ToolCalls(new_id)
        self._details = ReasoningDetails()
        self._content: list[str] = []
        self._refusal: list[str] = []
        self._finish = ""
        self.finished = False
        """Whether the answer is whole and nothing more is expected."""

    @property
    def ending(self) -> bool:
        """Whether the service has said why the answer ends; only usage may still follow."""
        return bool(self._finish)

    def feed(self, data: str | bytes) -> Iterator[ModelEvent]:
        """Decode the data of one event.

        Raises:
            ProviderError: The service reports an error.
            ProtocolViolation: It is not what the protocol says.
        """
        if data == _DONE:
            yield from self.end()
            return
        chunk = self._decode(data)
        for choice in (chunk.choices or [])[:1]:
            yield from self._choice(choice)
        if chunk.usage is not None:
            yield self._usage(chunk.usage)
        failed = chunk.error or next((choice.error for choice in chunk.choices or [] if choice.error), None)
        if failed or self._finish == "error":
            yield from self.flush()
            raise self._error(failed)

    def end(self) -> Iterator[ModelEvent]:
        """No more will come.

        Raises:
            ConnectionFailed: The answer was not whole.
        """
        if self.finished:
            return
        yield from self.flush()
        if not self._finish:
            raise ConnectionFailed(
                say("The answer broke off before its end."),
                say("Ask again."),
                provider=self._who.provider,
                request_id=self._request_id,
                retryable=True,
            )
        yield from self._close()
        yield from self._finish_calls()
        self.finished = True
        yield self._turn()

    def flush(self) -> Iterator[ModelEvent]:
        """What was held back because it might have been the beginning of a tag."""
        for thought, text in self._tags.flush():
            yield from self._say(ThinkingPart if thought else TextPart, text)

    def whole(self, data: bytes) -> Iterator[ModelEvent]:
        """Decode an answer that came in one piece.

        Raises:
            ProviderError: It is an error, or not an answer.
        """
        yield from self.feed(data)
        said_nothing = not self._blocks and not self._refusal and not any(text.strip() for text in self._content)
        if said_nothing and self._finish in ("", "stop"):
            raise Overloaded(
                say("{host} gave an empty answer; the model may still be starting.", host=self._who.host),
                say("Ask again in a moment."),
                provider=self._who.provider,
                request_id=self._request_id,
                retryable=True,
            )
        self._finish = self._finish or "stop"
        yield from self.end()

    def _decode(self, data: str | bytes) -> Chunk:
        try:
            return self._decoder.decode(data)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            said = parse_error(data)
            if said is not None:
                raise error_from_event(said, self._request_id, self._who) from error
            self._violated(error)

    def _choice(self, choice: Choice) -> Iterator[ModelEvent]:
        delta = choice.delta or choice.message
        if delta is not None:
            yield from self._delta(delta)
        if isinstance(choice.finish_reason, str) and choice.finish_reason:
            self._finish = choice.finish_reason

    def _delta(self, delta: Delta) -> Iterator[ModelEvent]:
        thought = text_of(delta.reasoning) or text_of(delta.reasoning_content)
        if delta.reasoning_details:
            shown = self._details.feed(delta.reasoning_details)
            thought = thought or shown
        if thought:
            yield from self._say(ThinkingPart, thought)
        words = text_of(delta.content)
        if words:
            self._content.append(words)
            for is_thought, text in self._tags.feed(words):
                yield from self._say(ThinkingPart if is_thought else TextPart, text)
        if isinstance(delta.refusal, str):
            self._refusal.append(delta.refusal)
        if delta.tool_calls:
            yield from self._call(delta)

    def _say(self, kind: type[TextPart] | type[ThinkingPart], text: str) -> Iterator[ModelEvent]:
        if not text:
            return
        if self._kind is not kind:
            yield from self._close()
            self._kind = kind
            self._blocks += 1
            yield PartStarted(self._blocks - 1, kind(""))
        self._text.append(text)
        yield PartDelta(self._blocks - 1, text)

    def _close(self) -> Iterator[ModelEvent]:
        """End the block of words or reasoning that grows."""
        if self._kind is not None:
            yield PartFinished(self._blocks - 1, self._kind("".join(self._text)))
        self._kind = None
        self._text.clear()

    def _call(self, delta: Delta) -> Iterator[ModelEvent]:
        yield from self.flush()
        yield from self._close()
        for call, more in self._calls.feed(delta.tool_calls or []):
            if call.block >= 0:
                if more:
                    yield PartDelta(call.block, more)
            elif call.name:
                call.block = self._blocks
                self._blocks += 1
                yield PartStarted(call.block, ToolCallPart(call.id, call.name))
                if call.arguments:
                    yield PartDelta(call.block, call.arguments)

    def _finish_calls(self) -> Iterator[ModelEvent]:
        """End the calls; one that was cut in the middle of its arguments never ends, so that it cannot run."""
        for call in self._calls.all:
            if call.block < 0 or (self._finish == "length" and not call.is_whole):
                continue
            yield PartFinished(call.block, ToolCallPart(call.id, call.name, call.arguments.strip() or "{}"))

    def _usage(self, wire: WireUsage) -> UsageReported:
        usage = counted(wire)
        if usage.cost is None:
            usage = msgspec.structs.replace(usage, cost=self._cost(usage))
        return UsageReported(usage)

    def _turn(self) -> TurnFinished:
        reason = _REASONS.get(self._finish, StopReason.END_TURN)
        detail = ""
        if self._finish not in _REASONS:
            log.warning("unknown reason of an end %r", self._finish)
            detail = self._finish
        if self._refusal and any(piece.strip() for piece in self._refusal):
            reason, detail = StopReason.REFUSAL, "".join(self._refusal)
        elif reason in (StopReason.END_TURN, StopReason.TOOL_USE):  # some servers say "stop" beside their calls
            reason = StopReason.TOOL_USE if any(call.block >= 0 for call in self._calls.all) else StopReason.END_TURN
        return TurnFinished(reason, self._raw(reason), detail)

    def _raw(self, reason: StopReason) -> bytes | None:
        """The message as it can be sent back unchanged; None when it must not be."""
        calls = self._calls.all
        broken = any(call.block < 0 or not call.is_whole for call in calls)
        cut = calls and reason is not StopReason.TOOL_USE
        if not self._replays or reason is StopReason.REFUSAL or broken or cut or not (calls or self._content):
            return None
        message: dict[str, Any] = {"role": "assistant", "content": "".join(self._content) or None}
        if calls:
            message["tool_calls"] = [_written(call.id, call.name, call.arguments) for call in calls]
        if self._details.all:
            message["reasoning_details"] = self._details.all
        return msgspec.json.encode(message)

    def _error(self, failed: object) -> ProviderError:
        said = parse_error(msgspec.json.encode({"error": failed})) if failed else None
        return error_from_event(said or ErrorObject(), self._request_id, self._who)

    def _violated(self, cause: Exception) -> NoReturn:
        raise ProtocolViolation(
            say("{host} sent something that is not part of an answer.", host=self._who.host),
            say(
                "Ask again; if it happens again, check the address in Settings, Keys & models, and the proxy settings."
            ),
            provider=self._who.provider,
            request_id=self._request_id,
            detail=str(cause)[:300],
        ) from cause


def _written(id: str, name: str, arguments: str) -> dict[str, Any]:
    return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments.strip() or "{}"}}


def decode_whole(decoder: ChatDecoder, body: bytes) -> Sequence[ModelEvent]:
    """All events of an answer that came in one piece.

    Raises:
        ProviderError: It is an error, or not an answer.
    """
    return tuple(decoder.whole(body))
