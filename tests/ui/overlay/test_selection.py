"""The selection's rules, without a window."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from kireji.core.geometry import Rect
from kireji.ui.overlay.selection import Handle, Mode, Selection, handle_position, to_image

REACH = 10.0
EMPTY = Selection(1000, 800)


def dragged(selection: Selection, start: tuple[float, float], *path: tuple[float, float]) -> Selection:
    selection = selection.pressed(start, REACH)
    for point in path:
        selection = selection.moved(point)
    return selection.released()


def selected(rect: Rect) -> Selection:
    return replace(EMPTY, rect=rect)


points = st.tuples(st.integers(0, 1000), st.integers(0, 800))


@given(points, points)
def test_a_drag_in_any_direction_selects_the_pixels_between_its_ends(a: tuple[int, int], b: tuple[int, int]) -> None:
    rect = dragged(EMPTY, a, b).rect
    width, height = abs(a[0] - b[0]), abs(a[1] - b[1])
    expected = Rect(min(a[0], b[0]), min(a[1], b[1]), width, height) if width and height else None
    assert rect == expected


def test_a_drag_over_half_pixels_takes_every_pixel_it_touched() -> None:
    assert dragged(EMPTY, (10.5, 10.5), (20.5, 12.0)).rect == Rect(10, 10, 11, 2)


def test_a_drag_cannot_leave_the_screen() -> None:
    assert dragged(EMPTY, (900, 700), (5000, -50)).rect == Rect(900, 0, 100, 700)


def test_a_click_beside_the_selection_keeps_it() -> None:
    before = selected(Rect(100, 100, 50, 50))
    assert dragged(before, (500, 500)).rect == before.rect


def test_a_drag_beside_the_selection_begins_a_new_one() -> None:
    assert dragged(selected(Rect(100, 100, 50, 50)), (500, 500), (510, 520)).rect == Rect(500, 500, 10, 20)


def test_a_drag_inside_moves_the_selection() -> None:
    assert dragged(selected(Rect(100, 100, 200, 100)), (200, 150), (230, 140)).rect == Rect(130, 90, 200, 100)


def test_a_selection_moved_against_the_edge_keeps_its_size() -> None:
    assert dragged(selected(Rect(100, 100, 200, 100)), (200, 150), (-900, 5000)).rect == Rect(0, 700, 200, 100)


@pytest.mark.parametrize(
    ("handle", "expected"),
    [
        (Handle.TOP_LEFT, Rect(105, 107, 195, 93)),
        (Handle.TOP, Rect(100, 107, 200, 93)),
        (Handle.TOP_RIGHT, Rect(100, 107, 205, 93)),
        (Handle.RIGHT, Rect(100, 100, 205, 100)),
        (Handle.BOTTOM_RIGHT, Rect(100, 100, 205, 107)),
        (Handle.BOTTOM, Rect(100, 100, 200, 107)),
        (Handle.BOTTOM_LEFT, Rect(105, 100, 195, 107)),
        (Handle.LEFT, Rect(105, 100, 195, 100)),
    ],
)
def test_each_handle_moves_its_own_edges(handle: Handle, expected: Rect) -> None:
    before = selected(Rect(100, 100, 200, 100))
    x, y = handle_position(Rect(100, 100, 200, 100), handle)
    assert dragged(before, (x, y), (x + 5, y + 7)).rect == expected


def test_a_handle_drawn_over_the_opposite_edge_turns_the_selection_over() -> None:
    assert dragged(selected(Rect(100, 100, 200, 100)), (300, 150), (40, 150)).rect == Rect(40, 100, 60, 100)


def test_a_small_selection_is_moved_by_its_inside_not_resized() -> None:
    assert dragged(selected(Rect(100, 100, 8, 8)), (104, 104), (114, 104)).rect == Rect(110, 100, 8, 8)


def test_space_carries_the_selection_during_a_drag_and_gives_it_back() -> None:
    drag = EMPTY.pressed((100, 100), REACH).moved((200, 150))
    carried = drag.carrying(on=True).moved((250, 170))
    assert carried.rect == Rect(150, 120, 100, 50)
    assert carried.carrying(on=False).moved((260, 170)).released().rect == Rect(150, 120, 110, 50)


def test_arrow_keys_move_the_selection_and_stop_at_the_edge() -> None:
    assert selected(Rect(5, 5, 10, 10)).nudged(-10, 1).rect == Rect(0, 6, 10, 10)


def test_growing_moves_the_right_and_bottom_edges() -> None:
    assert selected(Rect(5, 5, 10, 10)).grown(3, -20).rect == Rect(5, 5, 13, 1)


def test_growing_before_moves_the_left_and_top_edges() -> None:
    assert selected(Rect(5, 5, 10, 10)).grown_before(-30, 4).rect == Rect(0, 9, 15, 6)


def test_keys_alone_select_a_rectangle() -> None:
    crosshair = EMPTY.nudged(100, 0).nudged(0, 50)
    marked = crosshair.confirmed()
    assert marked.mode is Mode.MARKING
    extended = marked.nudged(30, 0).nudged(0, 20)
    assert extended.confirmed().rect == Rect(100, 50, 30, 20)
    assert extended.confirmed().settled


def test_one_pixel_can_be_selected_by_keys() -> None:
    assert EMPTY.nudged(7, 9).marked().marked().rect == Rect(7, 9, 1, 1)


def test_a_corner_in_the_last_column_still_has_a_pixel() -> None:
    assert EMPTY.nudged(5000, 5000).marked().marked().rect == Rect(999, 799, 1, 1)


def test_enter_with_nothing_selected_takes_the_whole_screen() -> None:
    assert EMPTY.confirmed().rect == Rect(0, 0, 1000, 800)


def test_the_mouse_takes_over_from_the_keys() -> None:
    assert EMPTY.nudged(10, 0).moved((40, 40)).confirmed().rect == EMPTY.whole


@given(st.integers(1, 4000), st.integers(1, 4000))
def test_the_pointer_on_the_last_place_reaches_the_edge(size: int, pixels: int) -> None:
    finest = size - size / pixels if pixels > size else size - 1
    assert to_image(finest, 0, widget=(size, 1), image=(pixels, 1))[0] == pixels


@pytest.mark.parametrize("scale", [1.0, 1.25, 1.5, 1.75, 2.0, 3.0])
def test_every_pixel_of_a_scaled_screen_can_be_reached(scale: float) -> None:
    width = 2100
    widget = round(width / scale)
    places = [to_image(pixel / scale, 0, widget=(widget, 1), image=(width, 1))[0] for pixel in range(width - 1)]
    assert [round(place) for place in places] == list(range(width - 1))
    lefts = {dragged(Selection(width, 10), (place, 0), (width, 10)).rect for place in places}
    assert len(lefts) == width - 1


class Mouse(RuleBasedStateMachine):
    """Any order of events."""

    def __init__(self) -> None:
        super().__init__()
        self.selection = EMPTY

    coordinates = st.tuples(st.floats(-50, 1050), st.floats(-50, 850))
    steps = st.tuples(st.integers(-300, 300), st.integers(-300, 300))

    @rule(point=coordinates)
    def press(self, point: tuple[float, float]) -> None:
        if not self.selection.held:
            self.selection = self.selection.pressed(point, REACH)

    @rule(point=coordinates)
    def move(self, point: tuple[float, float]) -> None:
        self.selection = self.selection.moved(point)

    @rule()
    def release(self) -> None:
        self.selection = self.selection.released()
        assert not self.selection.held

    @rule(on=st.booleans())
    def space(self, on: bool) -> None:
        self.selection = self.selection.carrying(on)

    @rule(step=steps)
    def arrow(self, step: tuple[int, int]) -> None:
        self.selection = self.selection.nudged(*step)

    @rule(step=steps, before=st.booleans())
    def grow(self, step: tuple[int, int], before: bool) -> None:
        grow = self.selection.grown_before if before else self.selection.grown
        self.selection = grow(*step)

    @rule()
    def mark(self) -> None:
        self.selection = self.selection.marked()

    @rule()
    def everything(self) -> None:
        self.selection = self.selection.all()

    @rule()
    def enter(self) -> None:
        held = self.selection.held
        self.selection = self.selection.confirmed()
        assert held or self.selection.rect is not None

    @invariant()
    def stays_on_the_screen_and_has_pixels(self) -> None:
        rect = self.selection.rect
        if rect is not None:
            assert not rect.empty
            assert rect.intersection(self.selection.whole) == rect

    @invariant()
    def the_cursor_stays_on_the_screen(self) -> None:
        x, y = self.selection.cursor
        assert 0 <= x <= 1000
        assert 0 <= y <= 800


TestMouse = Mouse.TestCase
