"""Budgets in the window: what keeps a question here, and the ways out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from kireji.core.messages import Usage
from kireji.core.models import ModelInfo, Price
from kireji.services.turns import Question
from kireji.ui.chat.pane import Notice
from kireji.ui.chat.queue_row import QueueRow
from tests.fakes.provider import FakeProvider, Hold, answer
from tests.fakes.services import FakeSurroundings
from tests.ui.window.support import Stand, window_over
from tests.ui.window.test_turns import shows, type_in

pytestmark = pytest.mark.qt

UNKNOWN = ModelInfo("anthropic", "fake-model", "Fake model")
PRICED = ModelInfo("anthropic", "fake-model", "Fake model", prices=(Price(10.0, 50.0, 12.5, 1.0),))


def below(model: ModelInfo, budget: float) -> FakeSurroundings:
    made = FakeSurroundings(provider=FakeProvider(models=(model,))).with_key()
    made.settings.tables["budget"] = {"day": budget}
    return made


@asynccontextmanager
async def waiting(model: ModelInfo, budget: float) -> AsyncIterator[tuple[Stand, QueueRow]]:
    """A window in which a question has waited for an answer that has just ended, and money keeps it here."""
    around, hold = below(model, budget), Hold()
    steps = answer("ONE", usage=Usage(10, 10, cost=0.4))
    around.provider.enqueue([*steps[:3], hold, *steps[3:]])
    async with window_over(around) as stand:
        stand.presenter.chat._turns.ask(Question("one", unpriced=True))
        await hold.reached.wait()
        type_in(stand, "second")
        row = stand.window.chat.queue
        await stand.until(row.lines)
        hold.release()
        await stand.until(lambda: row.sentence().endswith("This waits:"))
        yield stand, row


def shows_spending(stand: Stand) -> bool:
    settings = stand.presenter._settings
    return stand.window.page() == "settings" and settings is not None and settings.pane.page() is settings.spending_page


async def refused(stand: Stand) -> Notice:
    notice = stand.window.chat.notice
    type_in(stand, "Why?")
    await stand.until(notice.budget.isVisible)
    return notice


async def test_a_reached_budget_is_told_with_the_way_to_the_budgets() -> None:
    async with window_over(below(PRICED, 0.01)) as stand:
        notice = await refused(stand)
        assert notice.sentence().startswith("The budget for today is")
        assert notice.anyway.isHidden()
        notice.budget.click()
        assert shows_spending(stand)


async def test_an_unknown_price_leads_there_too() -> None:
    async with window_over(below(UNKNOWN, 1.0)) as stand:
        notice = await refused(stand)
        assert notice.anyway.isVisible()
        notice.budget.click()
        assert shows_spending(stand)


async def test_other_notices_say_nothing_of_money() -> None:
    async with window_over(below(UNKNOWN, 1.0)) as stand:
        notice = await refused(stand)
        stand.window.show_notice("Something else.")
        assert (notice.anyway.isHidden(), notice.budget.isHidden()) == (True, True)


async def test_a_question_that_waits_says_what_keeps_it_and_is_sent_anyway() -> None:
    async with waiting(UNKNOWN, 1.0) as (stand, row):
        assert row.sentence().startswith("The price of Fake model is unknown")
        assert row.lines() == ("second",)
        ask = row._lines[0].ask
        assert (ask.text(), ask.accessibleName()) == ("Send anyway", "Send question 1 anyway: second")
        stand.below.provider.enqueue(answer("TWO"))
        ask.click()
        await shows(stand, "one", "ONE", "second", "TWO")


async def test_a_question_that_waits_for_money_leads_to_the_budgets() -> None:
    async with waiting(PRICED, 0.45) as (stand, row):
        assert row._lines[0].ask.text() == "Ask now"
        assert row.budget.isVisible()
        row.budget.click()
        assert shows_spending(stand)


async def test_without_the_budget_it_is_asked_as_usual() -> None:
    async with waiting(PRICED, 0.45) as (stand, row):
        await stand.services.preferences.set("budget.day", 0.0)
        stand.below.provider.enqueue(answer("TWO"))
        row._lines[0].ask.click()
        await shows(stand, "one", "ONE", "second", "TWO")
        assert row.isHidden()


async def test_sending_anyway_is_not_offered_in_another_conversation() -> None:
    async with window_over(below(UNKNOWN, 1.0)) as stand:
        notice = await refused(stand)
        stand.presenter.chat.begin()
        assert notice.sentence() == ""
