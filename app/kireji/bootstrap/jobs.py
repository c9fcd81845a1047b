"""Jobs, wired when they are first wanted: most runs of the program have none."""

from __future__ import annotations

import asyncio
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from contextlib import AsyncExitStack

    from kireji.core.extraction.ports import SpreadsheetWriter
    from kireji.core.history import Origin
    from kireji.core.jobs.ports import (
        BatchLimits,
        BatchProvider,
        DeliveryStore,
        JobImporter,
        JobPictures,
        JobStore,
        JobWriter,
        Spool,
    )
    from kireji.core.jobs.reviews import ReviewStore
    from kireji.core.ports import Clock, PictureComparer, Reader
    from kireji.core.provider_ports import JobFormat
    from kireji.core.publisher import Publisher
    from kireji.core.rate_limits import RateLimits
    from kireji.core.tool_ports import SchemaValidator
    from kireji.desktop.paths import Paths
    from kireji.services.catalog import Catalog
    from kireji.services.credentials import Credentials
    from kireji.services.jobs.news import JobNews
    from kireji.services.jobs.parts import JobParts
    from kireji.services.jobs.reviewing import JobReviewing
    from kireji.services.jobs.row_results import RowResults
    from kireji.services.jobs.service import JobService
    from kireji.services.jobs.webhook import Sender
    from kireji.services.outbox import Outbox
    from kireji.services.preferences import Preferences


class LateJobs:
    """The queue of this process; nothing of it is loaded or opened before somebody wants it.

    Args:
        stack: Closes what was opened.
        paths: Where jobs are kept.
        environ: The process's environment.
        needs: What they are made of besides; called when they are first wanted.

    Attributes:
        service: What windows and the command line call.
    """

    def __init__(
        self, stack: AsyncExitStack, paths: Paths, environ: Mapping[str, str], needs: Callable[[], JobNeeds]
    ) -> None:
        from kireji.services.jobs.news import JobNews
        from kireji.services.jobs.service import JobService

        self._stack = stack
        self._paths = paths
        self._environ = environ
        self._needs = needs
        self._news = JobNews()
        self.service = JobService(self._open, paths.jobs_database.exists, self._news)

    def runner(self) -> LateRunner:
        """What works the queue; one for a process."""
        return LateRunner(self.service)

    async def _open(self) -> JobParts:
        needs = self._needs()

        def limits(provider: str, model: str) -> BatchLimits | None:
            batches = needs.batches.get(provider)
            return batches.limits(model) if batches is not None else None

        for provider in needs.batches:  # which models have batches stands in the lists
            await needs.catalog.models(provider)
        stores = await open_job_stores(self._stack, self._paths, self._environ, limits)
        return job_parts(stores, needs, self._news)


class LateRunner:
    """Works the queue once it is opened; satisfies `services.application.WorksJobs`.

    Args:
        jobs: Opens it.
    """

    def __init__(self, jobs: JobService) -> None:
        self._jobs = jobs

    async def run(self, job: int | None = None, *, until_done: bool = False) -> None:
        """As in `services.jobs.runner.JobRunner`."""
        await (await self._jobs.opened()).runner.run(job, until_done=until_done)


class JobStores(NamedTuple):
    """Where jobs are kept.

    Args:
        queue: Jobs, batches, rows and results.
        reviews: What people decide about verdicts.
        deliveries: What the person's address is still to be told.
        importer: Reads sources.
        pictures: The pictures of rows.
        spool: Bodies while they are sent.
        writer: Writes results.
    """

    queue: JobStore
    reviews: ReviewStore
    deliveries: DeliveryStore
    importer: JobImporter
    pictures: JobPictures
    spool: Spool
    writer: JobWriter


class JobNeeds(NamedTuple):
    """What jobs are made of besides.

    Args:
        catalog: Providers and models.
        credentials: Keys.
        outbox: The gate.
        preferences: The settings.
        clock: Time.
        origin: This process.
        formats: How questions stand in batches, by provider.
        batches: Batch interfaces, by provider.
        rate_limits: What services say of how much they take.
        validator: Holds answers to a schema.
        reader: Finds on pictures what answers say.
        spreadsheets: Makes what makes XLSX files.
        comparer: Makes what compares pixels.
        sender: Tells the person's address.
        pause: Waits for so many seconds.
    """

    catalog: Catalog
    credentials: Credentials
    outbox: Outbox
    preferences: Preferences
    clock: Clock
    origin: Origin
    formats: Mapping[str, JobFormat]
    batches: Mapping[str, BatchProvider]
    rate_limits: Publisher[RateLimits] | None
    validator: SchemaValidator
    reader: Reader
    spreadsheets: Callable[[], SpreadsheetWriter]
    comparer: Callable[[], PictureComparer]
    sender: Callable[[], Sender]
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep


