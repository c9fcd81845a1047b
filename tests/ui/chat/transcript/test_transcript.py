from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from kireji.core.messages import MessageState, ThinkingPart, ToolCallPart
from kireji.core.settings import AppearanceSettings
from kireji.core.settings import Theme as ThemeChoice
from kireji.ui.chat.transcript.rows import Box
from tests.ui.chat.transcript.support import Shown, answer, conversation, outline_of, question

pytestmark = pytest.mark.qt

LONG = "\n\n".join(f"Paragraph {number} with some words in it." for number in range(400))


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    return Shown(qtbot)


def test_a_conversation_opens_at_its_end(shown: Shown) -> None:
    shown.show(conversation(200))
    bar = shown.view.verticalScrollBar()
    assert bar.value() == bar.maximum() > 0
    assert "Answer 200" in shown.words()


def test_of_a_long_conversation_only_what_is_near_is_asked_for_and_built(shown: Shown) -> None:
    shown.show(conversation(400))
    assert min(shown.asked) > 350
    assert len(shown.pieces()) < 50


def test_what_was_looked_at_is_not_asked_for_again(shown: Shown) -> None:
    shown.show(conversation(60))
    shown.view.verticalScrollBar().setValue(0)
    shown.settled()
    shown.view.verticalScrollBar().setValue(shown.view.verticalScrollBar().maximum())
    shown.settled()
    assert len(shown.asked) == len(set(shown.asked))


