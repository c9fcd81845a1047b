"""The answers of a job into a file."""

from __future__ import annotations

import pytest

from kireji.core.errors import JobError
from kireji.core.jobs.answers import ExportForm
from kireji.core.jobs.values import JobPlan
from tests.fakes.job_service import a_job, an_answer
from tests.support.waiting import until_true
from tests.ui.jobs.results_support import SCHEMA, Results, results_of

pytestmark = pytest.mark.qt

ROWS = [an_answer(1, "One"), an_answer(2, "Two")]


def offered(results: Results) -> str:
    """The name that the file dialog proposes, as its ending."""
    results.pane.export.click()
    files = results.presenter.exporter.files
    assert files is not None
    suffix = files.defaultSuffix()
    files.reject()
    return suffix


async def test_answers_that_are_a_table_are_offered_as_one() -> None:
    async with results_of(ROWS, a_job(plan=JobPlan("Receipts", "anthropic", "m", schema=SCHEMA))) as results:
        assert offered(results) == "csv"


async def test_other_answers_are_offered_as_lines() -> None:
    async with results_of(ROWS) as results:
        assert offered(results) == "jsonl"


@pytest.mark.parametrize(
    ("name", "form"), [("/out.csv", ExportForm.CSV), ("/out.jsonl", ExportForm.JSONL), ("/out.txt", ExportForm.JSONL)]
)
async def test_the_ending_says_as_what_it_is_written(name: str, form: ExportForm) -> None:
    async with results_of(ROWS) as results:
        offered(results)
        results.presenter.exporter._place_chosen(name)
        await until_true(lambda: results.jobs.orders)
        assert results.jobs.orders == [("export", 1, name, form)]


async def test_it_is_told_what_was_written_and_where() -> None:
    async with results_of(ROWS) as results:
        offered(results)
        results.presenter.exporter._place_chosen("/out.csv")
        await until_true(lambda: results.pane.work.sentence.text())
        assert results.pane.work.sentence.text() == "Exported 2 rows to /out.csv."
        assert results.pane.work.place.isVisibleTo(results.pane)


async def test_it_is_told_how_many_rows_gave_nothing() -> None:
    async with results_of(ROWS) as results:
        results.jobs.gave_nothing = 3
        offered(results)
        results.presenter.exporter._place_chosen("/out.xlsx")
        await until_true(lambda: results.pane.work.sentence.text())
        said = results.pane.work.sentence.text()
        assert said == "Exported 2 rows to /out.xlsx. 3 rows gave nothing and are left out."


async def test_why_it_could_not_be_written_is_told() -> None:
    async with results_of(ROWS) as results:
        offered(results)
        results.jobs.failure = JobError("/out.csv cannot be written.", "Choose another place.")
        results.presenter.exporter._place_chosen("/out.csv")
        await until_true(lambda: results.pane.work.sentence.text())
        assert results.pane.work.sentence.text() == "/out.csv cannot be written. Choose another place."
        assert not results.pane.work.place.isVisibleTo(results.pane)
