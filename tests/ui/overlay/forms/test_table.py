"""A table beside a selection."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QGuiApplication

from kireji.core.errors import KirejiError
from kireji.core.extraction.sheets import Extraction, Sheet, SumCheck, SumKind
from kireji.core.history import ConversationSetup
from kireji.core.messages import MessageState
from kireji.core.structured.forms import AnswerForm
from kireji.ui.overlay.card_state import CardState
from kireji.ui.overlay.forms.sheet_model import MOST_ROWS, SheetModel
from kireji.ui.overlay.forms.sheet_result import SheetResult
from tests.fakes.provider import Hold, answer
from tests.ui.overlay.forms.support import COLUMNS, ROWS, TABLE, FormStand
from tests.ui.overlay.support import until

pytestmark = pytest.mark.qt

CONTROL = Qt.KeyboardModifier.ControlModifier
CHOOSE = CONTROL | Qt.KeyboardModifier.ShiftModifier


def result(forms: FormStand) -> SheetResult:
    held = forms.card.results.held
    assert isinstance(held, SheetResult)
    return held


def texts(model: SheetModel) -> list[list[str]]:
    return [
        [str(model.index(row, column).data()) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


async def as_table(forms: FormStand, extraction: Extraction = TABLE) -> SheetResult:
    forms.script.result = extraction
    forms.stand.world.remote.enqueue(answer("{}"))
    await forms.cut_out()
    forms.stand.key(Qt.Key.Key_T, CHOOSE)
    await forms.done()
    return result(forms)


async def test_a_chip_gives_a_table_in_the_card(forms: FormStand) -> None:
    forms.script.result = TABLE
    forms.stand.world.remote.enqueue(answer("{}"))
    await forms.cut_out()
    (chip,) = [each for each in forms.stand.presenter.stage.bar._prompts.chips if each.text() == "As a table"]
    chip.click()
    await forms.done()
    assert texts(result(forms)._model) == [["Tea", "3.20"], ["Bread", "4.50"]]
    assert forms.card.question_text == "As a table"


async def test_what_is_typed_besides_goes_along(forms: FormStand) -> None:
    forms.script.result = TABLE
    forms.stand.world.remote.enqueue(answer("{}"))
    await forms.cut_out()
    forms.stand.type("only drinks")
    forms.stand.key(Qt.Key.Key_T, CHOOSE)
    await forms.done()
    ((form, given),) = forms.script.asked
    assert (form, given["wish"]) == (AnswerForm.TABLE, "only drinks")
    assert forms.card.question_text == "As a table: only drinks"


async def test_while_it_comes_the_card_says_how_many_rows_there_are(forms: FormStand) -> None:
    hold = Hold()
    forms.script.result = TABLE
    forms.script.steps = [Extraction((Sheet("", COLUMNS, ROWS[:1]),))]
    steps = answer("{}")
    forms.stand.world.remote.enqueue([*steps[:-2], hold, *steps[-2:]])
    await forms.cut_out()
    forms.stand.key(Qt.Key.Key_T, CHOOSE)
    await forms.stand.card_says("Reading… 1 row")
    assert texts(result(forms)._model) == [["Tea", "3.20"]]
    hold.release()
    await forms.done()
    assert texts(result(forms)._model) == [["Tea", "3.20"], ["Bread", "4.50"]]
    assert forms.card.sentence == ""


async def test_it_says_what_does_not_stand_on_the_picture(forms: FormStand) -> None:
    shown = await as_table(forms)
    assert shown._told.text() == "2 rows · 2 columns · 2 not found on the picture"
    tips = [str(shown._model.index(1, column).data(Qt.ItemDataRole.ToolTipRole)) for column in (0, 1)]
    assert tips == ["Bread\nThis does not stand on the picture.", "4.50\nOn the picture stands: 4.60"]


async def test_a_sum_that_does_not_hold_is_told(forms: FormStand) -> None:
    sums = (SumCheck(SumKind.COLUMN, "4.50", "7.70", 1, 1, words="Price"),)
    shown = await as_table(forms, Extraction((Sheet("", COLUMNS, ROWS, sums),)))
    assert shown._wrong.text() == "Price: 4.50 is stated, 7.70 comes out."


async def test_a_price_that_does_not_hold_names_its_row(forms: FormStand) -> None:
    sums = (SumCheck(SumKind.ROW, "4.50", "7.70", 1, 1, words="Quantity × Price"),)
    shown = await as_table(forms, Extraction((Sheet("", COLUMNS, ROWS, sums),)))
    assert shown._wrong.text() == "Bread, Quantity × Price: 4.50 is stated, 7.70 comes out."


async def test_whoever_comes_to_the_table_by_tab_sees_which_cell_they_are_at(forms: FormStand) -> None:
    shown = await as_table(forms)
    shown.table.setFocus(Qt.FocusReason.TabFocusReason)
    assert [index.data() for index in shown.table.selectedIndexes()] == ["Tea"]


async def test_amounts_among_fields_begin_where_the_other_values_do(forms: FormStand) -> None:
    model = SheetModel()
    model.show(TABLE.sheets[0], upright=True)
    sides = {Qt.AlignmentFlag(model.index(row, 1).data(Qt.ItemDataRole.TextAlignmentRole)) for row in (0, 1)}
    assert sides == {Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter}


async def test_ctrl_c_copies_it_for_a_spreadsheet(forms: FormStand) -> None:
    await as_table(forms)
    forms.stand.key(Qt.Key.Key_C, CONTROL)
    assert QGuiApplication.clipboard().text() == "Item\tPrice (€)\nTea\t3.2\nBread\t4.5\n"
    assert forms.stand.shown


async def test_a_cell_shows_where_it_stands(forms: FormStand) -> None:
    shown = await as_table(forms)
    shown.table.setCurrentIndex(shown._model.index(0, 1))
    over = forms.stand.presenter.asking.forms.over
    (marked,) = over.marked_on(forms.stand.window)
    assert (marked.x(), marked.y(), marked.width(), marked.height()) == (220, 120, 40, 16)
    shown.table.setCurrentIndex(shown._model.index(1, 0))
    assert over.marked_on(forms.stand.window) == ()


async def test_esc_puts_it_away_and_the_history_keeps_it(forms: FormStand) -> None:
    await as_table(forms)
    forms.stand.key(Qt.Key.Key_Escape)
    await until(lambda: not forms.stand.shown, "the overlay to go")
    assert await forms.stand.texts() == ["Asked: table", "Words of it."]
    (kept,) = forms.stand.world.results.kept
    assert await forms.stand.services.results().find(kept) == TABLE


async def test_open_shows_the_conversation_in_the_window(forms: FormStand) -> None:
    await as_table(forms)
    forms.card._open.click()
    assert forms.stand.opened == [1]


async def test_a_question_can_follow_in_the_same_conversation(forms: FormStand) -> None:
    await as_table(forms)
    forms.stand.world.remote.enqueue(answer("It is cheap."))
    forms.stand.type("and now?")
    forms.stand.key(Qt.Key.Key_Return)
    await forms.stand.answer_is("It is cheap.")
    assert forms.card.results.held is None
    assert await forms.stand.texts() == ["Asked: table", "Words of it.", "and now?", "It is cheap."]


async def test_a_table_can_follow_a_question(forms: FormStand) -> None:
    forms.stand.world.remote.enqueue(answer("A bill."), answer("{}"))
    await forms.cut_out()
    forms.stand.type("what is it")
    forms.stand.key(Qt.Key.Key_Return)
    await forms.stand.answer_is("A bill.")
    forms.script.result = TABLE
    prompts = forms.card.prompts.prompts
    number = next(place for place, prompt in enumerate(prompts, 1) if prompt.name == "table")
    forms.card.prompts.choose(number)
    await until(lambda: forms.card.results.held is not None, "the table")
    ((_, given),) = forms.script.asked
    assert given["asker"].conversation == 1
    assert len(given["images"]) == 1


async def test_stop_ends_it(forms: FormStand) -> None:
    hold = Hold()
    forms.stand.world.remote.enqueue([hold, *answer("{}")])
    await forms.cut_out()
    forms.stand.key(Qt.Key.Key_T, CHOOSE)
    await hold.reached.wait()
    forms.stand.presenter.stage.show_card()
    forms.card._stop.click()
    await until(lambda: forms.card.state is CardState.STOPPED, "the end")
    assert forms.card.results.held is None
    assert await end_of_last(forms) is MessageState.STOPPED


async def test_the_end_of_the_program_interrupts_it(forms: FormStand) -> None:
    hold = Hold()
    forms.stand.world.remote.enqueue([hold, *answer("{}")])
    await forms.cut_out()
    forms.stand.key(Qt.Key.Key_T, CHOOSE)
    await hold.reached.wait()
    await forms.stand.presenter.aclose()
    assert await end_of_last(forms) is MessageState.INTERRUPTED


async def end_of_last(forms: FormStand) -> MessageState:
    found = await forms.stand.world.conversations.load(1)
    assert found is not None
    return found.messages[-1].state


async def test_who_was_chosen_in_the_bar_is_asked_and_may_be_stood_in_for(forms: FormStand) -> None:
    forms.script.result = TABLE
    forms.stand.world.remote.enqueue(answer("{}"))
    await forms.cut_out()
    forms.stand.presenter.asking.model.setup = ConversationSetup("anthropic", "fake-model")
    forms.stand.key(Qt.Key.Key_T, CHOOSE)
    await forms.done()
    ((_, given),) = forms.script.asked
    assert (given["asker"].provider, given["asker"].setup) == ("", ConversationSetup("anthropic", "fake-model"))
    found = await forms.stand.world.conversations.load(1)
    assert found is not None
    assert found.setup.model == "fake-model"


async def test_a_failure_is_a_sentence_and_can_be_asked_again(forms: FormStand) -> None:
    forms.script.failure = KirejiError("The picture is empty.", "Choose another region.")
    await forms.cut_out()
    forms.stand.key(Qt.Key.Key_T, CHOOSE)
    await forms.stand.card_says("The picture is empty. Choose another region.")
    forms.script.failure, forms.script.result = None, TABLE
    forms.stand.world.remote.enqueue(answer("{}"))
    forms.card._retry.click()
    await forms.done()
    assert texts(result(forms)._model)[0] == ["Tea", "3.20"]


def test_more_rows_than_help_are_left_to_the_window() -> None:
    model = SheetModel()
    model.show(Sheet("", COLUMNS, ROWS * 50_000))
    assert model.rowCount() == MOST_ROWS
    assert model.rowCount(QModelIndex(model.index(0, 0))) == 0


def test_fields_stand_below_each_other() -> None:
    model = SheetModel()
    model.show(Sheet("", COLUMNS, ROWS[:1]), upright=True)
    assert texts(model) == [["Item", "Tea"], ["Price", "3.20"]]


def test_markup_and_lines_of_a_cell_stay_one_line_of_text() -> None:
    model = SheetModel()
    cell = msgspec.structs.replace(ROWS[0][0], text="<img src=x>\n" + "a" * 10_000)
    model.show(Sheet("", COLUMNS[:1], ((cell,),)))
    shown = str(model.index(0, 0).data())
    assert shown.startswith("<img src=x> aaa")
    assert len(shown) <= 400
    assert str(model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)).startswith("<span>&lt;img")


async def test_tab_goes_from_the_table_to_its_buttons_and_on_to_the_field(forms: FormStand) -> None:
    shown = await as_table(forms)
    shown.table.setFocus()
    seen = []
    for _ in range(4):
        forms.stand.key(Qt.Key.Key_Tab)
        seen.append(forms.stand.focus.accessibleName())
    assert seen == [
        "Copy the table for a spreadsheet (Ctrl+C)",
        "Copy the table as CSV",
        "Copy the table as Markdown",
        "Follow-up question",
    ]


async def test_stop_is_the_second_before_the_field_for_tab(forms: FormStand) -> None:
    hold = Hold()
    forms.stand.world.remote.enqueue([hold, *answer("{}")])
    await forms.cut_out()
    forms.stand.key(Qt.Key.Key_T, CHOOSE)
    await hold.reached.wait()
    forms.stand.presenter.stage.show_card()
    for _ in range(2):
        forms.stand.key(Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert forms.stand.focus is forms.card._stop
    forms.stand.key(Qt.Key.Key_Return)
    await until(lambda: forms.card.state is CardState.STOPPED, "the end")
