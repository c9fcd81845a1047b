from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from kireji.ui.flow import FlowLayout
from kireji.ui.parts import Pair, button, label, spread
from kireji.ui.settings.cards import Chip

pytestmark = pytest.mark.qt


def test_labels_begin_at_the_right_in_a_mirrored_window(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    words, end = label("Default model"), button("Choose")
    QVBoxLayout(window).addWidget(Pair(words, end))
    window.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    window.resize(500, 80)
    window.show()
    assert words.alignment() & Qt.AlignmentFlag.AlignRight
    assert words.geometry().left() > end.geometry().right()
    words.setText("Another one")
    assert words.alignment() & Qt.AlignmentFlag.AlignRight
    window.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    assert words.alignment() & Qt.AlignmentFlag.AlignLeft


def test_margins_are_mirrored_with_the_interface(qapp: QApplication) -> None:
    before = qapp.layoutDirection()
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    try:
        layout = QHBoxLayout()
        spread(layout, (16, 2, 4, 3))
        found = layout.contentsMargins()
    finally:
        qapp.setLayoutDirection(before)
    assert (found.left(), found.top(), found.right(), found.bottom()) == (4, 2, 16, 3)


def test_centred_words_stay_in_the_middle(qtbot: QtBot) -> None:
    words = label("Start")
    qtbot.addWidget(words)
    words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    words.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    words.setText("Begin")
    assert words.alignment() & Qt.AlignmentFlag.AlignHCenter


def test_buttons_of_a_row_share_their_middle(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    layout = FlowLayout(8, window)
    high, low = button("Ask again"), button("Details")
    high.setMinimumHeight(60)
    for each in (high, low):
        layout.addWidget(each)
    window.resize(600, 80)
    window.show()
    QApplication.sendPostedEvents()
    assert abs(high.geometry().center().y() - low.geometry().center().y()) <= 1


def test_a_chip_grows_to_all_of_its_new_words(qtbot: QtBot) -> None:
    window, chip = QWidget(), Chip()
    qtbot.addWidget(window)
    layout = QHBoxLayout(window)
    layout.addWidget(chip)
    layout.addStretch(1)
    window.resize(600, 60)
    window.show()
    for words in ("جدول", "الحكم", "محفوظ", "غير محفوظ", "Table", "Verdict"):
        chip.setText(words)
        qtbot.waitUntil(partial(_shows, chip, words))


def _shows(chip: Chip, words: str) -> bool:
    return QLabel.text(chip) == words
