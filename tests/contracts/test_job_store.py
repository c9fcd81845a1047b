"""What the queue of jobs promises, asked of the real one and of the one in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest

from kireji.core.errors import JobConflict
from kireji.core.jobs.counts import Counts, Leaving
from kireji.core.jobs.limits import LONGEST_WAIT
from kireji.core.jobs.ports import RemoteBatch, RemoteState
from kireji.core.jobs.states import (
    BATCH_TRANSITIONS,
    JOB_TRANSITIONS,
    RETRIED_ROWS,
    BatchState,
    JobState,
    RowState,
    may_follow,
)
from kireji.core.jobs.values import (
    Delivery,
    Estimate,
    LineKind,
    Mode,
    Outcome,
    Row,
    RowInput,
    RowResult,
    SourceKind,
)
from kireji.core.messages import ImagePart, Usage
from kireji.storage.jobs.loading import BadRow
from tests.support.queues import LEASE, NOON, OTHER, PLAN, SOURCE, US, Queue, in_file, in_memory, result, row

PICTURE = ImagePart("ab" * 32, "image/png", 3, 2)

S = TypeVar("S", JobState, BatchState)


@pytest.fixture(params=["real", "fake"])
async def queue(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Queue]:
    if request.param == "fake":
        yield in_memory()
        return
    found, database = await in_file(tmp_path / "jobs.db")
    yield found
    await database.close()


def ways(transitions: Mapping[S, frozenset[S]], start: S) -> dict[S, list[S]]:
    """How to come to each state."""
    found: dict[S, list[S]] = {start: []}
    following = [start]
    for state in following:
        for after in sorted(transitions[state], key=lambda one: one.value):
            if after not in found:
                found[after] = [*found[state], after]
                following.append(after)
    return found


def pairs(transitions: Mapping[S, frozenset[S]]) -> list[tuple[S, S]]:
    return [(before, after) for before in transitions for after in transitions]


def named(state: JobState | BatchState) -> str:
    return state.value


class TestJobs:
    async def test_a_job_that_is_being_read_has_what_it_was_made_with(self, queue: Queue) -> None:
        number = await queue.store.create(PLAN, SOURCE, US)
        job = await queue.job(number)
        assert (job.plan, job.source, job.kind, job.state) == (PLAN, "rows.jsonl", SourceKind.JSONL, JobState.IMPORTING)
        assert (job.created, job.started, job.ended, job.counts) == (NOON, None, None, Counts())

    async def test_a_job_that_is_not_there_is_none(self, queue: Queue) -> None:
        assert await queue.store.job(7) is None

    async def test_the_newest_job_comes_first(self, queue: Queue) -> None:
        made = [await queue.made(1, running=False) for _ in range(3)]
        assert [job.id for job in await queue.store.jobs()] == made[::-1]

    async def test_a_number_is_never_given_twice(self, queue: Queue) -> None:
        first = await queue.made(1, running=False)
        await queue.store.remove(first)
        assert await queue.made(1) > first

    @pytest.mark.parametrize(("before", "after"), pairs(JOB_TRANSITIONS), ids=named)
    async def test_a_state_follows_where_the_table_says_so_and_else_is_refused(
        self, queue: Queue, before: JobState, after: JobState
    ) -> None:
        job = await queue.store.create(PLAN, SOURCE, US)
        if before is not JobState.IMPORTING:
            await queue.fill(job, [])
        for state in ways(JOB_TRANSITIONS, JobState.IMPORTING)[before][1:]:
            await queue.store.set_state(job, state)
        assert (await queue.job(job)).state is before
        if may_follow(before, after):
            assert (await queue.store.set_state(job, after, "Why.")).state is after
            assert (await queue.job(job)).sentence == "Why."
        else:
            with pytest.raises(JobConflict):
                await queue.store.set_state(job, after)
            assert (await queue.job(job)).state is before

    async def test_a_job_that_is_not_there_cannot_change(self, queue: Queue) -> None:
        with pytest.raises(JobConflict):
            await queue.store.set_state(3, JobState.RUNNING)

    async def test_it_is_noted_when_a_job_began_first_and_when_it_ended_last(self, queue: Queue) -> None:
        job = await queue.made([])
        queue.world.pass_by(5)
        assert (await queue.store.set_state(job, JobState.FINISHED)).ended == NOON + timedelta(seconds=5)
        queue.world.pass_by(5)
        again = await queue.store.set_state(job, JobState.RUNNING)
        assert (again.started, again.ended) == (NOON, None)

    @pytest.mark.parametrize("state", [JobState.FINISHED, JobState.CANCELLED], ids=named)
    async def test_a_job_does_not_end_while_rows_wait(self, queue: Queue, state: JobState) -> None:
        job = await queue.made(2)
        if state is JobState.CANCELLED:
            await queue.store.set_state(job, JobState.CANCELLING)
        with pytest.raises(JobConflict):
            await queue.store.set_state(job, state)

    @pytest.mark.parametrize("state", [JobState.FINISHED, JobState.CANCELLED], ids=named)
    async def test_a_job_does_not_end_while_a_batch_is_open(self, queue: Queue, state: JobState) -> None:
        job = await queue.made(1)
        batch = await queue.submitted(job)
        await queue.store.record(batch.id, [result(1)])
        if state is JobState.CANCELLED:
            await queue.store.set_state(job, JobState.CANCELLING)
        with pytest.raises(JobConflict):
            await queue.store.set_state(job, state)

    async def test_what_a_job_waits_for_is_told_without_changing_it(self, queue: Queue) -> None:
        job = await queue.made(1)
        await queue.store.tell(job, "The service is busy.")
        assert (await queue.job(job)).sentence == "The service is busy."
        assert (await queue.job(job)).state is JobState.RUNNING

    async def test_an_estimate_stays_with_its_job(self, queue: Queue) -> None:
        job = await queue.made(1)
        estimate = Estimate(1, 100, 50, 0.1, 0.3, 0.5, 86_400.0, None, "Too much.")
        await queue.store.set_estimate(job, estimate)
        assert (await queue.job(job)).estimate == estimate

    async def test_what_stands_in_fingerprints_does_not_change_once_rows_are_there(self, queue: Queue) -> None:
        job = await queue.made(1)
        free = msgspec.structs.replace(PLAN, name="B", mode=Mode.LIVE, rows_per_batch=5, unpriced=True)
        other = msgspec.structs.replace(free, model="another")
        await queue.store.set_plan(job, other)
        assert (await queue.job(job)).plan == free

    async def test_all_of_a_plan_may_change_while_rows_are_read(self, queue: Queue) -> None:
        job = await queue.store.create(PLAN, SOURCE, US)
        other = msgspec.structs.replace(PLAN, model="another", schema=b'{"type":"object"}')
        await queue.store.set_plan(job, other)
        assert (await queue.job(job)).plan == other

    async def test_words_that_have_no_bytes_in_utf_8_are_stored(self, queue: Queue) -> None:
        job = await queue.store.create(msgspec.structs.replace(PLAN, name="ok"), SOURCE, US)
        await queue.store.tell(job, "broken \ud83d")
        assert (await queue.job(job)).sentence.startswith("broken")

    async def test_a_removed_job_is_gone_with_its_rows(self, queue: Queue) -> None:
        job, other = await queue.made(3), await queue.made(2)
        batch = await queue.submitted(job, 3)
        await queue.store.record(batch.id, [result(1)])
        await queue.store.set_batch(batch.id, BatchState.COLLECTING)
        await queue.store.set_batch(batch.id, BatchState.COMPLETED)
        await queue.store.remove(job)
        assert [one.id for one in await queue.store.jobs()] == [other]
        assert await queue.store.rows(job) == []
        assert await queue.store.joined(job) == []
        assert len(await queue.store.rows(other)) == 2

    async def test_a_job_with_rows_at_the_service_is_not_removed(self, queue: Queue) -> None:
        job = await queue.made(1)
        await queue.submitted(job)
        with pytest.raises(JobConflict):
            await queue.store.remove(job)
        assert len(await queue.store.rows(job)) == 1

    async def test_a_job_is_held_by_who_makes_it_until_it_is_offered(self, queue: Queue) -> None:
        job = await queue.store.create(PLAN, SOURCE, US)
        made = await queue.store.job(job)
        assert made is not None
        assert made.held
        await queue.store.offer(job)
        assert [one.held for one in await queue.store.jobs()] == [False]

    async def test_nobody_holds_a_job_whose_maker_is_gone(self, queue: Queue) -> None:
        await queue.store.create(PLAN, SOURCE, OTHER)
        assert [one.held for one in await queue.store.jobs()] == [True]
        queue.world.dead.add(OTHER)
        assert [one.held for one in await queue.store.jobs()] == [False]

    async def test_only_jobs_whose_importer_is_gone_are_left_over(self, queue: Queue) -> None:
        await queue.store.create(PLAN, SOURCE, US)
        lost = await queue.store.create(PLAN, SOURCE, OTHER)
        queue.world.dead.add(OTHER)
        await queue.made(1)
        assert await queue.store.left_over() == [lost]


class TestRows:
    async def test_rows_stand_in_the_order_of_the_input(self, queue: Queue) -> None:
        job = await queue.made(3)
        assert await queue.store.rows(job) == [
            Row(number, number, f"id-{number}", RowState.PENDING, source=f"Question {number}") for number in (1, 2, 3)
        ]

    async def test_rows_are_read_piece_by_piece(self, queue: Queue) -> None:
        job = await queue.made(10)
        assert [one.number for one in await queue.store.rows(job, after=4, limit=3)] == [5, 6, 7]

    async def test_a_line_that_was_refused_says_why(self, queue: Queue) -> None:
        job = await queue.made([row(1), BadRow(2, 2, "It is no JSON.")])
        assert (await queue.store.rows(job))[1] == Row(2, 2, "", RowState.INVALID, "It is no JSON.")

    async def test_a_line_whose_id_stood_there_before_is_refused(self, queue: Queue) -> None:
        job = await queue.made([row(1, line=3, id="a"), row(2, line=4), row(3, line=9, id="a")])
        assert (await queue.store.rows(job))[2].sentence == "Line 9 has the id of line 3."
        assert await queue.states(job) == ["pending", "pending", "invalid"]

    async def test_a_request_that_stood_there_before_shares_its_result(self, queue: Queue) -> None:
        job = await queue.made([row(1), row(2, print=row(1).print), row(3), row(4, print=row(1).print)])
        assert await queue.states(job) == ["pending", "same", "pending", "same"]
        assert [one.same_as for one in await queue.store.rows(job)] == [None, 1, None, 1]

    async def test_a_refused_line_is_nobodys_original(self, queue: Queue) -> None:
        job = await queue.made([row(1, id="a"), row(2, id="a"), row(3, print=row(2).print)])
        assert await queue.states(job) == ["pending", "invalid", "pending"]

    async def test_rows_without_ids_are_not_each_others(self, queue: Queue) -> None:
        job = await queue.made([row(1, id=""), row(2, id="")])
        assert await queue.states(job) == ["pending", "pending"]

    async def test_rows_can_be_asked_for_by_state(self, queue: Queue) -> None:
        job = await queue.made(6)
        batch = await queue.submitted(job, 4)
        await queue.store.record(batch.id, [result(1), result(2, Outcome.ERRORED), result(3, Outcome.EXPIRED)])

        async def numbers(*states: RowState) -> list[int]:
            return [one.number for one in await queue.store.rows(job, states=frozenset(states))]

        assert await numbers(RowState.PENDING) == [5, 6]
        assert await numbers(RowState.ERRORED, RowState.EXPIRED) == [2, 3]
        assert await numbers(RowState.SUCCEEDED, RowState.PENDING) == [1, 5, 6]
        assert await numbers(RowState.INVALID) == []

    async def test_what_a_row_asks_is_as_it_was_read(self, queue: Queue) -> None:
        other = ImagePart("cd" * 32, "image/jpeg", 30, 20)
        job = await queue.made([row(1, kind=LineKind.PARAMS, content=b'{"a": 1}', pictures=(PICTURE, other))])
        assert await queue.store.input(job, 1) == RowInput(1, LineKind.PARAMS, b'{"a": 1}', (PICTURE, other))
        assert await queue.store.input(job, 2) is None

    async def test_a_row_shows_its_label_or_the_beginning_of_what_it_asks(self, queue: Queue) -> None:
        said = b'{"messages":[{"role":"user","content":[{"type":"image"},{"type":"text","text":"Read  this"}]}]}'
        job = await queue.made(
            [
                row(1, label="cat.png"),
                row(2, content=b'{"prompt":"A long\\nquestion"}'),
                row(3, kind=LineKind.PARAMS, content=said),
                row(4, kind=LineKind.BODY, content=b'{"messages":[{"role":"user","content":"Short"}]}'),
                row(5, kind=LineKind.BODY, content=b'{"messages":[]}'),
            ]
        )
        sources = [one.source for one in await queue.store.rows(job)]
        assert sources == ["cat.png", "A long question", "Read this", "Short", ""]

    async def test_a_sample_is_spread_over_what_waits(self, queue: Queue) -> None:
        job = await queue.made(100)
        numbers = [one.number for one in await queue.store.sample(job, 4)]
        assert numbers == [1, 26, 51, 76]

    async def test_a_sample_of_few_rows_is_all_of_them(self, queue: Queue) -> None:
        job = await queue.made(3)
        assert [one.number for one in await queue.store.sample(job, 10)] == [1, 2, 3]

    async def test_a_sample_and_a_size_hold_only_what_would_be_sent(self, queue: Queue) -> None:
        job = await queue.made([row(1), row(2, print=row(1).print), BadRow(3, 3, "No."), row(4)])
        assert [one.number for one in await queue.store.sample(job, 10)] == [1, 4]
        assert await queue.store.bytes_pending(job) == 2 * len(row(1).content)
        assert await queue.store.sample(job, 0) == []

    async def test_whether_any_row_has_pictures_is_known(self, queue: Queue) -> None:
        without = await queue.made(3)
        job = await queue.made([row(1), row(2, pictures=(PICTURE,))])
        assert await queue.store.has_pictures(job)
        assert not await queue.store.has_pictures(without)


class TestTaking:
    async def test_the_next_rows_go_together(self, queue: Queue) -> None:
        job = await queue.made(5)
        batch = await queue.store.take(job, US, "abc", 3, BatchState.SUBMITTING, LEASE)
        assert batch is not None
        assert (batch.job, batch.key, batch.rows, batch.state) == (job, "abc", 3, BatchState.SUBMITTING)
        assert (batch.owner, batch.lease) == (US, NOON + timedelta(seconds=LEASE))
        assert await queue.states(job) == ["taken"] * 3 + ["pending"] * 2
        assert [one.number for one in await queue.store.inputs(batch.id)] == [1, 2, 3]
        assert await queue.store.numbers(batch.id) == {1, 2, 3}

    async def test_no_row_is_in_two_batches(self, queue: Queue) -> None:
        job = await queue.made(5)
        first, second = await queue.taken(job, 3), await queue.taken(job, 3)
        assert await queue.store.numbers(first.id) == {1, 2, 3}
        assert await queue.store.numbers(second.id) == {4, 5}
        assert await queue.store.take(job, US, "more", 3, BatchState.SUBMITTING, LEASE) is None

    @pytest.mark.parametrize("state", [JobState.PAUSED, JobState.NEEDS_YOU, JobState.CANCELLING], ids=named)
    async def test_nothing_is_taken_of_a_job_that_does_not_run(self, queue: Queue, state: JobState) -> None:
        job = await queue.made(5)
        await queue.store.set_state(job, state)
        assert await queue.store.take(job, US, "abc", 3, BatchState.SUBMITTING, LEASE) is None

    async def test_rows_are_read_piece_by_piece(self, queue: Queue) -> None:
        job = await queue.made(6)
        batch = await queue.taken(job)
        assert [one.number for one in await queue.store.inputs(batch.id, after=2, limit=3)] == [3, 4, 5]

    async def test_what_does_not_fit_waits_again(self, queue: Queue) -> None:
        job = await queue.made(5)
        batch = await queue.taken(job)
        assert await queue.store.give_back(batch.id, 2) == 2
        assert await queue.states(job) == ["taken"] * 2 + ["pending"] * 3
        assert (await queue.store.open_batches(job))[0].rows == 2
        assert (await queue.taken(job)).rows == 3

    async def test_how_many_rows_can_leave_is_told_until_they_have_left(self, queue: Queue) -> None:
        job = await queue.made(5)
        batch = await queue.taken(job, 3)
        before = (await queue.job(job)).leaving
        await queue.store.set_ready(batch.id, 2)
        meanwhile = (await queue.job(job)).leaving
        await queue.store.set_batch(batch.id, BatchState.SUBMITTED, remote=queue.remote(batch))
        await queue.store.set_ready(batch.id, 3)
        after = (await queue.job(job)).leaving
        assert (before, meanwhile, after) == (Leaving(3), Leaving(3, 2), Leaving())

    async def test_what_was_sent_is_not_given_back(self, queue: Queue) -> None:
        job = await queue.made(5)
        batch = await queue.submitted(job)
        with pytest.raises(JobConflict):
            await queue.store.give_back(batch.id, 2)

    async def test_between_the_rows_of_a_batch_may_be_others(self, queue: Queue) -> None:
        job = await queue.made(6)
        first = await queue.submitted(job)
        await queue.store.record(
            first.id, [result(n, Outcome.ERRORED if n % 2 else Outcome.SUCCEEDED) for n in range(1, 7)]
        )
        await queue.store.set_batch(first.id, BatchState.COLLECTING)
        await queue.store.set_batch(first.id, BatchState.COMPLETED)
        await queue.store.retry(job, RETRIED_ROWS)
        second = await queue.taken(job)
        assert await queue.store.numbers(second.id) == {1, 3, 5}
        await queue.store.set_batch(second.id, BatchState.DISCARDED)
        assert await queue.states(job) == ["pending", "succeeded"] * 3


class TestLive:
    async def test_a_row_that_is_about_to_leave_is_not_given_back(self, queue: Queue) -> None:
        job = await queue.made(4)
        batch = await queue.taken(job, state=BatchState.LIVE)
        await queue.store.mark_sent(batch.id, 3)
        assert await queue.store.give_back(batch.id, 1) == 2
        assert await queue.states(job) == ["taken", "pending", "taken", "pending"]

    async def test_only_a_row_of_a_live_batch_is_marked(self, queue: Queue) -> None:
        job = await queue.made(4)
        batch, live = await queue.taken(job, 2), await queue.taken(job, 1, BatchState.LIVE)
        for number, which in ((1, batch.id), (1, live.id), (4, live.id)):
            with pytest.raises(JobConflict):
                await queue.store.mark_sent(which, number)

    async def test_at_its_end_rows_that_were_not_sent_wait_and_of_the_others_nobody_knows(self, queue: Queue) -> None:
        job = await queue.made(3)
        batch = await queue.taken(job, state=BatchState.LIVE)
        for number in (1, 2):
            await queue.store.mark_sent(batch.id, number)
        await queue.store.record(batch.id, [result(1)])
        await queue.store.set_batch(batch.id, BatchState.COMPLETED)
        assert await queue.states(job) == ["succeeded", "uncertain", "pending"]

    async def test_a_row_that_was_not_taken_up_waits_again(self, queue: Queue) -> None:
        job = await queue.made(2)
        batch = await queue.taken(job, state=BatchState.LIVE)
        for number in (1, 2):
            await queue.store.mark_sent(batch.id, number)
        await queue.store.mark_sent(batch.id, 1, sent=False)
        await queue.store.set_batch(batch.id, BatchState.COMPLETED)
        assert await queue.states(job) == ["pending", "uncertain"]

    async def test_what_is_uncertain_is_sent_again_when_the_person_says_so(self, queue: Queue) -> None:
        job = await self._lost(queue)
        assert await queue.store.retry(job, frozenset({RowState.UNCERTAIN})) == 1
        assert await queue.states(job) == ["pending", "pending"]

    async def test_what_is_uncertain_counts_as_failed_when_the_person_says_so(self, queue: Queue) -> None:
        job = await self._lost(queue)
        assert await queue.store.fail_uncertain(job, "Nobody knows.") == 1
        assert (await queue.store.rows(job))[0].sentence == "Nobody knows."
        assert await queue.states(job) == ["errored", "pending"]

    async def test_what_is_uncertain_keeps_a_job_from_being_finished(self, queue: Queue) -> None:
        job = await self._lost(queue)
        await queue.store.cancel_pending(job)
        with pytest.raises(JobConflict):
            await queue.store.set_state(job, JobState.FINISHED)

    async def test_the_person_does_not_decide_over_rows_whose_batch_is_being_looked_for(self, queue: Queue) -> None:
        job = await queue.made(1)
        batch = await queue.taken(job)
        await queue.store.set_batch(batch.id, BatchState.UNCERTAIN)
        assert await queue.store.retry(job, frozenset({RowState.UNCERTAIN})) == 0
        assert await queue.store.fail_uncertain(job, "No.") == 0
        assert await queue.states(job) == ["uncertain"]

    async def _lost(self, queue: Queue) -> int:
        job = await queue.made(2)
        batch = await queue.taken(job, state=BatchState.LIVE)
        await queue.store.mark_sent(batch.id, 1)
        await queue.store.set_batch(batch.id, BatchState.COMPLETED)
        return job


class TestBatches:
    @pytest.mark.parametrize(("before", "after"), pairs(BATCH_TRANSITIONS), ids=named)
    async def test_a_state_follows_where_the_table_says_so_and_else_is_refused(
        self, queue: Queue, before: BatchState, after: BatchState
    ) -> None:
        job = await queue.made(1)
        start = BatchState.LIVE if before is BatchState.LIVE else BatchState.SUBMITTING
        batch = await queue.taken(job, state=start)
        for state in ways(BATCH_TRANSITIONS, start)[before]:
            await queue.store.set_batch(batch.id, state)
        open_now = [one.state for one in await queue.store.open_batches(job)]
        if may_follow(before, after) or (before is after and open_now):
            assert (await queue.store.set_batch(batch.id, after, sentence="Why.")).state is after
        else:
            with pytest.raises(JobConflict):
                await queue.store.set_batch(batch.id, after)
            assert [one.state for one in await queue.store.open_batches(job)] == open_now

    async def test_a_batch_that_is_not_there_cannot_change(self, queue: Queue) -> None:
        with pytest.raises(JobConflict):
            await queue.store.set_batch(9, BatchState.SUBMITTED)

    @pytest.mark.parametrize(
        ("way", "rows"),
        [
            ([BatchState.SUBMITTED], "taken"),
            ([BatchState.DISCARDED], "pending"),
            ([BatchState.UNCERTAIN], "uncertain"),
            ([BatchState.UNCERTAIN, BatchState.SUBMITTED], "taken"),
            ([BatchState.UNCERTAIN, BatchState.DISCARDED], "pending"),
            ([BatchState.UNCERTAIN, BatchState.NEEDS_YOU], "uncertain"),
            ([BatchState.UNCERTAIN, BatchState.NEEDS_YOU, BatchState.DISCARDED], "pending"),
            ([BatchState.UNCERTAIN, BatchState.NEEDS_YOU, BatchState.EXPIRED], "expired"),
            ([BatchState.SUBMITTED, BatchState.CANCELLING], "taken"),
            ([BatchState.SUBMITTED, BatchState.COLLECTING], "taken"),
            ([BatchState.SUBMITTED, BatchState.FAILED], "errored"),
            ([BatchState.SUBMITTED, BatchState.EXPIRED], "expired"),
            ([BatchState.SUBMITTED, BatchState.NEEDS_YOU], "uncertain"),
            ([BatchState.SUBMITTED, BatchState.COLLECTING, BatchState.COMPLETED], "expired"),
        ],
        ids=lambda value: "-".join(one.name for one in value) if isinstance(value, list) else value,
    )
    async def test_rows_follow_their_batch(self, queue: Queue, way: list[BatchState], rows: str) -> None:
        job = await queue.made(3)
        batch = await queue.taken(job, 2)
        for state in way:
            await queue.store.set_batch(batch.id, state, sentence="Why.")
        assert await queue.states(job) == [rows, rows, "pending"]
        failed = rows in ("errored", "expired")
        assert (await queue.store.rows(job))[0].sentence == ("Why." if failed else "")

    async def test_rows_that_have_a_result_do_not_follow(self, queue: Queue) -> None:
        job = await queue.made(2)
        batch = await queue.submitted(job)
        await queue.store.record(batch.id, [result(2)])
        await queue.store.set_batch(batch.id, BatchState.EXPIRED, sentence="Gone.")
        assert await queue.states(job) == ["expired", "succeeded"]

    async def test_what_the_service_says_is_kept(self, queue: Queue) -> None:
        job = await queue.made(2)
        batch = await queue.taken(job)
        later = NOON + timedelta(days=1)
        remote = RemoteBatch("msgbatch_1", RemoteState.OPEN, 2, NOON - timedelta(seconds=1), later)
        changed = await queue.store.set_batch(batch.id, BatchState.SUBMITTED, remote=remote, proven=False)
        assert (changed.remote, changed.submitted, changed.expires) == ("msgbatch_1", remote.created, later)
        assert not changed.proven
        assert await queue.store.known_remotes() == {"msgbatch_1"}
        assert await queue.store.open_batches(job) == [changed]

    async def test_what_is_not_named_stays(self, queue: Queue) -> None:
        job = await queue.made(2)
        batch = await queue.taken(job)
        await queue.store.set_batch(batch.id, BatchState.UNCERTAIN, candidates=("a", "b"), proven=False)
        changed = await queue.store.set_batch(batch.id, BatchState.UNCERTAIN)
        assert (changed.candidates, changed.proven) == (("a", "b"), False)

    async def test_what_is_uncertain_again_has_no_batch_at_the_service(self, queue: Queue) -> None:
        job = await queue.made(2)
        batch = await queue.submitted(job)
        changed = await queue.store.set_batch(batch.id, BatchState.UNCERTAIN)
        assert (changed.remote, changed.submitted) == ("", None)
        assert await queue.store.known_remotes() == frozenset()

    async def test_a_job_tells_how_its_batches_stand(self, queue: Queue) -> None:
        job = await queue.made(6)
        first = await queue.submitted(job, 2)
        queue.world.pass_by(60)
        await queue.submitted(job, 2)
        await queue.taken(job, 1)
        now = await queue.job(job)
        assert (now.batches, now.batches_ended, now.waiting_since) == (2, 0, NOON)
        await queue.store.set_batch(first.id, BatchState.FAILED)
        now = await queue.job(job)
        assert (now.batches, now.batches_ended, now.waiting_since) == (2, 1, NOON + timedelta(seconds=60))


class TestClaims:
    async def test_a_batch_is_given_to_one_process_only(self, queue: Queue) -> None:
        job = await queue.made(1)
        batch = await queue.submitted(job)
        claimed = await queue.store.claim_due(US, queue.world.now, LEASE)
        assert claimed is not None
        assert (claimed.id, claimed.owner, claimed.polls) == (batch.id, US, 1)
        assert await queue.store.claim_due(OTHER, queue.world.now, LEASE) is None
        assert await queue.store.claim_due(US, queue.world.now, LEASE) is None

    async def test_it_is_due_again_when_it_was_said(self, queue: Queue) -> None:
        job = await queue.made(1)
        await queue.submitted(job)
        claimed = await queue.store.claim_due(US, queue.world.now, LEASE)
        assert claimed is not None
        due = queue.world.now + timedelta(seconds=40)
        await queue.store.release(claimed.id, US, due)
        assert await queue.store.next_due() == due
        assert await queue.store.claim_due(OTHER, queue.world.now, LEASE) is None
        queue.world.pass_by(40)
        again = await queue.store.claim_due(OTHER, queue.world.now, LEASE)
        assert again is not None
        assert again.polls == 2

    async def test_looks_are_counted_anew_in_another_state(self, queue: Queue) -> None:
        job = await queue.made(1)
        await queue.submitted(job)
        claimed = await queue.store.claim_due(US, queue.world.now, LEASE)
        assert claimed is not None
        assert (await queue.store.set_batch(claimed.id, BatchState.SUBMITTED)).polls == 1
        assert (await queue.store.set_batch(claimed.id, BatchState.COLLECTING)).polls == 0

    async def test_the_one_that_is_due_longest_comes_first(self, queue: Queue) -> None:
        job = await queue.made(3)
        batches = [await queue.submitted(job, 1) for _ in range(3)]
        for batch, wait in zip(batches, (20, 10, 30), strict=True):
            claimed = await queue.store.claim_due(US, queue.world.now, LEASE)
            assert claimed == msgspec.structs.replace(batch, owner=US, lease=claimed.lease, polls=1)
            await queue.store.release(batch.id, US, queue.world.now + timedelta(seconds=wait))
        queue.world.pass_by(100)
        order = [await queue.store.claim_due(US, queue.world.now, LEASE) for _ in range(3)]
        assert [one and one.id for one in order] == [batches[1].id, batches[0].id, batches[2].id]

    async def test_only_batches_of_the_wanted_job_are_given(self, queue: Queue) -> None:
        first, second = await queue.made(1), await queue.made(1)
        await queue.submitted(first)
        assert await queue.store.claim_due(US, queue.world.now, LEASE, second) is None
        assert await queue.store.next_due(second) is None
        assert await queue.store.claim_due(US, queue.world.now, LEASE, first) is not None

    async def test_a_batch_that_needs_the_person_is_not_due(self, queue: Queue) -> None:
        job = await queue.made(1)
        batch = await queue.submitted(job)
        await queue.store.set_batch(batch.id, BatchState.NEEDS_YOU)
        assert await queue.store.claim_due(US, queue.world.now, LEASE) is None
        assert await queue.store.next_due() is None

    async def test_a_process_that_lives_keeps_its_claim_when_its_lease_has_ended(self, queue: Queue) -> None:
        job = await queue.made(1)
        await queue.submitted(job)
        await queue.store.claim_due(US, queue.world.now, LEASE)
        queue.world.pass_by(1000)
        assert await queue.store.claim_due(OTHER, queue.world.now, LEASE) is None

    async def test_a_process_that_is_gone_keeps_its_claim_while_its_lease_holds(self, queue: Queue) -> None:
        job = await queue.made(1)
        await queue.submitted(job)
        await queue.store.claim_due(US, queue.world.now, LEASE)
        queue.world.dead.add(US)
        assert await queue.store.claim_due(OTHER, queue.world.now, LEASE) is None
        assert await queue.store.next_due() == NOON + timedelta(seconds=LEASE)
        queue.world.pass_by(LEASE)
        claimed = await queue.store.claim_due(OTHER, queue.world.now, LEASE)
        assert claimed is not None
        assert claimed.owner == OTHER

    async def test_a_renewed_claim_holds_longer(self, queue: Queue) -> None:
        job = await queue.made(1)
        await queue.submitted(job)
        await queue.store.claim_due(US, queue.world.now, LEASE)
        queue.world.pass_by(20)
        await queue.store.renew(US, LEASE)
        queue.world.dead.add(US)
        queue.world.pass_by(20)
        assert await queue.store.claim_due(OTHER, queue.world.now, LEASE) is None
        queue.world.pass_by(10)
        assert await queue.store.claim_due(OTHER, queue.world.now, LEASE) is not None

    async def test_only_the_owner_gives_a_claim_back(self, queue: Queue) -> None:
        job = await queue.made(1)
        batch = await queue.submitted(job)
        await queue.store.claim_due(US, queue.world.now, LEASE)
        await queue.store.release(batch.id, OTHER, None)
        assert (await queue.store.open_batches(job))[0].owner == US

    async def test_what_was_being_sent_by_a_process_that_is_gone_is_uncertain(self, queue: Queue) -> None:
        job = await queue.made(2)
        batch = await queue.taken(job, owner=OTHER)
        queue.world.dead.add(OTHER)
        assert await queue.store.claim_due(US, queue.world.now, LEASE) is None
        queue.world.pass_by(LEASE)
        claimed = await queue.store.claim_due(US, queue.world.now, LEASE)
        assert claimed is not None
        assert (claimed.id, claimed.state, claimed.key) == (batch.id, BatchState.UNCERTAIN, batch.key)
        assert await queue.states(job) == ["uncertain", "uncertain"]

    async def test_what_was_being_sent_and_has_no_owner_is_uncertain(self, queue: Queue) -> None:
        job = await queue.made(1)
        batch = await queue.taken(job)
        await queue.store.release(batch.id, US, None)
        claimed = await queue.store.claim_due(US, queue.world.now, LEASE)
        assert claimed is not None
        assert claimed.state is BatchState.UNCERTAIN

    async def test_rows_that_a_process_that_is_gone_asked_one_by_one_are_sorted_out(self, queue: Queue) -> None:
        job = await queue.made(3)
        batch = await queue.taken(job, state=BatchState.LIVE, owner=OTHER)
        for number in (1, 2):
            await queue.store.mark_sent(batch.id, number)
        await queue.store.record(batch.id, [result(2)])
        queue.world.dead.add(OTHER)
        queue.world.pass_by(LEASE)
        assert await queue.store.claim_due(US, queue.world.now, LEASE) is None
        assert await queue.states(job) == ["uncertain", "succeeded", "pending"]
        assert await queue.store.open_batches(job) == []

    async def test_a_clock_that_was_set_back_makes_due_what_seems_far_away(self, queue: Queue) -> None:
        job = await queue.made(1)
        batch = await queue.submitted(job)
        await queue.store.claim_due(US, queue.world.now, LEASE)
        await queue.store.release(batch.id, US, queue.world.now)
        queue.world.pass_by(-LONGEST_WAIT - 1)
        assert await queue.store.next_due() == queue.world.now
        assert await queue.store.claim_due(US, queue.world.now, LEASE) is not None

    async def test_a_clock_that_was_set_back_ends_the_lease_of_a_process_that_is_gone(self, queue: Queue) -> None:
        job = await queue.made(1)
        await queue.submitted(job)
        await queue.store.claim_due(US, queue.world.now, LEASE)
        queue.world.dead.add(US)
        queue.world.pass_by(-LONGEST_WAIT - LEASE - 1)
        assert await queue.store.claim_due(OTHER, queue.world.now, LEASE) is not None

    async def test_everything_can_be_made_due(self, queue: Queue) -> None:
        first, second = await queue.made(1), await queue.made(1)
        for job in (first, second):
            batch = await queue.submitted(job)
            await queue.store.claim_due(US, queue.world.now, LEASE)
            await queue.store.release(batch.id, US, queue.world.now + timedelta(seconds=50))
        await queue.store.make_due(second)
        claimed = await queue.store.claim_due(US, queue.world.now, LEASE)
        assert claimed is not None
        assert claimed.job == second
        assert await queue.store.claim_due(US, queue.world.now, LEASE) is None
        await queue.store.make_due()
        assert await queue.store.claim_due(US, queue.world.now, LEASE) is not None


class TestResults:
    async def test_results_come_in_any_order_and_stand_in_that_of_the_input(self, queue: Queue) -> None:
        job = await queue.made(4)
        batch = await queue.submitted(job)
        assert await queue.store.record(batch.id, [result(4), result(2)]) == 2
        assert await queue.store.record(batch.id, [result(1), result(3)]) == 2
        joined = await queue.store.joined(job)
        assert [one.row.number for one in joined] == [1, 2, 3, 4]
        assert [one.result for one in joined] == [result(number) for number in range(1, 5)]

    async def test_a_result_is_stored_once(self, queue: Queue) -> None:
        job = await queue.made(3)
        batch = await queue.submitted(job)
        assert await queue.store.record(batch.id, [result(1)]) == 1
        other = result(1, payload=b'{"answer":"another"}')
        assert await queue.store.record(batch.id, [other, result(2), result(2, Outcome.ERRORED)]) == 1
        joined = await queue.store.joined(job)
        assert [one.result for one in joined] == [result(1), result(2), None]
        assert (await queue.job(job)).cost == 0.5

    async def test_results_of_rows_of_others_are_left_alone(self, queue: Queue) -> None:
        job = await queue.made(3)
        first, _ = await queue.submitted(job, 1), await queue.submitted(job, 1)
        assert await queue.store.record(first.id, [result(1), result(2), result(3), result(77)]) == 1
        assert await queue.states(job) == ["succeeded", "taken", "pending"]

    async def test_results_of_a_batch_that_is_not_there_are_left_alone(self, queue: Queue) -> None:
        assert await queue.store.record(5, [result(1)]) == 0

    async def test_what_ended_has_its_state_its_sentence_and_its_cost(self, queue: Queue) -> None:
        job = await queue.made(4)
        batch = await queue.submitted(job)
        await queue.store.record(
            batch.id,
            [result(1), result(2, Outcome.ERRORED), result(3, Outcome.EXPIRED), result(4, Outcome.CANCELED)],
        )
        assert await queue.states(job) == ["succeeded", "errored", "expired", "canceled"]
        assert [one.sentence for one in await queue.store.rows(job)] == [
            *("", "It is errored.", "It is expired.", "It is canceled.")
        ]
        assert (await queue.job(job)).cost == 0.25
        assert (await queue.job(job)).counts == Counts(succeeded=1, errored=1, expired=1, canceled=1)

    async def test_all_that_is_known_of_usage_is_kept(self, queue: Queue) -> None:
        job = await queue.made(2)
        batch = await queue.submitted(job)
        used = [Usage(1, 2, 3, 4, 5, 0.125, 7), Usage(1, 2)]
        await queue.store.record(batch.id, [result(1, usage=used[0]), result(2, usage=used[1])])
        assert [one.result and one.result.usage for one in await queue.store.joined(job)] == used

    async def test_a_row_that_failed_with_its_batch_has_a_result_that_says_why(self, queue: Queue) -> None:
        job = await queue.made(1)
        batch = await queue.submitted(job)
        await queue.store.set_batch(batch.id, BatchState.FAILED, sentence="Refused as a whole.")
        assert (await queue.store.joined(job))[0].result == RowResult(
            1, Outcome.ERRORED, sentence="Refused as a whole."
        )

    async def test_rows_of_a_batch_that_wait_for_a_result_can_be_asked_for(self, queue: Queue) -> None:
        job = await queue.made(3)
        batch = await queue.submitted(job)
        await queue.store.record(batch.id, [result(2)])
        assert await queue.store.numbers(batch.id, waiting=True) == {1, 3}
        assert await queue.store.numbers(batch.id) == {1, 2, 3}

    async def test_a_row_that_is_the_same_shares_the_result_and_what_its_placeholders_stand_for(
        self, queue: Queue
    ) -> None:
        job = await queue.made([row(1), row(2, print=row(1).print)])
        batch = await queue.taken(job)
        await queue.store.keep_values(batch.id, {1: {"<NAME_1>": "Ada"}})
        await queue.store.set_batch(batch.id, BatchState.SUBMITTED)
        await queue.store.record(batch.id, [result(1)])
        first, second = await queue.store.joined(job)
        assert first.result == second.result == result(1)
        assert first.values == second.values == {"<NAME_1>": "Ada"}
        assert second.row.state is RowState.SAME

    async def test_joined_rows_have_their_cells_and_come_piece_by_piece(self, queue: Queue) -> None:
        job = await queue.made([row(n, columns={"name": f"N{n}", "größe": "3 €"}) for n in (1, 2, 3)])
        joined = await queue.store.joined(job, after=1, limit=1)
        assert [(one.row.number, one.columns) for one in joined] == [(2, {"name": "N2", "größe": "3 €"})]

    async def test_joined_rows_can_be_asked_for_by_state(self, queue: Queue) -> None:
        job = await queue.made(3)
        batch = await queue.submitted(job)
        await queue.store.record(batch.id, [result(1), result(2, Outcome.ERRORED)])
        failed = await queue.store.joined(job, states=frozenset({RowState.ERRORED}))
        assert [one.row.number for one in failed] == [2]

    async def test_a_row_that_is_tried_is_taken_by_nobody_else(self, queue: Queue) -> None:
        job = await queue.made(3, running=False)
        tried = await queue.store.take_row(job, 2, US, "tried", 30.0)
        assert tried is not None
        assert (tried.state, tried.rows, await queue.states(job)) == (
            BatchState.LIVE,
            1,
            ["pending", "taken", "pending"],
        )
        await queue.store.set_state(job, JobState.RUNNING)
        assert await queue.store.take_row(job, 2, US, "again", 30.0) is None
        assert await queue.store.numbers((await queue.taken(job)).id) == {1, 3}

    async def test_the_answer_of_a_row_that_was_tried_is_not_asked_for_again(self, queue: Queue) -> None:
        job = await queue.made(2, running=False)
        tried = await queue.store.take_row(job, 1, US, "tried", 30.0)
        assert tried is not None
        await queue.store.record(tried.id, [result(1)])
        await queue.store.set_batch(tried.id, BatchState.COMPLETED)
        now = await queue.job(job)
        assert (now.counts.succeeded, now.counts.pending, now.cost, now.batches) == (1, 1, 0.25, 0)

    @pytest.mark.parametrize(("sent", "state"), [(False, "pending"), (True, "uncertain")])
    async def test_a_row_whose_try_broke_off_is_not_asked_again_if_it_may_have_left(
        self, queue: Queue, sent: bool, state: str
    ) -> None:
        job = await queue.made(1, running=False)
        tried = await queue.store.take_row(job, 1, US, "tried", 30.0)
        assert tried is not None
        await queue.store.mark_sent(tried.id, 1, sent=sent)
        await queue.store.set_batch(tried.id, BatchState.COMPLETED)
        assert await queue.states(job) == [state]


class TestAgain:
    async def test_only_what_failed_is_sent_again(self, queue: Queue) -> None:
        job = await queue.made([row(1), row(2), row(3), row(4), BadRow(5, 5, "No."), row(6, print=row(1).print)])
        batch = await queue.submitted(job)
        await queue.store.record(batch.id, [result(1), result(2, Outcome.ERRORED), result(3, Outcome.CANCELED)])
        await queue.store.set_batch(batch.id, BatchState.EXPIRED, sentence="Gone.")
        assert await queue.store.retry(job, RETRIED_ROWS) == 3
        assert await queue.states(job) == ["succeeded", "pending", "pending", "pending", "invalid", "same"]
        assert [one.sentence for one in await queue.store.rows(job)][1:4] == ["", "", ""]
        assert [one.result for one in await queue.store.joined(job)][1:4] == [None, None, None]

    async def test_a_row_ends_anew_after_a_retry(self, queue: Queue) -> None:
        job = await queue.made(1)
        first = await queue.submitted(job)
        await queue.store.record(first.id, [result(1, Outcome.ERRORED)])
        await queue.store.retry(job, RETRIED_ROWS)
        second = await queue.submitted(job)
        assert await queue.store.record(first.id, [result(1)]) == 0
        assert await queue.store.record(second.id, [result(1)]) == 1

    async def test_what_succeeded_is_never_sent_again(self, queue: Queue) -> None:
        job = await queue.made(1)
        with pytest.raises(ValueError):
            await queue.store.retry(job, frozenset({RowState.SUCCEEDED}))

    async def test_rows_that_wait_are_called_back(self, queue: Queue) -> None:
        job = await queue.made(3)
        await queue.taken(job, 1)
        assert await queue.store.cancel_pending(job) == 2
        assert await queue.states(job) == ["taken", "canceled", "canceled"]

    async def test_answers_of_earlier_jobs_are_taken_over(self, queue: Queue) -> None:
        earlier = await queue.made(3)
        batch = await queue.taken(earlier)
        await queue.store.keep_values(batch.id, {1: {"<NAME_1>": "Ada"}})
        await queue.store.set_batch(batch.id, BatchState.SUBMITTED)
        await queue.store.record(batch.id, [result(1), result(2, Outcome.ERRORED)])
        job = await queue.made([row(1), row(2), row(3), row(4), row(5, print=row(1).print)], running=False)
        assert await queue.store.reuse(job) == 1
        joined = await queue.store.joined(job)
        assert await queue.states(job) == ["succeeded", "pending", "pending", "pending", "same"]
        assert joined[0].result == result(1, cached=True)
        assert joined[0].row.cached
        assert joined[0].values == joined[4].values == {"<NAME_1>": "Ada"}
        assert ((await queue.job(job)).counts.reused, (await queue.job(job)).cost) == (1, 0.0)
        assert await queue.store.reuse(job) == 0

    async def test_two_jobs_take_over_answers_at_the_same_time(self, queue: Queue) -> None:
        earlier = await queue.made(3)
        batch = await queue.submitted(earlier)
        await queue.store.record(batch.id, [result(1), result(2), result(3)])
        first, second = await queue.made([row(1), row(2)]), await queue.made([row(3)])
        taken = await asyncio.gather(queue.store.reuse(first), queue.store.reuse(second))
        assert taken == [2, 1]
        assert [(await queue.job(job)).counts.succeeded for job in (first, second)] == [2, 1]

    async def test_answers_that_were_taken_over_stay_when_the_earlier_job_goes(self, queue: Queue) -> None:
        earlier = await queue.made(1)
        batch = await queue.submitted(earlier)
        await queue.store.record(batch.id, [result(1)])
        await queue.store.set_batch(batch.id, BatchState.COLLECTING)
        await queue.store.set_batch(batch.id, BatchState.COMPLETED)
        job = await queue.made(1)
        await queue.store.reuse(job)
        await queue.store.remove(earlier)
        assert (await queue.store.joined(job))[0].result == result(1, cached=True)


class TestDeliveries:
    @pytest.fixture
    async def told(self, queue: Queue) -> Delivery:
        job = await queue.made([])
        delivery = Delivery("msg_1", job, "https://example.org/hook", b'{"state":"finished"}', NOON)
        await queue.store.set_state(job, JobState.FINISHED, "", delivery)
        return delivery

    async def test_what_is_to_be_told_is_given_out_once_for_a_while(self, queue: Queue, told: Delivery) -> None:
        held = NOON + timedelta(seconds=60)
        claimed = await queue.deliveries.claim_delivery(NOON, 60)
        assert claimed == msgspec.structs.replace(told, attempts=1, next_try=held)
        assert await queue.deliveries.claim_delivery(NOON, 60) is None
        assert await queue.deliveries.next_delivery() == held
        again = await queue.deliveries.claim_delivery(held, 60)
        assert again is not None
        assert again.attempts == 2

    async def test_what_is_postponed_is_due_then(self, queue: Queue, told: Delivery) -> None:
        later = NOON + timedelta(seconds=300)
        await queue.deliveries.claim_delivery(NOON, 60)
        await queue.deliveries.postpone_delivery(told.id, later)
        assert await queue.deliveries.next_delivery() == later

    async def test_what_arrived_is_done_with(self, queue: Queue, told: Delivery) -> None:
        await queue.deliveries.claim_delivery(NOON, 60)
        await queue.deliveries.end_delivery(told.id)
        assert await queue.deliveries.next_delivery() is None
        assert await queue.deliveries.claim_delivery(NOON + timedelta(days=1), 60) is None

    async def test_a_clock_that_was_set_back_makes_it_due(self, queue: Queue, told: Delivery) -> None:
        await queue.deliveries.claim_delivery(NOON, 60)
        assert await queue.deliveries.claim_delivery(NOON - timedelta(days=2), 60) is not None

    async def test_what_did_not_happen_is_not_told(self, queue: Queue) -> None:
        job = await queue.made(1)
        with pytest.raises(JobConflict):
            await queue.store.set_state(job, JobState.FINISHED, "", Delivery("msg_2", job, "https://a", b"{}", NOON))
        assert await queue.deliveries.next_delivery() is None

    async def test_after_a_sleep_it_is_due(self, queue: Queue, told: Delivery) -> None:
        await queue.deliveries.claim_delivery(NOON, 60)
        await queue.store.make_due()
        assert await queue.deliveries.claim_delivery(NOON, 60) is not None
