from __future__ import annotations

import json

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from kireji.core.events import PartDelta, PartFinished, PartStarted
from kireji.core.messages import (
    DocumentPart,
    ImagePart,
    MessageState,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from kireji.core.permissions import Approval, Scope
from kireji.services.endings import left_unanswered
from kireji.services.turns import ApprovalAsked, ApprovalGiven, ToolBegins, ToolProgressed
from kireji.ui.chat.endings import Waiting
from kireji.ui.chat.file_chip import FileChip
from kireji.ui.chat.messages import Thumbnail
from kireji.ui.chat.permission.card import PermissionCard
from kireji.ui.chat.transcript.folds import Fold
from kireji.ui.chat.transcript.live import LiveAnswer
from kireji.ui.chat.transcript.outcome import Outcome
from tests.support.accessibility import unnamed
from tests.ui.chat.permission.support import FOLDER, request, tool
from tests.ui.chat.transcript.support import Shown, answer, question

pytestmark = pytest.mark.qt


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    return Shown(qtbot, size=(760, 900))


def begin(shown: Shown) -> LiveAnswer:
    shown.show([question(1, None, "q")])
    live = shown.view.begin_answer("anthropic", "Model")
    live.show_waiting(Waiting("Waiting for Anthropic"))
    return live


def call(number: int = 1, name: str = "read_file", **arguments: object) -> ToolCallPart:
    return ToolCallPart(f"c{number}", name, json.dumps(arguments or {"path": "a.py"}))


def result(number: int = 1, text: str = "the words", **more: object) -> ToolResultPart:
    return ToolResultPart(f"c{number}", (TextPart(text),), **more)  # type: ignore[arg-type]


def arrive(live: LiveAnswer, *calls: ToolCallPart, first: int = 0) -> None:
    for index, part in enumerate(calls, first):
        live.feed(PartStarted(index, ToolCallPart(part.call_id, part.name)))
        live.feed(PartDelta(index, part.arguments))
        live.feed(PartFinished(index, part))


def lines(shown: Shown) -> list[str]:
    """What the folded rows say, first to last."""
    shown.settled()
    rows = sorted(shown.view._built, key=lambda row: (row.item.index, row.index))
    return [row.widget.line.accessibleName() for row in rows if isinstance(row.widget, Fold)]


def cards(shown: Shown) -> list[PermissionCard]:
    shown.settled()
    return [card for card in shown.view.findChildren(PermissionCard) if card.isVisible()]


def activate(shown: Shown) -> None:
    """Let keys go to the column's window."""
    shown.view.activateWindow()
    shown.until(shown.view.isActiveWindow)


def ripen(card: PermissionCard) -> None:
    card.guard._since = -1.0


# From the history.


def test_a_call_and_what_came_of_it_are_one_row_wherever_the_result_stands(shown: Shown) -> None:
    parts = (call(1), call(2), result(2, "two"), result(1, "one"), TextPart("So."), call(3), result(3, "three"))
    shown.show([question(1, None, "q"), answer(2, 1, *parts)])
    assert lines(shown) == ["Read a file: done"] * 3
    for button, words in zip(range(3), ("one", "two", "three"), strict=True):
        folds = [row.widget for row in shown.view.messages[1].rows if isinstance(row.widget, Fold)]
        folds[button].line.click()
        shown.settled()
        assert words in shown.words()
    assert shown.words().index("one") < shown.words().index("two") < shown.words().index("three")


def test_calls_with_the_same_id_are_answered_in_order(shown: Shown) -> None:
    parts = (call(1), result(1, "one"), call(1), result(1, "two", is_error=True))
    shown.show([question(1, None, "q"), answer(2, 1, *parts)])
    assert lines(shown) == ["Read a file: done", "Read a file: failed"]


def test_a_result_without_its_call_is_shown_all_the_same(shown: Shown) -> None:
    shown.show([question(1, None, "q"), answer(2, 1, result(9))])
    assert lines(shown) == ["Tool: done"]


@pytest.mark.parametrize(
    ("begun", "state", "words"),
    [
        (True, MessageState.INTERRUPTED, "was running when the program ended; whether it took effect is not known"),
        (True, MessageState.STOPPED, "was running when you stopped the answer"),
        (False, MessageState.INTERRUPTED, "did not run"),
        (False, MessageState.STOPPED, "did not run"),
    ],
)
def test_a_call_without_a_result_says_why(shown: Shown, begun: bool, state: MessageState, words: str) -> None:
    part = ToolCallPart("c1", "run_command", "{}", begun=begun)
    for recorded in ((part,), (part, left_unanswered(part, state))):
        shown.show([question(1, None, "q"), answer(2, 1, *recorded, state=state)])
        assert lines(shown) == [f"Run a command: {words}"]


def test_what_the_model_is_told_of_a_call_without_a_result_is_not_shown_as_its_result(shown: Shown) -> None:
    shown.show([question(1, None, "q"), answer(2, 1, call(1), left_unanswered(call(1), MessageState.STOPPED))])
    next(row.widget for row in shown.view.messages[1].rows if isinstance(row.widget, Fold)).line.click()
    shown.settled()
    assert "a.py" in shown.words()
    assert "The person stopped" not in shown.words()


def test_a_refused_call_did_not_fail(shown: Shown) -> None:
    shown.show([question(1, None, "q"), answer(2, 1, call(1), result(1, is_error=True, refused=True))])
    assert lines(shown) == ["Read a file: denied"]


def test_a_call_without_arguments_was_asked_with_nothing(shown: Shown) -> None:
    shown.show([question(1, None, "q"), answer(2, 1, ToolCallPart("c1", "time", "{}"), result(1, "noon"))])
    next(row.widget for row in shown.view.messages[1].rows if isinstance(row.widget, Fold)).line.click()
    shown.settled()
    assert "noon" in shown.words()
    assert "Asked with" not in shown.words()


def test_pictures_and_files_of_a_result_are_shown_when_it_is_opened(shown: Shown) -> None:
    wanted: list[object] = []
    chosen: list[object] = []
    shown.view.pictures_wanted.connect(wanted.append)
    shown.view.picture_clicked.connect(chosen.append)
    shown.view.document_clicked.connect(chosen.append)
    picture = ImagePart("b" * 64, "image/png", 640, 480)
    document = DocumentPart("d" * 64, "text/plain", "notes.txt")
    made = ToolResultPart("c1", (TextPart("Here."), picture, document), seconds=2.0)
    shown.show([question(1, None, "q"), answer(2, 1, call(1), made)])
    assert lines(shown) == ["Read a file: done · 1 picture · 1 file · 2 s"]
    assert shown.view.findChildren(Thumbnail) == []
    shown.find(QPushButton, lines(shown)[0]).click()
    shown.settled()
    (outcome,) = wanted
    assert isinstance(outcome, Outcome)
    outcome.set_image("b" * 64, QImage(64, 48, QImage.Format.Format_RGB32))
    shown.find(Thumbnail).click()
    shown.find(FileChip).click()
    assert chosen == [picture, document]


def test_what_cannot_be_seen_in_the_arguments_is_a_number(shown: Shown) -> None:
    shown.show([question(1, None, "q"), answer(2, 1, call(1, path="a\u202eb"), result(1))])
    shown.find(QPushButton, "Read a file: done").click()
    shown.settled()
    assert r"a\u202eb" in shown.words()


def test_a_row_keeps_the_keyboard_when_it_is_opened(shown: Shown) -> None:
    shown.show([question(1, None, "q"), answer(2, 1, call(1), result(1), call(2), result(2))])
    activate(shown)
    first = next(row.widget for row in shown.view.messages[1].rows if isinstance(row.widget, Fold))
    first.line.setFocus()
    QTest.keyClick(first.line, Qt.Key.Key_Return)
    shown.settled()
    focus = QApplication.focusWidget()
    assert isinstance(focus, QPushButton)
    assert focus.accessibleDescription() == "open"


# While it happens.


def test_what_is_opened_at_the_end_of_the_column_stays_under_the_pointer(shown: Shown) -> None:
    long = "\n".join(f"line {number}" for number in range(60))
    shown.show([question(1, None, "q"), answer(2, 1, "words\n\n" * 40, call(1), result(1, long))])
    shown.view.verticalScrollBar().setValue(shown.view.verticalScrollBar().maximum())
    shown.settled()
    line = next(row.widget for row in shown.view.messages[1].rows if isinstance(row.widget, Fold)).line
    before = line.mapTo(shown.view, QPoint())
    line.click()
    shown.settled()
    line = next(row.widget for row in shown.view.messages[1].rows if isinstance(row.widget, Fold)).line
    assert line.mapTo(shown.view, QPoint()) == before


def test_arguments_can_be_read_while_they_arrive(shown: Shown) -> None:
    live = begin(shown)
    live.feed(PartStarted(0, ToolCallPart("c1", "run_command")))
    live.feed(PartDelta(0, '{"command": "make '))
    assert lines(shown) == ["Run a command: being asked for"]
    shown.find(QPushButton, "Run a command: being asked for").click()
    shown.settled()
    assert '{"command": "make ' in shown.words()
    live.feed(PartDelta(0, 'build ```` \u202e"}'))
    assert "build" not in shown.words()
    shown.until(lambda: r'{"command": "make build ```` \u202e"}' in shown.words())


def test_arguments_that_nobody_reads_lay_nothing_out(shown: Shown) -> None:
    live = begin(shown)
    live.feed(PartStarted(0, ToolCallPart("c1", "run_command")))
    shown.settled()
    for _ in range(1000):
        live.feed(PartDelta(0, "x" * 100))
    assert not live._flushing.wanted
    assert lines(shown) == ["Run a command: being asked for"]
    next(row.widget for row in live.item.rows if isinstance(row.widget, Fold)).tick()
    assert lines(shown) == ["Run a command: being asked for · 98 KiB"]
    live.feed(PartFinished(0, ToolCallPart("c1", "run_command", "{}")))
    assert lines(shown) == ["Run a command: about to run"]


def test_a_long_argument_that_arrives_is_shown_to_its_end(shown: Shown) -> None:
    live = begin(shown)
    live.feed(PartStarted(0, ToolCallPart("c1", "write")))
    live.feed(PartDelta(0, '{"text": "'))
    shown.find(QPushButton, lines(shown)[0]).click()
    for _ in range(300):
        live.feed(PartDelta(0, "word " * 100))
    live.feed(PartDelta(0, 'last"}'))
    live.flush()
    shown.settled()
    assert 'last"}' in shown.words()
    assert len(shown.pieces()) < 40


def test_a_call_that_waits_is_a_card_in_its_place(shown: Shown) -> None:
    live = begin(shown)
    arrive(live, call(1), call(2), call(3))
    live.follow_tool(ApprovalAsked(request(2)))
    live.follow_tool(ToolBegins("c1", tool(), "Built-in"))
    assert lines(shown) == ["Read a file: running", "Read a file: about to run"]
    (card,) = cards(shown)
    tops = [row.widget.mapTo(shown.view, row.widget.rect().topLeft()).y() for row in live.item.rows if row.widget]
    assert tops == sorted(tops)
    assert tops[1] < card.mapTo(shown.view, card.rect().topLeft()).y() < tops[2]
    assert live.item.waiting == Waiting("Waiting for you")


def test_the_answer_goes_out_and_the_card_becomes_the_row(shown: Shown) -> None:
    live = begin(shown)
    given: list[object] = []
    shown.view.permission_given.connect(given.append)
    arrive(live, call(1))
    asked = request(1, offers=(FOLDER,))
    live.follow_tool(ApprovalAsked(asked))
    (card,) = cards(shown)
    ripen(card)
    QTest.mouseClick(card.allow, Qt.MouseButton.LeftButton)
    assert given == [(asked, Approval(True))]
    live.follow_tool(ApprovalGiven("c1", Approval(True)))
    assert cards(shown) == []
    assert lines(shown) == ["Read a file: allowed once"]
    live.follow_tool(ToolBegins("c1", tool(), "Built-in"))
    assert lines(shown) == ["Read a file: running"]
    assert live.item.waiting is None
    live.feed(PartFinished(1, result(1)))
    assert lines(shown) == ["Read a file: done · allowed once"]
    assert live.item.waiting == Waiting("Waiting for Anthropic")
    live.feed(PartStarted(2, TextPart("So.")))
    assert live.item.waiting is None
    live.finish(answer(2, 1, call(1), result(1), TextPart("So.")))
    assert lines(shown) == ["Read a file: done · allowed once"]
    assert shown.words() == "q\nSo."


def test_a_denied_call_says_so(shown: Shown) -> None:
    live = begin(shown)
    arrive(live, call(1))
    live.follow_tool(ApprovalAsked(request(1)))
    live.follow_tool(ApprovalGiven("c1", Approval(False)))
    live.feed(PartFinished(1, result(1, is_error=True, refused=True)))
    assert lines(shown) == ["Read a file: denied by you"]


def test_what_a_call_was_denied_while_it_ran_is_not_the_call(shown: Shown) -> None:
    live = begin(shown)
    arrive(live, call(1, "notes__find"))
    live.follow_tool(ToolBegins("c1", tool("notes__find", "Find", "plugin:notes"), "notes"))
    live.follow_tool(ApprovalAsked(request(1, "read_clipboard")))
    assert cards(shown)[0].accessibleName() == "Read the clipboard asks for permission"
    live.follow_tool(ApprovalGiven("c1", Approval(False)))
    assert lines(shown) == ["notes: Find: running"]
    live.feed(PartFinished(1, result(1)))
    assert lines(shown)[0].startswith("notes: Find: done")


def test_two_questions_of_one_call_are_asked_one_after_the_other(shown: Shown) -> None:
    live = begin(shown)
    arrive(live, call(1))
    live.follow_tool(ApprovalAsked(request(1)))
    live.follow_tool(ApprovalAsked(request(5, call_id="c1")))
    assert [card.request.id for card in cards(shown)] == [1]
    live.follow_tool(ApprovalGiven("c1", Approval(True)))
    assert [card.request.id for card in cards(shown)] == [5]


def test_several_cards_stand_in_their_calls_places_and_one_answer_moves_none_under_the_pointer(shown: Shown) -> None:
    live = begin(shown)
    given: list[object] = []
    shown.view.permission_given.connect(given.append)
    arrive(live, call(1), call(2))
    for number in (1, 2):
        live.follow_tool(ApprovalAsked(request(number)))
    for card in cards(shown):
        ripen(card)
    live.follow_tool(ApprovalGiven("c1", Approval(True)))
    (left,) = cards(shown)
    QTest.mouseClick(left.allow, Qt.MouseButton.LeftButton)  # the second of a double click on the first card
    assert given == []


def test_progress_and_time_are_said_without_moving_anything(shown: Shown) -> None:
    live = begin(shown)
    arrive(live, call(1))
    live.follow_tool(ToolBegins("c1", tool(), "Built-in"))
    shown.settled()
    row = live.item.rows[0]
    live.follow_tool(ToolProgressed("c1", "page 3\u202e of 4", 0.75))
    assert lines(shown) == ["Read a file: running · page 3⟨U+202E⟩ of 4 · 75 %"]
    assert live.item.rows[0] is row


def test_a_stopped_turn_takes_its_cards_along(shown: Shown) -> None:
    live = begin(shown)
    arrive(live, call(1))
    live.follow_tool(ApprovalAsked(request(1)))
    live.follow_tool(ApprovalGiven("c1", None))
    live.finish(answer(2, 1, call(1), state=MessageState.STOPPED))
    assert cards(shown) == []
    assert lines(shown) == ["Read a file: did not run"]


def test_who_comes_later_sees_the_same(shown: Shown, qtbot: QtBot) -> None:
    events = [
        PartStarted(0, ToolCallPart("c1", "read_file")),
        PartFinished(0, call(1)),
        PartStarted(1, ToolCallPart("c2", "git__log")),
        PartFinished(1, call(2, "git__log")),
        ToolBegins("c1", tool(), "Built-in"),
        ApprovalAsked(request(2, "git__log", tool=tool("git__log", "Log", "mcp:git"))),
        PartFinished(2, result(1)),
    ]
    other = Shown(qtbot, size=(760, 900))
    for place in (shown, other):
        live = begin(place)
        for event in events:
            if isinstance(event, PartStarted | PartFinished):
                live.feed(event)
            else:
                live.follow_tool(event)
    assert lines(shown) == lines(other) == ["Read a file: done"]
    assert [card.accessibleName() for card in cards(shown)] == [card.accessibleName() for card in cards(other)]
    assert cards(shown)[0].accessibleName() == "git: Log asks for permission"


# The keyboard, and who listens.


def test_a_card_that_comes_up_leaves_the_keyboard_alone(shown: Shown) -> None:
    live = begin(shown)
    activate(shown)
    shown.view.setFocus()
    given: list[object] = []
    shown.view.permission_given.connect(given.append)
    arrive(live, call(1))
    live.follow_tool(ApprovalAsked(request(1)))
    ripen(cards(shown)[0])
    focus = QApplication.focusWidget()
    assert focus is shown.view
    QTest.keyClick(focus, Qt.Key.Key_Return)
    QTest.keyClick(focus, Qt.Key.Key_Space)
    assert given == []


def test_tab_comes_to_the_card_and_enter_answers(shown: Shown) -> None:
    live = begin(shown)
    activate(shown)
    given: list[object] = []
    shown.view.permission_given.connect(given.append)
    arrive(live, call(1))
    live.follow_tool(ApprovalAsked(request(1)))
    (card,) = cards(shown)
    ripen(card)
    shown.view.setFocus()
    for _ in range(20):
        focus = QApplication.focusWidget()
        assert focus is not None
        if focus is card.allow:
            break
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    QTest.keyClick(card.allow, Qt.Key.Key_Return)
    assert len(given) == 1


def test_an_answer_by_the_keyboard_goes_to_no_other_card(shown: Shown) -> None:
    live = begin(shown)
    activate(shown)
    given: list[object] = []
    shown.view.permission_given.connect(given.append)
    arrive(live, call(1), call(2))
    for number in (1, 2):
        live.follow_tool(ApprovalAsked(request(number)))
    for card in cards(shown):
        ripen(card)
    first = cards(shown)[0]
    first.allow.setFocus()
    QTest.keyClick(first.allow, Qt.Key.Key_Return)
    live.follow_tool(ApprovalGiven(first.request.call_id, Approval(True)))
    shown.settled()
    for card in cards(shown):
        ripen(card)
    focus = QApplication.focusWidget()
    assert isinstance(focus, QPushButton)
    assert focus.accessibleName() == "Read a file: allowed once"
    QTest.keyClick(focus, Qt.Key.Key_Return)
    assert len(given) == 1


def test_it_is_said_that_somebody_asks(shown: Shown) -> None:
    live = begin(shown)
    said: list[object] = []
    shown.view.spoken.connect(said.append)
    arrive(live, call(1))
    live.follow_tool(ApprovalAsked(request(1)))
    assert said == ["Read a file asks for permission."]
    shown.settled()
    assert unnamed(shown.view) == []


def test_what_was_unfolded_stays_so(shown: Shown) -> None:
    live = begin(shown)
    arrive(live, call(1))
    live.follow_tool(ApprovalAsked(request(1, arguments={"text": "a" * 4000})))
    cards(shown)[0]._arguments.more.click()
    shown.settled()
    shown.view._dress()  # another theme
    shown.settled()
    assert cards(shown)[0]._arguments.more.isHidden()


def test_a_scope_is_said_in_the_row(shown: Shown) -> None:
    live = begin(shown)
    arrive(live, call(1))
    live.follow_tool(ApprovalAsked(request(1)))
    live.follow_tool(ApprovalGiven("c1", Approval(True, Scope.FOLDER, "/a")))
    assert lines(shown) == ["Read a file: allowed in this folder"]
