"""Other words for an earlier question, other answers to it: what was there stays, and what is sent is the path."""

from __future__ import annotations

import asyncio

import pytest

from kireji.core.errors import KirejiError
from kireji.core.events import PartDelta, PartStarted
from kireji.core.history import ConversationSetup, StoredMessage
from kireji.core.messages import ImagePart, MessageState, TextPart
from kireji.core.models import Effort
from kireji.core.ports import EncodedPicture
from kireji.services.turns import AnswerEnds, Question, TurnEvent
from tests.fakes.provider import Hold, answer
from tests.fakes.world import ROUTER_KEY, World


def ignore(_event: TurnEvent) -> None:
    return


async def asked(world: World, *questions: str) -> None:
    """A conversation in which every question was answered with its words in capitals."""
    chat = world.services().chat
    for place, words in enumerate(questions):
        world.remote.enqueue(answer(words.upper()))
        await chat.ask(Question(words, conversation=1 if place else None), ignore)


async def path(world: World) -> list[StoredMessage]:
    loaded = await world.conversations.load(1)
    assert loaded is not None
    return list(loaded.messages)


async def words(world: World) -> list[str]:
    return [stored.message.text for stored in await path(world)]


def sent(world: World) -> list[str]:
    return [message.text for message in world.remote.encoded[-1].messages]


async def test_an_edited_question_stands_beside_the_one_it_replaces() -> None:
    world = World()
    await asked(world, "one", "two", "three")
    [_, _, two, *_] = await path(world)
    world.remote.enqueue(answer("TWO AND A HALF"))
    await world.services().chat.ask(Question("two and a half", conversation=1, edit=two.id), ignore)
    assert await words(world) == ["one", "ONE", "two and a half", "TWO AND A HALF"]
    assert sent(world) == ["one", "ONE", "two and a half"]
    assert (await path(world))[2].parent == two.parent


async def test_the_first_question_can_be_edited_too() -> None:
    world = World()
    await asked(world, "one", "two")
    [one, *_] = await path(world)
    world.remote.enqueue(answer("UN"))
    await world.services().chat.ask(Question("un", conversation=1, edit=one.id), ignore)
    assert await words(world) == ["un", "UN"]
    assert (await path(world))[0].parent is None


async def test_an_edited_question_has_the_pictures_that_go_with_it_and_no_others() -> None:
    world = World()
    image = await world.captures.put(EncodedPicture(b"\x89PNG", "image/png", 4, 3))
    world.remote.enqueue(answer("a"), answer("b"))
    chat = world.services().chat
    await chat.ask(Question("what is this", images=(image,)), ignore)
    await chat.ask(Question("and without it", conversation=1, edit=1), ignore)
    assert (await path(world))[0].message.parts == (TextPart("and without it"),)
    assert world.remote.encoded[-1].blobs == {}


async def test_only_a_question_of_that_conversation_can_be_edited() -> None:
    world = World()
    await asked(world, "one")
    for number in (2, 99):  # an answer, and nothing at all
        with pytest.raises(KirejiError, match="no longer in this conversation"):
            await world.services().chat.ask(Question("un", conversation=1, edit=number), ignore)
    assert await words(world) == ["one", "ONE"]


async def test_an_earlier_answer_is_given_again_beside_the_first_one() -> None:
    world = World()
    await asked(world, "one", "two")
    world.remote.enqueue(answer("EINS"))
    await world.services().chat.ask(Question("", conversation=1, again=1), ignore)
    assert await words(world) == ["one", "EINS"]
    assert sent(world) == ["one"]


async def test_another_model_answers_again_and_the_conversation_keeps_its_own() -> None:
    world = World(router_key=ROUTER_KEY)
    await asked(world, "one")
    world.router.enqueue(answer("EINS"))
    await world.services().chat.ask(
        Question("", conversation=1, again=1, provider="openrouter", model="anthropic/fake-model", effort=Effort.LOW),
        ignore,
    )
    assert (await path(world))[-1].provider == "openrouter"
    world.remote.enqueue(answer("TWO"))
    await world.services().chat.ask(Question("two", conversation=1), ignore)
    loaded = await world.conversations.load(1)
    assert loaded is not None
    assert [one.provider for one in loaded.messages] == ["", "openrouter", "", "anthropic"]
    assert (loaded.setup.provider, loaded.setup.model) == (ConversationSetup().provider, ConversationSetup().model)
    assert sent(world) == ["one", "EINS", "two"]


