"""Programs in jobs of Windows, played with process groups."""

from __future__ import annotations

import pytest

from kireji.core.errors import ToolSourceError
from kireji.tools.children_win32 import JobProcesses
from kireji.tools.jobs_win32 import load
from tests.fakes.jobs import FakeJobs

ENVIRON = {"PATH": "/usr/bin:/bin"}


@pytest.fixture
def jobs() -> FakeJobs:
    return FakeJobs()


@pytest.fixture
def processes(jobs: FakeJobs) -> JobProcesses:
    return JobProcesses(jobs.libraries, jobs.spawn)


async def test_a_program_is_in_its_job_before_it_runs(jobs: FakeJobs, processes: JobProcesses) -> None:
    child = await processes.start(["/bin/cat"], environ=ENVIRON, folder="/")
    assert jobs.resumed == [child.pid]
    await child.end(0)


async def test_no_handle_is_left(jobs: FakeJobs, processes: JobProcesses) -> None:
    child = await processes.start(["/bin/cat"], environ=ENVIRON, folder="/")
    assert len(jobs.open) == 1
    await child.end()
    assert jobs.open == set()


async def test_ending_ends_what_the_program_has_started(jobs: FakeJobs, processes: JobProcesses) -> None:
    child = await processes.start(["/bin/sh", "-c", "sleep 600 & echo on; wait"], environ=ENVIRON, folder="/")
    assert await child.read() == b"on\n"
    await child.end(0)
    assert await child.read() == b""  # nobody holds its output any more


@pytest.mark.parametrize(
    "call",
    ["CreateJobObjectW", "SetInformationJobObject", "OpenProcess", "AssignProcessToJobObject", "NtResumeProcess"],
)
async def test_a_program_that_cannot_be_held_does_not_run(jobs: FakeJobs, processes: JobProcesses, call: str) -> None:
    jobs.failing.add(call)
    with pytest.raises(ToolSourceError, match="“/bin/cat” could not be started"):
        await processes.start(["/bin/cat"], environ=ENVIRON, folder="/")
    assert jobs.open == set()


def test_elsewhere_the_library_says_whose_it_is() -> None:
    with pytest.raises(OSError, match="is a part of Windows"):
        load()
