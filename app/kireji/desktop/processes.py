"""Which process this is, and whether another one still runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from kireji.core.history import Origin


def process_origin() -> Origin:
    """The number of this process, and when it began."""
    pid = os.getpid()
    return Origin(pid, _started(pid) or "")


def origin_alive(origin: Origin) -> bool:
    """Whether that very process still runs, not just one that got its number later.

    Where the system does not tell, the answer is yes for a number that is in use.
    """
    started = _started(origin.pid)
    if started is None:
        return False
    return started == origin.started or not started or not origin.started


if sys.platform == "win32":

    def _started(pid: int) -> str | None:
        """Creation time of a process; None when there is none, empty when the system does not tell."""
        import ctypes
        from ctypes import wintypes

        query_limited_information, still_active, access_denied = 0x1000, 259, 5
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.OpenProcess.restype = wintypes.HANDLE
        handle = wintypes.HANDLE(kernel.OpenProcess(query_limited_information, False, pid))
        if not handle.value:
            return "" if ctypes.get_last_error() == access_denied else None
        try:
            code = wintypes.DWORD()
            if kernel.GetExitCodeProcess(handle, ctypes.byref(code)) and code.value != still_active:
                return None
            times = [wintypes.FILETIME() for _ in range(4)]
            if not kernel.GetProcessTimes(handle, *(ctypes.byref(time) for time in times)):
                return ""
            return str(times[0].dwHighDateTime << 32 | times[0].dwLowDateTime)
        finally:
            kernel.CloseHandle(handle)

elif sys.platform == "linux":

    def _started(pid: int) -> str | None:
        """Start of a process, told apart between boots; None when there is none.

        Field 22 of /proc/<pid>/stat, clock ticks since boot; the name in field 2 may hold spaces and parentheses
        (proc_pid_stat(5)). A process that is dead but not yet collected by its parent counts as gone.
        """
        try:
            fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
            boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        except (FileNotFoundError, ProcessLookupError):
            return None
        except PermissionError:
            return ""
        state, ticks = fields[0], fields[19]
        return None if state in "ZXx" else f"{boot}:{ticks}"

else:

    def _started(pid: int) -> str | None:
        """Start of a process as ps prints it; None when there is none, empty when it does not tell."""
        command = ["/bin/ps", "-o", "stat=,lstart=", "-p", str(pid)]
        try:
            shown = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=2,
                check=False,
                env={"LC_ALL": "C", "TZ": "UTC"},
            ).stdout.split()
        except (OSError, subprocess.TimeoutExpired):
            return ""
        return " ".join(shown[1:]) if shown and not shown[0].startswith("Z") else None
