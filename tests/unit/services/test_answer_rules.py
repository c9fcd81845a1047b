"""What is paid for an answer that ended at a rule of the person's, and rules that cannot be used."""

from __future__ import annotations

from kireji.core.events import PartDelta, PartFinished, PartStarted, TurnFinished, UsageReported
from kireji.core.history import StoredMessage
from kireji.core.ledger import Outcome
from kireji.core.messages import StopReason, TextPart, Usage
from kireji.core.requests import Delivery
from kireji.core.settings import parse
from kireji.services.turns import Question, TurnEvent
from tests.fakes.provider import FakeProvider, Step
from tests.fakes.stores import MemorySettings
from tests.fakes.world import World


def ignored(_: TurnEvent) -> None:
    """Nobody watches."""


def world_of(*steps: Step, **rules: list[str]) -> World:
    return World(remote=FakeProvider(list(steps)), settings=MemorySettings({"privacy": rules}), redacts=True)


async def asked(world: World, **how: Delivery) -> StoredMessage:
    return await world.services().chat.ask(Question("Go", **how), ignored)


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
    assert world.ledger.rows[0].answer.outcome is Outcome.COMPLETE
    assert world.ledger.rows[0].answer.usage == usage


async def test_a_bad_pattern_is_named_and_the_others_hold() -> None:
    settings, problems = parse({"privacy": {"masks": ["/(/", "secret", "/[/"], "stops": ["/*/"]}})
    assert settings.privacy.masks == ("secret",)
    assert [problem.option for problem in problems] == ["privacy.masks", "privacy.stops"]
    assert "'/(/'" in problems[0].sentence
    assert "'/[/'" in problems[0].sentence
    assert "'/*/'" in problems[1].sentence
