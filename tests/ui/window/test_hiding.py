"""What is hidden, as the window shows it: beside pictures, in them, at answers and in the inspector."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from kireji.core.messages import ImagePart
from kireji.core.ports import EncodedPicture
from kireji.core.secrets.kinds import Kind
from kireji.services.redaction import Redaction
from kireji.ui.aio import TaskScope
from kireji.ui.chat.attachment_row import AttachmentTile
from kireji.ui.chat.picture_dialog import PictureDialog
from kireji.ui.chat.transcript.around import HiddenNote, hidden_part
from kireji.ui.looking_ahead import LookingAhead
from tests.fakes.provider import answer
from tests.fakes.reader import FakeReader
from tests.fakes.services import FakeSurroundings
from tests.fakes.stores import MemorySettings
from tests.ui.window.support import Stand, window_over

pytestmark = pytest.mark.qt

LINES = (
    "api key: sk-ant-api03-Ab3dEf6hIj9lMn2pQr5tUv8x",
    "A line that is much longer than the one above it, so that the key ends before the edge.",
    "write to a@example.org",
)


def failed(error: BaseException) -> None:
    raise error


def picture() -> EncodedPicture:
    buffer = io.BytesIO()
    Image.new("RGB", (1000, 300), "white").save(buffer, "PNG")
    return EncodedPicture(buffer.getvalue(), "image/png", 1000, 300)


@asynccontextmanager
async def stand_with(policy: str = "always") -> AsyncIterator[Stand]:
    settings = MemorySettings({"privacy": {"anthropic": policy}})
    below = FakeSurroundings(reader=FakeReader(LINES), settings=settings, redacts=True).with_key()
    async with window_over(below) as stand:
        scope = TaskScope("looking ahead", failed)
        LookingAhead(stand.services.capture, stand.services.outbox.redaction, scope)
        yield stand
        await scope.aclose()


def redaction(stand: Stand) -> Redaction:
    found = stand.services.outbox.redaction
    assert found is not None
    return found


def tile(stand: Stand) -> AttachmentTile:
    return stand.window.chat.composer.attachments.tiles()[0]


async def attach(stand: Stand) -> ImagePart:
    """Attach a picture that was looked through."""
    drafts = stand.presenter.chat.drafts
    drafts.add(picture(), "Capture")
    await stand.until(lambda: [each.part for each in drafts.draft.attachments if each.part])
    part = drafts.draft.attachments[0].part
    assert isinstance(part, ImagePart)
    await stand.until(lambda: redaction(stand).covers(part.blob))
    return part


async def dialog(stand: Stand) -> PictureDialog:
    found: list[PictureDialog] = []

    def look() -> bool:
        found[:] = [each for each in QApplication.topLevelWidgets() if isinstance(each, PictureDialog)]
        return bool(found) and found[0].isVisible()

    await stand.until(look)
    return found[0]


async def ask(stand: Stand, text: str = "What is it?") -> None:
    stand.below.provider.enqueue(answer("A key."))
    stand.window.chat.composer.set_text(text)
    stand.window.chat.composer._go.click()
    await stand.until(lambda: "A key." in stand.shown() and not stand.presenter.chat.streaming)


def note(stand: Stand) -> HiddenNote:
    found = stand.window.chat.transcript.findChild(HiddenNote)
    assert isinstance(found, HiddenNote)
    return found


async def test_a_picture_says_how_much_is_hidden_in_it() -> None:
    async with stand_with() as stand:
        await attach(stand)
        await stand.until(lambda: tile(stand).hidden_number == 2)
        assert "2 things are hidden" in tile(stand)._thumbnail.accessibleName()


async def test_for_a_service_that_gets_everything_nothing_is_said() -> None:
    async with stand_with("never") as stand:
        stand.presenter.chat.drafts.add(picture(), "Capture")
        await stand.until(lambda: stand.below.reader.pictures)
        await stand.until(lambda: stand.presenter.chat._setup.pick.provider == "anthropic")
        assert tile(stand).hidden_number == 0


async def test_the_large_picture_has_its_boxes_and_a_press_undoes_one() -> None:
    async with stand_with() as stand:
        part = await attach(stand)
        tile(stand)._thumbnail.click()
        shown = await dialog(stand)
        assert shown.sentence == "2 things are hidden. Click a box to send it."
        key, mail = shown.boxes.boxes
        assert (key.cover.kind, mail.cover.kind) == (Kind.KEY, Kind.MAIL)
        QTest.mouseClick(key, Qt.MouseButton.LeftButton)
        assert [cover.kind for cover in redaction(stand).covers(part.blob) or ()] == [Kind.MAIL]
        assert shown.sentence == "1 thing is hidden. Click a box to send it."
        assert tile(stand).hidden_number == 1
        assert shown.isVisible()
        shown.close()


async def test_boxes_lie_in_the_large_picture_where_they_are_in_what_is_sent() -> None:
    async with stand_with() as stand:
        part = await attach(stand)
        tile(stand)._thumbnail.click()
        shown = await dialog(stand)
        target = shown.picture_rect()
        scale = target.width() / 1000
        for box, cover in zip(shown.boxes.boxes, redaction(stand).covers(part.blob) or (), strict=True):
            assert abs(box.x() - target.x() - cover.rect.x * scale) < 1
            assert abs(box.geometry().right() + 1 - target.x() - cover.rect.right * scale) < 1
        shown.close()


async def test_keys_go_through_the_boxes_of_the_large_picture() -> None:
    async with stand_with() as stand:
        await attach(stand)
        tile(stand)._thumbnail.click()
        shown = await dialog(stand)
        shown.activateWindow()
        await stand.until(shown.isActiveWindow)
        QTest.keyClick(shown, Qt.Key.Key_H)
        first = shown.boxes.boxes[0]
        assert shown.focusWidget() is first
        QTest.keyClick(first, Qt.Key.Key_Space)
        assert not first.hidden
        QTest.keyClick(first, Qt.Key.Key_Escape)
        assert shown.isVisible()
        QTest.keyClick(shown, Qt.Key.Key_Escape)
        await stand.until(lambda: not isValid(shown))


async def test_a_picture_that_was_asked_about_is_shown_as_it_is_with_the_way_to_what_was_sent() -> None:
    async with stand_with() as stand:
        part = await attach(stand)
        await ask(stand)
        stand.window.chat.transcript.picture_clicked.emit(part)
        shown = await dialog(stand)
        assert shown.boxes.boxes == ()
        assert shown.sentence == "This is the picture as it is kept here."
        QTest.mouseClick(shown.sent_button, Qt.MouseButton.LeftButton)
        await stand.until(lambda: stand.presenter.receipts.dialog)
        receipts = stand.presenter.receipts.dialog
        assert receipts is not None
        await stand.until(lambda: receipts.list.count())
        assert receipts.list.currentItem().data(Qt.ItemDataRole.UserRole).facts.question == 1


async def test_the_answer_says_what_was_hidden_and_leads_to_the_receipt() -> None:
    async with stand_with() as stand:
        await attach(stand)
        await ask(stand)
        assert note(stand).words.accessibleName() == "Hidden from the service: key (1), mail address (1)."
        note(stand).words.linkActivated.emit("sent")
        await stand.until(lambda: stand.presenter.receipts.dialog)


async def test_the_inspector_counts_what_was_hidden_of_the_last_question() -> None:
    async with stand_with() as stand:
        section = stand.presenter.chat.hiding.section
        assert section.isHidden()
        await attach(stand)
        await ask(stand)
        await stand.until(lambda: not section.isHidden())
        assert (section.value("key"), section.value("mail")) == ("1", "1")
        assert section._rows["card"].isHidden()
        stand.presenter.chat.begin()
        await stand.until(section.isHidden)
        stand.window.open_conversation(1)
        await stand.until(lambda: not section.isHidden())


@pytest.mark.parametrize(
    ("whole", "parts"),
    [
        ("", ("", "")),
        ("No key.", ("No key.", "")),
        ("Hidden from the service: key (1).", ("", "Hidden from the service: key (1).")),
        ("No key. Hidden from the service: key (1).", ("No key.", "Hidden from the service: key (1).")),
    ],
)
def test_what_was_hidden_is_told_apart_from_other_notes(whole: str, parts: tuple[str, str]) -> None:
    assert hidden_part(whole) == parts
