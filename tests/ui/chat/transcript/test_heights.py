from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kireji.ui.chat.transcript.heights import Heights

COLUMN = st.lists(st.integers(0, 500), max_size=60)


@given(COLUMN)
def test_a_row_begins_where_the_rows_before_it_end(heights: list[int]) -> None:
    column = Heights(heights)
    assert [column.before(index) for index in range(len(heights) + 1)] == [
        sum(heights[:index]) for index in range(len(heights) + 1)
    ]
    assert column.total == sum(heights)


@given(COLUMN.filter(bool), st.integers(-10, 40_000))
def test_the_row_at_a_height_is_the_last_that_begins_at_or_above_it(heights: list[int], y: int) -> None:
    column = Heights(heights)
    begins = [index for index in range(len(heights)) if sum(heights[:index]) <= y]
    assert column.find(y) == (begins[-1] if begins else 0)


@given(COLUMN, st.lists(st.tuples(st.integers(0, 59), st.integers(0, 900)), max_size=20))
def test_changed_heights_count_at_once(heights: list[int], changes: list[tuple[int, int]]) -> None:
    column, plain = Heights(heights), list(heights)
    for index, height in changes:
        if index < len(plain):
            assert column.set(index, height) == height - plain[index]
            plain[index] = height
    assert list(column) == plain
    assert [column.before(index) for index in range(len(plain) + 1)] == [
        sum(plain[:index]) for index in range(len(plain) + 1)
    ]


@given(COLUMN, COLUMN, st.integers(0, 60), st.integers(0, 60))
def test_rows_are_put_in_the_place_of_others(heights: list[int], more: list[int], start: int, stop: int) -> None:
    start, stop = sorted((min(start, len(heights)), min(stop, len(heights))))
    column = Heights(heights)
    column.replace(start, stop, more)
    plain = [*heights[:start], *more, *heights[stop:]]
    assert list(column) == plain
    assert column.before(len(plain)) == sum(plain)


@given(COLUMN)
def test_rows_are_added_at_the_end(heights: list[int]) -> None:
    column = Heights()
    for height in heights:
        column.append(height)
    assert [column.before(index) for index in range(len(heights) + 1)] == [
        sum(heights[:index]) for index in range(len(heights) + 1)
    ]
