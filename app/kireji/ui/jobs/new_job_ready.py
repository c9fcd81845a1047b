"""A job whose rows are read and that waits to be started: bad lines, what it will take, one row to try."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from PySide6.QtCore import QObject, Signal

from kireji.core.errors import KirejiError
from kireji.core.jobs.values import Job
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.jobs.new_job_bad import PAGE
from kireji.ui.jobs.new_job_check import CheckPage
from kireji.ui.translation import tr


class ReadyJob(QObject):
    """Shows one job at a time.

    Args:
        services: The use cases.
        page: Where it is shown; owns this.
        failed: Told of faults of this program.
    """

    changed = Signal()
    """It can be started now, or can no longer."""

    def __init__(self, services: Services, page: CheckPage, failed: Callable[[BaseException], None]) -> None:
        super().__init__(page)
        self._services = services
        self._page = page
        self._scope = TaskScope("job that is ready", failed)
        self._trying = False
        self.job: Job | None = None
        """What is shown; None before rows were read."""
        page.lines.more_wanted.connect(self._more_bad)
        page.trying.button.clicked.connect(self._try)
        page.unpriced_clicked.connect(self._allow_unpriced)

    async def aclose(self) -> None:
        """End what runs."""
        await self._scope.aclose()

    def show(self, job: Job) -> None:
        """Show it."""
        self.job = job
        info = self._services.catalog.find(job.plan.provider, job.plan.model)
        self._page.show_job(job, info.name if info is not None else job.plan.model)
        if job.counts.invalid:
            self._more_bad(0)
        if job.estimate is None:
            self.estimate()
        self.changed.emit()

    def forget(self) -> Job | None:
        """Show none; returns what was shown."""
        job, self.job = self.job, None
        for name in ("bad", "estimate", "try"):
            self._scope.cancel(name)
        return job

    @property
    def obstacle(self) -> str:
        """Why it cannot be started, in a sentence; empty when it can."""
        job = self.job
        if job is None:
            return tr("Nothing was read yet.")
        if not job.counts.pending and not job.counts.succeeded:
            return tr("No row waits to be asked.")
        if self._trying:
            return tr("One row is being asked; the others can follow it.")
        over = job.estimate is not None and bool(job.estimate.over_budget)
        return tr("It could pass a budget.") if over else ""

    def estimate(self) -> None:
        """Say anew what it will take, with the budgets of now."""
        self._scope.restart(self._estimated(), name="estimate")

    def _is_shown(self, job: int) -> bool:
        return self.job is not None and self.job.id == job

    def _more_bad(self, after: object) -> None:
        assert isinstance(after, int)
        self._scope.restart(self._fetch_bad(after), name="bad")

    async def _fetch_bad(self, after: int) -> None:
        if self.job is None:
            return
        job = self.job.id
        found = await self._services.jobs.bad(job, after, PAGE)
        if self._is_shown(job):
            self._page.lines.extend(found)

    async def _estimated(self) -> None:
        if self.job is None:
            return
        number = self.job.id
        try:
            estimate = await self._services.jobs.estimate(number)
            job = await self._services.jobs.job(number)
        except KirejiError as error:
            self._page.say_problem(error.sentence)
            return
        if self._is_shown(number):
            self.job = msgspec.structs.replace(job, estimate=estimate)
            self._page.show_estimate(estimate)
            self.changed.emit()

    def _try(self) -> None:
        self._page.trying.begin()
        self._trying = True
        self.changed.emit()
        self._scope.restart(self._tried(), name="try")

    async def _tried(self) -> None:
        try:
            await self._ask_one()
        finally:
            self._trying = False
            self.changed.emit()

    async def _ask_one(self) -> None:
        job = self.job
        if job is None:
            return
        try:
            answer = await self._services.jobs.dry_run(job.id)
        except KirejiError as error:
            self._page.trying.fail(error.sentence)
            return
        after = await self._services.jobs.job(job.id)
        if self._is_shown(job.id):
            columns = self._services.jobs.columns(job)
            self._page.trying.show_answer(answer, columns, more=after.counts.pending > 0)
            self.estimate()

    def _allow_unpriced(self) -> None:
        self._scope.restart(self._allowed(), name="unpriced")

    async def _allowed(self) -> None:
        if self.job is not None:
            await self._services.jobs.allow_unpriced(self.job.id)
            self.estimate()
