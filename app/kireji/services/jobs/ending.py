"""Says when a job has ended."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import msgspec

from kireji.core.errors import JobConflict
from kireji.core.jobs.states import BatchState, JobState
from kireji.core.jobs.values import Batch, Job
from kireji.core.messages import Usage
from kireji.core.words import say
from kireji.services.jobs.engine import Engine
from kireji.services.jobs.stopping import Troubles

log = logging.getLogger(__name__)

_MAY_END = frozenset({JobState.RUNNING, JobState.PAUSED, JobState.NEEDS_YOU, JobState.CANCELLING})


def never_known() -> str:
    """What is said of rows that were sent, when the job is cancelled before anybody knows what became of them."""
    return say("Nobody knows what became of it; the job was cancelled.")


class Ending:
    """Ends jobs.

    Args:
        engine: What the steps share.
        troubles: Told when only the person can decide.
    """

    def __init__(self, engine: Engine, troubles: Troubles) -> None:
        self._engine = engine
        self._troubles = troubles

    async def check(self, job: Job) -> None:
        """End a job of which nothing is under way and nothing waits; nothing happens to others.

        Raises:
            StoreError: The queue cannot be read or written.
        """
        if job.state not in _MAY_END:
            return
        cancelling = job.state is JobState.CANCELLING
        if cancelling:
            await self._cancel_what_waits(job)
        elif job.counts.pending:
            return
        under_way = await self._engine.store.open_batches(job.id)
        doubtful = [batch for batch in under_way if batch.state is BatchState.NEEDS_YOU]
        if len(doubtful) < len(under_way):
            return
        if cancelling:
            await self._leave_doubtful(job, doubtful)
        elif doubtful or job.counts.uncertain or job.counts.taken:
            await self._needs_you(job)
            return
        await self._end(job, JobState.CANCELLED if cancelling else JobState.FINISHED)

    async def _cancel_what_waits(self, job: Job) -> None:
        if job.counts.pending and await self._engine.store.cancel_pending(job.id):
            self._engine.news.changed.publish(job.id)

    async def _leave_doubtful(self, job: Job, doubtful: Sequence[Batch]) -> None:
        """The person does not want to know any more what became of rows; they may have been paid for."""
        sentence = never_known()
        for batch in doubtful:
            await self._engine.desk.settle(job, batch, Usage())
            await self._engine.store.set_batch(batch.id, BatchState.EXPIRED, sentence=sentence)
        if job.counts.uncertain:
            await self._engine.store.fail_uncertain(job.id, sentence)

    async def _needs_you(self, job: Job) -> None:
        if job.state is JobState.NEEDS_YOU:
            return
        sentence = say(
            "All other rows have ended, but nobody can tell what became of rows that were sent ({rows}). Say whether "
            "they are to be sent again or count as failed.",
            rows=job.counts.uncertain + job.counts.taken,
        )
        await self._troubles.stop(job.id, sentence)

    async def _end(self, job: Job, state: JobState) -> None:
        engine = self._engine
        ended = msgspec.structs.replace(job, state=state, sentence="")
        try:
            changed = await engine.store.set_state(job.id, state, "", engine.notice(ended))
        except JobConflict as error:  # another process was quicker, or rows wait again
            log.info("job %d: %s", job.id, error.message)
            return
        log.info("job %d is %s", job.id, state.value)
        engine.news.changed.publish(job.id)
        engine.news.ended.publish(changed)
