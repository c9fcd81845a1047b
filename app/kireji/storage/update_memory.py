"""What checks for updates remember, in a small file of the state folder (0600)."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

import msgspec

from kireji.core.update_ports import Remembered
from kireji.storage.faults import store_error
from kireji.storage.files import write_atomically

log = logging.getLogger(__name__)

_LARGEST = 1 << 20
"""Bytes; a list and a few words take less than half of it."""
_PIECE = 1 << 20


class UpdateMemoryFile:
    """Satisfies `core.update_ports.UpdateMemory`.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Remembered:
        """As in UpdateMemory."""
        try:
            with self._path.open("rb") as file:
                return msgspec.json.decode(file.read(_LARGEST), type=Remembered)
        except FileNotFoundError:
            return Remembered()
        except (OSError, msgspec.MsgspecError, RecursionError) as error:
            log.warning("what checks for updates remember cannot be read: %s", error)
            return Remembered()

    def write(self, remembered: Remembered) -> None:
        """As in UpdateMemory."""
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomically(self._path, msgspec.json.encode(remembered))
        except OSError as error:
            failure = store_error(error, self._path)
            assert failure is not None
            raise failure from error

    def fingerprint(self, file: Path) -> tuple[int, str]:
        """As in UpdateMemory."""
        size, digest = 0, hashlib.sha256()
        try:
            with file.open("rb") as source:
                while piece := source.read(_PIECE):
                    size += len(piece)
                    digest.update(piece)
        except OSError as error:
            failure = store_error(error, file)
            assert failure is not None
            raise failure from error
        return size, digest.hexdigest()
