from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from PySide6.QtCore import QDate, QPoint, Qt
from PySide6.QtGui import QAction, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from kireji.core.permissions import Approval, ApprovalRequest, Effects, Reason, Scope
from kireji.ui.chat.permission.card import PermissionCard
from kireji.ui.chat.permission.choices import Choices, UntilDialog
from kireji.ui.theme import Theme
from tests.support.accessibility import tree, unnamed
from tests.ui.chat.permission.support import CONVERSATION, FOLDER, UNTIL, Watch, request

pytestmark = pytest.mark.qt
NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)


class Place:
    """A window with a field that has the keyboard, and a card below it."""

    def __init__(self, qtbot: QtBot, asked: ApprovalRequest, *, compact: bool = False, whole: bool = False) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self.watch = Watch()
        self.window = QWidget()
        self.field = QLineEdit(self.window)
        self.card = PermissionCard(Theme(app), asked, "Read a file", compact=compact, whole=whole, clock=self.watch)
        layout = QVBoxLayout(self.window)
        layout.addWidget(self.field)
        layout.addWidget(self.card)
        self.answers: list[object] = []
        self.card.answered.connect(self.answers.append)
        qtbot.addWidget(self.window)
        self.window.resize(700, 500)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)
        self.field.setFocus()

    def words(self) -> str:
        return self.card._arguments.view.toPlainText()


def actions_of(menu: QMenu) -> list[QAction]:
    return [action for action in menu.actions() if not action.isSeparator()]


def test_a_press_in_the_first_moment_is_not_for_the_card(qtbot: QtBot) -> None:
    place = Place(qtbot, request())
    place.watch.time = 0.39
    QTest.mouseClick(place.card.allow, Qt.MouseButton.LeftButton)
    QTest.mouseDClick(place.card.allow, Qt.MouseButton.LeftButton)
    QTest.keyClick(place.card.allow, Qt.Key.Key_Return)
    QTest.keyClick(place.card.deny, Qt.Key.Key_Space)
    assert place.answers == []
    place.watch.time = 0.41
    QTest.mouseClick(place.card.allow, Qt.MouseButton.LeftButton)
    assert place.answers == [Approval(allowed=True)]


def test_a_card_that_moves_under_the_pointer_takes_no_press(qtbot: QtBot) -> None:
    place = Place(qtbot, request())
    place.watch.time = 5.0
    place.card.move(place.card.pos() + QPoint(0, 40))
    QTest.mouseClick(place.card.allow, Qt.MouseButton.LeftButton)
    assert place.answers == []
    place.watch.time = 5.5
    QTest.mouseClick(place.card.deny, Qt.MouseButton.LeftButton)
    assert place.answers == [Approval(allowed=False)]


def test_what_it_stands_on_may_move_too(qtbot: QtBot) -> None:
    place = Place(qtbot, request())
    other = QWidget(place.window)
    place.card.setParent(other)
    place.card.show()
    other.show()
    place.watch.time = 5.0
    other.move(3, 30)
    QTest.mouseClick(place.card.allow, Qt.MouseButton.LeftButton)
    assert place.answers == []


