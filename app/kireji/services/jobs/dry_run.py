"""One row of a job, asked now, before all the others."""

from __future__ import annotations

from kireji.core.errors import JobConflict
from kireji.core.jobs.answers import Answer
from kireji.core.jobs.ports import JobStore
from kireji.core.jobs.states import RowState
from kireji.core.words import say
from kireji.services.jobs.asking import RowAsking
from kireji.services.jobs.lookup import job_of
from kireji.services.jobs.news import JobNews
from kireji.services.jobs.reading import JobReading
from kireji.services.jobs.targets import JobTargets

_WAITS = frozenset({RowState.PENDING})


class DryRun:
    """Asks a row that waits, at full price; its answer is the row's result.

    Args:
        store: The queue.
        targets: Finds who answers.
        asking: Asks.
        reading: Reads the result.
        news: Told that a row has ended.
    """

    def __init__(
        self, store: JobStore, targets: JobTargets, asking: RowAsking, reading: JobReading, news: JobNews
    ) -> None:
        self._store = store
        self._targets = targets
        self._asking = asking
        self._reading = reading
        self._news = news

    async def ask(self, job: int, number: int | None) -> Answer:
        """As in JobService."""
        found = await job_of(self._store, job)
        waiting = await self._store.rows(job, (number or 1) - 1, 1, _WAITS)
        if not waiting or (number is not None and waiting[0].number != number):
            raise JobConflict(say("No row of this job waits."), say("Retry those that failed, or add a new job."))
        number = waiting[0].number
        row = await self._store.input(job, number)
        if row is None:
            raise JobConflict(say("This row is gone."))
        target = await self._targets.of(found.plan)
        credential = await self._asking.credential(target)
        cleared = await self._asking.clear(found.plan, target, row)
        result = await self._asking.send(target, credential, number, cleared)
        if not await self._store.record_outside(job, result, cleared.values):
            raise JobConflict(say("This row was sent by another process meanwhile; that answer counts."))
        self._news.changed.publish(job)
        [joined] = await self._store.joined(job, number - 1, 1)
        return self._reading.reader(found).read(joined)
