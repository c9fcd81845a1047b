"""Whole files, written so that a crash leaves the old one or the new one."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def write_atomically(file: Path, data: bytes) -> None:
    """Write a whole file (0600) so that under its name there are always the old bytes or the new ones, never a part.

    The bytes are on the disk before the name is given, so that a power cut leaves no empty file.

    Args:
        file: Its folder must exist.
        data: The new content.

    Raises:
        OSError: Nothing was changed.
    """
    import tempfile

    number, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=file.parent)  # made with mode 0600
    try:
        with os.fdopen(number, "wb") as part:
            part.write(data)
            part.flush()
            os.fsync(part.fileno())
        os.replace(name, file)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name)
