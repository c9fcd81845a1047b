"""Every recorded stream of the OpenAI shape, cut at every byte, read as the program reads it."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, nullcontext
from pathlib import Path

import httpx
import pytest

from kireji.core.errors import ConnectionFailed, ProviderError
from kireji.core.events import MessageBuilder, ModelEvent, TurnFinished
from kireji.core.messages import Message
from kireji.providers.answers import server_events
from kireji.providers.failures import Answerer
from kireji.providers.openai_reading import read_chat
from kireji.providers.openai_stream import ChatDecoder

FOLDER = Path(__file__).parents[2] / "data" / "sse"
FIXTURES = {path.stem.removeprefix("openai_"): path.read_bytes() for path in FOLDER.glob("openai_*.txt")}
BROKEN = {"error_bare", "error_mid_stream", "no_finish_reason"}
WHO = Answerer("openrouter", "openrouter.test", "openai/gpt-test")


class Arriving:
    """The events of a body that arrives in these pieces, as `providers.http` hands them on."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._pieces = pieces

    async def _body(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece

    async def __aiter__(self) -> AsyncIterator[str]:
        response = httpx.Response(200, headers={"content-type": "text/event-stream"}, content=self._body())
        async with AsyncExitStack() as stack:
            events = server_events(response, nullcontext, "gen-1", stack)
            await events.look()
            async for data in events:
                yield data

    async def drain(self) -> None:
        """Nothing waits behind it."""


async def read(pieces: Sequence[bytes]) -> tuple[list[ModelEvent], ProviderError | None]:
    """What arrives, and what it ends with if it does not end well."""
    numbers = itertools.count(1)
    decoder = ChatDecoder(WHO, "gen-1", lambda usage: 0.5, replays=True, new_id=lambda: f"own_{next(numbers)}")
    events: list[ModelEvent] = []
    try:
        async for event in read_chat(Arriving(pieces), decoder):
            events.append(event)
    except ProviderError as error:
        return events, error
    return events, None


def message_of(events: Sequence[ModelEvent]) -> Message:
    builder = MessageBuilder("openrouter")
    for event in events:
        builder.feed(event)
        builder.snapshot()
    return builder.snapshot()


@pytest.mark.parametrize("name", sorted(set(FIXTURES) - BROKEN))
async def test_a_recorded_stream_ends_with_one_turn_finished(name: str) -> None:
    events, error = await read([FIXTURES[name]])
    assert error is None
    assert [index for index, event in enumerate(events) if isinstance(event, TurnFinished)] == [len(events) - 1]


@pytest.mark.parametrize("name", sorted(BROKEN))
async def test_a_stream_that_breaks_keeps_what_came_before(name: str) -> None:
    events, error = await read([FIXTURES[name]])
    assert error is not None
    assert error.request_id == "gen-1"
    assert not [event for event in events if isinstance(event, TurnFinished)]
    assert message_of(events).text
    assert isinstance(error, ConnectionFailed) is (name == "no_finish_reason")


@pytest.mark.parametrize("name", sorted(FIXTURES))
async def test_a_cut_at_any_byte_gives_the_same_events(name: str) -> None:
    stream = FIXTURES[name]
    expected = [data async for data in Arriving([stream])]
    assert expected
    for cut in range(1, len(stream)):
        assert [data async for data in Arriving([stream[:cut], stream[cut:]])] == expected


@pytest.mark.parametrize("name", sorted(FIXTURES))
async def test_one_byte_pieces_give_the_same_answer(name: str) -> None:
    stream = FIXTURES[name]
    events, error = await read([stream[at : at + 1] for at in range(len(stream))])
    expected, expected_error = await read([stream])
    assert events == expected
    assert type(error) is type(expected_error)
