"""Jobs for the page, and the page over them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from kireji.core.jobs.counts import Counts
from kireji.core.jobs.states import JobState
from kireji.core.jobs.values import Estimate, Job, JobPlan, Mode, SourceKind
from kireji.core.settings import AppearanceSettings
from kireji.ui.jobs.commands import Order
from kireji.ui.jobs.job_list import JobList
from kireji.ui.jobs.pane import JobsPane
from kireji.ui.theme import Theme

ZONE = timezone(timedelta(hours=1))
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=ZONE)
SIX_COLUMNS = json.dumps(
    {"type": "object", "properties": {name: {"type": "string"} for name in ("a", "b", "c", "d", "e", "f")}}
).encode()
HAIKU, SONNET = "claude-haiku-5-5", "claude-sonnet-5-5"
NAMES = {HAIKU: "Haiku 5.5", SONNET: "Sonnet 5.5"}


def at(clock: str, days_ago: int = 0) -> datetime:
    """A time of the day in the person's zone, as it is stored: UTC."""
    hour, minute = (int(part) for part in clock.split(":"))
    return NOW.replace(hour=hour, minute=minute).astimezone(UTC) - timedelta(days=days_ago)


def estimated(rows: int, cost: float | None = 0.34, hours: int = 24, over_budget: str = "") -> Estimate:
    return Estimate(rows, rows * 1_000, rows * 100, cost, cost, 0.5, hours * 3600.0, 1800.0, over_budget)


def job(
    number: int = 1,
    state: JobState = JobState.RUNNING,
    *,
    name: str = "Receipts 2026",
    model: str = HAIKU,
    mode: Mode = Mode.BATCH,
    schema: bytes = b"",
    source: str = "receipts.jsonl",
    kind: SourceKind = SourceKind.JSONL,
    more: dict[str, Any] | None = None,
    **counts: int,
) -> Job:
    """A job.

    Args:
        number: Its own.
        state: Where it stands.
        name: What the person calls it.
        model: Which answers.
        mode: Where it runs.
        schema: Of its answers.
        source: What it was made from.
        kind: The form of that.
        more: Other fields of `Job`.
        counts: Of its rows.
    """
    plan = JobPlan(name, "anthropic", model, mode, schema=schema)
    return Job(number, plan, source, kind, state, Counts(**counts), at("09:00"), **(more or {}))


def waiting_job(number: int = 1, sentence: str = "The key was revoked. Put in a new one, then resume.") -> Job:
    """A job that cannot go on."""
    return job(number, JobState.NEEDS_YOU, more={"sentence": sentence}, pending=400, succeeded=600)


def of_the_mock_up() -> list[Job]:
    """What the mock-up shows, newest first."""
    return [
        job(
            4, schema=SIX_COLUMNS, kind=SourceKind.FOLDER, taken=284, succeeded=976, errored=24, reused=31,
            more={"cost": 0.26, "estimate": estimated(1_284), "waiting_since": at("14:02")},
        ),
        job(
            3, name="Alt text for docs", kind=SourceKind.FOLDER, taken=212,
            more={"estimate": estimated(212, 0.05), "waiting_since": at("14:10")},
        ),
        job(
            2, JobState.FINISHED, name="Support mail triage", source="mail.csv", kind=SourceKind.CSV,
            succeeded=7_333, same=2_077,
            more={"cost": 1.12, "estimate": estimated(7_333, 1.10), "ended": at("22:14", 1)},
        ),
        job(
            1, JobState.FINISHED, name="Moderate comments", model=SONNET, source="comments-v3.jsonl", succeeded=621,
            errored=19, more={"cost": 0.88, "estimate": estimated(640, 0.90), "ended": at("12:00", 4)},
        ),
    ]  # fmt: skip


@dataclass
class Page:
    """The page with what was ordered on it."""

    pane: JobsPane
    theme: Theme
    orders: list[Order] = field(default_factory=list)

    @property
    def list(self) -> JobList:
        return self.pane.list

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.list, key, modifiers)

    def click(self, row: int, part: str = "") -> None:
        """Click on a row, or on a part of it."""
        rect = self.list.visualRect(self.list.rows.index(row, 0))
        point = rect.topLeft() + QPoint(60, 20) if not part else self._find(row, part)
        QTest.mouseClick(self.list.viewport(), Qt.MouseButton.LeftButton, pos=point)

    def _find(self, row: int, part: str) -> QPoint:
        index = self.list.rows.index(row, 0)
        rect = self.list.visualRect(index)
        for y in range(rect.top(), rect.bottom(), 3):
            for x in range(rect.left(), rect.right(), 6):
                if self.list.delegate.part_at(index, rect, QPoint(x, y)) == part:
                    return QPoint(x, y)
        raise AssertionError(f"row {row} has no {part}")

    def part_exists(self, row: int, part: str) -> bool:
        try:
            self._find(row, part)
        except AssertionError:
            return False
        return True


@asynccontextmanager
async def page_over(jobs: list[Job], size: tuple[int, int] = (1016, 748), scale: float = 1.0) -> AsyncIterator[Page]:
    """The page, shown."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme = Theme(app)
    theme.apply(AppearanceSettings(text_scale=scale))
    pane = JobsPane(theme, lambda _provider, model: NAMES.get(model, model))
    pane.list.rows.tell_time(NOW)
    pane.resize(*size)
    page = Page(pane, theme)
    pane.list.ordered.connect(page.orders.append)
    pane.show_jobs(jobs)
    pane.show()
    QTest.qWaitForWindowExposed(pane)
    pane.list.doItemsLayout()
    try:
        yield page
    finally:
        theme.apply(AppearanceSettings())
        pane.close()
        pane.deleteLater()
        theme.deleteLater()
