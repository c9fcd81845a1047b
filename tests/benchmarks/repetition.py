"""A thousand captures in one run of the program: what stays in memory, and what stays on the disk."""

from __future__ import annotations

import os
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from kireji.desktop.instance import send
from kireji.desktop.paths import Paths
from tests.benchmarks.idle import private_bytes
from tests.benchmarks.table import Row
from tests.support.desktop import desktop
from tests.support.program import environment, running
from tests.support.tray_host import tray_host
from tests.support.x11 import XClient, pause, wait_until, x_client

_WIDTH, _HEIGHT = 1920, 1080
_GREY = 0x808080
_FIRST, _LAST = 100, 1000
_SETTLE = 15.0
"""Seconds; ten after a capture the program gives freed memory back."""


def measure() -> list[Row]:
    with desktop(_WIDTH, _HEIGHT) as place, x_client(place.display) as client:
        home = place.home / "kireji"
        variables = environment(place, KIREJI_HOME=str(home))
        home.mkdir(mode=0o700)
        (home / "settings.toml").write_text("[general]\nwelcomed = true\n[local]\ndiscover = false\n")
        subprocess.run(["xsetroot", "-solid", f"#{_GREY:06x}"], env=variables, check=True)
        paths = Paths.find({"KIREJI_HOME": str(home)})
        with tray_host(client, variables), running(variables, ["--hidden"]) as process:
            wait_until(client.tray_icons, "the tray icon")
            pause(4)
            _capture(client, paths, _FIRST)
            pause(_SETTLE)
            memory, handles, files = private_bytes(process.pid), _handles(process.pid), _files(place.home)
            _capture(client, paths, _LAST - _FIRST)
            pause(_SETTLE)
            after, left = private_bytes(process.pid), _files(place.home) - files
            more = _handles(process.pid) - handles
    growth = after / memory - 1
    count = len(left) + max(0, more)
    return [
        Row(f"Memory from capture {_FIRST} to capture {_LAST}", "grows under 5 %",
            f"at {_FIRST}: {memory / 1e6:.1f} MB private", f"{after / 1e6:.1f} MB", f"{growth:+.1%}", growth < 0.05),
        Row("Files and open handles left behind by them", "none", "", f"{count}", "", count == 0),
    ]  # fmt: skip


def _capture(client: XClient, paths: Paths, times: int) -> None:
    """Freeze, take the whole screen, leave."""
    for _ in range(times):
        reply = send(paths, "capture")
        assert reply is not None
        assert reply.ok, reply.message
        wait_until(lambda: client.pixel(_WIDTH - 1, _HEIGHT - 1) not in (_GREY, 0), "the frozen screen", every=0.002)
        pause(0.2)  # the window manager hands the keyboard over
        client.press_chord("Return")
        wait_until(lambda: client.pixel(_WIDTH - 100, 300) == _GREY, "the whole screen to be selected", every=0.005)
        client.press_chord("Escape")
        wait_until(lambda: client.pixel(_WIDTH - 1, _HEIGHT - 1) == _GREY, "the desktop again", every=0.005)
        pause(0.1)


def _files(home: Path) -> set[str]:
    """Everything in the person's folders, the temporary folder and shared memory; not the logs, which grow."""
    found = {str(file) for file in home.rglob("*") if file.is_file() and file.suffix != ".log"}
    for folder in (tempfile.gettempdir(), "/dev/shm"):
        with os.scandir(folder) as entries:
            found |= {entry.path for entry in entries if "kireji" in entry.name and not entry.is_dir()}
    return found


def _handles(pid: int) -> int:
    """How many there are; those of the history count once, because SQLite keeps a second one, from when it was first
    looked at beside its own connection (the daily backup asks whether something has changed), and uses it again.
    """
    targets = []
    for entry in os.scandir(f"/proc/{pid}/fd"):
        with suppress(FileNotFoundError):
            targets.append(os.readlink(entry.path))
    history = [target for target in targets if target.endswith("/kireji.db")]
    return len(targets) - len(history) + len(set(history))
