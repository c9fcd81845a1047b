"""Between the page of jobs and the services."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import datetime
from functools import partial
from typing import Any

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from kireji.core.errors import KirejiError
from kireji.core.jobs.states import JobState
from kireji.core.jobs.values import Job
from kireji.services.jobs.service import JobService
from kireji.ui.aio import TaskScope
from kireji.ui.jobs.asking import ask_to_cancel, ask_to_remove, ask_to_send_again
from kireji.ui.jobs.commands import Command, Order, reviewable
from kireji.ui.jobs.pane import JobsPane
from kireji.ui.theme import Theme
from kireji.ui.translation import tr

log = logging.getLogger(__name__)

_GATHER_MILLISECONDS = 300
"""Changes are gathered for so long before anything is read again."""
_MINUTE = 60_000
_ONE_BY_ONE = 8
"""Up to so many jobs that have changed are read by themselves, more with all others at once."""


class JobsPresenter(QObject):
    """Keeps the page true while it is shown, and carries out what the person orders.

    Args:
        jobs: The use cases.
        theme: The look.
        name: What a model is called: provider and id to words.
        parent: Owns this.
    """

    opened = Signal(object)
    """A `Job` whose results shall be shown."""
    review_wanted = Signal(object)
    """A `Job` that is READY and shall be looked through and started."""
    verdicts_wanted = Signal(object)
    """A `Job` that judges, whose verdicts shall be decided about."""
    export_wanted = Signal(object)
    """A `Job` whose results shall be written into a file."""

    def __init__(self, jobs: JobService, theme: Theme, name: Callable[[str, str], str], parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self.pane = JobsPane(theme, name)
        self._scope = TaskScope("jobs", self._failed)
        self._shown = False
        self._dirty: set[int] = set()
        self._wanted: int | None = None
        self._later = QTimer(self, singleShot=True, interval=_GATHER_MILLISECONDS)
        self._minute = QTimer(self, interval=_MINUTE)
        self._unsubscribe = jobs.changed.subscribe(self._changed)
        self._later.timeout.connect(self._look_again)
        self._minute.timeout.connect(self._tell_time)
        self.pane.list.ordered.connect(self._ordered)

    def show(self, job: int | None = None) -> None:
        """The page comes onto the screen.

        Args:
            job: Which shall have the keyboard; None leaves that as it is.
        """
        self._wanted = job
        self._tell_time()
        self._minute.start()
        if not self._shown:
            self._shown = True
            self._scope.restart(self._watch(), name="watch")
        self._scope.restart(self._read_all(), name="read")

    def leave(self) -> None:
        """The page goes away: nothing is watched any more."""
        self._shown = False
        self._minute.stop()
        self._later.stop()
        self._scope.cancel("watch")

    async def aclose(self) -> None:
        """End what runs."""
        self._unsubscribe()
        self.leave()
        await self._scope.aclose()

    # What is shown.

    async def _watch(self) -> None:
        async with self._jobs.watching():
            await asyncio.Event().wait()

    async def _read_all(self) -> None:
        self._dirty.clear()
        comes = not self.pane.known
        self.pane.show_jobs([await self._looked_at(job) for job in await self._jobs.jobs()])
        if self._wanted is not None:
            self.pane.list.select(self._wanted)
            self._wanted = None
            comes = True
        if comes and self._shown:
            self.pane.focus_list()

    async def _looked_at(self, job: Job) -> Job:
        """The job with whether verdicts of it wait for decisions."""
        if job.state is not JobState.FINISHED or not reviewable(job):
            return job
        return msgspec.structs.replace(job, undecided=await (await self._jobs.reviewing()).undecided(job.id))

    def _changed(self, job: int) -> None:
        self._dirty.add(job)
        if self._shown and not self._later.isActive():
            self._later.start()

    def _look_again(self) -> None:
        if not self._scope.running("read"):
            self._scope.start(self._read_changed(), name="read")
        else:
            self._later.start()

    async def _read_changed(self) -> None:
        """Read what has changed; new jobs and those that are gone change the list itself."""
        dirty, self._dirty = self._dirty, set()
        rows = self.pane.list.rows
        if len(dirty) > _ONE_BY_ONE or any(not rows.find(job).isValid() for job in dirty):
            await self._read_all()
            return
        for number in dirty:
            try:
                rows.change(await self._looked_at(await self._jobs.job(number)))
            except KirejiError:
                await self._read_all()  # it is gone
                return

    def _tell_time(self) -> None:
        self.pane.list.rows.tell_time(datetime.now().astimezone())

    # What is ordered.

    def _ordered(self, order: object) -> None:
        assert isinstance(order, Order)
        rows = self.pane.list.rows
        job = rows.job(rows.find(order.job))
        if job is None:
            return
        match order.command:
            case Command.OPEN:
                self.opened.emit(job)
            case Command.REVIEW:
                self.review_wanted.emit(job)
            case Command.DECIDE:
                self.verdicts_wanted.emit(job)
            case Command.EXPORT:
                self.export_wanted.emit(job)
            case Command.REMOVE:
                ask_to_remove(self.pane, job, partial(self._do, self._jobs.remove, job.id))
            case Command.CANCEL if job.counts.taken:
                ask_to_cancel(self.pane, job, partial(self._do, self._jobs.cancel, job.id))
            case Command.SEND_AGAIN:
                ask_to_send_again(self.pane, job, partial(self._do, partial(self._jobs.decide, again=True), job.id))
            case Command.RETRY:
                self._start(self._retry(job.id), job.id)
            case Command.PAUSE:
                self._do(self._jobs.pause, job.id)
            case Command.RESUME:
                self._do(self._jobs.resume, job.id)
            case Command.CANCEL:
                self._do(self._jobs.cancel, job.id)
            case Command.COUNT_FAILED:
                self._do(partial(self._jobs.decide, again=False), job.id)

    def _do(self, order: Callable[[int], Coroutine[Any, Any, object]], job: int) -> None:
        self._start(self._carry_out(order, job), job)

    def _start(self, work: Coroutine[Any, Any, None], job: int) -> None:
        """One order for a job at a time: who presses twice wants it once."""
        name = f"order {job}"
        if self._scope.running(name):
            work.close()
            return
        self.pane.notice.show_sentence("")
        self._scope.start(work, name=name)

    async def _carry_out(self, order: Callable[[int], Coroutine[Any, Any, object]], job: int) -> None:
        try:
            await order(job)
        finally:
            self._changed(job)

    async def _retry(self, job: int) -> None:
        try:
            rows = await self._jobs.retry(job)
        finally:
            self._changed(job)
        if not rows:
            self.pane.notice.show_sentence(tr("There is no row that could be tried again."))

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, KirejiError):
            self.pane.notice.show_sentence(error.sentence)
            return
        log.error("a task of the jobs page failed", exc_info=error)
        self.pane.notice.show_sentence(tr("Something in Kireji failed. The log has the details; please try again."))
