"""`kireji ask` when it is not who was expected that answers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from kireji.core.errors import Overloaded
from kireji.core.models import Effort, ModelInfo
from tests.fakes.provider import FakeProvider, Step, answer
from tests.fakes.world import ROUTER_KEY, World
from tests.unit.cli.conftest import Kireji


def chain(world: World, *, last: Sequence[Step]) -> None:
    """Anthropic fails, then OpenRouter, then this computer does as told."""
    world.router_key = ROUTER_KEY
    world.settings.tables["models"] = {"fallback": ["openrouter", "device"]}
    world.remote.enqueue([Overloaded("Anthropic is overloaded.", "Wait.")])
    world.router.enqueue([Overloaded("OpenRouter is overloaded.", "Wait.")])
    world.device.enqueue(last)


@pytest.mark.parametrize("form", [(), ("--json",), ("--no-stream",)])
def test_every_failure_before_an_answer_is_told_once(
    world: World, kireji: Kireji, tmp_path: Path, form: tuple[str, ...]
) -> None:
    chain(world, last=answer("KeyError"))
    (tmp_path / "a.png").write_bytes(b"x")
    told = kireji("ask", "-i", str(tmp_path / "a.png"), *form).err
    assert told == (
        "Anthropic is overloaded. OpenRouter is overloaded. This computer reads the text in the picture instead.\n"
    )


@pytest.mark.parametrize("form", [(), ("--json",), ("--no-stream",)])
def test_every_failure_before_the_last_one_is_told_once(
    world: World, kireji: Kireji, tmp_path: Path, form: tuple[str, ...]
) -> None:
    chain(world, last=[Overloaded("This computer is overloaded.", "Wait.")])
    (tmp_path / "a.png").write_bytes(b"x")
    told = kireji("ask", "-i", str(tmp_path / "a.png"), *form).err
    assert told == ("kireji: Anthropic is overloaded. OpenRouter is overloaded. This computer is overloaded. Wait.\n")


def test_the_reason_for_another_reader_is_told_before_its_own_failure(
    world: World, kireji: Kireji, tmp_path: Path
) -> None:
    world.key = ""
    world.device.enqueue([Overloaded("This computer is overloaded.", "Wait.")])
    (tmp_path / "a.png").write_bytes(b"x")
    told = kireji("ask", "-i", str(tmp_path / "a.png")).err
    assert told == "No key is stored.\nkireji: This computer is overloaded. Wait.\n"


def test_a_lowered_effort_is_told_on_standard_error(world: World, kireji: Kireji) -> None:
    world.remote = FakeProvider(models=(ModelInfo("anthropic", "m", "M", efforts=(Effort.LOW, Effort.HIGH)),))
    world.remote.enqueue(answer("a"))
    result = kireji("ask", "q", "--effort", "max")
    assert (result.out, result.err) == ("a\n", "M does not know the effort max; it answers with high.\n")
