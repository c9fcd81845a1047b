"""`kireji batch` where an answer is none of the form that was asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fakes.provider import answer
from tests.fakes.stores import MemorySettings
from tests.fakes.world import World
from tests.unit.cli.batch_scene import a_file, jobs, scene
from tests.unit.cli.conftest import Kireji

GOOD = json.dumps({"source_language": "English", "translation": "un"})
WHY = "The answer is no JSON, so it does not fit the schema."


@pytest.fixture
def world() -> World:
    world = scene("one", "two")
    world.settings = MemorySettings({"jobs": {"side_by_side": 1}})
    return world


def translated(world: World, kireji: Kireji, tmp_path: Path, *answers: str) -> None:
    """Job 1 has ended; the service gave these answers in this order."""
    for text in answers:
        world.remote.enqueue(answer(text))
    assert kireji("batch", "add", a_file(tmp_path), "--translate", "French", "--live").code == 0
    kireji("batch", "run", "1")


def statuses(kireji: Kireji, *options: str) -> list[tuple[str, str, str | None]]:
    lines = [json.loads(line) for line in kireji("batch", "results", "1", *options).out.splitlines()]
    return [(line["id"], line["status"], line.get("error")) for line in lines]


def test_a_row_that_is_broken_once_is_no_failure(world: World, kireji: Kireji, tmp_path: Path) -> None:
    translated(world, kireji, tmp_path, "no", GOOD, GOOD)
    assert [status for _, status, _ in statuses(kireji)] == ["succeeded"] * 2
    assert statuses(kireji, "--failed") == []
    assert len(world.remote.asked) == 3


def test_one_that_is_broken_twice_is_shown_as_failed_with_its_reason(
    world: World, kireji: Kireji, tmp_path: Path
) -> None:
    translated(world, kireji, tmp_path, "no", GOOD, "nor this")
    assert statuses(kireji, "--failed") == [("1", "errored", WHY)]
    assert "1 failed" in kireji("batch", "show", "1").out
    assert len(world.remote.asked) == 3


def test_a_retry_asks_it_and_nothing_else(world: World, kireji: Kireji, tmp_path: Path) -> None:
    translated(world, kireji, tmp_path, "no", GOOD, "nor this")
    world.remote.enqueue(answer(GOOD))
    assert json.loads(kireji("batch", "retry", "1", "--json").out)["retried"] == 1
    assert kireji("batch", "run", "1").code == 0
    assert [job.counts.succeeded for job in jobs(world)] == [2]
    assert len(world.remote.asked) == 4


def test_a_dry_run_says_what_is_wrong_and_the_row_waits_to_be_asked_once_more(
    world: World, kireji: Kireji, tmp_path: Path
) -> None:
    world.remote.enqueue(answer("no"))
    done = kireji("batch", "dry-run", a_file(tmp_path), "--translate", "French", "--live")
    assert (done.code, WHY in done.err) == (1, True)
    assert [job.counts.pending for job in jobs(world)] == [2]
