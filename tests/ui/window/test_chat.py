from __future__ import annotations

from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from kireji.core.errors import AuthenticationFailed, ConnectionFailed, StoreFull
from kireji.core.history import StoredMessage
from kireji.core.messages import ImagePart, Message, MessageState, Role, TextPart
from kireji.services.turns import Question, TurnEvent
from kireji.ui.chat.endings import ending_of
from kireji.ui.chat.messages import QuestionCard
from kireji.ui.chat.transcript.answers import AnswerItem
from kireji.ui.chat.transcript.around import Actions
from tests.fakes.provider import Hold, answer
from tests.fakes.services import FakeSurroundings
from tests.support import demo
from tests.ui.sidebar.support import titles
from tests.ui.window.support import Stand, window_over, words_of

pytestmark = pytest.mark.qt


def shown(stand: Stand) -> list[str]:
    """The words of every message on the screen."""
    return stand.shown()


def last_answer(stand: Stand) -> AnswerItem:
    item = stand.window.chat.transcript.last_answer()
    assert item is not None
    return item


def said(item: AnswerItem) -> str:
    """The sentence below an answer."""
    return item.ending.sentence if item.ending is not None else ""


def offered(stand: Stand, item: AnswerItem) -> Actions:
    """What is offered below an answer."""
    actions = stand.actions(item)
    assert actions is not None
    return actions


def ask(stand: Stand, text: str) -> None:
    stand.window.chat.composer.set_text(text)
    field = stand.window.chat.composer.focusProxy()
    assert field is not None
    QTest.keyClick(field, Qt.Key.Key_Return)


async def finished(stand: Stand) -> None:
    await stand.until(lambda: stand.window.chat.transcript.last_answer() and last_answer(stand).stored)


async def test_enter_asks_and_the_answer_stands_below_the_question() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        stand.below.provider.enqueue(answer("Because ", "**of rain**."))
        ask(stand, "Why?")
        await finished(stand)
        assert shown(stand) == ["Why?", "Because of rain."]
        assert stand.window.chat.composer.text() == ""
        assert stand.window.chat.header.title.accessibleName() == "Why?"


async def test_shift_enter_writes_another_line() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        field = stand.window.chat.composer.focusProxy()
        assert field is not None
        stand.window.chat.composer.set_text("one")
        QTest.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
        assert stand.window.chat.composer.text() == "one\n"
        assert stand.below.provider.asked == []


async def test_a_follow_up_stays_in_the_conversation() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        stand.below.provider.enqueue(answer("A."), answer("B."))
        ask(stand, "one")
        await finished(stand)
        await stand.until(lambda: not stand.presenter.chat.streaming)
        ask(stand, "two")
        await stand.until(lambda: len(shown(stand)) == 4 and last_answer(stand).stored)
        assert shown(stand) == ["one", "A.", "two", "B."]
        assert len(await stand.below.conversations.recent()) == 1


async def test_stop_keeps_what_had_arrived() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        hold = Hold()
        stand.below.provider.enqueue([*answer("First words")[:3], hold])
        ask(stand, "Why?")
        await hold.reached.wait()
        assert stand.window.chat.composer._go.text() == "Stop"
        stand.window.chat.composer._go.click()
        await finished(stand)
        item = last_answer(stand)
        assert item.stored is not None
        assert item.stored.state is MessageState.STOPPED
        assert (words_of(item), said(item)) == (
            "First words",
            "You stopped this answer. What had arrived is kept.",
        )
        await stand.until(lambda: stand.window.chat.composer._go.text() == "Send")


async def test_a_failed_question_is_asked_again_without_a_second_copy() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        stand.below.provider.enqueue([ConnectionFailed("The service was not reached.", "Check the network.")])
        stand.below.provider.enqueue(answer("Now it is here."))
        ask(stand, "Why?")
        await finished(stand)
        item = last_answer(stand)
        assert said(item) == "The service was not reached. Check the network."
        await stand.until(lambda: not stand.presenter.chat.streaming)
        offered(stand, item).retry.click()
        await stand.until(lambda: shown(stand) == ["Why?", "Now it is here."] and last_answer(stand).stored)
        stored = await stand.below.conversations.load(1)
        assert stored is not None
        assert [one.message.text for one in stored.messages] == ["Why?", "Now it is here."]


