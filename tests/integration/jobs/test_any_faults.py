"""Whatever goes wrong in whatever order: when all is well again, every row has its answer, and was sent once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kireji.core.errors import AuthenticationFailed, ConnectionFailed, Overloaded
from kireji.core.history import Origin
from kireji.core.jobs.custom_ids import custom_id
from kireji.core.jobs.states import BatchState, JobState
from kireji.core.jobs.values import JobPlan, JobSource, LineKind, SourceKind
from kireji.storage.jobs.loading import NewRow
from tests.fakes.batches import FakeBatches
from tests.fakes.desktop import FakeClock
from tests.fakes.job_store import MemoryJobStore
from tests.support.job_scene import OTHER, US, Scene, plan

ROWS, EACH = 24, 8
FOREIGN = "another0key0"
LOST = ConnectionFailed("The connection was lost.", retryable=True)


class Troubled(Scene):
    """A queue in memory, and a service with a clock of its own."""

    def __init__(self) -> None:
        clock = FakeClock()
        begun = clock.now()
        self.slept = 0.0
        service = FakeBatches(lambda: begun + timedelta(seconds=clock.monotonic() + self.slept))
        alive: set[Origin] = {US}
        store = MemoryJobStore(lambda origin: origin in alive, clock.now)
        super().__init__(store, Path(), service, clock, alive)
        self.memory = store
        self.working: asyncio.Task[None] | None = None

    async def add(self, plan: JobPlan, rows: int) -> int:
        job = await self.memory.create(plan, JobSource(SourceKind.JSONL, ("rows.jsonl",)), US)
        self.memory.fill(
            job,
            [
                NewRow(n, n, "", LineKind.PROMPT, b'{"prompt":"%d"}' % n, n.to_bytes(16, "big"))
                for n in range(1, rows + 1)
            ],
        )
        await self.memory.set_state(job, JobState.RUNNING)
        return job

    async def start(self) -> None:
        self.working = asyncio.get_running_loop().create_task(self.runner.run())
        await self.settle()

    async def stop(self) -> None:
        assert self.working is not None
        self.working.cancel()
        await asyncio.wait([self.working])

    async def settle(self) -> None:
        for _ in range(60):
            await asyncio.sleep(0)


async def swallow(scene: Troubled) -> None:
    scene.service.swallowed += 1


async def lose(scene: Troubled) -> None:
    scene.service.failing["submit"] = LOST


async def overload(scene: Troubled) -> None:
    scene.service.failing["submit"] = Overloaded("It is overloaded.", not_taken=True)


async def list_late(scene: Troubled) -> None:
    scene.service.lag = 100.0


async def no_list(scene: Troubled) -> None:
    scene.service.failing["recent"] = LOST


async def go_offline(scene: Troubled) -> None:
    offline = ConnectionFailed("There is no network.", not_taken=True)
    scene.service.failing = dict.fromkeys(("submit", "poll", "results", "recent", "cancel"), offline)


async def revoke(scene: Troubled) -> None:
    refused = AuthenticationFailed("The key was refused.", not_taken=True)
    scene.service.failing = dict.fromkeys(("submit", "poll", "results", "recent"), refused)


async def cut(scene: Troubled) -> None:
    scene.service.cut_after = 3


async def all_is_well(scene: Troubled) -> None:
    scene.service.failing, scene.service.cut_after = {}, None


async def another_client(scene: Troubled) -> None:
    scene.service.make([custom_id(FOREIGN, number) for number in range(1, EACH + 1)])


async def end(scene: Troubled) -> None:
    scene.service.end()


async def restart(scene: Troubled) -> None:
    await scene.stop()
    await scene.start()


async def pause_and_resume(scene: Troubled) -> None:
    if await scene.state() is JobState.RUNNING:
        await scene.store.set_state(1, JobState.PAUSED)
        await scene.advance(30)
        if await scene.state() is JobState.PAUSED:
            await scene.resume()


async def resume(scene: Troubled) -> None:
    if await scene.state() in (JobState.NEEDS_YOU, JobState.PAUSED):
        await scene.resume()


async def sleep(scene: Troubled) -> None:
    scene.slept += 7200
    await scene.sleep_machine(7200)


async def set_back(scene: Troubled) -> None:
    await scene.set_clock(timedelta(days=-1))


async def set_forward(scene: Troubled) -> None:
    await scene.set_clock(timedelta(days=1))


async def other_dies_before_sending(scene: Troubled) -> None:
    await scene.store.take(1, OTHER, "k1k1k1k1k1k1", EACH, BatchState.SUBMITTING, 30.0)


async def other_dies_after_sending(scene: Troubled) -> None:
    batch = await scene.store.take(1, OTHER, "k2k2k2k2k2k2", EACH, BatchState.SUBMITTING, 30.0)
    if batch is not None:
        scene.service.make([custom_id(batch.key, number) for number in sorted(await scene.store.numbers(batch.id))])


async def a_moment(scene: Troubled) -> None:
    await scene.advance(12)


async def a_while(scene: Troubled) -> None:
    await scene.advance(150, step=15)


Event = Callable[[Troubled], Coroutine[Any, Any, None]]
EVENTS: tuple[Event, ...] = (
    *(swallow, lose, overload, list_late, no_list, go_offline, revoke, cut, all_is_well, another_client, end, restart),
    *(pause_and_resume, resume, sleep, set_back, set_forward, other_dies_before_sending, other_dies_after_sending),
    *(a_moment, a_while, a_moment, a_while),
)
ONCE = frozenset({other_dies_before_sending, other_dies_after_sending})
"""A process dies once: its key is its own."""


async def play(events: list[Event]) -> None:
    scene = Troubled()
    await scene.add(plan(EACH), ROWS)
    for event in dict.fromkeys(each for each in events if each in ONCE):
        await event(scene)
    await scene.start()
    for event in events:
        if event not in ONCE:
            await event(scene)
    await all_is_well(scene)
    scene.service.at_once = True
    for _ in range(40):
        scene.service.end()
        await resume(scene)
        await scene.advance(400, step=40)
        if await scene.state() is JobState.FINISHED:
            break
    await scene.stop()
    job = await scene.job()
    assert (job.state, job.counts.succeeded) == (JobState.FINISHED, ROWS), job
    sent = [custom for made in scene.service.made for custom in made.custom_ids if not custom.startswith(FOREIGN)]
    assert set(Counter(custom.rpartition("-")[2] for custom in sent).values()) == {1}
    assert scene.desk.open <= {"k1k1k1k1k1k1", "k2k2k2k2k2k2"}


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(EVENTS), max_size=25))
def test_every_row_is_answered_and_was_sent_once(events: list[Event]) -> None:
    asyncio.run(play(events))
