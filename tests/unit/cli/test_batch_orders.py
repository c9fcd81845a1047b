"""`kireji batch list`, `show`, `pause`, `resume`, `retry`, `decide`, `remove`, `bad`."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from kireji.core.jobs.states import JobState, RowState
from kireji.core.jobs.values import Outcome
from tests.fakes.world import World
from tests.unit.cli.batch_scene import a_file, ended, jobs, scene, uncertain
from tests.unit.cli.conftest import Kireji, Terminal, TypedLines


@pytest.fixture
def world() -> World:
    return scene("one", "two", "three", bad=1)


@pytest.fixture
def added(kireji: Kireji, tmp_path: Path) -> None:
    """Job 1, which runs."""
    assert kireji("batch", "add", a_file(tmp_path), "--yes").code == 0


class TestList:
    def test_an_empty_queue_is_said(self, kireji: Kireji) -> None:
        done = kireji("batch", "list")
        assert (done.code, done.out, done.err) == (
            0,
            "",
            "There are no jobs yet. Make one with: kireji batch add FILE\n",
        )

    def test_a_line_for_each_job_newest_first(self, kireji: Kireji, tmp_path: Path) -> None:
        kireji("batch", "add", a_file(tmp_path), "--yes")
        kireji("batch", "add", a_file(tmp_path, "more.jsonl"), "--yes")
        lines = kireji("batch", "list").out.splitlines()
        assert [line.split()[:4] for line in lines] == [
            ["ID", "STATE", "NAME", "ROWS"],
            ["2", "running", "more", "3"],
            ["1", "running", "rows", "3"],
        ]

    @pytest.mark.usefixtures("added")
    def test_for_programs(self, kireji: Kireji) -> None:
        [found] = json.loads(kireji("batch", "list", "--json").out)["jobs"]
        assert (found["id"], found["state"], found["rows"]["lines"], found["cost"]) == (1, "running", 4, 0.0)

    def test_a_name_cannot_steer_the_terminal_and_gives_way_where_it_is_narrow(
        self, kireji: Kireji, tmp_path: Path
    ) -> None:
        kireji("batch", "add", a_file(tmp_path), "--yes", "--name", "\x1b[2J\x1b]0;title\x07evil\u202e" + "long " * 40)
        shown = kireji("batch", "list", out=Terminal()).out
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        assert max(map(len, shown.splitlines())) <= 80
        assert "…" in shown


class TestShow:
    @pytest.mark.usefixtures("added")
    def test_where_it_stands(self, world: World, kireji: Kireji) -> None:
        ended(world, Outcome.SUCCEEDED, Outcome.ERRORED)
        done = kireji("batch", "show", "1")
        facts = dict(line.split("  ", 1) for line in done.out.splitlines())
        facts = {name: words.strip() for name, words in facts.items()}
        assert (facts["state"], facts["batches"]) == ("running", "1 of 1 ended")
        assert facts["rows"] == "3 rows: 1 answered, 1 failed, 1 wait, 1 bad line left out"
        assert done.err == "Which lines are bad, and why: kireji batch bad 1\n"

    @pytest.mark.usefixtures("added")
    def test_what_is_under_way(self, world: World, kireji: Kireji) -> None:
        uncertain(world)
        done = kireji("batch", "show", "1")
        assert "why        Nobody can tell what became of 3 rows." in done.out.replace("       ", " " * 7)
        assert done.out.splitlines()[-2].split() == ["BATCH", "STATE", "ROWS", "SINCE", "LOOKS", "NEXT"]
        assert "needs you" in done.out.splitlines()[-1]
        [batch] = json.loads(kireji("batch", "show", "1", "--json").out)["under_way"]
        assert (batch["state"], batch["rows"]) == ("needs you", 3)

    def test_a_job_that_is_not_there_is_one_line(self, kireji: Kireji) -> None:
        for action in ("show", "run", "pause", "resume", "cancel", "retry", "results", "bad"):
            done = kireji("batch", action, "7")
            assert (done.code, done.out, done.err.count("\n"), "There is no job 7." in done.err) == (1, "", 1, True)


@pytest.mark.usefixtures("added")
class TestOrders:
    def test_paused_and_resumed(self, world: World, kireji: Kireji) -> None:
        done = kireji("batch", "pause", "1")
        assert done.err == "Job 1 is paused: nothing new is sent. It goes on with: kireji batch resume 1\n"
        assert [job.state for job in jobs(world)] == [JobState.PAUSED]
        assert kireji("batch", "resume", "1").err == "Job 1 runs while the app does, or with: kireji batch run 1\n"
        assert [job.state for job in jobs(world)] == [JobState.RUNNING]

    def test_what_is_so_already_is_no_failure(self, kireji: Kireji) -> None:
        done = kireji("batch", "resume", "1")
        assert (done.code, done.err.startswith("Job 1 was not paused. Job 1 runs while the app does")) == (0, True)
        for order, told in (("pause", "Job 1 is paused already."), ("cancel", "Job 1 is cancelled already.")):
            kireji("batch", order, "1")
            done = kireji("batch", order, "1")
            assert (done.code, done.err.startswith(told), done.err.count("\n")) == (0, True, 1)
            assert json.loads(kireji("batch", order, "1", "--json").out)["id"] == 1

    def test_what_was_cancelled_is_not_resumed_but_tried_again(self, kireji: Kireji) -> None:
        kireji("batch", "cancel", "1")
        done = kireji("batch", "resume", "1")
        assert (done.code, done.err.count("\n"), "kireji batch retry 1" in done.err) == (1, 1, True)
        assert kireji("batch", "retry", "1").code == 0

    def test_what_was_not_started_is_not_resumed(self, world: World, kireji: Kireji, tmp_path: Path) -> None:
        world.job_importer.rows = scene("one").job_importer.rows
        assert kireji("batch", "add", a_file(tmp_path)).code == 0
        done = kireji("batch", "resume", "2")
        assert (done.code, done.err.count("\n"), "kireji batch run 2" in done.err) == (1, 1, True)

    def test_what_does_not_fit_the_state_is_one_line(self, world: World, kireji: Kireji, tmp_path: Path) -> None:
        world.job_importer.rows = scene("one").job_importer.rows
        assert kireji("batch", "add", a_file(tmp_path)).code == 0
        done = kireji("batch", "pause", "2")
        assert (done.code, done.err.count("\n")) == (1, 1)

    def test_a_cancelled_job_of_which_nothing_was_sent_ends_at_once(self, world: World, kireji: Kireji) -> None:
        done = kireji("batch", "cancel", "1")
        assert (done.code, done.err) == (0, "Job 1 was cancelled: 0 answered, 3 called back; $0.00.\n")
        assert [job.state for job in jobs(world)] == [JobState.CANCELLED]

    def test_what_failed_waits_again(self, world: World, kireji: Kireji) -> None:
        ended(world, Outcome.SUCCEEDED, Outcome.ERRORED, Outcome.EXPIRED)
        done = kireji("batch", "retry", "1")
        assert done.err == "Waiting again: 2 rows. Job 1 runs while the app does, or with: kireji batch run 1\n"
        assert [job.counts.pending for job in jobs(world)] == [2]
        assert json.loads(kireji("batch", "retry", "1", "--json").out)["retried"] == 0
        assert kireji("batch", "retry", "1").err == "No row of this job has failed.\n"

    @pytest.mark.parametrize(
        ("choice", "words", "state"),
        [
            ("--again", "Waiting again: 3 rows.", RowState.PENDING),
            ("--failed", "Counted as failed: 3 rows.", RowState.EXPIRED),
        ],
    )
    def test_the_person_decides_about_what_is_uncertain(
        self, world: World, kireji: Kireji, choice: str, words: str, state: RowState
    ) -> None:
        uncertain(world)
        done = kireji("batch", "decide", "1", choice)
        assert (done.code, words in done.err) == (0, True)
        states = [row.state for row in asyncio.run(world.job_store.rows(1))]
        assert states == [state] * 3 + [RowState.INVALID]

    def test_nothing_is_decided_without_a_choice(self, kireji: Kireji) -> None:
        with pytest.raises(SystemExit) as stopped:
            kireji("batch", "decide", "1")
        assert stopped.value.code == 2

    def test_nothing_is_removed_unasked(self, world: World, kireji: Kireji) -> None:
        assert kireji("batch", "remove", "1").code == 2
        declined = kireji("batch", "remove", "1", typed=TypedLines(""), err=Terminal())
        assert (declined.code, "Remove Job 1 (rows) with 0 answers? [y/N]" in declined.err) == (1, True)
        assert len(jobs(world)) == 1
        assert kireji("batch", "remove", "1", typed=TypedLines("yes"), err=Terminal()).code == 0
        assert jobs(world) == []

    def test_what_is_with_the_service_is_not_removed(self, world: World, kireji: Kireji) -> None:
        uncertain(world)
        done = kireji("batch", "remove", "1", "--yes")
        assert (done.code, done.err.count("\n"), len(jobs(world))) == (1, 1, 1)

    def test_bad_lines_are_the_result(self, kireji: Kireji) -> None:
        assert kireji("batch", "bad", "1").out == "line 4: The JSON is broken at column 4.\n"
        assert json.loads(kireji("batch", "bad", "1", "--json").out)["line"] == 4
