"""The page "History": backups, export and import."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt

from kireji.core.errors import StoreFull, TransferError
from kireji.core.transfer import BackupContent, Format, Found, Problem
from kireji.ui.settings.history_page import HistoryPage
from kireji.ui.settings.history_presenter import HistoryPagePresenter
from kireji.ui.transfer.words import moment
from tests.fakes.services import FakeSurroundings
from tests.fakes.transfer import FakeSource
from tests.support.whole import NOON, said, talk
from tests.ui.window.support import window_over

pytestmark = pytest.mark.qt

BACKUPS = Path("/backups")
TALK = talk(said("q", None, "What is the tide?"), said("a", "q", "High at four."))


@dataclass
class Shown:
    """The page over fakes, without a window around it."""

    below: FakeSurroundings
    page: HistoryPage
    presenter: HistoryPagePresenter

    async def until(self, condition: Callable[[], object]) -> None:
        while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0)


@asynccontextmanager
async def page_over(below: FakeSurroundings) -> AsyncIterator[Shown]:
    failures: list[BaseException] = []
    services = below.build()
    page = HistoryPage()
    owner = QObject()
    presenter = HistoryPagePresenter(page, services, failures.append, owner)
    end = services.preferences.changed.subscribe(lambda _: presenter.settings_changed())
    presenter.show()
    page.show()
    shown = Shown(below, page, presenter)
    await shown.until(page.backups.chip.text)
    try:
        yield shown
    finally:
        end()
        await presenter.aclose()
        page.close()
        page.deleteLater()
        await asyncio.sleep(0)
    assert failures == []


def with_backup() -> FakeSurroundings:
    below = FakeSurroundings()
    below.backups = type(below.backups)(below.clock.now)
    below.backups.make(BACKUPS / "kireji-1.zip")
    below.backups.sources[BACKUPS / "kireji-1.zip"] = FakeSource([Found(TALK)])
    return below


async def test_without_a_backup_it_says_so() -> None:
    async with page_over(FakeSurroundings()) as shown:
        page = shown.page
        assert (page.backups.chip.text(), page.backups.sentence.text()) == ("none yet", "No backup was made yet.")


async def test_the_last_backup_is_told_with_its_true_state() -> None:
    below = with_backup()
    async with page_over(below) as shown:
        page = shown.page
        made = below.clock.now().astimezone()
        assert page.backups.chip.text() == "checked"
        assert page.backups.sentence.text() == f"Last backup today {made:%H:%M}, checked, 13.4 MiB."


async def test_a_backup_by_hand_is_made_and_shown() -> None:
    async with page_over(FakeSurroundings()) as shown:
        page = shown.page
        page.back_up.click()
        assert not page.restore.isEnabled()
        await shown.until(lambda: page.backups.chip.text() == "checked")
        await shown.until(page.back_up.isEnabled)
        assert page.restoring.sentence.text().startswith("Backed up to /backups/kireji-")


async def test_a_backup_that_fails_says_why_and_stays_said() -> None:
    below = with_backup()
    below.backups.failure = StoreFull("There is no room left on the disk for /backups.", "Free some space.")
    async with page_over(below) as shown:
        page = shown.page
        below.clock.advance(60)
        page.back_up.click()
        await shown.until(lambda: page.backups.chip.text() == "failed")
        assert "no room left" in page.backups.sentence.text()
        assert "Last backup today" in page.backups.sentence.text()


async def test_a_restore_says_first_what_it_would_add_and_can_be_left() -> None:
    below = with_backup()
    async with page_over(below) as shown:
        page = shown.page
        page.restore_chosen.emit(BACKUPS / "kireji-1.zip")
        await shown.until(page.question.isVisible)
        assert page.question.words.text().startswith("1 conversation and 2 messages would be added. Nothing that is")
        assert page.focusWidget() is page.question.no
        page.question.no.click()
        assert page.question.isHidden()
        assert below.whole.held == {}


async def test_a_restore_that_was_confirmed_adds_and_says_what() -> None:
    below = with_backup()
    async with page_over(below) as shown:
        page = shown.page
        page.restore_chosen.emit(BACKUPS / "kireji-1.zip")
        await shown.until(page.question.isVisible)
        page.question.yes.click()
        await shown.until(page.restoring.sentence.text)
        assert page.restoring.sentence.text() == "Added 1 conversation and 2 messages."
        assert [one.key for one in below.whole.held.values()] == [TALK.key]
        assert any(one.path.name.startswith("kireji-before-restore-") for one in below.backups.backups)


async def test_what_was_deleted_comes_back_only_when_it_is_switched_on() -> None:
    below = with_backup()
    below.whole.deleted.add(TALK.key)
    async with page_over(below) as shown:
        page = shown.page
        page.restore_chosen.emit(BACKUPS / "kireji-1.zip")
        await shown.until(page.question.isVisible)
        assert page.question.removed.isVisible()
        assert not page.question.yes.isEnabled()
        page.question.removed.switch.click()
        await shown.until(page.question.yes.isEnabled)
        page.question.yes.click()
        await shown.until(lambda: below.whole.held)


async def test_a_file_that_is_no_backup_is_told_where_it_was_chosen() -> None:
    async with page_over(FakeSurroundings()) as shown:
        page = shown.page
        page.restore_chosen.emit(Path("/elsewhere.zip"))
        await shown.until(page.restoring.sentence.text)
        assert "is not a backup" in page.restoring.sentence.text()
        assert page.question.isHidden()
        assert page.restore.isEnabled()


async def test_the_menu_of_backups_names_them_and_two_ways_to_others() -> None:
    async with page_over(with_backup()) as shown:
        page = shown.page
        page.restore.click()
        assert page.menu is not None
        words = [action.text() for action in page.menu.actions() if action.text()]
        assert words[0].startswith("today ")
        assert words[0].endswith("3 conversations")
        assert words[1:] == ["Another file…", "Another folder…"]
        page.menu.close()


async def test_an_import_says_what_came_and_what_did_not() -> None:
    below = FakeSurroundings()
    found = Found(TALK, ("canvas", "canvas"))
    below.exports.sources[Path("/export.zip")] = FakeSource([found, Problem("conversations.json", "It is damaged.")])
    async with page_over(below) as shown:
        page = shown.page
        page.import_chosen.emit(Path("/export.zip"))
        await shown.until(page.importing.sentence.text)
        assert page.importing.sentence.text() == "Added 1 conversation and 2 messages."
        assert page.importing.details.text() == (
            "Kept as a note in the text: canvas (2)\nconversations.json: It is damaged."
        )


async def test_an_import_that_fails_says_why() -> None:
    async with page_over(FakeSurroundings()) as shown:
        page = shown.page
        page.import_chosen.emit(Path("/missing.zip"))
        await shown.until(page.importing.sentence.text)
        assert page.importing.sentence.text() == "/missing.zip is not there. Check the name."


async def test_an_import_can_be_stopped() -> None:
    below = FakeSurroundings()
    many = [Found(talk(said("q", None, "?"), key=f"elsewhere:{number}")) for number in range(5000)]
    below.exports.sources[Path("/export.zip")] = FakeSource(many)
    async with page_over(below) as shown:
        page = shown.page
        page.import_chosen.emit(Path("/export.zip"))
        await shown.until(lambda: len(below.whole.held) > 3)
        page.importing.cancel.click()
        await shown.until(page.importing.sentence.text)
        assert page.importing.sentence.text() == "Stopped. What was added before stays."
        assert len(below.whole.held) < 5000
        assert page.import_file.isEnabled()


async def test_everything_is_exported_in_the_form_and_to_the_place_that_were_chosen() -> None:
    below = FakeSurroundings()
    await below.whole.merge(TALK)
    async with page_over(below) as shown:
        page = shown.page
        exporter = shown.presenter.exporter
        page.export.click()
        assert exporter.dialog is not None
        exporter.dialog.set_form(Format.JSON)
        exporter.dialog.choose.click()
        await shown.until(lambda: exporter.files is not None)
        assert exporter.files is not None
        assert exporter.files.defaultSuffix() == "zip"
        exporter.files.fileSelected.emit("/out.zip")
        exporter.files.reject()
        await shown.until(page.exporting.sentence.text)
        assert page.exporting.sentence.text() == "Exported 1 conversation to /out.zip."
        assert (below.exports.forms, list(below.exports.written)) == ([Format.JSON], [Path("/out.zip")])


async def test_an_export_that_fails_leaves_nothing_and_says_why() -> None:
    below = FakeSurroundings()
    await below.whole.merge(TALK)
    below.exports.failure = TransferError("There is no room.", "Free some space.")
    async with page_over(below) as shown:
        page = shown.page
        shown.presenter.exporter._place_chosen("/out.zip")
        await shown.until(page.exporting.sentence.text)
        assert page.exporting.sentence.text() == "There is no room. Free some space."
        assert below.exports.abandoned == [Path("/out.zip")]


async def test_automatic_backups_and_their_folder_are_kept_as_settings() -> None:
    below = FakeSurroundings()
    async with page_over(below) as shown:
        page = shown.page
        assert (page.automatic.is_on(), page.folder.text()) == (True, "/backups")
        page.automatic.switch.click()
        page.folder_chosen.emit("/elsewhere")
        await shown.until(lambda: page.folder.text() == "/elsewhere")
        kept = {"automatic": False, "folder": "/elsewhere"}
        await shown.until(lambda: below.settings.tables.get("backup") == kept)
        page.usual_folder.click()
        await shown.until(lambda: page.folder.text() == "/backups")


async def test_whether_pictures_are_read_is_kept_as_a_setting() -> None:
    below = FakeSurroundings()
    async with page_over(below) as shown:
        switch = shown.page.read_pictures
        assert switch.is_on()
        switch.switch.click()
        await shown.until(lambda: below.settings.tables.get("history") == {"read_pictures": False})


async def test_the_page_stands_in_the_settings() -> None:
    async with window_over(with_backup()) as stand:
        stand.presenter.show_settings()
        settings = stand.presenter._settings
        assert settings is not None
        settings.pane.show_widget(settings.history_page)
        await stand.until(lambda: settings.history_page.backups.chip.text() == "checked")


async def test_the_keyboard_reaches_everything_on_the_page() -> None:
    async with page_over(with_backup()) as shown:
        page = shown.page
        for control in (
            page.back_up,
            page.restore,
            page.export,
            page.import_file,
            page.automatic.switch,
            page.read_pictures.switch,
        ):
            assert control.focusPolicy() & Qt.FocusPolicy.TabFocus
            assert control.accessibleName()


@pytest.mark.parametrize(("days", "words"), [(0, "today "), (1, "yesterday "), (2, "20")])
def test_the_time_of_a_backup_is_told_as_people_say_it(days: int, words: str) -> None:
    content = BackupContent(NOON, "1", 3, 1, 1, 0)
    backup = type(with_backup().backups.backups[0])(BACKUPS / "a", content)
    assert moment(backup, NOON.astimezone() + timedelta(days=days)).startswith(words)


async def test_the_folder_of_backups_is_chosen_in_a_dialog() -> None:
    async with page_over(FakeSurroundings()) as shown:
        page = shown.page
        page.choose_folder.click()
        assert page.dialog is not None
        page.dialog.fileSelected.emit("/elsewhere")
        page.dialog.reject()
        await shown.until(lambda: page.folder.text() == "/elsewhere")
