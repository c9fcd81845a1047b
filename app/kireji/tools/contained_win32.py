"""Opens what was allowed on Windows, where nothing can be opened from an open folder: the way is checked afterwards.

A file is asked where it lies once it is open, and closed unread when that is elsewhere. So a link that is put in its
place in between can make us open something, and never read it.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import stat
import sys
from collections.abc import Iterator
from typing import BinaryIO

from kireji.tools.contained import Entry, Kind, LeadsElsewhere, NotAFile, OpenFolder

_MOUNT_POINT = 0xA0000003
"""IO_REPARSE_TAG_MOUNT_POINT: a junction (winnt.h)."""
_LONGEST = 32_768


def open_folder(path: str) -> OpenFolder:
    """A folder by its path.

    Raises:
        OSError: It is none, or leads elsewhere.
    """
    if not os.path.isdir(path):
        raise NotADirectoryError(path) if os.path.exists(path) else FileNotFoundError(path)
    if os.path.normcase(os.path.realpath(path)) != os.path.normcase(path):
        raise LeadsElsewhere(path)
    return _Folder(path)


class _Folder:
    """A folder by its path.

    Args:
        path: Whole, with every link followed.
    """

    def __init__(self, path: str) -> None:
        self._path = path

    def entries(self) -> Iterator[Entry]:
        if os.path.normcase(os.path.realpath(self._path)) != os.path.normcase(self._path):
            raise LeadsElsewhere(self._path)
        with os.scandir(self._path) as found:
            for each in found:
                with contextlib.suppress(OSError):
                    yield _entry(each.name, each.stat(follow_symlinks=False))

    def open(self, name: str) -> BinaryIO:
        path = self._whole(name)
        if os.path.isdir(path):
            raise IsADirectoryError(path)
        file = open(path, "rb")  # noqa: SIM115 - the caller closes it
        try:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise NotAFile(path)
            if os.path.normcase(_place_of(file.fileno())) != os.path.normcase(path):
                raise LeadsElsewhere(path)
        except BaseException:  # whatever comes, the file is closed
            file.close()
            raise
        return file

    def folder(self, name: str) -> OpenFolder:
        return open_folder(self._whole(name))

    def close(self) -> None:
        """Nothing is held open."""

    def _whole(self, name: str) -> str:
        if name in ("", ".", "..") or any(sign in name for sign in '\\/:\0"<>|?*'):
            raise LeadsElsewhere(os.path.join(self._path, name))
        return os.path.join(self._path, name)


def _entry(name: str, found: os.stat_result) -> Entry:
    tag = getattr(found, "st_reparse_tag", 0)
    if stat.S_ISLNK(found.st_mode) or tag == _MOUNT_POINT:
        kind = Kind.LINK
    elif stat.S_ISDIR(found.st_mode):
        kind = Kind.FOLDER
    else:
        kind = Kind.FILE if stat.S_ISREG(found.st_mode) else Kind.OTHER
    return Entry(name, kind, found.st_size if kind is Kind.FILE else 0, found.st_mtime)


if sys.platform == "win32":

    def _place_of(descriptor: int) -> str:
        """Where an open file lies (GetFinalPathNameByHandleW)."""
        import msvcrt

        buffer = ctypes.create_unicode_buffer(_LONGEST)
        ask = ctypes.WinDLL("kernel32", use_last_error=True).GetFinalPathNameByHandleW
        ask.argtypes = (ctypes.c_void_p, ctypes.c_wchar_p, ctypes.c_uint32, ctypes.c_uint32)
        if not 0 < ask(msvcrt.get_osfhandle(descriptor), buffer, _LONGEST, 0) < _LONGEST:
            raise ctypes.WinError(ctypes.get_last_error())
        path = buffer.value
        return "\\\\" + path[8:] if path.startswith("\\\\?\\UNC\\") else path.removeprefix("\\\\?\\")

else:

    def _place_of(descriptor: int) -> str:
        raise OSError("only Windows tells this")
