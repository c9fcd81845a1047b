"""Looks at a batch that is with the service."""

from __future__ import annotations

import logging

from kireji.core.errors import ResultsExpired
from kireji.core.jobs.polling import next_look, results_deleted
from kireji.core.jobs.ports import BatchProvider, RemoteBatch, RemoteState
from kireji.core.jobs.states import BatchState, JobState
from kireji.core.jobs.values import Batch, Job
from kireji.core.messages import Usage
from kireji.core.words import say
from kireji.services.credentials import Credential
from kireji.services.jobs.cancelling import Cancelling
from kireji.services.jobs.collecting import Collecting
from kireji.services.jobs.engine import Engine
from kireji.services.jobs.reconciling import Reconciling, lost
from kireji.services.jobs.stopping import Step, Troubles

log = logging.getLogger(__name__)


class Polling:
    """Takes a batch that was claimed one step further, and gives the claim back.

    Args:
        engine: What the steps share.
        troubles: Told of failures.
    """

    def __init__(self, engine: Engine, troubles: Troubles) -> None:
        self._engine = engine
        self._troubles = troubles
        self._reconciling = Reconciling(engine, troubles)
        self._collecting = Collecting(engine, self._reconciling)
        self._cancelling = Cancelling(engine)

    async def look(self, batch: Batch) -> None:
        """One step: ask where it stands, collect its results, call it back, or find out whether it is there.

        Raises:
            StoreError: The queue cannot be read.
        """
        engine = self._engine
        job = await engine.store.job(batch.job)
        if job is None:  # nothing of it is left
            return
        if wait := self._troubles.barred(job.plan.provider):
            await engine.release(batch, wait)
            return
        step = Step("batch", batch.id)
        try:
            provider = engine.providers[job.plan.provider]
            credential = await engine.credential(provider.name)
            with engine.credentials.in_use(provider.name, credential):
                if batch.state is not BatchState.UNCERTAIN:
                    await self._look(job, batch, provider, credential)
                elif not await self._reconciling.resolve(job, batch, provider, credential):
                    await self._troubles.waits(step, job.id, lost(batch))
                    return
        except Exception as error:  # noqa: BLE001 - also a bug of ours: the claim is given back, and the person is told
            trouble = await self._troubles.met(step, job.id, error)
            self._troubles.bar(job.plan.provider, trouble, error)
            await engine.release(batch, trouble.wait)
        else:
            await self._troubles.over(step, job.id)

    async def _look(self, job: Job, batch: Batch, provider: BatchProvider, credential: Credential) -> None:
        remote = await provider.poll(self._engine.gate, credential.base_url, credential.secret, batch.remote)
        if remote.state in (RemoteState.OPEN, RemoteState.CANCELLING) and _to_be_cancelled(job, batch, remote):
            remote = await self._cancelling.call_back(batch, provider, credential, remote)
        match remote.state:
            case RemoteState.OPEN:
                await self._wait(batch, remote)
            case RemoteState.CANCELLING:
                await self._called_back(batch, remote)
            case RemoteState.ENDED:
                await self._ended(job, batch, provider, credential, remote)
            case RemoteState.FAILED:
                await self._refused(job, batch, remote)
            case RemoteState.GONE:
                await self._gone(job, batch)

    async def _wait(self, batch: Batch, remote: RemoteBatch) -> None:
        await self._engine.release(batch, next_look(batch.polls, remote.poll_after, self._engine.timings))

    async def _called_back(self, batch: Batch, remote: RemoteBatch) -> None:
        wait = next_look(0, remote.poll_after, self._engine.timings)
        if batch.state is BatchState.SUBMITTED:
            await self._engine.change(batch, BatchState.CANCELLING, wait, remote=remote)
        else:
            await self._engine.release(batch, wait)

    async def _ended(
        self, job: Job, batch: Batch, provider: BatchProvider, credential: Credential, remote: RemoteBatch
    ) -> None:
        if batch.state is not BatchState.COLLECTING:
            batch = await self._engine.store.set_batch(batch.id, BatchState.COLLECTING, remote=remote)
            self._engine.news.changed.publish(job.id)
        try:
            await self._collecting.collect(job, batch, provider, credential, remote)
        except ResultsExpired:
            await self._expired(job, batch)

    async def _expired(self, job: Job, batch: Batch) -> None:
        """What the service charged for it, nobody can say any more."""
        await self._engine.desk.settle(job, batch, Usage())
        sentence = say("The service has deleted the results: it keeps them for 29 days.")
        await self._engine.change(batch, BatchState.EXPIRED, sentence=sentence)

    async def _refused(self, job: Job, batch: Batch, remote: RemoteBatch) -> None:
        await self._engine.desk.settle(job, batch, Usage(cost=remote.cost or 0.0))
        sentence = remote.sentence or say("The service refused the whole batch.")
        await self._engine.change(batch, BatchState.FAILED, remote=remote, sentence=sentence)

    async def _gone(self, job: Job, batch: Batch) -> None:
        """The service says that it has no such batch. Right after it was made, that is not believed."""
        engine, now = self._engine, self._engine.clock.now()
        since = batch.submitted or batch.created or now
        if results_deleted(since, now):
            await self._expired(job, batch)
        elif abs((now - since).total_seconds()) < engine.timings.settling:
            await engine.release(batch, next_look(batch.polls, None, engine.timings))
        elif not batch.proven:
            await self._reconciling.refute(batch, batch.remote)
        else:
            sentence = say(
                "The service does not know a batch that it had taken. If the key or the address was changed to another "
                "account's, change it back and resume the job."
            )
            await engine.change(batch, BatchState.NEEDS_YOU, sentence=sentence)
            await self._troubles.stop(job.id, sentence)


def _to_be_cancelled(job: Job, batch: Batch, remote: RemoteBatch) -> bool:
    """Whether the service is to be told. What is not proven may be somebody else's batch."""
    return job.state is JobState.CANCELLING and batch.proven and remote.state is RemoteState.OPEN
