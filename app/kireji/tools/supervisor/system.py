"""What the systems offer to those who watch over processes: prctl on Linux, nothing on macOS."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from contextlib import suppress

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36

if sys.platform == "linux":
    _prctl = ctypes.CDLL(None).prctl
    _prctl.argtypes = (ctypes.c_int, *(ctypes.c_ulong,) * 4)
    _prctl.restype = ctypes.c_int

    def adopt_orphans() -> None:
        """Processes below this one whose parent dies become children of this one; not inherited by fork."""
        _prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def die_with_parent() -> None:
        """End this process when the thread that forked it ends; keepers have one thread, so that is the keeper."""
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)

    def offer_to_memory_killer() -> None:
        """When memory runs out the kernel ends tools before the program that has started them."""
        with suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
            file.write("500")

    def started_at(pid: int) -> str:
        """What tells a process from a later one with its number; empty when there is none.

        Field 22 of /proc/<pid>/stat; the name in field 2 may hold spaces and parentheses (proc_pid_stat(5)).
        """
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:
                return file.read().rpartition(b")")[2].split()[19].decode("ascii")
        except (OSError, IndexError):
            return ""

else:

    def adopt_orphans() -> None:
        """Not on this system: orphans go to the first process."""

    def die_with_parent() -> None:
        """Not on this system."""

    def offer_to_memory_killer() -> None:
        """Not on this system."""

    def started_at(pid: int) -> str:
        """Not told by this system at a small price."""
        del pid
        return ""


def default_signals() -> None:
    """All signals do what they do by default, and none is held back: a fresh program expects that."""
    signal.set_wakeup_fd(-1)
    for number in signal.valid_signals():
        with suppress(OSError, ValueError):  # two that cannot be changed, and those the C library keeps
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def hurt(pid: int, number: int) -> bool:
    """Send a signal; False when the process is another user's and may not be touched."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return True
