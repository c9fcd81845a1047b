"""What submitting, polling, collecting, reconciling and cancelling share."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from kireji.core.errors import JobConflict, StoreError
from kireji.core.history import Origin
from kireji.core.jobs.polling import Timings
from kireji.core.jobs.ports import BatchLimits, BatchProvider, JobStore, RemoteBatch
from kireji.core.jobs.states import BatchState
from kireji.core.jobs.values import Batch, Delivery, Job, RowResult
from kireji.core.messages import Usage
from kireji.core.ports import Clock
from kireji.core.provider_ports import Gate
from kireji.core.requests import ClearedRequest
from kireji.core.structured.forms import AnswerForm
from kireji.services.credentials import Credential, Credentials
from kireji.services.jobs.news import JobNews

log = logging.getLogger(__name__)

Write = Callable[[], Awaitable[object]]
Judge = Callable[[Job, int, Sequence[RowResult]], Awaitable[Sequence[RowResult]]]
"""Takes a job, one of its batches and results of that, gives them as they are to be stored."""


class Desk(Protocol):
    """Makes the request that a batch leaves in, and keeps its account: redaction, budgets and the ledger are there."""

    async def limits(self, job: Job) -> BatchLimits:
        """What a batch of a job may hold.

        Raises:
            JobError: Its model has no batches (any more).
            KirejiError: That cannot be found out now.
        """

    async def write(self, job: Job, batch: Batch, credential: Credential) -> ClearedRequest | None:
        """Write the body, keep free what it may cost, record it in the ledger. Rows that do not fit are given back.

        Returns:
            What may be sent; None when no row of it can be.

        Raises:
            Unsent: The job does not run any more.
            KirejiError: It cannot be sent; nothing of it is kept free or stands on the disk.
        """

    async def written(self, batch: Batch) -> None:
        """The body is not needed any more."""

    async def settle(self, job: Job, batch: Batch, usage: Usage) -> None:
        """What a batch has used in the end; may be said more than once.

        Raises:
            StoreError: It could not be written.
        """

    async def release(self, batch: Batch) -> None:
        """A batch has used nothing; may be said more than once.

        Raises:
            StoreError: It could not be written.
        """


class Engine:
    """The queue, the services and this process.

    Args:
        store: The queue.
        providers: The services' batch interfaces, by name.
        desk: Makes requests and keeps accounts.
        credentials: Keys and addresses.
        gate: The way out for everything that holds no rows.
        news: Told of every change.
        clock: Time.
        origin: This process.
        timings: How long things take.
        notice: What the person's address is told of a job's end; None when there is no address.
        judge: Holds answers of jobs with a form to it.
    """

    def __init__(
        self,
        store: JobStore,
        providers: Mapping[str, BatchProvider],
        desk: Desk,
        credentials: Credentials,
        gate: Gate,
        news: JobNews,
        clock: Clock,
        origin: Origin,
        timings: Timings,
        notice: Callable[[Job], Delivery | None] = lambda job: None,
        judge: Judge | None = None,
    ) -> None:
        self.store = store
        self.providers = providers
        self.desk = desk
        self.credentials = credentials
        self.gate = gate
        self.news = news
        self.clock = clock
        self.origin = origin
        self.timings = timings
        self.notice = notice
        self._judge = judge
        self._owed: list[Write] = []
        self._failure: StoreError | None = None

    async def judged(self, job: Job, batch: int, results: Sequence[RowResult]) -> Sequence[RowResult]:
        """Results as they are to be stored: answers that are none of the job's form have failed. Never raises."""
        if self._judge is None or job.plan.form is AnswerForm.TEXT:
            return results
        return await self._judge(job, batch, results)

    async def credential(self, provider: str) -> Credential:
        """Where a service is and its key.

        Raises:
            AuthenticationFailed: There is no key.
            KeyStoreError: The keychain is locked or does not answer.
        """
        credential = await self.credentials.find(provider)
        if credential.secret is None:
            raise self.credentials.missing(provider)
        return credential

    def later(self, seconds: float) -> datetime:
        """The time of day in so many seconds."""
        return self.clock.now() + timedelta(seconds=seconds)

    async def change(
        self,
        batch: Batch,
        state: BatchState,
        wait: float | None = None,
        *,
        remote: RemoteBatch | None = None,
        candidates: tuple[str, ...] | None = None,
        proven: bool | None = None,
        sentence: str = "",
    ) -> None:
        """Change a batch and give the claim back. What cannot be written now is written as soon as it can be.

        Args:
            batch: Which; claimed by this process.
            state: What follows.
            wait: Seconds until it is looked at again; None when it has ended.
            remote: What the service tells of it.
            candidates: Which of the service's batches it may be.
            proven: Whether its custom ids were seen.
            sentence: What went wrong; empty if nothing.
        """

        async def write() -> None:
            try:
                await self.store.set_batch(
                    batch.id, state, remote=remote, candidates=candidates, proven=proven, sentence=sentence
                )
            except JobConflict as error:  # written before, or another process was quicker
                log.info("batch %d: %s", batch.id, error.message)
            await self.store.release(batch.id, self.origin, None if wait is None else self.later(wait))

        await self.write(write)
        self.news.changed.publish(batch.job)

    async def release(self, batch: Batch, wait: float) -> None:
        """Give a claim back.

        Args:
            batch: Which.
            wait: Seconds until it is looked at again.
        """
        await self.write(lambda: self.store.release(batch.id, self.origin, self.later(wait)))

    async def write(self, write: Write) -> bool:
        """Write what must not be lost; when the disk is full it is tried again until it can be written.

        Returns:
            Whether it was written now.
        """
        if not self._owed:
            try:
                await write()
                return True
            except StoreError as error:
                log.warning("the queue could not be written: %s", error)
                self._failure = error
        self._owed.append(write)
        return False

    async def make_up(self) -> bool:
        """Write what could not be written before; False when something is still owed."""
        while self._owed:
            try:
                await self._owed[0]()
            except StoreError as error:
                log.info("the queue still cannot be written: %s", error)
                return False
            self._owed.pop(0)
        return True

    async def require_written(self) -> None:
        """Write what could not be written before.

        Raises:
            StoreError: It still cannot be written.
        """
        if not await self.make_up() and self._failure is not None:
            raise self._failure

    @property
    def owes(self) -> bool:
        """Whether something could not be written yet."""
        return bool(self._owed)
