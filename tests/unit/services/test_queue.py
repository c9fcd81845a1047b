"""Questions that wait for the answer before them: asked in order, held after a failure, never lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from kireji.core.errors import Overloaded, StoreFull
from kireji.core.events import PartDelta, PartStarted
from kireji.core.history import QueuedQuestion
from kireji.core.messages import Message, MessageState, Role, TextPart
from kireji.core.ports import EncodedPicture
from kireji.services.application import Services
from kireji.services.queue import Held, Why
from kireji.services.turns import Question, TurnEvent
from tests.fakes.provider import Hold, answer
from tests.fakes.world import World


def ignore(_event: TurnEvent) -> None:
    return


def said(text: str) -> Message:
    return Message(Role.USER, (TextPart(text),))


async def until(condition: object) -> None:
    assert callable(condition)
    while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
        await asyncio.sleep(0)


def waiting(services: Services, conversation: int = 1) -> list[str]:
    return [queued.message.text for queued in services.queue.waiting(conversation)]


async def words(world: World, conversation: int = 1) -> list[str]:
    loaded = await world.conversations.load(conversation)
    assert loaded is not None
    return [stored.message.text for stored in loaded.messages]


@asynccontextmanager
async def streaming(world: World, hold: Hold, *rest: object) -> AsyncIterator[Services]:
    """The services while the first answer of a conversation waits in the middle."""
    world.remote.enqueue([PartStarted(0, TextPart("")), PartDelta(0, "one"), hold, *(rest or answer("!")[2:])])  # type: ignore[list-item]
    services = world.services()
    async with services.queue, asyncio.TaskGroup() as group:
        group.create_task(services.chat.ask(Question("first"), ignore))
        await hold.reached.wait()
        yield services
        hold.release()


async def over(services: Services, world: World, asked: int) -> None:
    """Wait until so many questions were sent, and nothing runs any more."""
    await until(lambda: len(world.remote.asked) == asked and services.chat.live.find(1) is None)


async def test_what_waits_is_asked_in_order_when_the_answer_is_whole() -> None:
    world, hold = World(), Hold()
    async with streaming(world, hold) as services:
        world.remote.enqueue(answer("TWO"), answer("THREE"))
        await services.queue.add(1, said("second"))
        await services.queue.add(1, said("third"))
        assert waiting(services) == ["second", "third"]
        assert services.queue.held(1) is None
        assert len(world.remote.asked) == 1
        hold.release()
        await over(services, world, 3)
        assert waiting(services) == []
    assert await words(world) == ["first", "!", "second", "TWO", "third", "THREE"]
    assert world.queue_store.rows == []


async def test_pictures_wait_with_their_question() -> None:
    world, hold = World(), Hold()
    image = await world.captures.put(EncodedPicture(b"\x89PNG", "image/png", 4, 3))
    async with streaming(world, hold) as services:
        world.remote.enqueue(answer("TWO"))
        await services.queue.add(1, Message(Role.USER, (image, TextPart("and this?"))))
        hold.release()
        await over(services, world, 2)
    assert world.remote.encoded[-1].blobs == {image.blob: b"\x89PNG"}


async def test_after_a_failure_they_wait_until_they_are_asked_for() -> None:
    world, hold = World(), Hold()
    async with streaming(world, hold, Overloaded("Busy.")) as services:
        await services.queue.add(1, said("second"))
        hold.release()
        await until(lambda: services.queue.held(1))
        assert services.queue.held(1) == Held(Why.FAILED)
        assert len(world.remote.asked) == 1
        world.remote.enqueue(answer("TWO"))
        services.queue.ask_now(services.queue.waiting(1)[0])
        await over(services, world, 2)
        assert (waiting(services), services.queue.held(1)) == ([], None)
    assert (await words(world))[-2:] == ["second", "TWO"]


async def test_after_a_stop_they_wait() -> None:
    world, hold = World(), Hold()
    world.remote.enqueue([PartStarted(0, TextPart("")), PartDelta(0, "one"), hold])
    services = world.services()
    async with services.queue:
        asked = asyncio.get_running_loop().create_task(services.chat.ask(Question("first"), ignore))
        await hold.reached.wait()
        await services.queue.add(1, said("second"))
        turn = services.chat.live.find(1)
        assert turn is not None
        turn.control.stop()
        await asyncio.wait([asked])
        assert services.queue.held(1) == Held(Why.STOPPED)
        assert waiting(services) == ["second"]


async def test_an_answer_that_ends_well_lets_them_go_on() -> None:
    world, hold = World(), Hold()
    async with streaming(world, hold, Overloaded("Busy.")) as services:
        await services.queue.add(1, said("second"))
        hold.release()
        await until(lambda: services.queue.held(1))
        world.remote.enqueue(answer("ONE"), answer("TWO"))
        await services.chat.ask(Question("", conversation=1, again=1), ignore)
        await over(services, world, 3)
    assert await words(world) == ["first", "ONE", "second", "TWO"]


async def test_one_of_those_that_are_held_can_go_before_the_others() -> None:
    world, hold = World(), Hold()
    async with streaming(world, hold, Overloaded("Busy.")) as services:
        for text in ("second", "third"):
            await services.queue.add(1, said(text))
        hold.release()
        await until(lambda: services.queue.held(1))
        world.remote.enqueue(answer("THREE"), answer("TWO"))
        services.queue.ask_now(services.queue.waiting(1)[1])
        await over(services, world, 3)
    assert (await words(world))[-4:] == ["third", "THREE", "second", "TWO"]


async def test_a_queued_question_whose_answer_fails_holds_those_behind_it() -> None:
    world, hold = World(), Hold()
    async with streaming(world, hold) as services:
        world.remote.enqueue([Overloaded("Busy.")])
        await services.queue.add(1, said("second"))
        await services.queue.add(1, said("third"))
        hold.release()
        await until(lambda: services.queue.held(1))
        assert waiting(services) == ["third"]
    assert "second" in await words(world)


async def test_what_is_taken_out_is_never_asked() -> None:
    world, hold = World(), Hold()
    async with streaming(world, hold) as services:
        world.remote.enqueue(answer("THREE"))
        second = await services.queue.add(1, said("second"))
        await services.queue.add(1, said("third"))
        assert await services.queue.remove(second)
        assert not await services.queue.remove(second)
        hold.release()
        await over(services, world, 2)
    assert await words(world) == ["first", "!", "third", "THREE"]


async def test_what_comes_after_the_answer_has_ended_is_asked_at_once() -> None:
    world, hold = World(), Hold()
    async with streaming(world, hold) as services:
        hold.release()
        await over(services, world, 1)
        world.remote.enqueue(answer("TWO"))
        await services.queue.add(1, said("late"))
        await over(services, world, 2)
    assert (await words(world))[-2:] == ["late", "TWO"]


async def test_every_conversation_has_its_own() -> None:
    world, hold = World(), Hold()
    async with streaming(world, hold) as services:
        world.remote.enqueue(answer("OTHER"), answer("TWO"))
        await services.queue.add(1, said("second"))
        await services.chat.ask(Question("elsewhere"), ignore)
        assert waiting(services) == ["second"]
        assert waiting(services, 2) == []
        hold.release()
        await over(services, world, 3)
    assert await words(world, 2) == ["elsewhere", "OTHER"]


async def test_what_waits_survives_the_program_and_is_held_after_the_next_start() -> None:
    world, hold = World(), Hold()
    world.remote.enqueue([PartStarted(0, TextPart("")), PartDelta(0, "one"), hold])
    services = world.services()
    async with services.queue:
        asked = asyncio.get_running_loop().create_task(services.chat.ask(Question("first"), ignore))
        await hold.reached.wait()
        await services.queue.add(1, said("second"))
    asked.cancel()
    await asyncio.wait([asked])
    again = world.services()
    async with again.queue:
        assert waiting(again) == []
        await again.queue.load(1)
        assert waiting(again) == ["second"]
        assert again.queue.held(1) == Held(Why.ENDED)
        world.remote.enqueue(answer("TWO"))
        again.queue.ask_now(again.queue.waiting(1)[0])
        await over(again, world, 2)
    assert (await words(world))[-2:] == ["second", "TWO"]
    assert world.queue_store.rows == []


async def test_the_end_of_the_program_keeps_what_had_arrived_of_a_queued_answer() -> None:
    world, hold, second = World(), Hold(), Hold()
    async with streaming(world, hold) as services:
        world.remote.enqueue([PartStarted(0, TextPart("")), PartDelta(0, "half"), second])
        await services.queue.add(1, said("second"))
        hold.release()
        await second.reached.wait()
    loaded = await world.conversations.load(1)
    assert loaded is not None
    assert (loaded.messages[-1].message.text, loaded.messages[-1].state) == ("half", MessageState.INTERRUPTED)


async def test_a_question_that_cannot_be_saved_stays_and_says_why() -> None:
    world, hold = World(), Hold()
    async with streaming(world, hold) as services:
        await services.queue.add(1, said("second"))
        ended: list[int] = []
        services.queue.changed.subscribe(ended.append)
        services.chat.live.ended.subscribe(lambda _turn: setattr(world.conversations, "failure", FULL))
        hold.release()
        await until(lambda: services.queue.held(1))
        assert services.queue.held(1) == Held(Why.UNSAVED, FULL.sentence)
        assert waiting(services) == ["second"]
        world.conversations.failure = None


FULL = StoreFull("The disk is full.", "Free some space.")


async def test_a_question_that_cannot_be_kept_is_refused() -> None:
    world, hold = World(), Hold()
    async with streaming(world, hold) as services:
        world.queue_store.failure = FULL
        with pytest.raises(StoreFull):
            await services.queue.add(1, said("second"))
        assert waiting(services) == []


async def test_changes_are_published() -> None:
    world, hold = World(), Hold()
    async with streaming(world, hold) as services:
        seen: list[list[str]] = []
        services.queue.changed.subscribe(lambda conversation: seen.append(waiting(services, conversation)))
        world.remote.enqueue(answer("TWO"))
        queued = await services.queue.add(1, said("second"))
        assert isinstance(queued, QueuedQuestion)
        hold.release()
        await over(services, world, 2)
        assert (seen[0], seen[-1]) == (["second"], [])
