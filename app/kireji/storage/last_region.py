"""Where the last capture was cut out; nothing is lost when this file is."""

from __future__ import annotations

import logging
from pathlib import Path

from kireji.core.geometry import Rect
from kireji.storage.files import write_atomically

log = logging.getLogger(__name__)

_LARGEST = 64


class LastRegionFile:
    """Four numbers in the state folder.

    Args:
        path: The file; it need not exist.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Rect | None:
        """The region in the desktop's own pixels; None when there is none that can be used."""
        try:
            with self._path.open("rb") as file:
                x, y, width, height = (int(number) for number in file.read(_LARGEST).split(b","))
        except (OSError, ValueError):
            return None
        rect = Rect(x, y, width, height)
        return None if rect.empty else rect

    def write(self, rect: Rect) -> None:
        """Keep it; a folder that cannot be written costs only the memory of the place."""
        try:
            write_atomically(self._path, str(rect).encode())
        except OSError as error:
            log.info("the region of the last capture is not kept: %s", error)
