from __future__ import annotations

import asyncio
import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from kireji.core.desktop_ports import ClipboardContent
from kireji.core.errors import ClipboardError, PictureError, StoreFull
from kireji.core.pictures import is_animated
from kireji.core.ports import EncodedPicture
from kireji.core.prompts import Prompt, Variable, VariableKind
from kireji.imaging.codec import PillowCodec
from kireji.services.application import Services
from kireji.ui.chat.attachment_row import AttachmentTile
from kireji.ui.chat.field import PromptField
from kireji.ui.chat.messages import QuestionCard, Thumbnail
from kireji.ui.chat.picture_dialog import PictureDialog
from kireji.ui.chat.sources import BytesSource, Given, Loaded
from tests.fakes.provider import answer
from tests.fakes.services import FakeSurroundings
from tests.support.pictures import png
from tests.ui.window.support import Stand, window_over

pytestmark = pytest.mark.qt

EXPLAIN = Prompt("explain", "Explain", "Explain this.")


def field_of(stand: Stand) -> PromptField:
    field = stand.window.chat.composer.focusProxy()
    assert isinstance(field, PromptField)
    return field


def tiles(stand: Stand) -> list[AttachmentTile]:
    return list(stand.window.chat.composer.attachments.tiles())


async def give(stand: Stand, *pictures: bytes) -> None:
    """Attach pictures and wait until they are there."""
    before = len(tiles(stand))
    drafts = stand.presenter.chat.drafts
    drafts.give(Given(tuple(BytesSource(f"{number}.png", data) for number, data in enumerate(pictures, before + 1))))
    await stand.until(lambda: all(each.picture for each in drafts.draft.attachments))


def send(stand: Stand) -> None:
    stand.window.chat.composer._go.click()


async def saved(stand: Stand, conversation: int = 1) -> list[str]:
    """What went out, as picture bytes followed by the words."""
    await stand.until(lambda: stand.presenter.chat.current == conversation)
    await stand.until(lambda: stand.services.chat.live.find(conversation) is None)
    stored = await stand.below.conversations.load(conversation)
    assert stored is not None
    question = stored.messages[0].message
    data = [(await stand.services.capture.fetch(part)).decode() for part in question.images]
    return [*data, question.text]


