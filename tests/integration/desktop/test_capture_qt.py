"""Qt's way to the pixels against mss's, on a real X server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kireji.core.geometry import Rect, ScreenImage
from kireji.desktop.capture_mss import MssCapture
from tests.integration.desktop.window import window
from tests.support.desktop import x_server
from tests.support.pattern_window import pattern

WIDTH, HEIGHT = 1000, 700


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    with x_server(WIDTH, HEIGHT) as name:
        for monitor in (("LEFT", "600/150x700/180+0+0", "screen"), ("RIGHT", "400/100x700/130+600+0", "none")):
            command = ["xrandr", "--setmonitor", *monitor]
            subprocess.run(command, env={**os.environ, "DISPLAY": name}, check=True, capture_output=True)
        yield name


async def by_mss(display: str) -> list[ScreenImage]:
    capture = MssCapture({"DISPLAY": display})
    screens = list(await capture.grab())
    capture.close()
    return screens


def by_qt(display: str, folder: Path, factors: str) -> list[tuple[dict[str, Any], bytes]]:
    variables = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "QT_SCREEN_SCALE_FACTORS": factors}
    subprocess.run([sys.executable, "-m", "tests.support.qt_grab", str(folder)], env=variables, check=True, timeout=60)
    told = json.loads((folder / "screens.json").read_text())
    return [(screen, (folder / f"{number}.raw").read_bytes()) for number, screen in enumerate(told)]


def colours(pixels: bytes) -> list[bytes]:
    """Without the byte that nobody reads."""
    return [pixels[0::4], pixels[1::4], pixels[2::4]]


@pytest.mark.parametrize("factors", ["LEFT=1;RIGHT=1", "LEFT=1;RIGHT=2", "LEFT=1.5;RIGHT=1.25"])
async def test_screens_of_any_scale_are_those_of_mss_pixel_by_pixel(display: str, tmp_path: Path, factors: str) -> None:
    everything = Rect(0, 0, WIDTH, HEIGHT)
    with window(display, everything, pattern(WIDTH, HEIGHT)):
        ours, theirs = by_qt(display, tmp_path, factors), await by_mss(display)
    for (told, pixels), screen in zip(ours, theirs, strict=True):
        assert Rect(*told["native"]) == screen.native
        assert colours(pixels) == colours(bytes(screen.pixels))


def test_places_say_units_and_pixels(display: str, tmp_path: Path) -> None:
    (left, _), (right, _) = by_qt(display, tmp_path, "LEFT=1;RIGHT=2")
    assert (left["logical"], left["native"], left["scale"]) == ([0, 0, 600, 700], [0, 0, 600, 700], 1)
    assert (right["logical"], right["native"], right["scale"]) == ([600, 0, 200, 350], [600, 0, 400, 700], 2)
