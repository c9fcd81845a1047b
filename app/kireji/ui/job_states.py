"""How many jobs run and how many wait for the person, for the badge and the tray; loads nothing of the page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from kireji.core.errors import JobError
from kireji.core.jobs.states import JobState
from kireji.services.jobs.service import JobService
from kireji.ui.aio import TaskScope

_GATHER_MILLISECONDS = 500
"""Changes are gathered for so long before anything is read again."""
_RUNS = (JobState.RUNNING, JobState.CANCELLING)


class JobNumbers(NamedTuple):
    """What happens while one looks elsewhere.

    Args:
        running: Jobs that run.
        waiting: Jobs that do not get on without the person.
    """

    running: int = 0
    waiting: int = 0


class JobStates(QObject):
    """Knows the state of every job, once there are any.

    Args:
        jobs: The use cases.
        failed: Told of what went wrong.
        parent: As usual in Qt.
    """

    changed = Signal(object)
    """The new `JobNumbers`."""

    def __init__(
        self, jobs: JobService, failed: Callable[[BaseException], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._scope = TaskScope("job states", failed)
        self._states: dict[int, JobState] = {}
        self._numbers = JobNumbers()
        self._known = False
        self._dirty: set[int] = set()
        self._later = QTimer(self, singleShot=True, interval=_GATHER_MILLISECONDS)
        self._later.timeout.connect(self._look_again)
        self._unsubscribe = jobs.changed.subscribe(self._job_changed)

    @property
    def numbers(self) -> JobNumbers:
        """As they were last known."""
        return self._numbers

    def follow(self, wanted: bool) -> None:
        """Whether what other processes do shall be noticed, too; costs a look every second once there are jobs."""
        if wanted and not self._scope.running("follow"):
            self._scope.start(self._follow(), name="follow")
        elif not wanted:
            self._scope.cancel("follow")

    def begin(self) -> None:
        """Read what there is, once there is anything; from then on what this process does is noticed."""
        if not self._scope.running("begin"):
            self._scope.start(self._begin(), name="begin")

    async def _begin(self) -> None:
        await self._jobs.appear()
        await self._read_all()

    async def aclose(self) -> None:
        """Know nothing new any more."""
        self._unsubscribe()
        self._later.stop()
        await self._scope.aclose()

    async def _follow(self) -> None:
        await self._begin()
        async with self._jobs.watching():
            await asyncio.Event().wait()

    async def _read_all(self) -> None:
        self._states = {job.id: job.state for job in await self._jobs.jobs()}
        self._known = True
        self._count()

    def _job_changed(self, job: int) -> None:
        self._dirty.add(job)
        if not self._later.isActive():
            self._later.start()

    def _look_again(self) -> None:
        if self._scope.running("read"):
            self._later.start()
        else:
            self._scope.start(self._read_changed(), name="read")

    async def _read_changed(self) -> None:
        dirty, self._dirty = self._dirty, set()
        if not self._known:
            await self._read_all()
            return
        for number in dirty:
            try:
                self._states[number] = (await self._jobs.job(number)).state
            except JobError:
                self._states.pop(number, None)
        self._count()

    def _count(self) -> None:
        states = list(self._states.values())
        numbers = JobNumbers(sum(state in _RUNS for state in states), states.count(JobState.NEEDS_YOU))
        if numbers != self._numbers:
            self._numbers = numbers
            self.changed.emit(numbers)
