"""The list of jobs with real events."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from kireji.core.jobs.states import JobState
from kireji.ui.jobs.columns import Column
from kireji.ui.jobs.commands import Command, Order
from tests.support.accessibility import tree, unnamed
from tests.support.waiting import until_true
from tests.ui.jobs.support import job, of_the_mock_up, page_over, waiting_job

pytestmark = pytest.mark.qt

LONG = "The service refuses the key, because it was revoked by its owner. " * 3 + "Put in a new one, then resume."


def open_menu() -> QMenu:
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


async def test_without_jobs_the_page_says_what_they_are_for() -> None:
    async with page_over([]) as page:
        assert page.pane.empty.isVisible()
        assert not page.list.isVisible()
        assert page.pane.empty.new.text() == "New job"


async def test_arrows_go_through_the_jobs_and_enter_opens_one() -> None:
    async with page_over(of_the_mock_up()) as page:
        page.list.setFocus()
        page.press(Qt.Key.Key_Down)
        page.press(Qt.Key.Key_Return)
        assert page.orders == [Order(Command.OPEN, 3)]


async def test_enter_on_a_job_that_was_never_started_looks_through_it() -> None:
    async with page_over([job(1, JobState.READY, pending=3)]) as page:
        page.list.setFocus()
        page.press(Qt.Key.Key_Return)
        assert page.orders == [Order(Command.REVIEW, 1)]


async def test_delete_removes_what_is_over() -> None:
    async with page_over(of_the_mock_up()) as page:
        page.list.select(2)
        page.press(Qt.Key.Key_Delete)
        assert page.orders == [Order(Command.REMOVE, 2)]


async def test_delete_does_nothing_to_what_runs() -> None:
    async with page_over(of_the_mock_up()) as page:
        page.list.select(4)
        page.press(Qt.Key.Key_Delete)
        assert page.orders == []


async def test_a_click_opens_a_job() -> None:
    async with page_over(of_the_mock_up()) as page:
        page.click(2)
        assert page.orders == [Order(Command.OPEN, 2)]


async def test_a_click_on_the_words_about_failed_rows_tries_them_again() -> None:
    async with page_over(of_the_mock_up()) as page:
        page.click(3, "retry")
        assert page.orders == [Order(Command.RETRY, 1)]


async def test_a_row_without_failures_has_no_such_words() -> None:
    async with page_over(of_the_mock_up()) as page:
        assert not page.part_exists(2, "retry")


@pytest.mark.parametrize("way", ["dots", "key", "mouse"])
async def test_the_menu_of_a_job_opens_in_three_ways(way: str) -> None:
    async with page_over(of_the_mock_up()) as page:
        page.list.setFocus()
        page.list.select(2)
        if way == "dots":
            page.click(2, "more")
        elif way == "key":
            page.press(Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
        else:
            place = page.list.visualRect(page.list.rows.index(2, 0)).center()
            event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, page.list.viewport().mapToGlobal(place))
            QApplication.sendEvent(page.list.viewport(), event)
        menu = open_menu()
        assert [action.text() for action in menu.actions() if not action.isSeparator()] == [
            "Open results",
            "Export results…",
            "Remove…",
        ]
        menu.actions()[0].trigger()
        menu.close()
        assert page.orders == [Order(Command.OPEN, 2)]


async def test_what_a_job_needs_stands_below_its_row_with_buttons() -> None:
    async with page_over([job(2, succeeded=1), waiting_job(1)]) as page:
        step = page.pane.steps.step_of(1)
        assert step is not None
        assert page.pane.steps.step_of(2) is None
        assert step.sentence.text() == "The key was revoked. Put in a new one, then resume."
        assert [each.text() for each in step.buttons] == ["Resume", "Cancel the job"]
        row = page.list.visualRect(page.list.rows.index(1, 0))
        assert row.contains(step.geometry())
        QTest.mouseClick(step.buttons[0], Qt.MouseButton.LeftButton)
        assert page.orders == [Order(Command.RESUME, 1)]


@pytest.mark.parametrize("width", [480, 700, 1016])
@pytest.mark.parametrize("scale", [1.0, 1.5])
async def test_a_long_sentence_has_room_at_every_width(width: int, scale: float) -> None:
    async with page_over([waiting_job(1, LONG), job(0, succeeded=3)], (width, 900), scale) as page:
        step = page.pane.steps.step_of(1)
        assert step is not None
        label = step.sentence
        assert label.height() >= label.heightForWidth(label.width())
        for each in (label, *step.buttons):
            assert step.rect().contains(each.rect().translated(each.mapTo(step, QPoint(0, 0))))
        assert page.list.visualRect(page.list.rows.index(0, 0)).contains(step.geometry())


async def test_when_the_person_has_helped_the_row_is_a_row_again() -> None:
    async with page_over([waiting_job(1), job(0, succeeded=3)]) as page:
        page.list.rows.change(job(1, pending=400, succeeded=600))
        page.list.doItemsLayout()
        assert page.pane.steps.step_of(1) is None


@pytest.mark.parametrize("place", [0, 4])
async def test_below_a_row_there_is_room_only_while_it_needs_something(place: int) -> None:
    jobs = [job(number, pending=3) for number in range(5, 0, -1)]
    async with page_over(jobs) as page:
        usual = page.list.contentsSize().height()
        page.list.rows.change(waiting_job(jobs[place].id))
        await until_true(lambda: page.list.contentsSize().height() > usual)
        page.list.rows.change(jobs[place])
        await until_true(lambda: page.list.contentsSize().height() == usual)


async def test_columns_fold_away_where_there_is_no_room() -> None:
    for width, shown in ((1016, 7), (780, 5), (480, 0)):
        async with page_over(of_the_mock_up(), (width, 700)) as page:
            assert len(page.list.delegate.columns().spans) == shown
            assert page.pane.titles.isVisible() is (shown > 0)


async def test_columns_stand_at_the_other_side_in_a_mirrored_window() -> None:
    async with page_over(of_the_mock_up()) as page:
        row = page.list.visualRect(page.list.rows.index(0, 0))
        left = page.list.delegate.columns().cell(Column.JOB, row)
        page.pane.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        right = page.list.delegate.columns().cell(Column.JOB, row)
        assert left.left() - row.left() == row.right() - right.right()


async def test_every_row_is_named_and_so_is_every_button() -> None:
    async with page_over([*of_the_mock_up(), waiting_job(0)]) as page:
        assert unnamed(page.pane) == []
        names = [node.name for node in tree(page.pane)]
        assert any(name.startswith("Receipts 2026, running, 976 done") for name in names)
        assert "Resume: Receipts 2026" in names


async def test_the_keyboard_stays_on_its_job_while_new_ones_come() -> None:
    async with page_over(of_the_mock_up()) as page:
        page.list.select(2)
        page.pane.show_jobs([job(5, JobState.IMPORTING), *of_the_mock_up()])
        current = page.list.current()
        assert current is not None
        assert current.id == 2


async def test_the_keyboard_goes_to_the_next_job_when_one_is_gone() -> None:
    async with page_over(of_the_mock_up()) as page:
        page.list.select(3)
        page.pane.show_jobs([each for each in of_the_mock_up() if each.id != 3])
        current = page.list.current()
        assert current is not None
        assert current.id in (2, 4)


async def test_a_change_elsewhere_moves_nothing() -> None:
    jobs = [job(number, succeeded=number) for number in range(60, 0, -1)]
    async with page_over(jobs, (1016, 400)) as page:
        page.list.verticalScrollBar().setValue(500)
        page.list.rows.change(job(30, succeeded=29, errored=1))
        assert page.list.verticalScrollBar().value() == 500


async def test_thousands_of_jobs_make_widgets_only_for_what_is_seen() -> None:
    jobs = [waiting_job(number) for number in range(5_000, 0, -1)]
    async with page_over(jobs, (1016, 700)) as page:
        for value in (0, 100_000, 300_000, page.list.verticalScrollBar().maximum()):
            page.list.verticalScrollBar().setValue(value)
        assert 0 < len(page.pane.steps.steps) < 40
