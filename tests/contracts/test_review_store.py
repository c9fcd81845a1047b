"""What the store of decisions about verdicts promises, asked of the real one and of the one in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from kireji.core.errors import JobConflict
from kireji.core.jobs.reviews import (
    Decision,
    Judged,
    Review,
    ReviewFilter,
    ReviewOrder,
    ReviewStore,
    Stand,
)
from kireji.core.jobs.states import RETRIED_ROWS, BatchState
from kireji.core.jobs.values import Outcome
from kireji.core.moderation.verdicts import Action
from kireji.storage.jobs.loading import BadRow
from kireji.storage.jobs.reviews import SqliteReviewStore
from tests.fakes.job_reviews import MemoryReviewStore
from tests.fakes.job_store import MemoryJobStore
from tests.support.queues import NOON, Queue, in_file, in_memory, result, row

ACCEPTED = Review(Decision.ACCEPTED, Action.BLOCK)
OVERRULED = Review(Decision.OVERRULED, Action.ALLOW, "spam", "It is irony.")


@dataclass
class Desk:
    queue: Queue
    store: ReviewStore

    async def ended(self, *outcomes: Outcome) -> int:
        """A job whose rows have ended so."""
        job = await self.queue.made(len(outcomes))
        batch = await self.queue.submitted(job)
        await self.queue.store.set_batch(batch.id, BatchState.COLLECTING)
        await self.queue.store.record(batch.id, [result(n, outcome) for n, outcome in enumerate(outcomes, 1)])
        await self.queue.store.set_batch(batch.id, BatchState.COMPLETED)
        return job

    async def read(self, job: int, *said: Judged) -> None:
        """Note what the next rows say."""
        rows = await self.store.unread(job, limit=len(said))
        await self.store.keep(job, said, rows)

    async def judged(self, *actions: Action) -> int:
        """A job whose rows were judged so, and read."""
        job = await self.ended(*[Outcome.SUCCEEDED] * len(actions))
        await self.read(job, *[says(number, action) for number, action in enumerate(actions, 1)])
        return job

    async def listed(self, job: int, wanted: ReviewFilter = ReviewFilter.ALL) -> Sequence[int]:
        return await self.store.numbers(job, wanted, ReviewOrder.AS_READ)


def says(number: int, action: Action = Action.REVIEW, gravity: int = 0, confidence: float = 0.5) -> Judged:
    return Judged(number, Stand.JUDGED, action, "spam", "mild", gravity, confidence)


@pytest.fixture(params=["real", "fake"])
async def desk(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Desk]:
    if request.param == "fake":
        queue = in_memory()
        assert isinstance(queue.store, MemoryJobStore)
        yield Desk(queue, MemoryReviewStore(queue.store, queue.world.time))
        return
    queue, database = await in_file(tmp_path / "jobs.db")
    yield Desk(queue, SqliteReviewStore(database, queue.world.time))
    await database.close()


class TestReading:
    async def test_rows_that_have_ended_are_unread_whether_well_or_not(self, desk: Desk) -> None:
        job = await desk.ended(Outcome.SUCCEEDED, Outcome.ERRORED, Outcome.EXPIRED)
        assert [one.row.number for one in await desk.store.unread(job)] == [1, 2, 3]

    async def test_rows_that_wait_are_not(self, desk: Desk) -> None:
        job = await desk.queue.made(3)
        assert await desk.store.unread(job) == []

    async def test_lines_that_were_refused_are(self, desk: Desk) -> None:
        job = await desk.queue.made([row(1), BadRow(2, 2, "It is empty.")])
        assert [one.row.sentence for one in await desk.store.unread(job)] == ["It is empty."]

    async def test_a_row_that_shares_anothers_answer_is_left_to_that_one(self, desk: Desk) -> None:
        job = await desk.queue.made([row(1), row(2, print=(1).to_bytes(16, "big"))])
        batch = await desk.queue.submitted(job)
        await desk.queue.store.set_batch(batch.id, BatchState.COLLECTING)
        await desk.queue.store.record(batch.id, [result(1)])
        assert [one.row.number for one in await desk.store.unread(job)] == [1]

    async def test_they_come_with_their_answers_page_by_page(self, desk: Desk) -> None:
        job = await desk.ended(*[Outcome.SUCCEEDED] * 3)
        [first, second] = await desk.store.unread(job, after=1, limit=2)
        assert (first.row.number, second.row.number) == (2, 3)
        assert first.result is not None
        assert first.result.payload == b'{"answer":2}'

    async def test_what_was_read_is_unread_no_more(self, desk: Desk) -> None:
        job = await desk.ended(*[Outcome.SUCCEEDED] * 3)
        await desk.read(job, says(1), says(2))
        assert [one.row.number for one in await desk.store.unread(job)] == [3]

    async def test_a_row_that_is_tried_again_is_unread_when_it_has_ended_anew(self, desk: Desk) -> None:
        job = await desk.ended(Outcome.ERRORED)
        await desk.read(job, Judged(1, Stand.FAILED))
        await desk.queue.store.retry(job, RETRIED_ROWS)
        assert await desk.listed(job) == []
        batch = await desk.queue.submitted(job)
        await desk.queue.store.set_batch(batch.id, BatchState.COLLECTING)
        await desk.queue.store.record(batch.id, [result(1)])
        assert [one.row.number for one in await desk.store.unread(job)] == [1]

    async def test_nothing_is_kept_of_a_row_that_is_tried_again_meanwhile(self, desk: Desk) -> None:
        job = await desk.ended(Outcome.ERRORED)
        rows = await desk.store.unread(job)
        await desk.queue.store.retry(job, RETRIED_ROWS)
        await desk.store.keep(job, [Judged(1, Stand.FAILED)], rows)
        assert await desk.listed(job) == []


class TestListing:
    async def test_a_row_is_listed_with_what_the_model_says_and_what_people_call_it(self, desk: Desk) -> None:
        job = await desk.judged(Action.BLOCK)
        [item] = await desk.store.items(job, [1])
        assert (item.judged, item.label, item.id, item.line) == (says(1, Action.BLOCK), "Question 1", "id-1", 1)
        assert item.review is None

    async def test_items_come_in_the_order_in_which_they_are_wanted(self, desk: Desk) -> None:
        job = await desk.judged(*[Action.REVIEW] * 3)
        assert [item.number for item in await desk.store.items(job, [3, 99, 1])] == [3, 1]

    async def test_filters_go_by_what_the_policy_wants(self, desk: Desk) -> None:
        job = await desk.judged(Action.ALLOW, Action.REVIEW, Action.BLOCK)
        for wanted, rows in (
            (ReviewFilter.ALLOW, [1]),
            (ReviewFilter.REVIEW, [2]),
            (ReviewFilter.BLOCK, [3]),
            (ReviewFilter.ALL, [1, 2, 3]),
        ):
            assert await desk.listed(job, wanted) == rows

    async def test_what_was_refused_and_what_failed_have_filters_of_their_own(self, desk: Desk) -> None:
        job = await desk.ended(Outcome.SUCCEEDED, Outcome.ERRORED)
        await desk.read(job, Judged(1, Stand.REFUSED, Action.REVIEW), Judged(2, Stand.FAILED))
        assert await desk.listed(job, ReviewFilter.REFUSED) == [1]
        assert await desk.listed(job, ReviewFilter.FAILED) == [2]

    async def test_what_is_decided_leaves_those_that_are_to_be_reviewed_and_no_other_list(self, desk: Desk) -> None:
        job = await desk.judged(Action.REVIEW, Action.BLOCK)
        await desk.store.decide(job, 1, ACCEPTED, None)
        await desk.store.decide(job, 2, ACCEPTED, None)
        assert await desk.listed(job, ReviewFilter.REVIEW) == []
        assert await desk.listed(job, ReviewFilter.BLOCK) == [2]
        assert await desk.listed(job, ReviewFilter.DECIDED) == [1, 2]

    async def test_what_disagrees_is_where_another_action_was_chosen(self, desk: Desk) -> None:
        job = await desk.judged(Action.BLOCK, Action.BLOCK)
        await desk.store.decide(job, 1, ACCEPTED, None)
        await desk.store.decide(job, 2, OVERRULED, None)
        assert await desk.listed(job, ReviewFilter.DISAGREEING) == [2]
        assert [item.disagrees for item in await desk.store.items(job, [1, 2])] == [False, True]

    async def test_the_gravest_come_first_and_of_these_the_surest(self, desk: Desk) -> None:
        job = await desk.ended(*[Outcome.SUCCEEDED] * 3)
        await desk.read(job, says(1, gravity=1), says(2, gravity=5, confidence=0.2), says(3, gravity=5, confidence=0.9))
        assert await desk.store.numbers(job, ReviewFilter.ALL, ReviewOrder.GRAVEST) == [3, 2, 1]

    async def test_or_the_least_sure(self, desk: Desk) -> None:
        job = await desk.ended(*[Outcome.SUCCEEDED] * 2)
        await desk.read(job, says(1, confidence=0.9), says(2, confidence=0.2))
        assert await desk.store.numbers(job, ReviewFilter.ALL, ReviewOrder.LEAST_SURE) == [2, 1]

    async def test_numbers_say_how_far_deciding_is(self, desk: Desk) -> None:
        job = await desk.judged(Action.REVIEW, Action.REVIEW, Action.BLOCK)
        await desk.store.decide(job, 1, OVERRULED, None)
        counts = await desk.store.counts(job)
        assert (counts.listed[ReviewFilter.REVIEW], counts.population[ReviewFilter.REVIEW]) == (1, 2)
        assert counts.decided[ReviewFilter.REVIEW] == 1
        assert counts.listed[ReviewFilter.ALL] == 3
        assert counts.listed[ReviewFilter.DISAGREEING] == 1

    async def test_a_job_without_verdicts_has_nothing(self, desk: Desk) -> None:
        job = await desk.queue.made(2)
        counts = await desk.store.counts(job)
        assert set(counts.listed.values()) == {0}

    async def test_the_rows_of_other_jobs_are_not_among_them(self, desk: Desk) -> None:
        first = await desk.judged(Action.BLOCK)
        second = await desk.judged(Action.ALLOW)
        await desk.store.decide(first, 1, ACCEPTED, None)
        assert await desk.store.reviews(second) == {}
        assert await desk.listed(second, ReviewFilter.BLOCK) == []


class TestDeciding:
    async def test_a_decision_is_stored_with_its_time(self, desk: Desk) -> None:
        job = await desk.judged(Action.BLOCK)
        kept = await desk.store.decide(job, 1, OVERRULED, None)
        assert kept == msgspec.structs.replace(OVERRULED, decided=NOON)
        assert await desk.store.reviews(job) == {1: kept}

    async def test_it_can_be_changed_by_who_has_seen_it(self, desk: Desk) -> None:
        job = await desk.judged(Action.BLOCK)
        first = await desk.store.decide(job, 1, ACCEPTED, None)
        second = await desk.store.decide(job, 1, OVERRULED, first)
        assert (await desk.store.reviews(job))[1] == second

    async def test_who_has_not_seen_it_is_told(self, desk: Desk) -> None:
        job = await desk.judged(Action.BLOCK)
        first = await desk.store.decide(job, 1, ACCEPTED, None)
        with pytest.raises(JobConflict, match="elsewhere"):
            await desk.store.decide(job, 1, OVERRULED, None)
        assert (await desk.store.reviews(job))[1] == first

    async def test_it_can_be_taken_back(self, desk: Desk) -> None:
        job = await desk.judged(Action.REVIEW)
        kept = await desk.store.decide(job, 1, ACCEPTED, None)
        assert await desk.store.decide(job, 1, None, kept) is None
        assert await desk.listed(job, ReviewFilter.REVIEW) == [1]

    async def test_and_given_again_as_it_was(self, desk: Desk) -> None:
        job = await desk.judged(Action.REVIEW)
        kept = await desk.store.decide(job, 1, ACCEPTED, None)
        desk.queue.world.pass_by(60)
        await desk.store.decide(job, 1, None, kept)
        assert await desk.store.decide(job, 1, kept, None) == kept

    async def test_of_a_row_that_has_not_ended_nothing_can_be_decided(self, desk: Desk) -> None:
        job = await desk.queue.made(1)
        with pytest.raises(JobConflict, match="nothing"):
            await desk.store.decide(job, 1, ACCEPTED, None)

    async def test_decisions_are_read_page_by_page(self, desk: Desk) -> None:
        job = await desk.judged(*[Action.REVIEW] * 3)
        for number in (1, 2, 3):
            await desk.store.decide(job, number, ACCEPTED, None)
        assert list(await desk.store.reviews(job, after=1, limit=1)) == [2]

    async def test_they_go_with_their_job(self, desk: Desk) -> None:
        job = await desk.judged(Action.REVIEW)
        await desk.store.decide(job, 1, ACCEPTED, None)
        await desk.queue.store.remove(job)
        assert await desk.store.reviews(job) == {}
        assert await desk.listed(job) == []
