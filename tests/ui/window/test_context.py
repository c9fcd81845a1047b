"""Folders, pages and earlier conversations as context, in a window over the real services."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QFileDialog

from kireji.core.errors import StoreFull
from kireji.core.history import StoredDraft
from kireji.core.messages import DocumentPart, Message, Role, TextPart
from kireji.core.models import ModelInfo, Price
from kireji.core.sources import Entry, Source, SourceKind
from kireji.ui.chat.context.panel import ContextPanel
from kireji.ui.chat.context.tile import SourceTile
from kireji.ui.chat.file_chip import FileChip
from kireji.ui.chat.sources import Given, TextSource
from kireji.ui.chat.text_dialog import TextDialog
from tests.fakes.provider import FakeProvider, Hold, answer
from tests.fakes.services import FakeSurroundings
from tests.fakes.sources import FakeSourceReader
from tests.ui.window.support import Stand, window_over

pytestmark = pytest.mark.qt

SHOP = Source(SourceKind.FOLDER, "/home/you/shop", "shop")
FILES = {
    "README.md": "Sells things. " * 20,
    "app/cart.py": "def total(): ...\n" * 10,
    "app/price.py": "PRICE = 3\n" * 9,
}


def below_with_a_folder() -> FakeSurroundings:
    below = FakeSurroundings().with_key()
    below.sources.texts[SHOP.place] = dict(FILES)
    return below


def tiles(stand: Stand) -> list[SourceTile]:
    return list(stand.window.chat.composer.attachments.source_tiles())


def facts(stand: Stand) -> list[str]:
    return [tile.fact() for tile in tiles(stand)]


def panel(stand: Stand) -> ContextPanel:
    panel = stand.presenter.chat._context._panel
    assert panel is not None
    return panel


async def add(stand: Stand, *sources: Source) -> None:
    """Add sources, and wait until it is known what of them goes along."""
    stand.presenter.chat.drafts.add_sources(sources)
    context = stand.presenter.chat._context
    await stand.until(lambda: context._packed is not None and all(not tile.shown.looking for tile in tiles(stand)))


def press(stand: Stand, words: str) -> None:
    """Press the attach button, and choose what begins with these words."""
    stand.window.chat.composer.attach.click()
    menu = stand.presenter.chat._adding.menu
    assert menu is not None
    next(action for action in menu.actions() if action.text().startswith(words)).trigger()
    menu.close()


async def asked(stand: Stand, words: str = "What is sold?") -> str:
    """Ask, and give back the document that went along with the question."""
    stand.below.provider.enqueue(answer("Things."))
    stand.window.chat.composer.set_text(words)
    stand.window.chat.composer._go.click()
    await stand.until(lambda: stand.below.provider.asked)
    request = stand.below.provider.asked[-1].cleared.request
    (part,) = [part for part in request.messages[-1].parts if isinstance(part, DocumentPart)]
    return request.blobs[part.blob].decode()


async def test_a_source_says_what_it_costs_and_how_much_of_it_goes_along() -> None:
    async with window_over(below_with_a_folder()) as stand:
        await add(stand, SHOP)
        assert facts(stand)[0].endswith(" tokens · 3 files")
        assert tiles(stand)[0]._thumbnail.accessibleName().endswith("3 files. Choose what goes along")


async def test_the_files_go_out_as_one_document_with_a_chip_that_shows_them() -> None:
    async with window_over(below_with_a_folder()) as stand:
        await add(stand, SHOP)
        document = await asked(stand)
        assert all(text.strip() in document for text in FILES.values())
        await stand.until(lambda: tiles(stand) == [])
        await stand.until(lambda: stand.window.findChildren(FileChip))
        (chip,) = stand.window.findChildren(FileChip)
        assert chip.accessibleName() == "shop · 3 of 3 files, Text"
        chip.click()
        await stand.until(lambda: stand.window.findChildren(TextDialog))
        (dialog,) = stand.window.findChildren(TextDialog)
        assert dialog._body.toPlainText() == document
        dialog.close()


class WaitingSource(FakeSourceReader):
    """Reads when it is told to."""

    def __init__(self) -> None:
        super().__init__({SHOP.place: FILES})
        self.go_on = asyncio.Event()

    async def read(self, source: Source, entries: Sequence[Entry], most: int = 8_000_000) -> dict[str, str]:
        await self.go_on.wait()
        return await super().read(source, entries, most)


async def test_reading_that_takes_a_while_is_said_and_esc_ends_it_with_all_in_its_place() -> None:
    below = FakeSurroundings().with_key()
    below.sources = WaitingSource()
    async with window_over(below) as stand:
        chat = stand.window.chat
        chat.before._reading.setInterval(0)
        stand.presenter.chat.drafts.add_sources([SHOP])
        chat.composer.set_text("What is sold?")
        chat.composer._go.click()
        await stand.until(lambda: chat.before.sentence == "Reading what goes along…  Esc cancels")
        chat.composer.stop()
        await stand.until(lambda: chat.composer._go.text() == "Send")
        assert (chat.before.sentence, chat.composer.text(), len(tiles(stand))) == ("", "What is sold?", 1)
        assert below.provider.asked == []


async def test_what_is_switched_off_in_the_panel_does_not_go_along() -> None:
    async with window_over(below_with_a_folder()) as stand:
        await add(stand, SHOP)
        QTest.mouseClick(tiles(stand)[0], Qt.MouseButton.LeftButton)
        tree = panel(stand).tree
        tree.setCurrentIndex(tree.lines.find(tiles(stand)[0].key, "app/"))
        QTest.keyClick(tree, Qt.Key.Key_Space)
        assert stand.presenter.chat.drafts.draft.sources[0].off == ("app/",)
        await stand.until(lambda: facts(stand)[0].endswith("1 of 3 files"))
        assert "2\N{NO-BREAK SPACE}switched\N{NO-BREAK SPACE}off" in panel(stand)._left_out.text()
        QTest.keyClick(tree, Qt.Key.Key_Escape)
        document = await asked(stand)
        assert FILES["README.md"].strip() in document
        assert "def total" not in document


async def test_a_source_that_is_switched_off_stays_here_and_stays_prepared() -> None:
    async with window_over(below_with_a_folder()) as stand:
        await add(stand, SHOP)
        context = stand.presenter.chat._context
        context.open(tiles(stand)[0])
        QTest.keyClick(panel(stand).tree, Qt.Key.Key_Space)
        await stand.until(lambda: facts(stand) == ["Stays here"])
        context.close()
        stand.below.provider.enqueue(answer("Things."))
        stand.window.chat.composer.set_text("Alone?")
        stand.window.chat.composer._go.click()
        await stand.until(lambda: stand.below.provider.asked and stand.window.chat.composer.text() == "")
        assert stand.below.provider.asked[-1].cleared.request.messages[-1].parts == (TextPart("Alone?"),)
        assert facts(stand) == ["Stays here"]


async def test_an_attachment_is_switched_off_in_the_panel_too() -> None:
    async with window_over(below_with_a_folder()) as stand:
        drafts = stand.presenter.chat.drafts
        drafts.give(Given((TextSource("notes.md", "some words"),)))
        await stand.until(lambda: all(each.part for each in drafts.draft.attachments))
        press(stand, "What goes along")
        QTest.keyClick(panel(stand).tree, Qt.Key.Key_Space)
        (tile,) = stand.window.chat.composer.attachments.tiles()
        assert (tile.fact(), drafts.draft.attachments[0].off) == ("Stays here", True)


async def test_the_bound_is_entered_in_the_panel_and_kept_in_the_settings() -> None:
    below = below_with_a_folder()
    below.sources.texts[SHOP.place]["large.md"] = "word " * 20_000
    async with window_over(below) as stand:
        await add(stand, SHOP)
        assert facts(stand)[0].endswith("4 files")
        stand.presenter.chat._context.open(tiles(stand)[0])
        field = panel(stand).most.field
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, "2000")
        QTest.keyClick(field, Qt.Key.Key_Return)
        await stand.until(lambda: "of 2.0k tokens" in panel(stand)._sum.text())
        assert stand.services.preferences.settings.context.most_tokens == 2000


async def test_what_has_no_room_is_told_and_what_is_pinned_goes_first() -> None:
    below = below_with_a_folder()
    below.sources.texts[SHOP.place] = {"a.md": "first " * 900, "b.md": "other " * 900}
    below.settings.tables["context"] = {"most_tokens": 1800}
    async with window_over(below) as stand:
        await add(stand, SHOP)
        context = stand.presenter.chat._context
        context.open(tiles(stand)[0])
        tree = panel(stand).tree
        for name, other in (("a.md", "b.md"), ("b.md", "a.md")):
            tree.setCurrentIndex(tree.lines.find(tiles(stand)[0].key, name))
            QTest.keyClick(tree, Qt.Key.Key_P)
            assert stand.presenter.chat.drafts.draft.sources[0].pins == (name,)
            await stand.until(lambda name=name: context._packed is not None and context._packed.took[0].name == name)
            left = tree.lines.line(tree.lines.find(tiles(stand)[0].key, other))
            assert not left.goes or " of " in left.note
            QTest.keyClick(tree, Qt.Key.Key_P)


async def test_the_price_is_that_of_the_whole_question() -> None:
    below = below_with_a_folder()
    priced = ModelInfo("anthropic", "priced", "Priced", prices=(Price(3.0, 15.0, 3.75, 0.3),), context_tokens=200_000)
    below.provider = FakeProvider(models=(priced,), default_model="priced")
    async with window_over(below) as stand:
        composer = stand.window.chat.composer
        composer.set_text("What is sold?")
        await stand.until(lambda: composer.price.text())
        alone = composer.price.text()
        await add(stand, SHOP)
        await stand.until(lambda: composer.price.text() != alone)
        stand.presenter.chat._context.open(tiles(stand)[0])
        assert composer.price.text() in panel(stand)._sum.text()


async def test_sources_are_there_again_in_the_next_window_as_they_were_switched() -> None:
    below = below_with_a_folder()
    async with window_over(below) as stand:
        await add(stand, SHOP)
        changed = Source(SHOP.kind, SHOP.place, SHOP.name, off=("app/",))
        stand.presenter.chat.drafts.keep(stand.presenter.chat.drafts.draft.with_source(changed))
    assert await below.drafts.load(None) == StoredDraft(sources=(changed,))
    async with window_over(below) as stand:
        await stand.until(lambda: facts(stand) and facts(stand)[0].endswith("1 of 3 files"))


async def test_a_question_that_could_not_be_saved_leaves_its_sources_where_they_were() -> None:
    below = below_with_a_folder()
    async with window_over(below) as stand:
        await add(stand, SHOP)
        below.conversations.failure = StoreFull("The disk is full.", "Free some space.")
        stand.window.chat.composer.set_text("What is sold?")
        stand.window.chat.composer._go.click()
        await stand.until(lambda: stand.window.chat.notice.sentence())
        assert stand.presenter.chat.drafts.draft.sources == (SHOP,)


async def test_a_folder_that_is_gone_says_so_and_keeps_the_question() -> None:
    async with window_over(below_with_a_folder()) as stand:
        await add(stand, SHOP)
        del stand.below.sources.texts[SHOP.place]
        stand.services.packing._listings.clear()
        stand.window.chat.composer.set_text("What is sold?")
        stand.window.chat.composer._go.click()
        await stand.until(lambda: "shop is not there any more" in stand.window.chat.notice.sentence())
        assert stand.window.chat.composer.text() == "What is sold?"


async def test_a_source_that_cannot_be_looked_into_says_why() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        stand.presenter.chat.drafts.add_sources([SHOP])
        await stand.until(lambda: facts(stand) == ["shop is not there any more. Take it out, or add it again."])


async def test_a_question_that_waits_is_packed_when_it_is_queued() -> None:
    below = below_with_a_folder()
    hold = Hold()
    below.provider.enqueue([hold, *answer("A.")])
    async with window_over(below) as stand:
        stand.presenter.chat.send("first")
        await stand.until(lambda: stand.services.chat.live.find(1))
        await add(stand, SHOP)
        stand.window.chat.composer._queue.click()
        await stand.until(lambda: stand.services.queue.waiting(1))
        (waiting,) = stand.services.queue.waiting(1)
        (part,) = waiting.message.parts
        assert isinstance(part, DocumentPart)
        assert part.title == "shop · 3 of 3 files"
        await stand.until(lambda: tiles(stand) == [])
        below.provider.enqueue(answer("B."))
        hold.release()
        await stand.until(lambda: len(below.provider.asked) == 2 and stand.services.chat.live.find(1) is None)
        assert part in below.provider.asked[-1].cleared.request.messages[-1].parts


async def test_a_folder_is_dropped_upon_the_window(tmp_path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    below = FakeSurroundings().with_key()
    below.sources.texts[str(tmp_path)] = dict(FILES)
    async with window_over(below) as stand:
        stand.window.dropEvent(QDropEvent(QPoint(9, 9).toPointF(), copy, mime, left, none))
        await stand.until(lambda: [tile.shown.title for tile in tiles(stand)] == [tmp_path.name])
        assert stand.window.chat.composer.attachments.tiles() == ()


async def test_a_folder_goes_along_though_enter_was_pressed_at_once(tmp_path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    below = FakeSurroundings().with_key()
    below.sources.texts[str(tmp_path)] = dict(FILES)
    async with window_over(below) as stand:
        stand.window.dropEvent(QDropEvent(QPoint(9, 9).toPointF(), copy, mime, left, none))
        assert FILES["app/cart.py"].strip() in await asked(stand)
        await stand.until(lambda: tiles(stand) == [])


async def test_a_folder_is_chosen_in_a_dialog() -> None:
    async with window_over(below_with_a_folder()) as stand:
        press(stand, "Folder")
        dialog = stand.window.findChild(QFileDialog)
        assert isinstance(dialog, QFileDialog)
        dialog.filesSelected.emit([SHOP.place])
        dialog.close()
        assert stand.presenter.chat.drafts.draft.sources == (SHOP,)


async def test_a_page_is_added_by_its_address() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        press(stand, "Web page…")
        pages = stand.presenter.chat._adding._pages
        assert pages is not None
        QTest.keyClicks(pages.field, "no address")
        QTest.keyClick(pages.field, Qt.Key.Key_Return)
        assert pages.problem() == "This is no address of a web page. One looks like https://example.com/page."
        pages.field.clear()
        QTest.keyClicks(pages.field, "example.com/docs")
        QTest.keyClick(pages.field, Qt.Key.Key_Return)
        (page,) = stand.presenter.chat.drafts.draft.sources
        assert page == Source(SourceKind.PAGE, "https://example.com/docs", "example.com/docs")


async def test_an_address_in_the_question_is_offered_as_a_page_and_stays_text() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        stand.window.chat.composer.set_text("What does https://example.com/docs say?")
        press(stand, "Web page example.com/docs")
        (page,) = stand.presenter.chat.drafts.draft.sources
        assert page.place == "https://example.com/docs"
        assert stand.window.chat.composer.text() == "What does https://example.com/docs say?"


async def test_an_earlier_conversation_is_searched_and_added() -> None:
    below = FakeSurroundings().with_key()
    for title in ("Prices", "Deploys", "Open now"):
        await below.conversations.create(title, Message(Role.USER, (TextPart(f"about {title}"),)))
    async with window_over(below) as stand:
        stand.window.open_conversation(3)
        await stand.until(lambda: stand.presenter.chat.current == 3)
        press(stand, "Earlier conversation")
        found = stand.presenter.chat._adding._conversations
        assert found is not None
        await stand.until(lambda: found.list.count() == 2)
        QTest.keyClicks(found.search, "prices")
        QTest.keyClick(found.search, Qt.Key.Key_Return)
        await stand.until(lambda: stand.presenter.chat.drafts.draft.sources)
        assert stand.presenter.chat.drafts.draft.sources == (Source(SourceKind.CONVERSATION, "1", "Prices"),)


async def test_what_is_relevant_follows_the_words() -> None:
    below = below_with_a_folder()
    texts = {f"{name}.md": f"{name} " * 400 for name in ("apples", "pears", "plums")}
    below.sources.texts[SHOP.place] = texts
    below.settings.tables["context"] = {"most_tokens": 1000}
    async with window_over(below) as stand:
        await add(stand, SHOP)
        context = stand.presenter.chat._context
        for wanted in ("plums", "pears"):
            stand.window.chat.composer.set_text(f"Tell me about {wanted}")
            await stand.until(lambda wanted=wanted: context._packed.took[0].name == f"{wanted}.md")


async def test_a_source_is_taken_out_with_its_button() -> None:
    async with window_over(below_with_a_folder()) as stand:
        await add(stand, SHOP)
        tiles(stand)[0]._remove.click()
        assert tiles(stand) == []
        assert stand.presenter.chat.drafts.draft.sources == ()


async def test_every_control_of_the_panel_has_a_name() -> None:
    async with window_over(below_with_a_folder()) as stand:
        await add(stand, SHOP)
        stand.presenter.chat._context.open(tiles(stand)[0])
        shown = panel(stand)
        buttons = [each for each in shown.findChildren(QAbstractButton) if each.isVisible()]
        assert [each for each in buttons if not each.accessibleName()] == []
        assert all(each.accessibleName() for each in (shown, shown.tree, shown.search, shown.most.field))
