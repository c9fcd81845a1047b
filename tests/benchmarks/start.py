"""From starting the process to a tray icon with the chord held, and to a press that is answered."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from tests.benchmarks.table import Row, median
from tests.support.desktop import Desktop, desktop
from tests.support.program import COMMAND, environment
from tests.support.tray_host import tray_host
from tests.support.x11 import XClient, wait_until, x_client

_RUNS = 15
_CONTROL_SHIFT = 4 | 1
_FLOOR = [sys.executable, str(Path(__file__).parent / "floors" / "bare_tray.py")]


def measure() -> list[Row]:
    """Alternate the floor and the program, so that a slow moment of the machine hits both."""
    floors: list[float] = []
    trays: list[float] = []
    answers: list[float] = []
    icon = Path(__file__).resolve().parents[2] / "resources" / "icons" / "tray-22.png"
    with desktop() as place, x_client(place.display) as client:
        variables = environment(place, KIREJI_HOME=str(place.home / "kireji"))
        with tray_host(client, variables):
            for number in range(_RUNS + 1):
                floor = until_icon(client, [*_FLOOR, str(icon)], variables)
                tray = until_icon(client, [*COMMAND, "--hidden"], variables)
                answered = _until_answered(place, variables)
                if number:
                    floors.append(floor)
                    trays.append(tray)
                    answers.append(answered)
    floor, tray, answered = median(floors), median(trays), median(answers)
    peer = f"bare PySide6 tray program: {floor * 1000:.0f} ms"
    return [
        Row("Start: tray shown, chord held", "≤ 1.2 × floor", peer, f"{tray * 1000:.0f} ms", f"{tray / floor:.2f}",
            tray <= 1.2 * floor),
        Row("Start: first press answered", "≤ 2.2 × floor", peer, f"{answered * 1000:.0f} ms",
            f"{answered / floor:.2f}", answered <= 2.2 * floor),
    ]  # fmt: skip


def until_icon(client: XClient, command: list[str], variables: dict[str, str]) -> float:
    """Seconds until a program shows its icon in the tray."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(client.tray_icons, "the tray icon", every=0.001)
        seconds = time.perf_counter() - begin
        if "--hidden" in command:
            assert client.chord_is_held("space", _CONTROL_SHIFT), "the tray was there before the chord"
    finally:
        process.terminate()
        process.wait(10)
        wait_until(lambda: not client.tray_icons(), "the icon to go")
    return seconds


def _until_answered(place: Desktop, variables: dict[str, str]) -> float:
    """A press before anything can answer it, as early as the program can take it; until it was taken up."""
    from kireji.desktop.instance import send
    from kireji.desktop.paths import Paths

    paths = Paths.find(variables)
    begin = time.perf_counter()
    process = subprocess.Popen(
        [*COMMAND, "--hidden"], env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        reply = None
        while reply is None:  # nobody is there yet
            assert process.poll() is None
            reply = send(paths, "capture", timeout=20)
        seconds = time.perf_counter() - begin
        assert reply.ok, reply.message
    finally:
        process.terminate()
        process.wait(10)
    return seconds
