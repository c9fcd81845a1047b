"""Where Tab comes to a row of choices: where it stands, whenever its choices were made."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from kireji.ui.models.segments import Segments
from kireji.ui.parts import button

pytestmark = pytest.mark.qt


async def test_tab_reaches_choices_that_were_made_last_before_what_stands_behind_them() -> None:
    window = QWidget()
    segments = Segments("Which rows are shown")
    column = QVBoxLayout(window)
    first, last = button("First"), button("Last")
    for each in (first, segments, last):
        column.addWidget(each)
    window.show()
    segments.show_choices([("a", "All"), ("b", "Bad")], "a")
    segments.show_choices([("a", "All"), ("b", "Bad"), ("c", "Clean")], "b")
    window.activateWindow()
    first.setFocus()
    passed = []
    for _ in range(4):
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        focus = QApplication.focusWidget() or window.focusWidget()
        passed.append(focus.accessibleName())
    window.close()
    window.deleteLater()
    assert passed == ["All", "Bad", "Clean", "Last"]
