"""What the person is told of a question that not everything goes well with: once, and with the next step."""

from __future__ import annotations

import pytest

from kireji.core.errors import ConnectionFailed, RateLimited
from kireji.core.events import PartDelta, PartStarted
from kireji.core.messages import TextPart
from kireji.core.models import Effort, ModelInfo
from kireji.services.turns import AnswerBegins, Question
from tests.fakes.provider import FakeProvider, answer
from tests.fakes.world import World
from tests.unit.services.test_attempts import BUSY, ask, falling_back, notes, picture


async def test_each_failure_of_a_chain_is_told_once_in_the_note_that_is_kept() -> None:
    world = falling_back("openrouter", "device")
    world.remote.enqueue([BUSY])
    world.router.enqueue([RateLimited("OpenRouter takes no more.", "Wait a minute.")])
    world.device.enqueue(answer("KeyError"))
    stored, seen = await ask(world, Question("q", images=(await picture(world),)))
    assert stored.error == (
        "Anthropic is overloaded. OpenRouter takes no more. This computer reads the text in the picture instead."
    )
    assert [event.stands_in for event in seen if isinstance(event, AnswerBegins)] == [False, True, True]


@pytest.mark.parametrize(
    ("order", "shown", "offered"),
    [((), True, True), ((), False, False), (("device",), True, False), (("openrouter",), True, True)],
)
async def test_reading_here_is_offered_for_a_picture_that_this_computer_has_not_been_given(
    order: tuple[str, ...], shown: bool, offered: bool
) -> None:
    lost = ConnectionFailed("The network is gone.", "Check the network.")
    world = falling_back(*order)
    for provider in (world.remote, world.router, world.device):
        provider.enqueue([lost])
    stored, _ = await ask(world, Question("q", images=(await picture(world),) if shown else ()))
    assert stored.error.endswith("Check the network." + " Or let this computer read the text in the picture." * offered)


async def test_a_cut_answer_is_to_be_gone_on_with_and_not_read_here() -> None:
    world = falling_back()
    world.remote.enqueue([PartStarted(0, TextPart("")), PartDelta(0, "It"), ConnectionFailed("It broke off.", "Ask.")])
    stored, _ = await ask(world, Question("q", images=(await picture(world),)))
    assert stored.error == "It broke off. Ask."


@pytest.mark.parametrize(
    ("efforts", "asked", "said"),
    [
        ((), Effort.MAX, "M takes no effort; it answers as it does by itself."),
        ((Effort.LOW, Effort.HIGH), Effort.MAX, "M does not know the effort max; it answers with high."),
        ((Effort.HIGH,), Effort.LOW, "M does not know the effort low; it answers with high."),
        ((Effort.LOW, Effort.HIGH), Effort.HIGH, ""),
        ((Effort.LOW,), None, ""),
    ],
)
async def test_an_effort_that_was_asked_for_and_is_not_there_is_said(
    efforts: tuple[Effort, ...], asked: Effort | None, said: str
) -> None:
    world = World(remote=FakeProvider(models=(ModelInfo("anthropic", "m", "M", efforts=efforts),)))
    world.settings.tables["models"] = {"effort": "max"}
    world.remote.enqueue(answer("a"))
    stored, seen = await ask(world, Question("q", effort=asked))
    assert (notes(seen), stored.error) == ([said], said)
