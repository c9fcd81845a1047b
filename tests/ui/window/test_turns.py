"""Asking again, editing, walking branches and queueing, as they look in the window."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QWidget

from kireji.core.errors import Overloaded
from kireji.core.history import ConversationSetup, MessageOutline, SearchHit
from kireji.core.messages import Message, MessageState, Role, TextPart
from kireji.core.models import ModelInfo
from kireji.services.turns import Question, TurnEvent
from kireji.ui.chat import keys
from kireji.ui.chat.transcript.foot import AnswerFoot
from kireji.ui.keyboard_dialog import KeyboardDialog
from kireji.ui.models.words import Pick
from tests.fakes.provider import FakeProvider, Hold, Step, answer
from tests.fakes.services import FakeSurroundings
from tests.ui.window.support import Stand, window_over

pytestmark = pytest.mark.qt

SMALL = ModelInfo("anthropic", "small", "Small")
LARGE = ModelInfo("anthropic", "large", "Large")


def ignore(_event: TurnEvent) -> None:
    return


def type_in(stand: Stand, text: str) -> None:
    stand.window.chat.composer.set_text(text)
    field = stand.window.chat.composer.focusProxy()
    assert field is not None
    QTest.keyClick(field, Qt.Key.Key_Return)


async def press(stand: Stand, chord: str) -> None:
    """A key with Control and Shift, as soon as keys go to the window."""
    stand.window.activateWindow()
    await stand.until(stand.window.isActiveWindow)
    key = {"PgUp": Qt.Key.Key_PageUp, "PgDown": Qt.Key.Key_PageDown}.get(chord.rpartition("+")[2])
    if key is None:
        key = Qt.Key(ord(chord[-1]))
    field = stand.window.chat.composer.focusProxy()
    assert field is not None
    field.setFocus()
    QTest.keyClick(field, key, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)


def below() -> FakeSurroundings:
    return FakeSurroundings(provider=FakeProvider(models=(SMALL, LARGE))).with_key()


@asynccontextmanager
async def conversation(*questions: str) -> AsyncIterator[Stand]:
    """A window with a conversation in which every question was answered with its words in capitals."""
    around = below()
    async with window_over(around) as stand:
        for place, words in enumerate(questions):
            around.provider.enqueue(answer(words.upper()))
            await stand.services.chat.ask(Question(words, conversation=1 if place else None), ignore)
        stand.window.open_conversation(1)
        await shows(stand, *(each for words in questions for each in (words, words.upper())))
        yield stand


async def shows(stand: Stand, *words: str) -> None:
    """Wait until exactly these messages are seen and nothing streams."""
    await stand.until(lambda: stand.shown() == list(words) and not stand.presenter.chat.streaming)


def path(stand: Stand) -> Sequence[MessageOutline]:
    return stand.presenter.chat._conversation.path


def sent(stand: Stand) -> list[str]:
    return [message.text for message in stand.below.provider.encoded[-1].messages]


@asynccontextmanager
async def streaming(*rest: Step) -> AsyncIterator[tuple[Stand, Hold]]:
    """A window in which the first answer waits in its middle."""
    around, hold = below(), Hold()
    steps = answer("one")
    async with window_over(around) as stand:
        around.provider.enqueue([*steps[:3], hold, *(rest or steps[3:])])
        type_in(stand, "first")
        await hold.reached.wait()
        yield stand, hold
        hold.release()


def branch(stand: Stand) -> str:
    chip = stand.window.chat.header.branch
    return "" if chip.isHidden() else chip.text()


# --- again -------------------------------------------------------------------------------------------------------


async def test_an_answer_is_regenerated_beside_the_first_one() -> None:
    async with conversation("one", "two") as stand:
        stand.below.provider.enqueue(answer("ZWEI"))
        stand.window.chat.transcript.regenerate_clicked.emit(4)
        await shows(stand, "one", "ONE", "two", "ZWEI")
        await stand.until(lambda: branch(stand) == "Branch 2 / 2")
        assert sent(stand) == ["one", "ONE", "two"]


async def test_an_earlier_answer_can_be_regenerated_and_what_followed_stays_a_branch() -> None:
    async with conversation("one", "two") as stand:
        stand.below.provider.enqueue(answer("EINS"))
        stand.window.chat.transcript.regenerate_clicked.emit(2)
        await shows(stand, "one", "EINS")
        await stand.until(lambda: branch(stand) == "Branch 2 / 2")
        await press(stand, keys.EARLIER_BRANCH)
        await shows(stand, "one", "ONE", "two", "TWO")


async def test_the_last_answer_is_regenerated_by_a_key() -> None:
    async with conversation("one") as stand:
        stand.below.provider.enqueue(answer("EINS"))
        await press(stand, keys.REGENERATE)
        await shows(stand, "one", "EINS")


async def focused(stand: Stand) -> QWidget:
    """A window that keys go to; the result is the field."""
    stand.window.activateWindow()
    await stand.until(stand.window.isActiveWindow)
    field = stand.window.chat.composer.focusProxy()
    assert field is not None
    field.setFocus()
    return field


async def test_the_keyboard_goes_to_the_field_from_a_button_that_goes_away() -> None:
    async with conversation("one") as stand:
        field = await focused(stand)
        again = next(foot.again for foot in stand.window.chat.transcript.findChildren(AnswerFoot))
        again.setFocus()
        QTest.keyClick(again, Qt.Key.Key_Space)
        await stand.until(field.hasFocus)


async def test_a_press_on_words_takes_the_keyboard_and_one_on_a_button_does_not() -> None:
    async with conversation("one") as stand:
        field = await focused(stand)
        transcript = stand.window.chat.transcript
        foot = transcript.findChildren(AnswerFoot)[0]
        QTest.mouseClick(foot.copy, Qt.MouseButton.LeftButton)
        assert field.hasFocus()
        QTest.mouseClick(transcript.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(5, 60))
        assert transcript.hasFocus()


async def test_going_back_from_the_field_comes_to_the_end_of_the_conversation() -> None:
    async with conversation("one", "two") as stand:
        field = await focused(stand)
        feet = stand.window.chat.transcript.findChildren(AnswerFoot)
        last = max(feet, key=lambda foot: foot.mapToGlobal(QPoint()).y())
        QTest.keyClick(field, Qt.Key.Key_Backtab)
        assert QGuiApplication.focusObject() is last.more_again
        focus = QGuiApplication.focusObject()
        assert isinstance(focus, QWidget)
        QTest.keyClick(focus, Qt.Key.Key_Tab)
        assert field.hasFocus()


async def test_the_model_that_gave_an_answer_gives_it_again() -> None:
    async with conversation("one") as stand:
        stand.below.provider.enqueue(answer("EINS"), answer("UN"))
        await stand.services.chat.ask(
            Question("", conversation=1, again=1, provider="anthropic", model="large"), ignore
        )
        await shows(stand, "one", "EINS")
        await press(stand, keys.REGENERATE)
        await shows(stand, "one", "UN")
        assert stand.below.provider.encoded[-1].model == "large"


async def choose(stand: Stand, model: str, *, lasting: bool) -> None:
    """Have the last answer regenerated by another model."""
    await stand.until(lambda: stand.window.chat.header.model.words().startswith("Small"))
    again = stand.presenter.chat._again
    await press(stand, keys.REGENERATE_WITH)
    picker = again._picking.panel
    assert picker is not None
    assert again._picking.is_open
    assert picker.lasting is not None
    picker.lasting.set_on(lasting)
    picker.picked.emit(Pick("anthropic", model))


async def test_another_model_answers_again_once() -> None:
    async with conversation("one") as stand:
        stand.below.provider.enqueue(answer("EINS"), answer("TWO"))
        await choose(stand, "large", lasting=False)
        await shows(stand, "one", "EINS")
        assert stand.below.provider.encoded[-1].model == "large"
        type_in(stand, "two")
        await shows(stand, "one", "EINS", "two", "TWO")
        assert stand.below.provider.encoded[-1].model == "small"


async def test_another_model_can_be_taken_for_what_follows_too() -> None:
    async with conversation("one") as stand:
        stand.below.provider.enqueue(answer("EINS"))
        await choose(stand, "large", lasting=True)
        await shows(stand, "one", "EINS")
        await stand.until(lambda: stand.window.chat.header.model.words().startswith("Large"))
        outline = await stand.below.conversations.outline(1)
        assert outline is not None
        assert (outline.setup.provider, outline.setup.model) == ("anthropic", "large")


async def test_regenerating_while_an_answer_streams_stops_that_first() -> None:
    async with streaming() as (stand, _):
        stand.below.provider.enqueue(answer("whole"))
        await press(stand, keys.REGENERATE)
        await shows(stand, "first", "whole")
        stopped = await stand.below.conversations.messages(1, (2,))
        assert (stopped[0].message.text, stopped[0].state) == ("one", MessageState.STOPPED)


# --- edited ------------------------------------------------------------------------------------------------------


async def test_an_earlier_question_is_edited_in_the_composer() -> None:
    async with conversation("one", "two") as stand:
        stand.window.chat.transcript.edit_clicked.emit(1)
        await stand.until(lambda: stand.window.chat.composer.text() == "one")
        stand.below.provider.enqueue(answer("UN"))
        type_in(stand, "un")
        await shows(stand, "un", "UN")
        await stand.until(lambda: branch(stand) == "Branch 2 / 2")
        assert stand.presenter.chat.drafts.editing is None
        assert stand.window.chat.composer.text() == ""
        await press(stand, keys.EARLIER_BRANCH)
        await shows(stand, "one", "ONE", "two", "TWO")
        await stand.until(lambda: branch(stand) == "Branch 1 / 2")


async def test_the_last_question_is_edited_by_a_key_and_what_was_written_waits() -> None:
    async with conversation("one") as stand:
        stand.window.chat.composer.set_text("half a thought")
        await press(stand, keys.EDIT)
        await stand.until(lambda: stand.window.chat.composer.text() == "one")
        stand.below.provider.enqueue(answer("UN"))
        type_in(stand, "un")
        await shows(stand, "un", "UN")
        assert stand.window.chat.composer.text() == "half a thought"


async def test_an_edit_that_is_sent_while_an_answer_streams_stops_that_first() -> None:
    async with streaming() as (stand, _):
        await press(stand, keys.EDIT)
        await stand.until(lambda: stand.window.chat.composer.text() == "first")
        stand.below.provider.enqueue(answer("whole"))
        type_in(stand, "second thought")
        await shows(stand, "second thought", "whole")
        assert stand.services.queue.waiting(1) == ()


# --- branches ----------------------------------------------------------------------------------------------------


async def forked(stand: Stand) -> None:
    stand.below.provider.enqueue(answer("EINS"))
    stand.window.chat.transcript.regenerate_clicked.emit(2)
    await shows(stand, "one", "EINS")
    await stand.until(lambda: branch(stand) == "Branch 2 / 2")


async def test_what_is_asked_after_walking_goes_to_the_branch_that_is_seen() -> None:
    async with conversation("one", "two") as stand:
        await forked(stand)
        await press(stand, keys.EARLIER_BRANCH)
        await shows(stand, "one", "ONE", "two", "TWO")
        await press(stand, keys.LATER_BRANCH)
        await shows(stand, "one", "EINS")
        stand.below.provider.enqueue(answer("ZWEI"))
        type_in(stand, "zwei")
        await shows(stand, "one", "EINS", "zwei", "ZWEI")
        assert sent(stand) == ["one", "EINS", "zwei"]


async def test_the_menu_of_branches_says_what_they_begin_with() -> None:
    async with conversation("one") as stand:
        await forked(stand)
        stand.window.chat.header.branch.click()
        await stand.until(lambda: [menu for menu in stand.window.findChildren(QMenu) if menu.isVisible()])
        [menu] = [menu for menu in stand.window.findChildren(QMenu) if menu.isVisible()]
        assert [(each.text(), each.isChecked()) for each in menu.actions()] == [
            ("1  Small: ONE", False),
            ("2  Small: EINS", True),
        ]
        menu.actions()[0].trigger()
        menu.close()
        await shows(stand, "one", "ONE")


async def test_no_branch_is_walked_while_an_answer_streams() -> None:
    async with streaming() as (stand, _):
        stand.window.chat.transcript.branch_clicked.emit(1)
        await stand.until(lambda: stand.window.chat.notice.sentence())
        assert "being written in this branch" in stand.window.chat.notice.sentence()


async def test_numbers_are_those_of_the_branch_that_is_seen() -> None:
    async with conversation("one", "two") as stand:
        value = stand.window.inspector.value
        await stand.until(lambda: value("Answers") == "2")
        await forked(stand)
        await stand.until(lambda: value("Answers") == "1")


async def test_a_hit_of_the_search_is_shown_on_its_branch() -> None:
    async with conversation("one", "two") as stand:
        await forked(stand)
        summary = (await stand.below.conversations.recent())[0]
        stored = (await stand.below.conversations.messages(1, (4,)))[0]
        hit = SearchHit(summary, 4, Role.ASSISTANT, stored.created, "TWO", ((0, 3),))
        stand.window.hit_chosen.emit(hit)
        await shows(stand, "one", "ONE", "two", "TWO")


async def test_a_new_title_is_shown() -> None:
    async with conversation("one") as stand:
        await stand.below.conversations.rename(1, "Another")
        await stand.until(lambda: stand.window.chat.header.title.accessibleName() == "Another")


# --- queued ------------------------------------------------------------------------------------------------------


async def test_a_question_that_is_sent_while_an_answer_streams_waits_and_is_asked() -> None:
    async with streaming() as (stand, hold):
        stand.below.provider.enqueue(answer("TWO"), answer("THREE"))
        for text in ("second", "third"):
            type_in(stand, text)
            await stand.until(lambda: stand.window.chat.composer.text() == "")
        row = stand.window.chat.queue
        assert row.lines() == ("second", "third")
        assert row.sentence() == "Asked one after the other when this answer is done:"
        hold.release()
        await shows(stand, "first", "one", "second", "TWO", "third", "THREE")
        assert row.isHidden()


async def test_what_waits_is_there_again_after_another_conversation_was_open() -> None:
    async with streaming() as (stand, _):
        type_in(stand, "second")
        await stand.until(lambda: stand.window.chat.queue.lines())
        stand.presenter.chat.begin()
        assert stand.window.chat.queue.isHidden()
        stand.window.open_conversation(1)
        await stand.until(lambda: stand.window.chat.queue.lines() == ("second",))


async def test_after_a_stop_what_waits_is_asked_only_on_request() -> None:
    async with streaming() as (stand, _):
        type_in(stand, "second")
        row = stand.window.chat.queue
        await stand.until(row.lines)
        stand.presenter.chat.stop()
        await stand.until(lambda: row.sentence() == "You stopped the answer before, so this waits:")
        stand.below.provider.enqueue(answer("TWO"))
        assert not row._lines[0].ask.isHidden()
        row._lines[0].ask.click()
        await shows(stand, "first", "one", "second", "TWO")


async def test_after_a_failure_what_waits_can_be_taken_out() -> None:
    async with streaming(Overloaded("Busy.", "Try later.")) as (stand, hold):
        type_in(stand, "second")
        row = stand.window.chat.queue
        await stand.until(row.lines)
        hold.release()
        await stand.until(lambda: row.sentence().startswith("There was no whole answer"))
        row._lines[0].remove.click()
        await stand.until(row.isHidden)
        assert stand.services.queue.waiting(1) == ()
        assert len(stand.below.provider.asked) == 1


async def test_what_waits_can_be_written_again() -> None:
    async with streaming() as (stand, _):
        type_in(stand, "second")
        row = stand.window.chat.queue
        await stand.until(row.lines)
        stand.window.chat.composer.set_text("and more")
        row._lines[0].edit.click()
        await stand.until(lambda: stand.window.chat.composer.text() == "second\n\nand more")
        assert row.isHidden()


async def test_what_an_earlier_run_left_waiting_is_shown() -> None:
    around = below()
    await around.conversations.create("one", Message(Role.USER, (TextPart("one"),)), ConversationSetup())
    async with window_over(around) as stand:
        await stand.services.queue._store.enqueue(1, Message(Role.USER, (TextPart("second"),)))
        stand.window.open_conversation(1)
        await stand.until(lambda: stand.window.chat.queue.sentence() == "Kireji ended before this was asked:")


# --- the rest ----------------------------------------------------------------------------------------------------


async def test_the_last_answer_is_copied_by_a_key() -> None:
    async with conversation("one") as stand:
        QGuiApplication.clipboard().setText("")
        await press(stand, keys.COPY)
        await stand.until(lambda: QGuiApplication.clipboard().text() == "ONE")


async def test_what_is_quoted_goes_to_the_question() -> None:
    async with conversation("one") as stand:
        stand.window.chat.transcript.quote_wanted.emit("ONE")
        stand.below.provider.enqueue(answer("TWO"))
        type_in(stand, "Why?")
        await stand.until(lambda: len(stand.below.provider.asked) == 2)
        assert sent(stand)[-1] == "> ONE\n\nWhy?"


async def test_quoting_without_a_selection_says_what_to_do() -> None:
    async with conversation("one") as stand:
        await press(stand, keys.QUOTE)
        assert stand.window.chat.notice.sentence() == "Select a passage of an answer first, then quote it."


async def test_all_keys_are_listed_by_shift_f1() -> None:
    async with conversation("one") as stand:
        stand.window.activateWindow()
        await stand.until(stand.window.isActiveWindow)
        QTest.keyClick(stand.window.chat.composer.focusProxy(), Qt.Key.Key_F1, Qt.KeyboardModifier.ShiftModifier)
        await stand.until(lambda: stand.window.findChildren(KeyboardDialog))
        [dialog] = stand.window.findChildren(KeyboardDialog)
        dialog.close()


async def test_the_conversations_menu_has_what_can_be_done_with_its_answers() -> None:
    async with conversation("one") as stand:
        stand.window.chat.header.more.click()
        menus = [menu for menu in stand.window.findChildren(QMenu) if menu.isVisible()]
        assert "Regenerate the last answer" in [each.text() for each in menus[0].actions()]
        menus[0].close()
