"""Small workers that misbehave in one way each, and how to see that a process has ended."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from kireji.reader.client import ReaderProcess

_PRELUDE = """
import json, os, struct, subprocess, sys, threading
def say(**reply):
    data = json.dumps(reply).encode()
    sys.stdout.buffer.write(struct.pack(">I", len(data)) + data)
    sys.stdout.buffer.flush()
def line(text):
    say(kind="line", line={"text": text, "score": 1.0, "box": [0, 0, 1, 1]})
def picture():
    head = sys.stdin.buffer.read(4)
    if not head:
        sys.exit()
    return sys.stdin.buffer.read(struct.unpack(">I", head)[0])
def hang():
    threading.Event().wait()
def first_time():
    try:
        os.close(os.open(__file__ + ".started", os.O_CREAT | os.O_EXCL))
        return True
    except FileExistsError:
        return False
"""

ECHO = """
say(kind="ready")
while True:
    for word in picture().decode().split():
        line(word)
    say(kind="done")
"""


def worker(folder: Path, body: str) -> list[str]:
    """Command line of a worker that does `body`."""
    script = folder / "worker.py"
    script.write_text(_PRELUDE + body)
    return [sys.executable, "-I", str(script)]


async def ended(pid: int) -> None:
    """Return when the process has ended."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    loop = asyncio.get_running_loop()
    loop.add_reader(handle, lambda: over.done() or over.set_result(None))
    try:
        await over
    finally:
        loop.remove_reader(handle)
        os.close(handle)


async def noticed(reader: ReaderProcess) -> None:
    """Return when the reader knows that its worker has ended."""
    while reader.pid is not None:  # noqa: ASYNC110 - nothing tells; each turn lets the loop see its pipes
        await asyncio.sleep(0)
