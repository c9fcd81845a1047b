"""`kireji batch run` and `cancel`."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kireji.cli.batch_following import progress_words
from kireji.cli.batch_progress import bar
from kireji.core.errors import AuthenticationFailed, RequestRejected
from kireji.core.jobs.counts import Counts
from kireji.core.jobs.states import JobState
from kireji.core.jobs.values import Job, JobPlan, JobSource, Mode, SourceKind
from tests.fakes.provider import FakeProvider, answer
from tests.fakes.stores import MemorySettings
from tests.fakes.world import World
from tests.unit.cli.batch_scene import PRICED, UNKNOWN, a_file, jobs, scene
from tests.unit.cli.conftest import Kireji, Terminal

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def world() -> World:
    world = scene("one", "two")
    world.remote.enqueue(answer("First."))
    world.remote.enqueue(answer("Second."))
    return world


@pytest.fixture
def live(kireji: Kireji, tmp_path: Path) -> None:
    """Job 1, which waits and goes row by row."""
    assert kireji("batch", "add", a_file(tmp_path), "--live").code == 0


class TestRun:
    @pytest.mark.usefixtures("live")
    def test_a_job_that_waits_is_started_and_worked_to_its_end(self, world: World, kireji: Kireji) -> None:
        done = kireji("batch", "run", "1")
        assert (done.code, done.out) == (0, "")
        assert done.err.startswith("Job 1 has ended: 2 answered; $0.0")
        assert [(job.state, job.counts.succeeded) for job in jobs(world)] == [(JobState.FINISHED, 2)]

    def test_all_of_the_queue(self, world: World, kireji: Kireji, tmp_path: Path) -> None:
        world.remote.enqueue(answer("Third."))
        world.remote.enqueue(answer("Fourth."))
        for name in ("a.jsonl", "b.jsonl"):
            kireji("batch", "add", a_file(tmp_path, name), "--live")
        assert kireji("batch", "run").code == 0
        assert [job.state for job in jobs(world)] == [JobState.FINISHED] * 2

    def test_a_job_that_somebody_looks_through_is_left_alone(
        self, world: World, kireji: Kireji, tmp_path: Path
    ) -> None:
        source = JobSource(SourceKind.JSONL, (a_file(tmp_path, "a.jsonl"),))
        asyncio.run(world.services().jobs.add(JobPlan("Mine", "", ""), source))
        assert kireji("batch", "run").err == "Nothing waits to be run.\n"
        assert [job.state for job in jobs(world)] == [JobState.READY]

    def test_an_empty_queue_is_done(self, kireji: Kireji) -> None:
        done = kireji("batch", "run")
        assert (done.code, done.err) == (0, "Nothing waits to be run.\n")

    @pytest.mark.usefixtures("live")
    def test_a_job_that_has_ended_is_done(self, kireji: Kireji) -> None:
        kireji("batch", "run", "1")
        assert kireji("batch", "run", "1").code == 0
        assert kireji("batch", "run").err == "Nothing waits to be run.\n"

    @pytest.mark.usefixtures("live")
    def test_a_paused_job_stays_so(self, world: World, kireji: Kireji) -> None:
        kireji("batch", "run", "1")
        world.job_importer.rows = scene("three", "four").job_importer.rows
        kireji("batch", "add", "x.jsonl", "--live", "--yes")
        kireji("batch", "pause", "2")
        done = kireji("batch", "run", "2")
        assert (done.code, done.err) == (1, "kireji: Job 2 is paused. It goes on with: kireji batch resume 2\n")

    @pytest.mark.usefixtures("live")
    def test_a_job_that_needs_the_person_is_a_failure_with_its_sentence(self, world: World, kireji: Kireji) -> None:
        refused = [AuthenticationFailed("Anthropic does not take the key.", "Set another.")]
        world.remote = FakeProvider(refused, refused, models=(PRICED,))
        done = kireji("batch", "run", "1")
        last = done.err.splitlines()[-1]
        assert (done.code, [job.state for job in jobs(world)]) == (1, [JobState.NEEDS_YOU])
        assert last.startswith("kireji: Job 1: Anthropic does not take the key.")
        assert last.endswith("kireji batch resume 1")
        assert "Then resume the job" not in last

    @pytest.mark.usefixtures("live")
    def test_over_the_budget_it_is_not_started(self, world: World, kireji: Kireji) -> None:
        world.settings = MemorySettings({"budget": {"day": 0.001}})
        done = kireji("batch", "run", "1")
        assert (done.code, done.err.count("\n"), world.remote.asked) == (1, 1, [])
        assert done.err.startswith("kireji: Job 1: The budget for today is $0.0010")
        assert [job.state for job in jobs(world)] == [JobState.READY]

    @pytest.mark.usefixtures("live")
    def test_rows_that_failed_are_no_failure_of_the_command_and_the_first_says_why(
        self, world: World, kireji: Kireji
    ) -> None:
        refused = [RequestRejected("The question is too long.")]
        world.remote = FakeProvider(refused, answer("Second."), models=(PRICED,))
        done = kireji("batch", "run", "1")
        assert done.code == 0
        assert done.err.splitlines()[0].startswith("Job 1 has ended: 1 answered, 1 failed; $0.0")
        assert done.err.splitlines()[1:] == [
            "The first that failed, 1: The question is too long.",
            "Only those that failed are asked again with: kireji batch retry 1",
        ]

    @pytest.mark.usefixtures("live")
    def test_programs_get_a_line_whenever_it_has_come_further(self, kireji: Kireji) -> None:
        lines = [json.loads(line) for line in kireji("batch", "run", "1", "--json").out.splitlines()]
        assert lines[-1]["state"] == "finished"
        assert lines[-1]["rows"]["succeeded"] == 2
        assert {line["id"] for line in lines} == {1}

    @pytest.mark.usefixtures("live")
    def test_a_terminal_shows_how_far_it_is_and_keeps_only_the_end(self, kireji: Kireji) -> None:
        err = Terminal()
        kireji("batch", "run", "1", err=err)
        assert "\r\x1b[KJob 1 · [" in err.getvalue()
        assert err.getvalue().rpartition("\r\x1b[K")[2].startswith("Job 1 has ended: 2 answered")

    @pytest.mark.usefixtures("live")
    def test_elsewhere_there_is_no_bar(self, kireji: Kireji) -> None:
        assert "\r" not in kireji("batch", "run", "1").err

    def test_with_yes_an_unknown_price_is_no_hindrance(self, world: World, kireji: Kireji, tmp_path: Path) -> None:
        world.remote = FakeProvider(answer("First."), answer("Second."), models=(UNKNOWN,))
        world.settings = MemorySettings({"budget": {"day": 5.0}})
        kireji("batch", "add", a_file(tmp_path), "--live")
        assert kireji("batch", "run", "1").code == 1
        assert kireji("batch", "run", "1", "--yes").code == 0


class TestCancel:
    @pytest.mark.usefixtures("live")
    def test_what_waits_is_called_back_at_once(self, world: World, kireji: Kireji) -> None:
        done = kireji("batch", "cancel", "1")
        assert (done.code, done.err) == (0, "Job 1 was cancelled: 0 answered, 2 called back; $0.00.\n")
        assert world.remote.asked == []

    @pytest.mark.usefixtures("live")
    def test_for_programs(self, kireji: Kireji) -> None:
        assert json.loads(kireji("batch", "cancel", "1", "--json").out)["state"] == "cancelled"


def job(counts: Counts, mode: Mode = Mode.BATCH, since: datetime | None = None, number: int = 3) -> Job:
    plan = JobPlan("Receipts", "anthropic", "claude", mode)
    return Job(
        number, plan, "a.jsonl", SourceKind.JSONL, JobState.RUNNING, counts, NOON, cost=0.25, waiting_since=since
    )


class TestWords:
    def test_a_bar(self) -> None:
        assert bar(50, 200) == "[#####---------------] 25 %"
        assert bar(7, 0) == ""
        assert bar(999, 1000).endswith("99 %")

    def test_rows_batches_since_when_and_cost(self) -> None:
        running = job(Counts(pending=400, taken=400, succeeded=190, errored=10), since=NOON)
        there = f"{NOON.astimezone():%H:%M}"
        assert progress_words([running], NOON, 120) == (
            "Job 3 · [####----------------] 20 % · 200 of 1,000 rows · 10 failed · $0.250"
            f" · 400 with the service since {there}"
        )

    def test_a_narrow_terminal_has_less_of_the_bar_and_all_words(self) -> None:
        running = job(Counts(pending=400, taken=400, succeeded=200), since=NOON)
        words = {columns: progress_words([running], NOON, columns) for columns in (120, 88, 79, 20)}
        assert [text.count("#") + text.count("-") for text in words.values()] == [20, 8, 0, 0]
        assert all("with the service since" in text for text in words.values())

    def test_what_a_terminal_that_is_narrower_yet_cuts_off_is_not_the_cost(self) -> None:
        running = job(Counts(pending=400, taken=400, succeeded=200), since=NOON)
        assert "$0.250" in progress_words([running], NOON, 20)[:60]

    def test_rows_that_are_asked_one_by_one_are_with_nobody(self) -> None:
        assert "with the service" not in progress_words([job(Counts(taken=4), Mode.LIVE, NOON)], NOON, 120)

    def test_several_jobs_are_summed_up(self) -> None:
        both = [job(Counts(succeeded=1, pending=1)), job(Counts(pending=2), number=4)]
        assert progress_words(both, NOON, 120).startswith("2 jobs · [#####---------------] 25 % · 1 of 4 rows")


def test_a_job_that_is_removed_meanwhile_ends_the_command(world: World, kireji: Kireji, tmp_path: Path) -> None:
    kireji("batch", "add", a_file(tmp_path), "--live", "--yes")
    asyncio.run(world.job_store.remove(1))
    assert kireji("batch", "run").err == "Nothing waits to be run.\n"
