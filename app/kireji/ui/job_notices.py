"""Notifications about jobs: how one has ended while nobody looked at the jobs, and what one needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from kireji.core.desktop_ports import Notice
from kireji.core.jobs.states import JobState
from kireji.core.jobs.values import Job
from kireji.services.application import Services
from kireji.ui.chat.words import count, sum_of_money
from kireji.ui.translation import plural, tr

_NAME = 60
"""Letters of a job's name."""


class Tells(Protocol):
    """Shows a notification; a click on it calls what is given, with Wayland's activation token."""

    def __call__(self, notice: Notice, *, clicked: Callable[[str], None]) -> None: ...


class JobNotices:
    """Tells of jobs from when it is made until the program ends.

    Args:
        services: The use cases.
        tell: Shows a notification.
        seen: Whether the person has the jobs before them.
        open_jobs: Shows the jobs, with the keyboard on one.
    """

    def __init__(
        self,
        services: Services,
        tell: Tells,
        seen: Callable[[], bool],
        open_jobs: Callable[[int, str], None],
    ) -> None:
        self._services = services
        self._tell = tell
        self._seen = seen
        self._open_jobs = open_jobs
        services.jobs.ended.subscribe(self._ended)

    def _ended(self, job: Job) -> None:
        waits = job.state is JobState.NEEDS_YOU
        if self._seen() or not (waits or self._services.preferences.settings.general.notify):
            return
        title, body = words_of(job)
        self._tell(Notice(title, body, key=f"job-{job.id}"), clicked=lambda token: self._open_jobs(job.id, token))


def words_of(job: Job) -> tuple[str, str]:
    """Title and sentence of a notification about a job that has ended, or needs the person."""
    name = " ".join(job.plan.name.split())
    name = name if len(name) <= _NAME else name[: _NAME - 1].rstrip() + "…"
    counts = job.counts
    if job.state is JobState.NEEDS_YOU:
        return tr("A job needs you"), tr("{job}: {sentence}", job=name, sentence=job.sentence).strip()
    if job.state is JobState.CANCELLED:
        kept = plural(counts.succeeded, "1 answer is kept.", "{n} answers are kept.", n=count(counts.succeeded))
        return tr("Job cancelled"), tr("{job}: {sentence}", job=name, sentence=kept)
    if counts.failed:
        failed = plural(
            counts.failed,
            "1 of {rows} rows failed and can be tried again.",
            "{n} of {rows} rows failed and can be tried again.",
            n=count(counts.failed),
            rows=count(counts.distinct),
        )
        return tr("Job finished"), tr("{job}: {sentence}", job=name, sentence=failed)
    rows = plural(counts.succeeded, "1 row is answered", "{n} rows are answered", n=count(counts.succeeded))
    if job.cost:
        rows = tr("{rows}, for {amount}", rows=rows, amount=sum_of_money(job.cost))
    return tr("Job finished"), tr("{job}: {sentence}", job=name, sentence=f"{rows}.")
