"""Cutting a picture of the whole desktop into its screens, and chords as portals read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.geometry import Rect, ScreenImage, ScreenPlace
from kireji.core.shortcuts import Shortcut
from kireji.desktop.capture_portal import split
from kireji.desktop.triggers import trigger


def picture(width: int, height: int) -> ScreenImage:
    """Of which every pixel says where it is: blue its column, green its row."""
    pixels = bytes(value for y in range(height) for x in range(width) for value in (x % 256, y % 256, x // 256, 0))
    return ScreenImage(memoryview(pixels), width, height, width * 4, Rect(0, 0, width, height))


def screen(x: int, y: int, width: int, height: int, name: str = "") -> ScreenPlace:
    return ScreenPlace(Rect(x, y, width, height), Rect(x, y, width, height), 1.0, name)


def pixel(image: ScreenImage, x: int, y: int) -> tuple[int, int]:
    start = y * image.stride + x * 4
    return image.pixels[start], image.pixels[start + 1]


def test_one_screen_is_the_whole_picture() -> None:
    (only,) = split(picture(60, 40), [screen(0, 0, 30, 20, "eDP-1")])
    assert (only.width, only.height, only.name) == (60, 40, "eDP-1")


def test_each_screen_has_its_own_pixels_to_the_last_row() -> None:
    left, right = split(picture(60, 40), [screen(0, 0, 10, 20), screen(10, 0, 20, 20)])
    assert (left.width, right.width) == (20, 40)
    assert pixel(right, 0, 0) == (20, 0)
    assert pixel(right, 39, 39) == (59, 39)
    assert len(right.pixels) == right.stride * 39 + 40 * 4


def test_a_desktop_that_begins_left_of_zero_is_cut_from_its_corner() -> None:
    left, right = split(picture(60, 40), [screen(-20, -5, 20, 20), screen(0, -5, 10, 20)])
    assert pixel(left, 0, 0) == (0, 0)
    assert right.native == Rect(40, 0, 20, 40)


def test_screens_of_different_heights_are_cut_where_they_lie() -> None:
    low, high = split(picture(60, 40), [screen(0, 10, 10, 10), screen(10, 0, 20, 20)])
    assert low.native == Rect(0, 20, 20, 20)
    assert high.native == Rect(20, 0, 40, 40)


def test_fractional_scales_share_their_edges() -> None:
    left, right = split(picture(250, 125), [screen(0, 0, 67, 67), screen(67, 0, 67, 67)])
    assert left.native.right == right.native.x
    assert right.native.right == 250
    assert right.native.bottom == 125


def test_unknown_screens_leave_the_picture_whole() -> None:
    whole = picture(60, 40)
    assert split(whole, []) == (whole,)
    assert split(whole, [screen(0, 0, 0, 0)]) == (whole,)


def test_another_shape_than_the_screens_have_leaves_the_picture_whole() -> None:
    whole = picture(60, 40)
    assert split(whole, [screen(0, 0, 30, 20), screen(30, 0, 30, 20)]) == (whole,)


@given(
    st.lists(st.integers(100, 400), min_size=1, max_size=4),
    st.integers(100, 400),
    st.sampled_from([1.0, 1.25, 1.5, 1.75, 2.0, 3.0]),
)
def test_no_pixel_is_lost_or_doubled(widths: list[int], height: int, scale: float) -> None:
    screens = [screen(sum(widths[:number]), 0, width, height) for number, width in enumerate(widths)]
    size = (round(sum(widths) * scale), round(height * scale))
    whole = ScreenImage(memoryview(bytes(size[0] * size[1] * 4)), *size, size[0] * 4, Rect(0, 0, *size))
    parts = split(whole, screens)
    assert len(parts) == len(widths)
    assert sum(part.width for part in parts) == size[0]
    assert {part.height for part in parts} == {size[1]}


@pytest.mark.parametrize(
    ("chord", "text"),
    [
        ("Ctrl+Shift+Space", "CTRL+SHIFT+space"),
        ("Super+K", "LOGO+k"),
        ("Ctrl+Alt+PageUp", "CTRL+ALT+Page_Up"),
        ("Ctrl++", "CTRL+plus"),
        ("F12", "F12"),
        ("Print", "Print"),
        ("Ctrl+Ä", "CTRL+U00E4"),
        ("Ctrl+Backspace", "CTRL+BackSpace"),
    ],
)
def test_chords_are_written_as_the_specification_says(chord: str, text: str) -> None:
    shortcut = Shortcut.parse(chord)
    assert shortcut is not None
    assert trigger(shortcut) == text
