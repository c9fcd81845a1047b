"""Works the queue of jobs: sends what waits, looks at what is with the services, ends what is done."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from kireji.core.errors import StoreError
from kireji.core.jobs.limits import LONGEST_WAIT
from kireji.core.jobs.polling import jumped
from kireji.core.jobs.states import BatchState, JobState
from kireji.core.jobs.values import Batch, Job, Mode
from kireji.services.jobs.ending import Ending
from kireji.services.jobs.engine import Engine
from kireji.services.jobs.polling import Polling
from kireji.services.jobs.stopping import Step, Trouble, Troubles
from kireji.services.jobs.submitting import Sent, Submitting
from kireji.services.jobs.webhook import Webhook

log = logging.getLogger(__name__)

_SIDE_BY_SIDE = 4
"""Batches that are looked at, or collected, at the same time."""
_SOON = 5.0
"""Seconds after which what could not be written is tried again."""

_CALM = 5
"""So much less often it is looked for changes by other processes while no job runs."""

_GOING_ON = frozenset({JobState.RUNNING, JobState.CANCELLING})


class JobRunner:
    """One loop for one process; any number of processes may work the same queue.

    It sleeps until the earliest time that something is due, at most a minute at a time, and looks every few seconds
    whether another process has changed the queue. When the clocks show that the machine has slept, all is due.

    Args:
        engine: What the steps share.
        live: Asks the rows of a job one by one; returns when none waits or the job does not run any more.
        webhook: Tells the person's address what has ended; None where there is none.
        pause: Waits for so many seconds, or about that.
    """

    def __init__(
        self,
        engine: Engine,
        live: Callable[[Job], Awaitable[None]],
        webhook: Webhook | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._engine = engine
        self._live = live
        self._webhook = webhook
        self._pause = pause
        self._troubles = Troubles(engine)
        self._submitting = Submitting(engine, self._troubles)
        self._polling = Polling(engine, self._troubles)
        self._ending = Ending(engine, self._troubles)
        self._woken = asyncio.Event()
        self._hurried = False
        self._clocks = self._read_clocks()
        self._version = -1
        self._busy = False
        self._sending: set[int] = set()
        self._looking: set[int] = set()
        self._telling = False
        self._full: set[int] = set()
        self._not_before: dict[int, float] = {}
        self._stopped: set[int] = set()

    def wake(self) -> None:
        """Look at once, also at what is not due yet: the person has ordered something, or put something right."""
        self._hurried = True
        self._woken.set()

    async def run(self, job: int | None = None, *, until_done: bool = False) -> None:
        """Work the queue, for ever or until nothing is left to do.

        Args:
            job: Only this one; None works all.
            until_done: Return when no job runs or is being cancelled any more.

        Raises:
            StoreError: The queue cannot be used, and nobody wants to wait until it can.
        """
        failure: StoreError | None = None
        stop = self._engine.news.wanted.subscribe(lambda _: self.wake())
        try:
            async with asyncio.TaskGroup() as group:
                beat = group.create_task(self._beat(), name="claims of jobs")
                try:
                    await self._work(group, job, until_done=until_done)
                except StoreError as error:  # the group would wrap it
                    failure = error
                beat.cancel()
        finally:
            stop()
        if failure is not None:
            raise failure

    async def _work(self, group: asyncio.TaskGroup, job: int | None, *, until_done: bool) -> None:
        taken_over = False
        while True:
            try:
                if not taken_over:
                    await self._take_over()
                    taken_over = True
                rest = await self._turn(group, job)
                if until_done and await self._done(job):
                    return
            except StoreError as error:
                if until_done and not (self._sending or self._looking):
                    raise
                log.warning("the queue of jobs cannot be worked: %s", error)
                rest = _SOON
            await self._rest(group, rest)

    async def _turn(self, group: asyncio.TaskGroup, job: int | None) -> float:
        """Start everything that can be started now.

        Returns:
            Seconds until something is due.
        """
        engine = self._engine
        if self._slept() or self._hurried:
            self._hurried = False
            self._troubles.forget()
            self._not_before.clear()
            await engine.store.make_due(job)
            await self._look_again(job)
        await engine.make_up()
        self._version = await engine.store.version()
        if self._stopped:
            self._notice_resumed(await self._jobs(job))
        exhausted = await self._claim(group, job)  # first, for it frees rows of processes that are gone
        jobs = await self._jobs(job)
        self._stopped = {each.id for each in jobs if each.state is JobState.NEEDS_YOU}
        self._busy = any(each.state in _GOING_ON for each in jobs)
        for each in jobs:
            await self._ending.check(each)
            if self._may_send(each):
                self._sending.add(each.id)
                group.create_task(self._send(each), name=f"job {each.id}")
        await self._deliver(group)
        return await self._until_due(job, exhausted=exhausted)

    def _notice_resumed(self, jobs: Sequence[Job]) -> None:
        """What stopped a job was put right, as the person says in whichever process: nothing waits for it any more."""
        if any(job.state is JobState.RUNNING and job.id in self._stopped for job in jobs):
            self._troubles.forget()
            self._not_before.clear()

    async def _claim(self, group: asyncio.TaskGroup, job: int | None) -> bool:
        """Look at what is due; False when more is due than can be looked at now."""
        engine = self._engine
        while len(self._looking) < _SIDE_BY_SIDE:
            batch = await engine.store.claim_due(engine.origin, engine.clock.now(), engine.timings.lease, job)
            if batch is None:
                return True
            self._looking.add(batch.id)
            group.create_task(self._look(batch), name=f"batch {batch.id}")
        return False

    def _may_send(self, job: Job) -> bool:
        now = self._engine.clock.monotonic()
        return (
            job.state is JobState.RUNNING
            and job.counts.pending > 0
            and job.id not in self._sending
            and job.id not in self._full
            and self._not_before.get(job.id, now) <= now
            and not self._engine.owes
        )

    async def _send(self, job: Job) -> None:
        """Send rows of a job until none waits, or as much is away as may be."""
        wait = 0.0
        try:
            if self._goes_one_by_one(job):
                await self._live(job)
                wait = 1.0  # whatever made it return: never a busy loop
            else:
                wait = await self._send_batches(job)
        except StoreError as error:
            log.warning("job %d: %s", job.id, error)
            wait = _SOON
        except Exception as error:  # noqa: BLE001 - also a bug of ours is judged here
            wait = (await self._troubles.met(Step("job", job.id), job.id, error)).wait
        finally:
            self._not_before[job.id] = self._engine.clock.monotonic() + wait
            self._sending.discard(job.id)
            self._woken.set()

    async def _send_batches(self, job: Job) -> float:
        while True:
            came = await self._submitting.send(job)
            if isinstance(came, Trouble):
                return came.wait
            if came is Sent.FULL:
                self._full.add(job.id)
                return 0.0
            if came is Sent.NOTHING:
                return 1.0

    async def _look(self, batch: Batch) -> None:
        engine = self._engine
        try:
            await self._polling.look(batch)
        except asyncio.CancelledError:
            await asyncio.shield(engine.release(batch, 0.0))
            raise
        except StoreError as error:
            log.warning("batch %d: %s", batch.id, error)
            await engine.release(batch, _SOON)
        except Exception:  # a bug of ours must not end the work on all other batches
            log.exception("batch %d", batch.id)
            await engine.release(batch, engine.timings.longest_retry)
        finally:
            self._looking.discard(batch.id)
            self._full.clear()
            self._woken.set()

    async def _deliver(self, group: asyncio.TaskGroup) -> None:
        if self._webhook is not None and not self._telling and await self._webhook.due() == 0:
            self._telling = True
            group.create_task(self._tell(self._webhook), name="webhook")

    async def _tell(self, webhook: Webhook) -> None:
        try:
            await webhook.deliver()
        except StoreError as error:
            log.warning("what is to be told cannot be read: %s", error)
            await self._pause(_SOON)
        finally:
            self._telling = False
            self._woken.set()

    async def _until_due(self, job: int | None, *, exhausted: bool) -> float:
        """Seconds until there is something to do that nobody tells of."""
        engine = self._engine
        now = engine.clock.monotonic()
        waits = [engine.timings.longest_sleep]
        if engine.owes:
            waits.append(_SOON)
        if exhausted and (due := await engine.store.next_due(job)) is not None:
            # What is due and yet not given out is another process's: it need not be asked for again and again.
            waits.append(max(self._seconds_to(due, LONGEST_WAIT), min(engine.timings.others, 1.0)))
        if self._webhook is not None and not self._telling and (seconds := await self._webhook.due()) is not None:
            waits.append(seconds)
        waits += [when - now for number, when in self._not_before.items() if when > now and number not in self._sending]
        return max(0.0, min(waits))

    def _seconds_to(self, due: datetime, longest: float) -> float:
        seconds = (due - self._engine.clock.now()).total_seconds()
        return 0.0 if seconds > longest else max(0.0, seconds)

    async def _rest(self, group: asyncio.TaskGroup, seconds: float) -> None:
        """Wait until something is due, was ordered, has ended, or was changed by another process."""
        alarm = group.create_task(self._alarm(seconds), name="next look at jobs")
        await self._woken.wait()
        self._woken.clear()
        alarm.cancel()

    async def _alarm(self, seconds: float) -> None:
        engine = self._engine
        until = engine.clock.monotonic() + seconds
        try:
            while (left := until - engine.clock.monotonic()) > 0:
                await self._pause(min(left, engine.timings.others * (1 if self._busy else _CALM)))
                if self._has_slept() or await engine.store.version() != self._version:
                    break
        except StoreError as error:
            log.warning("the queue of jobs cannot be looked at: %s", error)
            await self._pause(_SOON)
        self._full.clear()
        self._woken.set()

    async def _beat(self) -> None:
        """Keep the claims of this process alive."""
        engine = self._engine
        while True:
            await self._pause(engine.timings.heartbeat)
            if not (self._sending or self._looking or engine.owes):
                continue
            try:
                await engine.store.renew(engine.origin, engine.timings.lease)
            except StoreError as error:
                log.warning("claims could not be renewed: %s", error)

    async def _take_over(self) -> None:
        """What an earlier run in this very process has left claimed."""
        engine = self._engine
        for job in await engine.store.jobs():
            for batch in await engine.store.open_batches(job.id):
                if batch.owner != engine.origin or batch.state is BatchState.LIVE:
                    continue
                if batch.state is BatchState.SUBMITTING:
                    await engine.change(batch, BatchState.UNCERTAIN, 0.0)
                else:
                    await engine.release(batch, 0.0)

    async def _look_again(self, job: int | None) -> None:
        """What the service did not know is asked for again when the person lets its job go on."""
        for each in await self._jobs(job):
            if each.state is not JobState.RUNNING:
                continue
            for batch in await self._engine.store.open_batches(each.id):
                if batch.state is BatchState.NEEDS_YOU and batch.remote:
                    await self._engine.change(batch, BatchState.SUBMITTED, 0.0)

    async def _jobs(self, job: int | None) -> Sequence[Job]:
        if job is None:
            return await self._engine.store.jobs()
        found = await self._engine.store.job(job)
        return () if found is None else (found,)

    async def _done(self, job: int | None) -> bool:
        if self._sending or self._looking or self._telling:
            return False
        if self._engine.owes:
            await self._engine.require_written()
        return not any(each.state in _GOING_ON for each in await self._jobs(job))

    def _goes_one_by_one(self, job: Job) -> bool:
        return job.plan.mode is Mode.LIVE

    def _slept(self) -> bool:
        slept = self._has_slept()
        self._clocks = self._read_clocks()
        return slept

    def _has_slept(self) -> bool:
        wall, monotonic = self._read_clocks()
        return jumped(wall - self._clocks[0], monotonic - self._clocks[1])

    def _read_clocks(self) -> tuple[float, float]:
        clock = self._engine.clock
        return clock.now().timestamp(), clock.monotonic()
