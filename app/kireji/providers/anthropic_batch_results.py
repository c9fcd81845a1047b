"""The lines of a batch's results: what each row is called, how it ended and what it used; the rest stays as it came."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Callable, Mapping
from types import MappingProxyType

import msgspec

from kireji.core.errors import ConnectionFailed, ProtocolViolation
from kireji.core.jobs.ports import BatchResult
from kireji.core.jobs.values import Outcome
from kireji.core.messages import Usage
from kireji.core.words import say
from kireji.providers.anthropic import JOB_SHARE
from kireji.providers.anthropic_models import find_model
from kireji.providers.failures import Answerer, capitalised, error_from_event, parse_error

_NOTHING = msgspec.Raw(b"")
_NO_USAGE = Usage()
_BITS_COUNTED = 53
_OUTCOMES: Mapping[str, Outcome] = MappingProxyType({outcome.value: outcome for outcome in Outcome})


class _Line(msgspec.Struct, gc=False):
    custom_id: str
    result: msgspec.Raw


class _OutputDetails(msgspec.Struct):
    thinking_tokens: int | None = None


class _Usage(msgspec.Struct, gc=False):
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    output_tokens_details: _OutputDetails | None = None


class _Message(msgspec.Struct, gc=False):
    usage: _Usage | None = None


class _Result(msgspec.Struct, gc=False):
    type: str = ""
    message: _Message | None = None
    error: msgspec.Raw = _NOTHING


class _Type(msgspec.Struct):
    """A result of which nothing else is as it should be."""

    type: str = ""


async def read_results(lines: AsyncIterable[list[bytes]], who: Answerer) -> AsyncGenerator[BatchResult]:
    """Yield each result.

    Args:
        lines: As they come.
        who: Who answers; its model tells the price.

    Raises:
        ConnectionFailed: The last line is cut; its row and those behind it are missing.
        ProtocolViolation: Lines are none of a result; raised after all others.
        ProviderError: From `lines`.
    """
    reader = ResultReader(who)
    broken, cut = b"", False
    async for some in lines:
        for line in some:
            result = reader.read(line)
            cut = result is None
            if result is None:
                broken = broken or line
            else:
                yield result
    if cut:
        raise ConnectionFailed(
            say("The results broke off before their end."),
            say("They are read again."),
            provider=who.provider,
            retryable=True,
        )
    if broken:
        raise ProtocolViolation(
            say("{name} sent lines that are not results of a batch.", name=capitalised(who.name)),
            say("Check the address in Settings, Keys & models, and the proxy settings."),
            provider=who.provider,
            detail=broken[:200].decode("utf-8", "replace"),
        )


class ResultReader:
    """Reads lines.

    Args:
        who: Who answers; its model tells the price.
    """

    def __init__(self, who: Answerer) -> None:
        self._who = who
        self._line = msgspec.json.Decoder(_Line)
        self._result = msgspec.json.Decoder(_Result)
        known = find_model(who.model)
        self._price: Callable[[Usage], float | None] = known.pricing if known else lambda usage: None

    def read(self, line: bytes) -> BatchResult | None:
        """The result in a line; None when it holds none."""
        try:
            found = self._line.decode(line)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return None
        try:
            result = self._result.decode(found.result)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            result = _outline(found.result)
        payload = bytes(found.result)
        if result.type == "succeeded":
            usage = result.message.usage if result.message else None
            return BatchResult(
                found.custom_id, Outcome.SUCCEEDED, payload, self._counted(usage) if usage else _NO_USAGE
            )
        outcome = _OUTCOMES.get(result.type, Outcome.ERRORED)
        return BatchResult(found.custom_id, outcome, payload, _NO_USAGE, self._why(result, outcome))

    def _counted(self, reported: _Usage) -> Usage:
        details = reported.output_tokens_details
        read, written = reported.input_tokens or 0, reported.output_tokens or 0
        cache_read, cache_write = reported.cache_read_input_tokens or 0, reported.cache_creation_input_tokens or 0
        thinking = (details.thinking_tokens or 0) if details else 0
        if (read | written | cache_read | cache_write | thinking) >> _BITS_COUNTED:  # one is negative, or beyond belief
            read, written, cache_read, cache_write, thinking = map(
                _believed, (read, written, cache_read, cache_write, thinking)
            )
        usage = Usage(read, written, cache_read, cache_write, thinking)
        price = self._price(usage)
        return usage if price is None else msgspec.structs.replace(usage, cost=price * JOB_SHARE)

    def _why(self, result: _Result, outcome: Outcome) -> str:
        match outcome:
            case Outcome.EXPIRED:
                return say("{name} did not get to it within a day.", name=capitalised(self._who.name))
            case Outcome.CANCELED:
                return say("It was called back before it was answered.")
        error = parse_error(bytes(result.error)) or parse_error(b'{"error":%b}' % bytes(result.error))
        if error is None:
            return say("{name} ended it in a way that is not known here.", name=capitalised(self._who.name))
        return error_from_event(error, "", self._who).message


def _outline(result: msgspec.Raw) -> _Result:
    try:
        return _Result(msgspec.json.decode(result, type=_Type).type)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return _Result()


def _believed(reported: int) -> int:
    return min(max(reported, 0), 1 << _BITS_COUNTED)
