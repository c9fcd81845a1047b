"""From the screens to a stored picture."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.errors import CaptureError, NoCaptureBackend, RegionInvalid
from kireji.core.geometry import Rect, ScreenImage
from kireji.core.ports import Availability
from kireji.services.capture import CaptureService
from kireji.services.virtual_screen import virtual_screen
from tests.fakes.desktop import FakeCapture, FakeCodec, FakeWindows, MemoryLastRegion, screen_of
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


async def test_a_region_lies_on_the_screen_that_holds_most_of_it() -> None:
    left, right = screen_of(100, 100), screen_of(200, 100, x=100)
    region = await service(FakeCapture(left, right)).region_of_desktop(Rect(80, 10, 100, 20))
    assert (region.screen, region.rect) == (right, Rect(0, 10, 80, 20))


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
