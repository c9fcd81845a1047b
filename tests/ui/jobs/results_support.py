"""The results of a job over a fake."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from PySide6.QtWidgets import QApplication

from kireji.core.jobs.answers import Answer
from kireji.core.jobs.values import Job
from kireji.ui.jobs.results_pane import ResultsPane
from kireji.ui.jobs.results_presenter import ResultsPresenter
from kireji.ui.theme import Theme
from tests.fakes.job_service import FakeJobService, a_job, counts_of

SCHEMA = (
    b'{"type": "object", "properties": {"shop": {"type": "string"}, "total": {"type": "number"},'
    b' "items": {"type": "integer"}, "paid": {"type": "boolean"}, "lines": {"type": "array"}}}'
)


@dataclass
class Results:
    """The page with everything below it."""

    jobs: FakeJobService
    pane: ResultsPane
    presenter: ResultsPresenter
    theme: Theme
    failures: list[BaseException]

    def row(self, place: int) -> list[str]:
        """The words of a row, as they stand in the table."""
        model = self.pane.model
        return [str(model.index(place, column).data()) for column in range(model.columnCount())]

    def titles(self) -> list[str]:
        """What stands above the columns."""
        from PySide6.QtCore import Qt

        model = self.pane.model
        return [str(model.headerData(at, Qt.Orientation.Horizontal)) for at in range(model.columnCount())]

    def hold(self, answers: Sequence[Answer], job: Job | None = None) -> Job:
        """The job is as these rows make it."""
        import msgspec

        job = job or self.presenter.job or a_job()
        return self.jobs.hold(msgspec.structs.replace(job, counts=counts_of(answers)), answers)


@asynccontextmanager
async def results_of(
    answers: Sequence[Answer], job: Job | None = None, size: tuple[int, int] = (1016, 700)
) -> AsyncIterator[Results]:
    """Show the rows of a job, and close all of it."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme = Theme(app)
    failures: list[BaseException] = []
    jobs = FakeJobService()
    pane = ResultsPane(theme)
    pane.resize(*size)
    presenter = ResultsPresenter(jobs, pane, theme, failures.append)
    results = Results(jobs, pane, presenter, theme, failures)
    pane.show()
    try:
        presenter.show(results.hold(answers, job or a_job()))
        yield results
        assert not failures
    finally:
        await presenter.aclose()
        pane.close()
        pane.deleteLater()
        theme.deleteLater()
        await asyncio.sleep(0)
