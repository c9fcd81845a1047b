"""Counts of what is reviewed: counted once, and right after every decision."""

from __future__ import annotations

import pytest

from kireji.core.jobs.reviews import Decision, Judged, Review, ReviewCounts, ReviewFilter, Stand
from kireji.core.moderation.verdicts import Action
from kireji.services.jobs.news import JobNews
from kireji.services.jobs.review_counts import KnownCounts
from tests.support.job_world import JobWorld
from tests.ui.jobs.review_support import CLEAN, REFUSED, RUDE, a_row, judged

WAITS = Judged(1, Stand.JUDGED, Action.REVIEW)
ACCEPTED = Review(Decision.ACCEPTED, Action.REVIEW)
OVERRULED = Review(Decision.OVERRULED, Action.ALLOW)
NONE = ReviewCounts(*(dict.fromkeys(ReviewFilter, 0) for _ in range(3)))


class Counted:
    """Counts of one row that waits, and how often it was counted."""

    def __init__(self) -> None:
        self.times = 0

    async def counts(self, _job: int) -> ReviewCounts:
        self.times += 1
        return NONE


@pytest.mark.parametrize("decided", [ACCEPTED, OVERRULED, None])
async def test_decisions_are_reckoned_and_nothing_is_counted_again(decided: Review | None) -> None:
    store, news = Counted(), JobNews()
    known = KnownCounts(store, news)  # type: ignore[arg-type] # all that it asks for
    before = await known.of(1)
    known.tell_decided(1, WAITS, None, decided)
    assert await known.of(1) == before.after(WAITS, None, decided)
    assert store.times == 1


async def test_what_others_do_is_counted_again() -> None:
    store, news = Counted(), JobNews()
    known = KnownCounts(store, news)  # type: ignore[arg-type] # all that it asks for
    await known.of(1)
    news.changed.publish(1)
    await known.of(1)
    news.written.publish(None)
    await known.of(1)
    assert store.times == 3


async def test_what_is_reckoned_is_what_would_be_counted() -> None:
    made = JobWorld(rows=[])
    made.world.job_importer.rows = [a_row(number, f"Comment {number}") for number in (1, 2, 3)]
    job = await judged(made, [RUDE, CLEAN, REFUSED])
    reviewing = await made.jobs.reviewing()
    await reviewing.read(job.id)
    store = made.world.job_reviews
    for number in (1, 2, 3):
        assert await reviewing.counts(job.id) == await store.counts(job.id)
        [item] = await reviewing.items(job.id, [number])
        review = await reviewing.overrule(job.id, item, Action.BLOCK)
        assert await reviewing.counts(job.id) == await store.counts(job.id)
        if number == 2:
            await reviewing.restore(job.id, number, None, review)
            assert await reviewing.counts(job.id) == await store.counts(job.id)


async def test_a_job_waits_for_decisions_until_all_verdicts_for_a_person_have_one() -> None:
    made = JobWorld(rows=[])
    made.world.job_importer.rows = [a_row(number, f"Comment {number}") for number in (1, 2)]
    job = await judged(made, [RUDE, CLEAN])
    reviewing = await made.jobs.reviewing()
    assert await reviewing.undecided(job.id)  # nobody has looked what they say
    await reviewing.read(job.id)
    assert await reviewing.undecided(job.id)
    (item,) = await reviewing.items(job.id, await reviewing.numbers(job.id))
    await reviewing.accept(job.id, item)
    assert not await reviewing.undecided(job.id)
