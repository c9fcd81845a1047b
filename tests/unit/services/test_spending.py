"""Budgets: what a question may cost is kept free before it leaves, and what it did cost is written down."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from kireji.core.errors import BudgetReached, ConnectionFailed, Overloaded, SettingsError, StoreFull
from kireji.core.events import PartDelta, PartStarted, UsageReported
from kireji.core.history import StoredMessage
from kireji.core.messages import MessageState, TextPart, Usage
from kireji.core.models import ModelInfo, Price
from kireji.services.turns import Question, TurnControl, can_continue
from tests.fakes.provider import FakeProvider, Hold, Step, answer
from tests.fakes.stores import MemorySettings
from tests.fakes.world import World

PRICED = ModelInfo("anthropic", "fake-model", "Fake model", prices=(Price(10.0, 50.0, 12.5, 1.0),))
NEGATIVE = ModelInfo("anthropic", "fake-model", "Fake model", prices=(Price(-1.0, -1.0, -1.0, -1.0),))
UNKNOWN = ModelInfo("anthropic", "fake-model", "Fake model")
LONGEST = 8192 * 50.0 / 1_000_000
"""US dollars that an answer of the longest kind costs."""


def world(model: ModelInfo = PRICED, *turns: Sequence[Step], **budget: float) -> World:
    made = World(remote=FakeProvider(*turns, models=(model,)))
    made.settings = MemorySettings({"budget": dict(budget)})
    return made


async def ask(world: World, text: str = "q", **wishes: object) -> StoredMessage:
    return await world.services().chat.ask(Question(text, **wishes), lambda event: None)  # type: ignore[arg-type]


async def test_what_an_answer_cost_is_written_down_with_its_tokens() -> None:
    made = world(PRICED, answer("a", usage=Usage(100, 10, 20, 30, cost=0.25)))
    await ask(made)
    spent = await made.services().spending.today()
    assert (spent.cost, spent.answers, spent.running) == (0.25, 1, 0)
    assert (spent.fresh_tokens, spent.cached_tokens, spent.output_tokens) == (130, 20, 10)


async def test_a_question_that_could_pass_the_budget_is_not_sent() -> None:
    made = world(PRICED, answer("a"), day=LONGEST / 2)
    stored = await ask(made)
    assert stored.state is MessageState.FAILED
    assert made.remote.asked == []
    assert made.ledger.rows == []
    assert made.spending.rows == {}


async def test_the_refusal_says_what_is_left_and_what_to_do() -> None:
    made = world(PRICED, answer("a"), day=0.2)
    stored = await ask(made)
    assert stored.error.startswith("The budget for today is $0.200; $0.00 of it is spent or under way")
    assert "kireji budget --day" in stored.error


async def test_a_shorter_answer_may_fit() -> None:
    made = world(PRICED, answer("a", usage=Usage(10, 1, cost=0.001)), day=LONGEST / 2)
    assert (await ask(made, max_tokens=100)).state is MessageState.COMPLETE


async def test_a_stream_that_runs_counts_with_what_it_may_cost() -> None:
    hold = Hold()
    made = world(PRICED, [PartStarted(0, TextPart("")), hold], answer("b"), day=LONGEST * 1.5)
    services = made.services()
    control = TurnControl()
    async with asyncio.TaskGroup() as group:
        first = group.create_task(_until_stopped(services.chat.ask(Question("one"), lambda event: None, control)))
        await hold.reached.wait()
        second = await services.chat.ask(Question("two"), lambda event: None)
        control.stop()
        await first
    assert second.state is MessageState.FAILED
    assert len(made.remote.asked) == 1


async def _until_stopped(turn: object) -> None:
    try:
        await turn  # type: ignore[misc]
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None:
            task.uncancel()


async def test_many_at_once_never_pass_a_budget() -> None:
    made = world(PRICED, *[answer("a", usage=Usage(10, 10, cost=0.3)) for _ in range(30)], day=2.0)
    services = made.services()
    async with asyncio.TaskGroup() as group:
        turns = [group.create_task(services.chat.ask(Question("q"), lambda event: None)) for _ in range(30)]
    done = [turn.result().state for turn in turns].count(MessageState.COMPLETE)
    assert done >= 1
    assert (await services.spending.today()).cost <= 2.0


async def test_a_conversation_has_a_budget_of_its_own() -> None:
    usage = Usage(10, 10, cost=LONGEST)
    made = world(PRICED, answer("a", usage=usage), answer("b", usage=usage), conversation=LONGEST * 1.5)
    await ask(made)
    assert (await ask(made, conversation=1)).state is MessageState.FAILED
    assert (await ask(made)).state is MessageState.COMPLETE


async def test_a_new_day_has_its_budget_again() -> None:
    usage = Usage(10, 10, cost=LONGEST)
    made = world(PRICED, answer("a", usage=usage), answer("b", usage=usage), day=LONGEST * 1.5)
    services = made.services()
    await services.chat.ask(Question("q"), lambda event: None)
    assert (await services.chat.ask(Question("q"), lambda event: None)).state is MessageState.FAILED
    made.clock.advance(24 * 3600)
    assert (await services.chat.ask(Question("q"), lambda event: None)).state is MessageState.COMPLETE


@pytest.mark.parametrize("model", [UNKNOWN, NEGATIVE])
async def test_an_unknown_price_asks_first(model: ModelInfo) -> None:
    made = world(model, answer("a"), month=10.0)
    stored = await ask(made)
    assert stored.error.startswith("The price of Fake model is unknown")
    assert made.remote.asked == []
    assert (await ask(made, unpriced=True)).state is MessageState.COMPLETE


async def test_without_a_budget_an_unknown_price_does_not_matter() -> None:
    made = world(UNKNOWN, answer("a", usage=Usage(3, 4)))
    assert (await ask(made)).state is MessageState.COMPLETE
    spent = await made.services().spending.today()
    assert (spent.answers, spent.unpriced, spent.cost) == (1, 1, 0.0)


async def test_what_is_free_passes_an_empty_purse() -> None:
    free = ModelInfo("anthropic", "fake-model", "Fake model", free=True)
    made = world(free, answer("a", usage=Usage(1, 1, cost=0.0)), day=0.01)
    assert (await ask(made)).state is MessageState.COMPLETE


async def test_a_request_that_was_refused_costs_nothing() -> None:
    made = world(PRICED, [Overloaded("Busy.", "Wait.", provider="anthropic")])
    await ask(made)
    assert made.spending.rows == {}


async def test_an_answer_that_broke_off_costs_what_had_arrived() -> None:
    words = "So many words have arrived. " * 40
    broken: list[Step] = [
        UsageReported(Usage(1000, 1)), PartStarted(0, TextPart("")), PartDelta(0, words),
        ConnectionFailed("The connection was lost.", "Ask again.", provider="anthropic"),
    ]  # fmt: skip
    made = world(PRICED, broken)
    await ask(made)
    [row] = made.spending.rows.values()
    assert row.usage is not None
    assert row.usage.output_tokens > 150
    assert row.usage.cost is not None
    assert row.usage.cost > (1000 * 10 + 150 * 50) / 1_000_000


async def test_an_answer_that_the_person_stops_costs_what_had_arrived() -> None:
    hold = Hold()
    made = world(PRICED, [UsageReported(Usage(1000, 1)), PartStarted(0, TextPart("")), PartDelta(0, "words"), hold])
    control = TurnControl()
    async with asyncio.TaskGroup() as group:
        turn = made.services().chat.ask(Question("q"), lambda event: None, control)
        task = group.create_task(_until_stopped(turn))
        await hold.reached.wait()
        control.stop()
        await task
    [row] = made.spending.rows.values()
    assert row.usage is not None
    assert row.usage.cost is not None
    assert row.usage.cost >= 0.01


async def test_nothing_is_sent_that_cannot_be_reserved() -> None:
    made = world(PRICED, answer("a"), day=10.0)
    made.spending.failure = StoreFull("The disk is full.", "Free some space.")
    stored = await ask(made)
    assert stored.error.startswith("The disk is full.")
    assert made.remote.asked == []


async def test_what_the_ledger_cannot_record_gives_its_reservation_back() -> None:
    made = world(PRICED, answer("a"), day=10.0)
    made.ledger.failure = StoreFull("The disk is full.", "Free some space.")
    await ask(made)
    assert made.spending.rows == {}


async def test_an_answer_that_a_budget_ends_in_its_middle_can_be_continued() -> None:
    from kireji.services.endings import state_after

    assert state_after(BudgetReached("Enough.", ""), received=True) is MessageState.INTERRUPTED
    made = world(PRICED, answer("a"), day=0.001)
    assert not can_continue(await ask(made))


async def test_the_overview_has_every_day() -> None:
    made = world(PRICED, answer("a", usage=Usage(1, 1, cost=0.5)), answer("b", usage=Usage(1, 1, cost=0.25)))
    services = made.services()
    await services.chat.ask(Question("q"), lambda event: None)
    made.clock.advance(24 * 3600)
    await services.chat.ask(Question("q"), lambda event: None)
    overview = await services.spending.overview()
    assert len(overview.days) == 30
    assert [day.cost for day in overview.days[-2:]] == [0.5, 0.25]
    assert (overview.today.cost, overview.month.cost, overview.ever.cost) == (0.25, 0.75, 0.75)
    assert [(one.model, one.spent.answers) for one in overview.models] == [("fake-model", 2)]


async def test_each_answer_teaches_how_its_model_counts() -> None:
    made = world(PRICED, *[answer("a", usage=Usage(400, 1)) for _ in range(3)])
    for _ in range(3):
        await ask(made, "A few words that say nothing at all. " * 30)
    assert made.corrections.kept["other:fake"].answers == 3


@pytest.mark.parametrize("wrong", ["lots", -1.0, float("nan")])
async def test_a_budget_that_cannot_be_read_is_not_no_budget(wrong: object) -> None:
    made = world(PRICED, answer("a"), answer("b"))
    made.settings = MemorySettings({"budget": {"day": wrong}})
    services = made.services()
    stored = await services.chat.ask(Question("q"), lambda event: None)
    assert stored.error.startswith("A budget in settings.toml cannot be read, so nothing was sent.")
    assert made.remote.asked == []
    await services.preferences.set("budget.day", 0.0)
    assert (await services.chat.ask(Question("q"), lambda event: None)).state is MessageState.COMPLETE
    assert made.settings.tables == {"budget": {"day": 0.0}}


@pytest.mark.parametrize(("section", "asked"), [("budget", 0), ("models", 1)])
async def test_a_broken_file_that_has_budgets_stops_what_costs_something(section: str, asked: int) -> None:
    made = world(PRICED, answer("a"))
    made.settings.failure = SettingsError("Line 2 is wrong.", "Correct it.", sections=[section])
    await ask(made)
    assert len(made.remote.asked) == asked
