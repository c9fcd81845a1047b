"""Whatever becomes of the program: nothing that its tools have started is left."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kireji.core.errors import ToolSourceError
from kireji.core.tool_ports import ChildProcess
from kireji.tools.children import SupervisedProcesses
from tests.integration.tools.trees import ALL, DAEMON, DEAF, MARK, PATIENT, alive, all_gone, app, new_mark, within

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no signals on Windows")

TWENTY = [ALL[number % len(ALL)] for number in range(20)]
ENVIRON = {"PATH": os.environ["PATH"]}


# the program's end


async def test_killing_the_program_leaves_none_of_twenty_trees_after_three_seconds() -> None:
    async with app(TWENTY) as program:
        assert len([*alive(program.mark)]) >= 20
        os.kill(program.process.pid, signal.SIGKILL)
        assert await all_gone(program.mark, 3)


@pytest.mark.parametrize("end", ["quit", "crash"])
async def test_leaving_the_program_leaves_none(end: str) -> None:
    async with app(TWENTY, end) as program:
        program.go_on()
        await program.process.wait()
        assert await all_gone(program.mark, 3)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGSEGV])
async def test_a_signal_to_the_program_leaves_none(number: int) -> None:
    async with app([*ALL]) as program:
        os.kill(program.process.pid, number)
        assert await all_gone(program.mark, 3)


async def test_the_supervisor_ends_when_the_program_is_killed() -> None:
    async with app([DEAF]) as program:
        os.kill(program.process.pid, signal.SIGKILL)
        assert await within(3, lambda: _ended(program.supervisor))


async def test_quitting_returns_when_nothing_is_left() -> None:
    processes, mark = SupervisedProcesses(), new_mark()
    for each in ALL:
        await processes.start(each, environ=ENVIRON | {MARK: mark}, folder="/")
    await processes.aclose()
    assert [*alive(mark)] == []


# those who watch are ended themselves


async def test_killing_the_supervisor_leaves_none() -> None:
    async with app(TWENTY) as program:
        os.kill(program.supervisor, signal.SIGKILL)
        assert await all_gone(program.mark, 3)


async def test_killing_the_supervisor_and_the_program_leaves_none() -> None:
    async with app(TWENTY) as program:
        os.kill(program.supervisor, signal.SIGKILL)
        os.kill(program.process.pid, signal.SIGKILL)
        assert await all_gone(program.mark, 3)


async def test_a_keeper_that_is_killed_leaves_none_of_its_tree() -> None:
    async with app([DAEMON, PATIENT]) as program:
        os.kill(_parent(program.children[0]), signal.SIGKILL)
        assert await within(3, lambda: [*alive(program.mark)] == [program.children[1]])


async def test_the_program_hears_that_tools_are_gone_when_the_supervisor_is_killed() -> None:
    async with app([PATIENT]) as program:
        program.go_on()
        os.kill(program.supervisor, signal.SIGKILL)
        assert program.process.stdout is not None
        assert await program.process.stdout.readline() == b"ended\n"


async def test_the_next_start_after_that_makes_a_new_supervisor(processes: SupervisedProcesses) -> None:
    first = await processes.start(PATIENT, environ=ENVIRON, folder="/")
    old = processes.pid
    assert old is not None
    os.kill(old, signal.SIGKILL)
    await first.wait()
    second = await processes.start(PATIENT, environ=ENVIRON, folder="/")
    assert processes.pid not in (None, old)
    await second.end(0)


async def test_closing_waits_for_a_supervisor_that_was_lost_a_moment_ago(processes: SupervisedProcesses) -> None:
    child = await processes.start(PATIENT, environ=ENVIRON, folder="/")
    lost = processes.pid
    assert lost is not None
    os.kill(lost, signal.SIGKILL)
    await child.end(0)
    await processes.aclose()
    assert _ended(lost)


async def test_when_all_who_watch_are_killed_the_program_ends_what_is_left(processes: SupervisedProcesses) -> None:
    mark = new_mark()
    command = ["/bin/sh", "-c", "trap '' TERM; sleep 600 & sleep 600 & echo on; wait"]
    child = await processes.start(command, environ=ENVIRON | {MARK: mark}, folder="/")
    assert await child.read() == b"on\n"
    assert processes.pid is not None
    for each in (processes.pid, _parent(child.pid)):
        os.kill(each, signal.SIGSTOP)  # neither shall be quick enough to do its work
    for each in (processes.pid, _parent(child.pid)):
        os.kill(each, signal.SIGKILL)
    assert await child.wait() == -9
    assert await all_gone(mark, 3)


async def test_a_supervisor_that_is_asked_to_end_ends_all() -> None:
    async with app([*ALL]) as program:
        os.kill(program.supervisor, signal.SIGTERM)
        assert await all_gone(program.mark, 3)
        assert await within(3, lambda: _ended(program.supervisor))


# the end of one


@pytest.mark.parametrize("command", ALL, ids=["patient", "deaf", "forking", "session", "daemon", "hopping"])
async def test_ending_one_ends_its_whole_tree_and_no_other(processes: SupervisedProcesses, command: list[str]) -> None:
    mark, others = new_mark(), new_mark()
    child = await processes.start(command, environ=ENVIRON | {MARK: mark}, folder="/")
    other = await processes.start(DAEMON, environ=ENVIRON | {MARK: others}, folder="/")
    assert await other.read() == b"on"
    before = {*alive(others)}
    await child.end(0)
    assert [*alive(mark)] == []
    assert {*alive(others)} == before
    await other.end(0)


async def test_what_a_program_leaves_behind_ends_with_it(processes: SupervisedProcesses) -> None:
    mark = new_mark()
    command = ["/bin/sh", "-c", "setsid sleep 600 & exit 7"]
    child = await processes.start(command, environ=ENVIRON | {MARK: mark}, folder="/")
    assert await child.wait() == 7
    await child.end()
    assert [*alive(mark)] == []


async def test_a_program_that_ends_when_its_input_does_is_not_killed(processes: SupervisedProcesses) -> None:
    child = await processes.start(["/bin/sh", "-c", "read x; exit 5"], environ=ENVIRON, folder="/")
    await child.end(30)
    assert child.returncode == 5


async def test_a_program_that_does_not_is_asked_first(processes: SupervisedProcesses) -> None:
    command = ["/bin/sh", "-c", "trap 'exit 4' TERM; echo on; while :; do sleep 0.01; done"]
    child = await processes.start(command, environ=ENVIRON, folder="/")
    assert await child.read() == b"on\n"
    await child.end(0)
    assert child.returncode == 4


async def test_a_program_that_was_stopped_is_ended_too(processes: SupervisedProcesses) -> None:
    child = await processes.start(PATIENT, environ=ENVIRON, folder="/")
    os.kill(child.pid, signal.SIGSTOP)
    await child.end(0)
    assert child.returncode is not None


# nothing piles up


async def test_a_thousand_starts_leave_no_process_no_descriptor_and_no_zombie(processes: SupervisedProcesses) -> None:
    async def once() -> None:
        child = await processes.start(["/bin/true"], environ=ENVIRON, folder="/")
        await child.wait()
        await child.end()

    await once()
    supervisor = processes.pid
    assert supervisor is not None
    assert await within(3, lambda: not _children(supervisor))
    before = [_descriptors(os.getpid()), _descriptors(supervisor)]
    for _ in range(250):
        await asyncio.gather(*(once() for _ in range(4)))
    assert await within(3, lambda: not _children(supervisor))
    assert [_descriptors(os.getpid()), _descriptors(supervisor)] == before


async def test_starts_that_fail_leave_nothing_either(processes: SupervisedProcesses) -> None:
    await (await processes.start(["/bin/true"], environ=ENVIRON, folder="/")).end()
    supervisor = processes.pid
    assert supervisor is not None
    assert await within(3, lambda: not _children(supervisor))
    before = [_descriptors(os.getpid()), _descriptors(supervisor)]
    for _ in range(20):
        with pytest.raises(ToolSourceError):
            await processes.start(["/nowhere"], environ=ENVIRON, folder="/")
    assert await within(3, lambda: not _children(supervisor))
    assert [_descriptors(os.getpid()), _descriptors(supervisor)] == before


async def test_a_start_that_was_cancelled_leaves_nothing(processes: SupervisedProcesses) -> None:
    mark = new_mark()
    for turns in range(30):
        start = asyncio.ensure_future(  # noqa: TID251
            processes.start(PATIENT, environ=ENVIRON | {MARK: mark}, folder="/")
        )
        for _ in range(turns % 6):
            await asyncio.sleep(0.001 * turns)
        if start.done():
            await start.result().end(0)
        start.cancel()
        await asyncio.gather(start, return_exceptions=True)
    assert await all_gone(mark, 5)


# what a program gets


async def test_there_is_no_supervisor_before_the_first_program() -> None:
    assert SupervisedProcesses().pid is None


async def test_the_supervisor_ends_when_nothing_has_run_for_a_while() -> None:
    processes = SupervisedProcesses(idle_seconds=0)
    await (await processes.start(["/bin/true"], environ=ENVIRON, folder="/")).end()
    assert await within(3, lambda: processes.pid is None)
    child = await processes.start(["/bin/true"], environ=ENVIRON, folder="/")
    assert await child.wait() == 0
    await child.end()
    await processes.aclose()


async def test_it_stays_while_something_runs() -> None:
    processes = SupervisedProcesses(idle_seconds=0)
    child = await processes.start(PATIENT, environ=ENVIRON, folder="/")
    first = processes.pid
    await (await processes.start(["/bin/true"], environ=ENVIRON, folder="/")).end()
    await asyncio.sleep(0)
    assert processes.pid == first
    assert child.returncode is None
    await processes.aclose()


def test_the_supervisor_loads_nothing_but_the_standard_library() -> None:
    code = (
        "import sys; sys.path.append(sys.argv[1]); import kireji.tools.supervisor.process\n"
        "print(*(name for name in sys.modules if name.startswith('kireji') or name in ('typing', 'asyncio')))"
    )
    found = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, str(Path(__file__).parents[3] / "app")], capture_output=True, text=True
    ).stdout.split()
    assert {name for name in found if not name.startswith("kireji.tools.supervisor")} == {"kireji", "kireji.tools"}


async def test_a_program_has_a_session_of_its_own(processes: SupervisedProcesses) -> None:
    child = await processes.start(PATIENT, environ=ENVIRON, folder="/")
    assert os.getsid(child.pid) == os.getpgid(child.pid) == child.pid
    await child.end(0)


async def test_a_program_inherits_no_descriptors(processes: SupervisedProcesses) -> None:
    other = await processes.start(PATIENT, environ=ENVIRON, folder="/")
    child = await processes.start(["/bin/sh", "-c", "ls /proc/$$/fd"], environ=ENVIRON, folder="/", log="/dev/null")
    assert (await _all(child)).split() == [b"0", b"1", b"2"]
    await child.end()
    await other.end(0)


async def test_a_program_has_default_signals_and_none_is_held_back(processes: SupervisedProcesses) -> None:
    command = ["/bin/sh", "-c", "exec cat /proc/self/status"]
    child = await processes.start(command, environ=ENVIRON, folder="/")
    said = dict(line.split(b":\t", 1) for line in (await _all(child)).splitlines())
    assert {said[name] for name in (b"SigBlk", b"SigIgn", b"SigCgt")} == {b"0" * 16}
    await child.end()


async def test_while_a_program_is_idle_so_are_those_who_keep_it(processes: SupervisedProcesses, tmp_path: Path) -> None:
    child = await processes.start(PATIENT, environ=ENVIRON, folder="/", log=str(tmp_path / "log"))
    assert processes.pid is not None
    keepers = [processes.pid, _parent(child.pid)]
    assert await within(3, lambda: all(_state(each) == "S" for each in keepers))
    before = [_switches(each) for each in keepers]
    await asyncio.sleep(0.5)
    assert [_switches(each) for each in keepers] == before
    await child.end(0)


async def test_when_there_is_no_room_for_another_program_that_is_told(processes: SupervisedProcesses) -> None:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    await (await processes.start(["/bin/true"], environ=ENVIRON, folder="/")).end()
    before = _descriptors(os.getpid())
    used = {*map(int, os.listdir("/proc/self/fd"))}
    free = (number for number in range(limits[0]) if number not in used)
    resource.setrlimit(resource.RLIMIT_NOFILE, ([next(free) for _ in range(4)][-1], limits[1]))
    try:
        with pytest.raises(ToolSourceError, match="this computer has no room for another program"):
            await processes.start(["/bin/true"], environ=ENVIRON, folder="/")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert _descriptors(os.getpid()) == before


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def _switches(pid: int) -> list[str]:
    """How often a process has waited and was made to wait."""
    return [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if "ctxt_switches" in line]


def _descriptors(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def _children(pid: int) -> list[str]:
    """Children of a process, dead ones that it has not collected included."""
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def _ended(pid: int) -> bool:
    try:
        return b"Z" in Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2]
    except FileNotFoundError:
        return True


async def _all(child: ChildProcess) -> bytes:
    found = b""
    while data := await child.read():
        found += data
    return found
