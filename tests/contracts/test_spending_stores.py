"""What the stores of costs and of corrections promise, asked of the real ones and of the fakes."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kireji.core.count_ports import CorrectionStore
from kireji.core.history import Origin
from kireji.core.messages import Usage
from kireji.core.spending import Entry, Exceeded, Limit, Moment, Period, SpendingStore, Spent
from kireji.core.token_corrections import UNCORRECTED, learned
from kireji.core.tokens import Family, measured
from kireji.storage.database import Database
from kireji.storage.spending import SqliteSpendingStore
from kireji.storage.token_corrections import SqliteCorrectionStore
from tests.fakes.spending import MemoryCorrectionStore, MemorySpendingStore

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HERE = Origin(4711, "since noon")


class Time:
    """The time, as a test sets it."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True)
class Stores:
    spending: SpendingStore
    corrections: CorrectionStore
    time: Time


@pytest.fixture(params=["real", "fake"])
async def stores(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stores]:
    time = Time()
    async with AsyncExitStack() as stack:
        if request.param == "fake":
            yield Stores(MemorySpendingStore(time, alive), MemoryCorrectionStore(), time)
            return
        database = await Database.open(tmp_path / "kireji.db")
        stack.push_async_callback(database.close)
        yield Stores(SqliteSpendingStore(database, alive, time), SqliteCorrectionStore(database), time)


def alive(origin: Origin) -> bool:
    return origin == HERE


def entry(most: float | None = 0.5, conversation: int | None = 1, model: str = "m") -> Entry:
    return Entry("anthropic", model, conversation, most, HERE)


def day(most: float) -> Limit:
    return Limit(Period.DAY, most, NOON)


async def kept(stores: Stores, entry: Entry, *limits: Limit) -> int:
    number = await stores.spending.reserve(entry, limits)
    assert isinstance(number, int)
    return number


async def test_what_runs_counts_with_what_it_may_cost(stores: Stores) -> None:
    await kept(stores, entry(0.6), day(1.0))
    assert await stores.spending.reserve(entry(0.5), [day(1.0)]) == Exceeded(day(1.0), 0.6)
    assert (await stores.spending.spent()).running == 0.6


async def test_what_fits_exactly_goes_out(stores: Stores) -> None:
    for _ in range(10):
        await kept(stores, entry(0.1), day(1.0))
    assert isinstance(await stores.spending.reserve(entry(0.1), [day(1.0)]), Exceeded)


async def test_what_is_settled_counts_with_what_it_cost(stores: Stores) -> None:
    number = await kept(stores, entry(0.9), day(1.0))
    await stores.spending.settle(number, Usage(100, 10, 20, 30, cost=0.2))
    await kept(stores, entry(0.8), day(1.0))
    spent = await stores.spending.spent()
    assert spent == Spent(0.2, 1, 0, 0.8, 130, 20, 10)


async def test_what_is_released_leaves_nothing(stores: Stores) -> None:
    number = await kept(stores, entry(1.0), day(1.0))
    await stores.spending.release(number)
    assert await stores.spending.spent() == Spent()
    await kept(stores, entry(1.0), day(1.0))


async def test_a_period_begins_anew(stores: Stores) -> None:
    number = await kept(stores, entry(1.0), day(1.0))
    await stores.spending.settle(number, Usage(cost=1.0))
    stores.time.now += timedelta(days=1)
    tomorrow = Limit(Period.DAY, 1.0, NOON + timedelta(hours=12))
    await kept(stores, entry(1.0), tomorrow)


async def test_a_conversation_has_a_budget_of_its_own(stores: Stores) -> None:
    first, second = (Limit(Period.CONVERSATION, 1.0, conversation=number) for number in (1, 2))
    await kept(stores, entry(1.0, 1), first)
    assert isinstance(await stores.spending.reserve(entry(0.1, 1), [first]), Exceeded)
    await kept(stores, entry(1.0, 2), second)


async def test_the_first_limit_in_the_way_is_named(stores: Stores) -> None:
    month = Limit(Period.MONTH, 0.7, NOON)
    await kept(stores, entry(0.5))
    assert await stores.spending.reserve(entry(0.5), [day(2.0), month]) == Exceeded(month, 0.5)


async def test_an_unknown_price_is_counted_as_such(stores: Stores) -> None:
    number = await kept(stores, entry(None))
    await stores.spending.settle(number, Usage(5, 5))
    spent = await stores.spending.spent()
    assert (spent.cost, spent.answers, spent.unpriced) == (0.0, 1, 1)


async def test_models_are_listed_with_the_dearest_first(stores: Stores) -> None:
    for model, cost in (("small", 0.1), ("large", 0.5), ("small", 0.2)):
        await stores.spending.settle(await kept(stores, entry(1.0, model=model)), Usage(cost=cost))
    found = await stores.spending.by_model()
    assert [(one.model, round(one.spent.cost, 6), one.spent.answers) for one in found] == [
        ("large", 0.5, 1),
        ("small", 0.3, 2),
    ]


