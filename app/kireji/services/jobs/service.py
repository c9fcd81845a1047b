"""Jobs as windows and the command line know them."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from kireji.core.errors import StoreError
from kireji.services.jobs.news import JobNews

if TYPE_CHECKING:  # nothing of jobs is loaded before somebody wants them
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from kireji.core.jobs.answers import Answer, Column, Exported, ExportForm, RowDetail
    from kireji.core.jobs.ports import BatchLimits
    from kireji.core.jobs.states import RowState
    from kireji.core.jobs.values import Batch, Estimate, ImportProgress, Job, JobPlan, JobSource, Row, SourceHead
    from kireji.core.moderation.policies import Policy
    from kireji.core.publisher import Publisher
    from kireji.services.jobs.parts import JobParts
    from kireji.services.jobs.reviewing import JobReviewing
    from kireji.services.jobs.row_results import RowResult

log = logging.getLogger(__name__)

_LOOK_SECONDS = 1.0
"""Between two looks whether another process has written."""
_APPEAR_SECONDS = 10.0
"""Between two looks whether there are any jobs by now."""


class JobService:
    """Adds jobs, gives orders to them, and reads what came of them. The runner (`JobRunner`) does the work.

    Args:
        open_parts: Opens the queue; called once, with the first use.
        exist: Whether there is a queue already, in this process or in another; may be asked at any time.
        news: Shared with the runner.

    Attributes:
        changed: The job whose numbers or state have changed by this process; while somebody is inside `watching`, by
            any other, too. Also a job that is gone.
        ended: A job that is FINISHED, CANCELLED or NEEDS_YOU since just now.
        written: While somebody is inside `watching`: another process has written something.
        untold: Why the person's own address cannot be told of it, in one sentence with the next step.
    """

    def __init__(
        self,
        open_parts: Callable[[], Awaitable[JobParts]],
        exist: Callable[[], bool],
        news: JobNews,
    ) -> None:
        self._open_parts = open_parts
        self._exist = exist
        self._news = news
        self._parts: JobParts | None = None
        self._opening = asyncio.Lock()
        self._is_open = asyncio.Event()
        self._looking = asyncio.Lock()
        self.changed: Publisher[int] = news.changed
        self.ended: Publisher[Job] = news.ended
        self.untold: Publisher[str] = news.untold
        self.written: Publisher[None] = news.written

    async def jobs(self) -> Sequence[Job]:
        """All of them, newest first.

        Raises:
            StoreError: The queue cannot be used.
        """
        if self._parts is None and not self._exist():
            return ()
        return await (await self.opened()).store.jobs()

    async def job(self, job: int) -> Job:
        """One of them.

        Raises:
            JobError: There is none with this number.
        """
        from kireji.services.jobs.lookup import job_of

        return await job_of((await self.opened()).store, job)

    async def add(
        self,
        plan: JobPlan,
        source: JobSource,
        progress: Callable[[ImportProgress], None] = lambda _: None,
    ) -> Job:
        """Read a source into a new job, which then is READY and has an estimate; nothing is sent.

        It is held (`Job.held`) until it is started or offered. Whoever is cancelled meanwhile leaves no job behind.

        Args:
            plan: What is to be done; empty names of provider and model take those in force.
            source: What is read.
            progress: Told how far it is.

        Raises:
            JobError: It cannot be read, has no good row, or the model is not made for it.
            KirejiError: There is no such provider, or none can work.
            StoreError: The queue cannot be written.
        """
        return await (await self.opened()).adding.add(plan, source, progress)

    async def offer(self, job: int) -> None:
        """The person has looked a new job through and leaves it in the list: whoever starts all jobs may start it.

        Raises:
            StoreError: The queue cannot be written.
        """
        await (await self.opened()).adding.offer(job)

    async def head(self, source: JobSource) -> SourceHead:
        """What can be told of a source at a glance: its columns, its first row, how much there is.

        Raises:
            JobError: It is not there, or cannot be read.
        """
        return await (await self.opened()).adding.head(source)

    async def limits(self, provider: str, model: str) -> BatchLimits | None:
        """What batches of a model may hold; None when it has none, so that its rows are asked one by one."""
        return (await self.opened()).adding.limits(provider, model)

    async def bad(self, job: int, after: int = 0, limit: int = 100) -> Sequence[Row]:
        """Rows that were refused when they were read, with the reason.

        Args:
            job: Whose.
            after: Only those beyond this row number.
            limit: At most so many.
        """
        return await (await self.opened()).reading.bad(job, after, limit)

    async def estimate(self, job: int) -> Estimate:
        """What the rows that wait will take, with the budgets of now; kept with the job.

        Raises:
            JobError: There is no such job.
        """
        return await (await self.opened()).estimating.estimate(job)

    async def dry_run(self, job: int, number: int | None = None) -> Answer:
        """Ask one row now, at full price; its answer is the row's result, so that it is never paid for twice.

        Args:
            job: Whose.
            number: Which row; None for the first that waits.

        Raises:
            JobError: No row waits, or this one does not.
            KirejiError: It could not be asked; nothing is stored then.
        """
        return await (await self.opened()).dry_run.ask(job, number)

    async def start(self, job: int) -> Job:
        """Let a job that is READY run.

        Raises:
            BudgetReached: It could pass a budget.
            PriceUnknown: There is a budget, and nobody knows what it costs; see `JobPlan.unpriced`.
            JobConflict: It is not READY.
        """
        return await (await self.opened()).orders.start(job)

    async def pause(self, job: int) -> Job:
        """Send nothing new; what is with the service is still collected.

        Raises:
            JobConflict: It does not run.
        """
        return await (await self.opened()).orders.pause(job)

    async def resume(self, job: int) -> Job:
        """Let a job go on that is PAUSED or NEEDS_YOU.

        Raises:
            JobConflict: It is neither.
        """
        return await (await self.opened()).orders.resume(job)

    async def cancel(self, job: int) -> Job:
        """Send nothing more, and call back what is with the service: CANCELLING until that has confirmed.

        Raises:
            JobConflict: It has ended already.
        """
        return await (await self.opened()).orders.cancel(job)

    async def retry(self, job: int) -> int:
        """Ask those rows again that failed, expired or were called back.

        Returns:
            How many.

        Raises:
            JobConflict: The job is being cancelled, or its rows are still being read.
        """
        return await (await self.opened()).orders.retry(job)

    async def decide(self, job: int, *, again: bool) -> Job:
        """Say what becomes of rows that were sent and that nobody knows the end of.

        Args:
            job: Whose.
            again: Send them again, although they may then be paid for twice; without, they count as failed.
        """
        return await (await self.opened()).orders.decide(job, again=again)

    async def allow_unpriced(self, job: int) -> None:
        """The job may run although nobody knows what it costs.

        Raises:
            JobError: There is no such job.
        """
        await (await self.opened()).orders.allow_unpriced(job)

    async def remove(self, job: int) -> None:
        """Delete a job with its rows and results.

        Raises:
            JobConflict: Something of it is with the service.
        """
        await (await self.opened()).orders.remove(job)

    async def rows(
        self, job: int, after: int = 0, limit: int = 200, states: frozenset[RowState] = frozenset()
    ) -> Sequence[Row]:
        """Rows in the order of the input.

        Args:
            job: Whose.
            after: Only those beyond this row number.
            limit: At most so many.
            states: Only those in one of these; empty for all.
        """
        return await (await self.opened()).store.rows(job, after, limit, states)

    async def answers(
        self, job: int, after: int = 0, limit: int = 200, states: frozenset[RowState] = frozenset()
    ) -> Sequence[Answer]:
        """Rows with how they ended, in the order of the input; arguments as for `rows`."""
        return await (await self.opened()).reading.answers(job, after, limit, states)

    async def under_way(self, job: int) -> Sequence[Batch]:
        """What was sent together and has not ended, by id; what needs the person included."""
        return await (await self.opened()).store.open_batches(job)

    async def detail(self, job: int, number: int) -> RowDetail:
        """Everything about one row.

        Raises:
            JobError: There is no such row.
        """
        return await (await self.opened()).reading.detail(job, number)

    async def result(self, job: int, number: int) -> RowResult:
        """What came of a row, with its places on the row's pictures, which are read for it on this computer.

        Raises:
            JobError: There is no such row, or nothing came of it (`Answer.is_result`).
        """
        return await (await self.opened()).row_results().result(job, number)

    def columns(self, job: Job) -> tuple[Column, ...]:
        """The columns of answers that have a form or follow a JSON schema; none without."""
        from kireji.core.jobs.form_columns import columns_of_plan

        return columns_of_plan(job.plan)

    def policy(self, job: Job) -> Policy | None:
        """By which a job judges; None for other jobs, and where it cannot be read any more."""
        if not job.plan.policy:
            return None
        from kireji.core.moderation.policy_file import parse

        return parse(job.plan.policy_name, job.plan.policy).policy

    async def export(
        self,
        job: int,
        path: str,
        form: ExportForm,
        progress: Callable[[int, int], None] = lambda _done, _total: None,
        *,
        failed: bool = False,
    ) -> Exported:
        """Write what is known of every row so far, in the order of the input.

        Args:
            job: Whose.
            path: The file; one that is there is replaced when all is written.
            form: As what.
            progress: Told how many rows of how many were looked at.
            failed: Only rows that have no answer.

        Raises:
            JobError: There is no such job, or it cannot be written there.
        """
        return await (await self.opened()).exporting.export(job, path, form, progress, failed=failed)

    async def reviewing(self) -> JobReviewing:
        """What lists the verdicts of jobs, and keeps what is decided about them.

        Raises:
            StoreError: The queue cannot be used.
        """
        return (await self.opened()).reviewing()

    def wake(self) -> None:
        """Let the runner look at once whether there is something to do."""
        self._news.wanted.publish(None)

    async def appear(self) -> None:
        """Wait until there is a queue, made by this process or by another."""
        while self._parts is None and not self._exist():
            with suppress(TimeoutError):
                async with asyncio.timeout(_APPEAR_SECONDS):
                    await self._is_open.wait()

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """While inside, what other processes do to jobs is published, too."""
        failure: Exception | None = None
        async with asyncio.TaskGroup() as group:
            look = group.create_task(self._look(), name="other processes' jobs")
            try:
                yield
            except Exception as error:  # noqa: BLE001 - passed on below; the group would wrap it
                failure = error
            finally:
                look.cancel()
        if failure is not None:
            raise failure

    async def _look(self) -> None:
        async with self._looking:  # of several watchers one looks for all; when it leaves, another does
            try:
                await self.appear()
                await (await self.opened()).watch.run(_LOOK_SECONDS)
            except StoreError as error:
                log.warning("other processes' jobs cannot be watched: %s", error)

    async def opened(self) -> JobParts:
        """What the use cases work with; opens the queue with the first call.

        Raises:
            StoreError: The queue cannot be used.
        """
        async with self._opening:
            if self._parts is None:
                parts = await self._open_parts()
                await parts.adding.remove_left_over()
                await parts.orders.close_forgotten()
                self._parts = parts
                self._is_open.set()
            return self._parts