def job_parts(stores: JobStores, needs: JobNeeds, news: JobNews) -> JobParts:
    """The use cases of jobs, and what works them, over any stores.

    Args:
        stores: Where jobs are kept.
        needs: What they are made of besides.
        news: Told of every change.
    """
    from kireji.core.jobs.polling import Timings
    from kireji.services.jobs.adding import JobAdding
    from kireji.services.jobs.asking import RowAsking
    from kireji.services.jobs.desk import BatchDesk
    from kireji.services.jobs.dry_run import DryRun
    from kireji.services.jobs.engine import Engine
    from kireji.services.jobs.estimating import JobEstimating
    from kireji.services.jobs.exporting import JobExporting
    from kireji.services.jobs.judging import Judging
    from kireji.services.jobs.live import LiveRows
    from kireji.services.jobs.orders import JobOrders
    from kireji.services.jobs.parts import JobParts
    from kireji.services.jobs.reading import JobReading
    from kireji.services.jobs.row_making import RowMaking
    from kireji.services.jobs.runner import JobRunner
    from kireji.services.jobs.targets import JobTargets
    from kireji.services.jobs.watching import JobWatch
    from kireji.services.jobs.webhook import Webhook

    queue, outbox, preferences = stores.queue, needs.outbox, needs.preferences
    accounts = outbox.accounts
    spending = accounts.spending if accounts is not None else None
    targets = JobTargets(needs.catalog, preferences, needs.formats, needs.batches)
    rows = RowMaking(stores.pictures, preferences)
    asking = RowAsking(outbox, needs.credentials, rows)
    reading = JobReading(queue, stores.pictures, targets, needs.validator, lambda: preferences.settings.privacy.rules)
    counts = accounts.counts if accounts is not None else None
    estimating = JobEstimating(queue, targets, spending, counts, preferences)
    webhook = Webhook(
        stores.deliveries,
        needs.sender,
        needs.credentials,
        outbox.gate,
        lambda: preferences.settings.jobs.webhook,
        news,
        needs.clock,
    )
    desk = BatchDesk(queue, stores.spool, targets, rows, outbox, news)
    engine = Engine(
        queue,
        needs.batches,
        desk,
        needs.credentials,
        outbox.gate,
        news,
        needs.clock,
        needs.origin,
        Timings(),
        webhook.notice,
        Judging(queue, reading).judged,
    )
    needs.credentials.changed.subscribe(lambda _: news.wanted.publish(None))  # what was refused may be taken now

    @cache
    def reviewing() -> JobReviewing:
        from kireji.services.jobs.placing import AnswerPlacing
        from kireji.services.jobs.review_exporting import ReviewExporting
        from kireji.services.jobs.reviewing import JobReviewing

        placing, exporting = AnswerPlacing(needs.reader), ReviewExporting(queue, reading, stores.writer)
        return JobReviewing(queue, stores.reviews, reading, placing, exporting, news)

    @cache
    def row_results() -> RowResults:
        from kireji.services.jobs.row_results import RowResults

        return RowResults(queue, reading, needs.reader, needs.comparer)

    live = LiveRows(engine, targets, asking, preferences, needs.rate_limits, needs.pause)
    return JobParts(
        store=queue,
        news=news,
        adding=JobAdding(queue, stores.importer, targets, estimating, news, needs.origin),
        estimating=estimating,
        orders=JobOrders(queue, estimating, outbox, news, webhook.notice),
        dry_run=DryRun(engine, targets, asking, reading),
        reading=reading,
        reviewing=reviewing,
        row_results=row_results,
        exporting=JobExporting(queue, reading, stores.writer, needs.spreadsheets),
        watch=JobWatch(queue, news, needs.pause),
        desk=desk,
        live=live,
        runner=JobRunner(engine, live.run, webhook, needs.pause),
    )


async def open_job_stores(
    stack: AsyncExitStack,
    paths: Paths,
    environ: Mapping[str, str],
    limits: Callable[[str, str], BatchLimits | None],
) -> JobStores:
    """Open the queue; the stack closes it.

    Raises:
        StoreError: It cannot be used.
    """
    from kireji.bootstrap import job_import
    from kireji.desktop.processes import origin_alive, process_origin
    from kireji.storage.jobs.deliveries import SqliteDeliveryStore
    from kireji.storage.jobs.importer import ImportProcess
    from kireji.storage.jobs.pictures import FileJobPictures
    from kireji.storage.jobs.reviews import SqliteReviewStore
    from kireji.storage.jobs.spool import FileSpool
    from kireji.storage.jobs.store import SqliteJobStore
    from kireji.storage.jobs.tables import open_jobs
    from kireji.storage.jobs.writer import FileJobWriter

    database = await open_jobs(paths.jobs_database)
    stack.push_async_callback(database.close)
    folder = paths.jobs / "pictures"
    pictures = FileJobPictures(folder)
    return JobStores(
        SqliteJobStore(database, origin_alive, pictures.drop),
        SqliteReviewStore(database),
        SqliteDeliveryStore(database),
        ImportProcess(paths.jobs_database, folder, limits, job_import.command(), environ),
        pictures,
        FileSpool(paths.jobs / "outgoing", process_origin(), origin_alive),
        FileJobWriter(),
    )
