"""Queues of jobs for tests: the real one and the one in memory, on a clock and with processes that a test rules."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from kireji.core.history import Origin
from kireji.core.jobs.ports import DeliveryStore, JobStore, RemoteBatch, RemoteState
from kireji.core.jobs.states import BatchState, JobState
from kireji.core.jobs.values import Batch, Job, JobPlan, JobSource, LineKind, Outcome, RowResult, SourceKind
from kireji.core.messages import Usage
from kireji.storage.database import Database
from kireji.storage.jobs import loading
from kireji.storage.jobs.deliveries import SqliteDeliveryStore
from kireji.storage.jobs.loading import BadRow, NewRow
from kireji.storage.jobs.store import SqliteJobStore
from kireji.storage.jobs.tables import open_jobs
from tests.fakes.job_store import MemoryJobStore

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
US = Origin(100, "us")
OTHER = Origin(200, "other")
LEASE = 30.0
PLAN = JobPlan("A job", "anthropic", "claude-haiku-5-5")
SOURCE = JobSource(SourceKind.JSONL, ("/somewhere/rows.jsonl",), label="rows.jsonl")


@dataclass
class World:
    """What a test rules.

    Attributes:
        now: The time.
        dead: Processes that are gone.
    """

    now: datetime = NOON
    dead: set[Origin] = field(default_factory=set)

    def time(self) -> datetime:
        return self.now

    def alive(self, origin: Origin) -> bool:
        return origin not in self.dead

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Queue:
    """A queue and what stands beside it."""

    store: JobStore
    deliveries: DeliveryStore
    world: World
    path: Path | None = None
    _keys: int = 0

    async def fill(self, job: int, rows: Sequence[NewRow | BadRow]) -> None:
        """Give a job its rows, as the importer does."""
        if isinstance(self.store, MemoryJobStore):
            self.store.fill(job, rows)
            return
        assert self.path is not None
        load(self.path, job, rows)

    async def made(
        self, rows: int | Sequence[NewRow | BadRow] = 10, *, running: bool = True, plan: JobPlan = PLAN
    ) -> int:
        """A job with rows."""
        job = await self.store.create(plan, SOURCE, US)
        await self.fill(job, [row(number) for number in range(1, rows + 1)] if isinstance(rows, int) else rows)
        if running:
            await self.store.set_state(job, JobState.RUNNING)
        return job

    async def taken(
        self, job: int, rows: int = 100, state: BatchState = BatchState.SUBMITTING, owner: Origin = US
    ) -> Batch:
        self._keys += 1
        batch = await self.store.take(job, owner, f"key{self._keys}", rows, state, LEASE)
        assert batch is not None
        return batch

    async def submitted(self, job: int, rows: int = 100, owner: Origin = US) -> Batch:
        """Rows that are with the service; nobody works on them."""
        batch = await self.taken(job, rows, owner=owner)
        batch = await self.store.set_batch(batch.id, BatchState.SUBMITTED, remote=self.remote(batch))
        await self.store.release(batch.id, owner, None)
        return batch

    def remote(self, batch: Batch) -> RemoteBatch:
        return RemoteBatch(f"remote-{batch.key}", RemoteState.OPEN, batch.rows, self.world.now)

    async def job(self, job: int) -> Job:
        found = await self.store.job(job)
        assert found is not None
        return found

    async def states(self, job: int) -> list[str]:
        return [one.state.value for one in await self.store.rows(job, limit=10_000)]


def row(number: int, **values: Any) -> NewRow:
    """A line of a file."""
    given: dict[str, Any] = {
        "line": number,
        "id": f"id-{number}",
        "kind": LineKind.PROMPT,
        "content": b'{"prompt":"Question %d"}' % number,
        "print": number.to_bytes(16, "big"),
    }
    return NewRow(number, **(given | values))


def result(number: int, outcome: Outcome = Outcome.SUCCEEDED, **values: Any) -> RowResult:
    """How a row ended."""
    if outcome is Outcome.SUCCEEDED:
        given: dict[str, Any] = {"payload": b'{"answer":%d}' % number, "usage": Usage(10, 5, cost=0.25)}
    else:
        given = {"sentence": f"It is {outcome.value}."}
    return RowResult(number, outcome, **(given | values))


def load(path: Path, job: int, rows: Sequence[NewRow | BadRow]) -> None:
    """Read rows into the queue as the importer does."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        loading.prepare(connection)
        loading.add(connection, job, rows)
        loading.refuse_repeated(connection, job)
        loading.find_same(connection, job)
        loading.finish(connection, job)


def in_memory(world: World | None = None) -> Queue:
    """A queue without a file."""
    world = world or World()
    store = MemoryJobStore(world.alive, world.time)
    return Queue(store, store, world)


async def in_file(path: Path, world: World | None = None, **values: Any) -> tuple[Queue, Database]:
    """A queue in a file; the database is to be closed."""
    world = world or World()
    database = await open_jobs(path)
    store = SqliteJobStore(database, world.alive, now=world.time, **values)
    return Queue(store, SqliteDeliveryStore(database), world, path), database
