"""Rows of jobs as results with their places, made when one is opened: for a list of rows nobody reads pictures."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

import msgspec

from kireji.core.errors import JobError, PictureError, ReaderError
from kireji.core.extraction.sheets import Extraction
from kireji.core.jobs import placed
from kireji.core.jobs.answers import RowDetail
from kireji.core.jobs.ports import JobStore
from kireji.core.jobs.values import Job
from kireji.core.moderation.policies import Policy
from kireji.core.ports import PictureComparer, Reader
from kireji.core.reading import Reading
from kireji.core.structured.comparison import Difference
from kireji.core.structured.forms import AnswerForm
from kireji.core.structured.results import Result
from kireji.core.words import say
from kireji.services.jobs.formed import FormReader
from kireji.services.jobs.lookup import job_of
from kireji.services.jobs.placing import AnswerPlacing
from kireji.services.jobs.reading import JobReading

log = logging.getLogger(__name__)


class RowResult(msgspec.Struct, frozen=True):
    """What came of a row.

    Args:
        result: With its places.
        detail: The row.
        policy: By which it was judged; None where it was not.
    """

    result: Result
    detail: RowDetail
    policy: Policy | None = None


class RowResults:
    """Reads the pictures of a row, and finds on them what the answer says.

    Args:
        store: The queue.
        reading: Reads rows and results.
        reader: Reads pictures on this computer.
        comparer: Makes what compares pixels.
    """

    def __init__(
        self, store: JobStore, reading: JobReading, reader: Reader, comparer: Callable[[], PictureComparer]
    ) -> None:
        self._store = store
        self._reading = reading
        self._reader = reader
        self._comparer = comparer

    async def result(self, job: int, number: int) -> RowResult:
        """As in JobService."""
        found = await job_of(self._store, job)
        detail = await self._reading.detail(job, number)
        if not detail.answer.is_result:
            raise JobError(
                say("Nothing came of row {number} that could be shown.", number=number),
                say("Its page says why."),
            )
        if detail.answer.verdict is not None:
            verdict = await AnswerPlacing(self._reader).in_pictures(found.plan, detail)
            return RowResult(verdict or detail.answer.verdict, detail, FormReader(found.plan).policy)
        readings = [await self._read(picture) for picture in detail.pictures]
        difference = await self._difference(detail) if found.plan.form is AnswerForm.COMPARISON else None
        return RowResult(await asyncio.to_thread(_made, found, detail, readings, difference), detail)

    async def _read(self, picture: bytes) -> Reading | None:
        if not picture:
            return None
        try:
            return await self._reader.read_all(picture)
        except ReaderError as error:
            log.info("the words of a row's picture could not be read: %s", error.message)
            return None

    async def _difference(self, detail: RowDetail) -> Difference:
        """What the pixels say; of pictures that are lost or damaged nothing."""
        nothing = Difference(same_size=False, share=0.0, boxes=())
        if len(detail.pictures) != 2 or not all(detail.pictures):
            return nothing
        try:
            return await asyncio.to_thread(self._comparer().difference, *detail.pictures)
        except PictureError as error:
            log.info("a row's pictures could not be compared: %s", error.message)
            return nothing


def _made(job: Job, detail: RowDetail, readings: Sequence[Reading | None], difference: Difference | None) -> Result:
    answer = detail.answer
    if difference is not None:
        before, after = (*readings, None, None)[:2]
        return placed.placed_comparison(answer.answered, difference, before, after)
    if job.plan.form is AnswerForm.TRANSLATION:
        return placed.placed_translation(answer.data, job.plan.about, detail.prompt, readings)
    sheets = placed.placed_sheets(answer.sheets, readings)
    names = (answer.row.source,) if len(readings) == 1 else ()
    return Extraction(sheets, job.plan.form is AnswerForm.FIELDS, sources=names)
