"""Opens files that were found in a folder: only what still lies there, and only what is a file. May block."""

from __future__ import annotations

import os
import stat

from kireji.core.documents import text_of
from kireji.core.errors import DocumentError

_PEEKED = 8192


def bytes_of(top: str, name: str, most: int) -> bytes:
    """The first bytes of a file below a folder.

    Args:
        top: The folder, with every link followed.
        name: Path below it, with strokes.
        most: How many.

    Raises:
        OSError: It is not there any more, is no file, may not be read, or a link stands on its way.
    """
    path = os.path.join(top, *name.split("/"))
    if os.path.realpath(path) != path:
        raise FileNotFoundError(path)
    # A pipe that nobody writes to would keep an ordinary opening waiting for ever.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    handle = os.open(path, flags | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise FileNotFoundError(path)
        return file.read(most)


def text_in(top: str, name: str, most: int) -> str | None:
    """The words of a text file; None when it is not there any more, cannot be read, or holds none.

    Args:
        top: The folder, with every link followed.
        name: Path below it.
        most: Bytes that are read.
    """
    try:
        if most > _PEEKED:  # what is no text shows that at its beginning, however long it is
            text_of(name, bytes_of(top, name, _PEEKED))
        return text_of(name, bytes_of(top, name, most)) or None
    except (OSError, ValueError, DocumentError):
        return None
