"""What the next question makes the service read anew is told under the composer, before it is sent."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kireji.core.messages import Usage
from kireji.core.models import ModelInfo, Price
from kireji.services.turns import Question
from kireji.ui.models.words import Pick
from tests.fakes.desktop import FakeClock
from tests.fakes.provider import FakeProvider, answer
from tests.fakes.services import FakeSurroundings
from tests.fakes.stores import MemoryConversationStore
from tests.ui.window.support import Stand, window_over

pytestmark = pytest.mark.qt
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PRICES = (Price(5.0, 25.0, 6.25, 0.5),)
ONE = ModelInfo("anthropic", "claude-opus-5", "Claude Opus 5", 200_000, prices=PRICES)
OTHER = ModelInfo("anthropic", "claude-opus-4-8", "Claude Opus 4.8", 200_000, prices=PRICES)
SMALL = ModelInfo("anthropic", "claude-opus-5", "Claude Opus 5", 2_400, prices=PRICES)


def below(*models: ModelInfo) -> FakeSurroundings:
    made = FakeSurroundings(clock=FakeClock(NOON), conversations=MemoryConversationStore(now=lambda: NOON)).with_key()
    made.provider = FakeProvider(models=models)
    return made


async def talked(stand: Stand, count: int = 1) -> None:
    """A conversation whose last request the service has kept."""
    for number in range(count):
        stand.below.provider.enqueue(answer("So it is.", usage=Usage(300, 100, 0, 43_000)))
        await stand.services.chat.ask(Question("Why?", conversation=1 if number else None), lambda event: None)
    stand.presenter.chat.open(1)
    await stand.until(lambda: stand.window.chat.composer.price.isVisible())


def ahead(stand: Stand) -> str:
    line = stand.window.chat.ahead
    return line.text() if line.isVisible() else ""


async def test_what_only_goes_on_needs_no_line() -> None:
    async with window_over(below(ONE, OTHER)) as stand:
        await talked(stand)
        assert ahead(stand) == ""


async def test_another_model_says_what_it_costs_and_the_same_again_says_nothing() -> None:
    async with window_over(below(ONE, OTHER)) as stand:
        await talked(stand)
        setup = stand.presenter.chat._setup
        setup.choose(Pick("anthropic", "claude-opus-4-8"))
        await stand.until(lambda: ahead(stand))
        assert ahead(stand) == "Another model reads 43,400 tokens anew: about $0.271 instead of $0.0240."
        setup.choose(Pick("anthropic", "claude-opus-5"))
        await stand.until(lambda: not ahead(stand))


async def test_the_instructions_editor_says_what_a_change_costs() -> None:
    async with window_over(below(ONE, OTHER)) as stand:
        await talked(stand)
        instructions = stand.window.inspector.instructions
        instructions.edit()
        await stand.until(lambda: "tokens anew" in instructions.hint())
        assert instructions.hint().startswith(
            "They hold from the next question on. With other instructions the service reads 43,4"
        )


async def test_a_cache_that_has_expired_is_nobodys_change() -> None:
    async with window_over(below(ONE, OTHER)) as stand:
        await talked(stand)
        stand.below.clock.advance(301)
        stand.presenter.chat._setup.choose(Pick("anthropic", "claude-opus-4-8"))
        before = stand.window.chat.composer.price.text()
        await stand.until(lambda: stand.window.chat.composer.price.text() != before)
        assert ahead(stand) == ""
