"""What the program does by itself while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from kireji.core.settings import Settings
from kireji.services.application import Services
from kireji.services.preferences import Preferences
from kireji.ui.aio import TaskScope
from kireji.ui.transfer.daily import back_up_daily

if TYPE_CHECKING:
    from kireji.ui.notices import Notices
    from kireji.ui.windows import Windows

_JOBS_SECONDS = 4.0
"""After the start, before the queue of jobs is looked for: what the person is about to do goes first."""

_UPDATES_SECONDS = 90.0
"""After the start, before a newer version is looked for: the first minute is the person's."""


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
    from kireji.ui import writings
    from kireji.ui.job_notices import JobNotices

    writings.tell_of_missing(services.preferences.settings.appearance.language, tell)
    if services.told_at_start:
        tell(services.told_at_start)
    JobNotices(services, notices.tell, lambda: windows.shows_jobs, windows.open_jobs)
    scope.start(back_up_daily(services, tell), name="backups")
    scope.start(look_for_updates(services, notices, windows), name="updates")
    services.jobs.untold.subscribe(tell)
    scope.start(work_jobs(services), name="jobs")


async def look_for_updates(
    services: Services, notices: Notices, windows: Windows, wait: float = _UPDATES_SECONDS
) -> None:
    """Look for newer versions once a day, for as long as the person allows it, and tell of each once.

    Args:
        services: The use cases.
        notices: Tell of them.
        windows: Where they are shown.
        wait: Seconds before anything is loaded for it.
    """
    await asyncio.sleep(wait)
    await _allowed(services.preferences)  # who has not allowed it does not pay for it either
    from kireji.ui.update_notices import UpdateNotices

    UpdateNotices(services.updates(), notices.tell, windows.open_settings)
    await services.updates().keep_up(lambda: services.chat.live.running > 0)


async def _allowed(preferences: Preferences) -> None:
    allowed = asyncio.Event()

    def look(settings: Settings) -> None:
        if settings.updates.check:
            allowed.set()

    unsubscribe = preferences.changed.subscribe(look)
    look(preferences.settings)
    try:
        await allowed.wait()
    finally:
        unsubscribe()


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
