"""What everything that starts programs promises."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kireji.core.errors import ToolSourceError
from kireji.core.tool_ports import ChildProcess, ChildProcesses
from kireji.tools.children import SupervisedProcesses
from kireji.tools.children_win32 import JobProcesses
from tests.fakes.jobs import FakeJobs

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="these are programs of POSIX")

ENVIRON = {"PATH": "/usr/bin:/bin"}


def _make(kind: str) -> ChildProcesses:
    if kind == "jobs":
        jobs = FakeJobs()
        return JobProcesses(jobs.libraries, jobs.spawn)
    return SupervisedProcesses()


@pytest.fixture(params=["supervised", pytest.param("supervised, on Qt's loop", marks=pytest.mark.qt), "jobs"])
async def children(request: pytest.FixtureRequest) -> AsyncIterator[ChildProcesses]:
    children = _make(request.param)
    yield children
    await children.aclose()


async def shell(children: ChildProcesses, line: str, log: str = "") -> ChildProcess:
    return await children.start(["/bin/sh", "-c", line], environ=ENVIRON, folder="/", log=log)


async def all_of(child: ChildProcess) -> bytes:
    said = b""
    while data := await child.read():
        said += data
    return said


# what a program gets


async def test_a_program_gets_its_arguments_and_its_folder(children: ChildProcesses, tmp_path: Path) -> None:
    command = ["/bin/sh", "-c", 'pwd; echo "$0|$1"', "a b", "$c"]
    child = await children.start(command, environ=ENVIRON, folder=str(tmp_path))
    assert await all_of(child) == f"{tmp_path}\na b|$c\n".encode()
    await child.end()


async def test_a_program_gets_this_environment_and_no_other(children: ChildProcesses) -> None:
    child = await children.start(["/usr/bin/env"], environ={"A": "1", "B": "zwei ü"}, folder="/")
    assert (await all_of(child)).decode().split("\n") == ["A=1", "B=zwei ü", ""]
    await child.end()


async def test_names_that_are_no_text_arrive_as_they_are(children: ChildProcesses) -> None:
    name = os.fsdecode(b"\xff\n")
    child = await children.start(["/bin/sh", "-c", 'printf %s "$1$X"', "", name], environ={"X": name}, folder="/")
    assert await all_of(child) == b"\xff\n\xff\n"
    await child.end()


async def test_an_environment_of_any_size_arrives(children: ChildProcesses) -> None:
    environ = {f"V{number}": "x" * 100_000 for number in range(10)}
    child = await children.start(["/usr/bin/env"], environ=environ, folder="/")
    assert len(await all_of(child)) > 1_000_000
    await child.end()


# its streams


async def test_what_is_written_arrives_and_what_it_writes_is_read(children: ChildProcesses) -> None:
    child = await shell(children, "read line; echo got $line")
    await child.write(b"words\n")
    assert await all_of(child) == b"got words\n"
    await child.end()


async def test_ten_megabytes_go_through_in_order(children: ChildProcesses) -> None:
    data = b"".join(b"%07d\n" % number for number in range(1_250_000))
    child = await shell(children, "exec cat")

    async def send() -> None:
        await child.write(data)
        child.close_stdin()

    async with asyncio.TaskGroup() as group:
        group.create_task(send())
        got = group.create_task(all_of(child))
    assert got.result() == data
    await child.end()


async def test_two_who_write_at_once_do_not_mix(children: ChildProcesses) -> None:
    child = await shell(children, "exec cat")
    one, two = b"1" * 300_000, b"2" * 300_000
    async with asyncio.TaskGroup() as group:
        group.create_task(child.write(one))
        group.create_task(child.write(two))
        got = b""
        while len(got) < 600_000:
            got += await child.read()
    assert got in (one + two, two + one)
    await child.end(0)


async def test_reading_gives_no_more_than_was_asked_for(children: ChildProcesses) -> None:
    child = await shell(children, "echo 123456")
    assert await child.read(3) == b"123"
    assert await all_of(child) == b"456\n"
    await child.end()


async def test_the_end_stays_the_end(children: ChildProcesses) -> None:
    child = await shell(children, "true")
    assert [await child.read(), await child.read()] == [b"", b""]
    await child.end()


async def test_its_input_can_be_ended(children: ChildProcesses) -> None:
    child = await shell(children, "cat; echo over")
    child.close_stdin()
    child.close_stdin()
    assert await all_of(child) == b"over\n"
    await child.end()


async def test_writing_to_one_that_does_not_read_any_more_fails(children: ChildProcesses) -> None:
    child = await shell(children, "exec <&-; echo closed; sleep 600")
    assert await child.read() == b"closed\n"
    with pytest.raises((BrokenPipeError, ConnectionResetError)):
        await child.write(b"x" * 10_000_000)
    await child.end(0)


async def test_writing_that_waits_fails_when_the_program_ends(children: ChildProcesses) -> None:
    child = await shell(children, "sleep 0.1")
    with pytest.raises((BrokenPipeError, ConnectionResetError)):
        await child.write(b"x" * 10_000_000)
    await child.end()


async def test_reading_that_was_cancelled_loses_nothing(children: ChildProcesses) -> None:
    child = await shell(children, "read line; echo $line")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await child.read()
    await child.write(b"words\n")
    assert await all_of(child) == b"words\n"
    await child.end()


async def test_errors_go_into_the_log(children: ChildProcesses, tmp_path: Path) -> None:
    log = tmp_path / "log"
    child = await shell(children, "echo said; echo trouble >&2", str(log))
    assert await all_of(child) == b"said\n"
    await child.wait()
    assert log.read_bytes() == b"trouble\n"
    await child.end()


async def test_without_a_log_errors_go_into_the_output(children: ChildProcesses) -> None:
    child = await shell(children, "echo said; echo trouble >&2")
    assert await all_of(child) == b"said\ntrouble\n"
    await child.end()


# its end


async def test_its_return_code_is_told(children: ChildProcesses) -> None:
    child = await shell(children, "read line; exit 7")
    assert child.returncode is None
    child.close_stdin()
    assert [await child.wait(), await child.wait(), child.returncode] == [7, 7, 7]
    await child.end()


async def test_a_signal_is_told_as_a_negative_code(children: ChildProcesses) -> None:
    child = await shell(children, "kill -9 $$")
    assert await child.wait() == -9
    await child.end()


async def test_its_number_is_the_systems(children: ChildProcesses) -> None:
    child = await shell(children, "echo $$")
    assert int(await all_of(child)) == child.pid
    await child.end()


async def test_ending_one_that_does_not_listen_ends_it(children: ChildProcesses) -> None:
    child = await shell(children, "trap '' TERM; echo on; while :; do sleep 600; done")
    assert await child.read() == b"on\n"
    await child.end(0)
    assert child.returncode == -9


async def test_ending_twice_is_harmless(children: ChildProcesses) -> None:
    child = await shell(children, "sleep 600")
    await asyncio.gather(child.end(0), child.end(0))
    await child.end(0)


async def test_who_reads_or_waits_learns_of_the_end(children: ChildProcesses) -> None:
    child = await shell(children, "sleep 600")
    async with asyncio.TaskGroup() as group:
        read, waited = group.create_task(child.read()), group.create_task(child.wait())
        await asyncio.sleep(0)
        await child.end(0)
    assert read.result() == b""
    assert waited.result() < 0


async def test_closing_ends_all(children: ChildProcesses) -> None:
    started = [await shell(children, "sleep 600") for _ in range(3)]
    await children.aclose()
    assert all(child.returncode is not None for child in started)


async def test_closing_is_harmless_without_programs_and_twice(children: ChildProcesses) -> None:
    await children.aclose()
    await (await shell(children, "true")).end()
    await children.aclose()
    await children.aclose()


async def test_programs_can_be_started_after_closing(children: ChildProcesses) -> None:
    await (await shell(children, "true")).end()
    await children.aclose()
    child = await shell(children, "echo again")
    assert await all_of(child) == b"again\n"
    await child.end()


# what cannot be started


@pytest.mark.parametrize("name", ["nothing", "text", "folder", "script"])
async def test_what_is_no_program_is_told_with_its_path(children: ChildProcesses, tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "text").write_text("words")
    (tmp_path / "script").write_text("#!/nowhere/python\n")
    (tmp_path / "script").chmod(0o755)
    with pytest.raises(ToolSourceError) as caught:
        await children.start([str(tmp_path / name)], environ=ENVIRON, folder="/")
    assert str(tmp_path / name) in caught.value.message
    assert caught.value.message.endswith(".")


async def test_a_folder_that_is_not_there_is_told(children: ChildProcesses) -> None:
    with pytest.raises(ToolSourceError, match=r"/bin/sh.*/nowhere"):
        await children.start(["/bin/sh"], environ=ENVIRON, folder="/nowhere")