async def test_a_refused_key_offers_the_settings() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        stand.below.provider.enqueue([AuthenticationFailed("The service refuses this key.", "Replace it.")])
        ask(stand, "Why?")
        await finished(stand)
        offered(stand, last_answer(stand)).settings.click()
        assert stand.window.page() == "settings"


async def test_without_a_key_this_computer_answers_and_says_why() -> None:
    async with window_over(FakeSurroundings()) as stand:
        stand.below.device.enqueue(answer("KeyError"))
        ask(stand, "Why?")
        await finished(stand)
        item = last_answer(stand)
        assert (words_of(item), item.lead) == ("KeyError", "No key is stored.")
        assert not offered(stand, item).settings.isHidden()


async def test_a_full_disk_keeps_the_question_in_the_field() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        stand.below.conversations.failure = StoreFull("The disk is full.", "Free some space.")
        ask(stand, "Why?")
        await stand.until(lambda: stand.window.chat.notice.sentence())
        assert stand.window.chat.notice.sentence() == "The disk is full. Free some space."
        assert stand.window.chat.composer.text() == "Why?"
        stand.below.conversations.failure = None


async def test_a_turn_begun_elsewhere_is_shown_while_it_streams() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        hold = Hold()
        steps = answer("First ", "then more.")
        stand.below.provider.enqueue([*steps[:3], hold, *steps[3:]])
        events: list[TurnEvent] = []
        stand.presenter.chat._scope.start(
            stand.services.chat.ask(Question("From the overlay"), events.append), name="o"
        )
        await hold.reached.wait()
        stand.window.open_conversation(1)
        await stand.until(lambda: len(shown(stand)) == 2)
        assert shown(stand) == ["From the overlay", "First "]
        assert stand.window.chat.composer._go.text() == "Stop"
        hold.release()
        await finished(stand)
        assert shown(stand) == ["From the overlay", "First then more."]


async def test_switching_away_leaves_the_turn_running() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        hold = Hold()
        steps = answer("First ", "then more.")
        stand.below.provider.enqueue([*steps[:3], hold, *steps[3:]])
        ask(stand, "Why?")
        await hold.reached.wait()
        stand.window.new_clicked.emit()
        assert stand.window.chat.composer._go.text() == "Send"
        hold.release()
        await stand.until(lambda: stand.services.chat.live.find(1) is None)
        stored = await stand.below.conversations.load(1)
        assert stored is not None
        assert stored.messages[-1].message.text == "First then more."


async def test_unsent_words_are_kept_per_conversation() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        stand.below.provider.enqueue(answer("A."))
        ask(stand, "one")
        await finished(stand)
        stand.window.chat.composer.set_text("half a thought")
        stand.window.new_clicked.emit()
        assert stand.window.chat.composer.text() == ""
        stand.window.open_conversation(1)
        assert stand.window.chat.composer.text() == "half a thought"


async def test_the_list_follows_what_other_windows_do() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        stand.below.provider.enqueue(answer("A."))
        await stand.services.chat.ask(Question("Elsewhere"), lambda _event: None)
        await stand.until(lambda: titles(stand.window.sidebar.list.rows) == ["Elsewhere"])


async def test_a_conversation_that_cannot_be_read_offers_another_try() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        stand.below.provider.enqueue(answer("A."))
        await stand.services.chat.ask(Question("one"), lambda _event: None)
        stand.below.conversations.failure = StoreFull("The disk is full.", "Free some space.")
        stand.window.open_conversation(1)
        await stand.until(lambda: not stand.window.chat._blank._reload.isHidden())
        stand.below.conversations.failure = None
        stand.window.chat._blank._reload.click()
        await stand.until(lambda: shown(stand) == ["one", "A."])


