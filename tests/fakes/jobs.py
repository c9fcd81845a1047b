"""Job objects of Windows played with process groups: what is taken into a job ends with it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from kireji.core.native import Library
from kireji.tools.jobs_win32 import CREATE_SUSPENDED, KILL_ON_JOB_CLOSE, ExtendedLimits, Libraries


class FakeJobs:
    """kernel32 and ntdll as far as jobs go, and what makes processes.

    Attributes:
        resumed: Processes that were let run, in order.
        failing: Calls that fail.
        open: Handles that were not closed.
    """

    def __init__(self) -> None:
        self.resumed: list[int] = []
        self.failing: set[str] = set()
        self.open: set[int] = set()
        self._next = 1_000_000
        self._limits: dict[int, int] = {}
        self._members: dict[int, list[int]] = {}

    def libraries(self) -> Libraries:
        return Libraries(Library(self, lambda: 5), Library(self, lambda: 5))

    async def spawn(self, command: Sequence[str], *, creationflags: int, **options: Any) -> asyncio.subprocess.Process:
        assert creationflags & CREATE_SUSPENDED
        return await asyncio.create_subprocess_exec(*command, start_new_session=True, **options)

    def CreateJobObjectW(self, security: None, name: None) -> int | None:
        if "CreateJobObjectW" in self.failing:
            return None
        self._next += 1
        self._members[self._next] = []
        self.open.add(self._next)
        return self._next

    def SetInformationJobObject(self, job: int, kind: int, limits: Any, size: int) -> int:
        assert isinstance(limits._obj, ExtendedLimits)
        self._limits[job] = limits._obj.basic.flags
        return int("SetInformationJobObject" not in self.failing)

    def OpenProcess(self, access: int, inherit: int, pid: int) -> int | None:
        if "OpenProcess" in self.failing:
            return None
        self.open.add(pid)
        return pid

    def AssignProcessToJobObject(self, job: int, process: int) -> int:
        if "AssignProcessToJobObject" in self.failing:
            return 0
        self._members[job].append(process)
        return 1

    def NtResumeProcess(self, process: int) -> int:
        assert any(process in members for members in self._members.values()), "it runs outside of its job"
        self.resumed.append(process)
        return -1 if "NtResumeProcess" in self.failing else 0

    def TerminateJobObject(self, job: int, code: int) -> int:
        for each in self._members[job]:
            with suppress(ProcessLookupError):
                os.killpg(each, signal.SIGKILL)
        return 1

    def CloseHandle(self, handle: int) -> int:
        self.open.remove(handle)
        if self._limits.get(handle, 0) & KILL_ON_JOB_CLOSE:
            self.TerminateJobObject(handle, 0)
        return 1
