from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from kireji.ui.sidebar.commands import Command, Order, offered
from kireji.ui.sidebar.conversation_list import ConversationList
from kireji.ui.sidebar.order import Shelf
from kireji.ui.sidebar.rows import TitleEditor
from kireji.ui.theme import Theme
from tests.ui.sidebar.support import NOON, row

pytestmark = pytest.mark.qt


@pytest.fixture
def rows(qapp: QApplication, qtbot: QtBot) -> ConversationList:
    result = ConversationList(Theme(qapp))
    qtbot.addWidget(result)
    result.resize(240, 300)
    result.rows.tell_time(NOON)
    result.rows.reset([row(number, minutes=number) for number in range(1, 41)], more=False)
    result.show()
    result.activateWindow()
    result.setFocus()
    qtbot.waitUntil(result.hasFocus)
    return result


def at(rows: ConversationList, number: int) -> QPoint:
    return rows.visualRect(rows.rows.find(number)).center()


def click(rows: ConversationList, number: int, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, keys, at(rows, number))


def selected(rows: ConversationList) -> list[int]:
    return [one.id for one in rows.selected()]


def editor(rows: ConversationList) -> TitleEditor:
    found = [one for one in rows.findChildren(TitleEditor) if one.isVisible()]
    assert len(found) == 1
    return found[0]


def orders(rows: ConversationList) -> list[Order]:
    found: list[Order] = []
    rows.ordered.connect(found.append)
    return found


# --- choosing and selecting -----------------------------------------------------------------------------------------


def test_a_click_opens_a_conversation(rows: ConversationList) -> None:
    chosen: list[int] = []
    rows.chosen.connect(chosen.append)
    click(rows, 3)
    assert chosen == [3]


def test_with_control_or_shift_a_click_selects_and_opens_nothing(rows: ConversationList) -> None:
    chosen: list[int] = []
    click(rows, 2)
    rows.chosen.connect(chosen.append)
    click(rows, 4, Qt.KeyboardModifier.ControlModifier)
    assert selected(rows) == [2, 4]
    rows.select(2)
    click(rows, 5, Qt.KeyboardModifier.ShiftModifier)
    assert (selected(rows), chosen) == ([2, 3, 4, 5], [])


def test_the_arrow_keys_walk_and_enter_opens(rows: ConversationList) -> None:
    chosen: list[int] = []
    rows.chosen.connect(chosen.append)
    QTest.keyClick(rows, Qt.Key.Key_Down)
    assert chosen == []
    QTest.keyClick(rows, Qt.Key.Key_Return)
    assert chosen == [2]


def test_headings_are_no_stop_for_the_keyboard(rows: ConversationList) -> None:
    rows.rows.reset([row(1, minutes=1), row(2, days=1)], more=False)
    rows.select(1)
    QTest.keyClick(rows, Qt.Key.Key_Down)
    assert selected(rows) == [2]


def test_up_from_the_first_row_leaves_the_list(rows: ConversationList, qtbot: QtBot) -> None:
    rows.select(1)
    with qtbot.waitSignal(rows.left_above):
        QTest.keyClick(rows, Qt.Key.Key_Up)


def test_what_the_person_has_selected_stays_when_another_conversation_opens(rows: ConversationList) -> None:
    rows.select(3)
    rows.mark(7)
    assert selected(rows) == [3]


# --- what can be done -----------------------------------------------------------------------------------------------


def test_delete_is_about_all_that_is_selected(rows: ConversationList) -> None:
    found = orders(rows)
    click(rows, 2)
    click(rows, 4, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(rows, Qt.Key.Key_Delete)
    assert found == [Order(Command.REMOVE, (2, 4))]


def test_what_was_deleted_is_not_deleted_again(rows: ConversationList) -> None:
    found = orders(rows)
    rows.rows.reset([msgspec.structs.replace(row(1), removed=NOON)], more=False, shelf=Shelf.REMOVED)
    rows.select(1)
    QTest.keyClick(rows, Qt.Key.Key_Delete)
    assert found == []


def test_undo_is_asked_for_by_its_keys(rows: ConversationList, qtbot: QtBot) -> None:
    with qtbot.waitSignal(rows.undo_wanted):
        QTest.keyClick(rows, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)


@pytest.mark.parametrize("by", ["Shift+F10", "menu key"])
def test_the_menu_opens_by_keyboard(rows: ConversationList, by: str) -> None:
    rows.select(3)
    if by == "menu key":
        reason = QContextMenuEvent.Reason.Keyboard
        QApplication.sendEvent(rows.viewport(), QContextMenuEvent(reason, QPoint(5, 5), QPoint(5, 5)))
    else:
        QTest.keyClick(rows, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    found = orders(rows)
    archive = next(action for action in menu.actions() if action.text() == "Archive")
    archive.trigger()
    menu.close()
    assert found == [Order(Command.ARCHIVE, (3,))]


def test_a_click_with_the_other_button_is_about_the_row_below_it(rows: ConversationList) -> None:
    rows.select(1)
    place = at(rows, 4)
    reason = QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(rows.viewport(), QContextMenuEvent(reason, place, rows.viewport().mapToGlobal(place)))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    menu.close()
    assert selected(rows) == [4]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ["Rename", "Pin to the top", "Archive", "Export…", "Delete"]),
        ({"pinned": True}, ["Rename", "Unpin", "Archive", "Export…", "Delete"]),
        ({"archived": True}, ["Rename", "Move out of the archive", "Export…", "Delete"]),
        ({"removed": NOON}, ["Restore"]),
    ],
)
def test_only_what_fits_is_offered(changes: dict[str, object], expected: list[str]) -> None:
    assert [words for _, words, _ in offered([msgspec.structs.replace(row(1), **changes)])] == expected


