"""From all jobs to the results of one and back, and to the window in which one is made."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from kireji.core.jobs.states import JobState
from tests.fakes.job_service import an_answer
from tests.support.accessibility import unnamed
from tests.ui.jobs.support import job
from tests.ui.jobs.test_page import choose, held, jobs_page, pane, press, surroundings
from tests.ui.window.support import Stand, window_over

pytestmark = pytest.mark.qt

DONE = job(2, JobState.FINISHED, succeeded=3)
ANSWERS = [an_answer(number, f"Answer {number}") for number in (1, 2, 3)]


async def opened(stand: Stand) -> None:
    """Show the results of a job by Enter."""
    held(stand.below).hold(DONE, ANSWERS)
    pane(stand).list.select(2)
    press(stand, Qt.Key.Key_Return)
    await stand.until(lambda: stand.window.page() == "results")


async def press_escape(stand: Stand) -> None:
    stand.window.activateWindow()
    await stand.until(stand.window.isActiveWindow)
    QTest.keyClick(stand.window, Qt.Key.Key_Escape)


async def test_enter_shows_the_results_of_a_job_in_the_same_place() -> None:
    async with jobs_page(DONE, job(1)) as stand:
        await opened(stand)
        pages = stand.presenter.job_pages
        assert pages.results is not None
        assert pages.results.job == DONE
        assert stand.window.sidebar.jobs.button.isChecked()
        await stand.until(lambda: unnamed(stand.window) == [])


async def test_escape_goes_back_to_the_job() -> None:
    async with jobs_page(DONE, job(1)) as stand:
        await opened(stand)
        await press_escape(stand)
        await stand.until(lambda: stand.window.page() == "jobs")
        await stand.until(pane(stand).list.hasFocus)
        current = pane(stand).list.current()
        assert current is not None
        assert current.id == 2


async def test_escape_in_the_list_leaves_it_as_it_is() -> None:
    async with jobs_page(DONE) as stand:
        await press_escape(stand)
        assert stand.window.page() == "jobs"


async def test_a_job_that_is_removed_while_it_is_shown_goes_back_to_all_jobs() -> None:
    async with jobs_page(DONE, job(1)) as stand:
        await opened(stand)
        del held(stand.below).held[2]
        held(stand.below).changed.publish(2)
        await stand.until(lambda: stand.window.page() == "jobs")


async def test_export_opens_the_results_and_asks_where_to() -> None:
    async with jobs_page(DONE) as stand:
        held(stand.below).hold(DONE, ANSWERS)
        choose(stand, 2, "Export results…")
        results = stand.presenter.job_pages.results
        assert results is not None
        await stand.until(lambda: results.exporter.files is not None)
        assert results.exporter.files is not None
        results.exporter.files.reject()
        assert stand.window.page() == "results"


async def test_a_new_job_is_begun_from_the_page() -> None:
    async with jobs_page(DONE) as stand:
        pane(stand).header.new.click()
        making = stand.presenter.job_pages.making
        assert making is not None
        await stand.until(lambda: making.dialog is not None and making.dialog.isVisible())


async def test_the_import_asks_of_what_kind_and_then_for_the_file() -> None:
    async with jobs_page() as stand:
        pane(stand).empty.import_.click()
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        assert [each.text() for each in menu.actions()] == ["JSONL or CSV file…", "Folder of pictures…"]
        menu.actions()[0].trigger()
        menu.close()
        making = stand.presenter.job_pages.making
        assert making is not None
        assert making.choosing is not None
        files = making.choosing.files
        assert files is not None
        files.reject()


async def test_a_job_that_waits_for_its_start_is_looked_through_first() -> None:
    async with jobs_page(job(1, JobState.READY, pending=3)) as stand:
        await stand.until(pane(stand).list.hasFocus)
        press(stand, Qt.Key.Key_Return)
        making = stand.presenter.job_pages.making
        assert making is not None
        await stand.until(lambda: making.dialog is not None and making.dialog.isVisible())
        assert held(stand.below).held[1].state is JobState.READY


async def test_a_click_on_a_notification_shows_the_job() -> None:
    async with window_over(surroundings(DONE, job(1))) as stand:
        stand.presenter.show_jobs(1)
        await stand.until(lambda: pane(stand).known and pane(stand).list.hasFocus())
        current = pane(stand).list.current()
        assert current is not None
        assert current.id == 1
