"""The page of jobs in the real window, over jobs in memory."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from kireji.core.errors import BudgetReached, StoreError
from kireji.core.jobs.states import JobState
from kireji.core.jobs.values import Job
from kireji.ui.jobs.asking import Question
from kireji.ui.jobs.pane import JobsPane
from tests.fakes.job_service import FakeJobService
from tests.fakes.services import FakeSurroundings
from tests.support.accessibility import reached_by_tab, unnamed
from tests.ui.jobs.support import job, of_the_mock_up, waiting_job
from tests.ui.window.support import Stand, window_over

pytestmark = pytest.mark.qt


@asynccontextmanager
async def jobs_page(*jobs: Job, size: tuple[int, int] = (1200, 800)) -> AsyncIterator[Stand]:
    """The window with the page of jobs."""
    async with window_over(surroundings(*jobs), size=size) as stand:
        stand.window.sidebar.jobs.button.click()
        await stand.until(lambda: pane(stand).known)
        yield stand


def surroundings(*jobs: Job) -> FakeSurroundings:
    below = FakeSurroundings(jobs=FakeJobService()).with_key()
    for each in jobs:
        held(below).hold(each)
    return below


def held(below: FakeSurroundings) -> FakeJobService:
    assert below.jobs is not None
    return below.jobs


def pane(stand: Stand) -> JobsPane:
    found = stand.window.findChildren(JobsPane)
    assert len(found) == 1
    return found[0]


def question(stand: Stand) -> Question:
    found = [each for each in stand.window.findChildren(Question) if each.isVisible()]
    assert len(found) == 1
    return found[0]


def press(stand: Stand, key: Qt.Key) -> None:
    QTest.keyClick(pane(stand).list, key)


def choose(stand: Stand, number: int, words: str) -> None:
    """Choose something from the menu of a job."""
    rows = pane(stand).list.rows
    found = rows.job(rows.find(number))
    assert found is not None
    menu = pane(stand).list.menu_for(found)
    action = next(each for each in menu.actions() if each.text() == words)
    action.trigger()
    menu.deleteLater()


async def test_the_entry_of_the_sidebar_shows_the_page() -> None:
    async with jobs_page(*of_the_mock_up()) as stand:
        assert stand.window.page() == "jobs"
        assert stand.window.sidebar.jobs.button.isChecked()
        assert [each.plan.name for each in pane(stand).list.rows.jobs] == [
            "Receipts 2026",
            "Alt text for docs",
            "Support mail triage",
            "Moderate comments",
        ]


async def test_the_keyboard_is_in_the_list_at_once() -> None:
    async with jobs_page(*of_the_mock_up()) as stand:
        await stand.until(lambda: pane(stand).list.hasFocus())


async def test_nothing_is_watched_while_the_page_is_not_shown() -> None:
    async with jobs_page(*of_the_mock_up()) as stand:
        with_page = held(stand.below).watchers
        stand.window.sidebar.new_clicked.emit()
        await stand.until(lambda: held(stand.below).watchers == with_page - 1)
        assert stand.window.page() == "chat"
        assert not stand.window.sidebar.jobs.button.isChecked()


async def test_a_job_that_changes_says_so() -> None:
    async with jobs_page(*of_the_mock_up()) as stand:
        held(stand.below).hold(job(3, JobState.FINISHED, name="Alt text for docs", succeeded=212))
        await stand.until(lambda: pane(stand).list.rows.jobs[1].state is JobState.FINISHED)


async def test_a_new_job_comes_to_the_top() -> None:
    async with jobs_page(*of_the_mock_up()) as stand:
        held(stand.below).hold(job(9, JobState.IMPORTING, name="Another"))
        await stand.until(lambda: pane(stand).list.rows.jobs[0].id == 9)


async def test_a_job_that_somebody_else_removes_goes() -> None:
    async with jobs_page(*of_the_mock_up()) as stand:
        del held(stand.below).held[2]
        held(stand.below).changed.publish(2)
        await stand.until(lambda: len(pane(stand).list.rows.jobs) == 3)


@pytest.mark.parametrize(
    ("words", "order", "state"),
    [("Pause", "pause", JobState.PAUSED), ("Cancel the job", "cancel", JobState.CANCELLING)],
)
async def test_a_job_does_what_its_menu_says(words: str, order: str, state: JobState) -> None:
    async with jobs_page(job(1, pending=5)) as stand:
        choose(stand, 1, words)
        await stand.until(lambda: pane(stand).list.rows.jobs[0].state is state)
        assert held(stand.below).orders == [(order, 1)]


async def test_what_is_with_the_service_is_cancelled_only_after_a_question() -> None:
    async with jobs_page(job(1, taken=5)) as stand:
        choose(stand, 1, "Cancel the job")
        assert question(stand).no.hasFocus() or question(stand).no.isDefault()
        question(stand).reject()
        assert held(stand.below).orders == []
        choose(stand, 1, "Cancel the job")
        question(stand).yes.click()
        await stand.until(lambda: held(stand.below).orders == [("cancel", 1)])
        await stand.until(lambda: pane(stand).list.rows.jobs[0].state is JobState.CANCELLING)


async def test_delete_asks_and_then_removes() -> None:
    async with jobs_page(*of_the_mock_up()) as stand:
        pane(stand).list.select(2)
        press(stand, Qt.Key.Key_Delete)
        question(stand).yes.click()
        await stand.until(lambda: 2 not in held(stand.below).held)
        await stand.until(lambda: len(pane(stand).list.rows.jobs) == 3)


async def test_failed_rows_are_tried_again() -> None:
    async with jobs_page(*of_the_mock_up()) as stand:
        choose(stand, 1, "Retry the 19 rows that failed")
        await stand.until(lambda: held(stand.below).orders == [("retry", 1)])


async def test_the_next_step_of_a_job_that_needs_the_person_is_a_button() -> None:
    async with jobs_page(waiting_job(1)) as stand:
        await stand.until(lambda: pane(stand).steps.step_of(1) is not None)
        step = pane(stand).steps.step_of(1)
        assert step is not None
        step.buttons[0].click()
        await stand.until(lambda: pane(stand).list.rows.jobs[0].state is JobState.RUNNING)
        assert held(stand.below).orders == [("resume", 1)]


async def test_uncertain_rows_are_sent_again_only_after_a_question() -> None:
    async with jobs_page(job(1, JobState.NEEDS_YOU, uncertain=5)) as stand:
        await stand.until(lambda: pane(stand).steps.step_of(1) is not None)
        step = pane(stand).steps.step_of(1)
        assert step is not None
        step.buttons[0].click()
        assert "paid for twice" in question(stand).accessibleDescription()
        question(stand).yes.click()
        await stand.until(lambda: held(stand.below).orders == [("decide", 1, True)])


async def test_uncertain_rows_count_as_failed_without_one() -> None:
    async with jobs_page(job(1, JobState.NEEDS_YOU, uncertain=5)) as stand:
        await stand.until(lambda: pane(stand).steps.step_of(1) is not None)
        step = pane(stand).steps.step_of(1)
        assert step is not None
        step.buttons[1].click()
        await stand.until(lambda: held(stand.below).orders == [("decide", 1, False)])


async def test_why_an_order_was_not_carried_out_is_said_on_the_page() -> None:
    async with jobs_page(waiting_job(1)) as stand:
        held(stand.below).failure = BudgetReached("It could pass the budget of this month.", "Raise it, then resume.")
        choose(stand, 1, "Resume")
        await stand.until(lambda: "budget of this month" in pane(stand).notice.sentence())


async def test_jobs_that_cannot_be_read_are_not_none() -> None:
    below = surroundings()

    async def broken() -> list[object]:
        raise StoreError("The queue cannot be read.", "Look at the disk.")

    held(below).jobs = broken  # type: ignore[method-assign,assignment]
    async with window_over(below) as stand:
        stand.window.sidebar.jobs.button.click()
        await stand.until(lambda: "cannot be read" in pane(stand).notice.sentence())
        assert not pane(stand).empty.isVisible()


async def test_everything_on_the_page_has_a_name_and_is_reached_by_tab() -> None:
    async with jobs_page(*of_the_mock_up(), waiting_job(9)) as stand:
        await stand.until(lambda: pane(stand).steps.step_of(9) is not None)
        assert unnamed(stand.window) == []
        step = pane(stand).steps.step_of(9)
        assert step is not None
        header = pane(stand).header
        assert {header.import_, header.new, pane(stand).list, *step.buttons} <= reached_by_tab(stand.window)


async def test_in_a_narrow_window_the_conversations_are_a_button_away() -> None:
    async with jobs_page(*of_the_mock_up(), size=(500, 700)) as stand:
        assert pane(stand).header.menu.isVisible()
        pane(stand).header.menu.click()
        assert stand.window.sidebar.isVisible()


async def test_without_jobs_both_ways_to_begin_are_shown() -> None:
    async with jobs_page() as stand:
        assert pane(stand).empty.isVisible()
        assert pane(stand).empty.new.isVisible()
        assert pane(stand).empty.import_.isVisible()


async def test_the_badge_says_what_runs_and_what_waits() -> None:
    async with window_over(surroundings(*of_the_mock_up())) as stand:
        entry = stand.window.sidebar.jobs
        await stand.until(lambda: entry.badge.text() == "2 running")
        assert entry.button.accessibleName() == "Jobs, 2 running"
        held(stand.below).hold(waiting_job(9))
        await stand.until(lambda: entry.badge.text() == "1 needs you")
        for number in (3, 4, 9):
            held(stand.below).hold(job(number, JobState.FINISHED, succeeded=1))
        await stand.until(lambda: entry.badge.isHidden())


async def test_without_jobs_there_is_no_badge_and_no_page() -> None:
    async with window_over(surroundings()) as stand:
        assert stand.window.sidebar.jobs.badge.isHidden()
        assert not stand.window.findChildren(JobsPane)


def test_the_program_loads_nothing_of_the_page_before_it_is_shown() -> None:
    code = (
        "import sys, kireji.ui.application, kireji.ui.tray_presenter, kireji.ui.window_presenter;"
        "print(*[name for name in sys.modules if name.startswith('kireji.ui.jobs')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == []


async def test_ctrl_j_shows_the_jobs() -> None:
    async with window_over(surroundings()) as stand:
        stand.window.activateWindow()
        await stand.until(stand.window.isActiveWindow)
        QTest.keyClick(stand.window, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
        await stand.until(lambda: stand.window.page() == "jobs")


async def test_the_settings_leave_the_jobs() -> None:
    async with jobs_page(*of_the_mock_up()) as stand:
        stand.window.open_settings()
        assert stand.window.page() == "settings"
        assert not stand.window.sidebar.jobs.button.isChecked()
        stand.window.sidebar.jobs.button.click()
        assert stand.window.page() == "jobs"