@pytest.mark.parametrize("kind", ["again", "edit"])
async def test_the_answer_that_streams_is_stopped_first_and_kept(kind: str) -> None:
    world, hold, seen = World(), Hold(), list[TurnEvent]()
    chat = world.services().chat
    world.remote.enqueue([PartStarted(0, TextPart("")), PartDelta(0, "half"), hold], answer("whole"))
    running = asyncio.get_running_loop().create_task(chat.ask(Question("one"), seen.append))
    await hold.reached.wait()
    instead = Question("un", conversation=1, edit=1) if kind == "edit" else Question("", conversation=1, again=1)
    await chat.ask(instead, ignore)
    await asyncio.wait([running])
    assert running.cancelled()
    assert isinstance(seen[-1], AnswerEnds)
    assert (seen[-1].message.state, seen[-1].message.message.text) == (MessageState.STOPPED, "half")
    assert await words(world) == ["un" if kind == "edit" else "one", "whole"]
    assert world.remote.open == 0


async def test_an_edited_question_keeps_its_picture_when_it_goes_along() -> None:
    world = World()
    image = await world.captures.put(EncodedPicture(b"\x89PNG", "image/png", 4, 3))
    world.remote.enqueue(answer("a"), answer("b"))
    chat = world.services().chat
    await chat.ask(Question("what is this", images=(image,)), ignore)
    await chat.ask(Question("what is that", conversation=1, edit=1, images=(image,)), ignore)
    parts = (await path(world))[0].message.parts
    assert isinstance(parts[0], ImagePart)
    assert world.remote.encoded[-1].blobs == {image.blob: b"\x89PNG"}


async def test_walking_shows_the_other_branch_and_sends_it() -> None:
    world = World()
    await asked(world, "one", "two")
    chat = world.services().chat
    world.remote.enqueue(answer("EINS"), answer("ZWEI"))
    await chat.ask(Question("", conversation=1, again=1), ignore)
    await chat.walk(1, 2)
    assert await words(world) == ["one", "ONE", "two", "TWO"]
    await chat.walk(1, 5)
    assert await words(world) == ["one", "EINS"]
    await chat.ask(Question("zwei", conversation=1), ignore)
    assert sent(world) == ["one", "EINS", "zwei"]


async def test_a_question_of_another_branch_can_be_asked_again() -> None:
    world = World()
    await asked(world, "one", "two")
    world.remote.enqueue(answer("UN"), answer("ZWEI"))
    chat = world.services().chat
    await chat.ask(Question("un", conversation=1, edit=1), ignore)
    await chat.ask(Question("", conversation=1, again=3), ignore)
    assert await words(world) == ["one", "ONE", "two", "ZWEI"]


async def test_no_other_branch_is_shown_while_an_answer_streams() -> None:
    world, hold = World(), Hold()
    await asked(world, "one")
    chat = world.services().chat
    world.remote.enqueue([PartStarted(0, TextPart("")), PartDelta(0, "half"), hold])
    running = asyncio.get_running_loop().create_task(chat.ask(Question("", conversation=1, again=1), ignore))
    await hold.reached.wait()
    with pytest.raises(KirejiError, match="being written in this branch"):
        await chat.walk(1, 2)
    running.cancel()
    await asyncio.wait([running])
    await chat.walk(1, 2)
    assert await words(world) == ["one", "ONE"]


async def test_a_branch_that_is_gone_is_said() -> None:
    world = World()
    await asked(world, "one")
    with pytest.raises(KirejiError, match="no longer in the history"):
        await world.services().chat.walk(1, 99)
