"""The line above which nothing of a long conversation is sent."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from kireji.core.history import Cut, StoredMessage
from kireji.ui.chat.transcript.border import Border
from tests.ui.chat.transcript.support import Shown, conversation

pytestmark = pytest.mark.qt


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    return Shown(qtbot)


def cut_at(number: int, cut: Cut) -> list[StoredMessage]:
    """A conversation in which a cut was made with one of its questions."""
    return [
        msgspec.structs.replace(one, cut=cut) if one.id == number else one for one in conversation(9, "A short one.")
    ]


def borders(shown: Shown) -> list[Border]:
    return [one for one in shown.view.findChildren(Border) if one.isVisible()]


def test_a_conversation_that_goes_along_whole_has_none(shown: Shown) -> None:
    shown.show(conversation(9))
    assert borders(shown) == []


def test_it_stands_above_the_first_message_that_is_sent(shown: Shown) -> None:
    shown.show(cut_at(9, Cut(7, bare=9)))
    [border] = borders(shown)
    tops = {
        piece.plain_text().split("\n")[0]: piece.mapTo(shown.view, piece.rect().topLeft()).y()
        for piece in shown.pieces()
    }
    line = border.mapTo(shown.view, border.rect().topLeft()).y()
    assert border.words.text() == "Above here is no longer sent"
    assert tops["Answer 6"] < line < tops["Question 7"]


def test_where_the_first_question_is_still_sent_it_says_so(shown: Shown) -> None:
    shown.show(cut_at(9, Cut(7, opening=True, bare=9)))
    assert borders(shown)[0].words.text() == "Above here, only the first question is still sent"


def test_it_moves_with_the_cut_and_goes_when_all_is_sent_again(shown: Shown) -> None:
    shown.show(cut_at(7, Cut(5, bare=7)))
    shown.show(cut_at(9, Cut(9, bare=9)))
    assert len(borders(shown)) == 1
    shown.show(cut_at(9, Cut(0, bare=9)))
    assert borders(shown) == []


def test_a_summary_of_what_is_left_out_is_offered(shown: Shown) -> None:
    shown.show(cut_at(9, Cut(7, bare=9)))
    spy = QSignalSpy(shown.view.summary_clicked)
    borders(shown)[0].summarise.click()
    assert spy.count() == 1
