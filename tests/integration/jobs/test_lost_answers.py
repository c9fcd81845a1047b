"""The service's answer to a new batch is lost: it is found in the list and proven, never made twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from kireji.core.errors import AuthenticationFailed, ConnectionFailed, RequestRejected
from kireji.core.jobs.custom_ids import custom_id
from kireji.core.jobs.states import BatchState, JobState
from tests.support.job_scene import OTHER, Scene, plan, scene

__all__ = ["scene"]

GRACE = 130.0


def others(count: int) -> Sequence[str]:
    """Custom ids of another client."""
    return [custom_id("another0key0", number) for number in range(1, count + 1)]


async def lost(scene: Scene, rows: int = 10) -> None:
    """A job whose one batch is taken up, and whose answer is lost."""
    await scene.add(plan(10), rows)
    scene.service.swallowed = 1


async def test_the_one_batch_of_that_size_is_taken_for_it_and_proven_by_its_results(scene: Scene) -> None:
    await lost(scene)
    async with scene.running():
        assert await scene.states() == [BatchState.UNCERTAIN]
        await scene.advance(10)
        [batch] = await scene.batches()
        assert (batch.state, batch.remote, batch.proven) == (BatchState.SUBMITTED, "msgbatch_1", False)
        scene.service.end()
        await scene.advance(60)
        job = await scene.job()
    assert (job.state, job.counts.succeeded) == (JobState.FINISHED, 10)
    assert scene.service.submissions == 1


async def test_a_batch_that_does_not_say_yet_how_large_it_is_may_be_it(scene: Scene) -> None:
    await lost(scene)
    scene.service.counts = False
    async with scene.running():
        await scene.advance(200)
        assert await scene.states() == [BatchState.SUBMITTED]
        scene.service.end()
        await scene.advance(60)
        assert (await scene.job()).counts.succeeded == 10
    assert scene.service.submissions == 1


async def test_the_person_is_told_meanwhile(scene: Scene) -> None:
    await lost(scene)
    async with scene.running():
        assert (await scene.job()).sentence.startswith("The service's answer to 10 rows was lost.")
        await scene.advance(10)
        assert (await scene.job()).sentence == ""


async def test_what_never_arrived_is_sent_again_after_a_while(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    scene.service.failing["submit"] = ConnectionFailed("The connection was lost.")
    async with scene.running():
        scene.service.failing.clear()
        await scene.advance(100)
        assert scene.service.submissions == 1
        await scene.advance(60)
        assert (scene.service.submissions, await scene.states()) == (2, [BatchState.SUBMITTED])
    assert len(scene.desk.open) == 1


async def test_a_batch_that_appears_late_in_the_list_is_found(scene: Scene) -> None:
    await lost(scene)
    scene.service.lists = False
    async with scene.running():
        await scene.advance(100)
        scene.service.lists = True
        await scene.advance(30)
        assert await scene.states() == [BatchState.SUBMITTED]
    assert scene.service.submissions == 1


async def test_the_while_begins_when_the_list_could_be_read(scene: Scene) -> None:
    await lost(scene)
    scene.service.failing["recent"] = ConnectionFailed("There is no network.")
    async with scene.running():
        await scene.advance(600)
        assert await scene.states() == [BatchState.UNCERTAIN]
        scene.service.failing.clear()
        await scene.advance(310)
        assert await scene.states() == [BatchState.SUBMITTED]
    assert scene.service.submissions == 1


async def test_of_several_the_custom_ids_tell_which_it_is(scene: Scene) -> None:
    await lost(scene)
    scene.service.make(others(10))
    async with scene.running():
        scene.service.make(others(10))
        await scene.advance(30)
        [batch] = await scene.batches()
        assert (batch.state, len(batch.candidates)) == (BatchState.UNCERTAIN, 3)
        scene.service.end()
        await scene.advance(60)
        assert (await scene.job()).counts.succeeded == 10
    assert (scene.service.submissions, len(scene.service.made)) == (1, 3)


async def test_lines_of_others_before_our_own_do_not_hide_whose_batch_it_is(scene: Scene) -> None:
    await lost(scene)
    scene.service.make(others(10))
    async with scene.running():
        scene.service.made[1].foreign = 200
        scene.service.end()
        await scene.advance(60)
        assert (await scene.job()).counts.succeeded == 10
    assert scene.service.submissions == 1


async def test_when_none_of_several_is_it_the_rows_are_sent_again(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    scene.service.failing["submit"] = ConnectionFailed("The connection was lost.")
    async with scene.running():
        scene.service.failing.clear()
        for _ in range(2):
            scene.service.make(others(10))
        await scene.advance(GRACE)
        assert scene.service.submissions == 1  # one of those that still run could be it
        scene.service.end()
        await scene.advance(90 + GRACE)
        assert scene.service.submissions == 2
        scene.service.end()
        await scene.advance(60)
        assert (await scene.job()).counts.succeeded == 10


async def test_somebody_elses_results_are_never_stored(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    scene.service.failing["submit"] = ConnectionFailed("The connection was lost.")
    async with scene.running():
        scene.service.failing.clear()
        scene.service.make(others(10))
        await scene.advance(10)
        assert await scene.states() == [BatchState.SUBMITTED]
        scene.service.end()
        await scene.advance(30)
        assert (await scene.states(), (await scene.job()).counts.succeeded) == ([BatchState.UNCERTAIN], 0)
        await scene.advance(GRACE)
        assert (scene.service.submissions, await scene.states()) == (2, [BatchState.SUBMITTED])


async def test_a_batch_that_is_surely_ours_is_not_sent_again_though_all_its_results_are_others(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    async with scene.running():
        scene.service.made[0].custom_ids = list(others(10))
        scene.service.end()
        await scene.advance(600)
        assert (await scene.states(), await scene.state()) == ([BatchState.NEEDS_YOU], JobState.NEEDS_YOU)
    assert scene.service.submissions == 1


async def test_somebody_elses_batch_is_not_called_back(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    scene.service.failing["submit"] = ConnectionFailed("The connection was lost.")
    async with scene.running():
        scene.service.failing.clear()
        other = scene.service.make(others(10))
        await scene.advance(10)
        await scene.cancel()
        await scene.advance(60)
        assert not other.cancelled
        scene.service.end()
        await scene.advance(60 + GRACE)
        assert await scene.state() is JobState.CANCELLED


async def test_two_lost_batches_that_were_taken_for_each_other_find_their_own(scene: Scene) -> None:
    await scene.add(plan(10), 20)
    scene.service.swallowed = 2
    scene.service.lists = False
    async with scene.running():
        await scene.advance(15)
        assert await scene.states() == [BatchState.UNCERTAIN] * 2
        second = scene.service.made.pop()
        scene.service.lists = True
        await scene.advance(15)  # the first one alone is listed, and one of the two takes it for its own
        scene.service.made.append(second)
        await scene.advance(30)
        scene.service.end()
        await scene.advance(90)
        job = await scene.job()
    assert (job.state, job.counts.succeeded) == (JobState.FINISHED, 20)
    assert scene.service.submissions == 2


async def test_a_clock_that_was_wrong_when_rows_were_sent_does_not_let_them_be_sent_twice(scene: Scene) -> None:
    await lost(scene)
    async with scene.running():
        scene.service.made[0].created -= timedelta(hours=20)
        await scene.advance(2 * GRACE)
        scene.service.end()
        await scene.advance(120)
        assert (await scene.job()).counts.succeeded == 10
    assert scene.service.submissions == 1


async def test_a_killed_process_leaves_a_batch_that_the_next_one_finds(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    await scene.store.take(1, OTHER, "k0k0k0k0k0k0", 10, BatchState.SUBMITTING, 30.0)
    scene.service.make([custom_id("k0k0k0k0k0k0", number) for number in range(1, 11)])
    async with scene.running():
        await scene.advance(25)
        assert await scene.states() == [BatchState.SUBMITTING]  # its lease has not ended
        await scene.advance(60)
        assert await scene.states() == [BatchState.SUBMITTED]
        scene.service.end()
        await scene.advance(60)
    assert (await scene.job()).counts.succeeded == 10
    assert scene.service.submissions == 0


async def test_a_batch_of_a_process_that_lives_is_left_to_it(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    await scene.store.take(1, OTHER, "k0k0k0k0k0k0", 10, BatchState.SUBMITTING, 30.0)
    scene.alive.add(OTHER)
    async with scene.running():
        await scene.advance(600)
        assert await scene.states() == [BatchState.SUBMITTING]


async def test_a_runner_that_was_stopped_in_the_middle_of_sending_goes_on_at_once(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    hold = scene.service.hold_submission()
    async with scene.running():
        await hold.reached.wait()
    assert await scene.states() == [BatchState.UNCERTAIN]
    hold.open.set()
    async with scene.running():
        await scene.advance(10)
        assert await scene.states() == [BatchState.SUBMITTED]
    assert len(scene.service.made) == 1


async def test_a_service_that_lists_nothing_leaves_it_to_the_person(scene: Scene) -> None:
    await lost(scene)
    scene.service.failing["recent"] = RequestRejected("There is no list.")
    async with scene.running():
        await scene.advance(10)
        job = await scene.job()
        assert (job.state, job.counts.uncertain) == (JobState.NEEDS_YOU, 10)
        assert "Nobody can tell whether 10 rows of this job are with the service." in job.sentence
        await scene.advance(7200)
    assert scene.service.submissions == 1


async def test_the_rest_of_a_job_goes_on_while_something_is_unclear(scene: Scene) -> None:
    await scene.add(plan(10), 30)
    scene.service.swallowed = 1
    scene.service.lists = False
    async with scene.running():
        await scene.advance(20)
        assert await scene.states() == [BatchState.UNCERTAIN, BatchState.SUBMITTED, BatchState.SUBMITTED]


async def test_a_key_that_is_refused_while_looking_needs_the_person_and_loses_nothing(scene: Scene) -> None:
    await lost(scene)
    scene.service.failing["recent"] = AuthenticationFailed("The key was refused.")
    async with scene.running():
        await scene.advance(10)
        assert await scene.state() is JobState.NEEDS_YOU
        scene.service.failing.clear()
        await scene.resume()
        await scene.advance(10)
        assert await scene.states() == [BatchState.SUBMITTED]
    assert scene.service.submissions == 1


async def test_what_was_reserved_for_a_lost_batch_stays_reserved_until_it_is_clear(scene: Scene) -> None:
    await lost(scene)
    async with scene.running():
        assert len(scene.desk.open) == 1
        scene.service.end()
        await scene.advance(60)
    assert scene.desk.open == set()
    [usage] = scene.desk.settled.values()
    assert round(usage.cost or 0.0, 6) == 0.01
