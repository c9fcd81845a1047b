"""How many rows there are to review: counted once, and reckoned on with what is decided here."""

from __future__ import annotations

from kireji.core.jobs.reviews import Judged, Review, ReviewCounts, ReviewStore
from kireji.services.jobs.news import JobNews


class KnownCounts:
    """The counts of jobs, as long as nothing but decisions of this process has changed them.

    Args:
        reviews: Where they are counted.
        news: Of changes by this process and by others.
    """

    def __init__(self, reviews: ReviewStore, news: JobNews) -> None:
        self._reviews = reviews
        self._news = news
        self._known: dict[int, ReviewCounts] = {}
        self._changes = 0
        news.changed.subscribe(self.forget)
        news.written.subscribe(self._forget_all)

    async def of(self, job: int) -> ReviewCounts:
        """Those of a job."""
        if (known := self._known.get(job)) is not None:
            return known
        changes = self._changes
        counts = await self._reviews.counts(job)
        if changes == self._changes:
            self._known = {job: counts}
        return counts

    def forget(self, job: int) -> None:
        """Something has become of a job that only counting tells."""
        self._changes += 1
        self._known.pop(job, None)

    def tell_decided(self, job: int, judged: Judged, before: Review | None, review: Review | None) -> None:
        """Something was decided about a row; others are told, too.

        Args:
            job: Whose row.
            judged: What the model says of it.
            before: What was decided before.
            review: What is decided now; None for nothing.
        """
        known = self._known.get(job)
        self._news.changed.publish(job)  # which makes that forgotten
        if known is not None:
            self._known[job] = known.after(judged, before, review)

    def _forget_all(self, _nothing: None) -> None:
        self._changes += 1
        self._known.clear()
