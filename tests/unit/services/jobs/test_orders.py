"""What a person orders of a job, and what the budgets say to it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import msgspec
import pytest

from kireji.core.errors import BudgetReached, JobConflict, JobError, PriceUnknown
from kireji.core.history import Origin
from kireji.core.jobs.states import RETRIED_ROWS, BatchState, JobState
from kireji.core.jobs.values import Job, Outcome, RowResult
from kireji.core.models import ModelInfo
from kireji.services.credentials import Credential
from tests.fakes.job_parts import prompt_rows
from tests.support.job_world import PLAN, JobWorld

UNKNOWN = ModelInfo("anthropic", "fake-model", "Fake model")


async def test_a_job_is_started_once() -> None:
    made = JobWorld()
    job = await made.running()
    assert job.state is JobState.RUNNING
    with pytest.raises(JobConflict, match="started already"):
        await made.jobs.start(job.id)


async def test_the_runner_is_woken_by_every_order() -> None:
    made = JobWorld()
    woken: list[int | None] = []
    job = await made.added()
    (await made.jobs.opened()).news.wanted.subscribe(woken.append)
    await made.jobs.start(job.id)
    await made.jobs.pause(job.id)
    await made.jobs.resume(job.id)
    made.jobs.wake()
    assert woken == [job.id, job.id, job.id, None]


async def test_a_job_that_could_pass_a_budget_is_not_started_and_says_why() -> None:
    made = JobWorld(settings={"budget": {"day": 0.001}})
    job = await made.added()
    assert job.estimate is not None
    assert job.estimate.over_budget.startswith("The budget for today is")
    with pytest.raises(BudgetReached, match="The budget for today is"):
        await made.jobs.start(job.id)
    assert (await made.jobs.job(job.id)).state is JobState.READY


async def test_an_unknown_price_is_asked_about_where_there_is_a_budget() -> None:
    made = JobWorld(settings={"budget": {"day": 1.0}}, model=UNKNOWN)
    job = await made.added()
    with pytest.raises(PriceUnknown):
        await made.jobs.start(job.id)
    await made.jobs.allow_unpriced(job.id)
    assert (await made.jobs.start(job.id)).state is JobState.RUNNING


async def test_without_a_budget_an_unknown_price_is_no_question() -> None:
    made = JobWorld(model=UNKNOWN)
    assert (await made.running()).state is JobState.RUNNING


async def test_a_job_that_waits_is_cancelled_at_once() -> None:
    made = JobWorld()
    ended: list[Job] = []
    made.jobs.ended.subscribe(ended.append)
    job = await made.jobs.cancel((await made.added()).id)
    assert (job.state, await made.states(job.id)) == (JobState.CANCELLED, ["canceled"] * 3)
    assert [one.state for one in ended] == [JobState.CANCELLED]


async def test_a_job_with_rows_at_the_service_waits_until_that_has_confirmed() -> None:
    made = JobWorld()
    job = await made.running()
    await made.taken(job.id, 1)
    cancelling = await made.jobs.cancel(job.id)
    assert (cancelling.state, await made.states(job.id)) == (JobState.CANCELLING, ["taken", "canceled", "canceled"])


@pytest.mark.parametrize("order", ["resume", "cancel"])
async def test_what_is_with_the_service_is_looked_at_at_once(order: str) -> None:
    made = JobWorld()
    job = await made.running()
    batch = await made.taken(job.id)
    store, now = made.world.job_store, made.world.clock.now()
    await store.set_batch(batch.id, BatchState.SUBMITTED)
    await store.release(batch.id, Origin(1, "now"), now + timedelta(seconds=60))
    await made.jobs.pause(job.id)
    assert await store.claim_due(Origin(1, "now"), now, 30.0) is None
    await (made.jobs.resume(job.id) if order == "resume" else made.jobs.cancel(job.id))
    assert await store.claim_due(Origin(1, "now"), now, 30.0) is not None


async def test_what_failed_is_asked_again_and_what_succeeded_is_not() -> None:
    made = JobWorld()
    job = await made.running()
    batch = await made.taken(job.id)
    store = made.world.job_store
    await store.record(batch.id, [RowResult(1, Outcome.SUCCEEDED, b'{"text":"1"}'), RowResult(2, Outcome.ERRORED)])
    await store.record(batch.id, [RowResult(3, Outcome.EXPIRED)])
    for state in (BatchState.SUBMITTED, BatchState.COLLECTING, BatchState.COMPLETED):
        await store.set_batch(batch.id, state)
    await store.set_state(job.id, JobState.FINISHED)
    assert await made.jobs.retry(job.id) == 2
    assert await made.states(job.id) == ["succeeded", "pending", "pending"]
    assert (await made.jobs.job(job.id)).state is JobState.RUNNING


async def test_with_nothing_to_retry_a_job_stays_ended() -> None:
    made = JobWorld()
    job = await made.running()
    await made.jobs.cancel(job.id)
    await made.jobs.retry(job.id)
    assert await made.jobs.retry(job.id) == 0


async def uncertain(made: JobWorld) -> Job:
    """A job that needs the person: its batch was sent, and nobody knows what became of it."""
    job = await made.running()
    batch = await made.taken(job.id)
    await (await made.jobs.opened()).desk.write(job, batch, Credential("https://api.anthropic.com", None))
    for state in (BatchState.UNCERTAIN, BatchState.NEEDS_YOU):
        await made.world.job_store.set_batch(batch.id, state)
    return await made.world.job_store.set_state(job.id, JobState.NEEDS_YOU, "Say what becomes of them.")


async def test_what_is_uncertain_is_sent_again_when_the_person_says_so() -> None:
    made = JobWorld()
    job = await made.jobs.decide((await uncertain(made)).id, again=True)
    assert (job.state, await made.states(job.id)) == (JobState.RUNNING, ["pending"] * 3)
    assert await made.services.spending.held() == {}


async def test_what_is_uncertain_and_given_up_counts_with_what_it_could_cost() -> None:
    made = JobWorld()
    waiting = await uncertain(made)
    most = (await made.services.spending.held())["key123456789"]
    job = await made.jobs.decide(waiting.id, again=False)
    assert (job.state, await made.states(job.id)) == (JobState.RUNNING, ["expired"] * 3)
    assert (await made.services.spending.today()).cost == most


async def test_rows_that_a_process_has_left_unanswered_can_be_counted_as_failed() -> None:
    made = JobWorld(rows=prompt_rows("one", "two"))
    job = await made.running(msgspec.structs.replace(PLAN))
    batch = await made.taken(job.id, 1, BatchState.LIVE)
    await made.world.job_store.mark_sent(batch.id, 1)
    await made.world.job_store.set_batch(batch.id, BatchState.COMPLETED)
    await made.jobs.decide(job.id, again=False)
    assert await made.states(job.id) == ["errored", "pending"]
    assert await made.sentences(job.id) == ["It was sent, and nobody knows what became of it."]


async def test_what_is_uncertain_counts_as_failed_when_the_job_is_cancelled() -> None:
    made = JobWorld(rows=prompt_rows("one", "two"))
    job = await made.running()
    batch = await made.taken(job.id, 1, BatchState.LIVE)
    await made.world.job_store.mark_sent(batch.id, 1)
    await made.world.job_store.set_batch(batch.id, BatchState.COMPLETED)
    cancelled = await made.jobs.cancel(job.id)
    assert (cancelled.state, await made.states(job.id)) == (JobState.CANCELLED, ["errored", "canceled"])
    assert await made.sentences(job.id) == ["Nobody knows what became of it; the job was cancelled."]


async def test_a_retry_that_broke_off_before_the_job_ran_is_made_up_for() -> None:
    made = JobWorld()
    job = await made.running()
    await made.jobs.cancel(job.id)
    await made.world.job_store.retry(job.id, RETRIED_ROWS)
    assert await made.jobs.retry(job.id) == 3
    assert (await made.jobs.job(job.id)).state is JobState.RUNNING


async def test_a_job_is_removed_only_when_nothing_of_it_is_away() -> None:
    made = JobWorld()
    job = await made.running()
    batch = await made.taken(job.id)
    with pytest.raises(JobConflict):
        await made.jobs.remove(job.id)
    await made.world.job_store.set_batch(batch.id, BatchState.DISCARDED)
    await made.jobs.remove(job.id)
    assert await made.jobs.jobs() == []
    with pytest.raises(JobError, match=f"There is no job {job.id}"):
        await made.jobs.job(job.id)


async def test_what_another_process_does_is_told_while_somebody_watches() -> None:
    made = JobWorld()
    job = await made.running()
    changed: list[int] = []
    ended: list[int] = []
    made.jobs.changed.subscribe(changed.append)
    made.jobs.ended.subscribe(lambda one: ended.append(one.id))
    async with made.jobs.watching(), made.time_passing():
        await asyncio.sleep(0.01)
        await made.world.job_store.set_state(job.id, JobState.NEEDS_YOU, "No credit.")
        made.world.job_store.written_by_others += 1
        for _ in range(200):
            await asyncio.sleep(0)
    assert (changed, ended) == ([job.id], [job.id])


async def test_what_this_process_has_told_is_not_told_again() -> None:
    made = JobWorld()
    job = await made.added()
    ended: list[int] = []
    made.jobs.ended.subscribe(lambda one: ended.append(one.id))
    async with made.jobs.watching(), made.time_passing():
        await asyncio.sleep(0.01)
        await made.jobs.cancel(job.id)
        made.world.job_store.written_by_others += 1
        for _ in range(200):
            await asyncio.sleep(0)
    assert ended == [job.id]


async def test_nothing_is_opened_before_there_is_a_job() -> None:
    made = JobWorld()
    made.jobs._exist = lambda: False
    assert await made.jobs.jobs() == ()
    assert made.jobs._parts is None
