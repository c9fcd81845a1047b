"""Works a queue of jobs without a service, and may end itself in the middle of a statement.

Arguments: the file, a number that chance begins with, after how many steps of SQLite it ends itself (0: never). It
begins when a line comes on standard input. A line is printed for each row whose result is stored: its number and what
was stored. When the queue is done it says `done`.
"""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import sys
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from kireji.core.errors import JobConflict
from kireji.core.jobs.ports import RemoteBatch, RemoteState
from kireji.core.jobs.states import BatchState, JobState, RowState
from kireji.core.jobs.values import Batch, Outcome, RowResult
from kireji.core.messages import Usage
from kireji.desktop.processes import origin_alive, process_origin
from kireji.storage.database import Database
from kireji.storage.jobs.store import SqliteJobStore
from kireji.storage.jobs.tables import open_jobs

LEASE = 0.0
STEP = 10
"""Instructions of SQLite after which it is looked whether to end."""


class Worker:
    def __init__(self, store: SqliteJobStore, chance: random.Random) -> None:
        self.store = store
        self.chance = chance
        self.origin = process_origin()
        self.mark = secrets.token_hex(4)

    async def work(self) -> None:
        while True:
            await self.look()
            job = (await self.store.jobs())[0]
            await self.store.retry(job.id, frozenset({RowState.UNCERTAIN}))
            live = self.chance.random() < 0.3
            state = BatchState.LIVE if live else BatchState.SUBMITTING
            rows = self.chance.randint(5, 40)
            batch = await self.store.take(job.id, self.origin, secrets.token_hex(6), rows, state, LEASE)
            if batch is not None:
                await (self.ask(batch) if live else self.send(batch))
            elif not await self.store.open_batches(job.id) and await self.ended(job.id):
                return

    async def ended(self, job: int) -> bool:
        found = await self.store.job(job)
        assert found is not None
        if found.state is JobState.RUNNING and not found.counts.pending:
            with suppress(JobConflict):  # another was quicker
                await self.store.set_state(job, JobState.FINISHED)
            return False
        return found.state is JobState.FINISHED

    async def ask(self, batch: Batch) -> None:
        for number in sorted(await self.store.numbers(batch.id)):
            await self.store.mark_sent(batch.id, number)
            await self.record(batch, [number])
        await self.store.set_batch(batch.id, BatchState.COMPLETED)

    async def send(self, batch: Batch) -> None:
        numbers = sorted(await self.store.numbers(batch.id))
        await self.store.give_back(batch.id, self.chance.choice(numbers))
        now = datetime.now(UTC)
        remote = RemoteBatch(f"remote-{batch.key}", RemoteState.ENDED, len(numbers), now)
        await self.store.set_batch(batch.id, BatchState.SUBMITTED, remote=remote)
        await self.store.release(batch.id, self.origin, now)

    async def look(self) -> None:
        while (batch := await self.store.claim_due(self.origin, datetime.now(UTC), LEASE)) is not None:
            if batch.state is BatchState.UNCERTAIN:  # there is no service: it is certain that nobody has it
                await self.store.set_batch(batch.id, BatchState.DISCARDED)
                continue
            if batch.state is BatchState.SUBMITTED:
                await self.store.set_batch(batch.id, BatchState.COLLECTING)
            waiting = list(await self.store.numbers(batch.id))
            self.chance.shuffle(waiting)
            half = len(waiting) // 2
            await self.record(batch, waiting[:half])
            await self.record(batch, waiting)
            await self.store.set_batch(batch.id, BatchState.COMPLETED)

    async def record(self, batch: Batch, numbers: Iterable[int]) -> None:
        before = await self.store.numbers(batch.id, waiting=True)
        results = [
            RowResult(number, Outcome.SUCCEEDED, f'"{self.mark}-{number}"'.encode(), Usage(1, 1, cost=0.001))
            for number in numbers
        ]
        stored = await self.store.record(batch.id, results)
        assert stored == len(before & set(numbers)), (stored, before, numbers)
        for number in before & set(numbers):
            print(number, f"{self.mark}-{number}", flush=True)


async def end_after(database: Database, steps: int) -> None:
    """End in the middle of whatever statement the step falls into, as a killed process does."""
    left = steps

    def count() -> int:
        nonlocal left
        left -= STEP
        if left <= 0:
            os._exit(9)
        return 0

    await database.run(lambda connection: connection.set_progress_handler(count, STEP))


async def main(path: Path, seed: int, steps: int) -> None:
    database = await open_jobs(path)
    if steps:
        await end_after(database, steps)
    await Worker(SqliteJobStore(database, origin_alive), random.Random(seed)).work()
    await database.close()
    print("done", flush=True)


sys.stdin.readline()
asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
