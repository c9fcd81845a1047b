"""A job from its first row to its end, on a clock that a test moves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kireji.core.errors import (
    AuthenticationFailed,
    BudgetReached,
    ConnectionFailed,
    KeyStoreLocked,
    KeyStoreUnavailable,
    Overloaded,
    PaymentRequired,
    RateLimited,
    RequestRejected,
    StoreFull,
)
from kireji.core.jobs.custom_ids import custom_id
from kireji.core.jobs.limits import BATCHES_IN_FLIGHT
from kireji.core.jobs.states import BatchState, JobState
from kireji.core.jobs.values import Mode
from kireji.core.secret import Secret
from kireji.storage.jobs.store import SqliteJobStore
from kireji.storage.jobs.tables import open_jobs
from tests.support.job_scene import OTHER, Scene, plan, scene

__all__ = ["scene"]

SUBMITTED = BatchState.SUBMITTED


async def test_rows_go_in_batches_and_their_results_come_back(scene: Scene) -> None:
    await scene.add(plan(10), 35)
    async with scene.running():
        assert await scene.states() == [SUBMITTED] * 4
        scene.service.end()
        await scene.advance(60)
    job = await scene.job()
    assert (job.state, job.counts.succeeded, scene.service.submissions) == (JobState.FINISHED, 35, 4)
    assert [ended.state for ended in scene.ended] == [JobState.FINISHED]


async def test_every_batch_is_settled_with_what_its_results_report(scene: Scene) -> None:
    await scene.add(plan(10), 20)
    scene.service.at_once = True
    async with scene.running():
        await scene.advance(60)
    assert scene.desk.open == set()
    assert [round(usage.cost or 0, 6) for usage in scene.desk.settled.values()] == [0.01, 0.01]


async def test_bodies_are_thrown_away_when_they_were_sent(scene: Scene) -> None:
    await scene.add(plan(10), 20)
    async with scene.running():
        assert set(scene.desk.discarded) == {batch.key for batch in await scene.batches()}


async def test_the_first_look_is_after_ten_seconds(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    async with scene.running():
        await scene.advance(9, step=1)
        assert scene.service.polls == 0
        await scene.advance(2, step=1)
        assert scene.service.polls == 1


async def test_looks_come_further_apart(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    async with scene.running():
        await scene.advance(3600)
    assert 55 <= scene.service.polls <= 70


async def test_the_services_hint_is_followed(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    scene.service.wanted = 300.0
    async with scene.running():
        await scene.advance(290)
        assert scene.service.polls == 0
        await scene.advance(20)
        assert scene.service.polls == 1


async def test_at_most_so_many_batches_are_with_the_service(scene: Scene) -> None:
    await scene.add(plan(1), BATCHES_IN_FLIGHT + 5)
    async with scene.running():
        assert len(scene.service.made) == BATCHES_IN_FLIGHT
        scene.service.end()
        await scene.advance(30)
        assert len(scene.service.made) == BATCHES_IN_FLIGHT + 5


async def test_rows_in_live_mode_are_asked_one_by_one(scene: Scene) -> None:
    job = await scene.add(plan(10, mode=Mode.LIVE), 3)
    async with scene.running():
        assert scene.lived[0] == job
        assert scene.service.submissions == 0


async def test_one_job_alone_can_be_worked(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    other = await scene.add(plan(10), 10)
    async with scene.running(other):
        assert (await scene.states(1), await scene.states(2)) == ([], [SUBMITTED])


async def test_a_paused_job_sends_nothing_and_collects(scene: Scene) -> None:
    await scene.add(plan(10), 2000)
    async with scene.running():
        assert len(scene.service.made) == BATCHES_IN_FLIGHT
        await scene.store.set_state(1, JobState.PAUSED)
        scene.service.end()
        await scene.advance(120)
        assert (len(scene.service.made), (await scene.job()).counts.succeeded) == (BATCHES_IN_FLIGHT, 1000)


async def test_a_job_that_was_paused_while_its_body_was_written_is_not_sent(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    scene.desk.before_sending = lambda: scene.store.set_state(1, JobState.PAUSED)
    async with scene.running():
        assert scene.service.submissions == 0
    assert (await scene.job()).counts.pending == 10
    assert scene.desk.open == set()


# What the clocks do


async def test_after_a_sleep_everything_is_due(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    scene.service.wanted = 900.0
    async with scene.running():
        scene.service.end()
        await scene.sleep_machine(600)
        await scene.advance(5)
        assert await scene.state() is JobState.FINISHED


async def test_a_clock_that_was_set_back_by_a_day_holds_nothing_up(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    async with scene.running():
        scene.service.end()
        await scene.set_clock(timedelta(days=-1))
        await scene.advance(70)
        assert await scene.state() is JobState.FINISHED


async def test_pauses_that_end_early_do_no_harm(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    scene.hasty = 0.95
    async with scene.running():
        await scene.advance(120, step=1)
        scene.service.end()
        await scene.advance(120, step=1)
        assert await scene.state() is JobState.FINISHED


# What goes wrong while rows are sent

_CERTAIN = {"not_taken": True}


@pytest.mark.parametrize(
    "error",
    [
        AuthenticationFailed("The key was refused.", **_CERTAIN),
        PaymentRequired("No credit is left.", **_CERTAIN),
        RequestRejected("The batch is refused.", **_CERTAIN),
        BudgetReached("The budget for today is reached."),
        StoreFull("The disk is full."),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_what_only_the_person_can_put_right_stops_the_job(scene: Scene, error: Exception) -> None:
    await scene.add(plan(10), 10)
    if isinstance(error, BudgetReached | StoreFull):
        scene.desk.failing = error
    else:
        scene.service.failing["submit"] = error
    async with scene.running():
        await scene.advance(600)
    job = await scene.job()
    assert (job.state, job.counts.pending) == (JobState.NEEDS_YOU, 10)
    assert job.sentence == f"{error} Then resume the job."
    assert scene.desk.open == set()
    assert scene.service.submissions <= 1


@pytest.mark.parametrize(
    "error",
    [
        RateLimited("Too many requests.", **_CERTAIN),
        Overloaded("It is overloaded.", **_CERTAIN),
        ConnectionFailed("There is no network.", **_CERTAIN),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_what_passes_by_itself_is_waited_out_and_told(scene: Scene, error: Exception) -> None:
    await scene.add(plan(10), 10)
    scene.service.failing["submit"] = error
    async with scene.running():
        await scene.advance(30)
        job = await scene.job()
        assert (job.state, job.sentence) == (JobState.RUNNING, f"{error} The job goes on by itself.")
        scene.service.failing.clear()
        await scene.advance(60)
        assert (await scene.states(), (await scene.job()).sentence) == ([SUBMITTED], "")


async def test_the_wait_that_the_service_asks_for_is_kept(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    scene.service.failing["submit"] = RateLimited("Too many requests.", retry_after=120.0, **_CERTAIN)
    async with scene.running():
        await scene.advance(115)
        assert scene.service.submissions == 1
        await scene.advance(10)
        assert scene.service.submissions == 2


async def test_credit_that_ends_half_way_leaves_what_was_sent_to_be_collected(scene: Scene) -> None:
    await scene.add(plan(10), 30)
    scene.service.refuse_after = 2, PaymentRequired("No credit is left.", **_CERTAIN)
    async with scene.running():
        assert await scene.state() is JobState.NEEDS_YOU
        scene.service.end()
        await scene.advance(120)
        counts = (await scene.job()).counts
        assert (counts.succeeded, counts.pending) == (20, 10)
        scene.service.refuse_after = None
        await scene.resume()
        scene.service.end()
        await scene.advance(60)
        assert await scene.state() is JobState.FINISHED


async def test_without_a_key_nothing_is_recorded(scene: Scene) -> None:
    scene.keychain.secrets.clear()
    await scene.add(plan(10), 10)
    async with scene.running():
        job = await scene.job()
    assert (job.state, job.batches) == (JobState.NEEDS_YOU, 0)
    assert job.sentence.startswith("No key is stored.")


async def test_a_locked_keychain_is_waited_for(scene: Scene) -> None:
    scene.keychain.failure = KeyStoreLocked("The keychain is locked.")
    await scene.add(plan(10), 10)
    async with scene.running():
        assert await scene.state() is JobState.RUNNING
        scene.keychain.failure = None
        await scene.advance(30)
        assert await scene.states() == [SUBMITTED]


async def test_a_keychain_that_stays_away_is_for_the_person_to_put_right(scene: Scene) -> None:
    scene.keychain.failure = KeyStoreUnavailable("There is no keychain on this computer.")
    await scene.add(plan(10), 10)
    async with scene.running():
        assert await scene.state() is JobState.RUNNING
        await scene.advance(120)
        job = await scene.job()
    assert (job.state, job.batches) == (JobState.NEEDS_YOU, 0)
    assert "Set ANTHROPIC_API_KEY in the environment instead." in job.sentence


async def test_an_address_from_the_environment_gets_no_stored_key(scene: Scene) -> None:
    scene.environ["ANTHROPIC_BASE_URL"] = "https://elsewhere.example"
    await scene.add(plan(10), 10)
    async with scene.running():
        assert await scene.state() is JobState.NEEDS_YOU
    assert scene.service.submissions == 0


async def test_a_model_without_batches_is_never_asked_at_full_price_by_itself(scene: Scene) -> None:
    scene.service.most = None
    await scene.add(plan(10), 10)
    async with scene.running():
        job = await scene.job()
    assert (job.state, scene.lived) == (JobState.NEEDS_YOU, [])


# What goes wrong while they are with the service


async def test_a_key_that_was_revoked_while_waiting_is_replaced(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    async with scene.running():
        remotes = [batch.remote for batch in await scene.batches()]
        scene.service.end()
        scene.service.failing["poll"] = AuthenticationFailed("The key was refused.")
        await scene.advance(60)
        assert await scene.state() is JobState.NEEDS_YOU
        assert [batch.remote for batch in await scene.batches()] == remotes
        scene.service.failing.clear()
        await scene.credentials.save("anthropic", Secret("sk-ant-the-new-key"))
        await scene.resume()
        assert await scene.state() is JobState.FINISHED


async def test_a_job_that_another_process_resumes_is_looked_at_at_once(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    other = await open_jobs(scene.path)
    async with scene.running():
        scene.service.end()
        scene.service.failing["poll"] = AuthenticationFailed("The key was refused.")
        await scene.advance(20)
        assert await scene.state() is JobState.NEEDS_YOU
        scene.service.failing.clear()
        elsewhere = SqliteJobStore(other, scene.alive.__contains__, now=scene.clock.now)
        await elsewhere.make_due(1)
        await elsewhere.set_state(1, JobState.RUNNING)
        await scene.advance(30)
        assert await scene.state() is JobState.FINISHED
    await other.close()


async def test_offline_polls_are_told_and_go_on(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    async with scene.running():
        scene.service.failing["poll"] = ConnectionFailed("There is no network.")
        await scene.advance(60)
        job = await scene.job()
        assert (job.state, job.sentence) == (JobState.RUNNING, "There is no network. The job goes on by itself.")
        scene.service.failing.clear()
        scene.service.end()
        await scene.advance(120)
        assert await scene.state() is JobState.FINISHED


async def test_a_batch_that_is_not_found_right_after_it_was_made_is_asked_for_again(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    async with scene.running():
        made = scene.service.made.pop()
        await scene.advance(120)
        assert await scene.states() == [SUBMITTED]
        scene.service.made.append(made)
        scene.service.end()
        await scene.advance(90)
        assert await scene.state() is JobState.FINISHED


async def test_a_batch_that_the_service_knew_and_does_not_know_any_more_needs_the_person(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    async with scene.running():
        await scene.advance(700)
        made = scene.service.made.pop()
        await scene.advance(120)
        job = await scene.job()
        assert (job.state, job.counts.pending) == (JobState.NEEDS_YOU, 0)
        assert "another account" in job.sentence
        scene.service.made.append(made)
        scene.service.end()
        await scene.resume()
        assert await scene.state() is JobState.FINISHED


async def test_results_after_29_days_are_expired(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    async with scene.running():
        pass
    scene.service.end()
    scene.service.expired = True
    await scene.set_clock(timedelta(days=30))
    async with scene.running():
        await scene.advance(5)
        job = await scene.job()
    assert (job.state, job.counts.expired) == (JobState.FINISHED, 10)


async def test_a_batch_that_the_service_refuses_as_a_whole_fails_with_its_words(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    async with scene.running():
        scene.service.fail("The model is retired.")
        await scene.advance(30)
        job = await scene.job()
        [row, *_] = await scene.store.rows(1)
    assert (job.state, job.counts.errored, row.sentence) == (JobState.FINISHED, 10, "The model is retired.")
    assert scene.desk.open == set()


# Results


async def test_results_that_break_off_are_stored_and_read_again(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    async with scene.running():
        scene.service.end()
        scene.service.cut_after = 4
        await scene.advance(12)
        assert (await scene.job()).counts.succeeded == 4
        assert await scene.states() == [BatchState.COLLECTING]
        scene.service.cut_after = None
        await scene.advance(60)
        assert (await scene.job()).counts.succeeded == 10


async def test_results_that_end_too_early_are_read_again_before_that_is_believed(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    async with scene.running():
        scene.service.end()
        scene.service.ends_after = 4
        await scene.advance(12)
        assert await scene.states() == [BatchState.COLLECTING]
        scene.service.ends_after = None
        await scene.advance(30)
        assert (await scene.job()).counts.succeeded == 10


async def test_rows_without_a_result_expire(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    async with scene.running():
        scene.service.end()
        scene.service.ends_after = 4
        await scene.advance(120)
        counts = (await scene.job()).counts
    assert (counts.succeeded, counts.expired) == (4, 6)


async def mixed(scene: Scene) -> str:
    """A batch of ten rows that ends with results of seven and one of somebody else's; its key."""
    await scene.add(plan(10), 10)
    async with scene.running():
        [batch] = await scene.batches()
        scene.service.made[0].custom_ids[7:] = [custom_id("another0key0", 1)]
        scene.service.end()
        await scene.advance(100)
        assert await scene.states() == [BatchState.NEEDS_YOU]
    return batch.key


