"""What the use cases of jobs are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from kireji.core.jobs.ports import JobStore
from kireji.services.jobs.adding import JobAdding
from kireji.services.jobs.desk import BatchDesk
from kireji.services.jobs.dry_run import DryRun
from kireji.services.jobs.estimating import JobEstimating
from kireji.services.jobs.exporting import JobExporting
from kireji.services.jobs.live import LiveRows
from kireji.services.jobs.news import JobNews
from kireji.services.jobs.orders import JobOrders
from kireji.services.jobs.reading import JobReading
from kireji.services.jobs.runner import JobRunner
from kireji.services.jobs.watching import JobWatch

if TYPE_CHECKING:  # loaded when verdicts are reviewed, or a row is opened
    from kireji.services.jobs.reviewing import JobReviewing
    from kireji.services.jobs.row_results import RowResults


class JobParts(NamedTuple):
    """Opened together, with the first use of jobs; what reviews verdicts and opens rows is made when it is wanted."""

    store: JobStore
    news: JobNews
    adding: JobAdding
    estimating: JobEstimating
    orders: JobOrders
    dry_run: DryRun
    reading: JobReading
    reviewing: Callable[[], JobReviewing]
    row_results: Callable[[], RowResults]
    exporting: JobExporting
    watch: JobWatch
    desk: BatchDesk
    live: LiveRows
    runner: JobRunner
