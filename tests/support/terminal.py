"""Programs at a terminal of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

_SEATED = """\
import fcntl, os, sys, termios
fcntl.ioctl(2, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


class Seated:
    """A program at a terminal; what it prints goes to a pipe.

    Attributes:
        program: The process; its standard input is a pipe, too.
        shown: What has stood on the terminal so far.
    """

    def __init__(self, program: subprocess.Popen[bytes], near: int) -> None:
        self.program = program
        self.shown = b""
        self._near = near

    def wait_for(self, words: bytes) -> None:
        """Read the terminal until these words stand on it."""
        while words not in self.shown:
            try:
                more = os.read(self._near, 4096)
            except OSError:  # Linux tells so that nobody has the other end open any more
                more = b""
            assert more, f"{words!r} was never shown, but: {self.shown.decode(errors='replace')}"
            self.shown += more

    def type(self, words: bytes) -> None:
        """Type these words."""
        os.write(self._near, words)


@contextmanager
def at_terminal(
    command: Sequence[str], variables: Mapping[str, str] | None = None, *, typed_before: bytes = b""
) -> Iterator[Seated]:
    """Start a program at a terminal of its own.

    Args:
        command: With the whole path of the program.
        variables: Its environment; None for the one of the tests.
        typed_before: What was typed before it began.
    """
    near, far = os.openpty()
    try:
        os.write(near, typed_before)
        program = subprocess.Popen(
            [sys.executable, "-c", _SEATED, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=far,
            env=None if variables is None else dict(variables),
            start_new_session=True,
        )
    finally:
        os.close(far)
    try:
        yield Seated(program, near)
    finally:
        program.kill()
        program.communicate()
        os.close(near)