async def test_moments_are_quarters_of_an_hour(stores: Stores) -> None:
    for minutes, cost in ((0, 0.1), (14, 0.2), (15, 0.4)):
        stores.time.now = NOON + timedelta(minutes=minutes)
        await stores.spending.settle(await kept(stores, entry(1.0)), Usage(cost=cost))
    found = await stores.spending.moments(NOON)
    assert [(one.start, round(one.cost, 6)) for one in found] == [
        (NOON, 0.3),
        (NOON + timedelta(minutes=15), 0.4),
    ]
    assert await stores.spending.moments(NOON + timedelta(hours=1)) == []
    assert isinstance(found[0], Moment)


async def test_what_a_process_left_open_that_is_gone_costs_what_it_could(stores: Stores) -> None:
    await kept(stores, entry(0.25))
    await kept(stores, Entry("anthropic", "m", 1, 0.5, Origin(4712, "since noon")))
    await kept(stores, Entry("anthropic", "m", 1, 0.125))
    assert await stores.spending.close_lost() == 2
    spent = await stores.spending.spent()
    assert (spent.cost, spent.running) == (0.625, 0.25)
    assert await stores.spending.close_lost() == 0


def held(most: float | None = 0.5, holder: str = "batch") -> Entry:
    return Entry("anthropic", "m", None, most, HERE, holder)


async def test_what_is_kept_free_twice_under_one_holder_counts_once(stores: Stores) -> None:
    number = await kept(stores, held(0.6), day(1.0))
    assert await kept(stores, held(0.8), day(1.0)) == number
    assert (await stores.spending.spent()).running == 0.8


async def test_other_holders_and_questions_count_beside_it(stores: Stores) -> None:
    await kept(stores, held(0.6), day(1.0))
    assert await stores.spending.reserve(held(0.5, "other"), [day(1.0)]) == Exceeded(day(1.0), 0.6)
    assert await stores.spending.reserve(entry(0.5), [day(1.0)]) == Exceeded(day(1.0), 0.6)


async def test_what_has_a_holder_outlives_its_process(stores: Stores) -> None:
    await kept(stores, Entry("anthropic", "m", None, 0.5, Origin(4712, "since noon"), "batch"))
    assert await stores.spending.close_lost() == 0
    assert await stores.spending.held() == {"batch": 0.5}
    assert (await stores.spending.spent()).running == 0.5


async def test_a_holder_is_settled_under_its_name_and_the_last_word_counts(stores: Stores) -> None:
    await kept(stores, held(0.9), day(1.0))
    await stores.spending.settle_held(held(None), Usage(100, 10, cost=0.1))
    await stores.spending.settle_held(held(None), Usage(200, 20, cost=0.2))
    assert await stores.spending.spent() == Spent(0.2, 1, 0, 0.0, 200, 0, 20)
    assert await stores.spending.held() == {}


async def test_what_was_paid_counts_although_its_entry_is_gone(stores: Stores) -> None:
    await kept(stores, held(0.9))
    await stores.spending.release_held("batch")
    assert await stores.spending.spent() == Spent()
    await stores.spending.settle_held(held(None), Usage(100, 10, cost=0.1))
    assert (await stores.spending.spent()).cost == 0.1


async def test_what_is_settled_is_not_released_and_not_kept_free_again(stores: Stores) -> None:
    number = await kept(stores, held(0.9))
    await stores.spending.settle_held(held(None), Usage(cost=0.1))
    await stores.spending.release_held("batch")
    assert await kept(stores, held(0.9)) == number
    spent = await stores.spending.spent()
    assert (spent.cost, spent.running) == (0.1, 0.0)


async def test_a_correction_comes_back_as_it_was(stores: Stores) -> None:
    text = "Prose is made of words, and this is a sentence of it. " * 20
    correction = learned(UNCORRECTED, measured(text), Family.CLAUDE, 400)
    await stores.corrections.save("claude", UNCORRECTED)
    await stores.corrections.save("claude", correction)
    loaded = (await stores.corrections.load())["claude"]
    assert loaded.answers == 1
    assert loaded.factors == pytest.approx(correction.factors)
    assert loaded.covariance == pytest.approx(correction.covariance, abs=1e-9)


@pytest.mark.parametrize("stored", ["", "{", "[]", '{"factors": [1], "covariance": [1]}', '{"factors": "x"}'])
async def test_a_correction_that_is_none_is_left_out(tmp_path: Path, stored: str) -> None:
    database = await Database.open(tmp_path / "kireji.db")
    store = SqliteCorrectionStore(database)

    def spoil(connection: sqlite3.Connection) -> int:
        return connection.execute("INSERT INTO token_corrections VALUES ('claude', ?, 1)", (stored,)).rowcount

    await database.write(spoil)
    assert await store.load() == {}
    await database.close()
