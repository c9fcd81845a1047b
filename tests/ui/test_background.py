"""What the program does by itself while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest

from kireji.core.jobs.states import JobState
from kireji.services.application import Services
from kireji.ui.background import work_jobs
from tests.fakes.provider import Hold, answer
from tests.support.job_world import LIVE, JobWorld

pytestmark = pytest.mark.qt


@asynccontextmanager
async def running(services: Services) -> AsyncIterator[asyncio.Task[None]]:
    """While inside, the program works the queue."""
    async with asyncio.TaskGroup() as group:
        work = group.create_task(work_jobs(services, 0.0))
        yield work
        work.cancel()


async def until(made: JobWorld, job: int, state: JobState) -> None:
    changed = asyncio.Event()
    made.jobs.changed.subscribe(lambda _: changed.set())
    async with asyncio.timeout(10):
        while (await made.jobs.job(job)).state is not state:
            await changed.wait()
            changed.clear()


async def test_a_job_that_is_started_runs_by_itself_to_its_end() -> None:
    made = JobWorld(answer("1"), answer("2"), answer("3"))
    async with running(made.services):
        job = await made.running(LIVE)
        await until(made, job.id, JobState.FINISHED)
    assert await made.states(job.id) == ["succeeded"] * 3


async def test_before_there_is_a_job_nothing_is_opened() -> None:
    made = JobWorld(answer("1"), answer("2"), answer("3"))
    made.jobs._exist = lambda: False
    async with running(made.services):
        await asyncio.sleep(0.05)
        assert made.jobs._parts is None
        job = await made.running(LIVE)
        await until(made, job.id, JobState.FINISHED)


async def test_when_the_program_ends_no_claim_stays() -> None:
    hold = Hold()
    made = JobWorld([hold, *answer("1")])
    async with running(made.services) as work:
        job = await made.running(msgspec.structs.replace(LIVE, rows_per_batch=1))
        await hold.reached.wait()
        work.cancel()
        await asyncio.sleep(0)
        hold.release()
        await asyncio.wait([work])
    assert await made.states(job.id) == ["succeeded", "pending", "pending"]
    assert await made.world.job_store.open_batches(job.id) == []
