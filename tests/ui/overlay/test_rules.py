"""The person's own rules for answers, as they look beside a selection."""

from __future__ import annotations

from pathlib import Path

import pytest

from kireji.ui.theme import Theme
from tests.fakes.desktop import FakeCapture
from tests.fakes.provider import answer
from tests.fakes.stores import MemorySettings
from tests.ui.overlay.support import noise, overlay
from tests.ui.overlay.world import OverlayWorld

pytestmark = pytest.mark.qt


async def test_an_answer_beside_the_selection_is_masked_and_ends_at_a_stop(theme: Theme, tmp_path: Path) -> None:
    rules = {"anthropic": "never", "masks": ["secret"], "stops": ["END HERE"]}
    world = OverlayWorld(settings=MemorySettings({"privacy": rules}), redacts=True)
    world.screen = FakeCapture(noise()[0])
    world.remote.enqueue(answer("a sec", "ret END", " HERE b"))
    async with overlay(world, theme, tmp_path) as stand:
        await stand.ask()
        await stand.answer_is("a ▇▇▇ ")
        await stand.card_says("Your stop rule END HERE ended the answer here.")
        assert await stand.texts() == ["why", "a ▇▇▇ "]