async def test_what_a_batch_with_missing_results_did_report_is_paid_for(scene: Scene) -> None:
    key = await mixed(scene)
    assert (key in scene.desk.open, scene.desk.settled[key].cost) == (False, pytest.approx(0.007))


async def test_a_batch_that_is_whole_when_it_is_read_again_counts_as_a_whole(scene: Scene) -> None:
    key = await mixed(scene)
    scene.service.made[0].custom_ids = [custom_id(key, number) for number in range(1, 11)]
    async with scene.running():
        await scene.resume()
        await scene.advance(60)
        assert (await scene.job()).counts.succeeded == 10
    assert scene.desk.settled[key].cost == pytest.approx(0.010)


@pytest.mark.parametrize("whose", ["our own", "others"])
async def test_results_without_an_end_are_a_broken_stream(scene: Scene, whose: str) -> None:
    await scene.add(plan(10), 10)
    async with scene.running():
        made = scene.service.made[0]
        again = made.custom_ids[5] if whose == "our own" else custom_id("another0key0", 1)
        made.custom_ids = made.custom_ids[:2] + [again] * 1_019 + made.custom_ids[3:]
        scene.service.end()
        await scene.advance(10)
        job = await scene.job()
    assert job.sentence == "The results of a batch of 10 rows do not end. The job goes on by itself."
    assert job.counts.succeeded == 7


