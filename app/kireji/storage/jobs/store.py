"""The queue as `core.jobs.ports.JobStore`: which transaction holds what; the statements stand beside this module."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from kireji.core.history import Origin
from kireji.core.jobs.ports import RemoteBatch
from kireji.core.jobs.states import BatchState, JobState, RowState
from kireji.core.jobs.values import (
    Batch,
    Delivery,
    Estimate,
    Job,
    JobPlan,
    JobSource,
    JoinedRow,
    Row,
    RowInput,
    RowResult,
)
from kireji.storage.database import Database
from kireji.storage.jobs import again, batches, claims, jobs, rows
from kireji.storage.jobs import results as kept
from kireji.storage.jobs.forms import Clock, microseconds, moment, stored_moment
from kireji.storage.rows import to_microseconds, utc_now

if TYPE_CHECKING:
    from sqlite3 import Connection

T = TypeVar("T")

_ALL: frozenset[RowState] = frozenset()
_NO_VALUES: Mapping[str, str] = MappingProxyType({})


class SqliteJobStore:
    """The queue in a file that several processes work on.

    What changes a whole job (retrying, calling back, reusing, removing) goes piece by piece, each in a transaction of
    its own, because a job may hold a million rows and others must be able to write meanwhile. When it breaks off in
    the middle, what was done stands, and asking again does the rest.

    Args:
        database: As `storage.jobs.tables.open_jobs` opens it.
        alive: Whether a process still runs.
        drop_pictures: Deletes the files of these pictures (SHA-256 and media type), as far as they are there; called
            while nobody else can write.
        now: The time in UTC.
    """

    def __init__(
        self,
        database: Database,
        alive: Callable[[Origin], bool],
        drop_pictures: Callable[[Collection[tuple[str, str]]], None] = lambda _: None,
        now: Clock = utc_now,
    ) -> None:
        self._database = database
        self._alive = alive
        self._drop_pictures = drop_pictures
        self._now = now
        self._reusing = asyncio.Lock()

    def _time(self, later: float = 0.0) -> int:
        return to_microseconds(self._now()) + microseconds(later)

    async def create(self, plan: JobPlan, source: JobSource, owner: Origin) -> int:
        """As in JobStore."""
        now = self._time()
        return await self._database.write(lambda c: jobs.create(c, plan, source, owner, now))

    async def jobs(self) -> Sequence[Job]:
        """As in JobStore."""
        return await self._read(lambda c: jobs.listed(c, self._alive))

    async def job(self, job: int) -> Job | None:
        """As in JobStore."""
        return await self._read(lambda c: jobs.found(c, job, self._alive))

    async def set_state(self, job: int, state: JobState, sentence: str = "", delivery: Delivery | None = None) -> Job:
        """As in JobStore."""
        now = self._time()
        return await self._database.write(lambda c: jobs.set_state(c, job, state, sentence, delivery, now, self._alive))

    async def tell(self, job: int, sentence: str) -> None:
        """As in JobStore."""
        await self._database.write(lambda c: jobs.tell(c, job, sentence))

    async def set_estimate(self, job: int, estimate: Estimate) -> None:
        """As in JobStore."""
        await self._database.write(lambda c: jobs.set_estimate(c, job, estimate))

    async def offer(self, job: int) -> None:
        """As in JobStore."""
        await self._database.write(lambda c: jobs.offer(c, job))

    async def set_plan(self, job: int, plan: JobPlan) -> None:
        """As in JobStore."""
        await self._database.write(lambda c: jobs.set_plan(c, job, plan))

    async def remove(self, job: int) -> None:
        """As in JobStore; when it breaks off, the job is out of sight, and `left_over` names it."""
        await self._database.write(lambda c: jobs.mark_removed(c, job))
        while await self._database.write(lambda c: jobs.remove_some(c, job, self._drop_pictures)):
            pass

    async def left_over(self) -> Sequence[int]:
        """As in JobStore, and those whose removal broke off."""
        return await self._database.run(lambda c: jobs.left_over(c, self._alive))

    async def version(self) -> int:
        """As in JobStore."""
        return await self._database.run(lambda c: int(c.execute("PRAGMA data_version").fetchone()[0]))

    # Sending

    async def take(self, job: int, owner: Origin, key: str, rows: int, state: BatchState, lease: float) -> Batch | None:
        """As in JobStore."""
        now, until = self._time(), self._time(lease)
        return await self._database.write(lambda c: batches.take(c, job, owner, key, rows, state, until, now))

    async def take_row(self, job: int, number: int, owner: Origin, key: str, lease: float) -> Batch | None:
        """As in JobStore."""
        now, until = self._time(), self._time(lease)
        return await self._database.write(lambda c: batches.take_row(c, job, number, owner, key, until, now))

    async def give_back(self, batch: int, after: int) -> int:
        """As in JobStore; of a LIVE batch only rows that were not sent."""
        return await self._database.write(lambda c: batches.give_back(c, batch, after))

    async def set_ready(self, batch: int, rows: int) -> None:
        """As in JobStore."""
        await self._database.write(lambda c: batches.set_ready(c, batch, rows))

    async def inputs(self, batch: int, after: int = 0, limit: int = 200) -> Sequence[RowInput]:
        """As in JobStore."""
        return await self._read(lambda c: rows.inputs(c, batch, after, limit))

    async def keep_values(self, batch: int, values: Mapping[int, Mapping[str, str]]) -> None:
        """As in JobStore."""
        await self._database.write(lambda c: batches.keep_values(c, batch, values))

    async def mark_sent(self, batch: int, number: int, *, sent: bool = True) -> None:
        """As in JobStore."""
        await self._database.write(lambda c: batches.mark_sent(c, batch, number, sent))

    # Claims

    async def renew(self, owner: Origin, lease: float) -> None:
        """As in JobStore."""
        until = self._time(lease)
        await self._database.write(lambda c: claims.renew(c, owner, until))

    async def claim_due(self, owner: Origin, now: datetime, lease: float, job: int | None = None) -> Batch | None:
        """As in JobStore."""
        time = to_microseconds(now)
        until = time + microseconds(lease)
        # Asked before the transaction: it may take a while, and who is gone stays gone.
        gone = [one for one in await self._database.run(claims.owners) if not self._alive(one)]

        def work(connection: Connection) -> Batch | None:
            claims.free_lost(connection, gone, time)
            return claims.claim_due(connection, owner, until, job, time)

        return await self._database.write(work)

    async def release(self, batch: int, owner: Origin, next_poll: datetime | None) -> None:
        """As in JobStore."""
        due = stored_moment(next_poll)
        await self._database.write(lambda c: claims.release(c, batch, owner, due))

    async def next_due(self, job: int | None = None) -> datetime | None:
        """As in JobStore."""
        now = self._time()
        return moment(await self._database.run(lambda c: claims.next_due(c, job, now)))

    async def make_due(self, job: int | None = None) -> None:
        """As in JobStore."""
        await self._database.write(lambda c: claims.make_due(c, job))

    async def open_batches(self, job: int) -> Sequence[Batch]:
        """As in JobStore."""
        return await self._database.run(lambda c: batches.opened(c, job))

    async def numbers(self, batch: int, *, waiting: bool = False) -> frozenset[int]:
        """As in JobStore."""
        return await self._read(lambda c: batches.numbers(c, batch, waiting))

    async def set_batch(
        self,
        batch: int,
        state: BatchState,
        *,
        remote: RemoteBatch | None = None,
        candidates: tuple[str, ...] | None = None,
        proven: bool | None = None,
        sentence: str = "",
    ) -> Batch:
        """As in JobStore."""
        now = self._time()
        return await self._database.write(
            lambda c: batches.set_batch(c, batch, state, remote, candidates, proven, sentence, now)
        )

    async def known_remotes(self) -> frozenset[str]:
        """As in JobStore."""
        return await self._database.run(batches.known_remotes)

    # Results

    async def record(self, batch: int, results: Sequence[RowResult]) -> int:
        """As in JobStore."""
        try:
            return await self._database.write(lambda c: kept.record(c, batch, results))
        except kept.MixedResults:
            return await self._database.write(lambda c: kept.record_new(c, batch, results))

    async def values(self, batch: int, numbers: Sequence[int]) -> Mapping[int, Mapping[str, str]]:
        """As in JobStore."""
        return await self._read(lambda c: rows.values(c, batch, numbers))

    async def reuse(self, job: int) -> int:
        """As in JobStore."""
        async with self._reusing:  # what is wanted stands in a table of the connection, which all share
            await self._database.run(again.prepare_wanted)
            try:
                return await self._reuse(job)
            finally:
                await self._database.run(again.forget_wanted)

    async def _reuse(self, job: int) -> int:
        for piece in await self._pieces(job):
            await self._database.run(partial(again.want, piece=piece))
        taken = 0
        for piece in await self._read(lambda c: again.earlier(c, job)):
            found = await self._database.run(partial(again.matches, piece=piece))
            for begin in range(0, len(found), again.COPIED_AT_ONCE):
                some = found[begin : begin + again.COPIED_AT_ONCE]
                taken += await self._database.write(partial(again.take_over, job=job, found=some))
        return taken

    async def retry(self, job: int, states: frozenset[RowState]) -> int:
        """As in JobStore."""
        if unfit := states - again.RETRIED:
            raise ValueError(f"rows are not sent again that are {', '.join(sorted(one.value for one in unfit))}")
        return await self._through(job, lambda c, piece: sum(again.retry(c, job, state, piece) for state in states))

    async def cancel_pending(self, job: int) -> int:
        """As in JobStore."""
        ends = (RowState.PENDING, RowState.CANCELED)
        return await self._through(job, lambda c, piece: again.end(c, job, *ends, "", piece))

    async def fail_uncertain(self, job: int, sentence: str) -> int:
        """As in JobStore."""
        ends = (RowState.UNCERTAIN, RowState.ERRORED)
        return await self._through(job, lambda c, piece: again.end(c, job, *ends, sentence, piece))

    # Looking

    async def rows(
        self, job: int, after: int = 0, limit: int = 200, states: frozenset[RowState] = _ALL
    ) -> Sequence[Row]:
        """As in JobStore."""
        return await self._database.run(lambda c: rows.listed(c, job, after, limit, states))

    async def input(self, job: int, number: int) -> RowInput | None:
        """As in JobStore."""
        return await self._read(lambda c: rows.input_of(c, job, number))

    async def joined(
        self, job: int, after: int = 0, limit: int = 500, states: frozenset[RowState] = _ALL
    ) -> Sequence[JoinedRow]:
        """As in JobStore."""
        return await self._database.run(lambda c: rows.joined(c, job, after, limit, states))

    async def sample(self, job: int, most: int) -> Sequence[RowInput]:
        """As in JobStore."""
        return await self._read(lambda c: rows.sample(c, job, most))

    async def has_pictures(self, job: int) -> bool:
        """As in JobStore."""
        return await self._database.run(lambda c: rows.has_pictures(c, job))

    async def bytes_pending(self, job: int) -> int:
        """As in JobStore."""
        return await self._database.run(lambda c: rows.bytes_pending(c, job))

    async def _read(self, work: Callable[[Connection], T]) -> T:
        """Several statements that see the same moment."""

        def within(connection: Connection) -> T:
            connection.execute("BEGIN")
            try:
                return work(connection)
            finally:
                if connection.in_transaction:
                    connection.execute("COMMIT")

        return await self._database.run(within)

    async def _pieces(self, job: int) -> Sequence[again.Piece]:
        return await self._database.run(lambda c: again.pieces(c, job))

    async def _through(self, job: int, work: Callable[[Connection, again.Piece], int]) -> int:
        """Change all rows of a job, piece by piece; returns how many were."""
        changed = 0
        for piece in await self._pieces(job):
            changed += await self._database.write(lambda c: work(c, piece))  # noqa: B023 - awaited at once
        return changed
