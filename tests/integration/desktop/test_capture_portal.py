"""Pictures of the screen from a portal that agrees, refuses, stays silent, or lies."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from kireji.core.errors import CaptureError, CaptureRefused, NoCaptureBackend
from kireji.core.geometry import Rect, ScreenPlace
from kireji.desktop.capture_portal import PortalCapture, PortalPicker
from kireji.imaging.screens import decode_screen
from tests.support.bus_service import quiet_bus
from tests.support.fake_portal import SCREENSHOT, FakePortal, Mood
from tests.support.pictures import png

SCREENS = tuple(
    ScreenPlace(Rect(x, 0, 30, 40), Rect(2 * x, 0, 60, 80), 2.0, name) for x, name in ((0, "left"), (30, "right"))
)


@pytest.fixture(scope="module")
def bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with quiet_bus(tmp_path_factory.mktemp("bus")) as address:
        yield address


@pytest.fixture
def environ(bus: str) -> dict[str, str]:
    return {"DBUS_SESSION_BUS_ADDRESS": bus}


@pytest.fixture
async def portal(bus: str, tmp_path: Path) -> AsyncIterator[FakePortal]:
    fake = FakePortal(tmp_path, png(120, 80))
    async with fake.on(bus):
        yield fake


def capture(environ: dict[str, str], patience: float = 5) -> PortalCapture:
    return PortalCapture(environ, decode_screen, lambda: SCREENS, patience=patience)


def nothing_left(portal: FakePortal) -> bool:
    return bool(portal.written) and not any(file.exists() for file in portal.written)


async def test_the_picture_is_cut_into_the_screens(portal: FakePortal, environ: dict[str, str]) -> None:
    left, right = await capture(environ).grab()
    assert (left.name, left.native) == ("left", Rect(0, 0, 60, 80))
    assert (right.name, right.native) == ("right", Rect(60, 0, 60, 80))


async def test_the_file_is_deleted(portal: FakePortal, environ: dict[str, str]) -> None:
    await capture(environ).grab()
    assert nothing_left(portal)


async def test_it_asks_without_a_dialog_and_says_who_it_is(portal: FakePortal, environ: dict[str, str]) -> None:
    await capture(environ).grab()
    assert portal.options["interactive"] == ("b", False)
    assert list(portal.registered.values()) == ["io.github.kireji.Kireji"]
    members = [call.member.rsplit(".", 1)[1] for call in portal.calls]
    assert members.index("Register") < members.index("Screenshot")


async def test_an_id_that_the_portal_does_not_know_is_no_obstacle(portal: FakePortal, environ: dict[str, str]) -> None:
    portal.apps.clear()
    assert len(await capture(environ).grab()) == 2


async def test_an_answer_before_the_call_returns_is_heard(portal: FakePortal, environ: dict[str, str]) -> None:
    portal.mood = Mood.EARLY
    assert len(await capture(environ).grab()) == 2


@pytest.mark.parametrize("mood", [Mood.REFUSE, Mood.CANCEL, Mood.ERROR])
async def test_a_refusal_says_what_else_can_be_done(portal: FakePortal, environ: dict[str, str], mood: Mood) -> None:
    portal.mood = mood
    with pytest.raises(CaptureRefused) as caught:
        await capture(environ).grab()
    assert caught.value.hint


@pytest.mark.parametrize("mood", [Mood.SILENT, Mood.DEAF, Mood.GARBLED])
async def test_a_portal_that_never_answers_is_given_up(portal: FakePortal, environ: dict[str, str], mood: Mood) -> None:
    portal.mood = mood
    with pytest.raises(CaptureRefused, match="no answer"):
        await capture(environ, patience=0.2).grab()


async def test_a_portal_that_crashes_is_noticed_at_once(portal: FakePortal, environ: dict[str, str]) -> None:
    portal.mood = Mood.CRASH
    with pytest.raises(CaptureRefused, match="no answer"):
        await capture(environ, patience=60).grab()


async def test_after_a_restart_it_works_again(portal: FakePortal, environ: dict[str, str]) -> None:
    adapter = capture(environ)
    await adapter.grab()
    await portal.restart()
    assert len(await adapter.grab()) == 2
    assert len(portal.registered) == 1


async def test_a_broken_picture_is_said_and_deleted(portal: FakePortal, environ: dict[str, str]) -> None:
    portal.picture = png(120, 80)[:60]
    with pytest.raises(CaptureError):
        await capture(environ).grab()
    assert nothing_left(portal)


async def test_a_file_of_another_kind_is_said_and_deleted(portal: FakePortal, environ: dict[str, str]) -> None:
    portal.picture = b"%PDF-1.7"
    with pytest.raises(CaptureError, match="cannot be read"):
        await capture(environ).grab()
    assert nothing_left(portal)


async def test_a_capture_that_is_given_up_withdraws_its_request(portal: FakePortal, environ: dict[str, str]) -> None:
    portal.mood = Mood.SILENT
    async with asyncio.TaskGroup() as group:
        task = group.create_task(capture(environ).grab())
        await portal.asked.wait()
        task.cancel()
    assert portal.closed_requests


@pytest.mark.parametrize("turns", range(0, 40, 3))
async def test_a_capture_given_up_at_any_moment_after_the_answer_leaves_no_file(
    portal: FakePortal, environ: dict[str, str], turns: int
) -> None:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(capture(environ).grab())
        await portal.asked.wait()
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
    assert nothing_left(portal)


@pytest.mark.parametrize(
    "uri",
    ["", "http://127.0.0.1/a.png", "file://elsewhere/a.png", "file:relative.png", "file:///a%00b", "file://[", "x"],
)
async def test_an_address_that_is_no_local_file_is_refused(
    portal: FakePortal, environ: dict[str, str], uri: str
) -> None:
    portal.uri = uri or " "
    with pytest.raises(CaptureError, match="something else"):
        await capture(environ).grab()


async def test_a_missing_file_is_said(portal: FakePortal, environ: dict[str, str], tmp_path: Path) -> None:
    portal.uri = (tmp_path / "missing.png").as_uri()
    with pytest.raises(CaptureError, match="cannot be opened"):
        await capture(environ).grab()


async def test_somebody_elses_file_is_refused_and_stays(portal: FakePortal, environ: dict[str, str]) -> None:
    portal.uri = "file:///etc/passwd" if os.geteuid() else "file:///proc/1/status"
    with pytest.raises(CaptureError):
        await capture(environ).grab()


async def test_a_link_is_not_followed(portal: FakePortal, environ: dict[str, str], tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(png(120, 80))
    link = tmp_path / "link.png"
    link.symlink_to(secret)
    portal.uri = link.as_uri()
    with pytest.raises(CaptureError, match="cannot be opened"):
        await capture(environ).grab()
    assert secret.exists()


async def test_a_folder_and_a_pipe_are_refused(portal: FakePortal, environ: dict[str, str], tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for place in (tmp_path, pipe):
        portal.uri = place.as_uri()
        with pytest.raises(CaptureError, match="cannot be opened"):
            await capture(environ).grab()
        assert place.exists()


async def test_a_file_older_than_the_request_is_not_deleted(
    portal: FakePortal, environ: dict[str, str], tmp_path: Path
) -> None:
    own = tmp_path / "holiday.png"
    own.write_bytes(png(120, 80))
    os.utime(own, (1_000_000_000, 1_000_000_000))
    portal.uri = own.as_uri()
    await capture(environ).grab()
    assert own.exists()


async def test_without_known_screens_all_are_one_picture(portal: FakePortal, environ: dict[str, str]) -> None:
    (whole,) = await PortalCapture(environ, decode_screen).grab()
    assert (whole.width, whole.height, whole.native) == (120, 80, Rect(0, 0, 120, 80))


async def test_it_says_which_portal_it_found(portal: FakePortal, environ: dict[str, str]) -> None:
    found = await capture(environ).availability()
    assert found.ok
    assert "version 2" in found.reason


async def test_a_portal_without_screenshots_is_said(portal: FakePortal, environ: dict[str, str]) -> None:
    del portal.versions[SCREENSHOT]
    found = await capture(environ).availability()
    assert not found.ok
    assert "cannot take pictures" in found.reason
    assert found.hint


async def test_no_portal_is_said(environ: dict[str, str]) -> None:
    found = await capture(environ).availability()
    assert not found.ok
    assert "No desktop portal" in found.reason
    with pytest.raises(NoCaptureBackend):
        await capture(environ).grab()


@pytest.mark.parametrize("address", ["", "unix:path=/nowhere/bus", "nonsense", "autolaunch:", "tcp:host=x,port=1"])
async def test_no_bus_is_said(address: str) -> None:
    environ = {"DBUS_SESSION_BUS_ADDRESS": address}
    found = await capture(environ).availability()
    assert not found.ok
    assert "session bus" in found.reason
    with pytest.raises(NoCaptureBackend):
        await capture(environ).grab()


async def test_the_picker_asks_with_a_dialog_and_gives_the_file(portal: FakePortal, environ: dict[str, str]) -> None:
    assert await PortalPicker(environ).pick() == portal.picture
    assert portal.options["interactive"] == ("b", True)
    assert "target" not in portal.options
    assert nothing_left(portal)


async def test_the_picker_asks_for_an_area_where_that_can_be_said(portal: FakePortal, environ: dict[str, str]) -> None:
    portal.versions[SCREENSHOT] = 3
    portal.targets = 1 | 4
    await PortalPicker(environ).pick()
    assert portal.options["target"] == ("u", 4)


async def test_a_dialog_that_is_left_gives_nothing(portal: FakePortal, environ: dict[str, str]) -> None:
    portal.mood = Mood.CANCEL
    assert await PortalPicker(environ).pick() is None


async def test_a_picker_that_is_refused_says_so(portal: FakePortal, environ: dict[str, str]) -> None:
    portal.mood = Mood.REFUSE
    with pytest.raises(CaptureRefused):
        await PortalPicker(environ).pick()


async def test_an_old_portal_has_no_dialog(portal: FakePortal, environ: dict[str, str]) -> None:
    portal.versions[SCREENSHOT] = 1
    assert not (await PortalPicker(environ).availability()).ok
    assert (await capture(environ).availability()).ok
