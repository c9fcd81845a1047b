"""Opens exactly the file or folder that was allowed: a whole path, and not what a link in its place leads to.

Permissions are given for paths with every link followed. Between that and the opening, a part of the path may have been
replaced by a link; so each part is opened by itself, from the root on, and a link is refused wherever it stands. What
lies in an opened folder is opened from there, whatever its name leads to by then. Everything here may block.
"""

from __future__ import annotations

import contextlib
import enum
import os
import sys
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple, Protocol

_NOT_FILES = ("/proc", "/sys", "/dev")
"""Folders of the system whose entries look like files and are not."""


class Kind(enum.Enum):
    """What an entry of a folder is."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"
    OTHER = "other"


class Entry(NamedTuple):
    """One entry of a folder.

    Args:
        name: In the folder.
        kind: What it is; a link is a link, wherever it leads.
        size: Bytes of a file; 0 for others.
        modified: When it was last changed, in seconds of Unix time.
    """

    name: str
    kind: Kind
    size: int
    modified: float


class OpenFolder(Protocol):
    """A folder that stays this one while it is open, whatever becomes of its name."""

    def entries(self) -> Iterator[Entry]:
        """What is in it, in no order; what vanishes meanwhile is left out. Raises OSError."""

    def open(self, name: str) -> BinaryIO:
        """A file in it, to read. Raises OSError, for a link and for what is no file, too."""

    def folder(self, name: str) -> OpenFolder:
        """A folder in it. Raises OSError, for a link, too."""

    def close(self) -> None:
        """Harmless a second time."""


class LeadsElsewhere(OSError):
    """A link stands where none was when the path was allowed."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} leads to another place than it did when it was allowed")


class NotAFile(OSError):
    """A device, a pipe or the like."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} is no file")


def open_file(path: str) -> BinaryIO:
    """A file, to read.

    Args:
        path: Whole, with every link followed.

    Raises:
        LeadsElsewhere: It does not lie there, but where a link leads.
        OSError: It is none, is not there, or may not be read.
    """
    folder, name = os.path.split(_checked(path))
    with contextlib.closing(open_folder(folder)) as opened:
        return opened.open(name)


def open_folder(path: str) -> OpenFolder:
    """A folder; to be closed.

    Args:
        path: Whole, with every link followed.

    Raises:
        LeadsElsewhere: It does not lie there, but where a link leads.
        OSError: It is none, is not there, or may not be read.
    """
    if sys.platform == "win32":
        from kireji.tools.contained_win32 import open_folder as open_here
    else:
        from kireji.tools.contained_posix import open_folder as open_here
    return open_here(_checked(path))


class ContainedFiles:
    """Satisfies `core.tool_ports.FileReader`."""

    def read(self, path: str, most: int) -> bytes:
        """As in FileReader."""
        with open_file(path) as file:
            return file.read(most)


def _checked(path: str) -> str:
    if not os.path.isabs(path) or "\0" in path or os.path.normpath(path) != path.rstrip("/" if path != "/" else ""):
        raise LeadsElsewhere(path)
    if sys.platform != "win32" and any(path == each or path.startswith(f"{each}/") for each in _NOT_FILES):
        raise NotAFile(path)
    return path
