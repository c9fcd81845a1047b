"""The page about newer versions, and the notification."""

from __future__ import annotations

import asyncio
import base64
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest

from kireji.core.desktop_ports import Notice
from kireji.core.update_ports import Installation, UpdateSource
from kireji.core.updates import envelope, id_of, signed_bytes
from kireji.services.updates import Updates
from kireji.ui.background import look_for_updates
from kireji.ui.settings.updates.page import UpdatesPage
from kireji.ui.update_notices import UpdateNotices
from tests.fakes.services import FakeSurroundings
from tests.fakes.updates import FakeSignatures
from tests.support.releases import NOW, release
from tests.support.waiting import until_true
from tests.ui.window.support import Stand, window_over

pytestmark = pytest.mark.qt

ADDRESS = "https://kireji.example/stable.json"
KEY = b"k" * 32
TEXT = base64.b64encode(KEY).decode()


def listed(**fields: Any) -> bytes:
    payload = msgspec.json.encode(release(**fields))
    return envelope(payload, [(id_of(KEY), FakeSignatures.sign(KEY, signed_bytes(payload)))])


def surroundings(source: UpdateSource | None = None, **fields: Any) -> FakeSurroundings:
    below = FakeSurroundings()
    below.settings.tables = {"general": {"welcomed": True}, "local": {"discover": False}}
    below.update_source = source or UpdateSource(ADDRESS, (TEXT,))
    below.clock.set(NOW)
    below.release_lists.lists[ADDRESS] = listed(**fields)
    return below


async def opened(stand: Stand) -> UpdatesPage:
    stand.presenter.show_updates()
    settings = stand.presenter._settings
    assert settings is not None
    await stand.until(lambda: settings.updates_page.state.chip.text())
    return settings.updates_page


async def checked(stand: Stand) -> UpdatesPage:
    page = await opened(stand)
    page.check.click()
    await stand.until(lambda: page.state.chip.text() not in ("not asked yet", "asking…"))
    return page


async def test_opening_the_page_asks_nobody() -> None:
    async with window_over(surroundings()) as stand:
        page = await opened(stand)
        assert page.state.chip.text() == "not asked yet"
        assert page.state.sentence.text() == "Nothing has been asked so far."
        assert not page.allow.is_on()
        assert page.release.isHidden()
        assert stand.below.release_lists.asked == []
        assert stand.below.ledger.rows == []


async def test_a_check_shows_what_is_new_and_how_to_get_it() -> None:
    async with window_over(surroundings()) as stand:
        page = await checked(stand)
        card = page.release
        assert page.state.chip.text() == "9.0.0 is there"
        assert card.isVisible()
        assert card.notes.plain_text() == "What is new\nIt works"
        assert card.how.text().endswith("sudo apt install ./kireji_9.0.0_amd64.deb")
        assert card.file.text().startswith("kireji_9.0.0_amd64.deb, 85.8 MiB\nSHA-256 55555555 5")
        assert card.address.text() == "https://kireji.example/download"
        assert [row.purpose for row in stand.below.ledger.rows] == ["update check"]


async def test_the_newest_version_is_said_to_be_it() -> None:
    async with window_over(surroundings(version="0.1.0")) as stand:
        page = await checked(stand)
        assert page.state.chip.text() == "the newest version"
        assert page.release.isHidden()


async def test_what_is_not_believed_is_said_where_it_was_asked() -> None:
    below = surroundings()
    below.release_lists.lists[ADDRESS] = b"<html>"
    async with window_over(below) as stand:
        page = await checked(stand)
        assert page.problem.text().startswith("What came from the address of updates is no list of versions")
        assert page.state.chip.text() == "not known"
        assert page.release.isHidden()


async def test_the_yes_is_kept_and_is_for_now_too() -> None:
    async with window_over(surroundings()) as stand:
        page = await opened(stand)
        page.allow.switch.click()
        await stand.until(lambda: page.release.isVisible())
        assert stand.below.settings.tables["updates"] == {"check": True}
        page.allow.switch.click()
        await stand.until(lambda: stand.below.settings.tables["updates"] == {"check": False})
        assert len(stand.below.release_lists.asked) == 1


async def test_without_an_address_the_page_says_so_and_cannot_ask() -> None:
    async with window_over(surroundings(UpdateSource())) as stand:
        page = await opened(stand)
        assert page.state.chip.text() == "no address"
        assert page.state.sentence.text().startswith("This copy of Kireji knows no address")
        assert not page.check.isEnabled()
        assert not page.allow.switch.isEnabled()


async def test_an_address_and_a_key_can_be_entered() -> None:
    async with window_over(surroundings(UpdateSource())) as stand:
        page = await opened(stand)
        page.address.entered.emit(ADDRESS)
        await stand.until(lambda: "no key by which" in page.state.sentence.text())
        page.keys.entered.emit(f"{TEXT}, {TEXT}")
        await stand.until(lambda: page.check.isEnabled())
        assert stand.below.settings.tables["updates"] == {"address": ADDRESS, "keys": [TEXT, TEXT]}
        assert id_of(KEY) in page.trusted.text()


@pytest.mark.parametrize(
    ("row", "text", "said"),
    [
        ("address", "http://kireji.example/", "The address must be an address that begins with https://."),
        ("keys", "no key", "The list of keys holds 'no', which is no public key in base64."),
    ],
)
async def test_what_cannot_be_used_is_refused_where_it_was_typed(row: str, text: str, said: str) -> None:
    async with window_over(surroundings(UpdateSource())) as stand:
        page = await opened(stand)
        field = getattr(page, row)
        field.entered.emit(text)
        await stand.until(lambda: field.problem.text())
        assert field.problem.text() == said
        assert "updates" not in stand.below.settings.tables


