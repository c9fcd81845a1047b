"""`kireji batch results`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kireji.core.jobs.values import Outcome
from tests.fakes.world import World
from tests.unit.cli.batch_scene import a_file, ended, scene
from tests.unit.cli.conftest import Kireji, Terminal

ANSWER = "Yes\x9b2J."


@pytest.fixture
def world() -> World:
    return scene("one", "two", "one", "three", bad=1)


@pytest.fixture(autouse=True)
def added(kireji: Kireji, world: World, tmp_path: Path) -> None:
    """A job of which two rows have ended and one is still to be sent."""
    assert kireji("batch", "add", a_file(tmp_path), "--yes").code == 0
    ended(world, Outcome.SUCCEEDED, Outcome.ERRORED, text=ANSWER)


def test_a_line_for_each_row_that_has_ended_in_the_order_of_the_input(kireji: Kireji) -> None:
    done = kireji("batch", "results", "1")
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert [(line["id"], line["status"], line["cached"]) for line in lines] == [
        ("1", "succeeded", False),
        ("2", "errored", False),
        ("3", "succeeded", True),
        ("5", "errored", False),
    ]
    assert (lines[0]["text"], lines[2]["text"]) == (ANSWER, ANSWER)
    assert (done.code, done.err) == (0, "1 row has not ended yet and is left out.\n")


def test_only_those_without_an_answer(kireji: Kireji) -> None:
    lines = [json.loads(line) for line in kireji("batch", "results", "1", "--failed").out.splitlines()]
    assert [(line["id"], line["status"]) for line in lines] == [("2", "errored"), ("5", "errored")]


def test_a_file_by_its_ending(world: World, kireji: Kireji, tmp_path: Path) -> None:
    lines, table = str(tmp_path / "out.jsonl"), str(tmp_path / "OUT.CSV")
    done = kireji("batch", "results", "1", "-o", lines)
    assert (done.code, done.out) == (0, f"{lines}\n")
    assert done.err.splitlines() == ["4 rows written.", "1 row has not ended yet and is left out."]
    assert kireji("batch", "results", "1", "-o", table).code == 0
    files = world.job_writer.files
    assert len(files[lines].splitlines()) == 4
    assert files[table].decode("utf-8-sig").splitlines()[0].startswith("id,status,text,error")


def test_a_file_of_what_failed(world: World, kireji: Kireji, tmp_path: Path) -> None:
    path = str(tmp_path / "out.jsonl")
    found = json.loads(kireji("batch", "results", "1", "--failed", "-o", path, "--json").out)
    assert found == {"path": path, "rows": 2, "missing": 1, "without_result": 0}
    assert [json.loads(line)["id"] for line in world.job_writer.files[path].splitlines()] == ["2", "5"]


@pytest.mark.parametrize("name", ["out.ods", "out", "jsonl"])
def test_another_ending_is_wrong_usage_that_names_both(kireji: Kireji, name: str) -> None:
    done = kireji("batch", "results", "1", "-o", name)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert ".jsonl" in done.err
    assert ".csv" in done.err


def test_an_answer_cannot_steer_the_terminal(kireji: Kireji) -> None:
    shown = kireji("batch", "results", "1", out=Terminal()).out
    assert len(shown.splitlines()) == 4
    assert ANSWER.replace("\x9b2J", "") in shown


@pytest.mark.parametrize("options", [(), ("--failed",)])
def test_rows_that_wait_for_anothers_result_are_counted_as_missing(
    world: World, kireji: Kireji, tmp_path: Path, options: tuple[str, ...]
) -> None:
    world.job_importer.rows = scene(*["one", "two"] * 10).job_importer.rows
    kireji("batch", "add", a_file(tmp_path))
    left = "20 rows have not ended yet and are left out."
    assert kireji("batch", "results", "2", *options).err.splitlines() == [left]
    path = str(tmp_path / "out.jsonl")
    assert left in kireji("batch", "results", "2", "-o", path, *options).err
    assert json.loads(kireji("batch", "results", "2", "-o", path, "--json", *options).out)["missing"] == 20
