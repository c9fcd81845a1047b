"""Jobs over fakes, for the tests of `kireji batch`."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from kireji.core.history import Origin
from kireji.core.jobs.ports import RemoteBatch, RemoteState
from kireji.core.jobs.states import BatchState, JobState
from kireji.core.jobs.values import Job, Outcome, RowResult
from kireji.core.messages import Usage
from kireji.core.models import ModelInfo, Price
from kireji.storage.jobs.loading import BadRow
from tests.fakes.job_parts import prompt_rows
from tests.fakes.provider import FakeProvider
from tests.fakes.world import World

PRICED = ModelInfo(
    "anthropic", "fake-model", "Fake model", prices=(Price(10.0, 50.0, 12.5, 1.0),), sees_images=True, structured=True
)
UNKNOWN = ModelInfo("anthropic", "fake-model", "Fake model")


def scene(*prompts: str, bad: int = 0, model: ModelInfo = PRICED) -> World:
    """A world in which every file that is read holds these rows.

    Args:
        prompts: One for each row.
        bad: So many lines that cannot be asked come after them.
        model: The provider's.
    """
    world = World(remote=FakeProvider(models=(model,)))
    rows = [*prompt_rows(*prompts)]
    rows += [
        BadRow(number, number, f"The JSON is broken at column {number}.")
        for number in range(len(rows) + 1, len(rows) + 1 + bad)
    ]
    world.job_importer.rows = rows
    return world


def a_file(folder: Path, name: str = "rows.jsonl") -> str:
    path = folder / name
    path.write_text('{"prompt": "one"}\n')
    return str(path)


def jobs(world: World) -> list[Job]:
    """All of them, first to last."""
    return list(reversed(asyncio.run(world.job_store.jobs())))


def ended(world: World, *outcomes: Outcome, text: str = "Yes.") -> None:
    """One batch of the job was sent and has ended so."""
    store, payload = world.job_store, json.dumps({"text": text}).encode()

    async def end() -> None:
        batch = await store.take(1, Origin(1, "now"), "key123456789", len(outcomes), BatchState.SUBMITTING, 30.0)
        assert batch is not None
        remote = RemoteBatch("msgbatch_1", RemoteState.OPEN, batch.rows, world.clock.now())
        await store.set_batch(batch.id, BatchState.SUBMITTED, remote=remote)
        await store.set_batch(batch.id, BatchState.COLLECTING)
        results = [
            RowResult(number, outcome, payload if outcome is Outcome.SUCCEEDED else b"", Usage(10, 5, cost=0.5))
            for number, outcome in enumerate(outcomes, 1)
        ]
        await store.record(batch.id, results)
        await store.set_batch(batch.id, BatchState.COMPLETED)

    asyncio.run(end())


def uncertain(world: World) -> None:
    """All rows were sent, nobody knows what became of them, and the job needs the person."""
    store = world.job_store

    async def lose() -> None:
        batch = await store.take(1, Origin(1, "now"), "key123456789", 9, BatchState.SUBMITTING, 30.0)
        assert batch is not None
        await store.set_batch(batch.id, BatchState.UNCERTAIN)
        await store.set_batch(batch.id, BatchState.NEEDS_YOU)
        await store.set_state(1, JobState.NEEDS_YOU, "Nobody can tell what became of 3 rows.")

    asyncio.run(lose())
