"""Marks in the making."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from kireji.core.annotation import Arrow, Box, Number, Pen, Point, Redaction, Style, Tool, distance
from kireji.core.drafting import Draft, simplified
from kireji.core.geometry import Rect

WITHIN = Rect(100, 50, 400, 300)
INSIDE = st.tuples(st.floats(100, 500), st.floats(50, 350))
ANYWHERE = st.tuples(st.floats(-900, 900), st.floats(-900, 900))
WAY = st.lists(st.tuples(ANYWHERE, st.booleans()), max_size=15)
STYLE = st.builds(Style, unit=st.sampled_from([1.0, 1.5, 2.0]))


def drawn(tool: Tool, start: Point, *way: Point, constrain: bool = False) -> Draft:
    draft = Draft.begun(tool, Style(), WITHIN, start, number=3)
    for point in way:
        draft = draft.moved(point, constrain=constrain)
    return draft


@given(st.sampled_from(Tool), STYLE, ANYWHERE, WAY)
def test_nothing_is_drawn_outside(
    tool: Tool, style: Style, start: Point, way: list[tuple[Point, bool]]
) -> None:  # fmt: skip
    draft = Draft.begun(tool, style, WITHIN, start)
    for point, constrain in way:
        draft = draft.moved(point, constrain=constrain)
    for x, y in draft.points:
        assert 100 - 1e-6 <= x <= 500 + 1e-6
        assert 50 - 1e-6 <= y <= 350 + 1e-6


@given(st.sampled_from([Tool.BOX, Tool.REDACT]), INSIDE, ANYWHERE)
def test_a_constrained_box_is_a_square(tool: Tool, start: Point, end: Point) -> None:
    (left, top), (right, bottom) = drawn(tool, start, end, constrain=True).points
    assert math.isclose(abs(right - left), abs(bottom - top), abs_tol=1e-6)


@given(st.sampled_from([Tool.ARROW, Tool.PEN]), INSIDE, ANYWHERE)
def test_a_constrained_line_runs_in_one_of_eight_directions(tool: Tool, start: Point, end: Point) -> None:
    (left, top), (right, bottom) = drawn(tool, start, end, constrain=True).points
    across, down = abs(right - left), abs(bottom - top)
    assert across < 1e-6 or down < 1e-6 or math.isclose(across, down, abs_tol=1e-6)


@given(INSIDE, ANYWHERE)
def test_a_redaction_covers_every_pixel_that_was_touched(start: Point, end: Point) -> None:
    draft = drawn(Tool.REDACT, start, end)
    mark = draft.mark
    if mark is not None:
        assert isinstance(mark, Redaction)
        for x, y in draft.points:
            assert mark.rect.x <= x <= mark.rect.right
            assert mark.rect.y <= y <= mark.rect.bottom
        assert not mark.rect.empty
        assert mark.rect.intersection(WITHIN) == mark.rect


@given(STYLE, INSIDE, st.lists(ANYWHERE, max_size=30))
def test_what_is_said_to_have_changed_holds_the_lines_new_end(style: Style, start: Point, way: list[Point]) -> None:
    draft = Draft.begun(Tool.PEN, style, WITHIN, start)
    for point in way:
        before, draft = draft, draft.moved(point)
        if draft.points != before.points:
            end = Pen(draft.points[-2:], width=style.stroke).bounds()
            assert any(rect.intersection(end) == end for rect in draft.changed_since(before))


@given(st.lists(INSIDE, min_size=1, max_size=40).map(tuple), st.floats(0.1, 20))
def test_a_simplified_line_stays_near_every_point(points: tuple[Point, ...], tolerance: float) -> None:
    kept = simplified(points, tolerance)
    assert kept[0] == points[0]
    assert kept[-1] == points[-1]
    parts = list(zip(kept, kept[1:] or kept, strict=False))
    for point in points:
        assert min(distance(point, a, b) for a, b in parts) <= tolerance + 1e-6


def test_points_on_a_straight_line_are_left_out() -> None:
    assert simplified(tuple((float(x), 5.0) for x in range(50)), 0.1) == ((0.0, 5.0), (49.0, 5.0))


def test_a_click_draws_nothing_that_has_a_length() -> None:
    for tool in (Tool.ARROW, Tool.BOX, Tool.REDACT, Tool.TEXT):
        assert drawn(tool, (200, 200), (201, 201)).mark is None


def test_a_click_sets_a_number_and_a_dot() -> None:
    assert drawn(Tool.NUMBER, (200, 200)).mark == Number((200, 200), 3, size=26)
    assert drawn(Tool.PEN, (200, 200)).mark == Pen(((200, 200),))


def test_a_drag_draws_from_where_it_began_to_where_it_ends() -> None:
    assert drawn(Tool.ARROW, (200, 200), (250, 100), (300, 220)).mark == Arrow((200, 200), (300, 220))
    assert drawn(Tool.BOX, (200, 200), (150, 120)).mark == Box((200, 200), (150, 120))


def test_a_square_at_the_edge_is_as_large_as_there_is_room() -> None:
    assert drawn(Tool.BOX, (450, 300), (900, 900), constrain=True).mark == Box((450, 300), (500, 350))


def test_a_free_line_can_be_made_straight_on_the_way() -> None:
    draft = drawn(Tool.PEN, (200, 200), (210, 205), (220, 190)).moved((300, 203), constrain=True)
    assert draft.finished == Pen(((200, 200), (200 + math.hypot(100, 3), 200)))


def test_a_redaction_along_the_far_edge_covers_its_last_pixels() -> None:
    assert drawn(Tool.REDACT, (500, 100), (500, 200)).mark == Redaction(Rect(499, 100, 1, 100))