async def test_a_disk_that_is_full_while_results_are_read_loses_nothing(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    async with scene.running():
        scene.service.end()
        scene.store.full = frozenset({"record"})
        await scene.advance(30)
        job = await scene.job()
        assert (job.state, job.sentence) == (JobState.NEEDS_YOU, "The disk is full. Then resume the job.")
        scene.store.full = frozenset()
        await scene.resume()
        job = await scene.job()
    assert (job.state, job.counts.succeeded) == (JobState.FINISHED, 10)


async def test_for_a_service_that_is_not_there_no_body_is_written_again_and_again(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    error = ConnectionFailed("There is no network.", **_CERTAIN)
    scene.service.failing = {"submit": error, "recent": error}
    async with scene.running():
        await scene.advance(3600)
        assert (scene.desk.writes, scene.service.submissions) == (1, 1)
        scene.service.failing = {}
        await scene.advance(310)
        assert await scene.states() == [SUBMITTED]


async def test_what_is_refused_for_one_batch_is_not_asked_for_every_other(scene: Scene) -> None:
    await scene.add(plan(1), 50)
    async with scene.running():
        scene.service.failing["poll"] = AuthenticationFailed("The key was refused.")
        await scene.advance(600)
        assert scene.service.polls < 50
        scene.service.failing.clear()
        scene.service.end()
        await scene.resume()
        assert await scene.state() is JobState.FINISHED


async def test_a_sentence_that_is_over_is_taken_back_by_the_next_process(scene: Scene) -> None:
    await scene.add(plan(10), 10)
    async with scene.running():
        scene.service.failing["poll"] = ConnectionFailed("There is no network.")
        await scene.advance(30)
        assert (await scene.job()).sentence
    scene.service.failing.clear()
    fresh = scene.again()
    async with fresh.running():
        await fresh.advance(120)
        assert (await fresh.job()).sentence == ""


async def test_a_row_that_was_tried_by_a_process_that_is_gone_is_asked_about_soon_after_its_lease(
    scene: Scene,
) -> None:
    job = await scene.add(plan(10), 1)
    tried = await scene.store.take_row(job, 1, OTHER, "tried0000000", 30.0)
    await scene.store.mark_sent(tried.id, 1)
    scene.alive.discard(OTHER)
    async with scene.running():
        await scene.advance(20)
        assert await scene.state() is JobState.RUNNING
        await scene.advance(20)
        assert await scene.state() is JobState.NEEDS_YOU
    assert scene.service.submissions == 0
