"""The list of a real window over a history in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from kireji.core.errors import StoreFull
from kireji.core.messages import Message, Role, TextPart
from kireji.services.turns import Question
from kireji.ui.chat.header import MenuWanted
from kireji.ui.history import presenter as history
from kireji.ui.history.title_popup import TitlePopup
from kireji.ui.sidebar.commands import Command, Order
from kireji.ui.sidebar.list_model import RUNNING, UNREAD
from kireji.ui.sidebar.order import Shelf
from kireji.ui.sidebar.rows import TitleEditor
from tests.fakes.provider import Hold, answer
from tests.fakes.services import FakeSurroundings
from tests.ui.sidebar.support import titles
from tests.ui.window.support import Stand, window_over

pytestmark = pytest.mark.qt


@asynccontextmanager
async def three() -> AsyncIterator[Stand]:
    """A window whose list shows three conversations: Three, Two, One."""
    below = FakeSurroundings().with_key()
    for title in ("One", "Two", "Three"):
        await below.conversations.create(title, Message(Role.USER, (TextPart(f"About {title.lower()}"),)))
    async with window_over(below) as result:
        await result.until(lambda: shown(result) == ["Three", "Two", "One"])
        yield result


def shown(stand: Stand) -> list[str]:
    return titles(stand.window.sidebar.list.rows)


def order(stand: Stand, command: Command, *conversations: int) -> None:
    stand.window.sidebar.list.ordered.emit(Order(command, conversations))


async def stored(stand: Stand, **which: bool) -> list[str]:
    return [one.title for one in await stand.below.conversations.recent(**which)]


async def until_stored(stand: Stand, *expected: str) -> None:
    """Wait for what the history itself lists."""
    while await stored(stand) != list(expected):  # noqa: ASYNC110 - what is waited for has no event of its own
        await asyncio.sleep(0)


# --- deleting and taking back ---------------------------------------------------------------------------------------


async def test_a_deleted_conversation_vanishes_at_once_and_can_be_taken_back() -> None:
    async with three() as stand:
        bar = stand.window.sidebar.undo_bar
        order(stand, Command.REMOVE, 2)
        assert shown(stand) == ["Three", "One"]
        assert (bar.sentence(), bar.isVisible()) == ("Deleted “Two”", True)
        await until_stored(stand, "Three", "One")
        bar.undo_clicked.emit()
        await stand.until(lambda: shown(stand) == ["Three", "Two", "One"])
        assert not bar.isVisible()


async def test_several_are_taken_back_one_after_the_other() -> None:
    async with three() as stand:
        for number in (1, 2, 3):
            order(stand, Command.REMOVE, number)
        rows, bar = stand.window.sidebar.list, stand.window.sidebar.undo_bar
        rows.undo_wanted.emit()
        assert bar.sentence() == "Deleted “Two”"
        rows.undo_wanted.emit()
        rows.undo_wanted.emit()
        rows.undo_wanted.emit()
        await stand.until(lambda: shown(stand) == ["Three", "Two", "One"])
        await until_stored(stand, "Three", "Two", "One")


async def test_what_was_deleted_together_comes_back_together() -> None:
    async with three() as stand:
        order(stand, Command.REMOVE, 1, 3)
        assert (shown(stand), stand.window.sidebar.undo_bar.sentence()) == (["Two"], "Deleted 2 conversations")
        stand.window.sidebar.undo_bar.undo_clicked.emit()
        await stand.until(lambda: shown(stand) == ["Three", "Two", "One"])


async def test_deleting_what_is_open_begins_anew_and_undo_opens_it_again() -> None:
    async with three() as stand:
        stand.window.open_conversation(2)
        await stand.until(lambda: stand.presenter.chat.current == 2)
        order(stand, Command.REMOVE, 2)
        assert stand.presenter.chat.current is None
        stand.window.sidebar.undo_bar.undo_clicked.emit()
        await stand.until(lambda: stand.presenter.chat.current == 2)


async def test_deleting_what_is_open_in_the_list_leaves_the_keyboard_there() -> None:
    async with three() as stand:
        stand.window.open_conversation(2)
        await stand.until(stand.window.chat.transcript.isVisible)
        rows = stand.window.sidebar.list
        stand.window.activateWindow()
        await stand.until(stand.window.isActiveWindow)
        rows.setFocus()
        order(stand, Command.REMOVE, 2)
        assert (stand.presenter.chat.current, rows.hasFocus()) == (None, True)


async def test_a_conversation_that_another_was_opened_meanwhile_is_not_opened_by_undo() -> None:
    async with three() as stand:
        stand.window.open_conversation(2)
        order(stand, Command.REMOVE, 2)
        stand.window.open_conversation(1)
        stand.window.sidebar.undo_bar.undo_clicked.emit()
        await stand.until(lambda: shown(stand) == ["Three", "Two", "One"])
        assert stand.presenter.chat.current == 1


async def test_the_answer_in_a_deleted_conversation_is_stopped() -> None:
    async with three() as stand:
        hold = Hold()
        stand.below.provider.enqueue([hold, *answer("A.")])
        stand.presenter.chat.send("Why?")
        await hold.reached.wait()
        order(stand, Command.REMOVE, 4)
        await stand.until(lambda: stand.services.chat.live.find(4) is None)


async def test_what_cannot_be_deleted_comes_back_with_a_sentence() -> None:
    async with three() as stand:
        stand.below.conversations.failure = StoreFull("The disk is full.", "Free some space.")
        order(stand, Command.REMOVE, 2)
        await stand.until(lambda: stand.window.chat.notice.sentence().startswith("The disk is full."))
        stand.below.conversations.failure = None
        stand.window.activated.emit()
        await stand.until(lambda: shown(stand) == ["Three", "Two", "One"])


# --- other things that are done -------------------------------------------------------------------------------------


async def test_a_pinned_conversation_moves_to_the_top() -> None:
    async with three() as stand:
        order(stand, Command.PIN, 1)
        assert shown(stand) == ["One", "Three", "Two"]
        await until_stored(stand, "One", "Three", "Two")
        order(stand, Command.UNPIN, 1)
        await until_stored(stand, "Three", "Two", "One")


async def test_archived_conversations_are_listed_apart_and_come_back() -> None:
    async with three() as stand:
        sidebar = stand.window.sidebar
        assert sidebar.archived.isHidden()
        order(stand, Command.ARCHIVE, 2)
        await stand.until(lambda: not sidebar.archived.isHidden())
        sidebar.archived.click()
        await stand.until(lambda: shown(stand) == ["Two"])
        order(stand, Command.UNARCHIVE, 2)
        assert shown(stand) == []
        sidebar.shelf_chosen.emit(Shelf.CURRENT)
        await stand.until(lambda: shown(stand) == ["Three", "Two", "One"])


async def test_what_was_deleted_is_restored_from_its_own_list() -> None:
    async with three() as stand:
        sidebar = stand.window.sidebar
        order(stand, Command.REMOVE, 1)
        order(stand, Command.REMOVE, 3)
        sidebar.shelf_chosen.emit(Shelf.REMOVED)
        await stand.until(lambda: shown(stand) == ["Three", "One"])
        sidebar.list.select(1)
        sidebar.restore.click()
        assert shown(stand) == ["Three"]
        await until_stored(stand, "Two", "One")


async def test_renaming_by_keyboard_names_row_header_and_history() -> None:
    async with three() as stand:
        stand.window.open_conversation(2)
        await stand.until(lambda: stand.window.chat.header.title.accessibleName() == "Two")
        rows = stand.window.sidebar.list
        rows.setFocus()
        rows.select(2)
        QTest.keyClick(rows, Qt.Key.Key_F2)
        editor = rows.findChild(TitleEditor)
        assert editor is not None
        QTest.keyClicks(editor, "Why it fails")
        QTest.keyClick(editor, Qt.Key.Key_Return)
        await stand.until(lambda: "Why it fails" in shown(stand))
        await stand.until(lambda: stand.window.chat.header.title.accessibleName() == "Why it fails")
        assert "Why it fails" in await stored(stand)


async def test_the_menu_at_the_title_offers_the_same() -> None:
    async with three() as stand:
        stand.window.open_conversation(2)
        await stand.until(lambda: stand.presenter.history._opened is not None)
        menu = QMenu(stand.window)
        stand.window.chat.header.menu_wanted.emit(MenuWanted(menu, 2))
        words = [action.text() for action in menu.actions() if action.text()]
        assert {"Rename", "Pin to the top", "Archive", "Delete"} <= set(words)
        next(action for action in menu.actions() if action.text() == "Pin to the top").trigger()
        await stand.until(lambda: shown(stand) == ["Two", "Three", "One"])


@pytest.mark.parametrize(("key", "expected"), [(Qt.Key.Key_Return, "Other"), (Qt.Key.Key_Escape, "Two")])
async def test_a_title_is_edited_where_it_stands(key: Qt.Key, expected: str) -> None:
    async with three() as stand:
        stand.window.open_conversation(2)
        await stand.until(lambda: stand.presenter.history._opened is not None)
        stand.presenter.history._menu.chosen.emit(Order(Command.RENAME, (2,)))
        popup = stand.window.findChild(TitlePopup)
        assert popup is not None
        QTest.keyClicks(popup.field, "Other")
        QTest.keyClick(popup.field, key)
        await stand.until(lambda: not stand.window.findChildren(TitlePopup))
        await until_stored(stand, "Three", expected, "One")


# --- answers --------------------------------------------------------------------------------------------------------


async def test_a_running_answer_is_marked_and_one_that_came_unseen_has_a_dot() -> None:
    async with three() as stand:
        rows = stand.window.sidebar.list.rows
        hold = Hold()
        stand.below.provider.enqueue([hold, *answer("A.")])
        stand.presenter.chat._scope.start(
            stand.services.chat.ask(Question("Why?", conversation=1), lambda _event: None), name="elsewhere"
        )
        await hold.reached.wait()
        await stand.until(lambda: rows.find(1).data(RUNNING))
        hold.release()
        await stand.until(lambda: rows.find(1).data(UNREAD))
        assert not rows.find(1).data(RUNNING)
        stand.window.activateWindow()
        await stand.until(stand.window.isActiveWindow)
        stand.window.open_conversation(1)
        await stand.until(lambda: not rows.find(1).data(UNREAD))


async def test_an_answer_that_was_watched_has_no_dot() -> None:
    async with three() as stand:
        stand.window.activateWindow()
        await stand.until(stand.window.isActiveWindow)
        stand.below.provider.enqueue(answer("A."))
        stand.presenter.chat.send("Why?")
        await stand.until(lambda: stand.services.chat.live.find(4))
        await stand.until(lambda: stand.services.chat.live.find(4) is None)
        assert stand.presenter.history._answers.now.unread == frozenset()


async def test_what_another_program_wrote_is_there_when_the_window_is_turned_to() -> None:
    async with three() as stand:
        store = stand.below.conversations
        publish, store.changed = store.changed, type(store.changed)()
        await store.create("From the terminal", Message(Role.USER, (TextPart("x"),)))
        store.changed = publish
        stand.window.activated.emit()
        await stand.until(lambda: shown(stand)[0] == "From the terminal")


async def test_pages_are_fetched_while_scrolling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "PAGE", 30)
    monkeypatch.setattr(history.HistoryPresenter._page, "__defaults__", (30, None))
    below = FakeSurroundings().with_key()
    for number in range(100):
        await below.conversations.create(f"{number}", Message(Role.USER, (TextPart("x"),)))
    async with window_over(below) as stand:
        rows = stand.window.sidebar.list
        await stand.until(lambda: rows.rows.known)
        assert rows.rows.known < 100

        def scrolled_to_the_end() -> bool:
            rows.verticalScrollBar().setValue(rows.verticalScrollBar().maximum())
            return rows.rows.known == 100

        await stand.until(scrolled_to_the_end)
        assert shown(stand) == [f"{number}" for number in reversed(range(100))]
