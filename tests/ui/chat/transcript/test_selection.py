from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.ui.chat.transcript.support import Shown, answer, conversation, question

pytestmark = pytest.mark.qt

LONG = "\n\n".join(f"Paragraph {number} with some words in it." for number in range(300))


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    return Shown(qtbot)


def test_a_selection_runs_over_pieces_and_messages(shown: Shown) -> None:
    shown.show([question(1, None, "First question"), answer(2, 1, "An answer."), question(3, 2, "Second one")])
    first, second, third = shown.pieces()
    shown.drag((first, 6), (third, 6))
    assert shown.view.selected_text() == "question\n\nAn answer.\n\nSecond"
    QTest.keyClick(shown.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "question\n\nAn answer.\n\nSecond"
    shown.drag((second, 2), (first, 0))
    assert shown.view.selected_text() == "First question\n\nAn"


def test_a_press_elsewhere_selects_nothing(shown: Shown) -> None:
    shown.show([question(1, None, "One"), answer(2, 1, "Two words")])
    piece = shown.pieces()[1]
    shown.drag((piece, 0), (piece, 3))
    assert shown.view.selected_text() == "Two"
    QTest.mouseClick(shown.view.viewport(), Qt.MouseButton.LeftButton, pos=shown.point_of(piece, 5))
    assert shown.view.selected_text() == ""


def test_two_presses_select_a_word_and_three_a_paragraph(shown: Shown) -> None:
    shown.show([question(1, None, "One"), answer(2, 1, "Before\n\nTwo words here\n\nand more")])
    piece = shown.pieces()[1]
    at = shown.point_of(piece, 13)
    QTest.mouseDClick(shown.view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert shown.view.selected_text() == "words"
    QTest.mousePress(shown.view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert shown.view.selected_text() == "Two words here"


def test_shift_and_a_press_let_the_selection_reach_there(shown: Shown) -> None:
    shown.show([question(1, None, "One"), answer(2, 1, "Two words here")])
    piece = shown.pieces()[1]
    viewport = shown.view.viewport()
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=shown.point_of(piece, 4))
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, shown.point_of(piece, 9))
    assert shown.view.selected_text() == "words"


def test_all_of_an_answer_is_copied_also_what_is_not_built(shown: Shown) -> None:
    shown.show([question(1, None, "q"), answer(2, 1, LONG)])
    assert len(shown.pieces()) < 20
    QTest.keyClick(shown.view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    lines = shown.view.selected_text().split("\n")
    assert lines == [f"Paragraph {number} with some words in it." for number in range(300)]


def test_a_selection_stays_while_it_is_scrolled_away(shown: Shown) -> None:
    shown.show(conversation(60))
    piece = next(piece for piece in shown.pieces() if "Answer 60" in piece.plain_text())
    shown.drag((piece, 0), (piece, 6))
    bar = shown.view.verticalScrollBar()
    bar.setValue(0)
    shown.settled()
    assert shown.view.selected_text() == "Answer"
    bar.setValue(bar.maximum())
    shown.settled()
    assert shown.view.selected_text() == "Answer"


def test_what_is_held_beyond_the_edge_scrolls_on(shown: Shown) -> None:
    shown.show(conversation(60, "more words\n\n" * 5))
    viewport, top = shown.view.viewport(), shown.view.top
    piece = next(piece for piece in shown.pieces() if shown.point_of(piece, 0).y() > 100)
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=shown.point_of(piece, 0))
    QTest.mouseMove(viewport, QPoint(300, -60))
    shown.until(lambda: shown.view.top < top - 400)
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=QPoint(300, -60))
    assert len(shown.view.selected_text()) > 150


def test_selected_words_are_quoted_in_the_question(shown: Shown) -> None:
    quoted: list[object] = []
    shown.view.quote_wanted.connect(quoted.append)
    shown.show([question(1, None, "q"), answer(2, 1, "Some words")])
    piece = shown.pieces()[1]
    shown.drag((piece, 0), (piece, 4))
    shown.view._quote()
    assert quoted == ["Some"]


def test_a_formula_is_copied_as_its_source(shown: Shown) -> None:
    shown.show([question(1, None, "q"), answer(2, 1, "So $x^2$ it is")])
    piece = shown.pieces()[1]
    shown.until(lambda: "\ufffc" in piece.document().toPlainText())
    assert piece.plain_text() == "So $x^2$ it is"


@pytest.mark.parametrize("words", ["paragraph 280", "PARAGRAPH 280"])
def test_what_was_searched_for_is_scrolled_to_and_marked(shown: Shown, words: str) -> None:
    shown.show([*conversation(40), question(41, 40, "q"), answer(42, 41, LONG)])
    shown.view.verticalScrollBar().setValue(0)
    shown.settled()
    shown.view.go_to(42, words)
    shown.settled()
    marked = [piece for piece in shown.pieces() if piece._marked]
    assert marked
    QTest.mouseClick(shown.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
    assert not [piece for piece in shown.pieces() if piece._marked]


def test_a_message_that_is_not_there_yet_is_revealed_when_it_comes(shown: Shown) -> None:
    shown.show([*conversation(200), question(201, 200, "end")])
    shown.view.go_to(20, "Answer")
    shown.until(lambda: "Answer 20" in shown.words())
    item = shown.view._by_id[20]
    shown.until(lambda: 0 <= shown.view._stack.top_of_item(item) - shown.view.top < 60)


@pytest.mark.parametrize(
    ("markdown", "copied"),
    [
        ("2. one\n3. two\n   - deep", "2. one\n3. two\n  - deep"),
        ("- [x] done\n- [ ] open", "\u2611 done\n\u2610 open"),
        ("|a|b|\n|-|-|\n|1||\n|2|3|\n\nend", "a\tb\n1\t\n2\t3\nend"),
    ],
    ids=["list", "tasks", "table"],
)
def test_lists_and_tables_are_copied_with_their_form(shown: Shown, markdown: str, copied: str) -> None:
    shown.show([question(1, None, "q"), answer(2, 1, markdown)])
    QTest.mouseClick(shown.view.viewport(), Qt.MouseButton.LeftButton, pos=shown.point_of(shown.pieces()[1], 0))
    QTest.keyClick(shown.view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert shown.view.selected_text() == copied


def test_one_item_is_copied_without_its_number(shown: Shown) -> None:
    shown.show([question(1, None, "q"), answer(2, 1, "1. one\n2. two")])
    piece = shown.pieces()[1]
    shown.drag((piece, 4), (piece, 7))
    assert shown.view.selected_text() == "two"
