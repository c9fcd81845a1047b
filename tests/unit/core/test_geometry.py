"""Rectangles, and windows against pixels."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kireji.core.geometry import Rect, Region, ScreenImage, to_pixels

RECTS = st.builds(Rect, st.integers(-50, 50), st.integers(-50, 50), st.integers(0, 50), st.integers(0, 50))
SIZES = st.tuples(st.integers(1, 4000), st.integers(1, 4000))


def points(rect: Rect) -> set[tuple[int, int]]:
    return {(x, y) for x in range(rect.x, rect.right) for y in range(rect.y, rect.bottom)}


@given(RECTS, RECTS)
def test_an_intersection_holds_the_points_of_both(one: Rect, other: Rect) -> None:
    assert points(one.intersection(other)) == points(one) & points(other)


@given(RECTS, st.integers(-9, 9), st.integers(-9, 9))
def test_moving_there_and_back_changes_nothing(rect: Rect, dx: int, dy: int) -> None:
    assert rect.moved(dx, dy).moved(-dx, -dy) == rect


def test_a_rectangle_without_area_is_empty() -> None:
    assert Rect(0, 0, 0, 5).empty
    assert not Rect(0, 0, 1, 1).empty


def test_a_rectangle_reads_as_it_is_typed() -> None:
    assert str(Rect(-1, 2, 3, 4)) == "-1,2,3,4"


def test_at_scale_one_a_selection_is_its_own_pixels() -> None:
    assert to_pixels(10, 20, 110, 70, widget=(1920, 1080), image=(1920, 1080)) == Rect(10, 20, 100, 50)


def test_at_scale_two_every_coordinate_doubles() -> None:
    assert to_pixels(10, 20, 110, 70, widget=(960, 540), image=(1920, 1080)) == Rect(20, 40, 200, 100)


def test_a_pixel_that_is_touched_is_in_it() -> None:
    assert to_pixels(0.9, 0.9, 1.1, 1.1, widget=(10, 10), image=(10, 10)) == Rect(0, 0, 2, 2)


@given(SIZES, SIZES, st.tuples(*[st.floats(-0.5, 1.5)] * 4))
def test_a_selection_is_never_outside_the_picture(
    widget: tuple[int, int], image: tuple[int, int], edges: tuple[float, float, float, float]
) -> None:
    left, right = sorted(edges[:2])
    top, bottom = sorted(edges[2:])
    rect = to_pixels(
        left * widget[0], top * widget[1], right * widget[0], bottom * widget[1], widget=widget, image=image
    )
    assert rect.width >= 0
    assert rect.height >= 0
    assert rect.empty or rect.intersection(Rect(0, 0, *image)) == rect


@given(SIZES, SIZES)
def test_the_whole_window_is_the_whole_picture(widget: tuple[int, int], image: tuple[int, int]) -> None:
    assert to_pixels(0, 0, *widget, widget=widget, image=image) == Rect(0, 0, *image)


def test_a_region_of_a_scaled_picture_lies_in_the_desktops_own_pixels() -> None:
    screen = ScreenImage(memoryview(b""), 1000, 500, 4000, Rect(-2000, 100, 2000, 1000))
    assert Region(screen, Rect(10, 20, 30, 40)).place == Rect(-1980, 140, 60, 80)
