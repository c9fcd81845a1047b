"""What was decided about verdicts into a file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

from kireji.core.delimited import BEGINNING_OF_TABLE
from kireji.core.jobs.answers import Exported
from kireji.core.jobs.ports import JobStore, JobWriter
from kireji.core.jobs.requests import row_words
from kireji.core.jobs.review_output import LONGEST_TEXT, label_line, review_head, review_line, review_row
from kireji.core.jobs.reviews import Review, ReviewForm
from kireji.core.jobs.values import Job, JoinedRow
from kireji.services.jobs.answers import AnswerReader, is_told
from kireji.services.jobs.reading import JobReading

_PAGE = 1_000


class ReviewExporting:
    """Writes decisions, page by page.

    Args:
        store: The queue.
        reading: Reads results.
        writer: Writes files.
    """

    def __init__(self, store: JobStore, reading: JobReading, writer: JobWriter) -> None:
        self._store = store
        self._reading = reading
        self._writer = writer

    async def export(
        self,
        job: Job,
        path: str,
        form: ReviewForm,
        reviews: Mapping[int, Review],
        progress: Callable[[int, int], None],
    ) -> Exported:
        """As in JobReviewing.

        Args:
            job: Whose.
            path: As in JobReviewing.
            form: The same.
            reviews: What was decided, by row number.
            progress: As in JobReviewing.
        """
        if form is ReviewForm.LABELS:
            return await self._labels(job, path, reviews, progress)
        lines = _Lines(form, self._reading.reader(job), reviews)
        page = await self._store.joined(job.id, limit=_PAGE)
        seen = 0
        async with self._writer.open(path) as write:
            if form is ReviewForm.CSV:
                write(BEGINNING_OF_TABLE + review_head())
            while page:
                write(await asyncio.to_thread(lines.of, page))
                seen += len(page)
                progress(seen, job.counts.lines)
                page = await self._store.joined(job.id, page[-1].row.number, _PAGE)
        return Exported(lines.written, lines.missing)

    async def _labels(
        self, job: Job, path: str, reviews: Mapping[int, Review], progress: Callable[[int, int], None]
    ) -> Exported:
        """A labelled set of the texts that were decided about; pictures stand in no such file and are left out."""
        reader = self._reading.reader(job)
        written = 0
        async with self._writer.open(path) as write:
            for done, (number, review) in enumerate(reviews.items(), 1):
                asked = await self._store.input(job.id, number)
                rows = await self._store.joined(job.id, number - 1, 1)
                text = row_words(job.plan, asked) if asked is not None and not asked.pictures else ""
                if rows and text.strip() and len(text) <= LONGEST_TEXT:
                    write(label_line(reader.read(rows[0]), review, text))
                    written += 1
                progress(done, len(reviews))
        return Exported(written, len(reviews) - written)


class _Lines:
    """Makes the lines of one file.

    Args:
        form: As what.
        reader: Reads results.
        reviews: What was decided, by row number.
    """

    def __init__(self, form: ReviewForm, reader: AnswerReader, reviews: Mapping[int, Review]) -> None:
        self._form = form
        self._reader = reader
        self._reviews = reviews
        self.written = 0
        self.missing = 0

    def of(self, page: Sequence[JoinedRow]) -> bytes:
        """Those rows of a page that have ended; one that shares another's answer was decided with it."""
        told = [one for one in page if is_told(one)]
        self.missing += len(page) - len(told)
        self.written += len(told)
        line = review_row if self._form is ReviewForm.CSV else review_line
        return b"".join([line(self._reader.read(one), self._review(one)) for one in told])

    def _review(self, one: JoinedRow) -> Review | None:
        return self._reviews.get(one.row.number if one.row.same_as is None else one.row.same_as)
