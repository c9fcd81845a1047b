"""The real program as far as jobs go, over a folder and a strict service: what a test may kill."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kireji.bootstrap.services import Overrides, open_services
from kireji.core.jobs.polling import Timings
from kireji.core.jobs.states import JobState
from kireji.core.jobs.values import Job, JobPlan, JobSource, SourceKind
from kireji.core.ports import KeyStore
from kireji.desktop.paths import Paths
from kireji.desktop.processes import process_origin
from kireji.services.application import Services
from kireji.services.jobs.parts import JobParts
from kireji.storage.database import Database
from tests.fakes.keychain import FakeKeyStore
from tests.fakes.reader import FakeReader
from tests.support.job_rows import load_rows

QUICK = Timings(
    lease=0.5,
    heartbeat=0.15,
    first_look=0.1,
    longest_look=0.3,
    first_retry=0.1,
    longest_retry=0.5,
    grace=0.6,
    settling=5.0,
    longest_sleep=0.25,
    others=0.25,
)
MODEL = "claude-haiku-5-5"


@dataclass
class JobProgram:
    """A process that works jobs.

    Args:
        services: The program.
        parts: Of it, those that jobs are made of.
        paths: Where it keeps things.
    """

    services: Services
    parts: JobParts
    paths: Paths

    @property
    def engine(self) -> Any:
        return self.parts.runner._engine

    @property
    def database(self) -> Database:
        """The queue's."""
        found: Database = self.parts.store._database  # type: ignore[attr-defined]
        return found

    async def add(self, rows: int, rows_per_batch: int, whose: str = "", **values: Any) -> int:
        """A job that runs; each of its rows says something else than every other one of the program.

        Args:
            rows: How many.
            rows_per_batch: How many go together.
            whose: Stands in every row, for tests with several programs.
            values: Of its plan.
        """
        named = {"provider": "anthropic", "model": MODEL, "max_tokens": 64} | values
        plan = JobPlan("A job", rows_per_batch=rows_per_batch, **named)
        store = self.parts.store
        job = await store.create(plan, JobSource(SourceKind.JSONL, ("rows.jsonl",)), process_origin())
        words = f"of {whose} job {job}".replace("  ", " ")
        contents = [f'{{"prompt":"row {number} {words}"}}'.encode() for number in range(1, rows + 1)]
        await asyncio.to_thread(load_rows, self.paths.jobs_database, job, contents)
        await store.set_state(job, JobState.RUNNING)
        return job

    async def job(self, number: int = 1) -> Job:
        return await self.services.jobs.job(number)

    async def work(self) -> Job:
        """Work until no job runs; gives the first one."""
        await self.parts.runner.run(until_done=True)
        return await self.job()


@asynccontextmanager
async def job_program(
    home: Path,
    environ: Mapping[str, str],
    timings: Timings = QUICK,
    changed: Callable[[JobParts], None] = lambda parts: None,
    keychain: KeyStore | None = None,
) -> AsyncIterator[JobProgram]:
    """A program over the data in a folder.

    Args:
        home: The folder.
        environ: Address and key of the service.
        timings: How long things take.
        changed: Puts something around parts, before they are used.
        keychain: Has the person's secrets; None has none.
    """
    environ = {"KIREJI_HOME": str(home), **environ}
    paths = Paths.find(environ)
    overrides = Overrides(keychain=keychain or FakeKeyStore(), reader=FakeReader(), tools=())
    async with open_services(paths, environ, overrides=overrides) as services:
        parts = await services.jobs.opened()
        parts.runner._engine.timings = timings
        changed(parts)
        yield JobProgram(services, parts, paths)
