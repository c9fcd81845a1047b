"""The log of a child's standard error: the latest of it, in a file that does not grow."""

from __future__ import annotations

import os

LIMIT = 1024 * 1024
"""Bytes that a log may have."""


class BoundedLog:
    """A file that keeps the latest of what is written to it. A full or broken disk loses lines, nothing else.

    Two processes may write to one file; what is lost then is lost at its beginning.

    Args:
        path: The file, made with its folder if it is not there, for the person alone.
        limit: Bytes that it may have. When it is full the older half is dropped.
    """

    def __init__(self, path: str, limit: int = LIMIT) -> None:
        self._limit = limit
        try:
            os.makedirs(os.path.dirname(os.path.abspath(path)), 0o700, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0), 0o600)
        except OSError:
            self._file = -1

    def write(self, data: bytes) -> None:
        """Append."""
        if self._file == -1:
            return
        try:
            if os.fstat(self._file).st_size + len(data) > self._limit:
                data = self._latest(data)
                os.ftruncate(self._file, 0)
            while data:
                data = data[os.write(self._file, data) :]
        except OSError:
            self.close()

    def _latest(self, data: bytes) -> bytes:
        """The end of what is there and `data`, half of the limit long, from the beginning of a line."""
        keep = self._limit // 2
        if len(data) < keep:
            size = os.lseek(self._file, 0, os.SEEK_END)
            os.lseek(self._file, max(0, size - (keep - len(data))), os.SEEK_SET)
            data = os.read(self._file, keep - len(data)) + data
        data = data[-keep:]
        return data[data.find(b"\n", 0, keep // 2) + 1 :]

    def close(self) -> None:
        """Write no more; harmless a second time."""
        if self._file != -1:
            os.close(self._file)
            self._file = -1
