"""Answers that break the form of a job: asked again once, counted and paid, whoever is killed between."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from kireji.core.jobs.forms import translated
from kireji.core.jobs.states import JobState, RowState
from kireji.core.jobs.values import JobPlan, Mode
from tests.service import KEY, Orders, Rule, ServiceThread, Text
from tests.support.job_kills import POINTS, killing
from tests.support.job_program import MODEL, job_program

ROWS, EACH = 8, 4
BROKEN = Text(["This is no JSON."])
FAILED = frozenset({RowState.ERRORED})


def rules(once: int = 2, twice: int = 5) -> list[Rule]:
    """One row is answered badly the first time, another one twice."""
    return [
        Rule(BROKEN, contains=f"row {once} of"),
        Rule(BROKEN, contains=f"row {twice} of", times=2),
    ]


def form() -> dict[str, Any]:
    plan = translated(JobPlan("", "anthropic", MODEL), "French")
    return {"form": plan.form, "system": plan.system, "schema": plan.schema, "task": plan.task, "max_tokens": 500}


def environ(service: ServiceThread) -> dict[str, str]:
    return {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}


@pytest.mark.parametrize("mode", Mode)
async def test_broken_once_a_row_succeeds_and_broken_twice_it_has_failed(mode: Mode, tmp_path: Path) -> None:
    with ServiceThread(*rules(), batches=Orders(seconds=0.05)) as service:
        async with job_program(tmp_path, environ(service)) as program:
            await program.add(ROWS, EACH, mode=mode, **form())
            job = await program.work()
            answers = await program.services.jobs.answers(job.id, limit=ROWS)
            spent = await program.services.spending.today()
            held = await program.services.spending.held()
            counted = service.control(batches={"answered": True})["batches"]
    assert (job.state, job.counts.succeeded, job.counts.errored) == (JobState.FINISHED, ROWS - 1, 1)
    assert [one.row.number for one in answers if one.error] == [5]
    assert answers[4].error == "The answer is no JSON, so it does not fit the schema."
    assert job.cost > sum(one.cost or 0.0 for one in answers)
    assert spent.cost == pytest.approx(job.cost)
    assert list(held) == []
    if mode is Mode.BATCH:
        assert (counted["twice"], counted["paid"], counted["orphaned"]) == (0, ROWS + 2, 0)


async def test_when_the_person_retries_it_the_failed_row_alone_is_asked(tmp_path: Path) -> None:
    with ServiceThread(*rules(), batches=Orders(seconds=0.05)) as service:
        async with job_program(tmp_path, environ(service)) as program:
            await program.add(ROWS, EACH, **form())
            job = await program.work()
            made = len(service.batches.all)
            await program.services.jobs.retry(job.id)
            job = await program.work()
    assert (job.state, job.counts.succeeded) == (JobState.FINISHED, ROWS)
    assert [batch.size for batch in service.batches.all[made:]] == [1]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("at", [1, 2, 3])
@pytest.mark.parametrize("point", POINTS[POINTS.index("the service has answered") : -1])
def test_killed_at_a_point_every_row_is_asked_as_often_as_without_that(point: str, at: int, tmp_path: Path) -> None:
    with killing(tmp_path, Orders(seconds=0.1), rules=rules()) as jobs:
        jobs.add(ROWS, EACH, **form())
        assert jobs.run(point, at=at) in (-signal.SIGKILL, 0)
        assert jobs.run() == 0
        tally = jobs.tally()
    assert (tally.rows, tally.succeeded, tally.open) == (ROWS, ROWS - 1, 0)
    assert (tally.twice, tally.paid_twice) == (0, 2)
    assert (tally.orphaned, tally.held, tally.bodies) == (0, 0, 0)
