"""Where the ledger ended when it was last written, in a file of its own outside the database."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import msgspec

from kireji.core.ledger import Checkpoint

log = logging.getLogger(__name__)

_LENGTH = 256
"""Bytes; two hashes and a number take 190 at most."""


class CheckpointFile:
    """A small file in the state folder (0600).

    It is written over in place with one short call: giving a new file its name makes some file systems write it to the
    disk at once, which takes a hundred times as long as the row itself. After a power cut it may therefore be some rows
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
        """Write it anew. Only whoever holds the database's lock may.

        A ledger without a checkpoint still records, so a failure is only logged.
        """
        data = msgspec.json.encode(checkpoint).ljust(_LENGTH)  # always as long, so that nothing of the old one is left
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600)
            try:
                os.write(descriptor, data)
            finally:
                os.close(descriptor)
        except OSError as error:
            if not self._told:
                self._told = True
                log.warning("the end of the ledger cannot be noted in %s: %s", self.path, error)
