"""The page "About": versions, licences, and the person's data as a whole."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QScrollArea, QWidget

from kireji.core.errors import StoreFull
from kireji.core.personal_data import ErasePlan, KeysKept
from kireji.core.secret import SecretName
from kireji.services.personal_data import Inventory
from kireji.ui.settings.about.delete_dialog import DeleteDialog
from kireji.ui.settings.about.page import AboutPage
from kireji.ui.settings.about.presenter import AboutPresenter
from kireji.ui.settings.about.replacing_qt import qt_folder
from kireji.ui.settings.places import Places
from tests.fakes.job_service import a_job
from tests.fakes.services import FakeSurroundings
from tests.support.accessibility import unnamed
from tests.support.whole import said, talk

pytestmark = pytest.mark.qt

NAME = SecretName("anthropic", "https://api.anthropic.com")
TARGET = Path("/elsewhere/all.zip")


@dataclass
class Shown:
    """The page over fakes, without a window around it."""

    below: FakeSurroundings
    page: AboutPage
    presenter: AboutPresenter
    quits: list[None] = field(default_factory=list)

    async def until(self, condition: Callable[[], object]) -> None:
        while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0)

    async def dialog(self) -> DeleteDialog:
        """The question whether all shall go."""
        self.page.delete.click()
        await self.until(lambda: self.presenter.dialog)
        dialog = self.presenter.dialog
        assert dialog is not None
        return dialog


@asynccontextmanager
async def page_over(below: FakeSurroundings) -> AsyncIterator[Shown]:
    failures: list[BaseException] = []
    quits: list[None] = []
    page = AboutPage(Places(Path("/data"), Path("/config/settings.toml"), Path("/state/log")))
    owner = QObject()
    presenter = AboutPresenter(page, below.build(), failures.append, owner, lambda: quits.append(None))
    presenter.show()
    page.show()
    shown = Shown(below, page, presenter, quits)
    await shown.until(lambda: page.licences.list.count())
    try:
        yield shown
    finally:
        for dialog in (presenter.dialog, presenter.licence, presenter.files):
            if dialog is not None:
                close(dialog)
        await presenter.aclose()
        page.close()
        page.deleteLater()
        await asyncio.sleep(0)
    assert failures == []


def close(dialog: QWidget) -> None:
    with suppress(RuntimeError):  # it was closed, and is gone
        dialog.close()


def words(widget: QWidget) -> str:
    return "\n".join(each.text() for each in widget.findChildren(QLabel) if each.isVisibleTo(widget))


async def test_versions_are_shown_and_copied() -> None:
    async with page_over(FakeSurroundings()) as shown:
        assert "0.1.0" in words(shown.page.versions)
        shown.page.versions.copy.click()
        copied = QGuiApplication.clipboard().text()
        assert "Kireji" in copied
        assert "~/.local/share/kireji" in copied
        assert "Window system  xcb" in copied


async def test_licences_are_found_by_their_words() -> None:
    async with page_over(FakeSurroundings()) as shown:
        card = shown.page.licences
        assert card.list.count() == 3
        card.search.setText("lgpl")
        assert [card.list.item(row).text() for row in range(card.list.count())] == ["Qt 6.11.3  ·  LGPL-3.0-only"]


async def test_a_search_without_a_find_says_so() -> None:
    async with page_over(FakeSurroundings()) as shown:
        shown.page.licences.search.setText("no such part")
        assert shown.page.licences.nothing.text() == "No part is called that."


async def test_the_part_that_has_the_keyboard_is_in_view_on_a_low_page() -> None:
    below = FakeSurroundings()
    async with page_over(below) as shown:
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(shown.page)
        area.resize(500, 120)
        area.show()
        entries = shown.page.licences.list

        def is_in_view() -> bool:
            entry = entries.visualItemRect(entries.currentItem())
            top = entries.viewport().mapTo(area.viewport(), entry.topLeft()).y()
            return top >= 0 and top + entry.height() <= area.viewport().height()

        assert not is_in_view()
        area.activateWindow()
        entries.setFocus()
        await shown.until(is_in_view)
        for key in (Qt.Key.Key_End, Qt.Key.Key_Home):
            QTest.keyClick(entries, key)
            await shown.until(is_in_view)
        area.takeWidget()
        area.deleteLater()


async def test_enter_shows_all_texts_of_a_part() -> None:
    async with page_over(FakeSurroundings()) as shown:
        card = shown.page.licences
        card.search.setText("qt")
        card.list.setFocus()
        QTest.keyClick(card.list, Qt.Key.Key_Return)
        await shown.until(lambda: shown.presenter.licence)
        assert shown.presenter.licence is not None
        text = shown.presenter.licence.body.toPlainText()
        assert text == "GNU LESSER GENERAL PUBLIC LICENSE\n\nPermission is hereby granted"


def test_the_folder_of_qt_is_the_one_that_it_was_loaded_from() -> None:
    assert list(qt_folder().glob("*Qt6Core*"))


async def test_an_export_says_what_it_holds() -> None:
    below = FakeSurroundings()
    below.whole.held[1] = talk(said("q", None, "What is the tide?"), said("a", "q", "High at four."))
    async with page_over(below) as shown:
        shown.page.export.click()
        assert shown.presenter.files is not None
        shown.presenter.files.fileSelected.emit(str(TARGET))
        await shown.until(shown.page.work.sentence.text)
        assert shown.page.work.sentence.text().startswith(f"Exported to {TARGET}: 1 conversation, ")
        assert {"kireji.json", "prompts/mine.md", "README.txt"} <= set(below.personal.exported[TARGET])


async def test_an_export_that_fails_says_why() -> None:
    below = FakeSurroundings()
    below.personal.failure = StoreFull("There is no room left on the disk.", "Free some space and try again.")
    async with page_over(below) as shown:
        shown.presenter._place_chosen(str(TARGET))
        await shown.until(shown.page.work.sentence.text)
        assert shown.page.work.sentence.text() == "There is no room left on the disk. Free some space and try again."
        assert shown.page.export.isEnabled()


async def test_while_it_exports_the_keyboard_is_at_stop_and_then_where_it_was() -> None:
    async with page_over(FakeSurroundings()) as shown:
        shown.page.export.setFocus()
        shown.presenter._place_chosen(str(TARGET))
        await shown.until(lambda: not shown.page.export.isEnabled())
        assert shown.page.focusWidget() is shown.page.work.cancel
        await shown.until(shown.page.work.sentence.text)
        assert shown.page.focusWidget() is shown.page.export


async def test_looking_what_would_go_can_be_stopped() -> None:
    async with page_over(FakeSurroundings()) as shown:
        shown.page.delete.setFocus()
        shown.page.delete.click()
        await shown.until(lambda: not shown.page.delete.isEnabled())
        shown.page.work.cancel.click()
        await shown.until(shown.page.delete.isEnabled)
        assert shown.page.focusWidget() is shown.page.delete
        assert shown.presenter.dialog is None


async def test_deleting_says_what_goes_and_wants_a_word() -> None:
    below = FakeSurroundings().with_key()
    async with page_over(below) as shown:
        dialog = await shown.dialog()
        seen = words(dialog)
        assert "Conversations" in seen
        assert "4 KiB" in seen
        assert "Also the keys in the keychain: Anthropic" in seen
        assert not dialog.yes.isEnabled()
        dialog.typed.setText("delet")
        assert not dialog.yes.isEnabled()
        dialog.typed.setText(" Delete ")
        assert dialog.yes.isEnabled()


async def test_when_confirmed_it_is_marked_keys_go_and_the_program_ends() -> None:
    below = FakeSurroundings().with_key()
    below.autostart.set(True)
    async with page_over(below) as shown:
        dialog = await shown.dialog()
        dialog.keep_settings.set_on(True)
        dialog.typed.setText("delete")
        dialog.yes.click()
        await shown.until(lambda: shown.quits)
        assert below.personal.plan == ErasePlan(keep_settings=True)
        assert below.keychain.keys == {}
        assert not below.autostart.enabled()


async def test_keys_stay_where_that_is_wanted() -> None:
    below = FakeSurroundings().with_key()
    async with page_over(below) as shown:
        dialog = await shown.dialog()
        dialog.keys.set_on(False)
        dialog.typed.setText("delete")
        QTest.keyClick(dialog.typed, Qt.Key.Key_Return)
        await shown.until(lambda: shown.quits)
        assert list(below.keychain.keys) == [NAME]


async def test_without_the_word_enter_deletes_nothing() -> None:
    async with page_over(FakeSurroundings()) as shown:
        dialog = await shown.dialog()
        QTest.keyClick(dialog.typed, Qt.Key.Key_Return)
        assert shown.below.personal.plan is None


async def test_escape_keeps_everything() -> None:
    async with page_over(FakeSurroundings()) as shown:
        dialog = await shown.dialog()
        dialog.typed.setText("delete")
        QTest.keyClick(dialog.typed, Qt.Key.Key_Escape)
        await asyncio.sleep(0)
        assert shown.below.personal.plan is None
        assert shown.quits == []


async def test_what_was_confirmed_is_not_taken_back_by_escape() -> None:
    async with page_over(FakeSurroundings()) as shown:
        dialog = await shown.dialog()
        dialog.typed.setText("delete")
        dialog.yes.click()
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        dialog.close()
        assert dialog.isVisible()
        await shown.until(lambda: shown.quits)
        assert shown.below.personal.plan == ErasePlan()


async def test_the_question_may_be_closed_while_services_are_asked_to_cancel() -> None:
    async with page_over(FakeSurroundings()) as shown:
        dialog = await shown.dialog()
        dialog.cancel_jobs_wanted.emit()
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        for _ in range(20):
            await asyncio.sleep(0)
        assert shown.presenter.dialog is None


async def test_while_another_process_uses_the_data_nothing_can_be_deleted() -> None:
    below = FakeSurroundings()
    below.data_users.append("kireji batch (process 12)")
    async with page_over(below) as shown:
        dialog = await shown.dialog()
        dialog.typed.setText("delete")
        assert not dialog.yes.isEnabled()
        assert "kireji batch (process 12)" in words(dialog)


async def test_one_that_began_meanwhile_is_told() -> None:
    below = FakeSurroundings()
    async with page_over(below) as shown:
        dialog = await shown.dialog()
        dialog.typed.setText("delete")
        below.data_users.append("kireji ask (process 13)")
        dialog.yes.click()
        await shown.until(dialog.sentence.text)
        assert "kireji ask (process 13)" in dialog.sentence.text()
        assert dialog.yes.isEnabled()
        assert below.personal.plan is None


async def test_a_keychain_that_cannot_be_asked_is_told() -> None:
    below = FakeSurroundings()
    below.keychain._availability = below.keychain._availability._replace(ok=False, reason="The keychain is locked.")
    async with page_over(below) as shown:
        dialog = await shown.dialog()
        assert "The keychain is locked. Keys in it stay; delete them there." in words(dialog)


async def test_the_export_is_offered_first() -> None:
    async with page_over(FakeSurroundings()) as shown:
        dialog = await shown.dialog()
        dialog.export.click()
        assert shown.presenter.files is not None


async def test_backups_in_a_folder_of_ones_own_are_asked_for_apart() -> None:
    below = FakeSurroundings()
    below.settings.tables["backup"] = {"folder": "/disk"}
    async with page_over(below) as shown:
        dialog = await shown.dialog()
        assert not dialog.backups.is_on()
        dialog.backups.set_on(True)
        dialog.typed.setText("delete")
        dialog.yes.click()
        await shown.until(lambda: shown.quits)
        assert below.personal.plan == ErasePlan(backups="/disk")


async def test_jobs_that_are_with_a_service_are_told_and_can_be_cancelled() -> None:
    asked: list[None] = []
    owner = QWidget()
    found = Inventory((), KeysKept(()), False, None, (a_job(3),), ())
    dialog = DeleteDialog(found, owner)
    dialog.cancel_jobs_wanted.connect(lambda: asked.append(None))
    dialog.show()
    assert "1 job is with a service" in words(dialog)
    dialog.cancel_jobs.click()
    assert asked == [None]
    dialog.close()
    owner.deleteLater()
    await asyncio.sleep(0)


async def test_everything_has_a_name_for_screen_readers() -> None:
    async with page_over(FakeSurroundings().with_key()) as shown:
        assert unnamed(shown.page) == []
        assert unnamed(await shown.dialog()) == []
