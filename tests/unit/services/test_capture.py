"""From the screens to a stored picture."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.capture_places import Placed
from kireji.core.changes import difference
from kireji.core.errors import CaptureError, NoCaptureBackend, RegionInvalid
from kireji.core.geometry import DesktopWindow, Rect, ScreenImage
from kireji.core.ports import Availability
from kireji.services.capture import CaptureService
from kireji.services.virtual_screen import part_of_desktop, virtual_screen, without
from tests.fakes.desktop import FakeCapture, FakeCodec, FakePicker, FakeWindows, MemoryLastRegion, screen_of
from tests.fakes.habits import MemoryCapturePlaces
from tests.fakes.stores import MemoryCaptureStore

NONE = Availability(False, "There is no display.", "Use a file.")


def service(*backends: FakeCapture) -> CaptureService:
    return CaptureService(backends, FakeCodec(), MemoryCaptureStore(), FakeWindows(), MemoryLastRegion())


async def test_the_first_backend_that_can_work_is_taken_and_kept() -> None:
    missing, working, spare = FakeCapture(available=NONE), FakeCapture(), FakeCapture()
    capture = service(missing, working, spare)
    await capture.grab()
    await capture.grab()
    assert (missing.grabs, working.grabs, spare.grabs) == (0, 2, 0)


async def test_without_a_backend_the_best_ones_reason_is_given() -> None:
    with pytest.raises(NoCaptureBackend) as caught:
        await service(FakeCapture(available=NONE), FakeCapture(available=Availability(False, "Other."))).grab()
    assert caught.value.sentence == "There is no display. Use a file."


async def test_a_backend_that_should_work_and_fails_is_told() -> None:
    backend = FakeCapture()
    backend.failure = CaptureError("The screen went away.")
    with pytest.raises(CaptureError, match="went away"):
        await service(backend).grab()


async def test_every_backend_is_listed() -> None:
    assert await service(FakeCapture(available=NONE)).availability() == [("fake", NONE)]


async def test_a_region_over_several_screens_is_joined() -> None:
    left, right = screen_of(100, 100, (1, 1, 1)), screen_of(200, 80, (2, 2, 2), x=100)
    region = await service(FakeCapture(left, right)).region_of_desktop(Rect(80, 70, 100, 20))
    assert (region.rect, region.screen.native) == (Rect(0, 0, 100, 20), Rect(80, 70, 100, 20))
    corners = [pixel(region.screen, x, y)[0] for x, y in ((0, 0), (19, 19), (20, 0), (99, 9), (20, 10))]
    assert corners == [1, 1, 2, 2, 0]


def test_what_is_hidden_is_black_and_in_no_byte_of_the_picture() -> None:
    region = part_of_desktop([screen_of(100, 100, (9, 9, 9), x=50)], Rect(60, 10, 20, 10))
    assert region is not None
    left = without(region, [Rect(40, 12, 25, 3), Rect(500, 500, 10, 10), Rect(79, 19, 9, 9)])
    assert (left.rect, left.screen.native) == (Rect(0, 0, 20, 10), Rect(60, 10, 20, 10))
    black = {(x, y) for y in range(10) for x in range(20) if pixel(left.screen, x, y)[:3] == (0, 0, 0)}
    assert black == {(x, y) for y in (2, 3, 4) for x in range(5)} | {(19, 9)}
    assert len(left.screen.pixels) == 20 * 10 * 4


async def test_what_reaches_over_the_edge_is_left_out() -> None:
    region = await service(FakeCapture(screen_of(100, 100))).region_of_desktop(Rect(90, -5, 50, 20))
    assert region.rect == Rect(90, 0, 10, 15)


_PLACES = st.builds(Rect, st.integers(-40, 40), st.integers(-40, 40), st.integers(1, 30), st.integers(1, 30))


@given(st.lists(_PLACES, min_size=1, max_size=3), _PLACES)
def test_a_part_of_the_desktop_is_what_all_screens_together_show_there(places: list[Rect], wanted: Rect) -> None:
    screens = [
        screen_of(each.width, each.height, (number, 0, 0), x=each.x, y=each.y)
        for number, each in enumerate(places, start=1)
    ]
    part, whole = part_of_desktop(screens, wanted), virtual_screen(screens)
    if part is None:
        assert all(wanted.intersection(each).empty for each in places)
        return
    origin = part.screen.native.moved(part.rect.x, part.rect.y)
    for x in range(part.rect.width):
        for y in range(part.rect.height):
            there = (origin.x + x - whole.native.x, origin.y + y - whole.native.y)
            shown = pixel(part.screen, part.rect.x + x, part.rect.y + y)
            covering = [
                n
                for n, each in enumerate(places, 1)
                if not each.intersection(Rect(origin.x + x, origin.y + y, 1, 1)).empty
            ]
            assert shown == pixel(whole, *there) or shown[0] in covering


def pointing(*windows: DesktopWindow, at: tuple[int, int] | None, screens: tuple[ScreenImage, ...]) -> CaptureService:
    lister, last = FakeWindows(*windows), MemoryLastRegion()
    return CaptureService([FakeCapture(*screens)], FakeCodec(), MemoryCaptureStore(), lister, last, pointer=lambda: at)


TWO = (screen_of(100, 100), screen_of(200, 100, x=100))


async def test_the_screen_under_the_pointer_is_found() -> None:
    assert (await pointing(at=(150, 20), screens=TWO).screen_under_pointer()).native == Rect(100, 0, 200, 100)


async def test_the_topmost_window_under_the_pointer_is_found() -> None:
    top, below = DesktopWindow(Rect(0, 0, 50, 50)), DesktopWindow(Rect(0, 0, 100, 100))
    assert await pointing(top, below, at=(10, 10), screens=TWO).window_under_pointer() == top.rect
    assert await pointing(top, below, at=(60, 10), screens=TWO).window_under_pointer() == below.rect


async def test_a_pointer_over_nothing_or_that_is_not_told_is_one_sentence() -> None:
    window = DesktopWindow(Rect(0, 0, 50, 50))
    with pytest.raises(RegionInvalid, match="no window under the pointer"):
        await pointing(window, at=(90, 90), screens=TWO).window_under_pointer()
    with pytest.raises(CaptureError, match="not told here"):
        await pointing(at=(90, 90), screens=TWO).window_under_pointer()
    with pytest.raises(CaptureError, match="does not tell where the pointer is"):
        await pointing(at=None, screens=TWO).screen_under_pointer()
    with pytest.raises(RegionInvalid, match="on no screen"):
        await pointing(at=(0, 500), screens=TWO).screen_under_pointer()


async def test_the_last_region_is_kept() -> None:
    capture = service(FakeCapture())
    assert capture.last_region() is None
    await capture.remember(Rect(1, 2, 3, 4))
    assert capture.last_region() == Rect(1, 2, 3, 4)


async def test_windows_are_those_of_the_lister() -> None:
    window = DesktopWindow(Rect(0, 0, 50, 50), "Editor")
    assert tuple(await pointing(window, at=None, screens=TWO).windows()) == (window,)


async def test_a_piece_that_the_desktops_dialog_cut_out_is_encoded() -> None:
    picker = FakePicker(b"cut")
    capture = CaptureService([], FakeCodec(), MemoryCaptureStore(), FakeWindows(), MemoryLastRegion(), picker)
    assert capture.can_pick
    picture = await capture.pick()
    assert picture is not None
    assert picture.data == b"cut"
    picker.picture = None
    assert await capture.pick() is None


async def test_without_a_dialog_nothing_is_picked() -> None:
    assert not service().can_pick
    with pytest.raises(NoCaptureBackend):
        await service().pick()


async def test_a_signature_tells_colours_apart() -> None:
    capture = service(FakeCapture(screen_of(100, 100, (0, 0, 0)), screen_of(100, 100, (0, 0, 99), x=100)))
    dark = await capture.signature(await capture.region_of_desktop(Rect(0, 0, 10, 10)))
    light = await capture.signature(await capture.region_of_desktop(Rect(100, 0, 10, 10)))
    assert difference(dark, light) == 1.0


async def test_a_region_is_given_in_its_screens_own_pixels_also_left_of_zero() -> None:
    screen = screen_of(100, 100, x=-100, y=-50)
    region = await service(FakeCapture(screen)).region_of_desktop(Rect(-90, -40, 5, 6))
    assert region.rect == Rect(10, 10, 5, 6)


async def test_one_pixel_is_a_region() -> None:
    region = await service(FakeCapture(screen_of(100, 100))).region_of_desktop(Rect(99, 99, 1, 1))
    assert region.rect == Rect(99, 99, 1, 1)


async def test_a_region_outside_every_screen_is_told_with_the_screens() -> None:
    with pytest.raises(RegionInvalid) as caught:
        await service(FakeCapture(screen_of(100, 100))).region_of_desktop(Rect(100, 0, 10, 10))
    assert "0,0,100,100" in caught.value.hint


async def test_an_encoded_picture_is_stored_and_found_again() -> None:
    capture = service(FakeCapture(screen_of(100, 100)))
    picture = await capture.encode(await capture.region_of_desktop(Rect(0, 0, 10, 20)))
    part = await capture.store(picture)
    assert (part.width, part.height) == (10, 20)
    assert await capture.fetch(part) == picture.data


def pixel(screen: ScreenImage, x: int, y: int) -> tuple[int, int, int]:
    at = y * screen.stride + x * 4
    return screen.pixels[at + 2], screen.pixels[at + 1], screen.pixels[at]


def test_a_single_screen_is_not_copied() -> None:
    screen = screen_of(10, 10)
    assert virtual_screen([screen]) is screen


def test_screens_are_joined_as_they_lie_and_gaps_are_black() -> None:
    joined = virtual_screen([screen_of(2, 2, (1, 2, 3), x=-2), screen_of(3, 4, (4, 5, 6), y=1)])
    assert (joined.width, joined.height, joined.native) == (5, 5, Rect(-2, 0, 5, 5))
    assert pixel(joined, 0, 0) == pixel(joined, 1, 1) == (1, 2, 3)
    assert pixel(joined, 2, 1) == pixel(joined, 4, 4) == (4, 5, 6)
    assert pixel(joined, 2, 0) == pixel(joined, 0, 4) == (0, 0, 0)


@given(st.integers(0, 5), st.integers(1, 4), st.integers(1, 4))
def test_padding_at_the_end_of_rows_is_left_out(padding: int, width: int, height: int) -> None:
    row = bytes((9, 8, 7, 0)) * width + b"\xff" * 4 * padding
    screen = ScreenImage(memoryview(row * height), width, height, len(row), Rect(0, 0, width, height))
    joined = virtual_screen([screen, screen_of(1, 1, (1, 1, 1), x=width)])
    assert {pixel(joined, x, y) for x in range(width) for y in range(height)} == {(7, 8, 9)}


async def test_a_picture_is_stored_with_the_place_where_it_was_cut_out() -> None:
    places = MemoryCapturePlaces()
    capture = CaptureService(
        [FakeCapture(screen_of(100, 100, (1, 1, 1), x=-100))],
        FakeCodec(),
        MemoryCaptureStore(),
        FakeWindows(),
        MemoryLastRegion(),
        places=places,
    )
    region = await capture.region_of_desktop(Rect(-80, 10, 40, 30))
    image = await capture.store(await capture.encode(region), region.place)
    places.images[image.blob] = image
    assert await capture.region_of(image.blob) == Rect(-80, 10, 40, 30)
    assert await capture.earlier(Rect(-80, 10, 40, 30)) == Placed(image, Rect(-80, 10, 40, 30))
    assert await capture.earlier() == Placed(image, Rect(-80, 10, 40, 30))


async def test_without_a_memory_of_places_nobody_knows_any() -> None:
    capture = service(FakeCapture())
    region = await capture.region_of_desktop(Rect(0, 0, 10, 10))
    image = await capture.store(await capture.encode(region), region.place)
    assert await capture.region_of(image.blob) is None
    assert await capture.earlier() is None
