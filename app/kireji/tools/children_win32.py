"""Starts the programs of tools on Windows, each in a job of its own; there is no supervisor. Untried on Windows."""

from __future__ import annotations

import asyncio
import errno
import os
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from kireji.tools.batch_files import batch_line, is_batch_file
from kireji.tools.jobs_win32 import (
    CREATE_NEW_PROCESS_GROUP,
    CREATE_NO_WINDOW,
    CREATE_SUSPENDED,
    Job,
    Libraries,
    load,
)
from kireji.tools.start_failures import StartRefused, not_started
from kireji.tools.supervisor import wire
from kireji.tools.supervisor.log import BoundedLog

_PIECE = 65536
_LAST_WORDS_SECONDS = 0.5


class _LogPipe:
    """A pipe that a thread reads into a log, until all who write to it are gone.

    Args:
        path: The log.

    Attributes:
        writing: The end for those who write; closed by the caller once they have it.
        over: Set at the end.
    """

    def __init__(self, path: str) -> None:
        self.over = threading.Event()
        reading, self.writing = os.pipe()
        threading.Thread(target=self._drain, args=(reading, path), name="tool log", daemon=True).start()

    def _drain(self, reading: int, path: str) -> None:
        log = BoundedLog(path)
        with suppress(OSError):
            while data := os.read(reading, _PIECE):
                log.write(data)
        os.close(reading)
        log.close()
        self.over.set()


class JobProcess:
    """A program in a job; satisfies `core.tool_ports.ChildProcess`.

    Args:
        process: The program.
        job: Holds it and all that it starts.
        errors: Takes its standard error into a log, if that is wanted.
        on_gone: Called when it was ended.
    """

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        job: Job,
        errors: _LogPipe | None,
        on_gone: Callable[[JobProcess], object],
    ) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process, self._job, self._errors, self._on_gone = process, job, errors, on_gone
        self._stdin, self._stdout = process.stdin, process.stdout
        self._reading, self._writing = asyncio.Lock(), asyncio.Lock()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.returncode

    async def read(self, limit: int = _PIECE) -> bytes:
        async with self._reading:
            return await self._stdout.read(limit)

    async def write(self, data: bytes) -> None:
        async with self._writing:
            if self._stdin.is_closing():
                raise BrokenPipeError
            self._stdin.write(data)
            await self._stdin.drain()

    def close_stdin(self) -> None:
        self._stdin.close()

    async def wait(self) -> int:
        code = await self._process.wait()
        if self._errors is not None:  # its last words are in the log when its end is known
            await asyncio.to_thread(self._errors.over.wait, _LAST_WORDS_SECONDS)
        return code

    async def end(self, grace: float = 2.0) -> None:
        self._stdin.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(grace):
                await self._process.wait()
        self._job.end()  # nothing on Windows asks a program without a window to end
        await self.wait()
        self._job.close()
        self._on_gone(self)


class JobProcesses:
    """Programs in jobs; satisfies `core.tool_ports.ChildProcesses`.

    Args:
        libraries: Gives the calls.
        spawn: Makes a process, as `asyncio.create_subprocess_exec` and its sibling for a line do; for tests.
    """

    def __init__(self, libraries: Callable[[], Libraries] = load, spawn: Callable[..., Any] | None = None) -> None:
        self._libraries, self._spawn = libraries, spawn or _spawn
        self._children: set[JobProcess] = set()

    async def start(
        self, command: Sequence[str], *, environ: Mapping[str, str], folder: str, log: str = ""
    ) -> JobProcess:
        job: Job | None = None
        process: asyncio.subprocess.Process | None = None
        errors: _LogPipe | None = None
        try:
            job = Job(self._libraries())
            if log:
                errors = _LogPipe(log)
            process = await self._spawn(
                command,
                env=dict(environ),
                cwd=folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT if errors is None else errors.writing,
                creationflags=CREATE_SUSPENDED | CREATE_NO_WINDOW | CREATE_NEW_PROCESS_GROUP,
            )
            job.take(process.pid)
        except (OSError, ValueError) as problem:
            if process is not None:
                process.kill()
                await process.wait()
            if job is not None:
                job.close()
            stage = wire.PROGRAM if await asyncio.to_thread(os.path.isdir, folder) else wire.FOLDER
            number = problem.errno or errno.ENOENT if isinstance(problem, OSError) else errno.EINVAL
            raise not_started(command[0], folder, StartRefused(stage, number)) from problem
        finally:
            if errors is not None:
                os.close(errors.writing)
        child = JobProcess(process, job, errors, self._children.discard)
        self._children.add(child)
        return child

    async def aclose(self) -> None:
        """End all of them; harmless without any."""
        await asyncio.gather(*(child.end(0) for child in tuple(self._children)))


async def _spawn(command: Sequence[str], **options: Any) -> asyncio.subprocess.Process:
    if is_batch_file(command[0]):
        return await asyncio.create_subprocess_shell(batch_line(command), **options)
    return await asyncio.create_subprocess_exec(*command, **options)