async def test_a_pasted_picture_goes_out_with_the_question() -> None:
    below = FakeSurroundings().with_key()
    async with window_over(below) as stand:
        below.provider.enqueue(answer("A."))
        below.clipboard.content = ClipboardContent(b"copied")
        stand.window.chat.composer.set_text("Why?")
        QTest.keyClick(field_of(stand), Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        await stand.until(lambda: tiles(stand) and tiles(stand)[0].fact() == "1 × 1")
        send(stand)
        assert await saved(stand) == ["copied", "Why?"]
        assert (tiles(stand), stand.window.chat.composer.text()) == ([], "")


async def test_pasted_words_come_to_the_caret_and_can_be_undone() -> None:
    below = FakeSurroundings().with_key()
    async with window_over(below) as stand:
        below.clipboard.content = ClipboardContent(text="here")
        field = field_of(stand)
        stand.window.chat.composer.set_text("from  to there")
        caret = field.textCursor()
        caret.setPosition(5)
        field.setTextCursor(caret)
        QTest.keyClick(field, Qt.Key.Key_Insert, Qt.KeyboardModifier.ShiftModifier)
        await stand.until(lambda: stand.window.chat.composer.text() == "from here to there")
        field.undo()
        assert stand.window.chat.composer.text() == "from  to there"


async def test_a_clipboard_whose_owner_hangs_is_said() -> None:
    below = FakeSurroundings().with_key()
    async with window_over(below) as stand:
        below.clipboard.failure = ClipboardError("The program does not answer.", "Copy it again.")
        QTest.keyClick(field_of(stand), Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        await stand.until(lambda: stand.window.chat.notice.sentence())
        assert stand.window.chat.notice.sentence() == "The program does not answer. Copy it again."


async def test_the_middle_button_brings_the_selected_text() -> None:
    below = FakeSurroundings().with_key()
    async with window_over(below) as stand:
        below.clipboard.selected = "selected"
        QTest.mouseClick(field_of(stand).viewport(), Qt.MouseButton.MiddleButton)
        await stand.until(lambda: stand.window.chat.composer.text() == "selected")


async def test_pictures_alone_are_a_question_and_keep_their_order() -> None:
    below = FakeSurroundings().with_key()
    async with window_over(below) as stand:
        below.provider.enqueue(answer("A."))
        assert not stand.window.chat.composer._go.isEnabled()
        await give(stand, b"one", b"two", b"three")
        send(stand)
        assert await saved(stand) == ["one", "two", "three", ""]
        card = stand.window.chat.transcript.findChild(QuestionCard)
        assert isinstance(card, QuestionCard)
        assert len(card.findChildren(Thumbnail)) == 3


async def test_the_same_picture_twice_is_shown_twice() -> None:
    below = FakeSurroundings().with_key()
    async with window_over(below) as stand:
        below.provider.enqueue(answer("A."))
        data = png(8, 8)
        await give(stand, data, data)
        send(stand)
        await stand.until(lambda: stand.presenter.chat.current == 1)
        card = stand.window.chat.transcript.findChild(QuestionCard)
        assert isinstance(card, QuestionCard)
        await stand.until(lambda: all(each._image is not None for each in card.findChildren(Thumbnail)))
        assert len(card.findChildren(Thumbnail)) == 2


async def test_a_question_waits_for_pictures_that_are_on_their_way_and_can_be_stopped() -> None:
    below = FakeSurroundings().with_key()
    async with window_over(below) as stand:
        arrived = asyncio.Event()

        class Slow(BytesSource):
            async def read(self, services: Services) -> Loaded:
                await arrived.wait()
                return await super().read(services)

        drafts = stand.presenter.chat.drafts
        drafts.give(Given((Slow("slow.png", b"slow"),)))
        assert tiles(stand)[0].fact() == "Loading…"
        send(stand)
        await stand.until(lambda: stand.window.chat.composer._go.text() == "Stop")
        send(stand)
        await stand.until(lambda: stand.window.chat.composer._go.text() == "Send")
        assert (below.provider.asked, len(tiles(stand))) == ([], 1)
        below.provider.enqueue(answer("A."))
        send(stand)
        await asyncio.sleep(0)
        arrived.set()
        assert await saved(stand) == ["slow", ""]


async def test_loading_is_given_up_when_its_tile_is_removed() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        given_up = asyncio.Event()

        class Endless(BytesSource):
            async def read(self, services: Services) -> Loaded:
                try:
                    await asyncio.Event().wait()
                finally:
                    given_up.set()
                return await super().read(services)

        stand.presenter.chat.drafts.give(Given((Endless("endless.png", b""),)))
        await asyncio.sleep(0)
        tiles(stand)[0]._remove.click()
        await given_up.wait()
        assert (tiles(stand), stand.window.chat.notice.sentence()) == ([], "")


class Refused(BytesSource):
    """A file of another kind."""

    async def read(self, services: Services) -> Loaded:
        raise PictureError("This is not a picture.", "Use a PNG file.")


async def test_what_is_no_picture_is_said_by_name_and_the_rest_stays() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        await give(stand, b"good")
        stand.presenter.chat.drafts.give(Given((Refused("notes.txt", b""), Refused("b.pdf", b""))))
        await stand.until(lambda: len(tiles(stand)) == 1)
        assert stand.window.chat.notice.sentence() == (
            "notes.txt: This is not a picture. Use a PNG file. b.pdf: This is not a picture. Use a PNG file."
        )


async def test_more_than_twenty_pictures_are_left_out_and_it_is_said() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        await give(stand, *(f"{number}".encode() for number in range(22)))
        assert len(tiles(stand)) == 20
        assert stand.window.chat.notice.sentence() == "A question takes up to 20 files and pictures. 2 were left out."


async def test_every_conversation_keeps_its_own_pictures() -> None:
    below = FakeSurroundings().with_key()
    async with window_over(below) as stand:
        below.provider.enqueue(answer("A."))
        stand.presenter.chat.send("one")
        await saved(stand)
        await give(stand, b"of the first")
        stand.presenter.chat.begin()
        assert tiles(stand) == []
        stand.window.open_conversation(1)
        assert [tile._full_name for tile in tiles(stand)] == ["1.png"]


async def test_a_full_disk_loses_neither_words_nor_pictures() -> None:
    below = FakeSurroundings().with_key()
    async with window_over(below) as stand:
        await give(stand, b"one")
        stand.window.chat.composer.set_text("Why?")
        below.conversations.failure = StoreFull("The disk is full.", "Free some space.")
        send(stand)
        await stand.until(lambda: stand.window.chat.notice.sentence())
        assert (stand.window.chat.composer.text(), len(tiles(stand))) == ("Why?", 1)
        await stand.until(lambda: stand.window.chat.composer._go.text() == "Send")


async def test_delete_takes_a_picture_out_and_the_keyboard_goes_to_the_next() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        await give(stand, b"one", b"two")
        stand.window.activateWindow()
        await stand.until(stand.window.isActiveWindow)
        tiles(stand)[0].focus_remove()
        QTest.keyClick(tiles(stand)[0]._remove, Qt.Key.Key_Delete)
        assert [tile._full_name for tile in tiles(stand)] == ["2.png"]
        assert tiles(stand)[0].has_keyboard()
        QTest.keyClick(tiles(stand)[0]._remove, Qt.Key.Key_Delete)
        assert stand.window.focusWidget() is field_of(stand)


async def test_a_thumbnail_opens_large_and_escape_closes_it() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        await give(stand, png(40, 30))
        tiles(stand)[0]._thumbnail.click()
        await stand.until(lambda: stand.window.findChild(PictureDialog))
        dialog = stand.window.findChild(PictureDialog)
        assert isinstance(dialog, PictureDialog)
        await stand.until(dialog.isActiveWindow)
        QTest.keyClick(dialog, Qt.Key.Key_Shift)
        assert dialog.isVisible()
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        assert not dialog.isVisible()


async def test_selected_text_is_quoted_above_the_field_and_goes_out_before_the_words() -> None:
    below = FakeSurroundings().with_key()
    async with window_over(below) as stand:
        below.provider.enqueue(answer("A."))
        stand.presenter.take(ClipboardContent(text="one\ntwo"))
        composer = stand.window.chat.composer
        assert composer.quote.words == "Text to ask about, 7 characters"
        composer.quote._chip.click()
        assert composer.quote._body.toPlainText() == "one\ntwo"
        composer.set_text("Why?")
        send(stand)
        assert await saved(stand) == ["> one\n> two\n\nWhy?"]
        assert composer.quote.isHidden()


async def test_selected_text_can_be_taken_out() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        stand.presenter.take(ClipboardContent(text="x" * 1240))
        quote = stand.window.chat.composer.quote
        assert quote.words == "Text to ask about, 1,240 characters"
        quote._remove.click()
        assert quote.isHidden()
        assert not stand.window.chat.composer._go.isEnabled()


async def test_a_copied_picture_opens_a_new_conversation_from_the_settings_too() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        stand.presenter.show_settings()
        stand.presenter.take(ClipboardContent(b"copied"))
        assert (stand.window.page(), stand.presenter.chat.current) == ("chat", None)
        await stand.until(lambda: tiles(stand)[0].fact() == "1 × 1")


async def test_a_picture_with_a_quick_prompt_is_asked_about_at_once_and_other_drafts_stay() -> None:
    below = FakeSurroundings().with_key()
    async with window_over(below) as stand:
        below.provider.enqueue(answer("A."))
        stand.window.chat.composer.set_text("half a thought")
        stand.presenter.take_picture(EncodedPicture(b"cut out", "image/png", 3, 2), EXPLAIN)
        assert await saved(stand) == ["cut out", "Explain this."]
        assert stand.window.chat.composer.text() == "half a thought"


async def test_a_picture_that_could_not_be_asked_about_stays_in_the_composer() -> None:
    below = FakeSurroundings().with_key()
    async with window_over(below) as stand:
        below.conversations.failure = StoreFull("The disk is full.", "Free some space.")
        stand.presenter.take_picture(EncodedPicture(b"cut out", "image/png", 3, 2), EXPLAIN)
        await stand.until(lambda: stand.window.chat.notice.sentence())
        await stand.until(lambda: tiles(stand) and tiles(stand)[0].fact() == "3 × 2")
        assert stand.window.chat.composer.text() == "Explain this."


async def test_a_prompt_with_a_choice_is_completed_beside_the_picture_it_was_chosen_for() -> None:
    below = FakeSurroundings().with_key()
    tones = Variable("Tone", kind=VariableKind.CHOICE, choices=("warm", "cold"))
    prompt = Prompt("reply", "Reply", "Reply in a {{tone}} tone.", {"tone": tones}, model="model-b")
    async with window_over(below) as stand:
        below.provider.enqueue(answer("A."))
        stand.presenter.take_picture(EncodedPicture(b"cut out", "image/png", 3, 2), prompt)
        await stand.until(lambda: tiles(stand) and tiles(stand)[0].fact() == "3 × 2")
        composer = stand.window.chat.composer
        assert (composer.prompt_form.prompt, below.provider.asked) == (prompt, [])
        QTest.keyClick(composer.prompt_form.fields["tone"], Qt.Key.Key_Down)
        QTest.keyClick(composer.prompt_form.fields["tone"], Qt.Key.Key_Return)
        assert await saved(stand) == ["cut out", "Reply in a cold tone."]


async def test_a_picture_whose_prompt_cannot_be_completed_stays_in_the_composer() -> None:
    below = FakeSurroundings().with_key()
    prompt = Prompt("fix", "Fix", "Fix {{text}}", {"text": Variable(kind=VariableKind.CLIPBOARD)})
    async with window_over(below) as stand:
        stand.presenter.take_picture(EncodedPicture(b"cut out", "image/png", 3, 2), prompt)
        await stand.until(lambda: tiles(stand) and tiles(stand)[0].fact() == "3 × 2")
        assert "about the clipboard" in stand.window.chat.notice.sentence()


async def test_a_picture_without_a_question_waits_in_the_composer() -> None:
    below = FakeSurroundings().with_key()
    async with window_over(below) as stand:
        stand.presenter.take_picture(EncodedPicture(b"cut out", "image/png", 3, 2))
        await stand.until(lambda: tiles(stand)[0].fact() == "3 × 2")
        assert below.provider.asked == []


async def test_a_picture_by_address_comes_through_the_outbox() -> None:
    below = FakeSurroundings().with_key()
    async with window_over(below) as stand:
        below.web.pictures["https://example.org/a.png"] = b"from the web"
        below.clipboard.content = ClipboardContent(text="https://example.org/a.png")
        QTest.keyClick(field_of(stand), Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        await stand.until(lambda: tiles(stand) and tiles(stand)[0].fact() == "1 × 1")
        assert [row.host for row in below.ledger.rows] == ["example.org"]


async def test_files_are_chosen_in_a_dialog(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"from a file")
    async with window_over(FakeSurroundings().with_key()) as stand:
        stand.window.chat.composer.attach.click()
        stand.presenter.chat._adding.menu.actions()[0].trigger()
        dialog = stand.window.findChild(QFileDialog)
        assert isinstance(dialog, QFileDialog)
        dialog.filesSelected.emit([str(tmp_path / "a.png")])
        dialog.close()
        await stand.until(lambda: tiles(stand) and tiles(stand)[0].fact() == "1 × 1")


async def test_a_file_dropped_anywhere_on_the_window_is_attached(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"from a file")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.png"))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    async with window_over(FakeSurroundings().with_key()) as stand:
        enter = QDragEnterEvent(QPoint(9, 9), copy, mime, left, none)
        stand.window.dragEnterEvent(enter)
        assert enter.isAccepted()
        assert stand.window._hint.isVisible()
        stand.window.dropEvent(QDropEvent(QPoint(9, 9).toPointF(), copy, mime, left, none))
        assert not stand.window._hint.isVisible()
        await stand.until(lambda: tiles(stand) and tiles(stand)[0].fact() == "1 × 1")


async def test_nothing_is_dropped_upon_the_settings() -> None:
    mime = QMimeData()
    mime.setText("words")
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    async with window_over(FakeSurroundings().with_key()) as stand:
        stand.presenter.show_settings()
        enter = QDragEnterEvent(QPoint(9, 9), copy, mime, left, none)
        enter.ignore()
        stand.window.dragEnterEvent(enter)
        assert not enter.isAccepted()


def png_header(width: int, height: int) -> bytes:
    """A PNG that says it is that large, and has next to nothing of it."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = b"IDAT" + zlib.compress(bytes(64))
    chunks = (struct.pack(">I", len(each) - 4) + each + struct.pack(">I", zlib.crc32(each)) for each in (body, pixels))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def animation() -> bytes:
    buffer = io.BytesIO()
    frames = [Image.new("RGB", (30, 20), (80 * number, 0, 0)) for number in range(3)]
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (png(40, 30)[:60], "bad.png: The PNG file is damaged."),
        (png_header(30_000, 30_000), "bad.png: The picture is too large to open."),
        (b"%PDF-1.7", "bad.png: This is a file of another kind (PDF)."),
        (b"", "bad.png: The file is empty."),
    ],
)
async def test_pictures_that_cannot_be_used_are_told_by_their_content(data: bytes, said: str) -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        stand.services.capture._codec = PillowCodec()
        stand.presenter.chat.drafts.give(Given((BytesSource("bad.png", data),)))
        await stand.until(lambda: not tiles(stand))
        assert stand.window.chat.notice.sentence().startswith(said)


async def test_of_an_animation_the_first_picture_is_taken_and_it_is_said() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        stand.services.capture._codec = PillowCodec()
        await give(stand, animation())
        assert tiles(stand)[0].fact() == "First picture of an animation"
        picture = stand.presenter.chat.drafts.draft.attachments[0].picture
        assert picture is not None
        assert not is_animated(picture.data)
