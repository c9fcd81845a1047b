"""The real program as far as jobs go, over a folder and a strict service: what a test may kill."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kireji.bootstrap.services import Overrides, open_services
from kireji.core.jobs.polling import Timings
from kireji.core.jobs.states import JobState
from kireji.core.jobs.values import Job, JobPlan, JobSource, SourceKind
from kireji.core.messages import ImagePart
from kireji.desktop.paths import Paths
from kireji.desktop.processes import origin_alive, process_origin
from kireji.providers.anthropic import AnthropicProvider
from kireji.providers.anthropic_batches import AnthropicBatches
from kireji.providers.http import HttpClient
from kireji.services.application import Services
from kireji.services.jobs.desk import BatchDesk
from kireji.services.jobs.engine import Engine
from kireji.services.jobs.news import JobNews
from kireji.services.jobs.row_making import RowMaking
from kireji.services.jobs.runner import JobRunner
from kireji.services.jobs.targets import JobTargets
from kireji.storage.jobs.store import SqliteJobStore
from kireji.storage.jobs.tables import open_jobs
from tests.fakes.keychain import FakeKeyStore
from tests.fakes.reader import FakeReader
from tests.support.job_rows import load_rows
from tests.support.spool import FileSpool

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


class _NoPictures:
    async def get(self, picture: ImagePart) -> bytes:
        raise AssertionError("no row has a picture")


@dataclass
class JobProgram:
    """A process that works jobs.

    Args:
        services: The rest of the program.
        store: The queue.
        path: Its file.
        engine: What the steps share.
        runner: Works the queue.
        desk: Makes requests and keeps accounts.
    """

    services: Services
    store: SqliteJobStore
    path: Path
    engine: Engine
    runner: JobRunner
    desk: BatchDesk

    async def add(self, rows: int, rows_per_batch: int, **values: Any) -> int:
        """A job that runs; each of its rows says something else than every other one."""
        plan = JobPlan("A job", "anthropic", MODEL, rows_per_batch=rows_per_batch, max_tokens=64, **values)
        job = await self.store.create(plan, JobSource(SourceKind.JSONL, ("rows.jsonl",)), process_origin())
        contents = [b'{"prompt":"row %d of job %d"}' % (number, job) for number in range(1, rows + 1)]
        load_rows(self.path, job, contents)
        await self.store.set_state(job, JobState.RUNNING)
        return job

    async def job(self, number: int = 1) -> Job:
        found = await self.store.job(number)
        assert found is not None
        return found


Parts = dict[str, Any]
"""What the steps use, by name: store, provider, desk."""


@asynccontextmanager
async def job_program(
    home: Path,
    environ: Mapping[str, str],
    timings: Timings = QUICK,
    wrapped: Callable[[Parts], Parts] = lambda parts: parts,
) -> AsyncIterator[JobProgram]:
    """A program over the data in a folder.

    Args:
        home: The folder.
        environ: Address and key of the service.
        timings: How long things take.
        wrapped: Puts something around what the steps use.
    """
    environ = {"KIREJI_HOME": str(home), **environ}
    paths = Paths.find(environ)
    overrides = Overrides(keychain=FakeKeyStore(), reader=FakeReader(), tools=())
    async with open_services(paths, environ, overrides=overrides) as services:
        http = HttpClient(system_proxies=dict)
        database = await open_jobs(paths.jobs_database)
        try:
            store = SqliteJobStore(database, origin_alive)
            batches = {"anthropic": AnthropicBatches(http)}
            targets = JobTargets(
                services.catalog, services.preferences, {"anthropic": AnthropicProvider(http)}, batches
            )
            spool = FileSpool(paths.jobs / "outgoing", process_origin(), origin_alive)
            desk = BatchDesk(store, spool, targets, RowMaking(_NoPictures()), services.outbox)
            parts = wrapped({"store": store, "provider": batches["anthropic"], "desk": desk})
            engine = Engine(
                parts["store"],
                {"anthropic": parts["provider"]},
                parts["desk"],
                services.credentials,
                services.outbox.gate,
                JobNews(),
                services.clock,
                process_origin(),
                timings,
            )
            yield JobProgram(services, store, paths.jobs_database, engine, JobRunner(engine, _no_live), desk)
        finally:
            await database.close()
            await http.aclose()


async def _no_live(job: Job) -> None:
    raise AssertionError(f"job {job.id} is to be sent in batches")
