from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from kireji.core.history import ConversationSummary
from kireji.ui.sidebar.list_model import ENTRY, OPEN, RUNNING, ConversationModel
from kireji.ui.sidebar.order import heading_of, key_of
from tests.ui.sidebar.support import NOON, row, said

pytestmark = pytest.mark.qt


@pytest.fixture
def model(qapp: QApplication) -> ConversationModel:
    del qapp
    return filled()


def filled(*rows: ConversationSummary, more: bool = False) -> ConversationModel:
    model = ConversationModel()
    model.tell_time(NOON)
    model.reset(rows, more=more)
    return model


def test_each_group_stands_below_its_heading(model: ConversationModel) -> None:
    model.reset([row(1, days=1), row(2, minutes=5), row(3, pinned=True, days=9), row(4, minutes=1)], more=False)
    assert said(model) == [
        "[Pinned]", "Conversation 3", "[Today]", "Conversation 4", "Conversation 2", "[Yesterday]", "Conversation 1",
    ]  # fmt: skip


def test_a_row_that_moves_to_another_group_stays_the_same_row(model: ConversationModel) -> None:
    model.reset([row(1, days=1), row(2, minutes=5)], more=False)
    kept = QPersistentModelIndex(model.find(1))
    model.place(row(1))
    assert said(model) == ["[Today]", "Conversation 1", "Conversation 2"]
    assert kept.isValid()
    assert kept.row() == 1


def test_a_new_title_moves_nothing(model: ConversationModel) -> None:
    model.reset([row(1, minutes=1), row(2, minutes=5)], more=False)
    structure: list[object] = []
    for signal in (model.rowsInserted, model.rowsRemoved, model.rowsMoved, model.modelReset):
        signal.connect(structure.append)
    model.place(row(2, "Renamed", minutes=5))
    assert said(model) == ["[Today]", "Conversation 1", "Renamed"]
    assert structure == []


def test_the_last_of_a_group_takes_its_heading_with_it(model: ConversationModel) -> None:
    model.reset([row(1, days=1), row(2)], more=False)
    model.remove(1)
    assert said(model) == ["[Today]", "Conversation 2"]


def test_what_lies_below_the_fetched_pages_is_not_shown_yet(model: ConversationModel) -> None:
    model.reset([row(1), row(2, minutes=1)], more=True)
    model.place(row(3, days=3))
    assert said(model) == ["[Today]", "Conversation 1", "Conversation 2"]
    model.place(row(4, seconds=1))
    assert "Conversation 4" in said(model)


def test_a_page_goes_on_below_the_last_heading(model: ConversationModel) -> None:
    model.reset([row(1), row(2, minutes=1)], more=True)
    model.fetchMore()
    assert not model.canFetchMore()
    model.extend([row(3, minutes=2), row(4, days=1)], more=True)
    assert said(model) == [
        "[Today]",
        "Conversation 1",
        "Conversation 2",
        "Conversation 3",
        "[Yesterday]",
        "Conversation 4",
    ]
    assert model.canFetchMore()


def test_a_page_is_one_insertion_however_long_it_is(model: ConversationModel) -> None:
    model.reset([row(1)], more=True)
    inserted: list[int] = []
    model.rowsInserted.connect(lambda _parent, first, last: inserted.append(last - first + 1))
    model.extend([row(number, minutes=number) for number in range(2, 202)], more=False)
    assert inserted == [200]


def test_the_next_day_stands_under_other_headings(model: ConversationModel) -> None:
    model.reset([row(1), row(2, days=1)], more=False)
    model.tell_time(NOON + timedelta(days=1))
    assert said(model) == ["[Yesterday]", "Conversation 1", "[Last 7 days]", "Conversation 2"]


def test_taking_the_first_page_over_again_changes_only_what_differs(model: ConversationModel) -> None:
    model.reset([row(1), row(2, minutes=1), row(3, minutes=2), row(4, days=9)], more=True)
    resets: list[object] = []
    model.modelReset.connect(lambda: resets.append(1))
    now = model._now
    model.merge([row(5), row(1), row(3, "Other", minutes=2)], more=True)
    model.tell_time(now)
    titles = [text for text in said(model) if not text.startswith("[")]
    assert titles == ["Conversation 5", "Conversation 1", "Other", "Conversation 4"]


