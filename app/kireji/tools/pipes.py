"""Pipes that are read and written on the running loop, plain asyncio's or Qt's, and only when somebody wants to.

Nothing is read ahead: a child that writes more than is taken waits, and takes no memory of this process.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable


class _Pipe:
    """One end of a pipe.

    Args:
        descriptor: Closed by `close`.
    """

    def __init__(self, descriptor: int) -> None:
        os.set_blocking(descriptor, False)
        self._descriptor = descriptor
        self._turn = asyncio.Lock()
        self._waiting: asyncio.Future[None] | None = None
        self._stop_watching: Callable[[], object] | None = None

    async def _ready(self, add: Callable[..., object], remove: Callable[[int], object]) -> None:
        """Wait until the loop says that something can be done, or until it was closed here."""
        descriptor = self._descriptor
        waiting = self._waiting = asyncio.get_running_loop().create_future()
        self._stop_watching = lambda: remove(descriptor)
        add(descriptor, self._wake)
        try:
            await waiting
        finally:
            self._unwatch()

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def _unwatch(self) -> None:
        """Before the descriptor is closed: its number may be another file's right afterwards."""
        stop, self._stop_watching = self._stop_watching, None
        if stop is not None:
            stop()

    def close(self) -> None:
        """Close this end; who waits goes on. Harmless a second time."""
        self._unwatch()
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor != -1:
            os.close(descriptor)
        self._wake()


class PipeReader(_Pipe):
    """The end that is read."""

    async def read(self, limit: int) -> bytes:
        """What comes next, at most `limit` bytes; empty at the end, and when it was closed here."""
        async with self._turn:
            while self._descriptor != -1:
                try:
                    data = os.read(self._descriptor, limit)
                except BlockingIOError:
                    loop = asyncio.get_running_loop()
                    await self._ready(loop.add_reader, loop.remove_reader)
                    continue
                if not data:
                    self.close()
                return data
            return b""


class PipeWriter(_Pipe):
    """The end that is written."""

    async def write(self, data: bytes) -> None:
        """Write all of it; waits while the other end does not read. What others write meanwhile comes afterwards.

        Raises:
            BrokenPipeError: It was closed, here or there.
        """
        async with self._turn:
            rest = memoryview(data)
            while rest:
                if self._descriptor == -1:
                    raise BrokenPipeError
                try:
                    rest = rest[os.write(self._descriptor, rest) :]
                except BlockingIOError:
                    loop = asyncio.get_running_loop()
                    await self._ready(loop.add_writer, loop.remove_writer)
