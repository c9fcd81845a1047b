"""Beside Flameshot: both run already, and another program on the screen sees when the frozen screen is there."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

from tests.benchmarks.table import Row, median
from tests.support.desktop import desktop
from tests.support.program import COMMAND, environment, running
from tests.support.tray_host import tray_host
from tests.support.x11 import XClient, pause, wait_until, x_client

_WIDTH, _HEIGHT = 3840, 2160
_GREY = 0x808080
_RUNS = 11
_FAR = (_WIDTH - 1, _HEIGHT - 1)
_HANDED = 150.0


def measure() -> list[Row]:
    with desktop(_WIDTH, _HEIGHT) as place, x_client(place.display) as client:
        variables = environment(place, KIREJI_HOME=str(place.home / "kireji"))
        settings = place.home / "kireji" / "settings.toml"
        settings.parent.mkdir(mode=0o700)
        settings.write_text("[general]\nwelcomed = true\n[local]\ndiscover = false\n")
        subprocess.run(["xsetroot", "-solid", f"#{_GREY:06x}"], env=variables, check=True)
        with tray_host(client, variables):
            with _program(["flameshot"], variables):
                _when_warm(client)
                icon = client.tray_icon_place()
                # It holds no chord of its own on Linux; a click on its tray icon is how its daemon is reached.
                theirs = _median(client, lambda: client.click(*icon))
                their_command = _median(client, lambda: _start(["flameshot", "gui"], variables))
            wait_until(lambda: not client.tray_icons(), "the end of Flameshot")
            with running(variables, ["--hidden"]):
                _when_warm(client)
                ours = _median(client, lambda: client.press_chord("Control_L", "Shift_L", "space"))
                our_command = _median(client, lambda: _start([*COMMAND, "capture"], variables))
        bare = _bare_start(variables)
    return [
        Row("Overlay at 3840 x 2160, beside Flameshot's daemon", "ahead of it", f"Flameshot: {theirs:.0f} ms",
            f"{ours:.0f} ms", f"{ours / theirs:.2f}", ours < theirs),
        Row("`kireji capture` handed to the running app, to the painted overlay", f"≤ {_HANDED:.0f} ms",
            f"python -c pass: {bare:.0f} ms; flameshot gui: {their_command:.0f} ms", f"{our_command:.0f} ms",
            f"{our_command / _HANDED:.2f}", our_command <= _HANDED),
    ]  # fmt: skip


def _median(client: XClient, show: Callable[[], subprocess.Popen[bytes] | None]) -> float:
    """Milliseconds from `show` to the far corner being painted, over several runs; the first warms up."""
    values = []
    for number in range(_RUNS):
        begin = time.perf_counter()
        started = show()
        wait_until(lambda: client.pixel(*_FAR) not in (_GREY, 0), "the frozen screen", every=0)
        if number:
            values.append((time.perf_counter() - begin) * 1000)
        pause(0.4)
        client.press_chord("Escape")
        wait_until(lambda: client.pixel(*_FAR) == _GREY, "the desktop again")
        with started or nullcontext():  # its end is waited for
            pause(0.8)  # beyond the keyboard's repeat delay
    return median(values)


def _start(command: list[str], variables: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _bare_start(variables: dict[str, str]) -> float:
    values = []
    for _ in range(5):
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-c", "pass"], env=variables, check=True)
        values.append((time.perf_counter() - begin) * 1000)
    return median(values)


def _when_warm(client: XClient) -> None:
    wait_until(client.tray_icons, "the tray icon")
    pause(4)


@contextmanager
def _program(command: list[str], variables: dict[str, str]) -> Iterator[None]:
    process = _start(command, variables)
    try:
        yield
    finally:
        process.kill()
        process.wait()
