"""Calling a job back: it is cancelled when the service has said so, and what was finished by then is kept."""

from __future__ import annotations

from kireji.core.errors import ConnectionFailed, RequestRejected
from kireji.core.jobs.ports import BatchResult
from kireji.core.jobs.states import BatchState, JobState
from kireji.core.jobs.values import Outcome
from kireji.core.messages import Usage
from tests.support.job_scene import Scene, plan, scene

__all__ = ["scene"]


async def test_a_job_is_cancelled_when_the_service_has_confirmed(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    scene.service.cancels_at_once = False
    async with scene.running():
        await scene.cancel()
        assert (await scene.state(), await scene.states()) == (JobState.CANCELLING, [BatchState.CANCELLING])
        await scene.advance(120)
        assert await scene.state() is JobState.CANCELLING
        scene.service.end()
        await scene.advance(60)
        job = await scene.job()
    assert (job.state, job.counts.canceled) == (JobState.CANCELLED, 10)
    assert scene.desk.open == set()


async def test_a_batch_that_was_called_back_before_any_answer_counts_with_nothing(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    async with scene.running():
        await scene.cancel()
        await scene.advance(60)
        assert (await scene.job()).counts.canceled == 10
    assert [usage.cost for usage in scene.desk.settled.values()] == [0.0]


async def test_what_was_finished_nevertheless_is_kept(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    scene.service.cancels_at_once = False
    async with scene.running():
        await scene.cancel()
        [made] = scene.service.made
        for each in made.custom_ids[:3]:
            made.results[each] = BatchResult(each, Outcome.SUCCEEDED, b"{}", Usage(10, 5, cost=0.001))
        scene.service.end()
        await scene.advance(60)
        counts = (await scene.job()).counts
    assert (counts.succeeded, counts.canceled) == (3, 7)


async def test_rows_that_wait_are_canceled_at_once(scene: Scene) -> None:
    await scene.add(plan(10), 2000)
    scene.service.cancels_at_once = False
    async with scene.running():
        await scene.cancel()
        assert (await scene.job()).counts.canceled == 1000


async def test_an_order_that_did_not_reach_the_service_is_given_again(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    scene.service.failing["cancel"] = ConnectionFailed("There is no network.")
    async with scene.running():
        await scene.cancel()
        assert await scene.state() is JobState.CANCELLING
        scene.service.failing.clear()
        await scene.advance(60)
        assert await scene.state() is JobState.CANCELLED


async def test_a_batch_that_ended_in_that_moment_is_collected(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    scene.service.failing["cancel"] = RequestRejected("It has ended already.")
    async with scene.running():
        await scene.cancel()
        scene.service.end()
        await scene.advance(60)
        job = await scene.job()
    assert (job.state, job.counts.succeeded) == (JobState.CANCELLED, 10)


async def test_an_unclear_batch_is_cleared_up_first(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    scene.service.swallowed = 1
    async with scene.running():
        await scene.cancel()
        await scene.advance(30)
        assert await scene.state() is JobState.CANCELLING
        scene.service.end()
        await scene.advance(60)
        job = await scene.job()
    assert (job.state, job.counts.succeeded, scene.service.submissions) == (JobState.CANCELLED, 10, 1)


async def test_what_never_arrived_is_canceled_and_not_sent_again(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    scene.service.failing["submit"] = ConnectionFailed("The connection was lost.")
    async with scene.running():
        scene.service.failing.clear()
        await scene.cancel()
        await scene.advance(200)
        job = await scene.job()
    assert (job.state, job.counts.canceled, scene.service.submissions) == (JobState.CANCELLED, 10, 1)


async def test_missing_results_of_a_batch_that_was_called_back_are_canceled_rows(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    scene.service.ends_after = 0
    async with scene.running():
        await scene.cancel()
        await scene.advance(60)
        job = await scene.job()
    assert (job.state, job.counts.canceled, job.counts.expired) == (JobState.CANCELLED, 10, 0)


async def test_a_job_that_needed_the_person_can_be_cancelled(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    scene.service.swallowed = 1
    scene.service.failing["recent"] = RequestRejected("There is no list.")
    async with scene.running():
        await scene.advance(10)
        assert await scene.state() is JobState.NEEDS_YOU
        await scene.cancel()
        job = await scene.job()
    assert (job.state, job.counts.expired) == (JobState.CANCELLED, 10)


async def test_only_what_failed_is_sent_again_by_a_retry(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    async with scene.running():
        [made] = scene.service.made
        for each in made.custom_ids[:4]:
            made.results[each] = BatchResult(each, Outcome.ERRORED, b"{}", sentence="Too long.")
        scene.service.end()
        await scene.advance(30)
        await scene.retry()
        assert sorted(scene.service.made[1].custom_ids) == sorted(
            each.replace(made.custom_ids[0].partition("-")[0], scene.service.made[1].custom_ids[0].partition("-")[0])
            for each in made.custom_ids[:4]
        )
