"""The real program as a child process on a desktop of its own: from the checkout, or a built one.

`TESTED_PROGRAM` names a built program; everything that starts the program here then drives that one.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.support.desktop import Desktop
from tests.support.x11 import wait_until

BUILT = os.environ.get("TESTED_PROGRAM", "")
COMMAND = [BUILT] if BUILT else [sys.executable, "-m", "kireji"]


def environment(desktop: Desktop, **more: str) -> dict[str, str]:
    """The desktop's variables and the program's own."""
    return desktop.environment | {"QT_QPA_PLATFORM": "xcb"} | more


def kireji(
    arguments: Sequence[str], variables: Mapping[str, str], *, stdin: bytes = b"", seconds: float = 60
) -> subprocess.CompletedProcess[bytes]:
    """Run one command to its end."""
    return subprocess.run(
        [*COMMAND, *arguments], env=dict(variables), input=stdin, capture_output=True, timeout=seconds, check=False
    )


@contextmanager
def running(
    variables: Mapping[str, str], arguments: Sequence[str] = (), *, output: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Start the app and end it with SIGTERM, then SIGKILL; its output goes to a file, for the report of a failure."""
    with open(output or os.devnull, "ab") as sink:
        process = subprocess.Popen([*COMMAND, *arguments], env=dict(variables), stdout=sink, stderr=sink)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def showing(variables: Mapping[str, str], module: str, *arguments: object) -> Iterator[None]:
    """Run a program of the tests that says "shown" when its window is on the screen.

    Args:
        variables: Its environment.
        module: Such as tests.support.pattern_window.
        arguments: For it.
    """
    command = [sys.executable, "-m", module, *map(str, arguments)]
    process = subprocess.Popen(command, env={**variables, "PYTHONPATH": "."}, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"shown\n"
        yield
    finally:
        process.kill()
        process.communicate()


def wait_until_up(home: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until the app answers other starts, which it does once loop and database are up.

    Args:
        home: Its KIREJI_HOME.
        process: The app, so that its early end is noticed.
    """
    from kireji.core.errors import KirejiError
    from kireji.desktop.instance import send
    from kireji.desktop.paths import Paths

    paths = Paths.find({"KIREJI_HOME": str(home)})

    def answers() -> bool:
        assert process.poll() is None, f"the program ended with {process.returncode}"
        try:
            reply = send(paths, "hello", timeout=20)
        except KirejiError:
            return False
        return reply is not None

    wait_until(answers, "the program answers", 30)