def test_of_several_the_menu_says_how_many(rows: ConversationList) -> None:
    del rows
    words = [words for _, words, _ in offered([row(1), row(2), row(3)])]
    assert words == ["Pin 3 to the top", "Archive 3 conversations", "Export 3 conversations…", "Delete 3 conversations"]


# --- renaming -------------------------------------------------------------------------------------------------------


def test_a_title_is_edited_in_its_row(rows: ConversationList, qtbot: QtBot) -> None:
    changes: list[object] = []
    rows.rows.renamed.connect(changes.append)
    rows.select(2)
    QTest.keyClick(rows, Qt.Key.Key_F2)
    assert editor(rows).selectedText() == "Conversation 2"
    QTest.keyClicks(editor(rows), "Why it fails")
    QTest.keyClick(editor(rows), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: changes == [(2, "Why it fails")])


@pytest.mark.parametrize("typed", ["Other", ""])
def test_escape_leaves_the_title_as_it_was(rows: ConversationList, qtbot: QtBot, typed: str) -> None:
    changes: list[object] = []
    rows.rows.renamed.connect(changes.append)
    rows.rename(2)
    field = editor(rows)
    QTest.keyClicks(field, typed)
    QTest.keyClick(field, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not field.isVisible())
    assert changes == []


def test_the_key_that_ends_a_title_opens_nothing(rows: ConversationList, qtbot: QtBot) -> None:
    chosen: list[object] = []
    rows.chosen.connect(chosen.append)
    rows.rename(2)
    QTest.keyClick(editor(rows), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: rows.state() is rows.State.NoState)
    assert chosen == []


def test_enter_belongs_to_the_input_method_while_it_composes(rows: ConversationList, qtbot: QtBot) -> None:
    changes: list[object] = []
    chosen: list[object] = []
    rows.rows.renamed.connect(changes.append)
    rows.chosen.connect(chosen.append)
    rows.rename(2)
    field = editor(rows)
    field.clear()
    QApplication.sendEvent(field, QInputMethodEvent("せってい", []))
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Tab):
        QTest.keyClick(field, key)
    assert (changes, chosen, field.isVisible()) == ([], [], True)
    done = QInputMethodEvent()
    done.setCommitString("設定")
    QApplication.sendEvent(field, done)
    QTest.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: changes == [(2, "設定")])


def test_a_row_that_moves_takes_its_editor_along(rows: ConversationList) -> None:
    rows.rename(5)
    QTest.keyClicks(editor(rows), "Half a ti")
    rows.rows.place(row(5))
    assert editor(rows).text() == "Half a ti"


# --- the place is kept ----------------------------------------------------------------------------------------------


def scrolled(rows: ConversationList, number: int) -> int:
    """Scroll to a row, and say how far below the upper edge it stands."""
    rows.scrollTo(rows.rows.find(number), rows.ScrollHint.PositionAtTop)
    rows.verticalScrollBar().setValue(rows.verticalScrollBar().value() + 7)
    return top_of(rows, number)


def top_of(rows: ConversationList, number: int) -> int:
    rows.executeDelayedItemsLayout()
    return rows.visualRect(rows.rows.find(number)).top()


def test_what_is_read_stays_where_it_is_when_a_conversation_moves_up(rows: ConversationList) -> None:
    before = scrolled(rows, 20)
    rows.rows.place(row(35))
    assert top_of(rows, 20) == before
    rows.rows.place(row(99, days=-1))
    assert top_of(rows, 20) == before


def test_what_is_read_stays_when_the_row_at_the_upper_edge_moves_away(rows: ConversationList) -> None:
    scrolled(rows, 20)
    before = top_of(rows, 21)
    rows.rows.place(row(20))
    assert top_of(rows, 21) == before


def test_at_the_top_the_newest_shows(rows: ConversationList) -> None:
    rows.rows.place(row(99))
    top_of(rows, 99)
    assert rows.verticalScrollBar().value() == 0


def test_the_selection_goes_with_its_row(rows: ConversationList) -> None:
    rows.select(20)
    rows.rows.place(row(20))
    assert selected(rows) == [20]


def test_the_selection_outlives_midnight(rows: ConversationList) -> None:
    rows.select(20)
    rows.rows.tell_time(NOON + timedelta(days=1))
    assert (selected(rows), rows.currentIndex()) == ([20], rows.rows.find(20))


def test_who_deletes_by_keyboard_goes_on_with_the_next(rows: ConversationList) -> None:
    rows.select(2)
    rows.rows.remove(2)
    assert selected(rows) == [3]
    rows.select(40)
    rows.rows.remove(40)
    assert selected(rows) == [39]


def test_the_end_of_what_is_known_asks_for_more(rows: ConversationList, qtbot: QtBot) -> None:
    rows.rows.reset([row(number, minutes=number) for number in range(1, 41)], more=True)
    rows.executeDelayedItemsLayout()
    with qtbot.waitSignal(rows.rows.more_wanted):
        rows.verticalScrollBar().setValue(rows.verticalScrollBar().maximum())


def test_back_at_the_top_far_rows_are_forgotten(rows: ConversationList) -> None:
    rows.rows.reset([row(number, minutes=number) for number in range(1, 2500)], more=False)
    scrolled(rows, 2000)
    assert rows.rows.known == 2499
    rows.verticalScrollBar().setValue(0)
    assert rows.rows.known < 500
    assert rows.rows.canFetchMore()
