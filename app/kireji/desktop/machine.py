"""Plain looks at this computer, for the doctor."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

_SOMEWHERE = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}
"""Addresses reserved for documentation (RFC 5737, RFC 3849)."""


@dataclass(frozen=True, slots=True)
class FolderLook:
    """What was seen of a folder.

    Args:
        path: Which.
        problem: Why nothing can be written there, as the system says it; empty when it can.
        free: Free bytes on its disk.
        exposed: Names in it that other users of this computer can read.
    """

    path: str
    problem: str
    free: int
    exposed: tuple[str, ...]


def look_at_folder(folder: Path) -> FolderLook:
    """Try to write into `folder` (or where it would be made) and look at who may read what is in it. Blocks."""
    there = folder
    while not there.is_dir() and there != there.parent:
        there = there.parent
    problem = ""
    try:
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(b"kireji")
            file.flush()
    except OSError as error:
        problem = error.strerror or str(error)
    try:
        free = shutil.disk_usage(there).free
    except OSError:
        free = 0
    return FolderLook(str(folder), problem, free, _exposed(folder) if there == folder else ())


def _exposed(folder: Path) -> tuple[str, ...]:
    """What of it others can read. Inside a folder that only its owner enters, nothing is."""
    if os.name != "posix":
        return ()  # per-user folders are private on Windows
    open_to_others = stat.S_IRWXG | stat.S_IRWXO
    try:
        if not folder.stat().st_mode & open_to_others:
            return ()
        names = [
            entry.name for entry in os.scandir(folder) if entry.stat(follow_symlinks=False).st_mode & open_to_others
        ]
    except OSError:
        return ()
    return tuple(sorted(names))


def has_route() -> bool:
    """Whether the system knows a way to the internet.

    Connecting a datagram socket makes the kernel look up the route and sends nothing.
    """
    for family, address in _SOMEWHERE.items():
        try:
            with closing(socket.socket(family, socket.SOCK_DGRAM)) as probe:
                probe.connect((address, 9))
                return True
        except OSError:
            continue
    return False
