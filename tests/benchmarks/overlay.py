"""From pressing the chord to the frozen screen, at 3840 x 2160, as another program on the screen sees it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

from tests.benchmarks.floors import MARK
from tests.benchmarks.table import Row, median
from tests.support.desktop import desktop
from tests.support.program import environment, running
from tests.support.tray_host import tray_host
from tests.support.x11 import XClient, pause, wait_until, x_client

_WIDTH, _HEIGHT = 3840, 2160
_CHORD = ("Control_L", "Shift_L", "space")
_RUNS = 21
_GREY = 0x808080


def measure() -> list[Row]:
    with desktop(_WIDTH, _HEIGHT) as place, x_client(place.display) as client:
        variables = environment(place, KIREJI_HOME=str(place.home / "kireji"))
        settings = place.home / "kireji" / "settings.toml"
        settings.parent.mkdir(mode=0o700)
        settings.write_text("[general]\nwelcomed = true\n")  # the first-start page waits for a press of its own
        subprocess.run(["xsetroot", "-solid", f"#{_GREY:06x}"], env=variables, check=True)
        floor = _floor(client, variables)
        with tray_host(client, variables):
            with running(variables, ["--hidden"]):
                _when_warm(client)
                hidden = _presses(client)
            wait_until(lambda: not client.tray_icons(), "the end of the first run")
            with running(variables):
                wait_until(lambda: any(_is_main_window(window) for window in client.windows()), "the main window")
                _when_warm(client)
                visible = _presses(client)
    peer = f"mss grab + undimmed blit: {floor:.0f} ms"
    return [
        Row("Shortcut to overlay, 3840 x 2160", "≤ 1.5 × floor", peer, f"{hidden:.0f} ms", f"{hidden / floor:.2f}",
            hidden <= 1.5 * floor),
        Row("The same with our window visible", "at most 250 ms more", f"without: {hidden:.0f} ms",
            f"{visible:.0f} ms", f"+{visible - hidden:.0f} ms", visible <= hidden + 250),
    ]  # fmt: skip


def _floor(client: XClient, variables: dict[str, str]) -> float:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.floors.bare_overlay"], env=variables, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        return _median_of_presses(client, lambda: client.press_chord(*_CHORD), lambda: client.press_chord(*_CHORD))
    finally:
        process.kill()
        process.communicate()


def _presses(client: XClient) -> float:
    return _median_of_presses(client, lambda: client.press_chord(*_CHORD), lambda: client.press_chord("Escape"))


def _median_of_presses(client: XClient, show: Callable[[], None], hide: Callable[[], None]) -> float:
    values: list[float] = []
    for number in range(_RUNS):
        begin = time.perf_counter()
        show()
        wait_until(lambda: _painted(client), "the frozen screen", every=0)
        if number:  # the first one makes the window
            values.append((time.perf_counter() - begin) * 1000)
        wait_until(lambda: _painted(client), "the frozen screen")
        pause(0.2)
        hide()
        wait_until(lambda: client.pixel(_WIDTH - 1, _HEIGHT - 1) == _GREY, "the desktop again")
        pause(0.8)  # beyond the keyboard's repeat delay, at which a press looks like a held key
    return median(values)


def _painted(client: XClient) -> bool:
    """The last pixel is the floor's mark, or our dimmed grey."""
    pixel = client.pixel(_WIDTH - 1, _HEIGHT - 1)
    return pixel == MARK or pixel not in (_GREY, 0)


def _when_warm(client: XClient) -> None:
    wait_until(client.tray_icons, "the tray icon")
    pause(4)


def _is_main_window(window: object) -> bool:
    name = window.get_wm_name()  # type: ignore[attr-defined]
    return isinstance(name, str) and "Kireji" in name
