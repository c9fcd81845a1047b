"""Finds jobs by their number."""

from __future__ import annotations

from kireji.core.errors import JobError
from kireji.core.jobs.ports import JobStore
from kireji.core.jobs.values import Job
from kireji.core.words import say


async def job_of(store: JobStore, number: int) -> Job:
    """The job with this number.

    Raises:
        JobError: There is none.
    """
    found = await store.job(number)
    if found is None:
        raise JobError(say("There is no job {number}.", number=number), say("kireji batch list shows those there are."))
    return found
