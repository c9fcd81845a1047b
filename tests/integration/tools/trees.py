"""Programs that are hard to end, and how to see that nothing is left of them."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

MARK = "KIREJI_TEST_TREE"
"""Variable by which all processes of one test are found, however they are related."""

PATIENT = ["/bin/sh", "-c", "exec sleep 600"]
DEAF = ["/bin/sh", "-c", "trap '' TERM INT HUP; while :; do sleep 600; done"]
FORKING = ["/bin/sh", "-c", "trap '' TERM; while :; do sleep 600 & sleep 0.02; done"]
OTHER_SESSION = ["/bin/sh", "-c", "setsid sh -c 'trap \"\" TERM; sleep 600' & exec sleep 600"]
_DAEMON = """
import os, signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.write(1, b"on")
        signal.pause()
    os._exit(0)
os.wait()
signal.pause()
"""
DAEMON = [sys.executable, "-I", "-S", "-c", _DAEMON]
"""Leaves a process that has no parent, session or group in common with it."""
_HOPPING = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    while True:
        if os.fork():
            os._exit(0)
        os.setsid()
        time.sleep(0.001)
signal.pause()
"""
HOPPING = [sys.executable, "-I", "-S", "-c", _HOPPING]
"""Has a descendant that is another process every millisecond, in another session each time."""

ALL = (PATIENT, DEAF, FORKING, OTHER_SESSION, DAEMON, HOPPING)


def new_mark() -> str:
    return uuid.uuid4().hex


def alive(mark: str) -> Iterator[int]:
    """Processes that carry the mark and have not ended."""
    for name in os.listdir("/proc"):
        if name.isdigit():
            with suppress(OSError):
                process = Path("/proc", name)
                marked = f"{MARK}={mark}".encode() in (process / "environ").read_bytes().split(b"\0")
                if marked and (process / "stat").read_text().rpartition(")")[2].split()[0] not in "ZX":
                    yield int(name)


async def within(seconds: float, condition: Callable[[], bool]) -> bool:
    """Whether it becomes true within this time; nothing tells, so it is looked at again and again."""
    for _ in range(round(seconds / 0.02)):
        if condition():
            return True
        await asyncio.sleep(0.02)
    return condition()


async def all_gone(mark: str, seconds: float) -> bool:
    """Whether nothing with the mark is left within this time."""
    return await within(seconds, lambda: not [*alive(mark)])


_APP = """
import asyncio, json, os, signal, sys
from kireji.tools.children import SupervisedProcesses
async def main(commands, environ, end):
    processes = SupervisedProcesses()
    children = [await processes.start(each, environ=environ, folder="/") for each in commands]
    print(processes.pid, *(child.pid for child in children), flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    if end == "quit":
        await processes.aclose()
    elif end == "crash":
        os._exit(3)
    elif end == "wait":
        await asyncio.gather(*(child.wait() for child in children))
        print("ended", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
asyncio.run(main(*json.loads(sys.argv[1])))
"""


class App:
    """A program with tools.

    Args:
        process: It.
        mark: What its tools carry.
        supervisor: The supervisor's number.
        children: Numbers of the tools.
    """

    def __init__(self, process: asyncio.subprocess.Process, mark: str, supervisor: int, children: list[int]) -> None:
        self.process, self.mark, self.supervisor, self.children = process, mark, supervisor, children

    def go_on(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(b"\n")


@asynccontextmanager
async def app(commands: list[list[str]], end: str = "wait") -> AsyncIterator[App]:
    """A program that has started these, and does what `end` says when it is told to go on."""
    mark = new_mark()
    environ = {MARK: mark, "PATH": os.environ["PATH"]}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-c", _APP, json.dumps([commands, environ, end])),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        supervisor, *children = map(int, (await process.stdout.readline()).split())
        yield App(process, mark, supervisor, children)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.communicate()
        await all_gone(mark, 5)
        for each in alive(mark):
            with suppress(ProcessLookupError):
                os.kill(each, 9)
