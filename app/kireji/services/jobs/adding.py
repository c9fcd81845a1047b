"""From a file to a job that is ready to run."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

import msgspec

from kireji.core.errors import JobError, KirejiError
from kireji.core.history import Origin
from kireji.core.jobs.ports import BatchLimits, JobImporter, JobStore
from kireji.core.jobs.states import JobState
from kireji.core.jobs.values import ImportProgress, Job, JobPlan, JobSource, Mode, Row, SourceHead, SourceKind
from kireji.core.words import say
from kireji.services.jobs.estimating import JobEstimating
from kireji.services.jobs.news import JobNews
from kireji.services.jobs.targets import JobTargets

log = logging.getLogger(__name__)

MOST_TOLD = 1_000
"""Rows that cannot be asked, of which the reasons are told together."""


class NothingToAsk(JobError):
    """No row of a source can be asked.

    Args:
        kind: Of the source.
        bad: The first rows, with the reasons.
        count: How many there are.
    """

    def __init__(self, kind: SourceKind, bad: Sequence[Row], count: int) -> None:
        super().__init__(
            say("There is no row in it that could be asked."),
            _first(kind, bad[0], count - 1)
            if bad and bad[0].sentence
            else say("Each line is a JSON object with a prompt, params or a body; a table needs a prompt."),
        )
        self.bad = tuple(bad)
        self.count = count


class JobAdding:
    """Makes jobs.

    Args:
        store: The queue.
        importer: Reads sources.
        targets: Finds who answers.
        estimating: Says what a new job will take.
        news: Told of new jobs.
        origin: This process.
    """

    def __init__(
        self,
        store: JobStore,
        importer: JobImporter,
        targets: JobTargets,
        estimating: JobEstimating,
        news: JobNews,
        origin: Origin,
    ) -> None:
        self._store = store
        self._importer = importer
        self._targets = targets
        self._estimating = estimating
        self._news = news
        self._origin = origin

    async def head(self, source: JobSource) -> SourceHead:
        """As in JobService."""
        return await self._importer.head(source)

    def limits(self, provider: str, model: str) -> BatchLimits | None:
        """As in JobService."""
        return self._targets.limits(provider, model)

    async def add(self, plan: JobPlan, source: JobSource, progress: Callable[[ImportProgress], None]) -> Job:
        """As in JobService."""
        named = ""
        if source.kind is SourceKind.JSONL and not plan.model:
            named = await self._importer.named_model(source)
        settled = await self._targets.settled(plan, source, named)
        job = await self._store.create(settled, source, self._origin)
        try:
            read = await self._importer.run(job, settled, source, progress, wins=bool(plan.model))
            if read.lines == read.bad:
                raise NothingToAsk(source.kind, await self._store.rows(job, limit=MOST_TOLD), read.bad)
            if await self._targets.sends_no_pictures(settled) and await self._store.has_pictures(job):
                await self._store.set_plan(job, msgspec.structs.replace(settled, mode=Mode.LIVE))
            if settled.reuse:
                await self._store.reuse(job)
        except BaseException:  # also when the person stops it: nothing of it stays
            await asyncio.shield(self._take_back(job))
            raise
        try:
            await self._estimating.estimate(job)
        except KirejiError as error:  # it can be estimated later
            log.info("job %s could not be estimated: %s", job, error)
        self._news.changed.publish(job)
        added = await self._store.job(job)
        if added is None:
            raise JobError(say("The job was removed meanwhile."))
        return added

    async def offer(self, job: int) -> None:
        """As in JobService."""
        await self._store.offer(job)
        self._news.changed.publish(job)

    async def remove_left_over(self) -> None:
        """Remove jobs whose rows were being read when the process ended."""
        for job in await self._store.left_over():
            log.info("job %s was not read to its end; it is removed", job)
            await self._store.remove(job)

    async def _take_back(self, job: int) -> None:
        try:
            if (left := await self._store.job(job)) is not None and left.state in (JobState.IMPORTING, JobState.READY):
                await self._store.remove(job)
        except KirejiError as error:
            log.warning("what was read of job %s stays until the next start: %s", job, error)


def _first(kind: SourceKind, row: Row, more: int) -> str:
    """Why the first row cannot be asked, and how many others there are."""
    if kind not in (SourceKind.JSONL, SourceKind.CSV):
        return row.sentence
    if more:
        return say("Line {line} (and {count} more): {why}", line=f"{row.line:,}", count=f"{more:,}", why=row.sentence)
    return say("Line {line}: {why}", line=f"{row.line:,}", why=row.sentence)