async def test_pictures_arrive_in_their_question() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        part = await stand.services.capture.store(demo.terminal_picture())
        stand.below.provider.enqueue(answer("A."))
        await stand.services.chat.ask(Question("what", images=(part,)), lambda _event: None)
        stand.window.open_conversation(1)
        await stand.until(lambda: len(shown(stand)) == 2)
        [card] = stand.window.chat.transcript.findChildren(QuestionCard)
        [(_, thumbnail)] = card._thumbnails
        await stand.until(lambda: thumbnail._image is not None)
        assert thumbnail._image is not None
        assert (thumbnail._image.width(), thumbnail._image.height()) == (680, 240)


async def test_a_missing_picture_is_said_and_the_rest_is_shown() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        parts = (ImagePart("0" * 64, "image/png", 10, 10), TextPart("what"))
        await stand.below.conversations.create("what", Message(Role.USER, parts))
        stand.window.open_conversation(1)
        await stand.until(lambda: stand.window.chat.notice.sentence())
        assert stand.window.chat.notice.sentence() == "A stored picture is missing or damaged. Capture it again."
        assert shown(stand) == ["what"]


async def test_of_a_long_history_only_what_is_near_is_read_and_built() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        summary, stored = await stand.below.conversations.create("long", Message(Role.USER, (TextPart("0"),)))
        for number in range(1, 80):
            role = Role.USER if number % 2 == 0 else Role.ASSISTANT
            message = Message(role, (TextPart(f"{number}\n\nline\n\nline"),))
            stored = await stand.below.conversations.append(summary.id, stored.id, message)
        stand.window.open_conversation(summary.id)
        await stand.until(lambda: shown(stand) and shown(stand)[-1].startswith("79"))
        transcript = stand.window.chat.transcript
        assert len(shown(stand)) < 40
        assert transcript.verticalScrollBar().value() == transcript.verticalScrollBar().maximum() > 0
        transcript.verticalScrollBar().setValue(0)
        await stand.until(lambda: shown(stand) and shown(stand)[0] == "0")
        assert len(shown(stand)) < 40


async def test_numbers_of_the_answer_and_of_what_left_are_shown() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        stand.below.provider.enqueue(answer("A."))
        ask(stand, "one")
        await finished(stand)
        values = stand.window.inspector._values
        await stand.until(lambda: values["This conversation"].text() == "1 request")
        await stand.until(lambda: values["Answers"].text() == "1")
        assert values["Tokens read"].text() == "10"


async def test_a_second_question_waits_for_the_first_answer() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        hold = Hold()
        stand.below.provider.enqueue([hold, *answer("A.")])
        ask(stand, "one")
        await hold.reached.wait()
        ask(stand, "two")
        assert stand.window.chat.composer.text() == "two"
        hold.release()
        await finished(stand)
        assert shown(stand) == ["one", "A."]


def test_an_answer_that_was_cut_before_its_first_word_does_not_claim_to_be_kept() -> None:
    stored = StoredMessage(
        2, 1, Message(Role.ASSISTANT, ()), MessageState.INTERRUPTED, "anthropic", "m", None, None, "", datetime.now(UTC)
    )
    assert ending_of(stored).sentence == "This answer was cut off before its first word."


async def test_an_answer_that_broke_off_is_not_asked_again_once_something_follows_it() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        stand.below.provider.enqueue(
            [*answer("Half")[:-1], ConnectionFailed("The answer broke off.", "Ask again.")], answer("of it.")
        )
        ask(stand, "Why?")
        await finished(stand)
        broken = last_answer(stand)
        await stand.until(lambda: not stand.presenter.chat.streaming)
        assert not offered(stand, broken).retry.isHidden()
        offered(stand, broken).go_on.click()
        await stand.until(lambda: last_answer(stand) is not broken and last_answer(stand).stored)
        assert stand.actions(broken) is None
