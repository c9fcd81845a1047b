"""Where a streamed answer ends, when the server does not say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from kireji.core.errors import ConnectionFailed, PaymentRequired, ProviderTimeout
from kireji.core.events import MessageBuilder
from kireji.providers.failures import Answerer
from kireji.providers.openai_reading import read_chat
from kireji.providers.openai_stream import ChatDecoder

WORDS = '{"choices":[{"delta":{"content":"Yes"}}]}'
MAYBE_A_TAG = '{"choices":[{"delta":{"content":"<th"}}]}'
STOP = '{"choices":[{"delta":{},"finish_reason":"stop"}]}'
USAGE = '{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}'


class Arriving:
    """An answer as it arrives: data, an error that is raised, or None for a server that falls silent."""

    def __init__(self, *items: str | Exception | None) -> None:
        self._events = self._iterate(items)
        self.drained = False

    def __aiter__(self) -> AsyncIterator[str]:
        return self._events

    async def _iterate(self, items: tuple[str | Exception | None, ...]) -> AsyncIterator[str]:
        for item in items:
            if item is None:
                await asyncio.Event().wait()
            elif isinstance(item, Exception):
                raise item
            else:
                yield item

    async def drain(self) -> None:
        self.drained = True


async def read(*items: str | Exception | None, builder: MessageBuilder | None = None) -> MessageBuilder:
    builder = builder or MessageBuilder("local")
    decoder = ChatDecoder(Answerer("local", "127.0.0.1:1"), "", lambda usage: 0.0, replays=False)
    async for event in read_chat(Arriving(*items), decoder, patience=0.01):
        builder.feed(event)
    return builder


@pytest.mark.parametrize(
    "rest",
    [
        (USAGE, "[DONE]"),
        (USAGE,),
        (USAGE, None),
        (USAGE, ConnectionFailed("reset")),
        (USAGE, ProviderTimeout("silent")),
        (USAGE, "[DONE]", None),
        (USAGE, " [DONE]"),
        (USAGE, "null", "[DONE]"),
    ],
)
async def test_after_its_reason_an_answer_ends_well_however_the_connection_does(
    rest: tuple[str | Exception | None, ...],
) -> None:
    builder = await read(WORDS, STOP, *rest)
    assert builder.snapshot().text == "Yes"
    assert builder.finished is not None
    assert builder.usage is not None
    assert builder.usage.output_tokens == 4


async def test_an_error_after_the_reason_is_told_all_the_same() -> None:
    builder = MessageBuilder("local")
    with pytest.raises(PaymentRequired):
        await read(WORDS, STOP, '{"error":{"code":402,"message":"No credits"}}', builder=builder)
    assert builder.snapshot().text == "Yes"


@pytest.mark.parametrize("end", [(), ("[DONE]",), (ConnectionFailed("reset"),)])
async def test_before_it_what_came_is_kept(end: tuple[str | Exception, ...]) -> None:
    builder = MessageBuilder("local")
    with pytest.raises(ConnectionFailed):
        await read(MAYBE_A_TAG, *end, builder=builder)
    assert builder.snapshot().text == "<th"
    assert builder.finished is None
