"""Where panels go, for any selection on any screen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kireji.core.geometry import Rect
from kireji.ui.overlay.placement import place_bar, place_card, place_label, place_magnifier, reserve_card, within

GAP = 8
FULL_HD = Rect(0, 0, 1920, 1080)
sizes = st.tuples(st.integers(1, 700), st.integers(1, 700))


@st.composite
def screens(draw: st.DrawFn) -> tuple[Rect, Rect]:
    """A screen and a selection on it."""
    screen = Rect(0, 0, draw(st.integers(64, 4000)), draw(st.integers(64, 3000)))
    x, y = draw(st.integers(0, screen.width - 1)), draw(st.integers(0, screen.height - 1))
    return screen, Rect(x, y, draw(st.integers(1, screen.width - x)), draw(st.integers(1, screen.height - y)))


def inside(rect: Rect, screen: Rect) -> bool:
    return rect.intersection(screen) == rect and not rect.empty


def overlap(a: Rect, b: Rect) -> bool:
    return not a.intersection(b).empty


@given(screens(), sizes, st.booleans())
def test_the_tool_bar_never_leaves_the_screen(place: tuple[Rect, Rect], size: tuple[int, int], rtl: bool) -> None:
    screen, selection = place
    assert inside(place_bar(size, selection, screen, GAP, rtl=rtl), screen)


@given(screens(), sizes, st.booleans())
def test_the_tool_bar_covers_no_selection_that_has_room_above_or_below(
    place: tuple[Rect, Rect], size: tuple[int, int], rtl: bool
) -> None:
    screen, selection = place
    room = max(selection.y, screen.bottom - selection.bottom)
    if room >= size[1] + 2 * GAP:
        assert not overlap(place_bar(size, selection, screen, GAP, rtl=rtl), selection)


def test_a_tool_bar_above_the_selection_leaves_the_size_label_free() -> None:
    selection = Rect(100, 300, 800, 770)
    bar = place_bar((400, 80), selection, FULL_HD, 12, label=20)
    label = place_label((60, 20), selection, FULL_HD, 4)
    assert bar.bottom <= label.y
    assert not overlap(bar, label)


@given(screens(), sizes, st.booleans())
def test_the_card_never_leaves_the_screen(place: tuple[Rect, Rect], size: tuple[int, int], rtl: bool) -> None:
    screen, selection = place
    bar = place_bar((300, 80), selection, screen, GAP, rtl=rtl)
    assert inside(place_card(size, selection, screen, GAP, avoid=(bar,), rtl=rtl), screen)


@given(screens(), sizes, st.booleans())
def test_the_card_covers_no_selection_that_has_room_on_any_side(
    place: tuple[Rect, Rect], size: tuple[int, int], rtl: bool
) -> None:
    screen, selection = place
    wide = max(selection.x, screen.right - selection.right) >= size[0] + 2 * GAP
    high = max(selection.y, screen.bottom - selection.bottom) >= size[1] + 2 * GAP
    fits = size[0] + 2 * GAP < screen.width and size[1] + 2 * GAP < screen.height
    if fits and (wide or high):
        assert not overlap(place_card(size, selection, screen, GAP, rtl=rtl), selection)


def test_the_card_stands_to_the_right_at_the_height_of_the_selection() -> None:
    assert place_card((420, 300), Rect(135, 129, 586, 202), FULL_HD, 18) == Rect(739, 129, 420, 300)


def test_the_card_stands_to_the_left_where_text_runs_that_way() -> None:
    assert place_card((420, 300), Rect(800, 129, 300, 202), FULL_HD, 18, rtl=True).right == 782


def test_under_a_wide_selection_the_card_clears_the_tool_bar() -> None:
    selection = Rect(10, 10, 1900, 300)
    bar = place_bar((400, 80), selection, FULL_HD, GAP)
    card = place_card((420, 300), selection, FULL_HD, GAP, avoid=(bar,))
    assert not overlap(card, bar)
    assert not overlap(card, selection)


def test_over_a_full_screen_selection_the_card_lies_in_a_corner() -> None:
    assert place_card((420, 300), FULL_HD, FULL_HD, GAP) == Rect(1492, 772, 420, 300)


@given(screens(), st.integers(1, 700), st.booleans())
def test_a_card_is_lower_rather_than_over_the_selection(place: tuple[Rect, Rect], width: int, rtl: bool) -> None:
    screen, selection = place
    heights = (500, 350, 200)
    reserved = reserve_card([(width, height) for height in heights], selection, screen, GAP, rtl=rtl)
    assert inside(reserved, screen)
    smallest = place_card((width, heights[-1]), selection, screen, GAP, rtl=rtl)
    if not overlap(smallest, selection):
        assert not overlap(reserved, selection)


def test_a_card_is_narrower_rather_than_over_the_tool_bar() -> None:
    screen, selection = Rect(0, 0, 1280, 800), Rect(119, 56, 762, 457)
    bar = place_bar((220, 44), selection, screen, 12)
    reserved = reserve_card([(420, 560), (340, 560), (420, 220)], selection, screen, 16, avoid=(bar,))
    assert reserved.width == 340
    assert not overlap(reserved, bar)
    assert not overlap(reserved, selection)


def test_a_card_that_only_fits_below_stands_beside_the_tool_bar() -> None:
    screen, selection = Rect(0, 0, 1280, 800), Rect(20, 20, 1240, 500)
    bar = place_bar((220, 44), selection, screen, 12)
    reserved = reserve_card([(420, 220)], selection, screen, 16, avoid=(bar,))
    assert not overlap(reserved, bar)
    assert not overlap(reserved, selection)


@given(st.integers(480, 2000), st.integers(640, 2000), st.booleans())
def test_over_a_full_screen_selection_the_card_leaves_the_tool_bar_free(width: int, height: int, rtl: bool) -> None:
    screen = Rect(0, 0, width, height)
    bar = place_bar((240, 44), screen, screen, 12, rtl=rtl)
    reserved = reserve_card([(420, 560), (340, 460), (340, 220)], screen, screen, 16, avoid=(bar,), rtl=rtl)
    assert not overlap(reserved, bar)


@given(screens(), sizes, st.booleans())
def test_label_and_magnifier_stay_on_the_screen(place: tuple[Rect, Rect], size: tuple[int, int], rtl: bool) -> None:
    screen, selection = place
    assert inside(place_label(size, selection, screen, GAP, rtl=rtl), screen)
    assert inside(place_magnifier(size, (selection.x, selection.y), screen, GAP), screen)


@given(screens())
def test_the_magnifier_does_not_hide_the_pointer(place: tuple[Rect, Rect]) -> None:
    screen, selection = place
    pointer = (selection.x, selection.y)
    if screen.width > 350 and screen.height > 350:
        assert not overlap(place_magnifier((140, 160), pointer, screen, GAP), Rect(*pointer, 1, 1))


@given(screens())
def test_what_is_inside_stays_where_it_is(place: tuple[Rect, Rect]) -> None:
    screen, selection = place
    assert within(selection, screen) == selection
