"""When the worker is there, and when it is not."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from kireji.core.errors import ReaderError
from kireji.reader.client import ReaderProcess
from tests.integration.reader.children import ECHO, ended, worker


async def test_there_is_no_worker_before_the_first_need(tmp_path: Path) -> None:
    reader = ReaderProcess(worker(tmp_path, ECHO))
    await reader.availability()
    assert reader.pid is None
    await reader.aclose()


async def test_the_worker_that_was_warmed_reads_the_picture(tmp_path: Path) -> None:
    reader = ReaderProcess(worker(tmp_path, ECHO))
    await reader.warm()
    warmed = reader.pid
    assert (await reader.read_all(b"a b")).text == "a\nb"
    assert reader.pid == warmed
    await reader.aclose()


async def test_one_worker_reads_picture_after_picture(tmp_path: Path) -> None:
    reader = ReaderProcess(
        worker(tmp_path, "say(kind='ready')\nwhile True: picture(); line(str(os.getpid())); say(kind='done')")
    )
    assert await reader.read_all(b"one") == await reader.read_all(b"two")
    await reader.aclose()


async def test_the_worker_ends_when_it_was_idle(tmp_path: Path) -> None:
    reader = ReaderProcess(worker(tmp_path, ECHO), idle_seconds=0.05)
    await reader.read_all(b"a")
    assert reader.pid is not None
    await ended(reader.pid)
    await reader.aclose()


async def test_a_warmed_worker_that_is_not_needed_ends_too(tmp_path: Path) -> None:
    reader = ReaderProcess(worker(tmp_path, ECHO), idle_seconds=0.05)
    await reader.warm()
    assert reader.pid is not None
    await ended(reader.pid)
    await reader.aclose()


async def test_an_idle_end_does_not_touch_a_picture_that_is_being_read(tmp_path: Path) -> None:
    reader = ReaderProcess(worker(tmp_path, ECHO), idle_seconds=0)
    await reader.warm()
    assert (await reader.read_all(b"a b c")).text == "a\nb\nc"
    await reader.aclose()


async def test_after_an_idle_end_the_next_read_starts_a_new_worker(tmp_path: Path) -> None:
    reader = ReaderProcess(worker(tmp_path, ECHO), idle_seconds=0.05)
    await reader.read_all(b"a")
    assert reader.pid is not None
    await ended(reader.pid)
    assert (await reader.read_all(b"b")).text == "b"
    await reader.aclose()


@pytest.mark.qt
async def test_it_works_on_the_loop_of_the_windows(tmp_path: Path) -> None:
    reader = ReaderProcess(worker(tmp_path, ECHO))
    first, second = await asyncio.gather(reader.read_all(b"a b"), reader.read_all(b"c"))
    assert (first.text, second.text) == ("a\nb", "c")
    await reader.aclose()


_PARENT = """
import asyncio
from kireji.core.errors import ReaderError
from kireji.reader.client import ReaderProcess
async def main():
    reader = ReaderProcess()
    await reader.warm()
    print(reader.pid, flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""


async def test_the_real_worker_ends_when_the_program_is_killed() -> None:
    parent = await asyncio.create_subprocess_exec(sys.executable, "-P", "-c", _PARENT, stdout=asyncio.subprocess.PIPE)
    assert parent.stdout is not None
    child = int(await parent.stdout.readline())
    os.kill(parent.pid, signal.SIGKILL)
    await parent.communicate()
    await ended(child)


async def test_the_same_picture_is_read_once_until_the_reader_rests(tmp_path: Path) -> None:
    reader = ReaderProcess(worker(tmp_path, ECHO), idle_seconds=0.2)
    first = await reader.read_all(b"a b")
    assert await reader.read_all(b"a b") is first
    assert reader.pid is not None
    await ended(reader.pid)
    assert await reader.read_all(b"a b") is not first
    await reader.aclose()


async def test_a_closed_reader_gives_nothing_that_it_knows(tmp_path: Path) -> None:
    reader = ReaderProcess(worker(tmp_path, ECHO))
    await reader.read_all(b"a b")
    await reader.aclose()
    with pytest.raises(ReaderError):
        await reader.read_all(b"a b")
