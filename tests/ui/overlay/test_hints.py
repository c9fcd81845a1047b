"""The words on the frozen screen: what can be done, the card of all keys, the size, on wide and on narrow screens."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from kireji.core.annotation import Tool
from kireji.ui.overlay.help import KeysCard
from kireji.ui.overlay.hints import KEYS, hint, hint_box
from kireji.ui.overlay.marks import Marks
from kireji.ui.overlay.selection import Selection
from tests.ui.overlay.support import Overlay

pytestmark = pytest.mark.qt

LINE = hint(Selection(480, 800), picking=True, windows=True)


def test_on_a_wide_screen_the_hint_is_one_line(qapp: object) -> None:
    box = hint_box(LINE, QFont(), 1.0, (1920, 1080), QRect())
    assert box.height() < 3 * QFontMetrics(QFont()).height()


@pytest.mark.parametrize("scale", [1.0, 1.6])
def test_on_a_narrow_screen_the_hint_goes_on_in_further_lines(qapp: object, scale: float) -> None:
    one, narrow = (hint_box(LINE, QFont(), scale, (width, 800), QRect()) for width in (4000, 480))
    assert QRect(0, 0, 480, 800).contains(narrow)
    assert narrow.width() * narrow.height() >= one.width() * one.height() * 0.9


@pytest.mark.parametrize("size", [(1280, 800), (480, 800), (480, 300)])
def test_the_card_of_all_keys_stays_on_the_screen_and_shows_its_whole_width(
    qtbot: QtBot, size: tuple[int, int]
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(*size)
    window.show()
    card = KeysCard(window)
    card.show_on(window)
    assert window.rect().contains(card.geometry())
    scroll = card.findChild(QScrollArea)
    assert isinstance(scroll, QScrollArea)
    shown = scroll.widget()
    assert shown is not None
    qtbot.waitUntil(lambda: shown.width() <= scroll.viewport().width())
    for part in shown.findChildren(QLabel):
        assert part.heightForWidth(part.width()) <= part.height() or part.sizeHint().width() <= part.width()


def test_the_keys_scroll_a_card_that_is_higher_than_the_screen(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(480, 300)
    window.show()
    card = KeysCard(window)
    card.show_on(window)
    QTest.keyClick(card, Qt.Key.Key_End)
    scroll = card.findChild(QScrollArea)
    assert isinstance(scroll, QScrollArea)
    bar = scroll.verticalScrollBar()
    assert bar.value() == bar.maximum() > 0


def test_a_screen_whose_size_another_one_says_shows_no_empty_label(qapp: object) -> None:
    whole = Selection(480, 800).all()
    here, there = (
        Marks(whole, (480, 800), (1.0, 1.0), 1.0, QFont(), lens=False, handles=False, span=span)
        for span in ("960 × 800", " ")
    )
    assert not here.size_label.isEmpty()
    assert there.size_label.isEmpty()


def test_the_keys_of_every_tool_are_listed() -> None:
    assert any(keys.split(", ") == [tool.letter for tool in Tool] for keys, _ in KEYS)


async def test_while_a_tool_is_chosen_the_empty_field_says_how_to_draw(stand: Overlay) -> None:
    await stand.capture()
    stand.drag((400, 300), (900, 650))
    asking = stand.presenter.stage.bar.field.placeholderText()
    stand.presenter.stage.bar.set_drawing(on=True)
    assert "arrow keys and Space" in stand.presenter.stage.bar.field.placeholderText()
    stand.presenter.stage.bar.set_drawing(on=False)
    assert stand.presenter.stage.bar.field.placeholderText() == asking
