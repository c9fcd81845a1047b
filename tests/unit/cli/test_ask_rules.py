"""`kireji ask` under the person's own rules for answers."""

from __future__ import annotations

import json

import pytest

from tests.fakes.provider import answer
from tests.fakes.stores import MemorySettings
from tests.fakes.world import World
from tests.unit.cli.conftest import Kireji


@pytest.fixture
def world() -> World:
    rules = {"masks": ["secret"], "stops": ["/END +HERE/"]}
    return World(settings=MemorySettings({"privacy": rules}), redacts=True)


def test_the_stream_is_masked_and_ends_at_a_stop(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer("a sec", "ret END", " HERE b"))
    result = kireji("ask", "Why?")
    assert (result.code, result.out) == (0, "a ▇▇▇ \n")
    assert result.err == "Your stop rule /END +HERE/ ended the answer here.\n"


def test_an_answer_that_is_printed_whole_is_too(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer("a secret b"))
    assert kireji("ask", "Why?", "--no-stream").out == "a ▇▇▇ b\n"


def test_the_lines_of_json_never_hold_what_is_masked(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer("a sec", "ret b"))
    lines = [json.loads(line) for line in kireji("ask", "Why?", "--json").out.splitlines()]
    assert "".join(line["text"] for line in lines if line["type"] == "text") == "a ▇▇▇ b"
    assert "secret" not in json.dumps(lines)
