"""Signals as something that can be polled."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from contextlib import suppress


class Wakeup:
    """A pipe that can be read when one of these signals has come. There can be one in a process.

    Args:
        signals: Those to be told of; they do nothing else any more.
    """

    def __init__(self, signals: Sequence[signal.Signals]) -> None:
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)
        for each in signals:
            signal.signal(each, lambda _number, _frame: None)
        signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)

    def fileno(self) -> int:
        """What to poll."""
        return self._read

    def received(self) -> set[int]:
        """Numbers of the signals that have come since the last time."""
        found: set[int] = set()
        with suppress(BlockingIOError):
            while data := os.read(self._read, 512):
                found.update(data)
        return found

    def close(self) -> None:
        """Hear nothing any more."""
        signal.set_wakeup_fd(-1)
        os.close(self._read)
        os.close(self._write)
