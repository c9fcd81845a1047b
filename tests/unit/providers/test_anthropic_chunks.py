"""Made-up streams on the wire: whatever they say and however they are cut, the message is the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

import httpx
import msgspec
from httpx_sse import EventSource
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.errors import ProviderError
from kireji.core.events import ModelEvent, TurnFinished
from kireji.core.messages import Message, StopReason, TextPart
from tests.unit.providers.anthropic_streams import built, decoder, delta, ended, started, stopped


class Pieces(httpx.AsyncByteStream):
    """A body that arrives in given pieces."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece


def decode(pieces: Sequence[bytes]) -> tuple[list[ModelEvent], ProviderError | None]:
    async def run() -> tuple[list[ModelEvent], ProviderError | None]:
        response = httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=Pieces(pieces))
        decoding, events = decoder(), list[ModelEvent]()
        try:
            async for sse in EventSource(response).aiter_sse():
                if sse.data:
                    events.extend(decoding.feed(sse.data))
            decoding.end()
        except ProviderError as error:
            return events, error
        return events, None

    return asyncio.run(run())


def on_the_wire(events: Iterable[dict[str, Any]], line_end: bytes) -> bytes:
    return b"".join(
        b"event: " + event["type"].encode() + line_end + b"data: " + msgspec.json.encode(event) + line_end * 2
        for event in events
    )


def cut(stream: bytes, places: Iterable[int]) -> list[bytes]:
    cuts = sorted({place % (len(stream) + 1) for place in places})
    return [stream[one:two] for one, two in zip([0, *cuts], [*cuts, len(stream)], strict=True) if one < two]


# What breaks careless readers of lines and of characters stands in every other text.
awkward = st.sampled_from(
    ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "😀", "👩‍👩‍👧", "𝄞", "é", "\r\n", "data: x\n\n", "a", " "]
)
texts = st.lists(st.lists(awkward, max_size=5).map("".join), min_size=1, max_size=4)
answers = st.lists(texts, min_size=1, max_size=3)
line_ends = st.sampled_from([b"\n", b"\r\n", b"\r"])
places = st.lists(st.integers(0, 10_000), max_size=40)


def said(answer: list[list[str]]) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    for index, pieces in enumerate(answer):
        events += [started(index, type="text", text="")]
        events += [delta(index, type="text_delta", text=piece) for piece in pieces]
        events += [stopped(index)]
    return events


def message(answer: list[list[str]]) -> tuple[TextPart, ...]:
    parts = (TextPart("".join(pieces)) for pieces in answer)
    return tuple(part for part in parts if part.text.strip())


@given(answers, line_ends, places)
def test_any_chunking_of_any_answer_gives_the_same_message(
    answer: list[list[str]], line_end: bytes, cuts: list[int]
) -> None:
    stream = on_the_wire([*said(answer), *ended("end_turn", output_tokens=1)], line_end)
    events, error = decode(cut(stream, cuts))
    assert error is None
    assert built(events).parts == message(answer)
    assert isinstance(events[-1], TurnFinished)
    assert events[-1].reason is StopReason.END_TURN


@given(answers, line_ends, places, st.binary(min_size=1, max_size=12), st.integers(0, 10_000))
def test_damage_anywhere_raises_nothing_but_our_errors_and_loses_nothing_before_it(
    answer: list[list[str]], line_end: bytes, cuts: list[int], damage: bytes, at: int
) -> None:
    events = [*said(answer), *ended("end_turn", output_tokens=1)]
    sizes = [len(on_the_wire([event], line_end)) for event in events]
    stream = on_the_wire(events, line_end)
    at %= len(stream)
    whole = next(number for number in range(len(events)) if sum(sizes[: number + 1]) > at)
    arrived, _ = decode(cut(stream[:at] + damage + stream[at + len(damage) :], cuts))
    expected, _ = decode([on_the_wire(events[:whole], line_end)])
    assert arrived[: len(expected)] == expected


@given(answers, st.integers(0, 10_000))
def test_an_end_anywhere_keeps_the_words_that_had_arrived(answer: list[list[str]], at: int) -> None:
    stream = on_the_wire([*said(answer), *ended("end_turn", output_tokens=1)], b"\n")
    events, error = decode([stream[: at % len(stream)]])
    kept: Message = built(events)
    assert error is not None
    assert "".join(pieces_of(answer)).startswith("".join(pieces_of([[part.text] for part in texts_of(events)])))
    assert kept.raw is None


def texts_of(events: list[ModelEvent]) -> list[TextPart]:
    return [part for part in built(events).parts if isinstance(part, TextPart)]


def pieces_of(answer: list[list[str]]) -> list[str]:
    """The words in order; blank blocks are no part of a message."""
    return ["".join(pieces) for pieces in answer if "".join(pieces).strip()]
