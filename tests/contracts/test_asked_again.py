"""Rows whose answer was none wait once more when their batch has ended: asked of the real queue and the fake."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kireji.core.jobs.states import BatchState, JobState, RowState
from kireji.core.jobs.values import Batch, Outcome, RowResult
from kireji.core.messages import Usage
from tests.support.queues import US, Queue, in_file, in_memory, result, row

FAILED = frozenset({RowState.ERRORED})


@pytest.fixture(params=["real", "fake"])
async def queue(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Queue]:
    if request.param == "fake":
        yield in_memory()
        return
    found, database = await in_file(tmp_path / "jobs.db")
    yield found
    await database.close()


def broken(number: int) -> RowResult:
    usage = Usage(10, 5, cost=0.25)
    return RowResult(number, Outcome.ERRORED, b'{"said":"no"}', usage, "It does not fit.", again=True)


async def collecting(queue: Queue, job: int) -> Batch:
    """A batch of all rows that wait, whose results are being read."""
    batch = await queue.submitted(job)
    return await queue.store.set_batch(batch.id, BatchState.COLLECTING)


async def ended(queue: Queue, job: int, *results: RowResult, state: BatchState = BatchState.COMPLETED) -> Batch:
    """A batch of all rows that wait, with these results."""
    batch = await collecting(queue, job)
    await queue.store.record(batch.id, results)
    return await queue.store.set_batch(batch.id, state)


async def test_until_its_batch_has_ended_the_row_has_failed_and_is_the_batchs(queue: Queue) -> None:
    job = await queue.made(2)
    batch = await collecting(queue, job)
    assert await queue.store.record(batch.id, [broken(1)]) == 1
    assert await queue.states(job) == ["errored", "taken"]
    assert await queue.store.numbers(batch.id) == {1, 2}
    [one, _] = await queue.store.joined(job)
    assert one.result is not None
    assert (one.result.payload, one.result.sentence) == (b'{"said":"no"}', "It does not fit.")


async def test_its_results_may_be_read_again_before_that(queue: Queue) -> None:
    job = await queue.made(2)
    batch = await collecting(queue, job)
    await queue.store.record(batch.id, [broken(1)])
    assert await queue.store.record(batch.id, [broken(1), result(2)]) == 1
    await queue.store.set_batch(batch.id, BatchState.COMPLETED)
    assert await queue.states(job) == ["pending", "succeeded"]
    assert (await queue.job(job)).cost == 0.5


@pytest.mark.parametrize("state", [BatchState.COMPLETED, BatchState.EXPIRED])
async def test_when_the_batch_has_ended_the_row_waits_without_its_answer(queue: Queue, state: BatchState) -> None:
    job = await queue.made(2)
    batch = await ended(queue, job, broken(1), result(2), state=state)
    assert await queue.states(job) == ["pending", "succeeded"]
    counts = (await queue.job(job)).counts
    assert (counts.pending, counts.errored, counts.succeeded) == (1, 0, 1)
    assert await queue.store.numbers(batch.id) == {2}
    [one, _] = await queue.store.joined(job)
    assert (one.result, one.row.sentence, one.values) == (None, "", {})
    assert await queue.store.rows(job, states=FAILED) == []


async def test_what_the_first_answer_cost_stays_the_jobs(queue: Queue) -> None:
    job = await queue.made(1)
    await ended(queue, job, broken(1))
    await ended(queue, job, result(1))
    assert await queue.states(job) == ["succeeded"]
    assert (await queue.job(job)).cost == 0.5


async def test_a_second_answer_that_is_none_has_failed_for_good(queue: Queue) -> None:
    job = await queue.made(1)
    await ended(queue, job, broken(1))
    await ended(queue, job, broken(1))
    assert await queue.states(job) == ["errored"]
    [one] = await queue.store.joined(job)
    assert one.result is not None
    assert (one.result.payload, one.result.sentence) == (b'{"said":"no"}', "It does not fit.")
    assert (await queue.store.set_state(job, JobState.FINISHED)).state is JobState.FINISHED


async def test_a_row_that_the_person_retries_may_be_asked_again_once(queue: Queue) -> None:
    job = await queue.made(1)
    await ended(queue, job, broken(1))
    await ended(queue, job, broken(1))
    assert await queue.store.retry(job, FAILED) == 1
    await ended(queue, job, broken(1))
    assert await queue.states(job) == ["pending"]
    await ended(queue, job, broken(1))
    assert await queue.states(job) == ["errored"]


async def test_a_job_that_is_being_cancelled_asks_nothing_again(queue: Queue) -> None:
    job = await queue.made(1)
    batch = await collecting(queue, job)
    await queue.store.record(batch.id, [broken(1)])
    await queue.store.set_state(job, JobState.CANCELLING)
    await queue.store.set_batch(batch.id, BatchState.COMPLETED)
    assert await queue.states(job) == ["errored"]


async def test_in_a_paused_job_the_row_waits_until_it_goes_on(queue: Queue) -> None:
    job = await queue.made(1)
    batch = await collecting(queue, job)
    await queue.store.record(batch.id, [broken(1)])
    await queue.store.set_state(job, JobState.PAUSED)
    await queue.store.set_batch(batch.id, BatchState.COMPLETED)
    assert await queue.states(job) == ["pending"]
    assert await queue.store.take(job, US, "key-of-nobody", 9, BatchState.SUBMITTING, 30.0) is None


async def test_what_failed_otherwise_does_not_wait_again(queue: Queue) -> None:
    job = await queue.made(2)
    await ended(queue, job, result(1, Outcome.ERRORED), broken(2))
    assert await queue.states(job) == ["errored", "pending"]


async def test_rows_of_other_batches_and_jobs_stay(queue: Queue) -> None:
    job, other = await queue.made(2), await queue.made(1)
    first = await queue.store.set_batch((await queue.submitted(job, 1)).id, BatchState.COLLECTING)
    second, third = await collecting(queue, job), await collecting(queue, other)
    await queue.store.record(first.id, [broken(1)])
    await queue.store.record(second.id, [broken(2)])
    await queue.store.record(third.id, [broken(1)])
    await queue.store.set_batch(first.id, BatchState.COMPLETED)
    assert (await queue.states(job), await queue.states(other)) == (["pending", "errored"], ["errored"])


async def test_rows_that_ask_the_same_follow(queue: Queue) -> None:
    job = await queue.made([row(1), row(2, print=(1).to_bytes(16, "big"))])
    await ended(queue, job, broken(1))
    assert await queue.states(job) == ["pending", "same"]
    assert [one.result for one in await queue.store.joined(job)] == [None, None]
    await ended(queue, job, result(1))
    assert all(one.result is not None and one.result.number == 1 for one in await queue.store.joined(job))


async def test_a_row_asked_by_itself_waits_again_when_that_has_ended(queue: Queue) -> None:
    job = await queue.made(1)
    batch = await queue.taken(job, state=BatchState.LIVE)
    await queue.store.mark_sent(batch.id, 1)
    await queue.store.record(batch.id, [broken(1)])
    await queue.store.set_batch(batch.id, BatchState.COMPLETED)
    assert await queue.states(job) == ["pending"]


async def test_so_it_does_when_the_process_that_asked_it_is_gone(queue: Queue) -> None:
    job = await queue.made(2)
    batch = await queue.taken(job, state=BatchState.LIVE)
    for number in (1, 2):
        await queue.store.mark_sent(batch.id, number)
    await queue.store.record(batch.id, [broken(1)])
    queue.world.dead.add(US)
    queue.world.pass_by(3600)
    await queue.store.claim_due(US, queue.world.now, 30.0)
    assert await queue.states(job) == ["pending", "uncertain"]


async def test_what_was_hidden_in_rows_of_a_batch_is_told_by_row(queue: Queue) -> None:
    job = await queue.made(3)
    batch = await queue.submitted(job, 2)
    await queue.store.keep_values(batch.id, {2: {"[NAME_1]": "Ada"}})
    assert await queue.store.values(batch.id, [1, 2, 3]) == {2: {"[NAME_1]": "Ada"}}
    assert await queue.store.values(batch.id, [1]) == {}


async def test_a_removed_job_leaves_no_mark(tmp_path: Path) -> None:
    queue, database = await in_file(tmp_path / "jobs.db")
    job = await queue.made(1)
    await ended(queue, job, broken(1))
    await queue.store.set_state(job, JobState.CANCELLING)
    await queue.store.cancel_pending(job)
    await queue.store.remove(job)
    assert await database.run(lambda c: c.execute("SELECT count(*) FROM asked_again").fetchone()) == (0,)
    await database.close()
