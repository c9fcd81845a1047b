"""How far a batch is on its way out is told, calmly; and a job that was stopped meanwhile is noticed."""

from __future__ import annotations

import pytest

from kireji.core.jobs.counts import Leaving
from kireji.core.jobs.states import JobState
from kireji.core.jobs.values import Batch
from kireji.services.jobs.news import JobNews
from kireji.services.jobs.preparing import Preparing, Unsent
from tests.support.queues import Queue, in_memory


class Scene:
    """A batch that is made ready, by a clock that is turned by hand."""

    def __init__(self, queue: Queue, batch: Batch) -> None:
        self.store = queue.store
        self.batch = batch
        self.time = 0.0
        self.told: list[int] = []
        news = JobNews()
        news.changed.subscribe(self.told.append)
        self.preparing = Preparing(queue.store, news, batch, lambda: self.time)

    async def leaving(self) -> Leaving:
        job = await self.store.job(self.batch.job)
        assert job is not None
        return job.leaving


@pytest.fixture
async def scene() -> Scene:
    queue = in_memory()
    return Scene(queue, await queue.taken(await queue.made(5)))


async def test_what_goes_quickly_is_not_told(scene: Scene) -> None:
    for number in range(5):
        await scene.preparing.looked_through(number)
    await scene.preparing.end(5)
    assert (await scene.leaving(), scene.told) == (Leaving(5), [])


async def test_what_takes_a_while_is_told_now_and_then(scene: Scene) -> None:
    for number in range(5):
        scene.time += 0.8
        await scene.preparing.looked_through(number)
    assert (await scene.leaving(), len(scene.told)) == (Leaving(5, 2), 1)


async def test_at_the_end_all_are_ready(scene: Scene) -> None:
    scene.time = 3
    await scene.preparing.looked_through(4)
    await scene.preparing.end(5)
    assert await scene.leaving() == Leaving(5, 5)


async def test_a_job_that_was_paused_meanwhile_is_noticed_before_the_last_row(scene: Scene) -> None:
    scene.time = 3
    await scene.store.set_state(scene.batch.job, JobState.PAUSED)
    with pytest.raises(Unsent):
        await scene.preparing.looked_through(1)
