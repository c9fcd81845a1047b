"""Opens what was allowed where folders have descriptors: each part of a path from the one before it."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from typing import BinaryIO

from kireji.tools.contained import Entry, Kind, LeadsElsewhere, NotAFile, OpenFolder

# Systems without these never import this module; whoever looks at it there must be able to.
_FOLDER = (
    getattr(os, "O_DIRECTORY", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_PATH", os.O_RDONLY)
)
"""On Linux a folder on the way need not be readable, as elsewhere in the system."""
_FILE = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)
_LISTED = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)


def open_folder(path: str) -> OpenFolder:
    """A folder, by way of each folder that it lies in.

    Raises:
        OSError: It is none, or a link stands on the way.
    """
    opened: OpenFolder = _Opened(os.open("/", _FOLDER), "/")
    for part in filter(None, path.split("/")):
        with contextlib.closing(opened):
            opened = opened.folder(part)
    return opened


class _Opened:
    """A folder by its descriptor.

    Args:
        handle: The descriptor; closed with this.
        path: For errors.
    """

    def __init__(self, handle: int, path: str) -> None:
        self._handle = handle
        self._path = path

    def entries(self) -> Iterator[Entry]:
        handle = os.open(".", _LISTED, dir_fd=self._handle)
        try:
            with os.scandir(handle) as found:
                for each in found:
                    with contextlib.suppress(OSError):
                        yield _entry(each.name, each.stat(follow_symlinks=False))
        finally:
            os.close(handle)

    def open(self, name: str) -> BinaryIO:
        path = self._whole(name)
        try:
            handle = os.open(name, _FILE, dir_fd=self._handle)
        except OSError as error:
            raise self._meant(name, error) from error
        mode = os.fstat(handle).st_mode
        if not stat.S_ISREG(mode):
            os.close(handle)
            raise (
                IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
                if stat.S_ISDIR(mode)
                else NotAFile(path)
            )
        return os.fdopen(handle, "rb")

    def folder(self, name: str) -> OpenFolder:
        path = self._whole(name)
        try:
            return _Opened(os.open(name, _FOLDER, dir_fd=self._handle), path)
        except OSError as error:
            raise self._meant(name, error) from error

    def close(self) -> None:
        handle, self._handle = self._handle, -1
        if handle >= 0:
            os.close(handle)

    def _whole(self, name: str) -> str:
        if name in ("", ".", "..") or "/" in name or "\0" in name:
            raise LeadsElsewhere(f"{self._path}/{name}")
        return f"{self._path.rstrip('/')}/{name}"

    def _meant(self, name: str, error: OSError) -> OSError:
        """A link is told by what stands there, because systems refuse it with different numbers."""
        with contextlib.suppress(OSError):
            if stat.S_ISLNK(os.stat(name, dir_fd=self._handle, follow_symlinks=False).st_mode):
                return LeadsElsewhere(self._whole(name))
        error.filename = self._whole(name)
        return error


def _entry(name: str, found: os.stat_result) -> Entry:
    kinds = {stat.S_IFREG: Kind.FILE, stat.S_IFDIR: Kind.FOLDER, stat.S_IFLNK: Kind.LINK}
    kind = kinds.get(stat.S_IFMT(found.st_mode), Kind.OTHER)
    return Entry(name, kind, found.st_size if kind is Kind.FILE else 0, found.st_mtime)
