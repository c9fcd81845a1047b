"""A source into the rows of a job: reads, writes, finds duplicates. Runs in a process of its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from kireji.core.jobs.ports import BatchLimits
from kireji.core.jobs.values import ImportProgress, JobPlan, JobSource, SourceKind
from kireji.core.ports import EncodedPicture
from kireji.core.structured.forms import AnswerForm
from kireji.storage.jobs.building import Pieces, RowBuilder
from kireji.storage.jobs.loading import (
    BYTES_AT_ONCE,
    ROWS_AT_ONCE,
    BadRow,
    NewRow,
    add_uncommitted,
    commit,
    find_same,
    finish,
    prepare,
    refuse_repeated,
)
from kireji.storage.jobs.pictures import FileJobPictures
from kireji.storage.jobs.row_pictures import RowPictures

if TYPE_CHECKING:
    from sqlite3 import Connection

_TELL_SECONDS = 0.2
_PICTURES_AT_ONCE = 16 * 1024 * 1024
"""Bytes of new pictures after which their rows are written."""


class ImportOrder(msgspec.Struct, frozen=True):
    """What the importing process is to do.

    Args:
        database: The queue.
        pictures: Folder of the pictures of rows.
        job: Which job; IMPORTING.
        plan: What is to be done with its rows; names provider and model.
        source: What is read.
        limits: Of the service's batches; None where rows go one by one.
        wins: Whether the plan's model holds for all lines.
    """

    database: str
    pictures: str
    job: int
    plan: JobPlan
    source: JobSource
    limits: BatchLimits | None = None
    wins: bool = True


class Import:
    """One import.

    Args:
        order: What is to be done.
        connection: Of the queue, in autocommit mode, used by nothing else, and by any thread.
        encode: Brings a picture's bytes into the limits.
        tell: Told how far it is, some times a second.
        step_back: Lets the calling thread give way to everything else on this computer.
        clock: Seconds.
    """

    def __init__(
        self,
        order: ImportOrder,
        connection: Connection,
        encode: Callable[[bytes], EncodedPicture],
        tell: Callable[[ImportProgress], None],
        step_back: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._order = order
        self._connection = connection
        self._tell = tell
        self._step_back = step_back
        self._clock = clock
        self._told = clock()
        self._commit: Future[None] | None = None
        self._lines = self._bad = self._done = self._total = self._skipped = 0
        base = Path(order.source.paths[0]) if order.source.paths else Path()
        if order.source.kind is not SourceKind.FOLDER:
            base = base.parent
        self._pictures = RowPictures(base, encode, FileJobPictures(Path(order.pictures)))
        self._builder = RowBuilder(order.plan, order.limits, order.wins, self._pictures)

    def run(self) -> ImportProgress:
        """Read all of it; the job is READY afterwards.

        Raises:
            JobError: The source cannot be read, or is none.
            JobConflict: The job was removed.
            StoreError: A picture cannot be stored.
            sqlite3.Error: Rows cannot be stored.
        """
        prepare(self._connection)
        self._read()
        self._progress(indexing=True, now=True)
        job = self._order.job
        self._bad += refuse_repeated(self._connection, job)
        find_same(self._connection, job)
        finish(self._connection, job)
        return self._now()

    def _read(self) -> None:
        most, good = self._order.source.most, 0
        waiting: list[NewRow | BadRow] = []
        begun = 0
        # Who holds the lock that others wait for does not give way; reading, which holds nothing, does.
        with ThreadPoolExecutor(1, "writing") as writing:
            writing.submit(int).result()  # its thread is made now
            self._step_back()
            for piece in self._pieces():
                rows, good = _taken(piece.rows, most, good)
                waiting += rows
                self._done = piece.done
                full = len(waiting) >= ROWS_AT_ONCE or piece.done - begun >= BYTES_AT_ONCE
                if full or self._pictures.held >= _PICTURES_AT_ONCE:
                    self._write(waiting, writing)
                    waiting, begun = [], piece.done
                self._progress()
                if most and good >= most:
                    break
            self._write(waiting, writing)
            self._committed()

    def _pieces(self) -> Pieces:
        source, plan, builder = self._order.source, self._order.plan, self._builder
        path = Path(source.paths[0]) if source.paths else Path()
        match source.kind:
            case SourceKind.JSONL:
                from kireji.storage.jobs.reading_lines import rows_of_lines

                return rows_of_lines(path, builder, self._set_total)
            case SourceKind.CSV:
                from kireji.storage.jobs.reading_tables import rows_of_table

                formed = plan.form is not AnswerForm.TEXT
                return rows_of_table(path, plan.prompt, builder, self._set_total, formed=formed)
            case SourceKind.FOLDER:
                from kireji.storage.jobs.reading_pictures import rows_of_folder

                return rows_of_folder(path, self._words, builder, self._set_total, self._set_skipped)
            case SourceKind.PICTURES:
                from kireji.storage.jobs.reading_pictures import rows_of_pictures

                return rows_of_pictures(source.paths, self._words, builder, self._set_total)
            case SourceKind.PAIRS:
                from kireji.storage.jobs.reading_pairs import rows_of_pairs

                return rows_of_pairs(source.paths, self._words, builder, self._set_total, self._set_skipped)

    @property
    def _words(self) -> str | None:
        """What is asked of each picture; None where the form of the answers says it."""
        plan = self._order.plan
        return plan.prompt if plan.form is AnswerForm.TEXT else None

    def _set_total(self, total: int) -> None:
        self._total = total

    def _set_skipped(self, skipped: int) -> None:
        self._skipped = skipped

    def _write(self, rows: list[NewRow | BadRow], writing: ThreadPoolExecutor) -> None:
        """Write rows once those before them are committed; while these are, the next ones are read."""
        self._committed()
        if not rows:
            return
        restore = self._pictures.restore if self._pictures.held else None
        writing.submit(add_uncommitted, self._connection, self._order.job, rows, restore).result()
        self._commit = writing.submit(commit, self._connection)
        if restore is not None:  # their files are safe only then
            self._committed()
            self._pictures.settle()
        self._lines += len(rows)
        self._bad += sum(1 for row in rows if isinstance(row, BadRow))

    def _committed(self) -> None:
        """Wait until what was written last is committed."""
        if self._commit is not None:
            last, self._commit = self._commit, None
            last.result()

    def _progress(self, *, indexing: bool = False, now: bool = False) -> None:
        if now or self._clock() - self._told >= _TELL_SECONDS:
            self._told = self._clock()
            self._tell(self._now(indexing=indexing))

    def _now(self, *, indexing: bool = False) -> ImportProgress:
        return ImportProgress(self._lines, self._bad, self._done, self._total, indexing, self._skipped)


def _taken(rows: list[NewRow | BadRow], most: int, good: int) -> tuple[list[NewRow | BadRow], int]:
    """Rows up to the last that is wanted, and how many good ones there are then."""
    if not most:
        return rows, good
    for place, row in enumerate(rows, 1):
        good += isinstance(row, NewRow)
        if good >= most:
            return rows[:place], good
    return rows, good