def test_a_row_says_everything_to_a_screen_reader(model: ConversationModel) -> None:
    model.reset([row(1, "Build log", pinned=True, minutes=5)], more=False)
    model.set_running(frozenset({1}))
    model.set_open(1)
    spoken = model.find(1).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Build log, 5 min ago, pinned, an answer is being written, open"


def test_marks_change_their_own_rows_only(model: ConversationModel) -> None:
    model.reset([row(number, minutes=number) for number in range(1, 50)], more=False)
    changed: list[int] = []
    model.dataChanged.connect(lambda first, last: changed.extend(range(first.row(), last.row() + 1)))
    model.set_running(frozenset({7}))
    model.set_unread(frozenset({7}))
    model.set_running(frozenset())
    assert set(changed) == {model.find(7).row()}
    assert model.find(7).data(RUNNING) is False


def test_a_title_that_was_edited_to_nothing_stays_as_it_was(model: ConversationModel) -> None:
    model.reset([row(1, "Build log")], more=False)
    changes: list[object] = []
    model.renamed.connect(changes.append)
    for text in ("", "   ", "Build log", " Build \n log "):
        model.setData(model.find(1), text)
    assert changes == []
    model.setData(model.find(1), " Why it \t fails ")
    assert changes == [(1, "Why it fails")]


def test_titles_with_markup_and_lines_are_one_line_of_plain_text(model: ConversationModel) -> None:
    model.reset([row(1, "<b>x</b>\nsecond")], more=False)
    assert said(model)[1] == "<b>x</b> second"


def test_a_conversation_without_a_title_has_a_name(model: ConversationModel) -> None:
    model.reset([row(1, " ")], more=False)
    assert said(model)[1] == "Conversation"


class Changes(RuleBasedStateMachine):
    """Whatever happens, the rows are those of a list that is made anew."""

    numbers = st.integers(1, 12)
    ages = st.sampled_from([0.0, 1, 5, 60, 1440, 2 * 1440, 9 * 1440, 40 * 1440, 400 * 1440])

    @initialize()
    def begin(self) -> None:
        self.model = filled()
        self.tester = QAbstractItemModelTester(self.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
        self.all: dict[int, ConversationSummary] = {}

    @rule(number=numbers, age=ages, pinned=st.booleans(), title=st.sampled_from(["a", "b"]))
    def place(self, number: int, age: float, pinned: bool, title: str) -> None:
        self.all[number] = row(number, title, pinned=pinned, minutes=age + number / 100)
        self.model.place(self.all[number])

    @rule(number=numbers)
    def remove(self, number: int) -> None:
        self.all.pop(number, None)
        self.model.remove(number)

    @rule(number=numbers, age=ages)
    def fetch(self, number: int, age: float) -> None:
        new = [row(number + extra, minutes=age + extra) for extra in range(3)]
        self.all |= {one.id: one for one in new}
        self.model.extend(new, more=False)

    @invariant()
    def rows_are_in_order(self) -> None:
        if not hasattr(self, "model"):
            return
        expected: list[object] = []
        for summary in sorted(self.all.values(), key=key_of):
            heading = heading_of(summary, NOON)
            if heading not in expected:
                expected.append(heading)
            expected.append(summary)
        found = [self.model.index(number, 0).data(ENTRY) for number in range(self.model.rowCount())]
        assert found == expected
        assert all(self.model.entry(self.model.find(number)) == one for number, one in self.all.items())


TestChanges = pytest.mark.usefixtures("qapp")(Changes.TestCase)
TestChanges.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)


def test_only_the_open_conversation_is_marked_as_open(model: ConversationModel) -> None:
    model.reset([row(1), row(2, minutes=1)], more=False)
    model.set_open(1)
    model.set_open(2)
    assert [model.find(number).data(OPEN) for number in (1, 2)] == [False, True]


def test_a_row_that_changes_without_moving_is_replaced(model: ConversationModel) -> None:
    model.reset([row(1, minutes=5)], more=False)
    model.place(msgspec.structs.replace(row(1, minutes=4), title="Later"))
    assert said(model) == ["[Today]", "Later"]
