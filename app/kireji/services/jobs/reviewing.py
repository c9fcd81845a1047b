"""What a person decides about the verdicts of a job."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

import msgspec

from kireji.core.errors import JobError
from kireji.core.jobs.answers import Exported, RowDetail
from kireji.core.jobs.ports import JobStore
from kireji.core.jobs.reviews import (
    Decision,
    Judged,
    Review,
    ReviewCounts,
    ReviewFilter,
    ReviewForm,
    ReviewItem,
    ReviewOrder,
    ReviewStore,
    judged_of,
)
from kireji.core.jobs.values import Job, JoinedRow
from kireji.core.moderation.policies import Policy
from kireji.core.moderation.verdicts import Action, Verdict
from kireji.core.structured.forms import AnswerForm
from kireji.core.words import say
from kireji.services.jobs.answers import AnswerReader
from kireji.services.jobs.formed import FormReader
from kireji.services.jobs.lookup import job_of
from kireji.services.jobs.news import JobNews
from kireji.services.jobs.placing import AnswerPlacing
from kireji.services.jobs.reading import JobReading
from kireji.services.jobs.review_counts import KnownCounts
from kireji.services.jobs.review_exporting import ReviewExporting

_PAGE = 500


class ReviewDetail(msgspec.Struct, frozen=True):
    """A row as a reviewer sees it.

    Args:
        item: As in the list.
        detail: All of it.
        verdict: What the model says; its evidence has places in the text. None when there is no verdict.
    """

    item: ReviewItem
    detail: RowDetail
    verdict: Verdict | None = None


class JobReviewing:
    """Lists verdicts, and keeps what is decided about them: each at once, whatever happens to this process.

    Args:
        store: The queue.
        reviews: Where decisions are kept.
        reading: Reads rows and results.
        placing: Finds where evidence stands.
        exporting: Writes decisions.
        news: Told of decisions.
    """

    def __init__(
        self,
        store: JobStore,
        reviews: ReviewStore,
        reading: JobReading,
        placing: AnswerPlacing,
        exporting: ReviewExporting,
        news: JobNews,
    ) -> None:
        self._store = store
        self._reviews = reviews
        self._reading = reading
        self._placing = placing
        self._exporting = exporting
        self._counts = KnownCounts(reviews, news)

    async def policy(self, job: int) -> Policy:
        """By which a job judges.

        Raises:
            JobError: There is no such job, it does not judge, or its policy cannot be read any more.
        """
        return _policy(await self._judging(job))

    async def read(self, job: int, progress: Callable[[int], None] = lambda _: None) -> int:
        """Look what answers say that have come since the last time; others may look at the same time.

        Args:
            job: Whose.
            progress: Told how many were looked at.

        Returns:
            How many there were.

        Raises:
            JobError: As of `policy`.
            StoreError: The queue cannot be read or written.
        """
        found = await self._judging(job)
        reader, levels = self._reading.reader(found), _levels(_policy(found))
        done, after = 0, 0
        while rows := await self._reviews.unread(job, after, _PAGE):
            judged = await asyncio.to_thread(_judged, reader, levels, rows)
            await self._reviews.keep(job, judged, rows)
            after = rows[-1].row.number
            done += len(rows)
            self._counts.forget(job)
            progress(done)
        return done

    async def counts(self, job: int) -> ReviewCounts:
        """How many rows there are by filter, and how many are decided."""
        return await self._counts.of(job)

    async def undecided(self, job: int) -> bool:
        """Whether there is something to decide: verdicts for a person without a decision, or answers not looked at."""
        if await self._reviews.unread(job, limit=1):
            return True
        return (await self._reviews.counts(job)).listed[ReviewFilter.REVIEW] > 0

    async def numbers(
        self, job: int, wanted: ReviewFilter = ReviewFilter.REVIEW, order: ReviewOrder = ReviewOrder.GRAVEST
    ) -> Sequence[int]:
        """The numbers of the rows that a filter lists, sorted."""
        return await self._reviews.numbers(job, wanted, order)

    async def items(self, job: int, numbers: Sequence[int]) -> Sequence[ReviewItem]:
        """These rows; at most some hundreds."""
        return await self._reviews.items(job, numbers)

    async def detail(self, job: int, number: int) -> ReviewDetail:
        """One row as a reviewer sees it; places on pictures are not looked for yet.

        Raises:
            JobError: There is no such row, or nothing is known of it.
        """
        found = await self._judging(job)
        detail = await self._reading.detail(job, number)
        items = await self._reviews.items(job, [number])
        if not items:
            raise JobError(say("Row {number} has nothing that could be decided about.", number=number))
        return ReviewDetail(items[0], detail, await self._placing.in_text(found.plan, detail))

    async def placed(self, job: int, detail: RowDetail) -> Verdict | None:
        """The verdict of a row with places on its pictures, which are read for it on this computer."""
        return await self._placing.in_pictures((await self._judging(job)).plan, detail)

    async def accept(self, job: int, item: ReviewItem, note: str = "") -> Review:
        """The model is right.

        Args:
            job: Whose row.
            item: The row as it was seen.
            note: Why; may be empty.

        Raises:
            JobError: There is no verdict to accept.
            JobConflict: Somebody else has decided meanwhile.
        """
        action = item.judged.action
        if action is None:
            raise JobError(
                say("Row {number} has no verdict that could be accepted.", number=item.number),
                say("Overrule it: say what shall be done."),
            )
        return await self._decided(job, item, Review(Decision.ACCEPTED, action, item.judged.category, note))

    async def overrule(self, job: int, item: ReviewItem, action: Action, category: str = "", note: str = "") -> Review:
        """The person decides.

        Args:
            job: Whose row.
            item: The row as it was seen.
            action: What is done.
            category: Name of the category where it belongs; empty for none.
            note: Why; may be empty.

        Raises:
            JobError: The policy has no such category.
            JobConflict: Somebody else has decided meanwhile.
        """
        if category:
            policy = await self.policy(job)
            if policy.category(category) is None:
                names = ", ".join(each.name for each in policy.categories)
                raise JobError(
                    say("The policy has no category {name}.", name=category[:80]),
                    say("Its categories are: {names}.", names=names),
                )
        return await self._decided(job, item, Review(Decision.OVERRULED, action, category, note))

    async def restore(self, job: int, number: int, review: Review | None, before: Review | None) -> None:
        """Take a decision back, or give the one again that stood before it.

        Args:
            job: Whose row.
            number: Which.
            review: What stood before; None for nothing.
            before: What stands there now, as it was seen.

        Raises:
            JobConflict: Somebody else has decided meanwhile.
        """
        items = await self._reviews.items(job, [number])
        await self._reviews.decide(job, number, review, before)
        if items:
            self._counts.tell_decided(job, items[0].judged, before, review)

    async def export(
        self, job: int, path: str, form: ReviewForm, progress: Callable[[int, int], None] = lambda _done, _total: None
    ) -> Exported:
        """Write what was decided, in the order of the input.

        Args:
            job: Whose.
            path: The file; one that is there is replaced when all is written.
            form: As what; a labelled set has only rows that were decided.
            progress: Told how many rows of how many were looked at.

        Raises:
            JobError: It cannot be written there, or as of `policy`.
        """
        found = await self._judging(job)
        return await self._exporting.export(found, path, form, await self.reviews(job), progress)

    async def reviews(self, job: int) -> Mapping[int, Review]:
        """All decisions, by row number."""
        found: dict[int, Review] = {}
        after = 0
        while page := await self._reviews.reviews(job, after):
            found |= page
            after = max(page)
        return found

    async def _decided(self, job: int, item: ReviewItem, review: Review) -> Review:
        kept = await self._reviews.decide(job, item.number, review, item.review)
        assert kept is not None
        self._counts.tell_decided(job, item.judged, item.review, kept)
        return kept

    async def _judging(self, job: int) -> Job:
        found = await job_of(self._store, job)
        if found.plan.form is not AnswerForm.VERDICT:
            raise JobError(
                say("{name} does not judge, so there is nothing to review.", name=found.plan.name or job),
                say("Jobs that judge are made with a policy: kireji batch add FILE --policy NAME"),
            )
        return found


def _policy(job: Job) -> Policy:
    policy = FormReader(job.plan).policy
    if policy is None:
        raise JobError(say("The policy of this job cannot be read any more."), say("Make the job anew."))
    return policy


def _levels(policy: Policy) -> Mapping[tuple[str, str], int]:
    return {
        (category.name, level.name): place
        for category in policy.categories
        for place, level in enumerate(category.levels)
    }


def _judged(reader: AnswerReader, levels: Mapping[tuple[str, str], int], rows: Sequence[JoinedRow]) -> list[Judged]:
    return [judged_of(one.row.number, reader.read(one).verdict, levels) for one in rows]
