"""The reviewer's page of a job with 100,000 verdicts: how long the loop is held up while its list is made or refreshed.

The page stands in a window of its own over the real queue in a file, in which all verdicts are known. A timer of one
millisecond in the same loop says how long it was held up, idle first; what else runs on the machine holds it up, too,
so that each step is done some times and the median of the longest pauses counts.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from tests.benchmarks.table import Row, median
from tests.support.desktop import x_server

_ROWS = 100_000
_RUNS = 5
_SETTLE = 1.2


def measure() -> list[Row]:
    with x_server(1280, 800) as display, tempfile.TemporaryDirectory(prefix="kireji-review-") as folder:
        os.environ["DISPLAY"] = display
        os.environ["QT_QPA_PLATFORM"] = "xcb"
        return _in_qt(Path(folder))


def _in_qt(folder: Path) -> list[Row]:
    from kireji.ui import aio
    from kireji.ui.qt_application import create

    rows: list[Row] = []

    async def main(_stop: asyncio.Event) -> int:
        rows.extend(await _measure(folder))
        return 0

    aio.run(main, create(["benchmark"]))
    return rows


async def _measure(folder: Path) -> list[Row]:
    from PySide6.QtWidgets import QApplication

    from kireji.core.jobs.forms import moderated
    from kireji.core.jobs.reviews import ReviewFilter, ReviewOrder
    from kireji.storage.jobs.reviews import SqliteReviewStore
    from kireji.ui.jobs.review.pane import ReviewPane
    from kireji.ui.jobs.review.presenter import ReviewPresenter
    from kireji.ui.theme import Theme
    from tests.support.job_world import JobWorld
    from tests.support.queues import PLAN, in_file, row
    from tests.ui.jobs.review_support import FILE, policy

    queue, database = await in_file(folder / "jobs.db")
    job = await queue.made([row(number) for number in range(1, _ROWS + 1)], plan=moderated(PLAN, policy(), FILE))
    _judge(folder / "jobs.db", job)
    made: Any = JobWorld(rows=[])
    made.world.job_store, made.world.job_reviews = queue.store, SqliteReviewStore(database)
    jobs = made.world.services().jobs
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    failures: list[BaseException] = []
    pane = ReviewPane(Theme(app))
    pane.resize(1016, 748)
    presenter = ReviewPresenter(jobs, pane, failures.append)
    pane.show()
    shown = await jobs.job(job)

    async def show() -> None:
        presenter.show(shown)

    async def other_filter() -> None:
        presenter._choose_filter(ReviewFilter.ALL)

    async def other_order() -> None:
        presenter._choose_order(ReviewOrder.LEAST_SURE)

    async def refresh() -> None:
        jobs.changed.publish(job)

    async def decide() -> None:
        presenter._accept()

    async def end() -> None:
        pane.list.mark(pane.model.rowCount() - 1)

    idle = await _longest(lambda: asyncio.sleep(0))
    rows = []
    steps: tuple[tuple[str, Callable[[], Awaitable[None]]], ...] = (
        ("opened", show),
        ("all of them listed", other_filter),
        ("in another order", other_order),
        ("refreshed", refresh),
        ("a decision", decide),
        ("to the last row", end),
    )
    for what, step in steps:
        held = await _longest(step)
        assert what == "opened" or pane.model.rowCount() == _ROWS, pane.model.rowCount()
        rows.append(
            Row(f"100,000 verdicts, {what}: loop held up", "≤ 8 ms over idle", f"idle loop: {idle * 1e3:.1f} ms",
                f"{held * 1e3:.1f} ms", f"+{(held - idle) * 1e3:.1f} ms", held - idle <= 0.008)
        )  # fmt: skip
    assert not failures, failures
    await presenter.aclose()
    await database.close()
    return rows


def _judge(path: Path, job: int) -> None:
    """All rows have ended, and their verdicts are known: half of them wait for a person."""
    from kireji.core.jobs.states import RowState
    from kireji.core.moderation.verdicts import Action
    from kireji.storage.jobs.review_tables import ACTION_CODES, StandCode
    from kireji.storage.jobs.tables import CODES, row_id, row_range

    actions = (ACTION_CODES[Action.REVIEW], ACTION_CODES[Action.BLOCK], ACTION_CODES[Action.ALLOW])
    verdicts = (
        (row_id(job, number), StandCode.JUDGED.value, actions[number % 3], "harassment", "rude", number * 7919 % 3_000,
         number * 104_729 % 1_000 / 1_000)
        for number in range(1, _ROWS + 1)
    )  # fmt: skip
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "UPDATE rows SET state = ? WHERE id BETWEEN ? AND ?", (CODES[RowState.SUCCEEDED], *row_range(job))
        )
        connection.executemany("INSERT INTO verdicts VALUES (?, ?, ?, ?, ?, ?, ?)", verdicts)


async def _longest(step: Callable[[], Awaitable[None]]) -> float:
    """Seconds that the loop was held up at most, in the middle of some runs."""
    longest = []
    for _ in range(_RUNS):
        with _watched() as gaps:
            await asyncio.sleep(0.1)
            gaps.clear()
            await step()
            await asyncio.sleep(_SETTLE)
        longest.append(max(gaps))
    print("  longest: " + ", ".join(f"{each * 1e3:.1f}" for each in longest), file=sys.stderr)
    return median(longest)


@contextmanager
def _watched() -> Iterator[list[float]]:
    """Seconds between the ticks of a timer, while inside."""
    from PySide6.QtCore import QObject, Qt, QTimerEvent

    gaps: list[float] = []

    class Ticker(QObject):
        last = time.perf_counter()

        def timerEvent(self, _event: QTimerEvent) -> None:
            now = time.perf_counter()
            gaps.append(now - self.last)
            self.last = now

    ticker = Ticker()
    timer = ticker.startTimer(1, Qt.TimerType.PreciseTimer)
    yield gaps
    ticker.killTimer(timer)