def test_it_never_takes_the_keyboard_by_itself(qtbot: QtBot) -> None:
    place = Place(qtbot, request())
    place.watch.time = 5.0
    assert place.window.focusWidget() is place.field
    QTest.keyClick(place.field, Qt.Key.Key_Return)
    assert place.answers == []
    QTest.mouseClick(place.card, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert place.window.focusWidget() is place.field
    assert not any(button.isDefault() or button.autoDefault() for button in place.card.buttons())


def test_tab_comes_to_the_arguments_and_every_button_in_order(qtbot: QtBot) -> None:
    place = Place(qtbot, request(offers=(FOLDER, UNTIL)))
    met: list[QWidget | None] = []
    for _ in range(5):
        QTest.keyClick(QApplication.focusWidget() or place.field, Qt.Key.Key_Tab)
        met.append(place.window.focusWidget())
    card = place.card
    assert met == [card._arguments.view, card.allow, card.more, card.deny, card.denials]


def test_only_one_answer_is_given(qtbot: QtBot) -> None:
    place = Place(qtbot, request())
    place.card.deny.click()
    place.card.allow.click()
    assert place.answers == [Approval(allowed=False)]


def test_the_best_scope_has_a_button_and_the_others_a_menu(qtbot: QtBot) -> None:
    place = Place(qtbot, request(offers=(CONVERSATION, FOLDER, UNTIL)))
    assert place.card.more.text() == "Allow in this folder…"
    menu = Choices(place.card, place.card.request.offers, lambda: NOON).offers_menu()
    assert [action.text() for action in actions_of(menu)] == [
        "In the folder /home/you/src/shop, until you take it back",
        "Every call of this tool in this conversation",
        "Every call of this tool until tonight",
        "Every call of this tool for a week",
        "Every call of this tool until a date…",
    ]
    until = [action.data() for action in actions_of(menu)[2:4]]
    assert until == [
        Approval(True, Scope.UNTIL, until=datetime(2026, 3, 9, 23, 59, 59, tzinfo=UTC)),
        Approval(True, Scope.UNTIL, until=datetime(2026, 3, 16, 12, tzinfo=UTC)),
    ]


def test_the_menu_answers(qtbot: QtBot) -> None:
    place = Place(qtbot, request(offers=(CONVERSATION, FOLDER, UNTIL)))
    actions_of(place.card._choices.offers_menu())[0].trigger()
    assert place.answers == [Approval(True, Scope.FOLDER, "/home/you/src/shop")]


def test_the_only_scope_needs_no_menu(qtbot: QtBot) -> None:
    place = Place(qtbot, request(offers=(CONVERSATION,)))
    assert place.card.more.text() == "Allow in this conversation"
    place.card.more.click()
    assert place.answers == [Approval(True, Scope.CONVERSATION)]


def test_where_nothing_lasts_nothing_is_offered(qtbot: QtBot) -> None:
    place = Place(qtbot, request(reason=Reason.ALWAYS_ASKS))
    assert [button.accessibleName() for button in place.card.buttons()] == ["Allow once", "Deny", "More ways to deny"]


def test_a_denial_can_last(qtbot: QtBot) -> None:
    place = Place(qtbot, request())
    texts = [action.text() for action in actions_of(place.card._choices.denials_menu())]
    assert texts == ["Deny in this conversation", "Always deny this tool"]
    actions_of(place.card._choices.denials_menu())[1].trigger()
    assert place.answers == [Approval(False, Scope.UNTIL)]


def test_a_date_is_picked(qtbot: QtBot) -> None:
    place = Place(qtbot, request(offers=(UNTIL,)))
    dialog = UntilDialog(place.window, NOON)
    chosen: list[object] = []
    dialog.chosen.connect(chosen.append)
    assert dialog.field.lineEdit().textMargins().left() > 0
    dialog.field.setDate(QDate(2026, 5, 1))
    dialog.allow.click()
    assert chosen == [Approval(True, Scope.UNTIL, until=datetime(2026, 5, 1, 23, 59, 59, tzinfo=UTC))]


def test_everything_the_call_gets_is_there_and_can_be_selected(qtbot: QtBot) -> None:
    arguments = {"command": "rm -rf ~ \u202e# harmless\necho", "more": list(range(200))}
    place = Place(qtbot, request(arguments=arguments))
    assert "\\u202e# harmless" in place.words()
    assert "199" in place.words()
    view = place.card._arguments.view
    assert view.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByKeyboard
    view.moveCursor(QTextCursor.MoveOperation.End)
    assert view.verticalScrollBar().maximum() > 0


def test_a_long_value_is_folded_until_it_is_wanted(qtbot: QtBot) -> None:
    place = Place(qtbot, request(arguments={"text": "a" * 4000 + "END"}))
    more = place.card._arguments.more
    assert more.text() == "Show all (2,805 more characters)"
    told: list[None] = []
    place.card.unfolded.connect(lambda: told.append(None))
    more.click()
    assert place.words().replace("\n  ", "").count("a") == 4000
    assert more.isHidden()
    assert told == [None]


def test_a_command_is_never_folded(qtbot: QtBot) -> None:
    asked = request(name="run_command", arguments={"command": "a" * 4000 + "END"})
    asked = msgspec.structs.replace(asked, tool=msgspec.structs.replace(asked.tool, asks_always=True))
    place = Place(qtbot, asked)
    assert place.words().replace("\n  ", "").count("a") >= 4000
    assert place.card._arguments.more.isHidden()


def test_what_would_change_is_shown_unless_it_stands_there_already(qtbot: QtBot) -> None:
    same = Place(qtbot, request(arguments={"command": "ls -l"}, change="ls -l"))
    assert same.card._change.view.isHidden() or not same.card._change_title.isVisible()
    other = Place(qtbot, request(arguments={"command": "ls"}, change="cd /home/you\nls"))
    assert other.card._change_title.isVisible()
    assert other.card._change.view.toPlainText() == "cd /home/you\nls"


def test_screen_readers_hear_what_is_asked_and_why(qtbot: QtBot) -> None:
    place = Place(qtbot, request(effects=Effects(True, True), reason=Reason.EXPIRED, offers=(FOLDER, UNTIL)))
    assert place.card.accessibleName() == "Read a file asks for permission"
    assert place.card.accessibleDescription() == (
        "Built-in · may change things and send data, asked because your permission has ended"
    )
    assert unnamed(place.card) == []
    names = [node.name for node in tree(place.card)]
    assert {"Allow once", "Allow in this folder…", "Deny", "More ways to deny", "What it is called with"} <= set(names)


@pytest.mark.parametrize("width", [300, 480, 720])
@pytest.mark.parametrize("compact", [False, True])
def test_nothing_is_cut_off_whatever_the_width(qtbot: QtBot, width: int, compact: bool) -> None:
    place = Place(qtbot, request(offers=(CONVERSATION, FOLDER, UNTIL)), compact=compact)
    place.window.resize(width, place.card.heightForWidth(width - 24) + 80)

    def whole(button: QWidget) -> bool:
        corner = button.mapTo(place.card, QPoint(button.width(), button.height()))
        inside = corner.x() <= place.card.width() and corner.y() <= place.card.height()
        return inside and button.width() >= button.sizeHint().width()

    qtbot.waitUntil(lambda: place.window.width() == width and all(map(whole, place.card.buttons())))


def test_where_there_is_little_room_the_rest_is_elsewhere(qtbot: QtBot) -> None:
    place = Place(qtbot, request(offers=(FOLDER, UNTIL)), compact=True)
    assert [button.text() for button in place.card.buttons()] == ["Allow once", "Deny", "Open"]
    opened: list[None] = []
    place.card.opened.connect(lambda: opened.append(None))
    place.watch.time = 1.0
    QTest.mouseClick(place.card.open, Qt.MouseButton.LeftButton)
    assert (opened, place.answers) == ([None], [])
