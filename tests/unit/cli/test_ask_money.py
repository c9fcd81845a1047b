"""`kireji ask` under a budget."""

from __future__ import annotations

import pytest

from kireji.core.models import ModelInfo, Price
from tests.fakes.provider import FakeProvider, answer
from tests.fakes.world import World
from tests.unit.cli.conftest import Kireji

UNKNOWN = ModelInfo("anthropic", "fake-model", "Fake model")
PRICED = ModelInfo("anthropic", "fake-model", "Fake model", prices=(Price(10.0, 50.0, 12.5, 1.0),))


@pytest.fixture
def world() -> World:
    made = World(remote=FakeProvider(models=(UNKNOWN,)))
    made.settings.tables["budget"] = {"day": 0.01}
    return made


def test_an_unknown_price_is_refused_with_the_way_to_send_it(world: World, kireji: Kireji) -> None:
    result = kireji("ask", "Why?")
    assert (result.code, result.out, world.remote.asked) == (1, "", [])
    assert "The price of Fake model is unknown" in result.err
    assert "--yes" in result.err


def test_with_yes_it_is_sent(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer("It is."))
    assert kireji("ask", "Why?", "--yes").out == "It is.\n"


def test_yes_passes_no_budget(world: World, kireji: Kireji) -> None:
    world.remote = FakeProvider(models=(PRICED,))
    result = kireji("ask", "Why?", "--yes")
    assert (result.code, world.remote.asked) == (1, [])
    assert "kireji budget --day" in result.err
