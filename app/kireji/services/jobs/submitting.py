"""Sends the next rows of a job as one batch.

The order holds whatever happens in between: the batch is recorded, its body written, what it may cost is kept free,
the ledger has its row, it is sent once, and what the service answers is recorded. Up to the sending it is certain that
the service has nothing, so that rows may wait again. From then on only the service can say.
"""

from __future__ import annotations

import asyncio
import enum
import logging
import secrets
import string

from kireji.core.errors import KirejiError, ProviderError
from kireji.core.jobs.limits import BATCHES_IN_FLIGHT, ROWS_IN_FLIGHT
from kireji.core.jobs.polling import next_look, next_try
from kireji.core.jobs.ports import BatchLimits, BatchProvider, RemoteBatch
from kireji.core.jobs.states import BatchState, JobState
from kireji.core.jobs.values import Batch, Job
from kireji.core.requests import ClearedRequest
from kireji.services.credentials import Credential
from kireji.services.jobs.engine import Engine
from kireji.services.jobs.preparing import Unsent
from kireji.services.jobs.reconciling import lost
from kireji.services.jobs.stopping import Step, Trouble, Troubles

log = logging.getLogger(__name__)

_SIGNS = string.ascii_lowercase + string.digits
_KEY_LENGTH = 12


class Sent(enum.Enum):
    """What came of trying to send rows."""

    YES = "yes"
    """The next ones may follow at once."""
    NOTHING = "nothing"
    """No row waits, or the job does not run."""
    FULL = "full"
    """As much is with the service as may be."""


def _sending(job: Job) -> Step:
    return Step("job", job.id)


def new_key() -> str:
    """What the custom ids of a submission begin with: made anew each time, so that it proves whose it is."""
    return "".join(secrets.choice(_SIGNS) for _ in range(_KEY_LENGTH))


class Submitting:
    """Sends batches.

    Args:
        engine: What the steps share.
        troubles: Told of failures.
    """

    def __init__(self, engine: Engine, troubles: Troubles) -> None:
        self._engine = engine
        self._troubles = troubles

    async def send(self, job: Job) -> Sent | Trouble:
        """Send the next rows of a job that runs.

        Raises:
            StoreError: The queue cannot be read.
        """
        engine = self._engine
        try:
            limits = await engine.desk.limits(job)
            provider = engine.providers[job.plan.provider]
            if not (rows := await self._room(job, limits)):
                return Sent.FULL
            credential = await engine.credential(provider.name)  # before anything is recorded that must be undone
            if self._troubles.failing(_sending(job)):
                await self._probe(provider, credential)
            batch = await engine.store.take(
                job.id, engine.origin, new_key(), rows, BatchState.SUBMITTING, engine.timings.lease
            )
        except KirejiError as error:
            return await self._troubles.met(_sending(job), job.id, error)
        if batch is None:
            return Sent.NOTHING
        engine.news.changed.publish(job.id)
        return await self._send(job, batch, provider, credential)

    async def _probe(self, provider: BatchProvider, credential: Credential) -> None:
        """Ask for something small before hundreds of megabytes are written for a service that is not there.

        Raises:
            ProviderError: It is still not reached, or refuses.
        """
        engine = self._engine
        with engine.credentials.in_use(provider.name, credential):
            await provider.recent(engine.gate, credential.base_url, credential.secret, engine.clock.now())

    async def _send(self, job: Job, batch: Batch, provider: BatchProvider, credential: Credential) -> Sent | Trouble:
        try:
            cleared = await self._cleared(job, batch, credential)
        except Unsent:
            await self._discard(batch)
            return Sent.NOTHING
        except asyncio.CancelledError:
            await asyncio.shield(self._discard(batch))
            raise
        except Exception as error:  # noqa: BLE001 - whatever it was, nothing has left
            await self._discard(batch)
            return await self._troubles.met(_sending(job), job.id, error)
        if cleared is None:
            await self._discard(batch)
            return Sent.YES
        try:
            with self._engine.credentials.in_use(provider.name, credential):
                remote = await provider.submit(cleared, credential.secret)
        except asyncio.CancelledError:
            await asyncio.shield(self._lost(batch))
            raise
        except Exception as error:  # noqa: BLE001 - whatever it was, it may have arrived
            return await self._failed(job, batch, error)
        finally:
            await self._engine.desk.written(batch)
        await self._submitted(batch, remote)
        await self._troubles.over(_sending(job), job.id)
        return Sent.YES

    async def _cleared(self, job: Job, batch: Batch, credential: Credential) -> ClearedRequest | None:
        cleared = await self._engine.desk.write(job, batch, credential)
        now = await self._engine.store.job(job.id)  # writing takes a while, and the person may have stopped the job
        if now is None or now.state is not JobState.RUNNING:
            raise Unsent
        return cleared

    async def _submitted(self, batch: Batch, remote: RemoteBatch) -> None:
        wait = next_look(0, remote.poll_after, self._engine.timings)
        await self._engine.change(batch, BatchState.SUBMITTED, wait, remote=remote, proven=True)
        log.info("batch %d with %d rows is %s at the service", batch.id, remote.rows, remote.id)

    async def _failed(self, job: Job, batch: Batch, error: Exception) -> Trouble:
        if isinstance(error, ProviderError) and error.not_taken:
            await self._discard(batch)
            return await self._troubles.met(_sending(job), job.id, error)
        ours = not isinstance(error, KirejiError)
        log.warning("batch %d: nobody knows whether it arrived: %s", batch.id, error, exc_info=error if ours else None)
        await self._troubles.waits(Step("batch", batch.id), job.id, lost(batch))
        await self._lost(batch)
        wanted = error.retry_after if isinstance(error, ProviderError) else None
        return Trouble(lost(batch), next_try(1, wanted, self._engine.timings), stops=False)

    async def _discard(self, batch: Batch) -> None:
        """It is certain that the service has nothing."""
        await self._engine.desk.written(batch)
        await self._engine.write(lambda: self._engine.desk.release(batch))
        await self._engine.change(batch, BatchState.DISCARDED)

    async def _lost(self, batch: Batch) -> None:
        """Only the service knows whether it has it."""
        await self._engine.change(batch, BatchState.UNCERTAIN, self._engine.timings.first_retry)

    async def _room(self, job: Job, limits: BatchLimits) -> int:
        """How many rows the next batch may have; 0 when as much is under way as may be."""
        away = [
            batch
            for batch in await self._engine.store.open_batches(job.id)
            if batch.state not in (BatchState.NEEDS_YOU, BatchState.LIVE)
        ]
        wanted = min(max(job.plan.rows_per_batch, 1), limits.rows)
        if len(away) >= BATCHES_IN_FLIGHT or sum(batch.rows for batch in away) + wanted > ROWS_IN_FLIGHT:
            return 0
        return wanted
