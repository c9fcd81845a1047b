"""What the environment can do to stored files, as sentences. Knows sqlite3's errors by their names, not by import."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from kireji.core.errors import StoreCorrupt, StoreError, StoreFull, StoreReadOnly
from kireji.core.words import say

JOBS_NAME = "jobs.db"
"""Of the file that holds the queue of jobs."""

_NO_ROOM = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_NOT_WRITABLE = {errno.EACCES, errno.EPERM, errno.EROFS}
_NOT_A_FOLDER = {errno.ENOTDIR, errno.EEXIST}
_LONGEST_PATH = 500
"""Bytes: SQLite takes 512 with what it appends for its own files (os_unix.c, MAX_PATHNAME)."""
_SCARCE = 256 * 1024
"""Bytes: SQLite reports some full disks as plain write errors; below this much free space we believe it is full."""


def store_error(error: Exception, path: Path) -> StoreError | None:
    """Say in a sentence what the environment did.

    Args:
        error: An OSError or one of sqlite3's errors.
        path: The file or folder that was being used.

    Returns:
        The failure to raise `from error`, or None when the error is our own bug and must propagate as it is.
    """
    if isinstance(error, OSError):
        return _of_system(error, path)
    name = getattr(error, "sqlite_errorname", None)
    return _of_sqlite(name, error, path) if isinstance(name, str) else None


def chosen_place_error(error: Exception, path: Path) -> StoreError | None:
    """The same for a place that the person chose for something new: it may be another."""
    if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
        return _unusable(error, path)
    found = store_error(error, path)
    if isinstance(found, StoreReadOnly):
        return StoreReadOnly(found.message, say("Allow writing there, or choose another place."), detail=found.detail)
    return found


def _of_system(error: OSError, path: Path) -> StoreError:
    if error.errno in _NO_ROOM:
        return _full(path)
    if error.errno in _NOT_WRITABLE:
        return _read_only(path)
    if error.errno == errno.ENAMETOOLONG:
        return _too_long(path)
    if error.errno in _NOT_A_FOLDER:
        return StoreReadOnly(
            say("{path} cannot be created because a file stands where a folder should be.", path=path),
            say("Move that file away, or choose another folder with KIREJI_HOME."),
            detail=str(error),
        )
    return _unusable(error, path)


def _of_sqlite(name: str, error: Exception, path: Path) -> StoreError | None:
    if name.startswith("SQLITE_FULL"):
        return _full(path)
    if name.startswith(("SQLITE_READONLY", "SQLITE_PERM")):
        return _read_only(path)
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return damaged(path, str(error))
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL")):
        return StoreError(
            say("Another program keeps {path} locked.", path=path),
            say("Close the program that uses it (a database viewer, a backup) and try again; nothing was lost."),
            detail=str(error),
        )
    if name.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN")):
        return _from_surroundings(path) or _unusable(error, path)
    return None


def _from_surroundings(path: Path) -> StoreError | None:
    """SQLite names neither a full nor a read-only folder in these errors, nor a path that is too long: look."""
    folder = path.parent
    if len(os.fsencode(path)) > _LONGEST_PATH:
        return _too_long(path)
    if not os.access(folder, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        return _read_only(path)
    import shutil  # costs as much as the rest of a start's imports here

    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return None
    return _full(path) if free < _SCARCE else None


def damaged(path: Path, detail: str) -> StoreCorrupt:
    """The database at `path` is not what SQLite wrote."""
    if path.name == JOBS_NAME:
        return StoreCorrupt(
            say("The queue of jobs in {path} is damaged.", path=path),
            say(
                "Nothing was deleted: move {name} and the files beginning with that name to another folder to start "
                "with an empty queue; what is with a service can still be fetched on its website.",
                name=path.name,
            ),
            detail=detail,
        )
    return StoreCorrupt(
        say("The history in {path} is damaged.", path=path),
        say(
            "Nothing was deleted: move {name} and the files beginning with that name to another folder to start with "
            "an empty history, or put a copy of yours back in its place.",
            name=path.name,
        ),
        detail=detail,
    )


def _full(path: Path) -> StoreFull:
    return StoreFull(
        say("There is no room left on the disk for {path}.", path=path),
        say("Free some space and try again; what was saved before is still there."),
    )


def _read_only(path: Path) -> StoreReadOnly:
    return StoreReadOnly(
        say("{path} cannot be written.", path=path),
        say("Allow writing to that folder, or choose another one with KIREJI_HOME."),
    )


def _too_long(path: Path) -> StoreError:
    return StoreError(
        say(
            "The path of the folder for {name} is too long ({size} bytes).",
            name=path.name,
            size=len(os.fsencode(path.parent)),
        ),
        say("Choose a folder with a shorter one with KIREJI_HOME."),
    )


def _unusable(error: Exception, path: Path) -> StoreError:
    return StoreError(
        say("{path} could not be used: {error}.", path=path, error=getattr(error, "strerror", None) or error),
        say("Check the disk and the folder, then try again; nothing was deleted."),
        detail=str(error),
    )
