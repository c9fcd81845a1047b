"""A job whose rows have ended: what tests of results begin with."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from kireji.core.history import Origin
from kireji.core.jobs.ports import RemoteBatch, RemoteState
from kireji.core.jobs.states import BatchState
from kireji.core.jobs.values import Job, JobPlan, Outcome, RowResult
from kireji.core.messages import Usage
from tests.support.job_world import FILE, JobWorld

Said = Mapping[str, str] | Outcome
"""What the service sent for a row, or how else the row has ended."""


def said(value: object) -> Said:
    """A whole answer with a value."""
    return {"text": json.dumps(value), "stop": "end_turn"}


def result_of(number: int, said: Said) -> RowResult:
    """As the queue keeps it."""
    if isinstance(said, Outcome):
        return RowResult(number, said, sentence=f"It is {said.value}.")
    return RowResult(number, Outcome.SUCCEEDED, json.dumps(said).encode(), Usage(10, 5, cost=0.001))


async def answered(made: JobWorld, plan: JobPlan, said: Sequence[Said | None]) -> Job:
    """A job whose rows have ended so; None is with the service still.

    Args:
        made: Whose importer has the rows.
        plan: What was done with them.
        said: How each has ended.
    """
    job = await made.jobs.add(plan, FILE)
    await made.jobs.start(job.id)
    store = (await made.jobs.opened()).store
    batch = await store.take(job.id, Origin(1, "now"), "key123456789", 100_000, BatchState.SUBMITTING, 30.0)
    assert batch is not None
    remote = RemoteBatch("msgbatch_1", RemoteState.OPEN, batch.rows, made.world.clock.now())
    await store.set_batch(batch.id, BatchState.SUBMITTED, remote=remote)
    await store.set_batch(batch.id, BatchState.COLLECTING)
    await store.record(batch.id, [result_of(number, one) for number, one in enumerate(said, 1) if one is not None])
    return await made.jobs.job(job.id)
