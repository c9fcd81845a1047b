"""The tool bar by itself."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from kireji.ui.overlay.annotate.tools import Tools
from kireji.ui.overlay.bar import ToolBar
from kireji.ui.overlay.quick_prompts import QuickPrompt
from kireji.ui.theme import Theme

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
