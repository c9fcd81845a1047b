"""An answer's row exists from the first word on and ends in one state."""

from __future__ import annotations

import asyncio

import pytest

from kireji.core.errors import ConnectionFailed, StoreFull
from kireji.core.events import PartDelta, PartStarted
from kireji.core.history import Origin
from kireji.core.messages import Message, MessageState, Role, TextPart
from kireji.services.recorder import AnswerRecorder
from kireji.services.turns import AnswerEnds, TurnEvent
from tests.fakes.stores import MemoryConversationStore


async def recorder(store: MemoryConversationStore, seen: list[TurnEvent]) -> AnswerRecorder:
    _, question = await store.create("t", Message(Role.USER, (TextPart("q"),)))
    made = AnswerRecorder(store, Origin(1, "now"), 1, question.id, seen.append)
    made.begin("anthropic", "m", "a note")
    return made


def say(made: AnswerRecorder, text: str) -> None:
    made.feed(PartStarted(0, TextPart("")))
    made.feed(PartDelta(0, text))


async def test_a_second_attempt_starts_empty() -> None:
    made = await recorder(MemoryConversationStore(), [])
    say(made, "lost")
    made.begin("device", "reader", "No network.")
    say(made, "kept")
    stored = await made.end(MessageState.COMPLETE)
    assert (stored.message.text, stored.error) == ("kept", "No network.")


async def test_an_error_from_the_stream_passes_through_the_checkpoints() -> None:
    made = await recorder(MemoryConversationStore(), [])
    with pytest.raises(ConnectionFailed):
        async with made.checkpoints():
            raise ConnectionFailed("Lost.")


async def test_a_checkpoint_that_cannot_be_written_does_not_end_the_answer() -> None:
    store = MemoryConversationStore()
    made = await recorder(store, [])
    store.failure = StoreFull("The disk is full.")
    async with made.checkpoints():
        say(made, "words")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    store.failure = None
    assert (await made.end(MessageState.COMPLETE)).message.text == "words"


async def test_one_row_is_written_however_often_it_is_saved() -> None:
    store = MemoryConversationStore()
    seen: list[TurnEvent] = []
    made = await recorder(store, seen)
    async with made.checkpoints():
        say(made, "words")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    stored = await made.end(MessageState.COMPLETE)
    loaded = await store.load(1)
    assert loaded is not None
    assert [message.id for message in loaded.messages] == [1, stored.id]
    assert isinstance(seen[-1], AnswerEnds)
    assert seen[-1].saved


async def test_nothing_received_is_told_apart_from_something() -> None:
    made = await recorder(MemoryConversationStore(), [])
    assert not made.received
    say(made, "")
    assert made.received
