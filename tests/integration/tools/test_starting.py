"""Why a program did not start, and how its errors are kept."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

from kireji.core.errors import ToolSourceError
from kireji.tools.children import SupervisedProcesses
from kireji.tools.supervisor.log import LIMIT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="these are programs of POSIX")


async def refusal(processes: SupervisedProcesses, command: list[str], folder: str = "/") -> ToolSourceError:
    with pytest.raises(ToolSourceError) as caught:
        await processes.start(command, environ={}, folder=folder)
    return caught.value


def program(folder: Path, content: bytes, mode: int = 0o755) -> list[str]:
    """The command line of a file."""
    path = folder / "program"
    path.write_bytes(content)
    path.chmod(mode)
    return [str(path)]


async def test_no_file(processes: SupervisedProcesses) -> None:
    error = await refusal(processes, ["/nowhere/server"])
    assert error.message == "“/nowhere/server” could not be started: there is no such file."
    assert error.hint == "Check the command and that the program is installed."


async def test_a_file_that_is_not_executable(processes: SupervisedProcesses, tmp_path: Path) -> None:
    error = await refusal(processes, program(tmp_path, b"#!/bin/sh\n", 0o644))
    assert "the file is not executable." in error.message


async def test_a_folder_instead_of_a_program(processes: SupervisedProcesses, tmp_path: Path) -> None:
    assert "that is a folder." in (await refusal(processes, [str(tmp_path)])).message


async def test_an_interpreter_that_is_not_there(processes: SupervisedProcesses, tmp_path: Path) -> None:
    error = await refusal(processes, program(tmp_path, b"#!/nowhere/node\n"))
    assert "the program named in its first line is not there." in error.message


async def test_bytes_that_are_no_program(processes: SupervisedProcesses, tmp_path: Path) -> None:
    error = await refusal(processes, program(tmp_path, b"\x7fELF for another computer"))
    assert "not a program that this computer can run." in error.message


async def test_arguments_that_are_too_long(processes: SupervisedProcesses) -> None:
    error = await refusal(processes, ["/bin/true", "x" * 10_000_000])
    assert "its arguments and variables are too long." in error.message


async def test_an_argument_that_cannot_be_passed(processes: SupervisedProcesses) -> None:
    assert "a character that cannot be passed." in (await refusal(processes, ["/bin/true", "a\0b"])).message


@pytest.mark.parametrize(
    ("folder", "reason"),
    [
        ("/nowhere", "its working folder /nowhere is not there."),
        ("/etc/passwd", "its working folder /etc/passwd is not a folder."),
    ],
)
async def test_a_wrong_folder(processes: SupervisedProcesses, folder: str, reason: str) -> None:
    error = await refusal(processes, ["/bin/true"], folder)
    assert error.message == f"“/bin/true” could not be started: {reason}"
    assert error.hint == "Make the folder, or name another one."


# errors


async def test_a_flood_of_errors_neither_blocks_nor_fills_the_disk(
    processes: SupervisedProcesses, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    flood = "head -c 100000000 /dev/zero | tr '\\0' x >&2; echo >&2; echo the last line >&2; echo done"
    child = await processes.start(
        ["/bin/sh", "-c", flood], environ={"PATH": os.environ["PATH"]}, folder="/", log=str(log)
    )
    assert await child.read() == b"done\n"
    await child.wait()
    size = log.stat().st_size
    assert 0 < size <= LIMIT
    assert log.read_bytes().endswith(b"x\nthe last line\n")
    await child.end()


async def test_an_endless_flood_is_ended_like_anything_else(processes: SupervisedProcesses, tmp_path: Path) -> None:
    command = ["/bin/sh", "-c", "trap '' TERM; echo on; exec yes >&2"]
    child = await processes.start(command, environ={"PATH": os.environ["PATH"]}, folder="/", log=str(tmp_path / "log"))
    assert await child.read() == b"on\n"
    await child.end(0)
    assert child.returncode == -9


async def test_the_log_goes_on_where_it_was(processes: SupervisedProcesses, tmp_path: Path) -> None:
    log = tmp_path / "log"
    for word in ("one", "two"):
        child = await processes.start(["/bin/sh", "-c", f"echo {word} >&2"], environ={}, folder="/", log=str(log))
        await child.end()
    assert log.read_text() == "one\ntwo\n"


async def test_the_log_is_for_the_person_alone(processes: SupervisedProcesses, tmp_path: Path) -> None:
    child = await processes.start(["/bin/true"], environ={}, folder="/", log=str(tmp_path / "log"))
    await child.end()
    assert (tmp_path / "log").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("log", ["/dev/null/log", "/dev/full", "/"])
async def test_a_log_that_cannot_be_written_stops_no_program(processes: SupervisedProcesses, log: str) -> None:
    command = ["/bin/sh", "-c", "head -c 1000000 /dev/zero >&2 && echo done"]
    child = await processes.start(command, environ={"PATH": os.environ["PATH"]}, folder="/", log=log)
    assert await child.read() == b"done\n"
    await child.end()


async def test_the_last_words_of_a_crash_are_in_the_log_when_it_is_known(
    processes: SupervisedProcesses, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    code = "import sys; sys.stderr.write('x' * 60000 + '\\n'); raise SystemError('the reason')"
    for _ in range(10):
        child = await processes.start([sys.executable, "-I", "-S", "-c", code], environ={}, folder="/", log=str(log))
        assert await child.wait() == 1
        assert re.search(r"SystemError: the reason\n\Z", log.read_text())
        log.unlink()
        await child.end()
