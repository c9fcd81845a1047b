"""From the list of jobs to their results and back, and to the window in which one is made."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from kireji.core.jobs.states import JobState, RowState
from kireji.core.jobs.values import SourceHead
from kireji.ui.jobs.commands import Command, Order
from kireji.ui.jobs.new_job_dialog import NewJobDialog, Step
from kireji.ui.jobs.pages import JobPages
from tests.fakes.job_service import ESTIMATE, FakeJobService, a_job, an_answer, counts_of
from tests.fakes.services import FakeSurroundings
from tests.ui.window.support import Stand, window_over

pytestmark = pytest.mark.qt

ROWS = [an_answer(1, "One"), an_answer(2, "Two")]


def below_of(jobs: FakeJobService) -> FakeSurroundings:
    return FakeSurroundings(jobs=jobs).with_key()


async def pages_of(stand: Stand) -> JobPages:
    """The page of jobs, filled."""
    stand.presenter.show_jobs()
    pages = stand.presenter.job_pages
    await stand.until(lambda: pages.jobs.pane.known)
    return pages


async def test_a_job_opens_its_results_and_escape_comes_back_to_it() -> None:
    jobs = FakeJobService()
    jobs.hold(a_job(1, counts=counts_of(ROWS)), ROWS)
    async with window_over(below_of(jobs)) as stand:
        pages = await pages_of(stand)
        pages.jobs.pane.list.ordered.emit(Order(Command.OPEN, 1))
        assert stand.window.page() == "results"
        assert pages.results is not None
        await stand.until(lambda: pages.results and pages.results.job)
        stand.window.left_page.emit()
        assert stand.window.page() == "jobs"


async def test_a_job_that_is_ready_is_looked_at_and_started() -> None:
    jobs = FakeJobService()
    waiting = [an_answer(1, "", RowState.PENDING)]
    jobs.hold(a_job(1, JobState.READY, counts_of(waiting), estimate=ESTIMATE), waiting)
    async with window_over(below_of(jobs)) as stand:
        pages = await pages_of(stand)
        pages.jobs.pane.list.ordered.emit(Order(Command.REVIEW, 1))
        await stand.until(lambda: stand.window.findChildren(NewJobDialog))
        dialog = stand.window.findChildren(NewJobDialog)[0]
        assert dialog.step is Step.READY
        dialog.start.click()
        await stand.until(lambda: jobs.held[1].state is JobState.RUNNING)
        assert stand.window.page() == "jobs"


async def test_a_file_that_is_dropped_on_the_page_begins_a_job(tmp_path: Path) -> None:
    jobs = FakeJobService()
    path = tmp_path / "mails.csv"
    path.touch()
    jobs.heads[str(path)] = SourceHead(bytes=1, columns=("mail",), first=("Dear team",))
    async with window_over(below_of(jobs)) as stand:
        pages = await pages_of(stand)
        pane = pages.jobs.pane
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path))])
        none = Qt.KeyboardModifier.NoModifier
        left = Qt.MouseButton.LeftButton
        enter = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, data, left, none)
        QApplication.sendEvent(pane, enter)
        assert enter.isAccepted()
        assert not pages._dropping.hint.isHidden()
        QApplication.sendEvent(pane, QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, left, none))
        assert pages._dropping.hint.isHidden()
        await stand.until(lambda: stand.window.findChildren(NewJobDialog))
        form = stand.window.findChildren(NewJobDialog)[0].form
        await stand.until(lambda: form.head is not None)
        assert form.source.title.accessibleName() == "mails.csv"


async def test_words_that_are_dragged_over_the_page_are_no_job() -> None:
    async with window_over(below_of(FakeJobService())) as stand:
        pages = await pages_of(stand)
        data = QMimeData()
        data.setText("hello")
        enter = QDragEnterEvent(
            QPoint(5, 5),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        enter.ignore()
        QApplication.sendEvent(pages.jobs.pane, enter)
        assert not enter.isAccepted()
        assert pages._dropping.hint.isHidden()
