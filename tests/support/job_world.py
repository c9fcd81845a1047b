"""Jobs over the services of a world: what most tests of them begin with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import msgspec

from kireji.core.history import Origin
from kireji.core.jobs.states import BatchState, JobState, RowState
from kireji.core.jobs.values import Batch, Job, JobPlan, JobSource, Mode, SourceKind
from kireji.core.models import ModelInfo, Price
from kireji.services.application import Services
from kireji.storage.jobs.loading import BadRow, NewRow
from tests.fakes.job_parts import prompt_rows
from tests.fakes.provider import FakeProvider, Step
from tests.fakes.stores import MemorySettings
from tests.fakes.world import World

FILE = JobSource(SourceKind.JSONL, ("/in/rows.jsonl",), label="rows.jsonl")
PRICED = ModelInfo("anthropic", "fake-model", "Fake model", prices=(Price(10.0, 50.0, 12.5, 1.0),))
PLAN = JobPlan("Rows", "anthropic", "fake-model", max_tokens=100)
LIVE = msgspec.structs.replace(PLAN, mode=Mode.LIVE)


class JobWorld:
    """A world, its services, and one job.

    Args:
        turns: What the provider answers live.
        rows: What the source holds; without, three prompts.
        settings: Sections of the settings.
        redacts: Whether rows are looked through.
        model: The provider's.
    """

    def __init__(
        self,
        *turns: Sequence[Step],
        rows: Sequence[NewRow | BadRow] | None = None,
        settings: dict[str, object] | None = None,
        redacts: bool = False,
        model: ModelInfo = PRICED,
    ) -> None:
        self.world = World(remote=FakeProvider(*turns, models=(model,)), redacts=redacts)
        self.world.settings = MemorySettings(settings or {})
        self.world.job_importer.rows = prompt_rows("one", "two", "three") if rows is None else rows
        self.services: Services = self.world.services()
        self.jobs = self.services.jobs
        self.plan = PLAN

    async def added(self, plan: JobPlan = PLAN) -> Job:
        """A job that is READY."""
        return await self.jobs.add(plan, FILE)

    async def running(self, plan: JobPlan = PLAN) -> Job:
        """A job that runs."""
        return await self.jobs.start((await self.added(plan)).id)

    async def running_anyhow(self) -> Job:
        """A job that runs although the budgets do not allow it."""
        job = await self.added(self.plan)
        return await self.world.job_store.set_state(job.id, JobState.RUNNING)

    async def states(self, job: int) -> list[str]:
        """Of its rows."""
        return [row.state.value for row in await self.jobs.rows(job)]

    async def taken(self, job: int, rows: int = 100, state: BatchState = BatchState.SUBMITTING) -> Batch:
        """A batch of its next rows."""
        parts = await self.jobs.opened()
        batch = await parts.store.take(job, Origin(1, "now"), "key123456789", rows, state, 30.0)
        assert batch is not None
        return batch

    @asynccontextmanager
    async def time_passing(self) -> AsyncIterator[None]:
        """While inside, whoever waits for time gets it."""

        async def pass_by() -> None:
            while True:
                await asyncio.sleep(0)
                if self.world.clock.asleep.is_set():
                    self.world.clock.asleep.clear()
                    self.world.clock.advance(1.0)

        async with asyncio.TaskGroup() as group:
            passing = group.create_task(pass_by())
            try:
                yield
            finally:
                passing.cancel()

    async def sentences(self, job: int, state: RowState = RowState.ERRORED) -> list[str]:
        """What is said of rows in a state."""
        return [row.sentence for row in await self.jobs.rows(job, states=frozenset({state}))]
