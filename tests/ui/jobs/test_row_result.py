"""What came of a row of a job, opened beside its picture."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from kireji.core.errors import JobError
from kireji.core.jobs.answers import Answer, RowDetail
from kireji.core.jobs.states import JobState
from kireji.services.jobs.row_results import RowResult
from kireji.ui.jobs.pages import JobPages
from kireji.ui.jobs.results_presenter import ResultsPresenter
from kireji.ui.results.sheet_view import SheetView
from tests.fakes.job_service import FakeJobService, a_job, an_answer, counts_of
from tests.fakes.services import FakeSurroundings
from tests.support.accessibility import unnamed
from tests.support.demo_results import RESULTS
from tests.ui.window.support import Stand, window_over

pytestmark = pytest.mark.qt

TABLE = next(each for each in RESULTS if each.name == "table")


class Opened:
    """The results of a job of two rows, the first of which is a table.

    Args:
        stand: The window.
        jobs: The job.
    """

    def __init__(self, stand: Stand, jobs: FakeJobService) -> None:
        self.stand = stand
        self.jobs = jobs

    @property
    def pages(self) -> JobPages:
        return self.stand.presenter.job_pages

    @property
    def results(self) -> ResultsPresenter:
        assert self.pages.results is not None
        return self.pages.results

    def press(self, key: Qt.Key) -> None:
        focus = self.stand.window.focusWidget()
        assert focus is not None
        QTest.keyClick(focus, key)

    async def open_row(self, place: int = 0) -> None:
        """Go to a row and press Enter."""
        pane = self.results._pane
        await self.stand.until(lambda: pane.model.answer(place) is not None)
        pane.table.setCurrentIndex(pane.model.index(place, 0))
        pane.table.setFocus()
        self.press(Qt.Key.Key_Return)
        await self.stand.until(lambda: f"Row {place + 1}" in pane.row.title.accessibleName())

    async def open_result(self) -> None:
        """Open what came of the first row."""
        await self.open_row()
        self.press(Qt.Key.Key_Return)
        await self.stand.until(lambda: self.pages.row is not None and self.pages.row.page.content is not None)


@asynccontextmanager
async def opened(size: tuple[int, int] = (1200, 800)) -> AsyncIterator[Opened]:
    jobs = FakeJobService()
    made = msgspec.structs.replace(an_answer(1, ""), data={}, answered={}, text="1 row")
    answers: list[Answer] = [made, an_answer(2, "Words")]
    job = jobs.hold(a_job(1, JobState.FINISHED, counts_of(answers)), answers)
    jobs.results[1, 1] = RowResult(TABLE.result, RowDetail(made, "", pictures=TABLE.pictures))
    async with window_over(FakeSurroundings(jobs=jobs).with_key(), size=size) as stand:
        stand.presenter.show_jobs()
        stand.presenter.job_pages.open(job)
        yield Opened(stand, jobs)


async def test_enter_opens_a_row_and_enter_again_what_came_of_it_beside_its_picture() -> None:
    async with opened() as made:
        await made.open_result()
        assert made.stand.window.page() == "row"
        assert made.pages.row is not None
        page = made.pages.row.page
        assert isinstance(page.content, SheetView)
        await made.stand.until(lambda: not page.stage.first.picture_size().isEmpty())
        assert "Row 1" in page.header.title.accessibleName()
        assert page.content.boxes(0)
        await made.stand.until(lambda: unnamed(made.stand.window) == [])


async def test_the_button_does_the_same() -> None:
    async with opened() as made:
        await made.open_row()
        made.results._pane.row.open_button.click()
        await made.stand.until(lambda: made.stand.window.page() == "row")


async def test_words_have_nothing_to_open() -> None:
    async with opened() as made:
        await made.open_row(1)
        made.press(Qt.Key.Key_Return)
        assert made.results._pane.row.open_button.isHidden()
        assert made.stand.window.page() == "results"


async def test_escape_goes_back_to_the_row_in_the_results() -> None:
    async with opened() as made:
        await made.open_result()
        made.stand.window.left_page.emit()
        assert made.stand.window.page() == "results"
        assert made.results._pane.row_open
        await made.stand.until(made.results._pane.table.hasFocus)


async def test_in_a_narrow_window_enter_on_the_row_opens_it_and_the_keyboard_comes_back_to_it() -> None:
    async with opened((520, 700)) as made:
        await made.open_result()
        made.stand.window.left_page.emit()
        await made.stand.until(made.results._pane.row.area.hasFocus)


async def test_a_row_that_is_gone_says_so() -> None:
    async with opened() as made:
        await made.open_row()
        made.jobs.failure = JobError("There is no row 1 in this job.", "")
        made.press(Qt.Key.Key_Return)
        await made.stand.until(lambda: made.stand.window.page() == "row")
        assert made.pages.row is not None
        notice = made.pages.row.page.notice
        await made.stand.until(lambda: notice.text() == "There is no row 1 in this job.")
