"""A turn: saved before it is sent, kept while it streams, whatever becomes of it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from kireji.core.errors import ConnectionFailed, KeyStoreUnavailable, KirejiError, Overloaded, StoreFull
from kireji.core.events import PartDelta, PartFinished, PartStarted, TurnFinished
from kireji.core.history import StoredMessage
from kireji.core.messages import ImagePart, MessageState, OpaquePart, Role, StopReason, TextPart
from kireji.core.models import Effort
from kireji.core.ports import EncodedPicture
from kireji.services.placing import title_of
from kireji.services.turns import AnswerBegins, AnswerEnds, Question, QuestionSaved, TurnControl, TurnEvent
from tests.fakes.provider import Hold, answer
from tests.fakes.stores import MemoryConversationStore
from tests.fakes.world import KEY, World

NO_NETWORK = ConnectionFailed("The service cannot be reached.", "Check the connection.")


@pytest.fixture
def world() -> World:
    return World(conversations=WatchedStore())


class WatchedStore(MemoryConversationStore):
    """Says when an answer was written for the first time."""

    def __init__(self) -> None:
        super().__init__()
        self.written = asyncio.Event()

    async def append(self, *arguments: Any, **options: Any) -> StoredMessage:
        made = await super().append(*arguments, **options)
        if made.state is MessageState.STREAMING:
            self.written.set()
        return made


async def ask(world: World, question: Question) -> tuple[StoredMessage, list[TurnEvent]]:
    seen: list[TurnEvent] = []
    return await world.services().chat.ask(question, seen.append), seen


async def picture(world: World) -> ImagePart:
    return await world.captures.put(EncodedPicture(b"\x89PNG", "image/png", 4, 3))


async def test_the_answer_is_stored_whole(world: World) -> None:
    world.remote.enqueue(answer("It is ", "a key."))
    stored, _ = await ask(world, Question("What is missing?"))
    loaded = await world.conversations.load(1)
    assert loaded is not None
    assert [message.message.text for message in loaded.messages] == ["What is missing?", "It is a key."]
    assert loaded.messages[1].state is stored.state is MessageState.COMPLETE
    assert loaded.messages[1].message.raw is not None
    assert (stored.provider, stored.model, stored.stop) == ("anthropic", "fake-model", StopReason.END_TURN)


async def test_events_come_in_order(world: World) -> None:
    world.remote.enqueue(answer("a"))
    _, seen = await ask(world, Question("q"))
    assert isinstance(seen[0], QuestionSaved)
    assert isinstance(seen[1], AnswerBegins)
    assert isinstance(seen[-1], AnswerEnds)
    assert PartDelta(0, "a") in seen


async def test_the_question_is_saved_before_anything_is_sent(world: World) -> None:
    world.conversations.failure = StoreFull("The disk is full.", "Free some space.")
    with pytest.raises(StoreFull):
        await ask(world, Question("q"))
    assert world.remote.asked == []
    assert world.ledger.rows == []


async def test_nothing_is_sent_that_the_ledger_cannot_record(world: World) -> None:
    world.ledger.failure = StoreFull("The disk is full.", "Free some space.")
    stored, _ = await ask(world, Question("q"))
    assert world.remote.asked == []
    assert (stored.state, stored.error) == (MessageState.FAILED, "The disk is full. Free some space.")


async def test_the_key_goes_to_the_provider_alone(world: World) -> None:
    world.remote.enqueue(answer("a"))
    await ask(world, Question("q"))
    [asked] = world.remote.asked
    assert asked.secret is not None
    assert asked.secret.reveal() == KEY
    assert KEY not in repr(asked)


async def test_a_stop_keeps_what_had_arrived(world: World) -> None:
    hold = Hold()
    world.remote.enqueue([PartStarted(0, TextPart("")), PartDelta(0, "It is"), hold])
    control = TurnControl()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(world.services().chat.ask(Question("q"), lambda _: None, control))
        await hold.reached.wait()
        control.stop()
    assert task.cancelled()
    loaded = await world.conversations.load(1)
    assert loaded is not None
    assert (loaded.messages[1].state, loaded.messages[1].message.text) == (MessageState.STOPPED, "It is")
    assert world.remote.open == 0


class SlowStore(MemoryConversationStore):
    """Waits before an answer's row is made."""

    def __init__(self) -> None:
        super().__init__()
        self.hold = Hold()

    async def append(self, *arguments: Any, **options: Any) -> StoredMessage:
        await self.hold.wait()
        return await super().append(*arguments, **options)


async def test_a_stop_while_the_end_is_written_loses_nothing() -> None:
    store, control, seen = SlowStore(), TurnControl(), list[TurnEvent]()
    world = World(conversations=store)
    world.remote.enqueue(answer("It is a key."))
    async with asyncio.TaskGroup() as group:
        task = group.create_task(world.services().chat.ask(Question("q"), seen.append, control))
        await store.hold.reached.wait()
        control.stop()
        store.hold.release()
    assert task.cancelled()
    loaded = await store.load(1)
    assert loaded is not None
    assert [(one.message.text, one.state) for one in loaded.messages[1:]] == [("It is a key.", MessageState.COMPLETE)]
    assert isinstance(seen[-1], AnswerEnds)


