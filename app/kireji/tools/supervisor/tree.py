"""Which processes stand below this one."""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import suppress

_SYSTEM: str = sys.platform
"""As a plain text, so that the type checker reads the code of every system on each of them."""
LOOK_SECONDS: float | None = None if _SYSTEM == "linux" else 0.25
"""How often a tree must be looked at so that it can be found later; None where the kernel keeps it together."""


def children(pid: int) -> list[int]:
    """Direct children of a process, dead ones that nobody has collected included."""
    if _SYSTEM == "linux":
        found: list[int] = []
        with suppress(OSError):  # it is gone
            for task in os.listdir(f"/proc/{pid}/task"):
                with suppress(OSError), open(f"/proc/{pid}/task/{task}/children", "rb") as file:
                    found.extend(map(int, file.read().split()))
        return found
    return _children_macos(pid)


def descendants(pid: int) -> list[int]:
    """All below a process, parents before their children."""
    if _SYSTEM == "linux" and not os.path.exists(f"/proc/{os.getpid()}/task/{os.getpid()}/children"):
        return _scanned(pid)  # a kernel without CONFIG_PROC_CHILDREN
    found, i = children(pid), 0
    seen = {pid, *found}
    while i < len(found):
        new = [each for each in children(found[i]) if each not in seen]
        seen.update(new)
        found += new
        i += 1
    return found


def _scanned(pid: int) -> list[int]:
    """The same from the parents that all processes name."""
    below: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            with suppress(OSError, IndexError), open(f"/proc/{name}/stat", "rb") as file:
                below.setdefault(int(file.read().rpartition(b")")[2].split()[1]), []).append(int(name))
    found = list(below.get(pid, ()))
    for each in found:  # grows while it is walked
        found += below.get(each, ())
    return found


def _children_macos(pid: int) -> list[int]:
    """Libproc's proc_listchildpids, which fills in as many numbers as there is room for and tells how many. Untried."""
    room = (ctypes.c_int * 4096)()
    count = ctypes.CDLL(None).proc_listchildpids(pid, ctypes.byref(room), ctypes.sizeof(room))
    return [each for each in room[: max(0, min(count, len(room)))] if each]


class Tree:
    """Everything below one process, also what has been left behind there.

    Args:
        root: The process, which is not a part of its tree itself.
    """

    def __init__(self, root: int) -> None:
        self._root = root
        self._known: set[int] = set()

    def look(self) -> list[int]:
        """Those that are there now; on macOS also those that were seen before and have lost their parent since."""
        found = descendants(self._root)
        if LOOK_SECONDS is None:
            return found
        for each in (*self._known, *found):
            found += [one for one in descendants(each) if one not in found]
        self._known = {each for each in {*self._known, *found} if _runs(each)}
        return sorted(self._known)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
