"""Notices what other processes do to jobs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from kireji.core.errors import StoreError
from kireji.core.jobs.ports import JobStore
from kireji.core.jobs.states import JobState
from kireji.core.jobs.values import Job
from kireji.services.jobs.news import JobNews

log = logging.getLogger(__name__)

TOLD = frozenset({JobState.FINISHED, JobState.CANCELLED, JobState.NEEDS_YOU})
"""What a person is told of when a job comes into it."""


class JobWatch:
    """Looks whether another process has written, and tells what is new.

    Args:
        store: The queue.
        news: Told of it.
        pause: Waits for so many seconds.
    """

    def __init__(
        self, store: JobStore, news: JobNews, pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._store = store
        self._news = news
        self._pause = pause
        self._known: dict[int, Job] = {}

    async def run(self, seconds: float) -> None:
        """Look every so many seconds, until cancelled."""
        version, self._known = await self._store.version(), {job.id: job for job in await self._store.jobs()}
        stop = self._news.ended.subscribe(self._told)
        try:
            while True:
                await self._pause(seconds)
                try:
                    if (now := await self._store.version()) != version:
                        version = now
                        self._compare(await self._store.jobs())
                        self._news.written.publish(None)
                except StoreError as error:
                    log.warning("the queue could not be looked at: %s", error)
        finally:
            stop()

    def _told(self, job: Job) -> None:
        """What this process has told of itself is not new."""
        self._known[job.id] = job

    def _compare(self, jobs: Sequence[Job]) -> None:
        before, self._known = self._known, {job.id: job for job in jobs}
        for number in sorted(before.keys() - self._known.keys()):
            self._news.changed.publish(number)
        for number, job in self._known.items():
            known = before.get(number)
            if known == job:
                continue
            self._news.changed.publish(number)
            if known is not None and known.state is not job.state and job.state in TOLD:
                self._news.ended.publish(job)
