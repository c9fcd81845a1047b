"""The program's side of the reading process: starts it, asks it, ends it."""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import os
from collections.abc import AsyncGenerator, Awaitable, Mapping, Sequence
from contextlib import aclosing, suppress
from typing import TypeVar

from kireji.core.errors import ReaderError
from kireji.core.frames import FrameError
from kireji.core.ports import Availability
from kireji.core.reading import Reading, ReadLine
from kireji.core.words import say
from kireji.reader import launch
from kireji.reader.process import WorkerProcess
from kireji.reader.protocol import LINE_LIMIT, PICTURE_LIMIT, Done, Failed, Line, Ready

_T = TypeVar("_T")
_REAP_SECONDS = 3.0
_HASHED_IN_A_THREAD = 1024 * 1024
_REMEMBERED = 4
"""Readings."""


class ReaderProcess:
    """Reads text in pictures through a child process; satisfies `core.ports.Reader`.

    One picture is read at a time; others wait. Leaving a read early kills the worker, which stops the work and gives
    the memory back at once; the next read starts a new one.

    Args:
        command: The worker's command line; None takes the real one.
        environment: What the worker sees; None takes the allowed part of this process's environment.
        idle_seconds: After so long without a picture the worker is ended and its memory is free again.
        silence_seconds: A worker that says nothing for so long is ended.
    """

    def __init__(
        self,
        command: Sequence[str] | None = None,
        environment: Mapping[str, str] | None = None,
        *,
        idle_seconds: float = 60.0,
        silence_seconds: float = 60.0,
    ) -> None:
        self._command = list(command or launch.command())
        self._environment = dict(launch.environment(os.environ) if environment is None else environment)
        self._idle_seconds = idle_seconds
        self._silence_seconds = silence_seconds
        self._turn = asyncio.Lock()
        self._worker: WorkerProcess | None = None
        self._ended: list[WorkerProcess] = []
        self._idle: asyncio.TimerHandle | None = None
        self._alone = asyncio.Lock()
        self._known: dict[bytes, Reading] = {}
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The worker's process id, which is also its group's; None while there is none."""
        return self._worker.pid if self._worker and self._worker.running else None

    async def availability(self) -> Availability:
        """Whether the engine is installed; found out without loading it."""
        missing = [name for name in ("rapidocr", "onnxruntime") if importlib.util.find_spec(name) is None]
        if missing:
            return Availability(
                False,
                say("The text reader is not installed ({missing}).", missing=", ".join(missing)),
                say("Install Kireji again."),
            )
        return Availability(True, say("Text in pictures is read on this computer."))

    async def warm(self) -> None:
        """Start the worker and leave it loading; harmless when there is one.

        Raises:
            ReaderError: It could not be started.
        """
        if self._turn.locked():
            return
        async with self._turn:
            await self._running_worker()
            self._rest()

    async def read(self, picture: bytes) -> AsyncGenerator[ReadLine, None]:
        """Yield the lines of an encoded picture in reading order, as they are recognised.

        Args:
            picture: PNG, JPEG, WebP or GIF.

        Raises:
            ReaderError: The picture is none or too large, or the worker could not start, died or stays silent.
        """
        async with aclosing(self._found(picture)) as lines:
            async for line in lines:
                if line.text:
                    yield line

    async def _found(self, picture: bytes) -> AsyncGenerator[ReadLine, None]:
        """All lines; where nothing could be read, they have no text."""
        if len(picture) > PICTURE_LIMIT:
            raise ReaderError(say("The picture is too large for the text reader."), say("Cut out a smaller region."))
        async with self._turn:
            worker = await self._running_worker()
            answered = False
            try:
                await self._until_ready(worker)
                await self._guarded(worker, worker.send(picture))
                for _ in range(LINE_LIMIT):
                    match await self._guarded(worker, worker.receive()):
                        case Line(line):
                            yield line
                        case Done():
                            answered = True
                            return
                        case Failed(message, hint):
                            answered = True
                            raise ReaderError(say(message), hint and say(hint))
                        case Ready():
                            raise _nonsense()
                raise _nonsense()
            finally:
                if answered:
                    self._rest()
                else:
                    self._drop(worker)

    async def read_all(self, picture: bytes) -> Reading:
        """All lines at once.

        The same picture is often wanted again at once: to translate its words, and to hide what must not leave. What
        was read last is therefore known until the reader rests.

        Raises:
            ReaderError: As `read`.
        """
        name = await _named(picture)
        async with self._alone:
            if not self._closed and (known := self._known.get(name)) is not None:
                return known
            async with aclosing(self._found(picture)) as found:
                lines = [line async for line in found]
            unread = tuple(line.box for line in lines if not line.text)
            reading = Reading(tuple(line for line in lines if line.text), unread)
            self._known[name] = reading
            if len(self._known) > _REMEMBERED:
                del self._known[next(iter(self._known))]
        return reading

    async def aclose(self) -> None:
        """End the worker and everything it started; later calls of `read` are refused."""
        self._closed = True
        self._stay()
        if self._worker is not None:
            self._drop(self._worker)
        await self._reap()

    async def _running_worker(self) -> WorkerProcess:
        if self._closed:
            raise ReaderError(say("The text reader was closed."), say("Start Kireji again."))
        self._stay()
        if self._worker is not None and not self._worker.running:
            self._drop(self._worker)
        await self._reap()
        if self._worker is None:
            try:
                self._worker = await WorkerProcess.start(self._command, self._environment)
            except OSError as error:
                raise ReaderError(
                    say("The text reader could not be started."), say("Install Kireji again."), detail=str(error)
                ) from error
        return self._worker

    async def _until_ready(self, worker: WorkerProcess) -> None:
        if worker.ready:
            return
        match await self._guarded(worker, worker.receive()):
            case Ready():
                worker.ready = True
            case Failed(message, hint):
                raise ReaderError(say(message), hint and say(hint), detail=worker.last_words())
            case _:
                raise _nonsense()

    async def _guarded(self, worker: WorkerProcess, step: Awaitable[_T]) -> _T:
        """Await one step of the conversation with the worker; its failures become sentences."""
        try:
            async with asyncio.timeout(self._silence_seconds):
                return await step
        except TimeoutError as error:
            raise ReaderError(
                say(
                    "The text reader gave no answer for {silence_seconds} seconds and was ended.",
                    silence_seconds=f"{self._silence_seconds:g}",
                ),
                say("Try again with a smaller region."),
            ) from error
        except FrameError as error:
            raise _nonsense() from error
        except (EOFError, ConnectionError) as error:
            raise ReaderError(
                say("The text reader on this computer stopped unexpectedly."),
                say("Try again; a smaller region needs less memory."),
                detail=worker.last_words(),
            ) from error

    def _rest(self) -> None:
        self._stay()
        if self._worker is not None:
            self._idle = asyncio.get_running_loop().call_later(self._idle_seconds, self._retire, self._worker)

    def _retire(self, worker: WorkerProcess) -> None:
        self._known.clear()
        self._drop(worker)

    def _stay(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _drop(self, worker: WorkerProcess) -> None:
        worker.kill()
        if worker not in self._ended:
            self._ended.append(worker)
        if self._worker is worker:
            self._worker = None

    async def _reap(self) -> None:
        """Wait for killed workers, so that no zombie and no open pipe is left."""
        while self._ended:
            worker = self._ended.pop()
            with suppress(TimeoutError):  # a process in an uninterruptible wait must not keep the program from ending
                async with asyncio.timeout(_REAP_SECONDS):
                    await worker.gone()


async def _named(picture: bytes) -> bytes:
    if len(picture) > _HASHED_IN_A_THREAD:
        return await asyncio.to_thread(lambda: hashlib.sha256(picture).digest())
    return hashlib.sha256(picture).digest()


def _nonsense() -> ReaderError:
    return ReaderError(say("The text reader gave an answer that makes no sense and was ended."), say("Try again."))
