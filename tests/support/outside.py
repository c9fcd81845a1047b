"""What is seen of a program from outside: its processes, its files, its windows."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from Xlib.error import XError

from kireji.core.errors import KirejiError
from kireji.desktop.instance import send
from kireji.desktop.paths import Paths
from kireji.desktop.protocol import Reply
from tests.support.desktop import Desktop
from tests.support.x11 import XClient, wait_until

OVERLAY = "Kireji: choose what to ask about"
MAIN = "Kireji"
FAILURE = "Kireji cannot start"


@dataclass(frozen=True)
class Seat:
    """A desktop with a folder for the program's data, and a second X client.

    Args:
        desktop: Display, bus and keychain.
        client: What another program sees.
        home: KIREJI_HOME.
        variables: The environment of programs here; no key, no network address.
        output: Where the app's standard streams go.
    """

    desktop: Desktop
    client: XClient
    home: Path
    variables: dict[str, str]
    output: Path

    @property
    def paths(self) -> Paths:
        return Paths.find(self.variables)

    @property
    def log(self) -> str:
        """The program's log so far."""
        return self.paths.log.read_text() if self.paths.log.exists() else ""

    @property
    def printed(self) -> str:
        """What the app wrote to its standard streams."""
        return self.output.read_text() if self.output.exists() else ""

    def tell(self, command: str) -> Reply | None:
        """Ask the running app for something, as another start does."""
        return send(self.paths, command, timeout=20)

    def wait_until_open(self) -> None:
        """Wait until the app has opened its services; its window comes to the front by that."""

        def opened() -> bool:
            try:
                return self.tell("raise") is not None
            except KirejiError:
                return False

        wait_until(opened, "the app is up")

    def window(self, title: str) -> Any | None:
        """The mapped window of that title, if there is one."""
        return next(iter(titled(self.client, title)), None)

    def wait_for(self, title: str) -> Any:
        """The window of that title, as soon as it is there."""
        wait_until(lambda: self.window(title), f"the window {title!r}")
        return self.window(title)

    def wait_until_gone(self, title: str) -> None:
        wait_until(lambda: self.window(title) is None, f"the window {title!r} goes")

    def xdotool(self, *commands: str) -> None:
        """Keys and mouse, as a person's."""
        subprocess.run(["xdotool", *commands], env=self.variables, check=True)

    def ask_in_window(self, question: str) -> None:
        """Type into the main window once keys go there, and press Enter."""
        window = self.wait_for(MAIN)
        wait_until(lambda: self.client.active_window() == window.id, "keys go to the main window")
        self.xdotool("type", question)
        self.xdotool("key", "Return")

    def close_window(self, title: str) -> None:
        """What the cross of a window does: the window manager asks the program to close it."""
        self.client.ask_to_close(self.wait_for(title))


def titled(client: XClient, title: str) -> list[Any]:
    """All mapped windows of that title; windows that vanish meanwhile are passed over."""
    found = []
    with contextlib.suppress(XError):
        for window in client.windows():
            with contextlib.suppress(XError):
                if window.get_wm_name() == title:
                    found.append(window)
    return found


def descendants(pid: int) -> set[int]:
    """All living processes that `pid` or its children started."""
    parents = dict(_parents())
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def _parents() -> Iterator[tuple[int, int]]:
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError):
                fields = Path(f"/proc/{name}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
                if fields[0] not in "ZX":
                    yield int(name), int(fields[1])


def alive(pid: int) -> bool:
    """Whether the process runs; one that only waits to be collected does not."""
    return any(number == pid for number, _ in _parents())


def command_line(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def environment_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()
