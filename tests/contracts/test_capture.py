"""What every capture backend promises."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kireji.core.desktop_ports import CaptureBackend
from kireji.core.geometry import Rect, ScreenPlace
from kireji.desktop.capture_mss import MssCapture
from kireji.desktop.capture_portal import PortalCapture
from kireji.imaging.screens import decode_screen
from kireji.ui.platform.screens import QtScreenCapture
from tests.fakes.desktop import FakeCapture
from tests.support.bus_service import quiet_bus
from tests.support.fake_portal import FakePortal
from tests.support.pictures import png


@pytest.fixture(
    params=["fake", "portal", pytest.param("mss", marks=pytest.mark.display), pytest.param("qt", marks=pytest.mark.qt)]
)
async def backend(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[CaptureBackend]:
    if request.param == "fake":
        yield FakeCapture()
        return
    if request.param == "portal":
        screens = [ScreenPlace(Rect(x, 0, 30, 40), Rect(2 * x, 0, 60, 80), 2.0) for x in (0, 30)]
        with quiet_bus(tmp_path) as address:
            async with FakePortal(tmp_path, png(120, 80)).on(address):
                yield PortalCapture({"DBUS_SESSION_BUS_ADDRESS": address}, decode_screen, lambda: screens)
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
