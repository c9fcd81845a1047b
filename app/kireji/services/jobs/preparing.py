"""Tells how far the rows of a batch are on their way out: looking through a picture takes a second."""

from __future__ import annotations

import time
from collections.abc import Callable

from kireji.core.jobs.ports import JobStore
from kireji.core.jobs.states import JobState
from kireji.core.jobs.values import Batch
from kireji.services.jobs.news import JobNews

_TOLD_EVERY = 2.0
"""Seconds: what is quicker than that needs no word, and what takes an hour is written down no more often."""


class Unsent(Exception):
    """The job does not run any more; the batch is not sent."""


class Preparing:
    """Follows one batch.

    Args:
        store: The queue; there other processes read it, too.
        news: Told of it.
        batch: Which.
        monotonic: Time, in seconds.
    """

    def __init__(
        self, store: JobStore, news: JobNews, batch: Batch, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._news = news
        self._batch = batch
        self._monotonic = monotonic
        self._next = monotonic() + _TOLD_EVERY
        self._told = False

    async def looked_through(self, rows: int) -> None:
        """So many rows are ready.

        Raises:
            Unsent: The person has stopped the job meanwhile.
            StoreError: The queue cannot be read or written.
        """
        now = self._monotonic()
        if now < self._next:
            return
        self._next = now + _TOLD_EVERY
        job = await self._store.job(self._batch.job)
        if job is None or job.state is not JobState.RUNNING:
            raise Unsent
        await self._tell(rows)

    async def end(self, rows: int) -> None:
        """All that fit are ready; nothing is told of it where nothing was told before."""
        if self._told:
            await self._tell(rows)

    async def _tell(self, rows: int) -> None:
        self._told = True
        await self._store.set_ready(self._batch.id, rows)
        self._news.changed.publish(self._batch.job)
