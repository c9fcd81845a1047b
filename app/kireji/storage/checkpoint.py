"""Where the ledger ended when it was last written, in a file of its own outside the database."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import msgspec

from kireji.core.ledger import Checkpoint

log = logging.getLogger(__name__)


class CheckpointFile:
    """A small file in the state folder (0600).

    It is not forced to the disk, which would take longer than the row itself: after a power cut it may be some rows
    ahead of the database or behind it.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._told = False

    def read(self) -> Checkpoint | None:
        """What it says; None when it is not there. One that cannot be read says what fits no ledger."""
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=Checkpoint)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError):
            return Checkpoint("", 0, "")

    def write(self, checkpoint: Checkpoint) -> None:
        """Replace it. Only whoever holds the database's lock may: its temporary file has a fixed name.

        A ledger without a checkpoint still records, so a failure is only logged.
        """
        part = self.path.with_name(f".{self.path.name}.part")
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
            try:
                os.write(descriptor, msgspec.json.encode(checkpoint))
            finally:
                os.close(descriptor)
            os.replace(part, self.path)
        except OSError as error:
            if not self._told:
                self._told = True
                log.warning("the end of the ledger cannot be noted in %s: %s", self.path, error)
