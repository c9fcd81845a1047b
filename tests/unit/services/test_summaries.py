"""Summaries of what is left out: offered with their price, made through the outbox, in as many requests as needed."""

from __future__ import annotations

import pytest

from kireji.core.errors import BudgetReached, KirejiError, PriceUnknown
from kireji.core.messages import Usage
from kireji.core.models import ModelInfo, Price
from kireji.services.application import Services
from kireji.services.turns import Question
from tests.fakes.provider import FakeProvider, answer
from tests.fakes.world import World

PRICES = (Price(1.0, 5.0, 1.25, 0.1),)
SMALL = ModelInfo("anthropic", "small", "Small", context_tokens=3_000, prices=PRICES)
UNPRICED = ModelInfo("anthropic", "small", "Small", context_tokens=3_000)
WORDS = "The heron stands in the shallow water and waits for a fish. " * 12


async def long_talk(world: World, count: int = 8) -> Services:
    """A conversation of which the beginning is left out."""
    services = world.services()
    for number in range(count):
        world.remote.enqueue(answer(f"{number}: {WORDS}", usage=Usage(300 + 420 * min(number, 4), 200)))
        await services.chat.ask(Question(f"Question {number}. {WORDS}", conversation=1 if number else None), ignore)
    return services


def ignore(_event: object) -> None:
    return


def world(model: ModelInfo = SMALL) -> World:
    return World(remote=FakeProvider(models=(model,)))


async def test_what_it_would_take_is_told_and_nothing_leaves_for_that() -> None:
    made = world()
    services = await long_talk(made)
    before = len(made.ledger.rows)
    offer = await services.summaries().offer(1)
    assert (offer.name, offer.first) == ("Small", False)
    assert offer.messages >= 7
    assert 600 < offer.tokens < 6_000
    assert offer.price == pytest.approx((offer.tokens * 1.25 + offer.requests * 700 * 5.0) / 1e6, rel=0.3)
    assert len(made.ledger.rows) == before


async def test_of_a_conversation_that_goes_along_whole_there_is_nothing_to_summarise() -> None:
    made = world()
    services = await long_talk(made, 1)
    with pytest.raises(KirejiError, match="Nothing of this conversation is left out"):
        await services.summaries().offer(1)


async def test_pieces_are_summarised_and_their_summaries_are_joined() -> None:
    made = world()
    services = await long_talk(made)
    offer = await services.summaries().offer(1)
    for number in range(offer.requests):
        made.remote.enqueue(answer(f"Summary {number}."))
    told: list[tuple[int, int]] = []
    text = await services.summaries().summarise(1, lambda number, of: told.append((number, of)))
    sent = [request.messages[0].text for request in made.remote.encoded[-offer.requests :]]
    assert offer.requests > 2
    assert text == f"Summary {offer.requests - 1}."
    assert told == [(number + 1, offer.requests) for number in range(offer.requests)]
    assert "Question 0." not in "".join(sent)  # it goes along anyway
    assert "Model:\n0: The heron" in sent[0]
    assert "Summary 0.\n\nSummary 1." in sent[-1]


async def test_every_request_stands_in_the_ledger_and_in_what_was_spent() -> None:
    made = world()
    services = await long_talk(made)
    rows, answers = len(made.ledger.rows), (await services.spending.of_conversation(1)).answers
    offer = await services.summaries().offer(1)
    for _ in range(offer.requests):
        made.remote.enqueue(answer("Summary."))
    await services.summaries().summarise(1, lambda number, of: None)
    assert len(made.ledger.rows) == rows + offer.requests
    assert (await services.spending.of_conversation(1)).answers == answers + offer.requests


async def test_a_budget_holds() -> None:
    made = world()
    services = await long_talk(made)
    await services.preferences.set("budget.conversation", 0.000_001)
    with pytest.raises(BudgetReached):
        await services.summaries().summarise(1, lambda number, of: None)


async def test_a_price_that_nobody_knows_asks() -> None:
    made = world(UNPRICED)
    services = await long_talk(made)
    assert (await services.summaries().offer(1)).price is None
    await services.preferences.set("budget.day", 1.0)
    with pytest.raises(PriceUnknown):
        await services.summaries().summarise(1, lambda number, of: None)
    for _ in range(9):
        made.remote.enqueue(answer("Summary."))
    assert await services.summaries().summarise(1, lambda number, of: None, unpriced=True) == "Summary."


async def test_summaries_that_do_not_get_shorter_end_nevertheless() -> None:
    made = world()
    services = await long_talk(made)
    for _ in range(60):
        made.remote.enqueue(answer(WORDS * 9))
    assert "The heron" in await services.summaries().summarise(1, lambda number, of: None)


async def test_an_empty_summary_is_told() -> None:
    made = world()
    services = await long_talk(made)
    made.remote.enqueue(answer(" "))
    with pytest.raises(KirejiError, match="gave no summary"):
        await services.summaries().summarise(1, lambda number, of: None)
