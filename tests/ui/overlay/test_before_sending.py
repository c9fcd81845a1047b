"""A question that is looked through before it leaves, as it looks beside a selection, and how it is called back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from kireji.ui.covers.consent_card import ConsentCard
from kireji.ui.overlay.card import AnswerCard
from kireji.ui.theme import Theme
from tests.fakes.desktop import FakeCapture
from tests.fakes.provider import answer
from tests.fakes.reader import WaitingReader
from tests.fakes.stores import MemorySettings
from tests.ui.overlay.support import Overlay, noise, overlay, until
from tests.ui.overlay.world import OverlayWorld

pytestmark = pytest.mark.qt

LINES = ("key: sk-ant-api03-Ab3dEf6hIj9lMn2pQr5tUv8x", "and a longer line behind it, which does not belong to the key.")
LOOKING = "Looking through the picture before it leaves…  Esc cancels"


@asynccontextmanager
async def stand_with(
    theme: Theme, folder: Path, reader: WaitingReader, policy: str = "always"
) -> AsyncIterator[Overlay]:
    world = OverlayWorld(redacts=True, reader=reader, settings=MemorySettings({"privacy": {"anthropic": policy}}))
    world.screen = FakeCapture(noise()[0])
    async with overlay(world, theme, folder) as made:
        redaction = made.services.outbox.redaction
        assert redaction is not None
        redaction.asker = made.services.chat.consents.ask_in_turn
        yield made


def quick(*, failures: int = 0) -> WaitingReader:
    reader = WaitingReader(LINES, failures=failures)
    reader.go_on.set()
    return reader


def card(stand: Overlay) -> AnswerCard:
    return stand.presenter.stage.card


def consent(stand: Overlay) -> ConsentCard:
    found = card(stand).asked.consent
    assert found is not None
    return found


async def asked_about(stand: Overlay, text: str = "to a@example.org") -> None:
    await stand.ask(text)
    await until(lambda: card(stand).isVisible() and card(stand).asked.consent, "the card that asks")


async def test_while_the_picture_is_looked_through_the_card_says_so(theme: Theme, tmp_path: Path) -> None:
    reader = WaitingReader(LINES)
    async with stand_with(theme, tmp_path, reader) as stand:
        stand.world.remote.enqueue(answer("A key."))
        await stand.ask("what")
        await until(lambda: card(stand).isVisible() and card(stand).sentence == LOOKING, "the sentence")
        assert stand.presenter.stage.bar.hidden_sentence == ""
        reader.go_on.set()
        await stand.answer_is("A key.")


async def test_esc_brings_the_question_back_as_it_was(theme: Theme, tmp_path: Path) -> None:
    reader = WaitingReader(LINES)
    async with stand_with(theme, tmp_path, reader) as stand:
        stand.world.remote.enqueue(answer("A key."))
        await stand.ask("what is it")
        await until(lambda: card(stand).isVisible() and card(stand).sentence == LOOKING, "the sentence")
        stand.key(Qt.Key.Key_Escape)
        await until(lambda: not card(stand).isVisible(), "the card to go")
        bar = stand.presenter.stage.bar
        assert stand.shown
        assert (bar.field.text(), bar.field.isVisible(), stand.window.locked) == ("what is it", True, False)
        assert stand.focus is bar.field
        assert await stand.conversations.latest() is None
        reader.go_on.set()
        stand.key(Qt.Key.Key_Return)
        await stand.answer_is("A key.")
        assert len(stand.world.remote.asked) == 1


async def test_what_was_called_back_can_be_thrown_away(theme: Theme, tmp_path: Path) -> None:
    async with stand_with(theme, tmp_path, WaitingReader(LINES)) as stand:
        await stand.ask("what")
        await until(lambda: card(stand).isVisible() and card(stand).sentence == LOOKING, "the sentence")
        stand.key(Qt.Key.Key_Escape)
        await until(lambda: not card(stand).isVisible(), "the card to go")
        stand.key(Qt.Key.Key_Escape)
        await until(lambda: not stand.world.captures.pictures, "the picture to be gone")
        assert not stand.shown


@pytest.mark.parametrize(("place", "sent"), [(0, "to [MAIL_1]"), (1, "to a@example.org")])
async def test_the_person_decides_beside_the_selection(theme: Theme, tmp_path: Path, place: int, sent: str) -> None:
    async with stand_with(theme, tmp_path, quick(), "ask") as stand:
        stand.world.remote.enqueue(answer("Yes."))
        await asked_about(stand)
        assert consent(stand).accessibleName() == "Hide this from Anthropic?"
        assert card(stand).sentence == "Waiting for you"
        consent(stand).buttons()[place].click()
        await stand.answer_is("Yes.")
        assert stand.world.remote.encoded[0].messages[0].text == sent
        assert card(stand).asked.consent is None


async def test_who_does_not_send_has_the_question_before_them(theme: Theme, tmp_path: Path) -> None:
    async with stand_with(theme, tmp_path, quick(), "ask") as stand:
        await asked_about(stand)
        consent(stand).refuse.click()
        await until(lambda: not card(stand).isVisible(), "the card to go")
        assert stand.presenter.stage.bar.field.text() == "to a@example.org"
        assert (await stand.conversations.latest(), stand.world.remote.asked) == (None, [])


async def test_esc_where_it_is_asked_does_not_send(theme: Theme, tmp_path: Path) -> None:
    async with stand_with(theme, tmp_path, quick(), "ask") as stand:
        await asked_about(stand)
        QTest.keyClick(consent(stand).default, Qt.Key.Key_Escape)
        await until(lambda: not card(stand).isVisible(), "the card to go")
        assert stand.shown
        assert stand.world.remote.asked == []


async def test_a_picture_that_cannot_be_looked_through_is_tried_again(theme: Theme, tmp_path: Path) -> None:
    async with stand_with(theme, tmp_path, quick(failures=1)) as stand:
        stand.world.remote.enqueue(answer("A key."))
        await asked_about(stand, "what")
        assert consent(stand).accessibleName() == "The picture could not be looked through"
        consent(stand).default.click()
        await stand.answer_is("A key.")
        (request,) = stand.world.remote.encoded
        assert b" without " in next(iter(request.blobs.values()))


async def test_a_follow_up_that_is_not_sent_leaves_the_answer_before(theme: Theme, tmp_path: Path) -> None:
    async with stand_with(theme, tmp_path, quick(), "ask") as stand:
        stand.world.remote.enqueue(answer("Yes."))
        await asked_about(stand)
        consent(stand).default.click()
        await stand.answer_is("Yes.")
        stand.type("and b@example.org")
        stand.key(Qt.Key.Key_Return)
        await until(lambda: card(stand).asked.consent, "the card that asks")
        stand.key(Qt.Key.Key_Escape)
        await stand.answer_is("Yes.")
        assert card(stand).question_text == "to a@example.org"
        assert card(stand).field.text() == "and b@example.org"
        assert len(stand.world.remote.asked) == 1


async def test_enter_takes_what_is_offered_first(theme: Theme, tmp_path: Path) -> None:
    async with stand_with(theme, tmp_path, quick(), "ask") as stand:
        stand.world.remote.enqueue(answer("Yes."))
        await asked_about(stand)
        consent(stand).guard._since -= 1
        stand.key(Qt.Key.Key_Return)
        await stand.answer_is("Yes.")
        assert stand.world.remote.encoded[0].messages[0].text == "to [MAIL_1]"


async def test_a_question_that_waits_when_the_overlay_goes_is_asked_in_its_conversation(
    theme: Theme, tmp_path: Path
) -> None:
    async with stand_with(theme, tmp_path, quick(), "ask") as stand:
        stand.world.remote.enqueue(answer("Yes."))
        await asked_about(stand)
        stand.presenter.close()
        consents = stand.services.chat.consents
        await until(lambda: consents.pending(1), "the question in its conversation")
        assert (await stand.texts()) == ["to a@example.org"]
