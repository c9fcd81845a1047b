"""A watched region and the budgets of the settings: watching ends with the reason, not in silence."""

from __future__ import annotations

from kireji.core.messages import Usage
from kireji.core.models import ModelInfo, Price
from kireji.services.watch import WatchState
from tests.fakes.provider import FakeProvider, answer
from tests.fakes.stores import MemorySettings
from tests.fakes.world import World
from tests.unit.services.test_watch import LIGHT, REGION, opened

UNKNOWN = ModelInfo("anthropic", "fake-model", "Fake model")
PRICED = ModelInfo("anthropic", "fake-model", "Fake model", prices=(Price(10.0, 50.0, 12.5, 1.0),))
LONGEST = 8192 * 50.0 / 1_000_000
OVER = "The region is not watched any more."


def world(model: ModelInfo, **budget: float) -> World:
    made = World(remote=FakeProvider(models=(model,)))
    made.settings = MemorySettings({"budget": dict(budget)})
    return made


async def test_a_reached_budget_ends_it_with_the_reason() -> None:
    async with opened(world(PRICED, day=LONGEST * 1.5)) as stage:
        stage.world.remote.enqueue(answer("Dark.", usage=Usage(10, 10, cost=LONGEST)))
        stage.services.watches.start(REGION, "Which colour?", after=0.0)
        await stage.settled()
        stage.show(LIGHT)
        await stage.wait(120)
        [told] = stage.told
        assert told.startswith("The budget for today is")
        assert told.endswith(f"{OVER} Raise the budget in Settings, Spending, and begin again.")
        assert (stage.now.state, stage.now.sentence, stage.now.answers) == (WatchState.ENDED, told, 1)
        assert stage.services.watches.running == ()


async def test_an_unknown_price_ends_it_at_the_first_question() -> None:
    async with opened(world(UNKNOWN, month=1.0)) as stage:
        stage.services.watches.start(REGION, "Which colour?", after=0.0)
        await stage.settled()
        [told] = stage.told
        assert told.startswith("The price of Fake model is unknown")
        assert OVER in told
        assert stage.now.state is WatchState.ENDED
        assert stage.world.remote.asked == []


async def test_who_begins_it_with_an_unknown_price_can_say_so() -> None:
    async with opened(world(UNKNOWN, month=1.0)) as stage:
        stage.world.remote.enqueue(answer("Dark."), answer("Light."))
        stage.services.watches.start(REGION, "Which colour?", after=0.0, unpriced=True)
        await stage.settled()
        stage.show(LIGHT)
        await stage.wait(120)
        assert (stage.now.answers, stage.told) == (2, [])


async def test_without_a_budget_an_unknown_price_does_not_matter() -> None:
    async with opened(world(UNKNOWN)) as stage:
        stage.world.remote.enqueue(answer("Dark."))
        stage.services.watches.start(REGION, "Which colour?", after=0.0)
        await stage.settled()
        assert stage.now.answers == 1
