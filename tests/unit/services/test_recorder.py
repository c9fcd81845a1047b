"""An answer's row exists from the first word on and ends in one state."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
import pytest

from kireji.core.errors import ConnectionFailed, StoreFull
from kireji.core.events import ModelEvent, PartDelta, PartFinished, PartStarted, TurnFinished, UsageReported
from kireji.core.history import Origin
from kireji.core.messages import (
    Message,
    MessageState,
    OpaquePart,
    Role,
    StopReason,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    Usage,
)
from kireji.services.recorder import CHECKPOINT_SECONDS, FIRST_CHECKPOINT_SECONDS, AnswerRecorder
from kireji.services.turns import AnswerEnds, TurnEvent
from tests.fakes.stores import MemoryConversationStore


class Pauses:
    """Waits that end when a test says so.

    Attributes:
        asked: The seconds of every wait, in order.
    """

    def __init__(self) -> None:
        self.asked: list[float] = []
        self._begun: asyncio.Queue[asyncio.Event] = asyncio.Queue()

    async def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)
        over = asyncio.Event()
        self._begun.put_nowait(over)
        await over.wait()

    async def begun(self) -> asyncio.Event:
        """The next wait, once it has begun."""
        return await self._begun.get()

    async def go_on(self, times: int) -> None:
        """Let so many waits begin, and all but the last end."""
        for left in range(times, 0, -1):
            over = await self.begun()
            if left > 1:
                over.set()


async def recorder(
    store: MemoryConversationStore, seen: list[TurnEvent], pause: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> AnswerRecorder:
    _, question = await store.create("t", Message(Role.USER, (TextPart("q"),)))
    made = AnswerRecorder(store, Origin(1, "now"), 1, question.id, seen.append, pause)
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
    pauses = Pauses()
    made = await recorder(store, [], pauses)
    store.failure = StoreFull("The disk is full.")
    async with made.checkpoints():
        say(made, "words")
        await pauses.go_on(2)
    store.failure = None
    assert (await made.end(MessageState.COMPLETE)).message.text == "words"


async def test_one_row_is_written_however_often_it_is_saved() -> None:
    store = MemoryConversationStore()
    seen: list[TurnEvent] = []
    pauses = Pauses()
    made = await recorder(store, seen, pauses)
    async with made.checkpoints():
        say(made, "words")
        await pauses.go_on(2)
        say(made, " and more")
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


async def test_the_first_word_is_painted_before_it_is_written() -> None:
    store, pauses = MemoryConversationStore(), Pauses()
    made = await recorder(store, [], pauses)
    async with made.checkpoints():
        say(made, "words")
        first = await pauses.begun()
        assert store.updates == []
        first.set()
        await pauses.begun()
        assert [text for _, text, _ in store.updates] == ["words"]
    assert pauses.asked == [FIRST_CHECKPOINT_SECONDS, CHECKPOINT_SECONDS]
    assert FIRST_CHECKPOINT_SECONDS < CHECKPOINT_SECONDS


async def test_an_answer_that_is_over_sooner_is_written_at_once() -> None:
    store, pauses = MemoryConversationStore(), Pauses()
    made = await recorder(store, [], pauses)
    async with made.checkpoints():
        say(made, "words")
        await pauses.begun()
    await made.end(MessageState.COMPLETE)
    assert store.updates[-1][1:] == ("words", MessageState.COMPLETE)


def round_of(index: int, text: str, reason: StopReason, tokens: int) -> list[ModelEvent]:
    raw = msgspec.json.encode([{"type": "text", "text": text}])
    return [
        PartStarted(index, TextPart("")),
        PartDelta(index, text),
        PartFinished(index, TextPart(text)),
        UsageReported(Usage(input_tokens=tokens, output_tokens=1, cost=0.5)),
        TurnFinished(reason, raw),
    ]


async def test_rounds_of_one_answer_are_put_behind_each_other() -> None:
    seen: list[TurnEvent] = []
    made = await recorder(MemoryConversationStore(), seen)
    for event in round_of(0, "one", StopReason.PAUSE_TURN, 10):
        made.feed(event)
    assert made.waits
    assert (made.so_far.raw, made.so_far.raw_from) == (b'[{"type":"text","text":"one"}]', "anthropic")
    made.go_on()
    assert not made.waits
    for event in round_of(0, "two", StopReason.END_TURN, 20):
        made.feed(event)
    stored = await made.end(MessageState.COMPLETE)
    assert stored.message.parts == (TextPart("one"), TextPart("two"))
    assert stored.message.raw == b'[{"type":"text","text":"one"},{"type":"text","text":"two"}]'
    assert stored.usage == Usage(input_tokens=30, output_tokens=2, cost=1.0, window_tokens=21)
    assert [event for event in seen if isinstance(event, TurnFinished)] == [
        TurnFinished(StopReason.END_TURN, stored.message.raw)
    ]
    assert [event.index for event in seen if isinstance(event, PartDelta)] == [0, 1]


async def test_blocks_are_joined_without_being_read() -> None:
    made = await recorder(MemoryConversationStore(), [])
    made.feed(PartFinished(0, OpaquePart("new")))
    made.feed(TurnFinished(StopReason.PAUSE_TURN, rb'[{"n": 1.0,  "u": "\u00e9"}]'))
    made.go_on()
    made.feed(TurnFinished(StopReason.END_TURN, b"[]"))
    assert (await made.end(MessageState.COMPLETE)).message.raw == rb'[{"n": 1.0,  "u": "\u00e9"}]'


async def test_a_round_that_breaks_off_leaves_words_but_no_blocks() -> None:
    made = await recorder(MemoryConversationStore(), [])
    for event in round_of(0, "one", StopReason.PAUSE_TURN, 10):
        made.feed(event)
    made.go_on()
    say(made, "tw")
    stored = await made.end(MessageState.INTERRUPTED, ConnectionFailed("Lost."))
    assert (stored.message.text, stored.message.raw, stored.stop) == ("one\n\ntw", None, None)


async def test_a_pause_that_nobody_answers_can_be_continued_later() -> None:
    made = await recorder(MemoryConversationStore(), [])
    for event in round_of(0, "one", StopReason.PAUSE_TURN, 10):
        made.feed(event)
    stored = await made.end(MessageState.COMPLETE)
    assert (stored.stop, stored.error) == (
        StopReason.PAUSE_TURN,
        "a note The answer paused after many steps. It can be continued.",
    )
    assert stored.message.raw is not None


async def test_who_was_chosen_stands_in_a_row_that_never_began() -> None:
    store = MemoryConversationStore()
    _, question = await store.create("t", Message(Role.USER, (TextPart("q"),)))
    made = AnswerRecorder(store, Origin(1, "now"), 1, question.id, lambda _: None)
    made.choose("openrouter", "a/b")
    stored = await made.end(MessageState.FAILED, ConnectionFailed("Lost."))
    assert (stored.provider, stored.model) == ("openrouter", "a/b")


class Stopwatch:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 5.0

    def __call__(self) -> float:
        return self.seconds


async def timed(seen: list[TurnEvent], clock: Stopwatch, store: MemoryConversationStore) -> AnswerRecorder:
    _, question = await store.create("t", Message(Role.USER, (TextPart("q"),)))
    made = AnswerRecorder(store, Origin(1, "now"), 1, question.id, seen.append, monotonic=clock)
    made.begin("anthropic", "m", "")
    return made


@pytest.mark.parametrize("part", [ThinkingPart("hm"), ToolCallPart("1", "read", "{}")])
async def test_thinking_and_calls_say_how_long_they_took(part: ThinkingPart | ToolCallPart) -> None:
    seen, clock = list[TurnEvent](), Stopwatch()
    made = await timed(seen, clock, MemoryConversationStore())
    made.feed(PartStarted(0, msgspec.structs.replace(part)))
    clock.seconds += 2.5
    made.feed(PartFinished(0, part))
    clock.seconds += 60
    whole = msgspec.structs.replace(part, seconds=2.5)
    assert seen[-1] == PartFinished(0, whole)
    assert (await made.end(MessageState.STOPPED)).message.parts == (whole,)


async def test_thinking_that_is_cut_says_how_long_it_had_taken() -> None:
    clock = Stopwatch()
    made = await timed([], clock, MemoryConversationStore())
    made.feed(PartStarted(0, ThinkingPart("")))
    made.feed(PartDelta(0, "hm"))
    clock.seconds += 1.25
    assert (await made.end(MessageState.STOPPED)).message.parts == (ThinkingPart("hm", seconds=1.25),)


async def test_words_say_nothing_of_time() -> None:
    made = await timed([], Stopwatch(), MemoryConversationStore())
    say(made, "words")
    made.feed(PartFinished(0, TextPart("words")))
    assert (await made.end(MessageState.STOPPED)).message.parts == (TextPart("words"),)
