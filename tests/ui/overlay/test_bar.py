"""The tool bar by itself."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from kireji.core.geometry import Rect
from kireji.ui.overlay.annotate.tools import Tools
from kireji.ui.overlay.bar import ToolBar
from kireji.ui.quick_prompts import QuickPrompt
from kireji.ui.theme import Theme
from tests.fakes.provider import answer
from tests.ui.overlay.support import Overlay, until

pytestmark = pytest.mark.qt


def test_tab_goes_through_the_bar_as_it_is_read(qtbot: QtBot, qapp: QApplication) -> None:
    theme = Theme(qapp)
    bar = ToolBar(theme)
    qtbot.addWidget(bar)
    bar.set_model("Haiku")
    bar.set_tools(Tools(theme, bar))
    bar.set_prompts([QuickPrompt("explain", "Explain", "Explain it."), QuickPrompt("short", "Summarise", "Sum it up.")])
    bar.show()
    qtbot.waitExposed(bar)
    bar.activateWindow()
    bar.field.setFocus()
    qtbot.waitUntil(bar.field.hasFocus)
    names: list[str] = []
    while not names or not bar.field.hasFocus():
        focused = qapp.focusWidget()
        assert focused is not None
        names.append(
            focused.text() if isinstance(focused, QPushButton) and focused.text() else focused.accessibleName()
        )
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert len(names) > 8
    assert names[0] == "Question"
    assert names[2:6] == ["Explain", "Summarise", "Ask ⏎", "Copy text"]
    assert names[-1] == "More"
    theme.deleteLater()


def test_the_model_has_its_place_in_the_order_before_it_is_known(qtbot: QtBot, qapp: QApplication) -> None:
    theme = Theme(qapp)
    bar = ToolBar(theme)
    qtbot.addWidget(bar)
    bar.announce_model("Choose a model")
    bar.show()
    qtbot.waitExposed(bar)
    assert bar.model.isVisible()
    bar.set_model("Haiku")
    bar.announce_model("Choose a model")
    assert bar.model.words() == "Haiku"
    theme.deleteLater()


async def test_a_press_between_the_buttons_leaves_the_selection_alone(stand: Overlay) -> None:
    await stand.capture()
    stand.drag((400, 300), (900, 650))
    bar, before = stand.presenter.stage.bar, stand.window.selection
    stand.window.setFocus()
    QTest.mousePress(bar, Qt.MouseButton.LeftButton, pos=QPoint(2, bar.height() // 2))
    assert stand.window.selection == before
    assert bar.isVisible()


async def test_a_press_between_the_buttons_leaves_the_keys_with_the_field(stand: Overlay) -> None:
    await stand.capture()
    stand.drag((400, 300), (900, 650))
    bar = stand.presenter.stage.bar
    stand.window.setFocus()
    QTest.mousePress(bar, Qt.MouseButton.LeftButton, pos=QPoint(2, bar.height() // 2))
    await until(bar.field.hasFocus, "the field to have the keys")


async def test_a_button_that_is_clicked_leaves_the_keys_with_the_field(stand: Overlay) -> None:
    await stand.capture()
    stand.drag((100, 100), (300, 200))
    bar = stand.presenter.stage.bar
    await until(bar.field.hasFocus, "the keys to be with the field")
    QTest.mouseClick(bar._more, Qt.MouseButton.LeftButton)
    assert bar._menu is not None
    bar._menu.close()
    await until(bar.field.hasFocus, "the keys to be with the field again")
    stand.type("why")
    assert bar.field.toPlainText() == "why"


async def test_a_button_of_the_card_that_is_clicked_leaves_the_keys_with_its_field(stand: Overlay) -> None:
    stand.world.remote.enqueue(answer("So it is."))
    await stand.ask()
    await stand.answer_is("So it is.")
    card = stand.presenter.stage.card
    QTest.mouseClick(card._copy, Qt.MouseButton.LeftButton)
    stand.type("and")
    assert card.field.toPlainText() == "and"


async def test_a_drag_whose_release_is_lost_ends_with_the_next_movement(stand: Overlay) -> None:
    await stand.capture()
    stand.drag((400, 300), (900, 650), release=False)
    here = QPointF(901, 651)
    none = Qt.MouseButton.NoButton
    moved = QMouseEvent(QEvent.Type.MouseMove, here, here, none, none, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(stand.window, moved)
    assert stand.window.selection.settled
    assert stand.window.selection.rect == Rect(400, 300, 500, 350)
