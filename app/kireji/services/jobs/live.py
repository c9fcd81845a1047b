"""Asks the rows of a job one by one, at full price: where there is no batch service, or by the person's choice."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable

from kireji.core.errors import (
    AuthenticationFailed,
    JobConflict,
    KirejiError,
    ModelUnavailable,
    Overloaded,
    PaymentRequired,
    ProviderError,
    RateLimited,
    ReaderError,
    RedactionFailed,
    RequestRejected,
    StoreCorrupt,
)
from kireji.core.jobs.pace import Pace
from kireji.core.jobs.states import BatchState, JobState
from kireji.core.jobs.values import Batch, Job, Outcome, RowInput, RowResult
from kireji.core.publisher import Publisher
from kireji.core.rate_limits import RateLimits
from kireji.core.words import say
from kireji.services.credentials import Credential
from kireji.services.jobs.asking import RowAsking
from kireji.services.jobs.encoding import told
from kireji.services.jobs.engine import Engine
from kireji.services.jobs.submitting import new_key
from kireji.services.jobs.targets import JobTargets, Target
from kireji.services.preferences import Preferences

log = logging.getLogger(__name__)

_PAGE = 50
_TRIES = 6
"""How often a row is asked that the service had no room for; then the job waits longer."""
_GRACE = 3.0
"""Seconds in which rows that are under way may end when the program does: of others nobody knows what became."""
_REFUSED = (RedactionFailed, RequestRejected, StoreCorrupt, ReaderError)
"""What is wrong with one row and says nothing of the others."""
_NO_ROOM = (RateLimited, Overloaded)
_STOPS = (AuthenticationFailed, PaymentRequired, ModelUnavailable)
"""What would be the same with every row."""


def surely_unanswered(error: ProviderError) -> bool:
    """Whether a row that failed so was certainly not answered, and may be asked again."""
    return error.not_taken or isinstance(error, (*_STOPS, *_NO_ROOM))


def perhaps_paid(row: RowInput, error: ProviderError) -> RowResult:
    """How a row ends of which nobody knows whether the service has answered it."""
    sentence = say("{problem} It may have been paid for nevertheless.", problem=error.message)
    return RowResult(row.number, Outcome.ERRORED, sentence=sentence)


class LiveRows:
    """Asks rows side by side.

    Args:
        engine: The queue and this process.
        targets: Finds who answers.
        asking: Asks.
        preferences: How many side by side.
        rate_limits: What services say of how much they take; None where nobody listens.
        pause: Waits for so many seconds.
    """

    def __init__(
        self,
        engine: Engine,
        targets: JobTargets,
        asking: RowAsking,
        preferences: Preferences,
        rate_limits: Publisher[RateLimits] | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._engine = engine
        self._targets = targets
        self._asking = asking
        self._preferences = preferences
        self._rate_limits = rate_limits
        self._pause = pause

    async def run(self, job: Job) -> None:
        """Ask rows until none waits or the job does not run any more; what was answered is recorded at once.

        Raises:
            ProviderError: Nothing can be asked now; rows that were not taken up wait.
            BudgetReached: The next row could pass a budget; what was done stays.
            KirejiError: Nothing can be asked for another reason.
        """
        engine = self._engine
        target = await self._targets.of(job.plan)
        credential = await self._asking.credential(target)
        await self._asking.prepare(target)
        pace = Pace(self._preferences.settings.jobs.side_by_side)
        stop = self._listen(target, pace)
        try:
            while True:
                rows = max(1, job.plan.rows_per_batch)
                batch = await engine.store.take(
                    job.id, engine.origin, new_key(), rows, BatchState.LIVE, engine.timings.lease
                )
                if batch is None:
                    return
                engine.news.changed.publish(job.id)
                asked = _Asked(self._engine, self._asking, self._pause, job, batch, target, credential, pace)
                try:
                    await asked.run()
                finally:
                    await asyncio.shield(engine.change(batch, BatchState.COMPLETED))
                if not asked.complete:
                    return
        finally:
            stop()

    def _listen(self, target: Target, pace: Pace) -> Callable[[], None]:
        if self._rate_limits is None:
            return lambda: None

        def take(limits: RateLimits) -> None:
            if limits.provider == target.provider.name and limits.model == target.model:
                pace.told(limits, self._engine.clock.monotonic())

        return self._rate_limits.subscribe(take)


class _Asked:
    """The rows of one batch while they are asked.

    Attributes:
        complete: Whether all of them were asked.
    """

    def __init__(
        self,
        engine: Engine,
        asking: RowAsking,
        pause: Callable[[float], Awaitable[None]],
        job: Job,
        batch: Batch,
        target: Target,
        credential: Credential,
        pace: Pace,
    ) -> None:
        self._engine = engine
        self._asking = asking
        self._pause = pause
        self._job = job
        self._batch = batch
        self._target = target
        self._credential = credential
        self._pace = pace
        self._running: set[asyncio.Task[None]] = set()
        self._freed = asyncio.Event()
        self._again: deque[RowInput] = deque()
        self._tries: dict[int, int] = {}
        self._failure: Exception | None = None
        self.complete = False

    async def run(self) -> None:
        """Ask all of them.

        Raises:
            KirejiError: Nothing more can be asked.
        """
        async with asyncio.TaskGroup() as group:
            try:
                self.complete = await self._start_all(group)
            except asyncio.CancelledError:
                if self._running:
                    await asyncio.wait(self._running, timeout=_GRACE)
                raise
        if self._failure is not None:
            raise self._failure

    async def _start_all(self, group: asyncio.TaskGroup) -> bool:
        """Start every row when there is room for it; False when the job does not run any more."""
        last, page = 0, deque[RowInput]()
        while True:
            if not page and not self._again:
                page.extend(await self._engine.store.inputs(self._batch.id, last, _PAGE))
            if not page and not self._again:
                if not self._running:
                    return True
                await self._one_ends()
                continue
            await self._room()
            if self._failure is not None or not await self._goes_on():
                return False
            row = self._again.popleft() if self._again else page.popleft()
            last = max(last, row.number)
            task = group.create_task(self._ask(row), name=f"row {row.number}")
            self._running.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._freed.set()

    async def _one_ends(self) -> None:
        self._freed.clear()
        await self._freed.wait()

    async def _room(self) -> None:
        """Wait until one more row may be under way."""
        while self._failure is None:
            if len(self._running) >= self._pace.allowed:
                await self._one_ends()
            elif wait := self._pace.wait(self._engine.clock.monotonic()):
                await self._pause(min(wait, 1.0))
                if not await self._goes_on():
                    return
            else:
                return

    async def _goes_on(self) -> bool:
        now = await self._engine.store.job(self._job.id)
        return now is not None and now.state is JobState.RUNNING

    async def _ask(self, row: RowInput) -> None:
        try:
            await self._answer(row)
        except _REFUSED as error:
            await self._record(RowResult(row.number, Outcome.ERRORED, sentence=told(error)))
        except ProviderError as error:
            await self._failed(row, error)
        except Exception as error:  # noqa: BLE001 - judged by the runner, also a bug of ours
            self._failure = self._failure or error

    async def _answer(self, row: RowInput) -> None:
        store, plan = self._engine.store, self._job.plan
        result = await self._asking.answer(store, self._batch, plan, self._target, self._credential, row)
        self._pace.answered()
        for judged in await self._engine.judged(self._job, self._batch.id, [result]):
            await self._record(judged)

    async def _failed(self, row: RowInput, error: ProviderError) -> None:
        if not surely_unanswered(error):
            await self._record(perhaps_paid(row, error))
            return
        try:
            await self._engine.store.mark_sent(self._batch.id, row.number, sent=False)
        except KirejiError as problem:
            log.info("row %d of batch %d: %s", row.number, self._batch.id, problem.message)
        tries = self._tries[row.number] = self._tries.get(row.number, 0) + 1
        if isinstance(error, _NO_ROOM) and tries < _TRIES:
            self._pace.refused(self._engine.clock.monotonic(), error.retry_after)
            self._again.append(row)
        else:
            self._failure = self._failure or error

    async def _record(self, result: RowResult) -> None:
        batch, store = self._batch, self._engine.store

        async def write() -> None:
            try:
                await store.record(batch.id, [result])
            except JobConflict as error:  # the job is gone
                log.info("row %d of batch %d: %s", result.number, batch.id, error.message)

        if not await self._engine.write(write) and self._failure is None:
            try:
                await self._engine.require_written()
            except KirejiError as error:
                self._failure = error
        self._engine.news.changed.publish(self._job.id)
