"""A runner over a real queue and a service without a wire, on a clock that stands still until a test moves it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kireji.core.errors import JobError, StoreFull
from kireji.core.history import Origin
from kireji.core.jobs.custom_ids import custom_id
from kireji.core.jobs.polling import Timings
from kireji.core.jobs.ports import BatchLimits
from kireji.core.jobs.states import RETRIED_ROWS, BatchState, JobState
from kireji.core.jobs.values import Batch, Job, JobPlan, JobSource, SourceKind
from kireji.core.messages import Usage
from kireji.core.requests import ClearedRequest, OutgoingRequest, Purpose
from kireji.core.secret import Secret, SecretName
from kireji.services.credentials import Credential, Credentials
from kireji.services.jobs.engine import Engine
from kireji.services.jobs.news import JobNews
from kireji.services.jobs.runner import JobRunner
from kireji.storage.jobs.store import SqliteJobStore
from kireji.storage.jobs.tables import open_jobs
from tests.fakes.batches import FakeBatches
from tests.fakes.desktop import FakeClock
from tests.fakes.keychain import FakeKeyStore
from tests.support.cleared import cleared
from tests.support.job_rows import load_rows

US = Origin(100, "us")
OTHER = Origin(200, "other")
ADDRESS = "https://api.anthropic.com"
_QUIET = 4


class FakeDesk:
    """Makes requests whose body names the custom ids, and keeps accounts in memory.

    Attributes:
        failing: Raised instead of writing.
        before_sending: Called when a body was written, before anything is sent.
        open: What is kept free, by key.
        settled: What was used, by key.
        discarded: Keys of bodies that were thrown away.
        writes: How many bodies were written.
    """

    def __init__(self, store: Any, service: FakeBatches) -> None:
        self._store = store
        self._service = service
        self.failing: Exception | None = None
        self.before_sending: Callable[[], Awaitable[None]] | None = None
        self.open: set[str] = set()
        self.settled: dict[str, Usage] = {}
        self.discarded: list[str] = []
        self.writes = 0

    async def limits(self, job: Job) -> BatchLimits:
        if (limits := self._service.limits(job.plan.model)) is None:
            raise JobError("There are no batches.")
        return limits

    async def write(self, job: Job, batch: Batch, credential: Credential) -> ClearedRequest | None:
        if self.failing is not None:
            raise self.failing
        self.writes += 1
        numbers = sorted(await self._store.numbers(batch.id))
        ids = ",".join(f'"custom_id":"{custom_id(batch.key, number)}"' for number in numbers)
        self.open.add(batch.key)
        if self.before_sending is not None:
            await self.before_sending()
        url = f"{credential.base_url}/v1/messages/batches"
        return cleared(OutgoingRequest("anthropic", "POST", url, {}, ids.encode(), job.plan.model, Purpose.JOB))

    async def written(self, batch: Batch) -> None:
        self.discarded.append(batch.key)

    async def settle(self, job: Job, batch: Batch, usage: Usage) -> None:
        self.open.discard(batch.key)
        self.settled[batch.key] = usage

    async def release(self, batch: Batch) -> None:
        self.open.discard(batch.key)


class Watched:
    """A store with a count of the calls that are under way, and a disk that can be full.

    Attributes:
        under_way: How many.
        full: Whether writing fails.
    """

    _READS = frozenset({"jobs", "job", "version", "numbers", "open_batches", "next_due", "known_remotes", "rows"})

    def __init__(self, store: Any) -> None:
        self._store = store
        self.under_way = 0
        self.full: frozenset[str] = frozenset()

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)

        async def call(*arguments: Any, **named: Any) -> Any:
            if name in self.full:
                raise StoreFull("The disk is full.")
            self.under_way += 1
            try:
                return await method(*arguments, **named)
            finally:
                self.under_way -= 1

        return call


async def no_gate(outgoing: OutgoingRequest) -> ClearedRequest:
    return cleared(outgoing)


class Scene:
    """What a test needs.

    Args:
        store: The queue.
        path: Its file.
        service: The service.
        clock: Time.
        origin: This process.

    Attributes:
        ended: Jobs of which was told that they have ended or need the person.
        lived: Jobs whose rows were to be asked one by one.
        hasty: Which part of every pause is waited.
        alive: Processes that run.
    """

    def __init__(
        self, store: Any, path: Path, service: FakeBatches, clock: FakeClock, alive: set[Origin], origin: Origin = US
    ) -> None:
        self.store = Watched(store)
        self.path = path
        self.service = service
        self.clock = clock
        self.origin = origin
        self.keychain = FakeKeyStore()
        self.keychain.secrets[SecretName("anthropic", ADDRESS)] = Secret("sk-ant-key-of-the-test")
        self.environ: dict[str, str] = {}
        self.desk = FakeDesk(self.store, service)
        self.news = JobNews()
        self.ended: list[Job] = []
        self.news.ended.subscribe(self.ended.append)
        self.lived: list[int] = []
        self.hasty = 1.0
        self.alive = alive
        self.credentials = Credentials(self.keychain, FakeKeyStore(), self.environ, clock)
        self.engine = Engine(
            self.store,
            {"anthropic": service},
            self.desk,
            self.credentials,
            no_gate,
            self.news,
            clock,
            origin,
            Timings(),
        )
        self.runner = JobRunner(self.engine, self._live, None, self._pause)

    def again(self) -> Scene:
        """The same with a runner that remembers nothing."""
        return Scene(self.store, self.path, self.service, self.clock, self.alive, self.origin)

    async def add(self, plan: JobPlan, rows: int) -> int:
        """A job that runs."""
        source = JobSource(SourceKind.JSONL, ("rows.jsonl",))
        job: int = await self.store.create(plan, source, self.origin)
        contents = [b'{"prompt":"row %d of job %d"}' % (number, job) for number in range(1, rows + 1)]
        await asyncio.to_thread(load_rows, self.path, job, contents)
        await self.store.set_state(job, JobState.RUNNING)
        return job

    @asynccontextmanager
    async def running(self, job: int | None = None) -> AsyncIterator[None]:
        """While inside, the runner works."""
        async with asyncio.TaskGroup() as group:
            work = group.create_task(self.runner.run(job))
            await self.settle()
            try:
                yield
            finally:
                work.cancel()

    async def settle(self) -> None:
        """Let everything happen that needs no time."""
        quiet = 0
        while quiet < _QUIET:
            for _ in range(30):
                await asyncio.sleep(0)
            if self.store.under_way:
                quiet = 0
                await asyncio.sleep(0.001)
            else:
                quiet += 1

    async def advance(self, seconds: float, step: float = 5.0) -> None:
        """Let time pass, in steps in which something may happen."""
        while seconds > 0:
            self.clock.advance(min(step, seconds))
            seconds -= step
            await self.settle()

    async def sleep_machine(self, seconds: float) -> None:
        """The machine sleeps: the wall clock goes on, the other one stands still."""
        await self.set_clock(timedelta(seconds=seconds))

    async def set_clock(self, by: timedelta) -> None:
        """The wall clock is set."""
        self.clock.set(self.clock.now() + by)
        await self.settle()

    async def resume(self, job: int = 1) -> None:
        """The person lets the job go on."""
        await self.store.set_state(job, JobState.RUNNING)
        self.news.wanted.publish(job)
        await self.settle()

    async def retry(self, job: int = 1) -> None:
        """The person has what failed asked again."""
        await self.store.retry(job, RETRIED_ROWS)
        await self.resume(job)

    async def cancel(self, job: int = 1) -> None:
        """The person calls the job back."""
        await self.store.set_state(job, JobState.CANCELLING)
        self.news.wanted.publish(job)
        await self.settle()

    async def job(self, number: int = 1) -> Job:
        found: Job | None = await self.store.job(number)
        assert found is not None
        return found

    async def batches(self, job: int = 1) -> list[Batch]:
        """Those that have not ended."""
        return list(await self.store.open_batches(job))

    async def states(self, job: int = 1) -> list[BatchState]:
        return [batch.state for batch in await self.batches(job)]

    async def state(self, job: int = 1) -> JobState:
        return (await self.job(job)).state

    async def _live(self, job: Job) -> None:
        self.lived.append(job.id)

    async def _pause(self, seconds: float) -> None:
        await self.clock.pause(seconds * self.hasty)


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    clock = FakeClock()
    path = tmp_path / "jobs.db"
    database = await open_jobs(path)
    try:
        alive = {US}
        store = SqliteJobStore(database, alive.__contains__, now=clock.now)
        yield Scene(store, path, FakeBatches(clock.now), clock, alive)
    finally:
        await database.close()


def plan(rows_per_batch: int = 10, **values: Any) -> JobPlan:
    return JobPlan("A job", "anthropic", "claude-haiku-5-5", rows_per_batch=rows_per_batch, **values)
