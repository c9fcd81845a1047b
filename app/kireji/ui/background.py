"""What the program does by itself while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.transfer.daily import back_up_daily

if TYPE_CHECKING:
    from kireji.ui.notices import Notices
    from kireji.ui.windows import Windows

_JOBS_SECONDS = 4.0
"""After the start, before the queue of jobs is looked for: what the person is about to do goes first."""


def begin(
    scope: TaskScope, services: Services, tell: Callable[[str], None], notices: Notices, windows: Windows
) -> None:
    """Start it; it ends with the scope.

    Args:
        scope: Runs it.
        services: The use cases.
        tell: Says what went wrong.
        notices: Tell what has become of jobs.
        windows: Where jobs are shown.
    """
    from kireji.ui.job_notices import JobNotices

    JobNotices(services, notices.tell, lambda: windows.shows_jobs, windows.open_jobs)
    scope.start(back_up_daily(services, tell), name="backups")
    services.jobs.untold.subscribe(tell)
    scope.start(work_jobs(services), name="jobs")


async def work_jobs(services: Services, wait: float = _JOBS_SECONDS) -> None:
    """Work the queue of jobs from when there is one, which may be made by the command line.

    Args:
        services: The use cases.
        wait: Seconds before it is looked for.

    Raises:
        StoreError: The queue cannot be opened.
    """
    await asyncio.sleep(wait)
    await services.jobs.appear()
    await services.job_runner().run()
