"""What is being written outlives the window, whatever becomes of it."""

from __future__ import annotations

import asyncio

import pytest

from kireji.core.documents import MOST_BYTES
from kireji.core.errors import StoreFull
from kireji.core.history import StoredDraft
from kireji.core.messages import DocumentPart, ImagePart, Message, Role, TextPart
from kireji.core.ports import EncodedDocument
from kireji.ui.chat.messages import QuestionCard
from kireji.ui.chat.sources import BytesSource, EncodedSource, Given, TextSource
from kireji.ui.chat.text_dialog import TextDialog
from tests.fakes.provider import answer
from tests.fakes.services import FakeSurroundings
from tests.support.pictures import png
from tests.ui.window.support import Stand, window_over

pytestmark = pytest.mark.qt


def text(stand: Stand) -> str:
    return stand.window.chat.composer.text()


def names(stand: Stand) -> list[str]:
    return [tile._full_name for tile in stand.window.chat.composer.attachments.tiles()]


async def kept(below: FakeSurroundings, conversation: int | None = None) -> StoredDraft:
    return await below.drafts.load(conversation)


async def until_kept(stand: Stand, draft: StoredDraft, conversation: int | None = None) -> None:
    while await kept(stand.below, conversation) != draft:  # noqa: ASYNC110 - a store has no event to wait for
        await asyncio.sleep(0.01)


async def test_what_is_typed_is_kept_while_typing_goes_on() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        await asyncio.sleep(0.01)
        while not (await kept(stand.below)).text:
            stand.window.chat.composer.insert("a")
            await asyncio.sleep(0.01)


async def test_a_draft_is_there_again_in_the_next_window() -> None:
    below = FakeSurroundings().with_key()
    async with window_over(below) as stand:
        drafts = stand.presenter.chat.drafts
        drafts.quote("quoted")
        drafts.give(Given((BytesSource("a.png", png(8, 6)), TextSource("notes.md", "some words"))))
        await stand.until(lambda: all(each.part for each in drafts.draft.attachments))
        stand.window.chat.composer.set_text("half a thought")
    async with window_over(below) as stand:
        await stand.until(lambda: text(stand))
        composer = stand.window.chat.composer
        assert (text(stand), composer.quote.text(), names(stand)) == ("half a thought", "quoted", ["a.png", "notes.md"])
        await stand.until(lambda: composer.attachments.tiles()[1].fact() == "Text, 10 B")
        below.provider.enqueue(answer("A."))
        composer._go.click()
        await stand.until(lambda: stand.presenter.chat.current == 1)
        await until_kept(stand, StoredDraft())
        stored = await below.conversations.load(1)
        assert stored is not None
        assert [type(part) for part in stored.messages[0].message.parts] == [ImagePart, DocumentPart, TextPart]
        await stand.until(lambda: stand.services.chat.live.find(1) is None)


async def test_every_conversation_has_its_own() -> None:
    below = FakeSurroundings().with_key()
    await below.conversations.create("t", Message(Role.USER, (TextPart("q"),)))
    async with window_over(below) as stand:
        stand.window.chat.composer.set_text("of the new one")
        stand.window.open_conversation(1)
        stand.window.chat.composer.set_text("of the first")
    assert [(await kept(below, one)).text for one in (None, 1)] == ["of the new one", "of the first"]
    async with window_over(below) as stand:
        await stand.until(lambda: text(stand) == "of the new one")
        stand.window.open_conversation(1)
        await stand.until(lambda: text(stand) == "of the first")


async def test_what_was_written_before_the_draft_was_found_stands_behind_it() -> None:
    below = FakeSurroundings().with_key()
    await below.drafts.save(None, StoredDraft("found "))
    async with window_over(below) as stand:
        stand.window.chat.composer.insert("typed")
        await stand.until(lambda: text(stand) == "found typed")


async def test_a_question_that_could_not_be_saved_stays_a_draft() -> None:
    below = FakeSurroundings().with_key()
    async with window_over(below) as stand:
        stand.window.chat.composer.set_text("Why?")
        below.conversations.failure = StoreFull("The disk is full.", "Free some space.")
        stand.window.chat.composer._go.click()
        await stand.until(lambda: stand.window.chat.notice.sentence())
        await until_kept(stand, StoredDraft("Why?"))
        below.conversations.failure = None


