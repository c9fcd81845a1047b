"""A real desktop for tests: an X server, a window manager, a session bus and a keychain, each a child process."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

KEYRING_PASSWORD = "test"


@contextmanager
def _child(command: list[str], **options: object) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, start_new_session=True, **options)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@contextmanager
def x_server(width: int = 1920, height: int = 1080) -> Iterator[str]:
    """Start Xvfb with openbox on a free display number; yields DISPLAY."""
    read, write = os.pipe()
    with ExitStack() as stack:
        command = ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp"]
        command += ["-noreset", "+extension", "RANDR"]
        stack.enter_context(_child(command, pass_fds=(write,), stderr=subprocess.DEVNULL))
        os.close(write)
        with os.fdopen(read) as numbers:
            display = ":" + numbers.readline().strip()
        environment = os.environ | {"DISPLAY": display}
        stack.enter_context(
            _child(["openbox", "--sm-disable"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        )
        _wait_for_window_manager(environment)
        yield display


def _wait_for_window_manager(environment: dict[str, str]) -> None:
    for _ in range(200):
        probe = subprocess.run(
            ["xprop", "-root", "_NET_SUPPORTING_WM_CHECK"], env=environment, capture_output=True, text=True, check=False
        )
        if "window id" in probe.stdout:
            return
        subprocess.run(["sleep", "0.05"], check=True)
    raise RuntimeError("openbox did not start")


@contextmanager
def session_bus() -> Iterator[str]:
    """Start a private D-Bus session bus; yields DBUS_SESSION_BUS_ADDRESS."""
    command = ["dbus-daemon", "--session", "--nofork", "--print-address"]
    with _child(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        yield process.stdout.readline().decode().strip()
        process.stdout.close()


@contextmanager
def secret_service(bus: str, home: Path) -> Iterator[None]:
    """Start gnome-keyring on `bus` with an unlocked, empty keychain below `home`."""
    environment = os.environ | {
        "DBUS_SESSION_BUS_ADDRESS": bus,
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / "share"),
        "XDG_RUNTIME_DIR": str(home / "run"),
    }
    environment.pop("DISPLAY", None)
    (home / "run").mkdir(mode=0o700, parents=True, exist_ok=True)
    command = ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"]
    with _child(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdin is not None
        process.stdin.write(f"{KEYRING_PASSWORD}\n".encode())
        process.stdin.close()
        for _ in range(200):
            question = ["dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/"]
            question += ["org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets"]
            owned = subprocess.run(question, env=environment, capture_output=True, text=True, check=False)
            if "boolean true" in owned.stdout:
                break
            subprocess.run(["sleep", "0.05"], check=True)
        else:
            raise RuntimeError("gnome-keyring-daemon did not start")
        yield


@dataclass(frozen=True)
class Desktop:
    """Everything a program needs from a desktop, as environment variables."""

    display: str
    bus: str
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        """The variables of a program on this desktop; no key, no proxy, no other display."""
        keep = {
            name: os.environ[name]
            for name in ("PATH", "LANG", "LC_ALL", "TZ", "COVERAGE_PROCESS_START")
            if name in os.environ
        }
        return keep | {
            "DISPLAY": self.display,
            "DBUS_SESSION_BUS_ADDRESS": self.bus,
            "HOME": str(self.home),
            "XDG_RUNTIME_DIR": str(self.home / "run"),
            "XDG_DATA_HOME": str(self.home / "share"),
            "XDG_CONFIG_HOME": str(self.home / "config"),
            "XDG_CACHE_HOME": str(self.home / "cache"),
            "XDG_STATE_HOME": str(self.home / "state"),
        }


@contextmanager
def desktop(width: int = 1920, height: int = 1080, *, keychain: bool = True) -> Iterator[Desktop]:
    """A whole desktop of its own: nothing is shared with another test."""
    home = Path(tempfile.mkdtemp(prefix="kireji-test-"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, home, ignore_errors=True)
        (home / "run").mkdir(mode=0o700)
        display = stack.enter_context(x_server(width, height))
        bus = stack.enter_context(session_bus())
        if keychain:
            stack.enter_context(secret_service(bus, home))
        yield Desktop(display, bus, home)
