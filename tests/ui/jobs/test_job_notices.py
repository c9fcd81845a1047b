"""What is told of a job while nobody looks at the jobs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from kireji.core.desktop_ports import Notice
from kireji.core.jobs.states import JobState
from kireji.core.jobs.values import Job
from kireji.ui.job_notices import JobNotices, words_of
from tests.fakes.job_service import FakeJobService
from tests.fakes.services import FakeSurroundings
from tests.ui.jobs.support import job, waiting_job


@dataclass
class Scene:
    seen: bool = False
    notify: bool = True
    told: list[tuple[Notice, Callable[[str], None]]] = field(default_factory=list)
    opened: list[tuple[int, str]] = field(default_factory=list)
    jobs: FakeJobService = field(default_factory=FakeJobService)

    def __post_init__(self) -> None:
        below = FakeSurroundings(jobs=self.jobs)
        below.settings.tables = {"general": {"notify": self.notify}}
        JobNotices(
            below.build(),
            lambda notice, *, clicked: self.told.append((notice, clicked)),
            lambda: self.seen,
            lambda number, token: self.opened.append((number, token)),
        )


@pytest.mark.parametrize(
    ("of", "words"),
    [
        (
            job(state=JobState.FINISHED, succeeded=1_284, more={"cost": 0.33}),
            ("Job finished", "Receipts 2026: 1,284 rows are answered, for $0.33."),
        ),
        (
            job(state=JobState.FINISHED, succeeded=1_260, errored=24),
            ("Job finished", "Receipts 2026: 24 of 1,284 rows failed and can be tried again."),
        ),
        (
            job(state=JobState.CANCELLED, succeeded=976, canceled=300),
            ("Job cancelled", "Receipts 2026: 976 answers are kept."),
        ),
        (waiting_job(), ("A job needs you", "Receipts 2026: The key was revoked. Put in a new one, then resume.")),
    ],
)
def test_the_words_say_how_it_ended(of: Job, words: tuple[str, str]) -> None:
    assert words_of(of) == words


def test_a_click_shows_the_job() -> None:
    scene = Scene()
    scene.jobs.end(job(7, JobState.FINISHED, succeeded=3))
    [(notice, clicked)] = scene.told
    assert notice.key == "job-7"
    clicked("token")
    assert scene.opened == [(7, "token")]


def test_who_looks_at_the_jobs_is_not_told() -> None:
    scene = Scene(seen=True)
    scene.jobs.end(job(7, JobState.FINISHED, succeeded=3))
    assert scene.told == []


def test_who_wants_no_notifications_is_told_only_of_what_waits() -> None:
    scene = Scene(notify=False)
    scene.jobs.end(job(7, JobState.FINISHED, succeeded=3))
    assert scene.told == []
    scene.jobs.end(waiting_job(8))
    assert [notice.key for notice, _ in scene.told] == ["job-8"]
