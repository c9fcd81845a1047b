"""Files that jobs are made from, opened with care: they may be anything, and may change while they are read."""

from __future__ import annotations

import codecs
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NoReturn

from kireji.core.errors import JobError
from kireji.core.words import say

BLOCK = 1024 * 1024
"""Bytes that are read at a time."""
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """A regular file, unbuffered; what is none (a pipe, a device) is refused and not waited for.

    Raises:
        JobError: It is not there, is no file, or cannot be read; also when reading it fails inside.
    """
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        with open(os.open(path, flags), "rb", buffering=0) as file:
            mode = os.fstat(file.fileno()).st_mode
            if stat.S_ISDIR(mode):
                raise JobError(
                    say("{path} is a folder.", path=path), say("Name a file, or make a job of its pictures.")
                )
            if not stat.S_ISREG(mode):
                raise JobError(say("{path} is not a regular file.", path=path), say("Save it as a file first."))
            yield file
    except (OSError, ValueError) as error:
        unreadable(path, error)


def size_of(file: IO[bytes]) -> int:
    """Bytes of an open file."""
    return os.fstat(file.fileno()).st_size


def unreadable(path: Path, error: OSError | ValueError) -> NoReturn:
    """Raises JobError: the file cannot be read."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        raise JobError(say("There is no {path}.", path=path), say("Check its name.")) from error
    if isinstance(error, IsADirectoryError):
        raise JobError(
            say("{path} is a folder.", path=path), say("Name a file, or make a job of its pictures.")
        ) from error
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    raise JobError(
        say("{path} cannot be read: {reason}.", path=path, reason=reason), say("Check the file and its folder.")
    ) from error
