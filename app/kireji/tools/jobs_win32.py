"""Job objects of Windows: a process and all that it starts, ended together, also when nobody holds the job any more.

The handle of a job belongs to this process alone. When this process ends, in whatever way, Windows closes the handle,
and with it every process of the job. Untried on Windows; the calls are those of jobapi2.h, winnt.h and, for what
ResumeThread would need a handle for that Python has closed, of ntdll.
"""

from __future__ import annotations

from ctypes import Structure, byref, c_int, c_int32, c_int64, c_size_t, c_uint32, c_uint64, c_void_p, c_wchar_p, sizeof
from types import MappingProxyType
from typing import ClassVar, NamedTuple

from kireji.core.native import Fields, Library, Signatures, windows_library

CREATE_SUSPENDED = 0x4
CREATE_NEW_PROCESS_GROUP = 0x200
CREATE_NO_WINDOW = 0x08000000
_SET_QUOTA, _TERMINATE, _SUSPEND_RESUME = 0x100, 0x1, 0x800
_EXTENDED_LIMITS = 9
KILL_ON_JOB_CLOSE = 0x2000
_ENDED = 1


class BasicLimits(Structure):
    """JOBOBJECT_BASIC_LIMIT_INFORMATION."""

    _fields_: ClassVar[Fields] = [
        ("process_time", c_int64),
        ("job_time", c_int64),
        ("flags", c_uint32),
        ("least_working_set", c_size_t),
        ("most_working_set", c_size_t),
        ("active_processes", c_uint32),
        ("affinity", c_size_t),
        ("priority", c_uint32),
        ("scheduling", c_uint32),
    ]


class ExtendedLimits(Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION, with its six counters as an array."""

    _fields_: ClassVar[Fields] = [
        ("basic", BasicLimits),
        ("counters", c_uint64 * 6),
        ("process_memory", c_size_t),
        ("job_memory", c_size_t),
        ("most_process_memory", c_size_t),
        ("most_job_memory", c_size_t),
    ]


KERNEL32: Signatures = MappingProxyType(
    {
        "CreateJobObjectW": ((c_void_p, c_wchar_p), c_void_p),
        "SetInformationJobObject": ((c_void_p, c_int, c_void_p, c_uint32), c_int),
        "AssignProcessToJobObject": ((c_void_p, c_void_p), c_int),
        "TerminateJobObject": ((c_void_p, c_uint32), c_int),
        "OpenProcess": ((c_uint32, c_int, c_uint32), c_void_p),
        "CloseHandle": ((c_void_p,), c_int),
    }
)
NTDLL: Signatures = MappingProxyType({"NtResumeProcess": ((c_void_p,), c_int32)})


class Libraries(NamedTuple):
    """What jobs take."""

    kernel32: Library
    ntdll: Library


def load() -> Libraries:
    """The two libraries.

    Raises:
        OSError: This is no Windows.
    """
    return Libraries(windows_library("kernel32", KERNEL32), windows_library("ntdll", NTDLL))


class Job:
    """A job without processes yet.

    Args:
        libraries: The calls.

    Raises:
        OSError: Windows makes none.
    """

    def __init__(self, libraries: Libraries) -> None:
        self._libraries = libraries
        self._kernel = libraries.kernel32.calls
        self._handle: int | None = self._kernel.CreateJobObjectW(None, None)
        if self._handle is None:
            raise self._error("no job can be made")
        limits = ExtendedLimits()
        limits.basic.flags = KILL_ON_JOB_CLOSE
        if not self._kernel.SetInformationJobObject(self._handle, _EXTENDED_LIMITS, byref(limits), sizeof(limits)):
            error = self._error("the job cannot be set up")
            self.close()
            raise error

    def take(self, pid: int) -> None:
        """Take in a process that was made suspended, and let it run.

        Args:
            pid: Its number; the caller holds a handle of it, so that nobody else gets the number.

        Raises:
            OSError: It cannot be taken in; it does not run then.
        """
        process = self._kernel.OpenProcess(_SET_QUOTA | _TERMINATE | _SUSPEND_RESUME, 0, pid)
        if process is None:
            raise self._error("the process cannot be opened")
        try:
            if not self._kernel.AssignProcessToJobObject(self._handle, process):
                raise self._error("the process cannot be taken into the job")
            if self._libraries.ntdll.calls.NtResumeProcess(process) < 0:
                raise OSError("the process cannot be let run")
        finally:
            self._kernel.CloseHandle(process)

    def end(self) -> None:
        """End all its processes; harmless when there are none, or after `close`."""
        if self._handle is not None:
            self._kernel.TerminateJobObject(self._handle, _ENDED)

    def close(self) -> None:
        """Let go of the job, which ends what still runs in it; harmless a second time."""
        handle, self._handle = self._handle, None
        if handle is not None:
            self._kernel.CloseHandle(handle)

    def _error(self, what: str) -> OSError:
        return OSError(self._libraries.kernel32.last_error(), what)
