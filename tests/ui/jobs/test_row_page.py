"""One row of a job in full."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import QBuffer, QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from kireji.core.jobs.answers import RowDetail
from kireji.core.jobs.states import RowState
from kireji.core.jobs.values import JobPlan, Mode
from kireji.core.messages import Usage
from kireji.ui.chat.picture_dialog import PictureDialog
from tests.fakes.job_service import a_job, an_answer
from tests.support.waiting import until_true
from tests.ui.jobs.results_support import SCHEMA, Results, results_of

pytestmark = pytest.mark.qt


def png(width: int = 40, height: int = 30) -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("#884422"))
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(buffer.data().data())


async def opened(results: Results, place: int) -> None:
    await until_true(lambda: results.row(place)[2])
    results.pane.table.mark(place)
    results.pane.table.opened.emit(results.pane.table.marked())
    await until_true(lambda: results.pane.row.title.accessibleName().startswith(f"Row {place + 1}"))


def words(results: Results) -> str:
    shown = results.pane.row.findChildren(QLabel)
    return "\n".join(each.text() for each in shown if each.isVisibleTo(results.pane.row))


async def test_question_answer_tokens_and_cost_are_shown() -> None:
    answer = an_answer(1, "It is **late**.", usage=Usage(input_tokens=1200, output_tokens=30), cost=0.0031)
    async with results_of([answer]) as results:
        await opened(results, 0)
        page = results.pane.row
        assert page.prompt.text() == "Question 1"
        assert "It is late." in page.answer.plain_text()
        assert page.answer.isVisibleTo(page)
        assert page.facts.text() == "1,200 tokens read · 30 tokens written · $0.0031"


async def test_properties_stand_with_their_names() -> None:
    data = {"shop": "Edeka", "total": 12.5, "items": 3, "paid": False, "lines": ["Brot"]}
    job = a_job(plan=JobPlan("Receipts", "anthropic", "m", schema=SCHEMA))
    async with results_of([an_answer(1, json.dumps(data), data=data)], job) as results:
        await opened(results, 0)
        said = words(results)
        for part in ("shop", "Edeka", "total", "12.5", "paid", "no", '["Brot"]'):
            assert part in said


async def test_what_was_hidden_is_told() -> None:
    async with results_of([an_answer(1, "Anna")]) as results:
        results.jobs.details[1, 1] = RowDetail(an_answer(1, "Anna"), "Who?", hidden={"[NAME_1]": "Anna"})
        await opened(results, 0)
        assert results.pane.row.hidden.text() == "1 value was hidden before it was sent:\n[NAME_1] = Anna"


async def test_raw_answer_and_raw_row_are_one_press_away() -> None:
    async with results_of([an_answer(1, "Yes")]) as results:
        await opened(results, 0)
        raw = results.pane.row.raw
        assert not raw.field.isVisibleTo(results.pane.row)
        raw.fold.click()
        assert raw.field.isVisibleTo(results.pane.row)
        assert json.loads(raw.field.toPlainText()) == {"text": "Yes"}


async def test_a_picture_is_shown_and_opens_in_full_size() -> None:
    async with results_of([an_answer(1, "A wall")]) as results:
        results.jobs.details[1, 1] = RowDetail(an_answer(1, "A wall"), "What is it?", pictures=(png(),))
        await opened(results, 0)
        name = "Picture 1. Show it in full size"

        def thumb() -> QPushButton | None:
            made = results.pane.row.findChildren(QPushButton)
            return next((each for each in made if each.accessibleName() == name), None)

        await until_true(thumb)
        found = thumb()
        assert found is not None
        found.click()
        await until_true(lambda: results.pane.findChildren(PictureDialog))
        results.pane.findChildren(PictureDialog)[0].close()


async def test_a_picture_that_is_lost_is_told() -> None:
    async with results_of([an_answer(1, "A wall")]) as results:
        results.jobs.details[1, 1] = RowDetail(an_answer(1, "A wall"), "What is it?", pictures=(b"",))
        await opened(results, 0)
        await until_true(lambda: "A picture is no longer there." in words(results))


async def test_alt_and_arrows_go_to_the_next_row_and_back() -> None:
    async with results_of([an_answer(n, f"Answer {n}") for n in (1, 2, 3)]) as results:
        await opened(results, 0)
        page = results.pane.row
        assert not page.back.isEnabled()
        results.pane.activateWindow()
        await until_true(results.pane.isActiveWindow)
        page.area.setFocus()
        QTest.keyClick(page.area, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
        await until_true(lambda: page.title.accessibleName() == "Row 2")
        page.forth.click()
        await until_true(lambda: page.title.accessibleName() == "Row 3")
        assert not page.forth.isEnabled()
        QTest.keyClick(page.area, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
        await until_true(lambda: page.title.accessibleName() == "Row 2")
        assert "Answer 2" in page.answer.plain_text()


@pytest.mark.parametrize("prompt", ["x" * 20_000, "line\n" * 3_000])
async def test_however_long_a_question_is_its_answer_is_in_sight_and_nothing_is_cut_off(prompt: str) -> None:
    answer = an_answer(1, "Here it is")
    async with results_of([answer]) as results:
        await opened(results, 0)
        page = results.pane.row
        page.show_detail(RowDetail(answer, prompt), (), Mode.BATCH)
        inside = page.area.widget()
        await until_true(lambda: inside.width() <= page.area.viewport().width())
        await until_true(lambda: page.answer.mapTo(page.area.viewport(), QPoint()).y() < page.area.viewport().height())
        assert page.prompt.text() == prompt


async def test_nothing_stands_under_asked_where_nothing_could_be_read() -> None:
    refused = an_answer(1, "", RowState.INVALID, sentence="This is not a picture.")
    async with results_of([refused]) as results:
        results.pane.row.show_detail(RowDetail(refused, ""), (), Mode.BATCH)
        assert "Asked" not in words(results)
        assert "This is not a picture." in words(results)


async def test_the_first_row_is_marked_when_the_keyboard_opens_it() -> None:
    async with results_of([an_answer(1, "One"), an_answer(2, "Two")]) as results:
        table = results.pane.table
        await until_true(lambda: table.marked() is not None or results.row(0)[3])
        table.setFocus()
        table.setCurrentIndex(table.model().index(0, 0))
        table.clearSelection()
        QTest.keyClick(table, Qt.Key.Key_Return)
        assert [index.row() for index in table.selectionModel().selectedRows()] == [0]


async def test_a_row_that_waits_fills_in_when_its_answer_comes() -> None:
    async with results_of([an_answer(1, "", RowState.TAKEN)]) as results:
        await opened(results, 0)
        assert results.pane.row.sentence.text() == "It is on its way; answers come when its batch has ended."
        results.hold([an_answer(1, "Here it is")])
        await until_true(lambda: "Here it is" in results.pane.row.answer.plain_text())


async def test_a_row_lies_over_the_table_where_there_is_no_room_beside_it() -> None:
    async with results_of([an_answer(1, "One")], size=(520, 640)) as results:
        await opened(results, 0)
        assert not results.pane.table.isVisible()
        results.pane.row.close_button.click()
        assert results.pane.table.isVisible()
        assert results.pane.table.hasFocus() or not results.pane.isActiveWindow()


async def test_the_same_request_and_reused_answers_are_told() -> None:
    async with results_of([an_answer(1, "One", cached=True, same_as=9)]) as results:
        await opened(results, 0)
        said = results.pane.row.sentence.text()
        assert "The same request as row 9; it was asked once." in said
        assert "The answer comes from an earlier job; it was not asked again." in said
