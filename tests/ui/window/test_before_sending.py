"""What is shown where the answer will stand while a question is looked through, and what is asked there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from kireji.core.messages import Message, Role, TextPart
from kireji.core.ports import EncodedPicture
from kireji.services.consents import Decision
from kireji.ui.chat.before_sending import BeforeSending
from kireji.ui.covers.consent_card import ConsentCard
from tests.fakes.provider import answer
from tests.fakes.reader import WaitingReader
from tests.fakes.services import FakeSurroundings
from tests.fakes.stores import MemorySettings
from tests.ui.window.support import Stand, window_over

pytestmark = pytest.mark.qt

PICTURE = EncodedPicture(b"\x89PNG picture", "image/png", 900, 300)
KEY_LINES = (
    "key: sk-ant-api03-Ab3dEf6hIj9lMn2pQr5tUv8x",
    "and a longer line behind it, which does not belong to the key.",
)
LOOKING = "Looking through the picture before it leaves…  Esc cancels"


@asynccontextmanager
async def stand_with(reader: WaitingReader, policy: str = "always") -> AsyncIterator[Stand]:
    below = FakeSurroundings(
        reader=reader, settings=MemorySettings({"privacy": {"anthropic": policy}}), redacts=True
    ).with_key()
    async with window_over(below) as stand:
        redaction = stand.services.outbox.redaction
        assert redaction is not None
        redaction.asker = stand.services.chat.consents.ask_in_turn
        yield stand


def before(stand: Stand) -> BeforeSending:
    return stand.window.chat.before


def card(stand: Stand) -> ConsentCard:
    found = before(stand).card
    assert found is not None
    return found


async def attach(stand: Stand) -> None:
    drafts = stand.presenter.chat.drafts
    drafts.add(PICTURE, "Capture")
    await stand.until(lambda: all(each.arrived for each in drafts.draft.attachments))


def write(stand: Stand, text: str) -> None:
    stand.window.chat.composer.set_text(text)
    press(stand, Qt.Key.Key_Return)


def press(stand: Stand, key: Qt.Key) -> None:
    QTest.keyClick(stand.window.chat.composer.field, key)


async def asked_about(stand: Stand, text: str = "to a@example.org") -> None:
    write(stand, text)
    await stand.until(lambda: before(stand).asks)


async def test_while_the_picture_is_looked_through_it_is_said_and_the_question_stays_where_it_is() -> None:
    reader = WaitingReader(KEY_LINES)
    async with stand_with(reader) as stand:
        stand.below.provider.enqueue(answer("A key."))
        await attach(stand)
        write(stand, "What is it?")
        await stand.until(lambda: before(stand).sentence)
        assert before(stand).sentence == LOOKING
        assert stand.window.chat.composer.text() == "What is it?"
        reader.go_on.set()
        await stand.until(lambda: stand.shown() == ["What is it?", "A key."])
        assert before(stand).isHidden()
        assert stand.window.chat.composer.text() == ""


async def test_esc_calls_it_back_and_nothing_is_lost() -> None:
    async with stand_with(WaitingReader(KEY_LINES)) as stand:
        await attach(stand)
        write(stand, "What is it?")
        await stand.until(lambda: before(stand).sentence)
        stand.window.chat.composer.stop()
        await stand.until(lambda: stand.window.chat.composer._go.text() == "Send")
        assert before(stand).isHidden()
        assert stand.window.chat.composer.text() == "What is it?"
        assert len(stand.window.chat.composer.attachments.tiles()) == 1
        assert await stand.services.conversations.latest() is None
        assert stand.below.provider.asked == []


async def test_enter_once_more_sends_nothing_twice() -> None:
    reader = WaitingReader(KEY_LINES)
    async with stand_with(reader) as stand:
        stand.below.provider.enqueue(answer("A key."))
        await attach(stand)
        write(stand, "What is it?")
        await stand.until(lambda: before(stand).sentence)
        press(stand, Qt.Key.Key_Return)
        reader.go_on.set()
        await stand.until(lambda: stand.shown() == ["What is it?", "A key."])
        assert len(stand.below.provider.asked) == 1


async def test_tab_goes_from_the_card_to_the_words_and_on_to_what_stands_below_them() -> None:
    async with stand_with(WaitingReader(), "ask") as stand:
        await asked_about(stand)
        composer = stand.window.chat.composer
        stops: list[QWidget] = [*card(stand).buttons(), composer.field, composer.attach]
        stops[0].setFocus()
        for stop in stops:
            assert stand.window.focusWidget() is stop
            QTest.keyClick(stop, Qt.Key.Key_Tab)


async def test_the_card_says_what_would_be_hidden() -> None:
    async with stand_with(WaitingReader(), "ask") as stand:
        await asked_about(stand, "a@example.org, b@example.org and sk-ant-api03-Ab3dEf6hIj9lMn2pQr5tUv8x")
        assert card(stand).accessibleName() == "Hide this from Anthropic?"
        assert card(stand).accessibleDescription() == "Key, Mail address (2)."
        assert [each.accessibleName() for each in card(stand).buttons()] == [
            "Send hidden",
            "Send it as it is",
            "Don't send",
        ]


@pytest.mark.parametrize(("place", "sent"), [(0, "to [MAIL_1]"), (1, "to a@example.org")])
async def test_the_answer_decides_what_is_sent(place: int, sent: str) -> None:
    async with stand_with(WaitingReader(), "ask") as stand:
        stand.below.provider.enqueue(answer("Yes."))
        await asked_about(stand)
        card(stand).buttons()[place].click()
        await stand.until(lambda: "Yes." in stand.shown())
        assert stand.below.provider.encoded[0].messages[0].text == sent
        assert before(stand).isHidden()


async def test_who_does_not_send_has_the_question_before_them() -> None:
    async with stand_with(WaitingReader(), "ask") as stand:
        await asked_about(stand)
        card(stand).refuse.click()
        await stand.until(lambda: stand.window.chat.composer._go.text() == "Send")
        assert stand.window.chat.composer.text() == "to a@example.org"
        assert await stand.services.conversations.latest() is None
        assert before(stand).isHidden()
        assert stand.window.chat.notice.sentence() == ""


async def test_enter_takes_what_is_offered_first_once_the_card_has_stood_a_moment() -> None:
    async with stand_with(WaitingReader(), "ask") as stand:
        stand.below.provider.enqueue(answer("Yes."))
        await asked_about(stand)
        press(stand, Qt.Key.Key_Return)
        assert before(stand).asks
        card(stand).guard._since -= 1
        press(stand, Qt.Key.Key_Return)
        await stand.until(lambda: "Yes." in stand.shown())
        assert stand.below.provider.encoded[0].messages[0].text == "to [MAIL_1]"


async def test_esc_on_the_card_does_not_send() -> None:
    async with stand_with(WaitingReader(), "ask") as stand:
        await asked_about(stand)
        QTest.keyClick(card(stand).as_is, Qt.Key.Key_Escape)
        await stand.until(lambda: not before(stand).asks)
        assert stand.below.provider.asked == []


async def test_tab_comes_to_the_card_from_the_field() -> None:
    async with stand_with(WaitingReader(), "ask") as stand:
        await asked_about(stand)
        assert card(stand).default.nextInFocusChain() is card(stand).as_is


async def test_a_reader_that_fails_is_asked_about_and_tried_again() -> None:
    reader = WaitingReader(KEY_LINES, failures=1)
    reader.go_on.set()
    async with stand_with(reader) as stand:
        stand.below.provider.enqueue(answer("A key."))
        await attach(stand)
        await asked_about(stand, "What is it?")
        assert card(stand).accessibleName() == "The picture could not be looked through"
        assert [each.accessibleName() for each in card(stand).buttons()] == [
            "Try again",
            "Send it as it is",
            "Don't send",
        ]
        card(stand).default.click()
        await stand.until(lambda: stand.shown() == ["What is it?", "A key."])
        assert PICTURE.data not in stand.below.provider.encoded[0].blobs.values()


async def test_another_conversation_shows_nothing_of_it() -> None:
    async with stand_with(WaitingReader(), "ask") as stand:
        stand.below.provider.enqueue(answer("Yes."))
        await asked_about(stand)
        card(stand).default.click()
        await stand.until(lambda: "Yes." in stand.shown() and not stand.presenter.chat.streaming)
        await asked_about(stand, "to b@example.org")
        stand.presenter.chat.begin()
        assert before(stand).isHidden()
        assert stand.window.chat.composer._go.text() == "Send"
        stand.window.open_conversation(1)
        assert before(stand).asks
        assert stand.window.chat.composer.text() == "to b@example.org"


async def test_what_a_turn_asks_is_shown_where_it_runs() -> None:
    async with stand_with(WaitingReader(), "ask") as stand:
        stand.below.provider.enqueue(answer("Yes."))
        stand.below.provider.enqueue(answer("And."))
        await asked_about(stand)
        card(stand).default.click()
        await stand.until(lambda: "Yes." in stand.shown() and not stand.presenter.chat.streaming)
        # The queue asks without a window that shows it before.
        await stand.services.queue.add(1, Message(Role.USER, (TextPart("to c@example.org"),)))
        await stand.until(lambda: before(stand).asks)
        number = stand.services.chat.consents.pending(1)[0]
        stand.services.chat.consents.answer(number, Decision.HIDDEN)
        await stand.until(lambda: "And." in stand.shown())
        assert before(stand).isHidden()
