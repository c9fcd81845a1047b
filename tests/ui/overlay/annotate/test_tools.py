"""The row of tools."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from kireji.core.annotation import Ink, Style, Tool
from kireji.ui.overlay.annotate.palette import WIDTHS, Palette
from kireji.ui.overlay.annotate.sketch import Sketch
from kireji.ui.overlay.annotate.tools import Tools
from kireji.ui.theme import Theme

pytestmark = pytest.mark.qt

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def look(qapp: QApplication) -> Iterator[Theme]:
    made = Theme(qapp)
    yield made
    made.deleteLater()


@pytest.fixture
def row(qtbot: QtBot, look: Theme) -> Iterator[Tools]:
    """The tools in a window with a field that has the keyboard."""
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    field, made = QPlainTextEdit(), Tools(look)
    layout.addWidget(field)
    layout.addWidget(made)
    window.resize(700, 500)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    field.setFocus()
    qtbot.waitUntil(lambda: field.hasFocus())
    yield made
    window.close()


def button(row: Tools, name: str) -> QPushButton:
    return next(each for each in row.window().findChildren(QPushButton) if each.accessibleName() == name)


def palette(row: Tools) -> Palette:
    return next(each for each in row.window().findChildren(Palette) if each.isVisible())


def test_every_button_says_what_it_does_and_tools_name_their_keys(row: Tools) -> None:
    buttons = row.findChildren(QPushButton)
    assert len(buttons) == 9
    assert len({each.accessibleName() for each in buttons}) == 9
    for tool in Tool:
        assert any(f"Alt+{tool.letter}" in each.toolTip() for each in buttons)


def test_a_click_chooses_a_tool_and_a_second_one_puts_it_away(row: Tools) -> None:
    chosen: list[object] = []
    row.chosen.connect(chosen.append)
    for name in ("Draw an arrow", "Black out", "Black out"):
        QTest.mouseClick(button(row, name), LEFT)
    assert chosen == [Tool.ARROW, Tool.REDACT, None]
    assert not any(each.isChecked() for each in row.findChildren(QPushButton))


def test_one_tool_is_in_use_at_a_time(row: Tools) -> None:
    row.set_tool(Tool.PEN)
    row.set_tool(Tool.TEXT)
    assert [each.accessibleName() for each in row.findChildren(QPushButton) if each.isChecked()] == [
        "Write on the picture"
    ]


def test_alt_and_a_letter_choose_while_the_keyboard_is_in_the_field(row: Tools) -> None:
    chosen: list[object] = []
    row.chosen.connect(chosen.append)
    field = row.window().findChild(QPlainTextEdit)
    assert isinstance(field, QPlainTextEdit)
    QTest.keyClick(field, Qt.Key.Key_R, Qt.KeyboardModifier.AltModifier)
    assert chosen == [Tool.REDACT]
    assert field.toPlainText() == ""


def test_undo_and_redo_can_be_pressed_only_when_there_is_something(row: Tools) -> None:
    told: list[str] = []
    row.undo_clicked.connect(lambda: told.append("undo"))
    row.redo_clicked.connect(lambda: told.append("redo"))
    for undo, redo in ((False, False), (True, False), (True, True)):
        row.set_undo(undo, redo)
        QTest.mouseClick(button(row, "Undo"), LEFT)
        QTest.mouseClick(button(row, "Redo"), LEFT)
    assert told == ["undo", "undo", "redo"]


def test_it_works_for_a_sketch_and_follows_it(row: Tools) -> None:
    first, second = Sketch(row), Sketch(row)
    row.follow(first)
    QTest.mouseClick(button(row, "Draw a box"), LEFT)
    assert first.tool is Tool.BOX
    first.choose(Tool.NUMBER)
    assert button(row, "Set a number").isChecked()
    row.follow(second)
    assert not button(row, "Set a number").isChecked()
    QTest.mouseClick(button(row, "Draw by hand"), LEFT)
    assert (first.tool, second.tool) == (Tool.NUMBER, Tool.PEN)


def test_a_colour_is_chosen_from_the_card_and_kept_for_the_next_sketch(row: Tools) -> None:
    sketch, other = Sketch(row), Sketch(row)
    row.follow(sketch)
    QTest.mouseClick(button(row, "Colour and width"), LEFT)
    QTest.mouseClick(button(row, "Green"), LEFT)
    QTest.mouseClick(button(row, "Colour and width"), LEFT)
    QTest.mouseClick(button(row, "Thick"), LEFT)
    row.follow(other)
    assert (sketch.style, other.style) == (Style(Ink.GREEN, 5.0), Style(Ink.GREEN, 5.0))


def test_the_card_closes_by_choice_by_esc_and_by_a_press_elsewhere(row: Tools) -> None:
    opener = button(row, "Colour and width")
    QTest.mouseClick(opener, LEFT)
    card = palette(row)
    QTest.mouseClick(button(row, "Blue"), LEFT)
    assert card.isHidden()
    QTest.mouseClick(opener, LEFT)
    QTest.keyClick(button(row, "Blue"), Qt.Key.Key_Escape)
    assert card.isHidden()
    QTest.mouseClick(opener, LEFT)
    QTest.mouseClick(row.window(), LEFT)
    assert card.isHidden()
    QTest.mouseClick(opener, LEFT)
    QTest.mouseClick(opener, LEFT)
    assert card.isHidden()


def test_the_card_is_used_by_keys_and_gives_the_keyboard_back(row: Tools) -> None:
    field = row.window().findChild(QPlainTextEdit)
    assert isinstance(field, QPlainTextEdit)
    styles: list[object] = []
    row.styled.connect(styles.append)
    row.open_palette()
    QTest.keyClick(button(row, "Red"), Qt.Key.Key_Right)
    assert styles == [Style(Ink.AMBER)]
    QTest.keyClick(button(row, "Amber"), Qt.Key.Key_Return)
    assert palette_is_away(row)
    assert field.hasFocus()


def palette_is_away(row: Tools) -> bool:
    return all(each.isHidden() for each in row.window().findChildren(Palette))


def test_the_card_stays_in_the_window(row: Tools) -> None:
    row.open_palette()
    card = palette(row)
    assert row.window().rect().contains(card.geometry())


def test_the_usual_style_is_among_the_choices() -> None:
    assert Style().width in WIDTHS
