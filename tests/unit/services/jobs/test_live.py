"""Rows one by one at full price: side by side as far as the service lets them, and never asked twice."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from kireji.core.errors import (
    AuthenticationFailed,
    BudgetReached,
    ConnectionFailed,
    KirejiError,
    Overloaded,
    PaymentRequired,
    RateLimited,
    RequestRejected,
)
from kireji.core.jobs.states import JobState
from kireji.core.jobs.values import Batch
from kireji.core.messages import StopReason, Usage
from kireji.core.requests import Delivery
from tests.fakes.job_parts import prompt_rows
from tests.fakes.provider import Hold, answer
from tests.support.job_world import LIVE, JobWorld

SEVERAL = {"jobs": {"side_by_side": 2}}
ALONE = {"jobs": {"side_by_side": 1}}


async def run(made: JobWorld) -> int:
    """Run a job to the point where it stops by itself; its number."""
    job = await made.running(LIVE)
    async with made.time_passing():
        await (await made.jobs.opened()).live.run(job)
    return job.id


async def fails(made: JobWorld, kind: type[KirejiError]) -> int:
    """The same, where that raises."""
    job = await made.running(LIVE)
    async with made.time_passing():
        with pytest.raises(kind):
            await (await made.jobs.opened()).live.run(job)
    return job.id


async def test_every_row_is_asked_once_and_its_answer_kept() -> None:
    made = JobWorld(answer("1"), answer("2"), answer("3"), settings=ALONE)
    job = await run(made)
    answers = await made.jobs.answers(job)
    assert [(one.row.number, one.text, one.error) for one in answers] == [(1, "1", ""), (2, "2", ""), (3, "3", "")]
    assert len(made.world.remote.asked) == 3


async def test_rows_leave_through_the_outbox_as_whole_answers() -> None:
    made = JobWorld(answer("1"), answer("2"), answer("3"), settings=ALONE)
    await run(made)
    assert [row.purpose for row in made.world.ledger.rows] == ["answer"] * 3
    assert all(row.facts.whole and row.answer is not None for row in made.world.ledger.rows)
    assert {one.cleared.outgoing.delivery for one in made.world.remote.asked if one.cleared.outgoing} == {
        Delivery.WHOLE
    }


async def test_nothing_follows_a_row_that_is_worth_keeping_it_for() -> None:
    made = JobWorld(answer("1"), rows=prompt_rows("one"))
    await run(made)
    [asked] = made.world.remote.asked
    assert asked.cleared.request is not None
    assert asked.cleared.request.alone


async def test_what_a_row_cost_is_in_its_answer_and_in_the_budgets() -> None:
    made = JobWorld(answer("1", usage=Usage(10, 5, cost=0.25)), rows=prompt_rows("one"))
    job = await run(made)
    [one] = await made.jobs.answers(job)
    assert (one.usage.output_tokens, one.cost, one.cached) == (5, 0.25, False)
    assert (await made.services.spending.today()).cost == 0.25


async def test_no_more_than_allowed_are_under_way() -> None:
    holds = [Hold(), Hold(), Hold()]
    made = JobWorld(*([hold, *answer("x")] for hold in holds), settings=SEVERAL)
    job = await made.running(LIVE)
    live = (await made.jobs.opened()).live
    async with asyncio.TaskGroup() as group:
        group.create_task(live.run(job))
        await holds[0].reached.wait()
        await holds[1].reached.wait()
        await asyncio.sleep(0.05)
        assert made.world.remote.open == 2
        for hold in holds:
            hold.release()
    assert await made.states(job.id) == ["succeeded"] * 3


@pytest.mark.parametrize("kind", [RateLimited, Overloaded])
async def test_a_service_without_room_is_asked_again_later(kind: type[RateLimited]) -> None:
    refusal = kind("Full.", provider="anthropic", retry_after=0.01, not_taken=True)
    made = JobWorld([refusal], answer("1"), rows=prompt_rows("one"))
    job = await run(made)
    assert await made.states(job) == ["succeeded"]


async def test_a_service_that_stays_full_leaves_the_rows_waiting() -> None:
    refusal = RateLimited("Full.", provider="anthropic", retry_after=0.001, not_taken=True)
    made = JobWorld(*([refusal] for _ in range(20)), rows=prompt_rows("one", "two"), settings=ALONE)
    job = await fails(made, RateLimited)
    assert await made.states(job) == ["pending", "pending"]


async def test_what_never_reached_the_service_waits() -> None:
    offline = ConnectionFailed("There is no network.", provider="anthropic", not_taken=True)
    made = JobWorld(answer("1"), [offline], settings=ALONE)
    job = await fails(made, ConnectionFailed)
    assert await made.states(job) == ["succeeded", "pending", "pending"]


async def test_a_row_whose_answer_was_lost_fails_and_is_not_asked_again_by_itself() -> None:
    lost = ConnectionFailed("The connection was lost.", provider="anthropic")
    made = JobWorld([lost], answer("2"), answer("3"), settings=ALONE)
    job = await run(made)
    assert await made.states(job) == ["errored", "succeeded", "succeeded"]
    assert await made.sentences(job) == ["The connection was lost. It may have been paid for nevertheless."]


async def test_a_row_that_is_refused_fails_and_the_others_go_on() -> None:
    refused = RequestRejected("The prompt is too long.", provider="anthropic", not_taken=True)
    made = JobWorld([refused], answer("2"), answer("3"), settings=ALONE)
    job = await run(made)
    assert await made.states(job) == ["errored", "succeeded", "succeeded"]
    assert await made.sentences(job) == ["The prompt is too long."]


@pytest.mark.parametrize("kind", [AuthenticationFailed, PaymentRequired])
async def test_what_concerns_every_row_stops_the_job(kind: type[AuthenticationFailed]) -> None:
    made = JobWorld(answer("1"), [kind("No.", "Put it right.", provider="anthropic")], settings=ALONE)
    job = await fails(made, kind)
    assert await made.states(job) == ["succeeded", "pending", "pending"]


async def test_a_budget_that_is_reached_stops_the_job_and_keeps_what_is_done() -> None:
    paid = answer("1", usage=Usage(10, 5, cost=0.018))
    made = JobWorld(paid, settings={**ALONE, "budget": {"day": 0.02}})
    job = await made.added(LIVE)
    await made.world.job_store.set_state(job.id, JobState.RUNNING)
    with pytest.raises(BudgetReached):
        await (await made.jobs.opened()).live.run(job)
    assert await made.states(job.id) == ["succeeded", "pending", "pending"]
    assert len(made.world.remote.asked) == 1


async def test_nothing_new_leaves_once_the_job_is_paused() -> None:
    hold = Hold()
    made = JobWorld([hold, *answer("1")], settings=ALONE)
    job = await made.running(LIVE)
    live = (await made.jobs.opened()).live
    async with asyncio.TaskGroup() as group:
        group.create_task(live.run(job))
        await hold.reached.wait()
        await made.jobs.pause(job.id)
        hold.release()
    assert await made.states(job.id) == ["succeeded", "pending", "pending"]


async def test_when_the_program_ends_rows_that_are_answered_in_time_count() -> None:
    hold = Hold()
    made = JobWorld([hold, *answer("1")], settings=ALONE)
    job = await made.running(LIVE)
    live = (await made.jobs.opened()).live
    task = asyncio.ensure_future(live.run(job))  # noqa: TID251 - cancelled here as the end of the program does
    await hold.reached.wait()
    task.cancel()
    await asyncio.sleep(0)
    hold.release()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await made.states(job.id) == ["succeeded", "pending", "pending"]
    assert await (await made.jobs.opened()).store.open_batches(job.id) == []


async def test_hidden_values_stay_here_and_are_put_back_when_the_answer_is_read() -> None:
    made = JobWorld(answer("I wrote to [MAIL_1]."), rows=prompt_rows("Write to ada@lovelace.org"), redacts=True)
    job = await run(made)
    [asked] = made.world.remote.asked
    assert asked.cleared.outgoing is not None
    assert b"ada@lovelace.org" not in asked.cleared.outgoing.body
    [one] = await made.jobs.answers(job)
    assert one.text == "I wrote to ada@lovelace.org."
    assert made.world.ledger.rows[-1].facts.hidden == {"mail": 1}


async def test_a_refusal_by_the_model_is_an_answer_that_says_so() -> None:
    made = JobWorld(answer("", reason=StopReason.REFUSAL), rows=prompt_rows("one"))
    job = await run(made)
    [one] = await made.jobs.answers(job)
    assert one.error == "The model declined to answer."


async def test_rows_go_in_batches_of_the_size_that_the_plan_has() -> None:
    made = JobWorld(answer("1"), answer("2"), answer("3"), settings=ALONE)
    job = await made.running(msgspec.structs.replace(LIVE, rows_per_batch=2))
    store, sizes = made.world.job_store, list[int]()
    take = store.take

    async def watched(*given: Any) -> Batch | None:
        if (batch := await take(*given)) is not None:
            sizes.append(batch.rows)
        return batch

    store.take = watched  # type: ignore[method-assign]
    await (await made.jobs.opened()).live.run(job)
    assert await made.states(job.id) == ["succeeded"] * 3
    assert (sizes, (await made.jobs.job(job.id)).batches) == ([2, 1], 0)
