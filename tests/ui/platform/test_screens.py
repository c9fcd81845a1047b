"""Where screens lie, and the permission that copying them may take; pixels are compared in tests/integration."""

from __future__ import annotations

import gc

import pytest
from PySide6.QtWidgets import QApplication

from kireji.core.errors import CaptureRefused
from kireji.core.geometry import Rect
from kireji.ui.platform.screens import QtScreenCapture, native_places
from tests.fakes.macos import FakePermission


@pytest.mark.qt
async def test_without_permission_nothing_is_grabbed_and_the_pane_is_named(qapp: QApplication) -> None:
    capture = QtScreenCapture(FakePermission())
    with pytest.raises(CaptureRefused, match="does not let") as caught:
        await capture.grab()
    assert "Screen Recording" in caught.value.hint
    assert "remove it from that list and add it again" in caught.value.hint


@pytest.mark.qt
async def test_the_system_asks_at_the_first_capture_and_once_only(qapp: QApplication) -> None:
    permission = FakePermission()
    capture = QtScreenCapture(permission)
    before = await capture.availability()
    assert (permission.asked, before.ok) == (0, True)
    assert "will ask" in before.reason
    for _ in range(2):
        with pytest.raises(CaptureRefused):
            await capture.grab()
    after = await capture.availability()
    assert (permission.asked, after.ok) == (1, False)


@pytest.mark.qt
async def test_a_permission_given_when_asked_is_used_at_once(qapp: QApplication) -> None:
    capture = QtScreenCapture(FakePermission(answer=True))
    assert await capture.grab()
    assert (await capture.availability()).ok


@pytest.mark.qt
async def test_pixels_outlive_everything_else_of_the_grab(qapp: QApplication) -> None:
    (screen, *_) = await QtScreenCapture().grab()
    pixels, size = screen.pixels, screen.stride * screen.height
    del screen
    gc.collect()
    assert len(bytes(pixels)) == size
    assert pixels.readonly


def test_positions_in_pixels_are_kept() -> None:
    left, right = native_places([(Rect(0, 0, 960, 1080), 1.0, "L"), (Rect(960, 0, 480, 540), 2.0, "R")], points=False)
    assert (left.native, right.native) == (Rect(0, 0, 960, 1080), Rect(960, 0, 960, 1080))


def test_positions_in_points_count_in_the_finest_screen_s_pixels() -> None:
    found = native_places(
        [(Rect(0, 0, 1440, 900), 2.0, "built-in"), (Rect(1440, -180, 1920, 1080), 1.0, "")], points=True
    )
    assert [place.native for place in found] == [Rect(0, 0, 2880, 1800), Rect(2880, -360, 1920, 1080)]


def test_places_in_points_never_overlap() -> None:
    screens = [(Rect(x, y, 1000, 600), scale, "") for x, y, scale in ((0, 0, 1.0), (1000, 0, 2.0), (-1000, 0, 1.5))]
    places = [place.native for place in native_places(screens, points=True)]
    assert all(one.intersection(other).empty for one in places for other in places if one is not other)


def test_without_screens_there_are_no_places() -> None:
    assert native_places([], points=True) == ()
