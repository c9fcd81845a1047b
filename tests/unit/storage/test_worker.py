"""The thread that owns the database's connection."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import threading
from collections.abc import AsyncIterator

import pytest

from kireji.storage.worker import Worker


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    worker = Worker("test")
    yield worker
    worker.stop()


async def test_calls_run_in_order_on_one_thread_that_is_not_the_loops(worker: Worker) -> None:
    seen: list[int] = []

    def work(number: int) -> int:
        seen.append(number)
        return threading.get_ident()

    idents = await asyncio.gather(*(worker.run(lambda number=number: work(number)) for number in range(20)))
    assert seen == list(range(20))
    assert len(set(idents)) == 1
    assert idents[0] != threading.get_ident()


async def test_a_failure_reaches_whoever_awaits_and_the_thread_goes_on(worker: Worker) -> None:
    def work() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        await worker.run(work)
    assert await worker.run(lambda: 1) == 1


async def test_cancelling_the_await_does_not_stop_the_call(worker: Worker) -> None:
    started, release, finished = asyncio.Event(), threading.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def work() -> None:
        loop.call_soon_threadsafe(started.set)
        release.wait()
        finished.set()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(worker.run(work))
        await started.wait()
        task.cancel()
    assert task.cancelled()
    assert not finished.is_set()
    release.set()
    await worker.run(lambda: None)
    assert finished.is_set()


async def test_a_failure_nobody_waits_for_is_logged(worker: Worker, caplog: pytest.LogCaptureFixture) -> None:
    started, release = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def work() -> None:
        loop.call_soon_threadsafe(started.set)
        release.wait()
        raise OSError("gone wrong")

    async with asyncio.TaskGroup() as group:
        task = group.create_task(worker.run(work))
        await started.wait()
        task.cancel()
    release.set()
    with caplog.at_level(logging.WARNING):
        await worker.run(lambda: None)
    assert "gone wrong" in caplog.text


async def test_the_last_call_runs_after_all_others() -> None:
    worker, order, done = Worker("test"), list[str](), asyncio.Event()
    loop = asyncio.get_running_loop()

    def last() -> None:
        order.append("last")
        loop.call_soon_threadsafe(done.set)

    async with asyncio.TaskGroup() as group:
        group.create_task(worker.run(lambda: order.append("call")))
        await asyncio.sleep(0)
        worker.stop(last)
    await done.wait()
    assert order == ["call", "last"]


def test_a_call_that_never_ends_does_not_hold_up_the_programs_end() -> None:
    program = """
import asyncio, threading
from kireji.storage.worker import Worker

async def main():
    started = asyncio.Event()
    loop = asyncio.get_running_loop()
    def work():
        loop.call_soon_threadsafe(started.set)
        threading.Event().wait()
    task = asyncio.ensure_future(Worker("stuck").run(work))
    await started.wait()
    task.cancel()

asyncio.run(main())
print("left")
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=20, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, "left\n", "")


def test_importing_the_adapters_brings_in_neither_sqlite_nor_tomlkit() -> None:
    program = """
import sys
import kireji.storage.captures, kireji.storage.conversations, kireji.storage.ledger, kireji.storage.settings_file
print([name for name in ("sqlite3", "tomlkit", "tempfile", "shutil") if name in sys.modules])
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=20, check=True)
    assert result.stdout == "[]\n"
