"""Reads a streamed answer in the OpenAI shape to its end, which some servers do not mark."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress

from kireji.core.errors import ConnectionFailed, ProviderError
from kireji.core.events import ModelEvent
from kireji.providers.http import ServerEvents
from kireji.providers.openai_stream import ChatDecoder

_LAST_SECONDS = 3.0
"""How long usage and the end mark are waited for once the answer itself is whole."""


async def read_chat(answer: ServerEvents, decoder: ChatDecoder) -> AsyncGenerator[ModelEvent]:
    """The events of an answer. A connection that ends after the reason of the end was said has ended well.

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
        for event in await _rest(answer, decoder):
            yield event
    for event in decoder.end():
        yield event
    await answer.drain()


async def _rest(answer: ServerEvents, decoder: ChatDecoder) -> list[ModelEvent]:
    """What still comes after the reason of the end."""
    events: list[ModelEvent] = []
    with suppress(TimeoutError, ConnectionFailed):
        async with asyncio.timeout(_LAST_SECONDS):
            async for data in answer:
                events += decoder.feed(data)
                if decoder.finished:
                    break
    return events
