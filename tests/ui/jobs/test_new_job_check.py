"""What was read for a new job is looked at before anything is sent."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from kireji.core.errors import BudgetReached, JobError, PriceUnknown, ProviderError
from kireji.core.jobs.states import JobState, RowState
from kireji.core.jobs.values import Estimate, ImportProgress, Row
from kireji.ui.jobs.new_job_bad import PAGE
from kireji.ui.jobs.new_job_dialog import Step
from tests.fakes.job_service import a_job, an_answer
from tests.support.accessibility import unnamed
from tests.support.waiting import until_true
from tests.ui.jobs.new_job_support import Making, making

pytestmark = pytest.mark.qt

OVER = "This could pass your budget of $0.50 for today. Raise it in the settings."


def bad(number: int) -> list[Row]:
    return [Row(n, n, "", RowState.INVALID, f"Line {n} is no JSON.") for n in range(1, number + 1)]


async def checked(made: Making, rows: int = 3, refused: int = 0) -> None:
    """A job whose rows are read."""
    made.jobs.refused = bad(refused)
    waiting = [an_answer(n, "", RowState.PENDING) for n in range(1, rows + 1)]
    made.jobs.read = [*waiting, *(an_answer(rows + n, "", RowState.INVALID) for n in range(1, refused + 1))]
    await made.open(made.file("rows.jsonl"))
    await made.read()
    assert made.dialog.step is Step.READY


async def test_how_far_the_reading_is(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        made.jobs.reading = asyncio.Event()
        made.jobs.told = [ImportProgress(420_331, 3, 431, 1_000)]
        await made.open(made.file("rows.jsonl"))
        made.dialog.check_button.click()
        await until_true(lambda: made.jobs.orders)
        await until_true(lambda: made.check.reading.bar.value() == 431)
        assert made.check.reading.state.text() == "420,331 lines read · 3 cannot be used"
        made.jobs.reading.set()


async def test_the_reading_can_be_stopped(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        made.jobs.reading = asyncio.Event()
        await made.open(made.file("rows.jsonl"))
        made.dialog.check_button.click()
        await until_true(lambda: made.jobs.orders)
        made.check.reading.stop.click()
        assert made.dialog.step is Step.FORM
        assert made.form.source.problem.text() == "The reading was stopped; nothing of it was kept."
        await asyncio.sleep(0)
        assert made.jobs.held == {}


async def test_why_nothing_could_be_read_stands_in_the_form(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await made.open(made.file("rows.jsonl"))
        made.jobs.failure = JobError("There is no row in it that could be asked.", "Each line is a JSON object.")
        await made.read()
        assert made.dialog.step is Step.FORM
        assert made.form.source.problem.text() == (
            "There is no row in it that could be asked. Each line is a JSON object."
        )


async def test_rows_and_duplicates_are_counted(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        made.jobs.read = [an_answer(1, "", RowState.PENDING), an_answer(2, "", RowState.SAME, same_as=1)]
        await made.open(made.file("rows.jsonl"))
        await made.read()
        assert made.check.found.text() == "1 row to ask · 1 duplicate merged"


async def test_bad_lines_are_listed_with_line_and_reason(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await checked(made, refused=2)
        await until_true(lambda: made.check.lines.rowCount() == 2)
        lines = made.check.lines
        assert made.check.refused.text() == "2 lines cannot be used. The others can go on without them."
        assert [lines.index(1, at).data() for at in (0, 1)] == ["2", "Line 2 is no JSON."]
        assert made.dialog.start.isEnabled()


async def test_thousands_of_bad_lines_are_fetched_as_they_are_scrolled(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await checked(made, refused=5 * PAGE)
        await until_true(lambda: made.check.lines.rowCount())
        assert made.check.lines.rowCount() <= 2 * PAGE
        while made.check.lines.canFetchMore():
            made.check.table.scrollToBottom()
            await asyncio.sleep(0)
            made.check.lines.fetchMore()
            await asyncio.sleep(0.001)
        assert made.check.lines.rowCount() == 5 * PAGE


async def test_bad_lines_can_be_copied(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await checked(made, refused=2)
        await until_true(lambda: made.check.lines.rowCount() == 2)
        made.check.copy.click()
        assert QGuiApplication.clipboard().text() == "1\tLine 1 is no JSON.\n2\tLine 2 is no JSON."


async def test_cost_and_time_are_told_before_anything_is_sent(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        made.jobs.expected = Estimate(3, 3_000, 900, 0.34, 0.912, 0.5, 86_400, 1_800)
        await checked(made)
        check = made.check
        assert (check.expected.text(), check.most.text()) == ("$0.34", "$0.91")
        assert check.time.text() == "usually 30 minutes, at most 24 hours"
        assert check.share.text() == "half price"
        assert check.tokens.text() == "≈ 3,000 read, 900 written"
        assert [order[0] for order in made.jobs.orders] == ["add"]


async def test_a_job_over_a_budget_cannot_be_started_and_says_the_next_step(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        made.jobs.expected = msgspec.structs.replace(made.jobs.expected, over_budget=OVER)
        await checked(made)
        assert made.check.problem.text() == OVER
        assert not made.dialog.start.isEnabled()
        wanted: list[bool] = []
        made.presenter.budgets_wanted.connect(lambda: wanted.append(True))
        made.check.budgets.click()
        await until_true(lambda: made.presenter.dialog is None)
        assert wanted
        assert made.jobs.held[1].state is JobState.READY


async def test_it_is_started(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await checked(made)
        made.dialog.start.click()
        await until_true(lambda: made.made)
        assert made.made[0].state is JobState.RUNNING
        await until_true(lambda: made.presenter.dialog is None)


async def test_a_budget_that_was_used_up_meanwhile_is_told(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await checked(made)
        made.jobs.failure = BudgetReached(OVER)
        made.jobs.expected = msgspec.structs.replace(made.jobs.expected, over_budget=OVER)
        made.dialog.start.click()
        await until_true(made.check.problem.text)
        assert made.check.problem.text() == OVER
        assert not made.dialog.start.isEnabled()


async def test_a_job_of_unknown_price_runs_when_the_person_says_so(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        made.jobs.expected = msgspec.structs.replace(made.jobs.expected, cost=None, most=None)
        await checked(made)
        assert made.check.expected.text() == "not known"
        made.jobs.failure = PriceUnknown("The price is unknown.", "Run it anyway.")
        made.dialog.start.click()
        await until_true(made.check.problem.text)
        assert made.check.unpriced.isVisibleTo(made.dialog)
        made.check.unpriced.click()
        await until_true(lambda: ("allow unpriced", 1) in made.jobs.orders)
        await until_true(lambda: not made.check.problem.text())
        made.dialog.start.click()
        await until_true(lambda: made.made)


async def test_one_row_is_tried_and_counts(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await checked(made)
        made.jobs.dry = an_answer(1, "It is **late**.", cost=0.0007)
        made.check.trying.button.click()
        await until_true(lambda: "counts" in made.check.trying.sentence.text())
        assert made.check.trying.sentence.text() == (
            "Row 1 cost $0.0007, at full price. Its answer counts; it is not asked again."
        )
        assert "It is late." in made.check.trying.view.plain_text()
        await until_true(lambda: ("estimate", 1) in made.jobs.orders)
        assert made.check.trying.button.text() == "Try another row"


async def test_the_others_wait_while_one_row_is_being_asked(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await checked(made)
        made.jobs.dry = an_answer(1, "It is late.")
        made.check.trying.button.click()
        assert not made.dialog.start.isEnabled()
        assert "One row is being asked" in made.dialog.hint.text()
        await until_true(lambda: "counts" in made.check.trying.sentence.text())
        await until_true(made.dialog.start.isEnabled)


async def test_why_a_row_could_not_be_tried_is_told(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await checked(made)
        made.jobs.failure = ProviderError("The service does not answer.", "Try again later.")
        made.check.trying.button.click()
        await until_true(lambda: "does not answer" in made.check.trying.sentence.text())
        assert made.check.trying.button.isEnabled()


async def test_closing_asks_what_becomes_of_the_job(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await checked(made)
        QTest.keyClick(made.dialog, Qt.Key.Key_Escape)
        assert made.dialog.asking
        assert unnamed(made.dialog) == []
        made.dialog.keep.click()
        await until_true(lambda: made.presenter.dialog is None)
        assert made.jobs.held[1].state is JobState.READY
        assert made.made == [made.jobs.held[1]]
        await until_true(lambda: made.jobs.offered == [1])  # from now on another process may start it


async def test_a_job_that_is_not_wanted_goes(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await checked(made)
        made.dialog.close_button.click()
        made.dialog.remove.click()
        await until_true(lambda: not made.jobs.held)


async def test_to_change_something_is_to_read_again(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await checked(made)
        made.dialog.back.click()
        assert made.dialog.step is Step.FORM
        await until_true(lambda: ("remove", 1) in made.jobs.orders)
        made.form.prompt.field.setPlainText("Another")
        await made.read()
        assert made.dialog.step is Step.READY
        assert len([order for order in made.jobs.orders if order[0] == "add"]) == 2


async def test_a_job_of_the_list_is_looked_at_and_stays_when_it_is_closed(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        job = made.jobs.hold(
            msgspec.structs.replace(a_job(7, JobState.READY), estimate=made.jobs.expected, counts=a_job().counts)
        )
        made.presenter.review(job)
        await until_true(lambda: ("estimate", 7) in made.jobs.orders)
        assert not made.dialog.back.isVisibleTo(made.dialog)
        made.dialog.close_button.click()
        await until_true(lambda: made.presenter.dialog is None)
        assert 7 in made.jobs.held


async def test_as_many_rows_go_together_as_the_settings_say(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await made.presenter._services.preferences.set("jobs.rows_per_batch", 250)
        await checked(made)
        [(_, plan, _source)] = [order for order in made.jobs.orders if order[0] == "add"]
        assert plan.rows_per_batch == 250