async def test_a_stop_before_the_turn_begins_holds(world: World) -> None:
    control = TurnControl()
    control.stop()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(world.services().chat.ask(Question("q"), lambda _: None, control))
    assert task.cancelled()
    assert world.remote.asked == []


async def test_a_fault_of_our_own_leaves_no_answer_open(world: World) -> None:
    def faulty(event: TurnEvent) -> None:
        if event == PartDelta(0, "half"):
            raise ZeroDivisionError

    world.remote.enqueue(answer("half", " and half"))
    with pytest.raises(ExceptionGroup):
        await world.services().chat.ask(Question("q"), faulty)
    loaded = await world.conversations.load(1)
    assert loaded is not None
    assert (loaded.messages[1].message.text, loaded.messages[1].state) == ("half", MessageState.INTERRUPTED)


async def test_the_end_of_the_program_is_not_a_stop_by_the_person(world: World) -> None:
    hold = Hold()
    world.remote.enqueue([PartStarted(0, TextPart("")), PartDelta(0, "It is"), hold])
    async with asyncio.TaskGroup() as group:
        task = group.create_task(world.services().chat.ask(Question("q"), lambda _: None))
        await hold.reached.wait()
        task.cancel()
    loaded = await world.conversations.load(1)
    assert loaded is not None
    assert loaded.messages[1].state is MessageState.INTERRUPTED


async def test_what_has_arrived_is_written_while_the_answer_streams(world: World) -> None:
    hold = Hold()
    world.remote.enqueue([PartStarted(0, TextPart("")), PartDelta(0, "first"), hold])
    async with asyncio.TaskGroup() as group:
        task = group.create_task(world.services().chat.ask(Question("q"), lambda _: None))
        await hold.reached.wait()
        assert isinstance(world.conversations, WatchedStore)
        await world.conversations.written.wait()
        task.cancel()
    assert world.conversations.updates[0][1:] == ("first", MessageState.STREAMING)


async def test_a_stream_cut_in_the_middle_is_interrupted_and_kept(world: World) -> None:
    world.remote.enqueue([PartStarted(0, TextPart("")), PartDelta(0, "half")])
    stored, seen = await ask(world, Question("q"))
    assert (stored.state, stored.message.text) == (MessageState.INTERRUPTED, "half")
    assert stored.message.raw is None
    assert isinstance(seen[-1], AnswerEnds)
    assert isinstance(seen[-1].error, ConnectionFailed)


async def test_a_refused_request_is_failed_with_its_sentence(world: World) -> None:
    world.remote.enqueue([Overloaded("The service is overloaded.", "Try again in a minute.")])
    stored, _ = await ask(world, Question("q"))
    assert (stored.state, stored.error) == (
        MessageState.FAILED,
        "The service is overloaded. Try again in a minute.",
    )


async def test_an_answer_that_cannot_be_saved_stays_on_the_screen(world: World) -> None:
    hold = Hold()
    world.remote.enqueue([PartStarted(0, TextPart("")), PartDelta(0, "words"), hold, *answer("words")[1:]])
    seen: list[TurnEvent] = []
    async with asyncio.TaskGroup() as group:
        group.create_task(world.services().chat.ask(Question("q"), seen.append))
        await hold.reached.wait()
        world.conversations.failure = StoreFull("The disk is full.", "Free some space.")
        hold.release()
    end = seen[-1]
    assert isinstance(end, AnswerEnds)
    assert not end.saved
    assert end.message.message.text == "words"
    assert "not saved" in end.message.error


async def test_without_a_key_this_computer_reads_and_says_why(world: World) -> None:
    world.key = ""
    world.device.enqueue(answer("KeyError"))
    _, seen = await ask(world, Question("", images=(await picture(world),)))
    assert AnswerBegins("device", "fake-model", "No key is stored.") in seen
    assert {row.purpose for row in world.ledger.rows} == {"local server"}


async def test_without_a_keychain_this_computer_reads_and_says_why(world: World) -> None:
    world.keychain.failure = KeyStoreUnavailable("There is no keychain.", "Use this session only.")
    world.device.enqueue(answer("KeyError"))
    _, seen = await ask(world, Question("", images=(await picture(world),)))
    assert AnswerBegins("device", "fake-model", "There is no keychain.") in seen


async def test_without_a_network_this_computer_reads_the_picture(world: World) -> None:
    world.remote.enqueue([NO_NETWORK])
    world.device.enqueue(answer("KeyError"))
    stored, seen = await ask(world, Question("", images=(await picture(world),)))
    assert (stored.provider, stored.message.text) == ("device", "KeyError")
    assert [event.note for event in seen if isinstance(event, AnswerBegins)] == [
        "",
        "Anthropic: The service cannot be reached. This computer reads the text in the picture instead.",
    ]


