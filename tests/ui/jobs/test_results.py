"""The table of a job's rows: in the order of the input, fetched as it is scrolled, filled in while the job runs."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from kireji.core.jobs.answers import Answer
from kireji.core.jobs.states import JobState, RowState
from kireji.core.jobs.values import JobPlan, Outcome
from kireji.ui.jobs.results_model import PAGE
from tests.fakes.job_service import a_job, an_answer
from tests.support.accessibility import unnamed
from tests.support.waiting import until_true
from tests.ui.jobs.results_support import SCHEMA, results_of

pytestmark = pytest.mark.qt

TABLE = a_job(plan=JobPlan("Receipts", "anthropic", "claude-haiku-5-5", schema=SCHEMA))


def many(number: int, state: RowState = RowState.SUCCEEDED) -> list[Answer]:
    return [an_answer(n, f"Answer {n}" if state is RowState.SUCCEEDED else "", state) for n in range(1, number + 1)]


async def test_rows_stand_in_the_order_of_the_input() -> None:
    async with results_of([an_answer(1, "One", id="a"), an_answer(2, "**Two**\n\nand more", cached=True)]) as results:
        await until_true(lambda: results.row(1)[3])
        assert results.titles() == ["#", "Row", "State", "Answer", "Cost"]
        assert results.row(0) == ["1", "a", "done", "One", "$0.0002"]
        assert results.row(1) == ["2", "Question 2", "done · reused", "Two and more", "–"]


async def test_answers_that_follow_a_schema_stand_in_typed_columns() -> None:
    data = {"shop": "Edeka", "total": 1463.5, "items": 1021, "paid": True, "lines": [{"n": "Brot"}]}
    async with results_of([an_answer(1, "{…}", data=data)], TABLE) as results:
        await until_true(lambda: results.row(0)[3])
        assert results.titles()[3:-1] == ["shop", "total", "items", "paid", "lines"]
        assert results.row(0)[3:-1] == ["Edeka", "1,463.5", "1,021", "yes", '[{"n": "Brot"}]']


async def test_numbers_stand_at_the_end_of_their_column() -> None:
    async with results_of([an_answer(1, "{…}", data={"total": 1})], TABLE) as results:
        model = results.pane.model
        sides = {model.headerData(at, Qt.Orientation.Horizontal): model.alignment(at) for at in range(9)}
        assert sides["total"] & Qt.AlignmentFlag.AlignTrailing
        assert sides["items"] & Qt.AlignmentFlag.AlignTrailing
        assert not sides["shop"] & Qt.AlignmentFlag.AlignTrailing


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (an_answer(1, "", RowState.ERRORED, error="The picture is too large."), "The picture is too large."),
        (an_answer(1, "", RowState.EXPIRED), "It was not answered in time. Retry asks it again."),
        (an_answer(1, "", RowState.INVALID, sentence="The line is no JSON."), "The line is no JSON."),
        (an_answer(1, "  "), "The answer is empty."),
        (an_answer(1, "{", error="It does not fit the schema."), "It does not fit the schema."),
    ],
)
async def test_a_row_without_an_answer_says_why(answer: Answer, said: str) -> None:
    async with results_of([answer]) as results:
        await until_true(lambda: results.row(0)[3])
        assert results.row(0)[3] == said


async def test_rows_that_only_wait_do_not_all_say_the_same_sentence() -> None:
    async with results_of([an_answer(1, "", RowState.TAKEN), an_answer(2, "", RowState.PENDING)]) as results:
        await until_true(lambda: results.row(1)[2])
        assert [results.row(place)[2:4] for place in (0, 1)] == [["on its way", ""], ["waits", ""]]


async def test_a_row_that_asks_what_another_asks_stands_as_that_one_does() -> None:
    shared = an_answer(2, "One", RowState.SAME, same_as=1, outcome=Outcome.SUCCEEDED)
    async with results_of([an_answer(1, "One"), shared]) as results:
        await until_true(lambda: results.row(1)[3])
        assert results.row(1)[2:] == ["done", "One", "–"]


async def test_only_what_is_looked_at_is_fetched_of_a_hundred_thousand_rows() -> None:
    async with results_of(many(100_000)) as results:
        await until_true(lambda: results.row(0)[3])
        results.pane.table.mark(99_999)
        await until_true(lambda: results.row(99_999)[3] == "Answer 100000")
        assert results.pane.model.rowCount() == 100_000
        assert {limit for _, _, limit in results.jobs.asked} == {PAGE}
        assert len(results.jobs.asked) <= 6


async def test_rows_that_were_scrolled_past_are_not_fetched() -> None:
    async with results_of(many(100_000)) as results:
        await until_true(lambda: results.row(0)[3])
        results.jobs.asked.clear()
        for place in range(1_000, 90_000, 1_000):  # the loop has no time in between
            results.pane.table.mark(place)
            results.pane.table.viewport().grab()
        await until_true(lambda: results.row(89_000)[3])
        assert len(results.jobs.asked) < 10


async def test_answers_fill_in_while_the_job_runs_and_nothing_jumps() -> None:
    waiting = many(500, RowState.TAKEN)
    async with results_of(waiting) as results:
        await until_true(lambda: results.row(0)[2])
        results.pane.table.mark(120)
        results.pane.table.verticalScrollBar().setValue(110)
        await until_true(lambda: results.row(120)[2])
        results.hold(many(300) + waiting[300:])
        await until_true(lambda: results.row(120)[3] == "Answer 121")
        assert results.pane.table.verticalScrollBar().value() == 110
        assert results.pane.table.currentIndex().row() == 120
        assert results.pane.filters.values() == ("", "done", "failed")


async def test_failed_rows_alone() -> None:
    rows = [an_answer(n, f"{n}", RowState.ERRORED if n % 2 else RowState.SUCCEEDED) for n in range(1, 401)]
    async with results_of(rows) as results:
        await until_true(lambda: results.row(0)[3])
        results.pane.filters.press("failed")
        await until_true(lambda: results.pane.model.rowCount() and results.row(1)[0] == "3")
        results.pane.table.scrollToBottom()
        await until_true(lambda: results.pane.model.rowCount() == 200)
        assert results.row(199)[0] == "399"


async def test_it_is_said_that_no_row_has_failed() -> None:
    async with results_of(many(3)) as results:
        results.pane.filters.press("failed")
        assert results.pane.empty.text() == "No row has failed."
        assert results.pane.table.isHidden()


async def test_the_first_failure_comes_into_a_view_that_had_none() -> None:
    async with results_of(many(3, RowState.TAKEN)) as results:
        results.pane.filters.press("failed")
        results.hold([an_answer(1, "", RowState.ERRORED, error="No."), *many(3, RowState.TAKEN)[1:]])
        await until_true(lambda: results.pane.model.rowCount() == 1)
        assert not results.pane.table.isHidden()


async def test_retry_asks_for_failed_rows_alone() -> None:
    rows = [an_answer(1, "", RowState.ERRORED), an_answer(2, "Two")]
    async with results_of(rows, a_job(state=JobState.FINISHED)) as results:
        results.pane.retry.click()
        await until_true(lambda: results.pane.work.sentence.text())
        assert results.jobs.orders == [("retry", 1)]
        assert results.pane.work.sentence.text() == "1 row is asked again."


async def test_there_is_nothing_to_retry_where_none_has_failed() -> None:
    async with results_of(many(2)) as results:
        assert results.pane.retry.isHidden()


async def test_why_a_job_needs_the_person_stands_above_the_table() -> None:
    job = a_job(state=JobState.NEEDS_YOU, sentence="The key was revoked. Add another.")
    async with results_of(many(2), job) as results:
        assert results.pane.sentence.text() == "The key was revoked. Add another."
        assert results.pane.header.chip.text() == "needs you"


async def test_a_job_that_is_removed_elsewhere_leaves_the_page() -> None:
    async with results_of(many(2)) as results:
        gone: list[bool] = []
        results.presenter.gone.connect(lambda: gone.append(True))
        del results.jobs.held[1]
        results.jobs.changed.publish(1)
        await until_true(lambda: gone)


async def test_keys_go_through_the_rows_and_open_one() -> None:
    async with results_of(many(3)) as results:
        await until_true(lambda: results.row(0)[3])
        table = results.pane.table
        table.setFocus()
        QTest.keyClick(table, Qt.Key.Key_Home)
        QTest.keyClick(table, Qt.Key.Key_Down)
        QTest.keyClick(table, Qt.Key.Key_Return)
        await until_true(lambda: results.pane.row.title.accessibleName() == "Row 2")
        results.presenter.escape()
        assert not results.pane.row_open
        left: list[bool] = []
        results.pane.back_clicked.connect(lambda: left.append(True))
        results.presenter.escape()
        assert left


async def test_everything_has_a_name() -> None:
    async with results_of([an_answer(1, "", RowState.ERRORED), an_answer(2, "Two")]) as results:
        await until_true(lambda: results.row(0)[3])
        results.pane.table.mark(1)
        results.pane.table.opened.emit(results.pane.table.marked())
        await until_true(lambda: results.pane.row.title.accessibleName() == "Row 2")
        assert unnamed(results.pane) == []


async def test_a_job_with_other_rows_begins_at_its_top() -> None:
    async with results_of(many(300)) as results:
        await until_true(lambda: results.row(0)[3])
        results.pane.table.mark(250)
        other = results.jobs.hold(
            msgspec.structs.replace(a_job(2), counts=msgspec.structs.replace(TABLE.counts, succeeded=2)),
            [an_answer(1, "Other 1"), an_answer(2, "Other 2")],
        )
        results.presenter.show(other)
        await until_true(lambda: results.row(0)[3] == "Other 1")
        assert results.pane.model.rowCount() == 2
