from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kireji.ui.chat.transcript.folds import Fold
from kireji.ui.theme import Theme

pytestmark = pytest.mark.qt

WORDS = "read_file & more: did not run, and that took a long time"


@pytest.fixture
def fold(qapp: QApplication, qtbot: QtBot) -> Fold:
    fold = Fold(Theme(qapp), None, "wrench", can_open=True, is_open=False)
    qtbot.addWidget(fold)
    fold.say(WORDS)
    fold.show()
    return fold


def test_a_line_without_room_ends_in_an_ellipsis_and_keeps_its_name(fold: Fold) -> None:
    fold.resize(200, 30)
    assert fold.line.text().startswith("read_file && ")
    assert fold.line.text().endswith("…")
    assert fold.line.sizeHint().width() <= 200
    assert (fold.line.accessibleName(), fold.line.toolTip()) == (WORDS, WORDS)


def test_a_line_with_room_is_whole(fold: Fold) -> None:
    fold.resize(200, 30)
    fold.resize(900, 30)
    assert (fold.line.text(), fold.line.toolTip()) == (WORDS.replace("&", "&&"), "")


def test_markup_in_the_words_of_others_loads_nothing_in_a_tool_tip(fold: Fold) -> None:
    fold.resize(200, 30)
    fold.say('read_file <img src="file:///etc/passwd"> & some more words that do not fit')
    fold.resize(210, 30)
    assert fold.line.toolTip() == (
        '<span>read_file &lt;img src="file:///etc/passwd"&gt; &amp; some more words that do not fit</span>'
    )