async def test_a_draft_that_cannot_be_kept_is_said_once() -> None:
    below = FakeSurroundings().with_key()
    async with window_over(below) as stand:
        await asyncio.sleep(0.01)
        below.drafts.failure = StoreFull("The disk is full.", "Free some space.")
        stand.window.chat.composer.set_text("Why?")
        await stand.until(lambda: stand.window.chat.notice.sentence())
        assert stand.window.chat.notice.sentence() == "The disk is full. Free some space."
        below.drafts.failure = None


async def test_the_bytes_of_what_was_taken_out_are_given_back_and_others_stay() -> None:
    below = FakeSurroundings().with_key()
    async with window_over(below) as stand:
        drafts = stand.presenter.chat.drafts
        drafts.give(Given((TextSource("a", "first words"), TextSource("b", "other words"))))
        await stand.until(lambda: all(each.part for each in drafts.draft.attachments))
        stand.window.chat.composer.attachments.tiles()[0]._remove.click()
        await stand.until(lambda: list(below.captures.pictures.values()) == [b"other words"])
    assert list(below.captures.pictures.values()) == [b"other words"]


async def test_what_is_too_much_together_is_left_out_and_it_is_said() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        half = EncodedDocument(b"x" * (MOST_BYTES // 2), "application/pdf", "half.pdf")
        more = EncodedDocument(b"y" * (MOST_BYTES // 2 + 1), "application/pdf", "more.pdf")
        stand.presenter.chat.drafts.give(Given((EncodedSource("half.pdf", half), EncodedSource("more.pdf", more))))
        await stand.until(lambda: stand.window.chat.notice.sentence())
        await stand.until(lambda: names(stand) == ["half.pdf"])
        assert stand.window.chat.notice.sentence() == (
            "more.pdf: Together with the rest it is more than 22 MB, which services do not take."
        )


async def test_pasted_words_can_be_put_into_the_field_after_all() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        words = "a line\n" * 4_000
        stand.presenter.chat.drafts.give(Given(text=words))
        await stand.until(lambda: names(stand) and stand.presenter.chat.drafts.draft.attachments[0].arrived)
        stand.window.chat.composer.attachments.tiles()[0]._thumbnail.click()
        await stand.until(lambda: stand.window.findChild(TextDialog))
        dialog = stand.window.findChild(TextDialog)
        assert isinstance(dialog, TextDialog)
        dialog._into_field.click()
        assert (text(stand), names(stand)) == (words, [])


async def test_a_question_shows_its_documents_and_their_words() -> None:
    below = FakeSurroundings().with_key()
    part = await below.captures.put_document(EncodedDocument(b"some words", "text/plain", "notes.md"))
    pdf = await below.captures.put_document(EncodedDocument(b"%PDF-1.7", "application/pdf", "bill.pdf"))
    await below.conversations.create("t", Message(Role.USER, (part, pdf, TextPart("q"))))
    async with window_over(below) as stand:
        stand.window.open_conversation(1)
        await stand.until(lambda: stand.window.chat.transcript.findChild(QuestionCard))
        card = stand.window.chat.transcript.findChild(QuestionCard)
        assert isinstance(card, QuestionCard)
        assert card._files is not None
        chips = [card._files.flow.itemAt(at).widget() for at in range(2)]
        assert [chip.accessibleName() for chip in chips] == ["notes.md, Text", "bill.pdf, PDF"]
        chips[0].click()
        await stand.until(lambda: stand.window.findChild(TextDialog))
        dialog = stand.window.findChild(TextDialog)
        assert isinstance(dialog, TextDialog)
        assert dialog._body.toPlainText() == "some words"
        dialog.close()


async def test_an_earlier_question_that_is_being_changed_waits_while_another_conversation_is_looked_at() -> None:
    below = FakeSurroundings().with_key()
    _, first = await below.conversations.create("t", Message(Role.USER, (TextPart("q"),)))
    async with window_over(below) as stand:
        stand.window.open_conversation(1)
        await stand.until(lambda: stand.presenter.chat.current == 1)
        stand.window.chat.composer.set_text("half a thought")
        stand.presenter.chat.drafts.edit(first)
        stand.window.chat.composer.set_text("q, but better")
        stand.presenter.chat.begin()
        assert (text(stand), stand.window.chat.composer.editing) == ("", False)
        stand.window.open_conversation(1)
        assert (text(stand), stand.window.chat.composer.editing) == ("q, but better", True)
        assert stand.presenter.chat.drafts.editing == first.id
    assert (await kept(below, 1)).text == "half a thought\n\nq, but better"