def test_widgets_far_from_what_is_visible_are_let_go(shown: Shown) -> None:
    shown.show([question(1, None, "q"), answer(2, 1, LONG)])
    most = len(shown.pieces())
    bar = shown.view.verticalScrollBar()
    for step in range(20):
        bar.setValue(bar.maximum() * step // 20)
        shown.settled()
        assert len(shown.pieces()) <= most + 12


def test_words_far_away_are_let_go_and_asked_for_again(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kireji.ui.chat.transcript.keeping.MOST", 200_000)
    messages = conversation(100, LONG[:2000])
    shown.show(messages)
    shown.view.activateWindow()
    shown.until(shown.view.isActiveWindow)
    shown.view.setFocus()  # what has the keyboard is kept
    shown.until(shown.view.hasFocus)
    bar = shown.view.verticalScrollBar()
    for step in range(40, -1, -1):
        bar.setValue(bar.maximum() * step // 40)
        shown.settled()
    bar.setValue(bar.maximum())
    shown.settled()
    assert shown.asked.count(100) == 2
    assert shown.view.messages[-1].stored is not None


def test_nothing_jumps_when_what_is_above_becomes_known(shown: Shown) -> None:
    shown.show(conversation(100, LONG[:3000]))
    bar = shown.view.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    shown.settled()
    seen = next(piece for piece in shown.pieces() if shown.point_of(piece, 0).y() > 0)
    before = shown.point_of(seen, 0).y()
    bar.setValue(bar.value() - 30)
    shown.settled()
    assert shown.point_of(seen, 0).y() == before + 30


def test_the_same_outline_again_changes_nothing(shown: Shown) -> None:
    messages = conversation(30)
    shown.show(messages)
    shown.view.verticalScrollBar().setValue(100)
    shown.settled()
    widgets, place = set(shown.pieces()), shown.view.top
    shown.view.show_outline([outline_of(stored) for stored in messages], at_end=False)
    shown.settled()
    assert (set(shown.pieces()), shown.view.top) == (widgets, place)


def test_another_width_lays_everything_out_anew(shown: Shown) -> None:
    shown.show([question(1, None, "q"), answer(2, 1, "word " * 300)])
    wide = shown.view.total
    shown.view.resize(480, 500)
    shown.until(lambda: shown.view.total > wide)  # a window has its new size when the desktop says so
    shown.settled()
    assert all(piece.width() <= 480 for piece in shown.pieces())


def test_another_theme_and_another_size_of_text_hold_at_once(shown: Shown) -> None:
    shown.show(conversation(4))
    small = shown.view.total
    shown.theme.apply(AppearanceSettings(theme=ThemeChoice.DARK, text_scale=2.0))
    shown.settled()
    assert shown.view.total > small * 1.4
    assert shown.pieces()[-1].document().defaultFont().pixelSize() == 28
    shown.theme.apply(AppearanceSettings())


def test_thinking_is_folded_and_says_how_long_it_took(shown: Shown) -> None:
    shown.show([question(1, None, "q"), answer(2, 1, ThinkingPart("It may be **this**.", 12.3), "So.")])
    assert "It may be" not in shown.words()
    shown.find(QPushButton, "Thought for 12 s").click()
    shown.settled()
    assert shown.words() == "q\nIt may be this.\nSo."
    shown.find(QPushButton, "Thought for 12 s").click()
    shown.settled()
    assert "It may be" not in shown.words()


def test_a_call_of_a_tool_says_what_became_of_it_and_opens(shown: Shown) -> None:
    call = ToolCallPart("1", "read_file", '{"path": "a`b.py"}', 1.2)
    shown.show([question(1, None, "q"), answer(2, 1, call, "Done.")])
    shown.find(QPushButton, "Read a file: did not run").click()
    shown.settled()
    assert '"path": "a`b.py"' in shown.words()


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (MessageState.STOPPED, "You stopped this answer. What had arrived is kept."),
        (MessageState.INTERRUPTED, "This answer was cut off before its end. What had arrived is kept."),
    ],
)
def test_a_partial_answer_is_marked(shown: Shown, state: MessageState, sentence: str) -> None:
    shown.show([question(1, None, "q"), answer(2, 1, "Half", state=state)])
    last = shown.view.last_answer()
    assert last is not None
    assert last.ending is not None
    assert last.ending.sentence == sentence


def test_branches_are_walked_from_the_foot(shown: Shown) -> None:
    chosen: list[object] = []
    shown.view.branch_clicked.connect(chosen.append)
    shown.show([question(1, None, "q"), answer(5, 1, "B")], {5: (3, 5, 9)})
    shown.find(QPushButton, "The version before").click()
    shown.find(QPushButton, "The next version").click()
    assert chosen == [3, 9]


def test_an_answer_is_given_again_and_a_question_changed(shown: Shown) -> None:
    told: list[object] = []
    shown.view.regenerate_clicked.connect(told.append)
    shown.view.edit_clicked.connect(told.append)
    shown.show([question(1, None, "q"), answer(2, 1, "B")])
    shown.find(QPushButton, "Answer again").click()
    shown.find(QPushButton, "Edit the question and ask again").click()
    assert told == [2, 1]


def test_an_answer_is_copied_as_it_was_written_and_as_rich_text(shown: Shown) -> None:
    shown.show([question(1, None, "q"), answer(2, 1, "a **b** <i>")])
    shown.find(QPushButton, "Copy").click()
    assert QGuiApplication.clipboard().text() == "a **b** <i>"
    item = shown.view.last_answer()
    shown.view._copy_rich(item)
    data = QGuiApplication.clipboard().mimeData()
    assert data.hasHtml()
    assert "a <b>b</b> &lt;i&gt;" in data.html()
    assert data.text() == "a **b** <i>"


def test_every_message_has_a_name_and_its_words_for_assistive_programs(shown: Shown) -> None:
    shown.show([question(1, None, "Why?"), answer(2, 1, "Because `x`.")])
    assert [box.accessibleName() for box in shown.view.findChildren(Box)] == ["Your question", "Answer by Model"]
    assert [piece.accessibleName() for piece in shown.pieces()] == ["Why?", "Because x."]


def test_rows_built_out_of_order_are_read_in_order(shown: Shown) -> None:
    shown.show(conversation(60))
    bar = shown.view.verticalScrollBar()
    for step in (10, 9, 8, 7):
        bar.setValue(bar.maximum() * step // 10)
        shown.settled()
    boxes = [child for child in shown.view.viewport().children() if isinstance(child, Box) and not child.isHidden()]
    assert [box.y() for box in boxes] == sorted(box.y() for box in boxes)


def test_tab_goes_through_links_and_buttons_as_they_are_read(shown: Shown, qtbot: QtBot) -> None:
    shown.show([question(1, None, "q"), answer(2, 1, "[one](https://a.example/1) and [two](https://b.example/2)")])
    opened: list[object] = []
    shown.view.link_activated.disconnect()
    shown.view.link_activated.connect(opened.append)
    shown.view.activateWindow()
    qtbot.waitUntil(shown.view.isActiveWindow)
    shown.view.setFocus()
    names: list[str] = []
    for _ in range(4):
        focus = QGuiApplication.focusObject()
        QTest.keyClick(focus, Qt.Key.Key_Tab)  # type: ignore[arg-type]
        focus = QGuiApplication.focusObject()
        names.append(focus.accessibleDescription() or focus.accessibleName())  # type: ignore[attr-defined]
        QTest.keyClick(focus, Qt.Key.Key_Return) if names[-1].startswith("https") else None  # type: ignore[arg-type]
    assert names == [
        "Copy the question",
        "Edit the question and ask again",
        "https://a.example/1",
        "https://b.example/2",
    ]
    assert [link.toString() for link in opened] == ["https://a.example/1", "https://b.example/2"]  # type: ignore[attr-defined]
