"""What is said ahead about the service's cache is what the service then does, over real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from kireji.core.models import Effort
from kireji.core.prompt_cache import Cause
from kireji.services.turns import Question
from tests.integration.providers.test_long_conversations import program
from tests.service import TestService
from tests.support.tool_scene import ToolScene

MODEL = "claude-opus-5"
WORDS = "The heron stands in the shallow water and waits for a fish. " * 40


def asking(text: str = WORDS, conversation: int | None = 1) -> Question:
    return Question(text, conversation=conversation, provider="anthropic", model=MODEL)


CHANGES = {
    Cause.MODEL: replace(asking(), model="claude-fable-5-1"),
    Cause.SYSTEM: replace(asking(), system="Answer in two sentences."),
    Cause.TOOLS: replace(asking(), tools=("look",)),
    Cause.OPTIONS: replace(asking(), effort=Effort.HIGH),
}


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[ToolScene]:
    """A conversation of four questions, most of which is in the service's cache."""
    async with TestService() as service, program(service, tmp_path) as scene:
        for number in range(4):
            await scene.ask(asking(f"{number} {WORDS}", 1 if number else None))
        yield scene


async def read(scene: ToolScene, question: Question) -> int:
    """How much of a question the service reads from its cache."""
    stored = await scene.ask(question)
    assert stored.usage is not None
    return stored.usage.cache_read_tokens


async def test_what_goes_on_unchanged_is_read_from_the_cache_and_nothing_is_said(scene: ToolScene) -> None:
    estimate = await scene.services.counting.estimate(asking())
    assert estimate.broken is None
    assert estimate.cached == pytest.approx(await read(scene, asking()), rel=0.05)
    assert estimate.cached > 2000


@pytest.mark.parametrize("cause", CHANGES, ids=lambda cause: cause.value)
async def test_a_change_that_makes_all_new_is_told_with_its_price(scene: ToolScene, cause: Cause) -> None:
    changed = CHANGES[cause]
    estimate = await scene.services.counting.estimate(changed)
    assert estimate.broken is not None
    assert (estimate.broken.cause, estimate.cached) == (cause, 0)
    assert estimate.broken.tokens == estimate.tokens
    assert estimate.broken.now is not None
    assert estimate.broken.otherwise is not None
    assert estimate.broken.now > 2 * estimate.broken.otherwise
    assert await read(scene, changed) == 0


async def test_what_was_changed_once_is_not_told_again(scene: ToolScene) -> None:
    await scene.ask(CHANGES[Cause.SYSTEM])
    estimate = await scene.services.counting.estimate(CHANGES[Cause.SYSTEM])
    assert estimate.broken is None
    assert await read(scene, CHANGES[Cause.SYSTEM]) == pytest.approx(estimate.cached, rel=0.05)


async def test_the_last_question_can_be_changed_for_little(scene: ToolScene) -> None:
    loaded = await scene.services.conversations.load(1)
    assert loaded is not None
    edited = replace(asking(), edit=loaded.messages[-2].id)
    estimate = await scene.services.counting.estimate(edited)
    assert estimate.cached == pytest.approx(await read(scene, edited), rel=0.2)
    assert estimate.cached > 1000


async def test_the_first_question_begins_anew(scene: ToolScene) -> None:
    loaded = await scene.services.conversations.load(1)
    assert loaded is not None
    edited = replace(asking(), edit=loaded.messages[0].id)
    estimate = await scene.services.counting.estimate(edited)
    assert estimate.cached == await read(scene, edited) == 0
    assert estimate.tokens < 1500
