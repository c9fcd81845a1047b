"""The window of the help over a few pages of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from kireji.core.help_pages import read_pages, search
from kireji.ui.help.window import HelpWindow
from kireji.ui.theme import Theme
from tests.support.waiting import until_true

pytestmark = pytest.mark.qt

FILLER = "\n\n".join(["Many words, so that a heading below can come to the upper edge."] * 40)
PAGES = read_pages(
    {
        "first-steps": "# First steps\n\nBegin here, then [choose](prompts.md#choosing).\n\n![A](pictures/w.png)\n",
        "prompts": f"# Prompts\n\nA prompt is a file.\n\n## Writing\n\n{FILLER}\n\n## Choosing\n\n"
        f"Press a chip. [Above](#writing), [Web](https://example.org/x), [no](javascript:x).\n\n{FILLER}\n",
        "privacy": "# Privacy\n\nWhat leaves: the seldom word *marzipan*.\n",
    }
)


@dataclass
class Stand:
    window: HelpWindow
    asked: list[str] = field(default_factory=list)

    async def until_shown(self, title: str) -> None:
        await until_true(lambda: self.window.page.title == title and self.window.column.is_complete())

    def listed(self) -> list[str]:
        rows = self.window.contents.list
        return [rows.item(row).text().translate({0x2068: None, 0x2069: None}) for row in range(rows.count())]


@asynccontextmanager
async def opened(size: tuple[int, int] = (940, 600)) -> AsyncIterator[Stand]:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme = Theme(app)
    asked: list[str] = []

    def picture(address: str) -> QImage:
        asked.append(address)
        return QImage(8, 8, QImage.Format.Format_RGB32)

    window = HelpWindow(theme, PAGES, picture)
    window.resize(*size)
    window.show()
    stand = Stand(window, asked)
    await stand.until_shown("First steps")
    try:
        yield stand
    finally:
        window.close()
        window.deleteLater()
        theme.deleteLater()
        await asyncio.sleep(0)


@contextmanager
def launched(window: HelpWindow) -> Iterator[list[str]]:
    """What would open in the browser."""
    urls: list[str] = []
    window.column.link_activated.disconnect()
    window.column.link_activated.connect(lambda url: urls.append(url.toString()))
    yield urls


def links(stand: Stand) -> dict[str, str]:
    """The address of every link that is built, by its words."""
    pieces = [row.piece for _, item in stand.window.column._sections for row in item.rows if row.piece is not None]
    return {piece.text_between(link.start, link.end): link.address for piece in pieces for link in piece.links()}


async def follow(stand: Stand, words: str) -> None:
    from PySide6.QtCore import QUrl

    await until_true(lambda: words in links(stand))
    stand.window.column.open_link(QUrl(links(stand)[words]))


async def test_opened_about_something_there_is_no_way_back_to_what_nobody_has_seen() -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    window = HelpWindow(Theme(app), PAGES, lambda _: QImage())
    window.open_topic("prompts#choosing")
    assert window.page.name == "prompts"
    assert not window.back.isEnabled()
    window.deleteLater()
    await asyncio.sleep(0)


async def test_it_lists_the_pages_and_begins_with_the_first() -> None:
    async with opened() as stand:
        assert stand.listed() == ["First steps", "Prompts", "Privacy"]
        assert "Begin here" in stand.window.column.words()
        assert stand.window.windowTitle() == "First steps – Kireji help"


async def test_a_pages_picture_is_asked_for_by_its_address_alone() -> None:
    async with opened() as stand:
        await until_true(lambda: stand.asked)
        assert set(stand.asked) == {"pictures/w.png"}


async def test_a_link_leads_to_the_heading_of_another_page() -> None:
    async with opened() as stand:
        await follow(stand, "choose")
        await stand.until_shown("Prompts")
        assert stand.window.column.place() == (2, 0)


async def test_a_link_within_the_page_goes_up_and_back_returns() -> None:
    async with opened() as stand:
        stand.window.open_topic("prompts#choosing")
        await stand.until_shown("Prompts")
        await follow(stand, "Above")
        await until_true(lambda: stand.window.column.place() == (1, 0))
        stand.window.go_back()
        await until_true(lambda: stand.window.column.place() == (2, 0))


async def test_a_link_of_the_web_opens_in_the_browser_and_others_are_words() -> None:
    async with opened() as stand:
        stand.window.open_topic("prompts#choosing")
        await stand.until_shown("Prompts")
        with launched(stand.window) as urls:
            await follow(stand, "Web")
        assert urls == ["https://example.org/x"]
        assert "no" not in links(stand)


async def test_back_and_forward_go_through_the_pages_that_were_seen() -> None:
    async with opened() as stand:
        window = stand.window
        assert (window.back.isEnabled(), window.forward.isEnabled()) == (False, False)
        window.open_topic("prompts")
        window.open_topic("privacy")
        window.back.click()
        assert window.page.name == "prompts"
        assert (window.back.isEnabled(), window.forward.isEnabled()) == (True, True)
        window.back.click()
        window.forward.click()
        window.forward.click()
        assert window.page.name == "privacy"
        assert not window.forward.isEnabled()


async def test_the_keys_go_back_and_forward() -> None:
    async with opened() as stand:
        stand.window.open_topic("privacy")
        stand.window.activateWindow()
        await until_true(stand.window.isActiveWindow)
        QTest.keyClick(stand.window.column, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
        await stand.until_shown("First steps")
        QTest.keyClick(stand.window.column, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
        await stand.until_shown("Privacy")


async def test_the_search_finds_words_in_all_pages_and_enter_goes_to_the_first() -> None:
    async with opened() as stand:
        contents = stand.window.contents
        QTest.keyClicks(contents.search, "marzi")
        QTest.keyClick(contents.search, Qt.Key.Key_Return)
        await stand.until_shown("Privacy")
        assert stand.listed() == ["Privacy\n… seldom word marzipan."]
        assert contents.sentence.text() == "1 place found."
        QTest.keyClick(contents.search, Qt.Key.Key_Escape)
        assert stand.listed() == ["First steps", "Prompts", "Privacy"]


async def test_a_search_without_a_result_says_so() -> None:
    async with opened() as stand:
        stand.window.contents.search.setText("nougat")
        stand.window.contents.search.say()
        assert stand.window.contents.sentence.text().startswith("Nothing found for “nougat”.")


async def test_the_arrow_keys_in_the_list_open_pages() -> None:
    async with opened() as stand:
        contents = stand.window.contents
        contents.enter()
        QTest.keyClick(contents.list, Qt.Key.Key_Down)
        await stand.until_shown("Prompts")
        assert contents.list.currentRow() == 1


async def test_the_first_entry_is_seen_to_be_chosen_when_the_keyboard_comes_into_the_list() -> None:
    async with opened() as stand:
        contents = stand.window.contents
        QTest.keyClicks(contents.search, "prompt")
        await until_true(lambda: contents.sentence.isVisible())
        QTest.keyClick(contents.search, Qt.Key.Key_Down)
        await until_true(contents.list.selectedItems)
        assert contents.list.item(0).isSelected()


async def test_what_was_found_keeps_its_own_direction_in_a_mirrored_window() -> None:
    async with opened() as stand:
        contents = stand.window.contents
        contents.show_found("marzipan", search(PAGES, "marzipan"))
        assert contents.list.item(0).text() == "\u2068Privacy\u2069\n\u2068… seldom word marzipan.\u2069"


async def test_back_points_to_where_a_mirrored_window_begins() -> None:
    async with opened() as stand:
        window = stand.window
        window.open_topic("privacy")
        window.open_topic("prompts")
        window.go_back()  # both ways are open
        picture = window.back.icon().pixmap(16).toImage()
        window.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        window._dress()
        assert window.forward.icon().pixmap(16).toImage() == picture


async def test_a_narrow_window_shows_the_contents_or_the_page() -> None:
    async with opened((400, 500)) as stand:
        window = stand.window
        assert (window.contents.isVisible(), window.column.isVisible()) == (False, True)
        window.menu.click()
        assert (window.contents.isVisible(), window.column.isVisible()) == (True, False)
        window.contents.list.setCurrentRow(2)
        window.contents.left.emit()
        assert (window.contents.isVisible(), window.column.isVisible()) == (False, True)
        assert window.page.name == "privacy"


async def test_an_unknown_topic_shows_the_first_page() -> None:
    async with opened() as stand:
        stand.window.open_topic("privacy")
        stand.window.open_topic("nonsense#what")
        assert stand.window.page.name == "first-steps"


async def test_assistive_programs_find_names_for_everything() -> None:
    async with opened() as stand:
        window = stand.window
        stand.window.open_topic("prompts")
        await stand.until_shown("Prompts")
        assert [each.accessibleName() for each in (window.back, window.forward, window.menu)] == [
            "Back", "Forward", "Show the contents",
        ]  # fmt: skip
        assert window.contents.search.accessibleName() == "Search the help"
        assert window.contents.list.accessibleName() == "Pages"
        assert window.column.accessibleName() == "Prompts"
        boxes = [item.box.accessibleName() for _, item in window.column._sections if item.box is not None]
        assert boxes[:2] == ["Prompts", "Writing"]


async def test_tab_goes_from_the_contents_to_the_links_of_the_page() -> None:
    async with opened() as stand:
        stand.window.activateWindow()
        await until_true(stand.window.isActiveWindow)
        stand.window.column.setFocus()
        QTest.keyClick(stand.window.column, Qt.Key.Key_Tab)
        piece = QApplication.focusWidget()
        assert piece is not None
        assert "choose" in piece.accessibleName()
        QTest.keyClick(piece, Qt.Key.Key_Return)
        await stand.until_shown("Prompts")


async def test_esc_closes_it() -> None:
    async with opened() as stand:
        stand.window.activateWindow()
        await until_true(stand.window.isActiveWindow)
        QTest.keyClick(stand.window.column, Qt.Key.Key_Escape)
        assert not stand.window.isVisible()
