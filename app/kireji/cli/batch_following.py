"""Shows how far jobs are while they are worked, by this process or by the app."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime

from kireji.cli.batch_progress import Line, with_bar
from kireji.cli.batch_values import job_value
from kireji.cli.batch_words import job_name, looked_through, moment
from kireji.cli.console import Console, OutputClosed
from kireji.core.jobs.states import JobState
from kireji.core.jobs.values import Job, Mode
from kireji.core.words import say
from kireji.services.application import Services
from kireji.services.spending import dollars

_WORKED = (JobState.RUNNING, JobState.CANCELLING)
_LOOK = 1.0
"""Seconds after which it is drawn again although nothing was told."""
_REST = 0.2
"""Seconds between two looks, however much is told: rows that are asked one by one end many times a second."""


class Following:
    """What is to be seen of jobs that are worked.

    Args:
        services: The use cases.
        jobs: Which.
        console: Where it is shown.
        others: Whether jobs that begin meanwhile are shown, too.
        as_json: Whether one object is printed whenever a job has come further, instead of a line that is drawn over.
    """

    def __init__(
        self, services: Services, jobs: Sequence[int], console: Console, *, others: bool, as_json: bool
    ) -> None:
        self._services = services
        self._jobs = frozenset(jobs)
        self._others = others
        self._console = console
        self._as_json = as_json
        self._changed = asyncio.Event()
        self._seen: dict[int, Job] = {}
        self._closed = False

    async def looked_at(self) -> list[Job]:
        """The jobs as they are now, first to last; those that were removed meanwhile are left out."""
        jobs = await self._services.jobs.jobs()
        if self._others:
            self._jobs |= {job.id for job in jobs if job.state in _WORKED}
        return [job for job in reversed(jobs) if job.id in self._jobs]

    @asynccontextmanager
    async def shown(self) -> AsyncIterator[None]:
        """While inside, it is shown.

        Raises:
            OutputClosed: Nobody reads what is printed.
        """
        jobs = self._services.jobs
        stop = jobs.changed.subscribe(lambda _: self._changed.set())
        stop_notes = jobs.untold.subscribe(lambda why: self._console.note(f"kireji: {why}"))
        failure: BaseException | None = None
        try:
            with Line(self._console) as line:
                async with jobs.watching(), asyncio.TaskGroup() as group:
                    draw = group.create_task(self._draw(line), name="progress")
                    try:
                        yield
                    except Exception as error:  # noqa: BLE001 - passed on below; the group would wrap it
                        failure = error
                    finally:
                        draw.cancel()
        finally:
            stop()
            stop_notes()
        if failure is not None:
            raise failure
        if self._closed:
            raise OutputClosed

    async def _draw(self, line: Line) -> None:
        while True:
            self._changed.clear()
            jobs = await self.looked_at()
            if self._as_json:
                self.print(jobs)
            else:
                self._tell(jobs, line)
                line.show(self._words(jobs), now=True)
            await asyncio.sleep(_REST)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), _LOOK)

    def _words(self, jobs: Sequence[Job]) -> str:
        return progress_words(jobs, self._services.clock.now(), self._console.progress_columns)

    def print(self, jobs: Sequence[Job]) -> None:
        """One object for each job that has come further; nothing for people."""
        for job in jobs if self._as_json else ():
            before = self._seen.get(job.id)
            self._seen[job.id] = job
            if before == job or self._closed:
                continue
            try:
                self._console.object(job_value(job))
            except OutputClosed:
                self._closed = True

    def _tell(self, jobs: Sequence[Job], line: Line) -> None:
        """Say once what a job waits for, and while others go on what one needs the person for."""
        going = sum(job.state in _WORKED for job in jobs)
        for job in jobs:
            before = self._seen.get(job.id)
            self._seen[job.id] = job
            if not job.sentence or (before is not None and before.sentence == job.sentence):
                continue
            if job.state is JobState.RUNNING or (job.state is JobState.NEEDS_YOU and before is not None and going):
                line.clear()
                self._console.note(f"{job_name(job)}: {job.sentence}")


def progress_words(jobs: Sequence[Job], now: datetime, columns: int) -> str:
    """How far jobs are, on one line.

    Args:
        jobs: Which.
        now: The time.
        columns: How long the line should be at most.
    """
    if not jobs:
        return ""
    ended = sum(job.counts.ended for job in jobs)
    total = sum(job.counts.distinct for job in jobs)
    failed = sum(job.counts.failed for job in jobs)
    there = sum(job.counts.taken - job.leaving.rows for job in jobs if job.plan.mode is Mode.BATCH)
    since = min((job.waiting_since for job in jobs if job.waiting_since is not None), default=None)
    parts = [say("{ended} of {all} rows", ended=f"{ended:,}", all=f"{total:,}")]
    if failed:
        parts.append(say("{count} failed", count=f"{failed:,}"))
    if any(job.state is JobState.CANCELLING for job in jobs):
        parts.append(say("being called back"))
    parts.append(looked_through(*jobs))
    parts.append(dollars(sum(job.cost for job in jobs)))
    if there and since is not None:  # last, where a narrow terminal cuts
        parts.append(say("{count} with the service since {time}", count=f"{there:,}", time=moment(since, now)))
    name = job_name(jobs[0]) if len(jobs) == 1 else say("{count} jobs", count=f"{len(jobs):,}")
    return with_bar(name, ended, total, parts, columns)
