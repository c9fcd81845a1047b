"""One row of a job, asked now, before all the others."""

from __future__ import annotations

import asyncio
import logging

import msgspec

from kireji.core.errors import JobConflict, JobError, KirejiError, ProviderError, RequestRejected
from kireji.core.jobs.answers import Answer
from kireji.core.jobs.states import BatchState, JobState, RowState
from kireji.core.jobs.values import Batch, Job, RowInput, RowResult
from kireji.core.words import say
from kireji.services.credentials import Credential
from kireji.services.jobs.asking import RowAsking
from kireji.services.jobs.engine import Engine
from kireji.services.jobs.live import perhaps_paid, surely_unanswered
from kireji.services.jobs.lookup import job_of
from kireji.services.jobs.reading import JobReading
from kireji.services.jobs.submitting import new_key
from kireji.services.jobs.targets import JobTargets, Target

log = logging.getLogger(__name__)

_WAITS = frozenset({RowState.PENDING})


class DryRun:
    """Asks a row that waits, at full price; its answer is the row's result.

    While it is asked the row is in a batch of its own, so that nobody else sends it, whatever happens to this process.

    Args:
        engine: The queue and this process.
        targets: Finds who answers.
        asking: Asks.
        reading: Reads the result.
    """

    def __init__(self, engine: Engine, targets: JobTargets, asking: RowAsking, reading: JobReading) -> None:
        self._engine = engine
        self._targets = targets
        self._asking = asking
        self._reading = reading

    async def ask(self, job: int, number: int | None) -> Answer:
        """As in JobService."""
        engine = self._engine
        found = await job_of(engine.store, job)
        if number is not None and number > found.counts.lines:
            raise JobError(say("There is no row {number}.", number=f"{number:,}"), _last(found.counts.lines))
        number = await self._waiting(job, number)
        target = await self._targets.of(found.plan)
        credential = await self._asking.credential(target)
        batch = await engine.store.take_row(job, number, engine.origin, new_key(), engine.timings.lease)
        if batch is None:
            raise _none_waits()
        try:
            [row] = await engine.store.inputs(batch.id)
            result = await self._ask(found, batch, target, credential, row)
        finally:
            await asyncio.shield(self._end(batch))
        await engine.require_written()
        [joined] = await engine.store.joined(job, number - 1, 1)
        if joined.result is None:  # its answer was none, and it waits to be asked once more
            joined = msgspec.structs.replace(joined, result=result)
        return self._reading.reader(found).read(joined)

    async def _waiting(self, job: int, number: int | None) -> int:
        waiting = await self._engine.store.rows(job, (number or 1) - 1, 1, _WAITS)
        if not waiting or (number is not None and waiting[0].number != number):
            raise _none_waits()
        return waiting[0].number

    async def _ask(self, job: Job, batch: Batch, target: Target, credential: Credential, row: RowInput) -> RowResult:
        try:
            result = await self._asking.answer(self._engine.store, batch, job.plan, target, credential, row)
        except ProviderError as error:
            if surely_unanswered(error) or isinstance(error, RequestRejected):
                await self._waits_again(batch, row)
            else:
                await self._record(batch, perhaps_paid(row, error))
            raise
        [judged] = await self._engine.judged(job, batch.id, [result])
        await self._record(batch, judged)
        return judged

    async def _waits_again(self, batch: Batch, row: RowInput) -> None:
        try:
            await self._engine.store.mark_sent(batch.id, row.number, sent=False)
        except KirejiError as problem:
            log.info("row %d of batch %d: %s", row.number, batch.id, problem.message)

    async def _record(self, batch: Batch, result: RowResult) -> None:
        await self._engine.write(lambda: self._engine.store.record(batch.id, [result]))

    async def _end(self, batch: Batch) -> None:
        engine = self._engine
        await engine.change(batch, BatchState.COMPLETED)
        now = await engine.store.job(batch.job)
        if now is not None and now.state is JobState.CANCELLING:  # which waited for this row alone, perhaps
            engine.news.wanted.publish(batch.job)


def _last(rows: int) -> str:
    return say("The last row is {number}.", number=f"{rows:,}")


def _none_waits() -> JobConflict:
    return JobConflict(say("No row of this job waits."), say("Retry those that failed, or add a new job."))
