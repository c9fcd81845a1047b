"""Answers into a file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from kireji.core.delimited import BEGINNING_OF_TABLE
from kireji.core.errors import JobError
from kireji.core.extraction.ports import SpreadsheetWriter
from kireji.core.jobs.answers import Exported, ExportForm
from kireji.core.jobs.form_columns import columns_of_plan
from kireji.core.jobs.output import Table, output_line
from kireji.core.jobs.ports import JobStore, JobWriter
from kireji.core.jobs.values import Job, JoinedRow, Outcome
from kireji.core.structured.forms import AnswerForm
from kireji.core.words import say
from kireji.services.jobs.answers import AnswerReader, is_told
from kireji.services.jobs.lookup import job_of
from kireji.services.jobs.reading import JobReading

_PAGE = 1_000
_EXTRACTED = (AnswerForm.TABLE, AnswerForm.FIELDS)


class JobExporting:
    """Writes what is known of every row, page by page.

    Args:
        store: The queue.
        reading: Reads results.
        writer: Writes files.
        spreadsheets: Makes what makes XLSX files.
    """

    def __init__(
        self, store: JobStore, reading: JobReading, writer: JobWriter, spreadsheets: Callable[[], SpreadsheetWriter]
    ) -> None:
        self._store = store
        self._reading = reading
        self._writer = writer
        self._spreadsheets = spreadsheets

    async def export(
        self, job: int, path: str, form: ExportForm, progress: Callable[[int, int], None], *, failed: bool = False
    ) -> Exported:
        """As in JobService."""
        found = await job_of(self._store, job)
        if found.plan.form in _EXTRACTED and form is not ExportForm.JSONL and not failed:
            return await self._sheets(found, path, form, progress)
        if form is ExportForm.XLSX:
            raise JobError(
                say("Only jobs that take out tables or fields become a spreadsheet."),
                say("Write a table (.csv), which spreadsheets read, or lines of JSON (.jsonl)."),
            )
        page = await self._store.joined(job, limit=_PAGE)
        lines = _Lines(found, form, self._reading.reader(found), page, failed=failed)
        seen = 0
        async with self._writer.open(path) as write:
            write(lines.head())
            while page:
                write(await asyncio.to_thread(lines.of, page))
                seen += len(page)
                progress(seen, found.counts.lines)
                page = await self._store.joined(job, page[-1].row.number, _PAGE)
        return Exported(lines.written, lines.missing)

    async def _sheets(self, job: Job, path: str, form: ExportForm, progress: Callable[[int, int], None]) -> Exported:
        from kireji.services.jobs.sheet_exporting import sheets_of

        reader = self._reading.reader(job)
        made = await sheets_of(self._store, reader, job, form, self._spreadsheets, progress)
        async with self._writer.open(path) as write:
            write(made.data)
        return made.exported


class _Lines:
    """Makes the lines of one file.

    Args:
        job: Whose.
        form: As what.
        reader: Reads results.
        first: The first rows; a table's own columns are theirs.
        failed: Only rows that have no answer.
    """

    def __init__(
        self, job: Job, form: ExportForm, reader: AnswerReader, first: Sequence[JoinedRow], *, failed: bool
    ) -> None:
        self._failed = failed
        self._form = form
        self._reader = reader
        self._structured = bool(job.plan.schema)
        given = next((tuple(one.columns) for one in first if one.columns), ())
        self._table = Table(given, columns_of_plan(job.plan))
        self.written = 0
        self.missing = 0

    def head(self) -> bytes:
        """What stands before all rows."""
        return BEGINNING_OF_TABLE + self._table.head() if self._form is ExportForm.CSV else b""

    def of(self, page: Sequence[JoinedRow]) -> bytes:
        """Those rows of a page that have ended."""
        told = [one for one in page if is_told(one)]
        self.missing += len(page) - len(told)
        ended = [one for one in told if not (self._failed and _is_answered(one))]
        self.written += len(ended)
        if self._form is ExportForm.CSV:
            return b"".join([self._table.line(self._reader.read(one), one.columns) for one in ended])
        return b"".join([output_line(self._reader.read(one), structured=self._structured) for one in ended])


def _is_answered(joined: JoinedRow) -> bool:
    return joined.result is not None and joined.result.outcome is Outcome.SUCCEEDED
