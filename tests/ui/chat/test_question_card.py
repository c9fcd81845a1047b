from __future__ import annotations

from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from kireji.core.history import StoredMessage
from kireji.core.messages import ImagePart, Message, MessageState, Role, TextPart
from kireji.ui.chat.messages import PlainText, QuestionCard, Thumbnail
from kireji.ui.chat.transcript.decoding import image_of
from kireji.ui.theme import Theme
from tests.support.pictures import png

pytestmark = pytest.mark.qt


def card_with(text: str, qapp: QApplication, qtbot: QtBot) -> QuestionCard:
    message = Message(Role.USER, (ImagePart("0" * 64, "image/png", 540, 170), TextPart(text)))
    now = datetime.now(UTC)
    stored = StoredMessage(1, None, message, MessageState.COMPLETE, "", "", None, None, "", now)
    card = QuestionCard(Theme(qapp), stored)
    qtbot.addWidget(card)
    card.resize(720, 300)
    card.set_column(720)
    card.show()
    return card


@pytest.mark.parametrize("text", ["why?", "What does this window say, and what shall be done about it now? " * 3])
def test_a_picture_keeps_its_size_whatever_the_question(text: str, qapp: QApplication, qtbot: QtBot) -> None:
    card = card_with(text, qapp, qtbot)
    thumbnail = card.findChild(Thumbnail)
    assert thumbnail is not None
    assert thumbnail.size() == thumbnail.sizeHint()
    assert thumbnail.width() == 300


@pytest.mark.parametrize(("text", "at_the_left"), [("why?", True), ("لماذا؟", False)])
def test_words_below_a_picture_begin_where_their_script_begins(
    text: str, at_the_left: bool, qapp: QApplication, qtbot: QtBot
) -> None:
    card = card_with(text, qapp, qtbot)
    words, picture = card.findChild(PlainText), card.findChild(Thumbnail)
    assert isinstance(words, QWidget)
    assert isinstance(picture, QWidget)
    assert (words.x() == picture.x()) is at_the_left
    assert (words.geometry().right() == picture.geometry().right()) is not at_the_left


def test_of_a_very_long_question_the_beginning_is_shown_and_the_rest_is_a_press_away(
    qapp: QApplication, qtbot: QtBot
) -> None:
    card = card_with("x" * 70_000, qapp, qtbot)
    words, [more] = card.findChild(PlainText), [each for each in card.findChildren(QPushButton) if each.isVisible()]
    assert isinstance(words, PlainText)
    assert words.text() == "x" * 4000 + "\n… and 66,000 more characters"
    more.click()
    assert words.text() == "x" * 60_000 + "\n… and 10,000 more characters"
    assert not more.isVisible()


def test_a_short_question_has_nothing_to_press(qapp: QApplication, qtbot: QtBot) -> None:
    card = card_with("why?", qapp, qtbot)
    assert [each for each in card.findChildren(QPushButton) if each.isVisible()] == []


def test_a_stored_picture_is_decoded_no_larger_than_it_is_shown() -> None:
    assert image_of(png(1500, 1000), QSize(396, 288)).size() == QSize(396, 264)
    assert image_of(png(300, 100), QSize(396, 288)).size() == QSize(300, 100)
    assert image_of(png(1500, 1000)).size() == QSize(1500, 1000)


def test_what_is_no_picture_decodes_to_none() -> None:
    assert image_of(b"nothing", QSize(10, 10)).isNull()
