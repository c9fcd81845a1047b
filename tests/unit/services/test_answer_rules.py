"""The person's rules for answers: how one ends at a rule, and what is told, counted and written down of it."""

from __future__ import annotations

import pytest

from kireji.core.events import PartDelta, PartFinished, PartStarted, TurnFinished, UsageReported
from kireji.core.history import StoredMessage
from kireji.core.ledger import Outcome
from kireji.core.messages import MessageState, StopReason, TextPart, Usage
from kireji.core.requests import Delivery
from kireji.core.settings import parse
from kireji.services.turns import Question, TurnEvent
from tests.fakes.provider import FakeProvider, Hold, Step, answer
from tests.fakes.stores import MemorySettings
from tests.fakes.world import World


def ignored(_: TurnEvent) -> None:
    """Nobody watches."""


def world_of(*steps: Step, **rules: list[str]) -> World:
    return World(remote=FakeProvider(list(steps)), settings=MemorySettings({"privacy": rules}), redacts=True)


async def asked(world: World, **how: Delivery) -> StoredMessage:
    return await world.services().chat.ask(Question("Go", **how), ignored)


async def test_an_answer_that_a_rule_ends_is_whole_and_says_so() -> None:
    world = world_of(*answer("a ", "THE", " END more"), stops=["the end"])
    stored = await asked(world)
    assert (stored.message.text, stored.state, stored.stop) == ("a ", MessageState.COMPLETE, StopReason.STOP_SEQUENCE)
    assert stored.error == "Your rule ended the answer here: the end"
    assert world.ledger.rows[0].answer is not None
    assert world.ledger.rows[0].answer.outcome is Outcome.COMPLETE


async def test_the_service_is_left_at_once() -> None:
    waiting = Hold()
    world = world_of(PartStarted(0, TextPart("")), PartDelta(0, "a END more"), waiting, stops=["END"])
    await asked(world)
    assert (world.remote.open, waiting.reached.is_set()) == (0, False)


async def test_what_had_come_of_an_answer_that_a_rule_ended_is_paid_for() -> None:
    many = "word " * 400
    first = UsageReported(Usage(input_tokens=1000, output_tokens=1))
    world = world_of(first, PartStarted(0, TextPart("")), PartDelta(0, many), PartDelta(0, "END."), stops=["END"])
    await asked(world)
    [entry] = world.spending.rows.values()
    assert entry.usage is not None
    assert entry.usage.input_tokens == 1000
    assert entry.usage.output_tokens > 300


async def test_of_an_answer_that_came_whole_all_is_counted() -> None:
    usage = Usage(input_tokens=10, output_tokens=77)
    steps = [PartStarted(0, TextPart("")), PartFinished(0, TextPart("a END b")), UsageReported(usage)]
    world = world_of(*steps, TurnFinished(StopReason.END_TURN), stops=["END"])
    stored = await asked(world, delivery=Delivery.WHOLE)
    assert stored.message.text == "a "
    assert world.ledger.rows[0].answer is not None
    assert world.ledger.rows[0].answer.usage == usage


@pytest.mark.parametrize("mask", ["/[^x]*/", "/.|\\n/", "/(?s).+/"])
async def test_a_mask_that_takes_everything_says_so(mask: str) -> None:
    stored = await asked(world_of(*answer("some\nwords"), masks=[mask]))
    assert (stored.message.text.strip("▇"), stored.state) == ("", MessageState.COMPLETE)
    assert stored.error == "Your rules masked the whole answer."


async def test_a_pattern_that_needs_too_much_work_masks_the_rest_and_says_so() -> None:
    words = "a" * 20_000
    stored = await asked(world_of(*answer("Begins. ", words), masks=["/a.*b|a/"]))
    assert stored.message.text.startswith("Begins. ")
    assert len(stored.message.text) < len(words)
    assert stored.error == "One of your rules needed too much work, so the rest of the answer was masked."


async def test_a_bad_pattern_is_named_and_the_others_hold() -> None:
    settings, problems = parse({"privacy": {"masks": ["/(/", "secret", "/[/"], "stops": ["/*/"]}})
    assert settings.privacy.masks == ("secret",)
    assert [problem.option for problem in problems] == ["privacy.masks", "privacy.stops"]
    assert "'/(/'" in problems[0].sentence
    assert "'/[/'" in problems[0].sentence
    assert "'/*/'" in problems[1].sentence
