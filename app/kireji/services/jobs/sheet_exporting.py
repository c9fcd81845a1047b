"""What was taken out of all rows of a job as one table: a line for each picture of fields, for each row of tables."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import NamedTuple

from kireji.core.errors import JobError
from kireji.core.extraction.exports import csv
from kireji.core.extraction.merging import Taken, merged
from kireji.core.extraction.ports import SpreadsheetWriter
from kireji.core.extraction.sheets import Extraction
from kireji.core.jobs.answers import Answer, Exported, ExportForm
from kireji.core.jobs.output import id_of
from kireji.core.jobs.ports import JobStore
from kireji.core.jobs.values import Job, JoinedRow
from kireji.core.structured.forms import AnswerForm
from kireji.core.words import say
from kireji.services.jobs.answers import AnswerReader, is_told

MOST_CELLS = 1_000_000
"""Of one file: it is made in memory."""
_PAGE = 500


class Sheets(NamedTuple):
    """A file that is ready to be written.

    Args:
        data: Its bytes.
        exported: What is in it.
    """

    data: bytes
    exported: Exported


async def sheets_of(
    store: JobStore,
    reader: AnswerReader,
    job: Job,
    form: ExportForm,
    spreadsheets: Callable[[], SpreadsheetWriter],
    progress: Callable[[int, int], None],
) -> Sheets:
    """The file of a job that takes out tables or fields.

    Args:
        store: The queue.
        reader: Reads the job's results.
        job: Which.
        form: CSV or XLSX.
        spreadsheets: Makes what makes XLSX files.
        progress: Told how many rows of how many were looked at.

    Raises:
        JobError: There are more cells than one file takes.
    """
    taken: list[Taken] = []
    failed: list[tuple[str, str]] = []
    cells = seen = missing = last = 0
    while page := await store.joined(job.id, last, _PAGE):
        last = page[-1].row.number
        seen += len(page)
        missing += sum(not is_told(one) for one in page)
        for answer in await asyncio.to_thread(_read, reader, [one for one in page if is_told(one)]):
            name = answer.row.source or id_of(answer)
            if answer.sheets:
                taken.append(Taken(name, answer.sheets))
                cells += sum(sheet.cells for sheet in answer.sheets)
            else:
                failed.append((name, answer.error or say("There is nothing in it.")))
        if cells > MOST_CELLS:
            raise JobError(
                say("These are more than {most} cells, which no single table takes.", most=f"{MOST_CELLS:,}"),
                say("Write them as lines of JSON (.jsonl)."),
            )
        progress(seen, job.counts.lines)
    fields = job.plan.form is AnswerForm.FIELDS
    data = await asyncio.to_thread(_written, taken, failed, form, spreadsheets, fields=fields)
    return Sheets(data, Exported(len(taken), missing, len(failed)))


def _read(reader: AnswerReader, rows: Sequence[JoinedRow]) -> list[Answer]:
    return [reader.read(one) for one in rows]


def _written(
    taken: Sequence[Taken],
    failed: Sequence[tuple[str, str]],
    form: ExportForm,
    spreadsheets: Callable[[], SpreadsheetWriter],
    *,
    fields: bool,
) -> bytes:
    extraction = Extraction(merged(taken, fields=fields), fields, (), tuple(one.source for one in taken), tuple(failed))
    return csv(extraction) if form is ExportForm.CSV else spreadsheets().workbook(extraction).data