@pytest.mark.parametrize("offline", ["words only", "asked for anthropic", "set to say so"])
async def test_a_lost_network_is_told_where_reading_is_no_answer(world: World, offline: str) -> None:
    world.remote.enqueue([NO_NETWORK])
    images = () if offline == "words only" else (await picture(world),)
    if offline == "set to say so":
        world.settings.tables["models"] = {"offline": "error"}
    stored, _ = await ask(
        world, Question("q", images=images, provider="anthropic" if offline == "asked for anthropic" else "")
    )
    offered = " Or let this computer read the text in the picture." if images else ""
    assert (stored.state, stored.error) == (MessageState.FAILED, NO_NETWORK.sentence + offered)


async def test_an_explicit_provider_without_its_key_is_refused(world: World) -> None:
    world.key = ""
    stored, _ = await ask(world, Question("q", provider="anthropic"))
    assert stored.state is MessageState.FAILED
    assert stored.error.startswith("No key is stored.")


async def test_a_conversation_goes_on_with_what_was_said(world: World) -> None:
    world.remote.enqueue(answer("first answer"), answer("second answer"))
    await ask(world, Question("one"))
    await ask(world, Question("two", conversation=1))
    assert [message.text for message in world.remote.encoded[1].messages] == ["one", "first answer", "two"]


async def test_an_empty_failed_answer_is_not_sent_again(world: World) -> None:
    world.remote.enqueue([Overloaded("Busy.")], answer("now"))
    await ask(world, Question("one"))
    await ask(world, Question("two", conversation=1))
    assert [message.text for message in world.remote.encoded[1].messages] == ["one", "two"]


async def test_a_conversation_that_is_not_there_is_named(world: World) -> None:
    with pytest.raises(KirejiError, match="no conversation 7"):
        await ask(world, Question("q", conversation=7))


async def test_pictures_go_out_from_the_store_or_from_the_hand(world: World) -> None:
    image = await picture(world)
    world.remote.enqueue(answer("a"), answer("b"))
    await ask(world, Question("q", images=(image,)))
    await ask(world, Question("q", images=(image,), pictures={image.blob: b"at hand"}))
    assert [request.blobs[image.blob] for request in world.remote.encoded] == [b"\x89PNG", b"at hand"]


async def test_the_questions_own_options_replace_the_settings(world: World) -> None:
    world.settings.tables["models"] = {"system": "Be kind.", "effort": "high", "max_tokens": 100}
    world.remote.enqueue(answer("a"), answer("b"))
    await ask(world, Question("q"))
    await ask(world, Question("q", system="", effort=Effort.LOW, max_tokens=50, stop_sequences=("END",), model="other"))
    by_settings, by_question = world.remote.encoded
    assert (by_settings.system, by_settings.effort, by_settings.max_tokens) == ("Be kind.", Effort.HIGH, 100)
    assert (by_question.system, by_question.effort, by_question.max_tokens) == ("", Effort.LOW, 50)
    assert (by_question.stop_sequences, by_question.model) == (("END",), "other")


async def test_a_refusal_by_the_model_is_told(world: World) -> None:
    world.remote.enqueue([TurnFinished(StopReason.REFUSAL, None, "cyber")])
    stored, _ = await ask(world, Question("q"))
    assert stored.state is MessageState.FAILED
    assert "declined to answer (cyber)" in stored.error


async def test_blocks_of_an_unknown_kind_do_not_disturb(world: World) -> None:
    world.remote.enqueue([PartStarted(0, OpaquePart("new")), PartFinished(0, OpaquePart("new")), *answer("a")[4:]])
    stored, _ = await ask(world, Question("q"))
    assert stored.state is MessageState.COMPLETE


async def test_preparing_warms_who_will_answer(world: World) -> None:
    await world.services().chat.prepare()
    assert world.remote.warmed == ["https://api.anthropic.com"]


@pytest.mark.parametrize(
    ("text", "pictures", "title"),
    [
        ("> quoted words\n>\n> more\n\nWhy?", 0, "Why?"),
        ("> quoted words", 0, "quoted words"),
        ("\n  Why?  \nmore", 0, "Why?"),
        ("", 1, "Capture"),
        ("", 0, "Conversation"),
        ("x" * 70, 0, "x" * 59 + "…"),
    ],
)
def test_a_conversation_is_titled_by_its_first_line(text: str, pictures: int, title: str) -> None:
    image = ImagePart("0" * 64, "image/png", 1, 1)
    assert title_of(Question(text, images=(image,) * pictures)) == title


async def test_the_question_is_stored_as_the_persons_words_and_pictures(world: World) -> None:
    image = await picture(world)
    world.remote.enqueue(answer("a"))
    await ask(world, Question("Why?", images=(image,)))
    loaded = await world.conversations.load(1)
    assert loaded is not None
    assert loaded.messages[0].message.role is Role.USER
    assert loaded.messages[0].message.parts == (image, TextPart("Why?"))
