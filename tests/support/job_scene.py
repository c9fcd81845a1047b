"""A runner over a queue and a service without a wire, on a clock that stands still until a test moves it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from kireji.core.history import Origin
from kireji.core.jobs.custom_ids import custom_id
from kireji.core.jobs.polling import Timings
from kireji.core.jobs.states import BatchState, JobState
from kireji.core.jobs.values import Batch, Delivery, Job, JobPlan
from kireji.core.messages import Usage
from kireji.core.requests import ClearedRequest, OutgoingRequest, Purpose
from kireji.core.secret import Secret, SecretName
from kireji.services.credentials import Credential, Credentials
from kireji.services.jobs.engine import Engine
from kireji.services.jobs.news import JobNews
from kireji.services.jobs.runner import JobRunner
from tests.fakes.batches import FakeBatches
from tests.fakes.desktop import FakeClock
from tests.fakes.keychain import FakeKeyStore
from tests.support.cleared import cleared

US = Origin(100, "us")
OTHER = Origin(200, "other")
ADDRESS = "https://api.anthropic.com"


class FakeDesk:
    """Makes requests whose body names the custom ids, and keeps accounts in memory.

    Attributes:
        failing: Raised instead of writing.
        before: Called when a body was written, before anything is sent.
        open: What is kept free, by key.
        settled: What was used, by key.
        written: Keys of bodies that were thrown away.
    """

    def __init__(self, store: Any) -> None:
        self._store = store
        self.failing: Exception | None = None
        self.before: Callable[[], None] = lambda: None
        self.open: set[str] = set()
        self.settled: dict[str, Usage] = {}
        self.discarded: list[str] = []

    async def write(self, job: Job, batch: Batch, credential: Credential) -> ClearedRequest | None:
        if self.failing is not None:
            raise self.failing
        numbers = sorted(await self._store.numbers(batch.id))
        ids = ",".join(f'"custom_id":"{custom_id(batch.key, number)}"' for number in numbers)
        self.open.add(batch.key)
        self.before()
        url = f"{credential.base_url}/v1/messages/batches"
        return cleared(OutgoingRequest("anthropic", "POST", url, {}, ids.encode(), job.plan.model, Purpose.JOB))

    async def written(self, batch: Batch) -> None:
        self.discarded.append(batch.key)

    async def settle(self, job: Job, batch: Batch, usage: Usage) -> None:
        self.open.discard(batch.key)
        self.settled[batch.key] = usage

    async def release(self, batch: Batch) -> None:
        self.open.discard(batch.key)


async def no_gate(outgoing: OutgoingRequest) -> ClearedRequest:
    return cleared(outgoing)


@dataclass
class Scene:
    """What a test needs.

    Args:
        store: The queue.
        service: The service.
        clock: Time.
        timings: How long things take.
        origin: This process.
    """

    store: Any
    service: FakeBatches
    clock: FakeClock
    timings: Timings = field(default_factory=Timings)
    origin: Origin = US
    keychain: FakeKeyStore = field(default_factory=FakeKeyStore)
    environ: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.keychain.secrets.setdefault(SecretName("anthropic", ADDRESS), Secret("sk-ant-key-of-the-test"))
        self.desk = FakeDesk(self.store)
        self.news = JobNews()
        self.ended: list[Job] = []
        self.news.ended.subscribe(self.ended.append)
        self.lived: list[int] = []
        self.deliveries: list[Delivery] = []
        self.credentials = Credentials(self.keychain, FakeKeyStore(), self.environ, self.clock)
        self.engine = Engine(
            self.store,
            {"anthropic": self.service},
            self.desk,
            self.credentials,
            no_gate,
            self.news,
            self.clock,
            self.origin,
            self.timings,
        )
        self.runner = JobRunner(self.engine, self._live, None, self.clock.pause)

    async def _live(self, job: Job) -> None:
        self.lived.append(job.id)

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
        for _ in range(200):
            await asyncio.sleep(0)

    async def advance(self, seconds: float, step: float = 5.0) -> None:
        """Let time pass, in steps in which something may happen."""
        while seconds > 0:
            self.clock.advance(min(step, seconds))
            seconds -= step
            await self.settle()

    async def job(self, number: int = 1) -> Job:
        found = await self.store.job(number)
        assert found is not None
        return found

    async def batches(self, job: int = 1) -> list[Batch]:
        """Those that have not ended."""
        return list(await self.store.open_batches(job))

    async def states(self, job: int = 1) -> list[BatchState]:
        return [batch.state for batch in await self.batches(job)]

    async def state(self, job: int = 1) -> JobState:
        return (await self.job(job)).state


def plan(rows_per_batch: int = 10, **values: Any) -> JobPlan:
    return JobPlan("A job", "anthropic", "claude-haiku-5-5", rows_per_batch=rows_per_batch, **values)
