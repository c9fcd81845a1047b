"""Questions that wait, and money: what a budget keeps here stays in its place with the reason, and nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from kireji.core.events import PartDelta, PartStarted, UsageReported
from kireji.core.messages import MessageState, TextPart, Usage
from kireji.core.models import ModelInfo, Price
from kireji.services.application import Services
from kireji.services.queue import Why
from kireji.services.turns import Question
from tests.fakes.provider import FakeProvider, Hold, Step, answer
from tests.fakes.stores import MemorySettings
from tests.fakes.world import World
from tests.unit.services.test_queue import ignore, over, said, until, waiting, words

PRICED = ModelInfo("anthropic", "fake-model", "Fake model", prices=(Price(10.0, 50.0, 12.5, 1.0),))
UNKNOWN = ModelInfo("anthropic", "fake-model", "Fake model")
LONGEST = 8192 * 50.0 / 1_000_000
"""US dollars that an answer of the longest kind costs."""
DEAR, CHEAP = Usage(10, 10, cost=LONGEST), Usage(10, 10, cost=0.01)


def costing(usage: Usage, hold: Hold) -> list[Step]:
    """An answer that waits in its middle."""
    whole = answer("ONE", usage=usage)
    return [whole[0], hold, *whole[1:]]


@asynccontextmanager
async def queued(
    model: ModelInfo, first: Usage, *rest: Sequence[Step], texts: Sequence[str] = ("second",), **budget: float
) -> AsyncIterator[tuple[World, Services]]:
    """A conversation whose first answer has just ended, and questions that have waited for it."""
    hold = Hold()
    world = World(remote=FakeProvider(costing(first, hold), *rest, models=(model,)))
    world.settings = MemorySettings({"budget": dict(budget)})
    services = world.services()
    async with services.queue, asyncio.TaskGroup() as group:
        turn = group.create_task(services.chat.ask(Question("first", unpriced=True), ignore))
        await hold.reached.wait()
        for text in texts:
            await services.queue.add(1, said(text))
        hold.release()
        await turn
        yield world, services


async def held(services: Services, why: Why) -> str:
    await until(lambda: services.queue.held(1))
    found = services.queue.held(1)
    assert found is not None
    assert found.why is why
    return found.sentence


async def test_one_that_could_pass_a_budget_waits_in_its_place_with_the_reason() -> None:
    async with queued(PRICED, DEAR, texts=("second", "third"), day=LONGEST * 1.5) as (world, services):
        assert (await held(services, Why.BUDGET)).startswith("The budget for today is")
        assert waiting(services) == ["second", "third"]
        assert await words(world) == ["first", "ONE"]
        assert len(world.remote.asked) == 1
        assert len(world.queue_store.rows) == 2


async def test_it_goes_out_when_the_budget_was_raised_and_the_person_says_so() -> None:
    async with queued(PRICED, DEAR, answer("TWO"), day=LONGEST * 1.5) as (world, services):
        await held(services, Why.BUDGET)
        services.queue.ask_now(services.queue.waiting(1)[0])
        await held(services, Why.BUDGET)
        await services.preferences.set("budget.day", LONGEST * 3)
        assert len(world.remote.asked) == 1
        services.queue.ask_now(services.queue.waiting(1)[0])
        await over(services, world, 2)
        assert await words(world) == ["first", "ONE", "second", "TWO"]
        assert world.queue_store.rows == []


async def test_one_whose_price_is_unknown_waits_until_it_is_sent_anyway() -> None:
    async with queued(UNKNOWN, CHEAP, answer("TWO"), month=1.0) as (world, services):
        assert (await held(services, Why.PRICE)).startswith("The price of Fake model is unknown")
        assert waiting(services) == ["second"]
        services.queue.ask_now(services.queue.waiting(1)[0], unpriced=True)
        await over(services, world, 2)
        assert await words(world) == ["first", "ONE", "second", "TWO"]


async def test_saying_so_once_holds_for_one_question() -> None:
    async with queued(UNKNOWN, CHEAP, answer("TWO"), texts=("second", "third"), month=1.0) as (world, services):
        await held(services, Why.PRICE)
        services.queue.ask_now(services.queue.waiting(1)[0], unpriced=True)
        await until(lambda: waiting(services) == ["third"])
        await held(services, Why.PRICE)
        assert len(world.remote.asked) == 2


async def test_one_after_the_other_they_fit_into_a_budget_that_would_not_hold_two_at_once() -> None:
    rest = [answer(text.upper(), usage=CHEAP) for text in ("second", "third", "fourth")]
    texts = ("second", "third", "fourth")
    async with queued(PRICED, CHEAP, *rest, texts=texts, day=LONGEST * 1.5) as (world, services):
        await over(services, world, 4)
        assert waiting(services) == []
        assert (await services.spending.today()).running == 0


async def test_what_waits_in_two_conversations_waits_for_no_other() -> None:
    """Each counts with what it may cost while it runs; the one that found no room is held, it blocks nobody."""
    hold = Hold()
    stream: list[Step] = [PartStarted(0, TextPart("")), PartDelta(0, "x"), hold, UsageReported(CHEAP)]
    async with queued(PRICED, CHEAP, stream, day=LONGEST * 1.5) as (world, services):
        await hold.reached.wait()
        other = await services.chat.ask(Question("elsewhere"), ignore)
        assert other.state is MessageState.FAILED
        await services.queue.add(2, said("after that"))
        assert services.queue.held(2) is not None
        world.remote.enqueue(answer("LATER", usage=CHEAP))
        hold.release()
        await over(services, world, 2)
        services.queue.ask_now(services.queue.waiting(2)[0])
        await until(lambda: len(world.remote.asked) == 3 and services.chat.live.find(2) is None)
        assert (await words(world, 2))[-2:] == ["after that", "LATER"]


async def test_the_others_go_on_when_one_is_taken_out_while_its_price_is_looked_up() -> None:
    async with queued(PRICED, CHEAP, answer("THREE"), texts=(), day=10.0) as (world, services):
        second = await services.queue.add(1, said("second"))
        await services.queue.add(1, said("third"))
        assert await services.queue.remove(second)
        await over(services, world, 2)
        assert await words(world) == ["first", "ONE", "third", "THREE"]


async def test_what_is_asked_directly_while_its_price_is_looked_up_goes_first() -> None:
    async with queued(PRICED, CHEAP, answer("NOW"), answer("TWO"), texts=(), day=10.0) as (world, services):
        await services.queue.add(1, said("second"))
        await services.chat.ask(Question("now", conversation=1), ignore)
        await over(services, world, 3)
        assert (await words(world))[2:] == ["now", "NOW", "second", "TWO"]


async def test_what_else_is_wrong_with_a_question_is_told_when_it_is_asked() -> None:
    async with queued(PRICED, CHEAP, texts=(), day=10.0) as (_, services):
        await services.chat.check(Question("in a conversation that is gone", conversation=77))
