"""Reads a streamed answer in the OpenAI shape to its end, which some servers do not mark."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from typing import Protocol

from kireji.core.errors import ConnectionFailed, ProtocolViolation, ProviderError
from kireji.core.events import ModelEvent
from kireji.providers.openai_stream import ChatDecoder

_LAST_SECONDS = 3.0
"""How long usage and the end mark are waited for once the answer itself is whole."""


class Answer(Protocol):
    """The data of each event of a streamed answer; `providers.http` has them."""

    def __aiter__(self) -> AsyncIterator[str]: ...
    async def drain(self) -> None:
        """Read to the end of an answer that is known to be whole."""


async def read_chat(
    answer: Answer, decoder: ChatDecoder, patience: float = _LAST_SECONDS
) -> AsyncGenerator[ModelEvent]:
    """The events of an answer. A connection that ends after the reason of the end was said has ended well.

    Args:
        answer: As it arrives.
        decoder: Fresh, for this answer.
        patience: Seconds that usage and the end mark are waited for.

    Raises:
        ProviderError: The service reports an error, or the answer breaks off; everything that came is yielded first.
    """
    try:
        async for data in answer:
            for event in decoder.feed(data):
                yield event
            if decoder.finished or decoder.ending:
                break
    except ProviderError:
        for event in decoder.flush():
            yield event
        raise
    if decoder.ending and not decoder.finished:
        for event in await _rest(answer, decoder, patience):
            yield event
    for event in decoder.end():
        yield event
    await answer.drain()


async def _rest(answer: Answer, decoder: ChatDecoder, patience: float) -> list[ModelEvent]:
    """What still comes after the reason of the end; an answer that is whole is not lost to an odd end mark."""
    events: list[ModelEvent] = []
    with suppress(TimeoutError, ConnectionFailed, ProtocolViolation):
        async with asyncio.timeout(patience):
            async for data in answer:
                events += decoder.feed(data)
                if decoder.finished:
                    break
    return events
