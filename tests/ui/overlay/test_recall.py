"""Earlier questions in the field."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from kireji.ui.overlay.field import QuestionField
from kireji.ui.recall import Recall

UP, DOWN = Qt.Key.Key_Up, Qt.Key.Key_Down
PAGE_UP, PAGE_DOWN = Qt.Key.Key_PageUp, Qt.Key.Key_PageDown


def recall(*questions: str) -> Recall:
    made = Recall()
    made.fill(questions)
    return made


def test_the_newest_comes_first_and_the_draft_comes_back() -> None:
    made = recall("new", "old")
    assert made.older("mine") == "new"
    assert made.older("new") == "old"
    assert made.older("old") is None
    assert made.newer("old") == "new"
    assert made.newer("new") == "mine"
    assert made.newer("mine") is None


def test_a_changed_question_is_the_persons_own_from_then_on() -> None:
    made = recall("new", "old")
    assert made.older("") == "new"
    assert made.older("new, changed") == "new"
    assert made.newer("new") == "new, changed"


def test_a_question_is_recalled_once_and_not_where_it_stands_already() -> None:
    made = recall("new", "new", " ", "old")
    assert made.earlier == ("new", "old")
    assert made.older("new") == "old"


@given(st.lists(st.text(max_size=3), max_size=6), st.text(max_size=3), st.integers(0, 8))
def test_as_many_steps_back_as_forward_end_at_the_draft(questions: list[str], draft: str, steps: int) -> None:
    made = recall(*questions)
    text, taken = draft, 0
    for _ in range(steps):
        if (found := made.older(text)) is not None:
            text, taken = found, taken + 1
    for _ in range(len(questions) + 1):
        text = later if (later := made.newer(text)) is not None else text
    assert text == draft
    assert taken <= len(made.earlier)


@pytest.fixture
def field(qtbot: object) -> QuestionField:
    made = QuestionField(("",), "Question", over_selection=True)
    qtbot.addWidget(made)  # type: ignore[attr-defined]
    made.recall.fill(["new", "old"])
    return made


@pytest.mark.qt
def test_arrows_are_the_selections_until_something_was_typed(field: QuestionField) -> None:
    QTest.keyClick(field, UP)
    assert field.text() == ""
    QTest.keyClicks(field, "mine")
    QTest.keyClick(field, UP)
    assert field.text() == "new"
    QTest.keyClick(field, DOWN)
    assert field.text() == "mine"


@pytest.mark.qt
def test_a_click_into_the_field_gives_it_the_arrows(field: QuestionField) -> None:
    QTest.mouseClick(field.viewport(), Qt.MouseButton.LeftButton)
    QTest.keyClick(field, UP)
    assert field.text() == "new"


@pytest.mark.qt
def test_a_field_without_a_selection_below_recalls_at_once(qtbot: object) -> None:
    made = QuestionField(("",), "Follow-up")
    qtbot.addWidget(made)  # type: ignore[attr-defined]
    made.recall.fill(["new"])
    QTest.keyClick(made, UP)
    assert made.text() == "new"


@pytest.mark.qt
def test_page_keys_always_recall_and_arrows_go_on_then(field: QuestionField) -> None:
    QTest.keyClick(field, PAGE_UP)
    assert field.text() == "new"
    QTest.keyClick(field, UP)
    assert field.text() == "old"
    QTest.keyClick(field, PAGE_DOWN)
    QTest.keyClick(field, DOWN)
    assert field.text() == ""


@pytest.mark.qt
def test_in_a_text_of_several_lines_the_caret_moves_first(field: QuestionField) -> None:
    field.resize(300, 200)
    QTest.keyClicks(field, "a")
    QTest.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(field, "b")
    QTest.keyClick(field, UP)
    assert field.text() == "a\nb"
    QTest.keyClick(field, UP)
    assert field.text() == "new"


@pytest.mark.qt
def test_after_a_reset_the_arrows_are_the_selections_again(field: QuestionField) -> None:
    QTest.keyClicks(field, "mine")
    field.reset()
    QTest.keyClick(field, UP)
    assert field.text() == ""
