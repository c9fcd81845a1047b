"""Where the main window stood, as Qt describes it; nothing is lost when this file is."""

from __future__ import annotations

import logging
from pathlib import Path

from kireji.storage.files import write_atomically

log = logging.getLogger(__name__)

_LARGEST = 4096


class WindowGeometryFile:
    """A few bytes in the state folder.

    Args:
        path: The file; it need not exist.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> bytes:
        """What was kept last; empty when there is nothing usable."""
        try:
            data = self._path.read_bytes()
        except OSError:
            return b""
        return data if len(data) <= _LARGEST else b""

    def write(self, geometry: bytes) -> None:
        """Keep `geometry`; a folder that cannot be written costs only the memory of the place."""
        try:
            write_atomically(self._path, geometry)
        except OSError as error:
            log.info("the window's place is not kept: %s", error)
