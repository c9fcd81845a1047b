"""Which version of the program last used the data. Read at every start, so nothing is imported for it."""

from __future__ import annotations

import logging
import os
from pathlib import Path

log = logging.getLogger(__name__)

_LONGEST = 100
"""Bytes."""


class LastVersionFile:
    """A line of text in the state folder (0600).

    It is written without waiting for the disk: after a power cut there may be nothing in it, and then one copy more is
    made than was needed.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> str:
        """What it says; empty when it says nothing."""
        try:
            descriptor = os.open(self._path, os.O_RDONLY)
        except OSError:
            return ""
        try:
            return os.read(descriptor, _LONGEST).decode("utf-8", "replace").strip()
        except OSError:
            return ""
        finally:
            os.close(descriptor)

    def write(self, version: str) -> None:
        """Note this one; a failure is only logged."""
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
            try:
                os.write(descriptor, f"{version}\n".encode())
            finally:
                os.close(descriptor)
        except OSError as error:
            log.warning("the version that uses the data cannot be noted: %s", error)
