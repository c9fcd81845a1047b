"""What happens to jobs, told to whoever wants to know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kireji.core.publisher import Publisher

if TYPE_CHECKING:
    from kireji.core.jobs.values import Job


class JobNews:
    """Between the use cases, the runner and the front ends of one process.

    Attributes:
        changed: The job whose numbers or state have changed, or which is gone.
        ended: A job that is FINISHED, CANCELLED or NEEDS_YOU since just now.
        untold: Why the person's own address cannot be told, in one sentence with the next step.
        written: Another process has written something; what, its readers must see for themselves.
        wanted: The job that there is something to do for: the runner looks at once and not when it is next due.
    """

    def __init__(self) -> None:
        self.changed: Publisher[int] = Publisher()
        self.ended: Publisher[Job] = Publisher()
        self.untold: Publisher[str] = Publisher()
        self.written: Publisher[None] = Publisher()
        self.wanted: Publisher[int | None] = Publisher()
