"""Whole files, written so that a crash leaves the old one or the new one."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

_PIECE = 1 << 20


def write_atomically(file: Path, data: bytes) -> None:
    """Write a whole file (0600) so that under its name there are always the old bytes or the new ones, never a part.

    The bytes are on the disk before the name is given, so that a power cut leaves no empty file.

    Args:
        file: Its folder must exist.
        data: The new content.

    Raises:
        OSError: Nothing was changed.
    """
    _write_atomically(file, lambda part: part.write(data))


def copy_atomically(file: Path, source: Path) -> None:
    """The same with the bytes of another file, whatever its size.

    Args:
        file: Its folder must exist.
        source: Has the new content.

    Raises:
        OSError: Nothing was changed.
    """

    def copy(part: BinaryIO) -> None:
        with source.open("rb") as read:
            while piece := read.read(_PIECE):
                part.write(piece)

    _write_atomically(file, copy)


def _write_atomically(file: Path, write: Callable[[BinaryIO], object]) -> None:
    import tempfile

    number, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=file.parent)  # made with mode 0600
    try:
        with os.fdopen(number, "wb") as part:
            write(part)
            part.flush()
            os.fsync(part.fileno())
        os.replace(name, file)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name)
