"""One running worker: its pipes, its group, its last words."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import IO, Any

from kireji.core.frames import FrameDecoder, frame
from kireji.reader.protocol import REPLY_LIMIT, Reply, decode

_WORDS_KEPT = 2000


class WorkerProcess:
    """A worker and the conversation with it. Made by `start`.

    Attributes:
        ready: Whether it has said that its engine is loaded.
    """

    def __init__(self, process: asyncio.subprocess.Process, log: IO[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process, self._log = process, log
        self._stdin, self._stdout = process.stdin, process.stdout
        self._decoder = FrameDecoder(REPLY_LIMIT)
        self._payloads: deque[bytes] = deque()
        self.ready = False

    @classmethod
    async def start(cls, command: Sequence[str], environment: Mapping[str, str]) -> WorkerProcess:
        """Start the worker in a process group of its own, with these variables and no others.

        Raises:
            OSError: There is no such program, or no process may be started.
        """
        # Standard error goes to a file: a pipe would have to be emptied even while nobody reads a picture.
        log = tempfile.TemporaryFile()  # noqa: SIM115 - closed by kill()
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                env=dict(environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                **_own_group(),
            )
        except BaseException:
            log.close()
            raise
        return cls(process, log)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        """False once it was killed or has closed its end, even before the system has reported its exit."""
        return self._process.returncode is None and not self._stdout.at_eof() and not self._log.closed

    async def send(self, picture: bytes) -> None:
        """Raises ConnectionError when the worker is gone."""
        self._stdin.write(frame(picture))
        await self._stdin.drain()

    async def receive(self) -> Reply:
        """The next reply.

        Raises:
            EOFError: The worker ended.
            FrameError: What it said is no reply.
        """
        while not self._payloads:
            data = await self._stdout.read(REPLY_LIMIT)
            if not data:
                raise EOFError
            self._payloads.extend(self._decoder.feed(data))
        return decode(self._payloads.popleft())

    def last_words(self) -> str:
        """The end of what the worker wrote to standard error."""
        if self._log.closed:
            return ""
        size = self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, size - _WORDS_KEPT))
        return self._log.read().decode(errors="replace").strip()

    def kill(self) -> None:
        """End the worker and all it started, now; harmless a second time."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                if sys.platform == "win32":
                    self._process.kill()
                else:
                    os.killpg(self._process.pid, signal.SIGKILL)
        self._stdin.close()
        self._log.close()

    async def gone(self) -> None:
        """Wait until a killed worker has left and its pipes are closed."""
        await self._process.communicate()
        with suppress(ConnectionError):
            await self._stdin.wait_closed()


def _own_group() -> dict[str, Any]:
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
        return {"creationflags": flags | subprocess.BELOW_NORMAL_PRIORITY_CLASS}
    return {"start_new_session": True}