async def test_the_button_keeps_the_keyboard_while_it_is_asked_and_asks_once() -> None:
    async with window_over(surroundings()) as stand:
        page = await opened(stand)
        page.check.setFocus()
        page.check.click()
        page.check.click()
        await stand.until(lambda: page.release.isVisible())
        assert stand.window.focusWidget() is page.check
        assert stand.below.release_lists.asked == [ADDRESS]


async def test_a_key_is_seen_to_its_end() -> None:
    async with window_over(surroundings()) as stand:
        page = await opened(stand)
        field = page.keys.field
        await stand.until(lambda: field.width() > page.width() * 0.8)
        assert field.fontMetrics().horizontalAdvance(TEXT) < field.width()


async def test_a_version_can_be_skipped_and_taken_back() -> None:
    async with window_over(surroundings()) as stand:
        page = await checked(stand)
        page.release.skip.click()
        await stand.until(lambda: page.release.skip.text() == "Do not skip it")
        page.release.skip.click()
        await stand.until(lambda: page.release.skip.text() == "Skip this version")


async def test_the_download_page_opens_only_when_it_is_pressed(monkeypatch: pytest.MonkeyPatch) -> None:
    opened_pages: list[str] = []

    def open_url(url: QUrl) -> bool:
        opened_pages.append(url.toString())
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    async with window_over(surroundings()) as stand:
        page = await checked(stand)
        assert opened_pages == []
        page.release.page.click()
        assert opened_pages == ["https://kireji.example/download"]


async def test_pictures_and_pages_that_notes_name_are_never_fetched() -> None:
    notes = {
        "en": "![x](https://tracker.example/a.png) <img src='https://tracker.example/b'> [here](https://a.example)"
    }
    async with window_over(surroundings(notes=notes)) as stand:
        page = await checked(stand)
        await stand.until(lambda: "here" in page.release.notes.plain_text())
        assert len(stand.below.ledger.rows) == 1


async def test_long_notes_are_read_from_their_beginning() -> None:
    notes = {"en": "\n\n".join(f"Paragraph {number}" for number in range(60))}
    async with window_over(surroundings(notes=notes)) as stand:
        page = await checked(stand)
        bar = page.release.notes.verticalScrollBar()
        await stand.until(lambda: bar.maximum() > 100)
        await stand.until(lambda: "Paragraph 0" in page.release.notes.plain_text())
        assert bar.value() == bar.minimum()


async def test_a_system_without_a_file_shows_none() -> None:
    below = surroundings()
    below.installed = Installation("deb", "linux", "riscv64")
    async with window_over(below) as stand:
        page = await checked(stand)
        assert page.release.file.isHidden()
        assert page.release.how.text().startswith("The list names no file for this system")


async def test_everything_is_reached_by_keys() -> None:
    async with window_over(surroundings()) as stand:
        page = await checked(stand)
        page.check.setFocus()
        seen = []
        for _ in range(10):
            focused = stand.window.focusWidget()
            assert focused is not None
            seen.append(focused)
            QTest.keyClick(focused, "\t")
        assert {page.check, page.allow.switch, page.release.page, page.release.skip} <= set(seen)
        assert {page.address.field, page.keys.field} <= set(seen)


async def test_a_notification_tells_of_a_version_once_and_leads_to_the_page() -> None:
    async with window_over(surroundings()) as stand:
        told: list[Notice] = []
        clicks: list[Any] = []
        led: list[tuple[str, str]] = []

        def tell(notice: Notice, *, clicked: Any) -> None:
            told.append(notice)
            clicks.append(clicked)

        updates = stand.services.updates()
        UpdateNotices(updates, tell, lambda page, token: led.append((page, token)))
        await stand.services.preferences.set("updates.check", True)
        days = iter(range(200))

        async def pause(seconds: float) -> None:
            stand.below.clock.advance(seconds)
            if next(days) > 150:
                raise TimeoutError

        with pytest.raises(TimeoutError):
            await updates.keep_up(lambda: False, pause)
        assert [notice.title for notice in told] == ["Kireji 9.0.0 is there"]
        assert len(stand.below.release_lists.asked) > 2
        clicks[0]("token")
        assert led == [("updates", "token")]
        assert timedelta(days=3) < stand.below.clock.now() - NOW


class Around:
    """What the program shows: its notifications and its window."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def tell(self, notice: Notice, *, clicked: Any) -> None:
        self.told.append(notice.title)

    def open_settings(self, page: str = "", token: str = "") -> None:
        raise AssertionError("nobody has clicked")


async def test_the_running_program_asks_once_the_person_says_yes_and_tells_of_it() -> None:
    below, around = surroundings(), Around()
    services = below.build()
    made: list[None] = []
    updates = services.updates

    def late() -> Updates:
        made.append(None)
        return updates()

    services = msgspec.structs.replace(services, updates=late)
    async with asyncio.TaskGroup() as group:
        looking = group.create_task(look_for_updates(services, around, around, 0.0))  # type: ignore[arg-type]
        for _ in range(20):
            await asyncio.sleep(0)
        assert (made, below.release_lists.asked) == ([], [])
        await services.preferences.set("updates.check", True)
        await until_true(lambda: around.told)
        looking.cancel()
    assert below.release_lists.asked == [ADDRESS]
    assert around.told == ["Kireji 9.0.0 is there"]
