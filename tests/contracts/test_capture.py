"""What every capture backend promises."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from kireji.core.desktop_ports import CaptureBackend
from kireji.desktop.capture_mss import MssCapture
from kireji.ui.platform.screens import QtScreenCapture
from tests.fakes.desktop import FakeCapture


@pytest.fixture(
    params=["fake", pytest.param("mss", marks=pytest.mark.display), pytest.param("qt", marks=pytest.mark.qt)]
)
def backend(request: pytest.FixtureRequest) -> Iterator[CaptureBackend]:
    if request.param == "fake":
        yield FakeCapture()
        return
    if request.param == "qt":
        request.getfixturevalue("qapp")
        yield QtScreenCapture()
        return
    capture = MssCapture(os.environ)
    yield capture
    capture.close()


async def test_it_is_available(backend: CaptureBackend) -> None:
    assert (await backend.availability()).ok


async def test_it_gives_every_screen_with_all_its_rows(backend: CaptureBackend) -> None:
    screens = await backend.grab()
    assert screens
    for screen in screens:
        assert screen.stride >= screen.width * 4
        assert len(screen.pixels) >= screen.stride * (screen.height - 1) + screen.width * 4


async def test_screens_lie_side_by_side(backend: CaptureBackend) -> None:
    places = [screen.native for screen in await backend.grab()]
    assert all(not place.empty for place in places)
    assert all(first.intersection(second).empty for first in places for second in places if first is not second)


async def test_a_frame_does_not_change_with_the_next_grab(backend: CaptureBackend) -> None:
    first = (await backend.grab())[0]
    before = bytes(first.pixels)
    await backend.grab()
    assert bytes(first.pixels) == before


async def test_pixels_are_bytes(backend: CaptureBackend) -> None:
    assert (await backend.grab())[0].pixels.format == "B"
