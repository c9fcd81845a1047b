"""The scripts that a command line names: their content belongs to what a server is, the command line alone says little.

`python server.py` is another server as soon as `server.py` is another file. Everything here looks at the disk.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

Stamp: TypeAlias = tuple[int, ...]
"""What the system says of a file; another one after every change. Empty for none."""

_LARGEST = 8 * 1024 * 1024
"""Bytes; what is larger is known by its stamp alone."""
_MOST = 20
_ENDINGS = (
    *(
        ".py",
        ".pyz",
        ".js",
        ".mjs",
        ".cjs",
        ".ts",
        ".mts",
        ".rb",
        ".pl",
        ".php",
        ".lua",
        ".sh",
        ".bash",
        ".ps1",
        ".jar",
    ),
    *(".bat", ".cmd"),
)


class Script(NamedTuple):
    """A script as it is now.

    Args:
        path: Whole.
        stamp: Of the file.
        digest: SHA-256 of its content.
    """

    path: str
    stamp: Stamp
    digest: str


def scripts_in(command: Sequence[str], folder: str) -> tuple[Script, ...]:
    """The scripts of a command line, in their order.

    Programs of the system and files of data are not among them: those change without the server being another one.

    Args:
        command: The program and its arguments.
        folder: Where it works.
    """
    found: dict[str, Script] = {}
    for path in _paths(command, folder):
        if len(found) < _MOST and path not in found and (script := _script(path)) is not None:
            found[path] = script
    return tuple(found.values())


def stamp_of(path: str) -> Stamp:
    """What the system says of a file; empty for what is none."""
    try:
        said = os.stat(path)
    except (OSError, ValueError):
        return ()
    if not stat.S_ISREG(said.st_mode):
        return ()
    return said.st_mtime_ns, said.st_ctime_ns, said.st_size, said.st_ino, said.st_dev


def _paths(command: Sequence[str], folder: str) -> Iterator[str]:
    for argument in command:
        value = argument.partition("=")[2] if argument.startswith("-") else argument
        if value:
            yield os.path.join(folder, value)


def _script(path: str) -> Script | None:
    """None for what is no script."""
    if not (stamp := stamp_of(path)):
        return None
    try:
        with open(path, "rb") as file:
            if not path.lower().endswith(_ENDINGS) and file.read(2) != b"#!":
                return None
            file.seek(0)
            data = file.read(_LARGEST + 1)
    except OSError:
        return None
    whole = data if len(data) <= _LARGEST else repr(stamp).encode()
    return Script(path, stamp, hashlib.sha256(whole).hexdigest())
