"""A Wayland session without a screen: Weston's headless backend, a bus of its own, and the portal of the tests.

There is no seat, so nothing can be clicked or typed, and no clipboard.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from tests.support.bus_service import in_thread, quiet_bus
from tests.support.fake_portal import FakePortal
from tests.support.pictures import png
from tests.support.x11 import wait_until

_SOCKET = "wayland-test"


@dataclass(frozen=True)
class WaylandSeat:
    """Where a program runs.

    Attributes:
        portal: What it asks; lives on another thread, so touch its attributes before and after, and use `run` else.
        run: Runs a coroutine of the portal on its thread.
        environment: The program's variables.
        home: Its KIREJI_HOME.
    """

    portal: FakePortal
    run: Callable[[Awaitable[Any]], Any]
    environment: dict[str, str]
    home: Path


def photograph(seat: WaylandSeat, folder: Path) -> Image.Image:
    """What the compositor shows now, as RGB."""
    subprocess.run(["weston-screenshooter"], env=seat.environment, cwd=folder, check=True, capture_output=True)
    (file,) = folder.glob("wayland-screenshot-*.png")
    with Image.open(file) as opened:
        picture = opened.convert("RGB")
    file.unlink()
    return picture


@contextmanager
def weston(runtime: Path, scale: int = 1, width: int = 1280, height: int = 720) -> Iterator[None]:
    """Start Weston; its socket is in `runtime` when this yields."""
    keep = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    command = ["weston", "--backend=headless-backend.so", "--use-pixman", f"--socket={_SOCKET}"]
    command += ["--debug", f"--width={width}", f"--height={height}"]  # without the first it lets nobody photograph it
    process = subprocess.Popen(
        [*command, f"--scale={scale}"],
        env=keep | {"XDG_RUNTIME_DIR": str(runtime), "HOME": str(runtime)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until((runtime / _SOCKET).exists, "Weston")
        yield
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def wayland_seat(folder: Path, scale: int = 1) -> Iterator[WaylandSeat]:
    """A session for one program, below an empty folder whose path is short enough for sockets.

    Args:
        folder: Where everything of it lies.
        scale: Pixels per unit of window, of which the screen has 1280 x 720.
    """
    runtime, home, pictures = folder / "run", folder / "home", folder / "Pictures"
    for place in (runtime, home, pictures):
        place.mkdir(mode=0o700)
    (home / "settings.toml").write_text("[local]\ndiscover = false\n")
    portal = FakePortal(pictures, png(1280 * scale, 720 * scale))
    with weston(runtime, scale), quiet_bus(folder) as bus, in_thread(portal, bus) as run:
        keep = {name: os.environ[name] for name in ("PATH", "LANG", "COVERAGE_PROCESS_START") if name in os.environ}
        variables = keep | {
            "WAYLAND_DISPLAY": _SOCKET,
            "XDG_SESSION_TYPE": "wayland",
            "QT_QPA_PLATFORM": "wayland",
            "XDG_RUNTIME_DIR": str(runtime),
            "DBUS_SESSION_BUS_ADDRESS": bus,
            "HOME": str(folder),
            "KIREJI_HOME": str(home),
        }
        yield WaylandSeat(portal, run, variables, home)
