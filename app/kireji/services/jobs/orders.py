"""What a person orders of a job."""

from __future__ import annotations

import logging
from collections.abc import Callable

import msgspec

from kireji.core.errors import BudgetReached, JobConflict, PriceUnknown
from kireji.core.jobs.ports import JobStore
from kireji.core.jobs.states import RETRIED_ROWS, BatchState, JobState, RowState
from kireji.core.jobs.values import Delivery, Estimate, Job
from kireji.core.messages import Usage
from kireji.core.words import say
from kireji.services.jobs.ending import never_known
from kireji.services.jobs.estimating import JobEstimating
from kireji.services.jobs.lookup import job_of
from kireji.services.jobs.news import JobNews
from kireji.services.outbox import Outbox

log = logging.getLogger(__name__)

_ENDED = frozenset({JobState.FINISHED, JobState.CANCELLED})


class JobOrders:
    """Changes the states of jobs; the runner does what follows from them.

    Args:
        store: The queue.
        estimating: Holds a job against the budgets before it starts.
        outbox: Keeps the accounts of batches.
        news: Told of every change.
        notice: What the person's address is told of a job's end; None when there is no address.
    """

    def __init__(
        self,
        store: JobStore,
        estimating: JobEstimating,
        outbox: Outbox,
        news: JobNews,
        notice: Callable[[Job], Delivery | None] = lambda _: None,
    ) -> None:
        self._store = store
        self._estimating = estimating
        self._outbox = outbox
        self._news = news
        self._notice = notice

    async def close_forgotten(self) -> None:
        """What is kept free for batches that are in no queue any more counts with what they could cost at most.

        Whoever ends a batch settles it first. What is still kept free after the queue was looked at, and for no batch
        in it, belonged to a queue that is lost.
        """
        held = await self._outbox.batches.held()
        if not held:
            return
        known = {batch.key for job in await self._store.jobs() for batch in await self._store.open_batches(job.id)}
        for holder in (held & await self._outbox.batches.held()) - known:
            log.warning("batch %s is in no queue; it counts with what it could cost", holder)
            await self._outbox.batches.close(holder, "", "", Usage())

    async def start(self, job: int) -> Job:
        """As in JobService."""
        found = await job_of(self._store, job)
        if found.state is not JobState.READY:
            raise _conflict(say("This job was started already."))
        self._check(found, await self._estimating.estimate(job))
        return await self._set(job, JobState.RUNNING)

    async def pause(self, job: int) -> Job:
        """As in JobService."""
        return await self._set(job, JobState.PAUSED)

    async def resume(self, job: int) -> Job:
        """As in JobService."""
        found = await job_of(self._store, job)
        if found.state not in (JobState.PAUSED, JobState.NEEDS_YOU):
            raise _conflict(say("This job does not wait to be resumed."))
        await self._store.make_due(job)  # what stopped it may be put right: nobody wants to wait for the next look
        return await self._set(job, JobState.RUNNING)

    async def cancel(self, job: int) -> Job:
        """As in JobService."""
        found = await job_of(self._store, job)
        if found.state is not JobState.READY or await self._store.open_batches(job):  # as while a row is tried
            await self._store.set_state(job, JobState.CANCELLING)
        await self._store.cancel_pending(job)
        await self._store.make_due(job)
        if not await self._store.open_batches(job):
            await self._store.fail_uncertain(job, never_known())
            await self._end(job)
        self._tell(job)
        return await job_of(self._store, job)

    async def retry(self, job: int) -> int:
        """As in JobService."""
        found = await job_of(self._store, job)
        if found.state in (JobState.IMPORTING, JobState.CANCELLING):
            raise _conflict(say("This job cannot be retried now."))
        count = await self._store.retry(job, RETRIED_ROWS)
        if found.state in _ENDED:
            count += found.counts.pending  # a retry that broke off here has left them
            if count:
                await self._store.set_state(job, JobState.RUNNING)
        self._tell(job)
        return count

    async def decide(self, job: int, *, again: bool) -> Job:
        """As in JobService."""
        found = await job_of(self._store, job)
        sentence = say("It was sent, and nobody knows what became of it.")
        for batch in await self._store.open_batches(job):
            if batch.state is not BatchState.NEEDS_YOU:
                continue
            if again:
                await self._outbox.batches.cancel(batch.key)
                await self._store.set_batch(batch.id, BatchState.DISCARDED)
            else:  # it may have been paid for: it counts with what it could cost at most
                await self._outbox.batches.close(batch.key, found.plan.provider, found.plan.model, Usage())
                await self._store.set_batch(batch.id, BatchState.EXPIRED, sentence=sentence)
        if again:
            await self._store.retry(job, frozenset({RowState.UNCERTAIN}))
        else:
            await self._store.fail_uncertain(job, sentence)
        if found.state is JobState.NEEDS_YOU:
            return await self._set(job, JobState.RUNNING)
        self._tell(job)
        return await job_of(self._store, job)

    async def allow_unpriced(self, job: int) -> None:
        """As in JobService."""
        found = await job_of(self._store, job)
        await self._store.set_plan(job, msgspec.structs.replace(found.plan, unpriced=True))
        self._tell(job)

    async def remove(self, job: int) -> None:
        """As in JobService."""
        await self._store.remove(job)
        self._news.changed.publish(job)

    async def _end(self, job: int) -> None:
        """Nothing of it is under way: it need not wait for a runner, which may not run."""
        ended = msgspec.structs.replace(await job_of(self._store, job), state=JobState.CANCELLED, sentence="")
        try:
            changed = await self._store.set_state(job, JobState.CANCELLED, "", self._notice(ended))
        except JobConflict as error:  # another process was quicker
            log.info("job %d: %s", job, error.message)
            return
        self._news.ended.publish(changed)

    async def _set(self, job: int, state: JobState) -> Job:
        changed = await self._store.set_state(job, state)
        self._tell(job)
        return changed

    def _tell(self, job: int) -> None:
        self._news.changed.publish(job)
        self._news.wanted.publish(job)

    def _check(self, job: Job, estimate: Estimate) -> None:
        """Raises BudgetReached and PriceUnknown."""
        if estimate.over_budget:
            raise BudgetReached(estimate.over_budget)
        if estimate.most is None and not job.plan.unpriced and self._estimating.limited():
            raise PriceUnknown(
                say(
                    "The price of {name} is unknown, so no budget can hold for it; nothing was sent.",
                    name=job.plan.model,
                ),
                say("Run it anyway (on the command line with --yes), or choose another model."),
            )


def _conflict(sentence: str) -> JobConflict:
    return JobConflict(sentence, say("kireji batch show tells where it stands."))
