"""The program in a Wayland session, where the portal takes the pictures and hands out the shortcuts."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.support.fake_portal import Mood
from tests.support.program import kireji, running, wait_until_up
from tests.support.wayland import WaylandSeat, photograph, wayland_seat
from tests.support.x11 import wait_until


@pytest.fixture
def seat(request: pytest.FixtureRequest) -> Iterator[WaylandSeat]:
    folder = Path(tempfile.mkdtemp(prefix="kireji-wl-"))
    try:
        with wayland_seat(folder, getattr(request, "param", 1)) as result:
            yield result
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def up(seat: WaylandSeat, tmp_path: Path) -> Iterator[WaylandSeat]:
    """The program runs, with its shortcuts bound."""
    with running(seat.environment, ["--hidden"], output=tmp_path / "output") as process:
        wait_until_up(seat.home, process)
        wait_until(lambda: any(seat.portal.sessions.values()), "the shortcuts are bound", 20)
        yield seat
    assert "Traceback" not in (tmp_path / "output").read_text()
    assert "Traceback" not in (seat.home / "log" / "kireji.log").read_text()


def screenshots(seat: WaylandSeat) -> int:
    return sum(call.member.endswith(".Screenshot") for call in seat.portal.calls)


def shows_the_picture(photograph: Image.Image) -> bool:
    """The portal's picture fills the screen, each pixel where it belongs: it jumps at every 256th column and row."""

    width, height = photograph.size

    def jumps(before: tuple[int, int], after: tuple[int, int], colour: int) -> bool:
        return photograph.getpixel(before)[colour] - photograph.getpixel(after)[colour] > 60

    return (
        all(jumps((x - 1, 400), (x, 400), 0) for x in range(256, width, 256))
        and all(jumps((400, y - 1), (400, y), 1) for y in range(256, height, 256))
        and jumps((width - 1, 400), (width - 250, 400), 0)
        and jumps((1000, height - 1), (1000, height // 256 * 256 + 2), 1)
    )


@pytest.mark.parametrize("seat", [1, 2], indirect=True, ids=lambda scale: f"scale {scale}")
def test_a_capture_shows_the_portals_picture_frozen_over_the_whole_screen(up: WaylandSeat, tmp_path: Path) -> None:
    assert not shows_the_picture(photograph(up, tmp_path))
    assert kireji(["capture"], up.environment).returncode == 0
    wait_until(lambda: shows_the_picture(photograph(up, tmp_path)), "the overlay", 20, every=0.2)
    assert up.portal.options["interactive"] == ("b", False)
    assert not up.portal.written[0].exists()


def test_the_shortcut_captures(up: WaylandSeat) -> None:
    up.run(up.portal.press("capture"))
    wait_until(lambda: up.portal.written and not up.portal.written[0].exists(), "the picture is taken", 20)


def test_a_refused_capture_leads_to_the_desktops_own_dialog(up: WaylandSeat) -> None:
    up.portal.mood = Mood.REFUSE
    assert kireji(["capture"], up.environment).returncode == 0
    wait_until(lambda: screenshots(up) == 2, "the dialog is asked for", 20)
    assert up.portal.options["interactive"] == ("b", True)


def test_shortcuts_survive_a_restart_of_the_portal(up: WaylandSeat) -> None:
    up.run(up.portal.restart())
    wait_until(lambda: any(up.portal.sessions.values()), "the shortcuts are bound again", 20)
    up.run(up.portal.press("capture"))
    wait_until(lambda: screenshots(up) == 1, "the picture is asked for", 20)


def test_the_command_line_captures_without_windows(seat: WaylandSeat, tmp_path: Path) -> None:
    done = kireji(["capture", "--all", "-o", str(tmp_path / "all.png")], seat.environment)
    assert done.returncode == 0, done.stderr.decode()
    assert (tmp_path / "all.png").stat().st_size > 0
    assert not seat.portal.written[0].exists()


def test_the_doctor_tells_of_the_desktops_shortcuts(up: WaylandSeat) -> None:
    def shortcut() -> tuple[str, str]:
        checks = json.loads(kireji(["doctor", "--json"], up.environment).stdout)["checks"]
        found = next(check for check in checks if check["name"] == "shortcut")
        return found["verdict"], found["sentence"]

    wait_until(lambda: "the running app has it" in shortcut()[1], "the shortcut is told", 20, every=0.2)
    assert shortcut()[0] == "ok"
