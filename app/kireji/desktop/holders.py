"""Which other processes have a file open, where the system lets one see it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from kireji.core.words import say


def holders(files: Sequence[Path]) -> Sequence[str]:
    """Other processes that have one of these files open, as a person knows them; none where nobody can tell.

    Args:
        files: Need not exist.
    """
    wanted = {os.path.realpath(path) for path in files}
    found: list[str] = []
    try:
        processes = [name for name in os.listdir("/proc") if name.isdecimal() and int(name) != os.getpid()]
    except OSError:  # not Linux
        return ()
    for process in processes:
        if wanted & _open_files(process):
            found.append(say("{program} (process {number})", program=_name(process), number=process))
    return tuple(found)


def _open_files(process: str) -> set[str]:
    folder = f"/proc/{process}/fd"
    found: set[str] = set()
    try:
        for descriptor in os.listdir(folder):
            found.add(os.readlink(f"{folder}/{descriptor}"))
    except OSError:  # another user's, or gone meanwhile
        pass
    return found


def _name(process: str) -> str:
    """The command that was typed, without where its program lies."""
    try:
        words = Path(f"/proc/{process}/cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    except OSError:
        return "kireji"
    if "-m" in words:
        words = words[words.index("-m") + 1 :]
    return " ".join([os.path.basename(words[0]), *words[1:3]]).strip() or "kireji"
