from __future__ import annotations

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from kireji.core.events import PartDelta, PartFinished, PartStarted
from kireji.core.messages import MessageState, TextPart, ThinkingPart, ToolCallPart
from kireji.ui.chat.endings import Waiting
from kireji.ui.chat.transcript.live import LiveAnswer
from tests.ui.chat.test_answer_view import SAMPLE, picture_of_document
from tests.ui.chat.transcript.support import Shown, answer, conversation, outline_of, question

pytestmark = pytest.mark.qt


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    return Shown(qtbot, size=(760, 900))


def begin(shown: Shown) -> LiveAnswer:
    shown.show([question(1, None, "q")])
    return shown.view.begin_answer("anthropic", "Model")


def stream(live: LiveAnswer, text: str, size: int = 7) -> None:
    live.feed(PartStarted(0, TextPart("")))
    for at in range(0, len(text), size):
        live.feed(PartDelta(0, text[at : at + size]))


def test_the_first_words_show_at_once_and_later_ones_soon(shown: Shown) -> None:
    live = begin(shown)
    live.feed(PartStarted(0, TextPart("")))
    live.feed(PartDelta(0, "Hello"))
    assert shown.words() == "q\nHello"
    live.feed(PartDelta(0, " **there**"))
    assert shown.words() == "q\nHello"
    shown.until(lambda: shown.words() == "q\nHello there")


def test_what_is_waited_for_stands_there_until_the_first_word(shown: Shown) -> None:
    live = begin(shown)
    live.show_waiting(Waiting("Waiting for Anthropic"))
    assert live.item.waiting == Waiting("Waiting for Anthropic")
    stream(live, "Hello")
    assert live.item.waiting is None


@pytest.mark.parametrize("size", [1, 5, 64])
def test_a_streamed_answer_looks_as_it_looks_from_the_history(shown: Shown, qtbot: QtBot, size: int) -> None:
    live = begin(shown)
    stream(live, SAMPLE, size)
    shown.settled()
    live.finish(answer(2, 1, SAMPLE))
    shown.settled()
    other = Shown(qtbot, size=(760, 900))
    other.show([question(1, None, "q"), answer(2, 1, SAMPLE)])
    assert [(piece.y(), piece.height()) for piece in shown.pieces()] == [
        (piece.y(), piece.height()) for piece in other.pieces()
    ]
    assert [picture_of_document(piece.document()) for piece in shown.pieces()] == [
        picture_of_document(piece.document()) for piece in other.pieces()
    ]


def test_while_the_person_reads_above_the_end_does_not_pull(shown: Shown) -> None:
    shown.show(conversation(61, "word " * 60))
    live = shown.view.begin_answer("anthropic", "Model")
    shown.view.verticalScrollBar().setValue(200)
    shown.settled()
    top = shown.view.top
    stream(live, "line\n\n" * 200)
    live.finish(answer(62, 61, "line\n\n" * 200))
    shown.settled()
    assert shown.view.top == top


def test_at_the_end_the_newest_words_stay_in_view(shown: Shown) -> None:
    shown.show(conversation(61, "word " * 60))
    live = shown.view.begin_answer("anthropic", "Model")
    stream(live, "line\n\n" * 200)
    live.finish(answer(62, 61, "line\n\n" * 200 + "the last"))
    shown.settled()
    assert shown.view.top == shown.view.verticalScrollBar().maximum()
    assert shown.words().endswith("the last")


def test_thinking_counts_while_it_goes_on_and_says_its_time_then(shown: Shown) -> None:
    live = begin(shown)
    live.feed(PartStarted(0, ThinkingPart("")))
    live.feed(PartDelta(0, "Let me see."))
    shown.settled()
    assert shown.find(QPushButton, "Thinking…").isVisible()
    live.feed(PartFinished(0, ThinkingPart("Let me see.", 3.0)))
    live.feed(PartStarted(1, TextPart("")))
    live.feed(PartDelta(1, "So."))
    shown.settled()
    assert shown.find(QPushButton, "Thought for 3 s").isVisible()
    assert shown.words() == "q\nSo."


def test_parts_stand_in_the_order_in_which_they_came(shown: Shown) -> None:
    live = begin(shown)
    live.feed(PartStarted(0, TextPart("First.")))
    live.feed(PartFinished(0, TextPart("First.")))
    live.feed(PartStarted(1, ToolCallPart("1", "look")))
    live.feed(PartFinished(1, ToolCallPart("1", "look", "{}")))
    live.feed(PartStarted(2, TextPart("")))
    live.feed(PartDelta(2, "Second."))
    shown.settled()
    assert shown.words() == "q\nFirst.\nSecond."
    parts = (TextPart("First."), ToolCallPart("1", "look", "{}"), TextPart("Second."))
    live.finish(answer(2, 1, *parts))
    shown.settled()
    assert shown.words() == "q\nFirst.\nSecond."


def test_a_block_that_comes_whole_is_shown(shown: Shown) -> None:
    live = begin(shown)
    live.feed(PartStarted(0, TextPart("")))
    live.feed(PartFinished(0, TextPart("All at once.")))
    shown.settled()
    assert shown.words() == "q\nAll at once."


def test_an_attempt_without_words_is_replaced(shown: Shown) -> None:
    live = begin(shown)
    assert shown.view.begin_answer("local", "Other") is live
    assert len(shown.view.messages) == 2


def test_the_rows_of_the_history_become_what_streamed(shown: Shown) -> None:
    live = begin(shown)
    stream(live, "Words")
    shown.settled()
    piece = shown.pieces()[1]
    stored = answer(2, 1, "Words")
    streaming = outline_of(answer(2, 1, "Wo", state=MessageState.STREAMING))
    shown.view.show_outline([outline_of(question(1, None, "q")), streaming], at_end=False)
    live.finish(stored)
    shown.view.show_outline([outline_of(question(1, None, "q")), outline_of(stored)], at_end=False)
    shown.settled()
    assert shown.pieces()[1] is piece
    assert shown.words() == "q\nWords"


def test_a_conversation_that_is_left_gets_no_more_words(shown: Shown) -> None:
    live = begin(shown)
    stream(live, "Words")
    shown.view.clear()
    live.feed(PartDelta(0, " more"))
    live.finish(answer(2, 1, "Words more"))
    shown.settled()
    assert shown.pieces() == []


def test_a_megabyte_that_comes_at_once_is_shown_at_its_end(shown: Shown) -> None:
    live = begin(shown)
    text = "A paragraph with a few words.\n\n" * 32_000
    stream(live, text, 100_000)
    live.finish(answer(2, 1, text + "The end."))
    shown.settled()
    assert shown.words().endswith("The end.")
    assert len(shown.pieces()) < 40
