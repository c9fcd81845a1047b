"""The reviewer's page over the real use cases and a queue in memory."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from kireji.core.jobs.forms import moderated
from kireji.core.jobs.values import Job, LineKind, Outcome
from kireji.core.messages import ImagePart
from kireji.core.moderation.policies import Policy
from kireji.core.moderation.policy_file import parse
from kireji.resources import resource
from kireji.storage.jobs.loading import NewRow
from kireji.ui.jobs.review.pane import ReviewPane
from kireji.ui.jobs.review.presenter import ReviewPresenter
from kireji.ui.theme import Theme
from tests.support.job_answered import answered, result_of
from tests.support.job_world import PLAN, JobWorld
from tests.support.waiting import until_true

FILE = resource("policies/community.toml").read_bytes()
REFUSED = {"text": "", "stop": "refusal"}


def policy() -> Policy:
    """Which the jobs judge by."""
    found = parse("community", FILE).policy
    assert found is not None
    return found


def says(
    *findings: tuple[str, str, float, str], reason: str = "For the test.", rewrite: str | None = None, picture: int = 0
) -> dict[str, Any]:
    """What the service sends: category, level, confidence and quote of each finding."""
    answer = {
        "findings": [
            {
                "category": category,
                "evidence": [{"where": "picture" if picture else "text", "picture": picture, "quote": quote}],
                "reason": f"Because of “{quote}”.",
                "level": level,
                "confidence": confidence,
            }
            for category, level, confidence, quote in findings
        ],
        "reason": reason,
        "rewrite": rewrite,
    }
    return {"text": json.dumps(answer), "stop": "end_turn"}


HARSH = says(("harassment", "targeted", 0.93, "worthless"), reason="It attacks a person.", rewrite="I disagree.")
RUDE = says(("harassment", "rude", 0.62, "idiot"), reason="A single insult.")
CLEAN = says(reason="Nothing is wrong with it.")


def a_row(number: int, text: str, *pictures: ImagePart) -> NewRow:
    """A row that is judged."""
    content = {"prompt": text} if text else {"image": "a.png"}
    data = json.dumps(content).encode()
    return NewRow(number, number, f"c-{number}", LineKind.PROMPT, data, number.to_bytes(16, "big"), pictures)


@dataclass
class Review:
    """The page with everything below it."""

    made: JobWorld
    job: Job
    pane: ReviewPane
    presenter: ReviewPresenter
    theme: Theme
    failures: list[BaseException]

    def rows(self) -> list[int]:
        """Which rows are listed."""
        model = self.pane.model
        return [number for place in range(model.rowCount()) if (number := model.number(place)) is not None]

    def at(self) -> int | None:
        """The row that has the keyboard."""
        return self.pane.model.number(self.pane.list.place)

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the keyboard is."""
        focus = QApplication.focusWidget()
        QTest.keyClick(focus if focus is not None and self.pane.isAncestorOf(focus) else self.pane.list, key, modifier)

    async def shows(self, number: int) -> None:
        """Wait until a row is shown in full."""
        await until_true(lambda: self.at() == number and f"Row {number:,}" in self.pane.page.title.accessibleName())

    async def decided(self) -> Mapping[int, tuple[str, str, str]]:
        """What is stored, by row: action, category, note."""
        reviewing = await self.made.jobs.reviewing()
        return {
            number: (review.action.value, review.category, review.note)
            for number, review in (await reviewing.reviews(self.job.id)).items()
        }

    async def record(self, results: Mapping[int, Mapping[str, str] | Outcome]) -> None:
        """More rows have ended."""
        parts = await self.made.jobs.opened()
        batch = next(iter(await parts.store.open_batches(self.job.id)))
        await parts.store.record(batch.id, [result_of(number, one) for number, one in results.items()])
        self.made.jobs.changed.publish(self.job.id)


async def judged(made: JobWorld, said: Sequence[Mapping[str, str] | Outcome | None]) -> Job:
    """A job whose rows have ended so; None is with the service still."""
    return await answered(made, moderated(PLAN, policy(), FILE), said)


@asynccontextmanager
async def review_of(
    rows: Sequence[tuple[str, Mapping[str, str] | Outcome | None]],
    size: tuple[int, int] = (1016, 748),
    *,
    picture: bytes = b"",
) -> AsyncIterator[Review]:
    """Show the verdicts of a job, and close all of it.

    Args:
        rows: What each says, and how it ended.
        size: Of the page.
        picture: Of rows that say nothing.
    """
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme = Theme(app)
    failures: list[BaseException] = []
    made = JobWorld(rows=[])
    part = made.world.job_pictures.put(picture) if picture else None
    made.world.job_importer.rows = [
        a_row(number, text, *((part,) if part is not None and not text else ()))
        for number, (text, _) in enumerate(rows, 1)
    ]
    job = await judged(made, [said for _, said in rows])
    pane = ReviewPane(theme)
    pane.resize(*size)
    presenter = ReviewPresenter(made.jobs, pane, failures.append)
    pane.show()
    try:
        presenter.show(job)
        yield Review(made, job, pane, presenter, theme, failures)
        assert not failures
    finally:
        await presenter.aclose()
        pane.close()
        pane.deleteLater()
        theme.deleteLater()
        await asyncio.sleep(0)
