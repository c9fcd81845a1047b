"""What people decide about verdicts, in memory: what `core.jobs.reviews.ReviewStore` promises, in the plainest way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import msgspec

from kireji.core.errors import JobConflict
from kireji.core.jobs.reviews import (
    Judged,
    Review,
    ReviewCounts,
    ReviewFilter,
    ReviewItem,
    ReviewOrder,
    Stand,
)
from kireji.core.jobs.states import ENDED_ROWS, RowState
from kireji.core.jobs.values import JoinedRow, Row
from kireji.core.moderation.verdicts import Action
from kireji.storage.rows import utc_now
from tests.fakes.job_store import MemoryJobStore

_TOLD = ENDED_ROWS | {RowState.INVALID}


class MemoryReviewStore:
    """Decisions about the rows of a queue in memory.

    Args:
        jobs: The queue.
        now: The time in UTC.
    """

    def __init__(self, jobs: MemoryJobStore, now: Callable[[], datetime] = utc_now) -> None:
        self._jobs = jobs
        self._now = now
        self._judged: dict[tuple[int, int], tuple[Judged, object]] = {}
        self._reviews: dict[tuple[int, int], Review] = {}

    async def unread(self, job: int, after: int = 0, limit: int = 500) -> Sequence[JoinedRow]:
        known = await self._known(job)
        return [row for row in await self._told(job) if row.row.number > after and row.row.number not in known][:limit]

    async def keep(self, job: int, judged: Sequence[Judged], rows: Sequence[JoinedRow]) -> None:
        now = {row.row.number: row for row in await self._told(job)}
        for one, row in zip(judged, rows, strict=True):
            current = now.get(one.number)
            if current is not None and current.row.state is row.row.state:
                self._judged[job, one.number] = one, (current.row.state, current.result)

    async def counts(self, job: int) -> ReviewCounts:
        items = (await self._known(job)).values()
        return ReviewCounts(
            {wanted: sum(_listed(item, wanted) for item in items) for wanted in ReviewFilter},
            {wanted: sum(_about(item, wanted) for item in items) for wanted in ReviewFilter},
            {
                wanted: sum(_about(item, wanted) and item.review is not None for item in items)
                for wanted in ReviewFilter
            },
        )

    async def numbers(self, job: int, wanted: ReviewFilter, order: ReviewOrder) -> Sequence[int]:
        items = [item for item in (await self._known(job)).values() if _listed(item, wanted)]
        return [item.number for item in sorted(items, key=_KEYS[order])]

    async def items(self, job: int, numbers: Sequence[int]) -> Sequence[ReviewItem]:
        known = await self._known(job)
        return [known[number] for number in numbers if number in known]

    async def decide(self, job: int, number: int, review: Review | None, before: Review | None) -> Review | None:
        if number not in await self._known(job):
            raise JobConflict(f"Row {number} has nothing that could be decided about.")
        if self._reviews.get((job, number)) != before:
            raise JobConflict(f"Row {number} was decided elsewhere meanwhile.")
        if review is None:
            self._reviews.pop((job, number), None)
            return None
        kept = msgspec.structs.replace(review, decided=review.decided or self._now())
        self._reviews[job, number] = kept
        return kept

    async def reviews(self, job: int, after: int = 0, limit: int = 500) -> Mapping[int, Review]:
        if await self._jobs.job(job) is None:
            return {}
        found = sorted((row, review) for (of, row), review in self._reviews.items() if of == job and row > after)
        return dict(found[:limit])

    async def _told(self, job: int) -> Sequence[JoinedRow]:
        rows = await self._jobs.joined(job, limit=1_000_000)
        return [row for row in rows if row.row.state in _TOLD and row.row.same_as is None]

    async def _known(self, job: int) -> dict[int, ReviewItem]:
        found = {}
        for row in await self._told(job):
            judged, made_of = self._judged.get((job, row.row.number), (None, None))
            if judged is not None and made_of == (row.row.state, row.result):
                found[row.row.number] = _item(row.row, judged, self._reviews.get((job, row.row.number)))
        return found


def _item(row: Row, judged: Judged, review: Review | None) -> ReviewItem:
    return ReviewItem(judged, row.source, row.id, row.line, review)


def _about(item: ReviewItem, wanted: ReviewFilter) -> bool:
    match wanted:
        case ReviewFilter.ALL:
            return True
        case ReviewFilter.REVIEW:
            return item.judged.action is Action.REVIEW
        case ReviewFilter.BLOCK:
            return item.judged.action is Action.BLOCK
        case ReviewFilter.ALLOW:
            return item.judged.action is Action.ALLOW
        case ReviewFilter.REFUSED:
            return item.judged.stand is Stand.REFUSED
        case ReviewFilter.FAILED:
            return item.judged.stand is Stand.FAILED
        case ReviewFilter.DECIDED:
            return item.review is not None
        case ReviewFilter.DISAGREEING:
            return item.disagrees


def _listed(item: ReviewItem, wanted: ReviewFilter) -> bool:
    return _about(item, wanted) and (wanted is not ReviewFilter.REVIEW or item.review is None)


_KEYS: Mapping[ReviewOrder, Callable[[ReviewItem], tuple[float, ...]]] = {
    ReviewOrder.GRAVEST: lambda item: (-item.judged.gravity, -item.judged.confidence, item.number),
    ReviewOrder.LEAST_SURE: lambda item: (item.judged.confidence, -item.judged.gravity, item.number),
    ReviewOrder.AS_READ: lambda item: (item.number,),
}
