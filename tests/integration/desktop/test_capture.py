"""Real pixels of a real X server, to the last row and column."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Iterator

import pytest

from kireji.core.errors import CaptureError, NoCaptureBackend
from kireji.core.geometry import Rect, ScreenImage
from kireji.desktop.capture_mss import MssCapture
from tests.integration.desktop.window import window
from tests.support.desktop import x_server

WIDTH, HEIGHT = 1000, 700


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    with x_server(WIDTH, HEIGHT) as name:
        yield name


@pytest.fixture
def capture(display: str) -> Iterator[MssCapture]:
    backend = MssCapture({"DISPLAY": display})
    yield backend
    backend.close()


def noise(rect: Rect) -> bytes:
    return random.Random(str(rect)).randbytes(rect.width * rect.height * 4)


def colours_at(screen: ScreenImage, rect: Rect) -> list[bytes]:
    """Blue, green and red of every pixel in a rectangle of the desktop."""
    inside = rect.moved(-screen.native.x, -screen.native.y)
    result = []
    for y in range(inside.y, inside.bottom):
        start = y * screen.stride + inside.x * 4
        row = screen.pixels[start : start + inside.width * 4]
        result += [bytes(row[at : at + 3]) for at in range(0, len(row), 4)]
    return result


def colours_of(pixels: bytes) -> list[bytes]:
    return [pixels[at : at + 3] for at in range(0, len(pixels), 4)]


def xrandr(display: str, *arguments: str) -> None:
    subprocess.run(["xrandr", *arguments], env={**os.environ, "DISPLAY": display}, check=True, capture_output=True)


@pytest.fixture
def two_screens(display: str) -> Iterator[str]:
    xrandr(display, "--setmonitor", "LEFT", "600/150x700/180+0+0", "screen")
    xrandr(display, "--setmonitor", "RIGHT", "400/100x500/130+600+0", "none")
    yield display
    xrandr(display, "--delmonitor", "RIGHT")
    xrandr(display, "--delmonitor", "LEFT")


@pytest.mark.parametrize(
    "place", [Rect(0, 0, 60, 40), Rect(WIDTH - 60, HEIGHT - 40, 60, 40), Rect(333, 111, 1, 1)], ids=str
)
async def test_every_pixel_of_a_window_is_exact(capture: MssCapture, display: str, place: Rect) -> None:
    with window(display, place, noise(place)):
        (screen,) = await capture.grab()
    assert colours_at(screen, place) == colours_of(noise(place))


async def test_one_screen_is_the_whole_desktop(capture: MssCapture) -> None:
    (screen,) = await capture.grab()
    assert (screen.native, screen.width, screen.height) == (Rect(0, 0, WIDTH, HEIGHT), WIDTH, HEIGHT)
    assert len(screen.pixels) == screen.stride * screen.height


async def test_the_pixels_are_those_that_mss_holds(capture: MssCapture) -> None:
    (screen,) = await capture.grab()
    assert isinstance(screen.pixels.obj, bytearray)
    assert screen.pixels.contiguous
    assert screen.pixels.readonly


async def test_two_screens_have_their_own_places_and_pixels(capture: MssCapture, two_screens: str) -> None:
    last = Rect(960, 470, 40, 30)
    with window(two_screens, last, noise(last)):
        left, right = await capture.grab()
    assert (left.native, right.native) == (Rect(0, 0, 600, 700), Rect(600, 0, 400, 500))
    assert colours_at(right, last) == colours_of(noise(last))


async def test_screens_that_come_and_go_between_grabs_are_seen(capture: MssCapture, display: str) -> None:
    counts = [len(await capture.grab())]
    xrandr(display, "--setmonitor", "LEFT", "600/150x700/180+0+0", "screen")
    xrandr(display, "--setmonitor", "RIGHT", "400/100x700/180+600+0", "none")
    counts.append(len(await capture.grab()))
    xrandr(display, "--delmonitor", "RIGHT")
    xrandr(display, "--delmonitor", "LEFT")
    counts.append(len(await capture.grab()))
    assert counts == [1, 2, 1]


async def test_a_desktop_that_grew_is_grabbed_whole() -> None:
    with x_server(1280, 1024) as display:
        xrandr(display, "--newmode", "small", "0", *["640"] * 4, *["480"] * 4)
        xrandr(display, "--addmode", "screen", "small")
        xrandr(display, "--output", "screen", "--mode", "small")
        capture = MssCapture({"DISPLAY": display})
        (before,) = await capture.grab()
        xrandr(display, "--output", "screen", "--mode", "1280x1024")
        (after,) = await capture.grab()
        capture.close()
    assert (before.width, before.height) == (640, 480)
    assert (after.width, after.height) == (1280, 1024)


def left_behind() -> tuple[int, int]:
    """Our open descriptors, and the shared memory that the X server and we share."""
    with open("/proc/sysvipc/shm", encoding="ascii") as table:
        segments = [line for line in table.readlines()[1:] if int(line.split()[4]) == os.getpid()]
    return len(os.listdir("/proc/self/fd")), len(segments)


async def test_many_captures_leave_nothing_behind(capture: MssCapture) -> None:
    await capture.grab()
    before = left_behind()
    for _ in range(50):
        await capture.grab()
    assert left_behind() == before


async def test_captures_of_screens_that_come_and_go_leave_nothing_behind(capture: MssCapture, display: str) -> None:
    await capture.grab()
    before = left_behind()
    for _ in range(5):
        xrandr(display, "--setmonitor", "LEFT", "600/150x700/180+0+0", "screen")
        assert (await capture.grab())[0].width == 600
        xrandr(display, "--delmonitor", "LEFT")
        assert (await capture.grab())[0].width == WIDTH
    assert left_behind() == before


async def test_closing_leaves_nothing_behind(display: str) -> None:
    before = left_behind()
    for _ in range(10):
        backend = MssCapture({"DISPLAY": display})
        await backend.grab()
        backend.close()
    assert left_behind() == before


async def test_displays_that_vanish_leave_nothing_behind() -> None:
    before = left_behind()
    for _ in range(2):
        with x_server(320, 240) as display:
            capture = MssCapture({"DISPLAY": display})
            await capture.grab()
        with pytest.raises(CaptureError):
            await capture.grab()
        capture.close()
    assert left_behind() == before


async def test_pictures_stay_valid_after_close_and_the_next_grab_connects_again(capture: MssCapture) -> None:
    (first,) = await capture.grab()
    capture.close()
    (second,) = await capture.grab()
    assert first.pixels[-4:-1] == second.pixels[-4:-1]


async def test_a_display_that_vanished_is_one_sentence() -> None:
    with x_server(320, 240) as display:
        capture = MssCapture({"DISPLAY": display})
        await capture.grab()
    with pytest.raises(CaptureError, match="display cannot be reached") as caught:
        await capture.grab()
    assert caught.value.hint
    assert not (await capture.availability()).ok
    capture.close()


async def test_availability_connects_and_says_yes(capture: MssCapture) -> None:
    assert (await capture.availability()).ok


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({}, "no display"),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, "Wayland"),
        ({"DISPLAY": ":0", "XDG_SESSION_TYPE": "wayland"}, "Wayland"),
        ({"DISPLAY": ":63999"}, "cannot be reached"),
        ({"DISPLAY": "nonsense"}, "cannot be reached"),
    ],
)
async def test_where_it_cannot_work_it_says_why_and_what_to_do(environ: dict[str, str], said: str) -> None:
    capture = MssCapture(environ)
    found = await capture.availability()
    assert not found.ok
    assert said in found.reason
    assert found.hint
    with pytest.raises(CaptureError, match=said):
        await capture.grab()


async def test_without_a_display_it_is_no_backend_at_all() -> None:
    with pytest.raises(NoCaptureBackend):
        await MssCapture({}).grab()
