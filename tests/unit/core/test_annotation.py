"""Marks as values."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.annotation import (
    Annotation,
    Arrow,
    Box,
    Ink,
    Number,
    Pen,
    Redaction,
    Style,
    Text,
    Tool,
    kept_inside,
    mark_at,
    next_number,
    tool_of,
    without,
)
from kireji.core.geometry import Rect

SPAN = st.floats(-500, 500, allow_nan=False)
POINT = st.tuples(SPAN, SPAN)
INK = st.sampled_from(Ink)
WIDTH = st.floats(0.5, 20)
MARK: st.SearchStrategy[Annotation] = st.one_of(
    st.builds(Arrow, POINT, POINT, INK, WIDTH),
    st.builds(Box, POINT, POINT, INK, WIDTH),
    st.builds(Pen, st.lists(POINT, min_size=1, max_size=12).map(tuple), INK, WIDTH),
    st.builds(Text, POINT, st.text(min_size=1), st.tuples(st.floats(1, 300), st.floats(1, 80)), INK, WIDTH),
    st.builds(Number, POINT, st.integers(1, 99), INK, st.floats(4, 60)),
    st.builds(
        Redaction,
        st.builds(
            Rect, st.integers(-500, 500), st.integers(-500, 500), st.integers(1, 300), st.integers(1, 300)
        ),
    ),
)  # fmt: skip


@given(MARK, POINT)
def test_what_is_hit_lies_in_the_bounds(mark: Annotation, point: tuple[float, float]) -> None:
    bounds = mark.bounds()
    if mark.hit(point, 0):
        assert bounds.x <= point[0] <= bounds.right
        assert bounds.y <= point[1] <= bounds.bottom


@given(MARK, st.integers(-300, 300), st.integers(-300, 300))
def test_bounds_move_with_the_mark(mark: Annotation, dx: int, dy: int) -> None:
    moved, expected = mark.moved(dx, dy).bounds(), mark.bounds().moved(dx, dy)
    # Adding and rounding may differ by one in the last place of a float.
    for one, other in ((moved.x, expected.x), (moved.y, expected.y), (moved.right, expected.right)):
        assert abs(one - other) <= 1


@given(MARK)
def test_a_mark_survives_being_written_down(mark: Annotation) -> None:
    assert msgspec.json.decode(msgspec.json.encode(mark), type=Annotation) == mark


@given(MARK, SPAN, SPAN)
def test_a_mark_that_was_inside_is_never_moved_out_of_sight(mark: Annotation, dx: float, dy: float) -> None:
    within = Rect(-600, -600, 1200, 1200)
    if not mark.bounds().intersection(within).empty:
        assert not kept_inside(mark, dx * 5, dy * 5, within).bounds().intersection(within).empty


def test_the_inside_of_a_box_is_not_the_box() -> None:
    box = Box((10, 10), (100, 100))
    assert box.hit((10, 50), 2)
    assert not box.hit((50, 50), 5)


def test_a_line_is_hit_anywhere_along_it() -> None:
    assert Arrow((0, 0), (100, 0), width=4).hit((50, 2), 0)
    assert Pen(((0, 0), (100, 0), (100, 100)), width=4).hit((98, 60), 0)
    assert Pen(((5, 5),), width=4).hit((6, 6), 0)
    assert not Arrow((0, 0), (100, 0), width=4).hit((50, 10), 3)


def test_redactions_lie_on_top_whenever_they_were_drawn() -> None:
    marks = (Redaction(Rect(0, 0, 50, 50)), Number((20, 20), 1))
    assert mark_at(marks, (20, 20), 0) == 0
    assert mark_at(marks, (20, 20), 0, Tool.NUMBER) == 1
    assert mark_at(marks, (200, 20), 0) is None


def test_of_marks_of_a_kind_the_last_lies_on_top() -> None:
    assert mark_at((Number((20, 20), 1), Number((22, 20), 2)), (21, 20), 0) == 1


def test_numbers_count_up() -> None:
    assert next_number(()) == 1
    assert next_number((Number((0, 0), 1), Box((0, 0), (9, 9)), Number((0, 0), 2))) == 3


def test_the_numbers_after_a_removed_one_close_the_gap() -> None:
    marks = (Number((0, 0), 1), Number((0, 0), 2), Box((0, 0), (9, 9)), Number((0, 0), 3))
    assert [each.value for each in without(marks, 1) if isinstance(each, Number)] == [1, 2]
    assert without(marks, 2) == (*marks[:2], marks[3])


def test_every_kind_of_mark_has_its_tool_and_every_tool_its_own_key() -> None:
    kinds = (Arrow, Box, Pen, Text, Number, Redaction)
    made = [
        Arrow((0, 0), (1, 1)), Box((0, 0), (1, 1)), Pen(((0, 0),)), Text((0, 0), "a", (1, 1)), Number((0, 0), 1),
        Redaction(Rect(0, 0, 1, 1)),
    ]  # fmt: skip
    assert [type(each) for each in made] == list(kinds)
    assert [tool_of(each) for each in made] == list(Tool)
    assert sorted(tool.letter for tool in Tool) == ["A", "B", "N", "P", "R", "T"]


@pytest.mark.parametrize("unit", [1.0, 1.25, 2.0])
def test_sizes_grow_with_the_screens_scale(unit: float) -> None:
    style, usual = Style(unit=unit), Style()
    assert style.stroke == usual.stroke * unit
    assert style.text_size == round(usual.text_size * unit)
    assert style.number_size == round(usual.number_size * unit)
