from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QWidget

from kireji.ui.chat.transcript.rows import Item, Row
from kireji.ui.chat.transcript.stack import Stack

MARGINS = (8, 16)
SCREEN = 300


class FakeRow(Row):
    """A row that is estimated at some height and later measured at another."""

    def __init__(self, item: Item, guess: int) -> None:
        super().__init__(item)
        self.guess = guess

    def estimate(self, width: int) -> int:
        return self.guess

    def build(self) -> QWidget:
        raise AssertionError


class FakeItem(Item):
    def name(self) -> str:
        return ""

    def open(self, width: int) -> bool:
        return True


def stack_of(*items: list[int]) -> Stack:
    """A stack whose items have rows of these estimated heights."""
    stack = Stack(MARGINS)
    stack.screen = SCREEN
    made = [FakeItem() for _ in items]
    stack.set_items(made)
    for item, heights in zip(made, items, strict=True):
        stack.put_rows(item, [FakeRow(item, height) for height in heights], 700)
    stack.settle()
    return stack


def rows_of(stack: Stack) -> list[Row]:
    return [row for item in stack.items for row in item.rows]


ITEMS = st.lists(st.lists(st.integers(1, 400), min_size=1, max_size=8), min_size=1, max_size=8)


@given(ITEMS)
def test_rows_lie_below_each_other_without_gaps(items: list[list[int]]) -> None:
    stack = stack_of(*items)
    walked = [(begin, end) for _, row, begin, end in stack.walk(0, stack.total) if row is not None]
    assert walked[0][0] == MARGINS[0]
    assert [end for _, end in walked[:-1]] == [begin for begin, _ in walked[1:]]
    assert walked[-1][1] == stack.total - MARGINS[1]


@given(ITEMS, st.integers(0, 6000), st.integers(0, 3000))
def test_walking_a_part_finds_every_row_that_lies_in_it(items: list[list[int]], begin: int, length: int) -> None:
    stack = stack_of(*items)
    found = {id(row) for _, row, _, _ in stack.walk(begin, begin + length)}
    for row in rows_of(stack):
        top = stack.top_of(row)
        if top < begin + length and top + row.height > begin:
            assert id(row) in found


@given(ITEMS, st.data())
def test_while_it_follows_the_end_stays_in_view(items: list[list[int]], data: st.DataObject) -> None:
    stack = stack_of(*items)
    for row in rows_of(stack):
        stack.set_height(row, data.draw(st.integers(1, 600)))
        stack.settle()
        assert stack.top == max(0, stack.total - SCREEN)


@given(ITEMS, st.data())
def test_heights_above_that_become_known_move_nothing_on_the_screen(
    items: list[list[int]], data: st.DataObject
) -> None:
    stack = stack_of(*items)
    stack.hold(data.draw(st.integers(0, stack.last_top)))
    stack.settle()
    anchor = stack.anchor_at(stack.top)
    assert anchor is not None
    assert anchor.row is not None
    seen = anchor.row
    place = stack.top_of(seen) - stack.top
    for row in rows_of(stack):
        if stack.top_of(row) + row.height <= stack.top:
            stack.set_height(row, data.draw(st.integers(1, 900)))
            moved = stack.settle()
            del moved
            if 0 < stack.top < stack.last_top:
                assert stack.top_of(seen) - stack.top == place


def test_of_a_row_that_is_measured_the_same_share_stays_above_the_edge() -> None:
    stack = stack_of([100, 1000, 1000])
    row = stack.items[0].rows[1]
    stack.hold(stack.top_of(row) + 500)
    stack.settle()
    stack.set_height(row, 400)
    stack.settle()
    assert stack.top == stack.top_of(row) + 200


def test_what_is_closed_keeps_its_height() -> None:
    stack = stack_of([100, 200], [300], [900])
    total = stack.total
    stack.close(stack.items[0])
    assert (stack.total, stack.items[0].rows) == (total, [])


def test_the_place_stays_when_the_row_at_the_edge_goes() -> None:
    stack = stack_of([500], [200, 200], [900])
    item = stack.items[1]
    stack.hold(stack.top_of(item.rows[1]) + 20)
    stack.settle()
    top = stack.top
    stack.put_rows(item, [item.rows[0]], 700)
    stack.settle()
    assert stack.top == top


def test_rows_that_stay_are_kept_and_the_others_given_back() -> None:
    stack = stack_of([10, 20, 30])
    item = stack.items[0]
    first, second, third = item.rows
    new = FakeRow(item, 7)
    assert stack.put_rows(item, [first, new, third], 700) == [second]
    assert [row.index for row in item.rows] == [0, 1, 2]
    assert item.height == 47
