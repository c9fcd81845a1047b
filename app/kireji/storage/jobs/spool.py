"""Bodies of new batches as files while they are sent: hundreds of megabytes that never stand in memory."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from kireji.core.errors import StoreError
from kireji.core.history import Origin
from kireji.core.requests import BodyFile
from kireji.storage.faults import store_error

_AT_ONCE = 1024 * 1024
"""Bytes that are gathered before a thread writes them."""
_NAME = re.compile(r"(\d+)-([0-9a-f]*)-[A-Za-z0-9_-]+\.(?:json|part)")


class FileSpool:
    """Files below one folder, mode 0600; satisfies `core.jobs.ports.Spool`.

    Their names tell which process wrote them; what a process that is gone has left is deleted before the first write.

    Args:
        folder: `outgoing` in the folder of the jobs; made (0700) with the first body.
        owner: This process.
        alive: Whether another one still runs.
    """

    def __init__(self, folder: Path, owner: Origin, alive: Callable[[Origin], bool]) -> None:
        self._folder = folder
        self._alive = alive
        self._prefix = f"{owner.pid}-{owner.started.encode().hex()}"
        self._cleared = False

    async def write(self, key: str, chunks: AsyncIterator[bytes]) -> BodyFile:
        """As in Spool; a cancelled or failed write leaves nothing.

        Args:
            key: Of the submission: letters, digits, - and _.
            chunks: The body.
        """
        file = self._file(key)
        part = file.with_suffix(".part")
        try:
            stream = await asyncio.to_thread(self._open, part)
            try:
                size, digest = await _written(stream, chunks)
                await asyncio.to_thread(_finish, stream, part, file)
            finally:
                with suppress(OSError):  # what could not be written fails again here
                    stream.close()
        except OSError as error:
            _remove(part)
            raise _failure(error, file) from error
        except BaseException:  # also when it is cancelled: half a body stays nowhere
            _remove(part)
            raise
        return BodyFile(str(file), size, digest)

    async def discard(self, key: str) -> None:
        """As in Spool; harmless when there is none. What another process has written for it goes, too."""
        own = self._file(key)

        def work() -> None:
            _remove(own)
            for file in (*self._folder.glob(f"*-{key}.json"), *self._folder.glob(f"*-{key}.part")):
                _remove(file)

        await asyncio.to_thread(work)

    def _file(self, key: str) -> Path:
        name = f"{self._prefix}-{key}.json"
        if _NAME.fullmatch(name) is None:
            raise ValueError(f"{key!r} is no key of a submission")
        return self._folder / name

    def _open(self, part: Path) -> IO[bytes]:
        self._folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder.mkdir(mode=0o700, exist_ok=True)
        if not self._cleared:
            self._cleared = True
            self._clear()
        with suppress(FileNotFoundError):
            part.unlink()
        number = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o600)
        return os.fdopen(number, "wb", buffering=0)

    def _clear(self) -> None:
        for file in self._folder.iterdir():
            found = _NAME.fullmatch(file.name)
            if found is None or file.name.startswith(f"{self._prefix}-"):
                continue
            try:
                started = bytes.fromhex(found[2]).decode()
            except ValueError:
                continue
            if not self._alive(Origin(int(found[1]), started)):
                _remove(file)


async def _written(stream: IO[bytes], chunks: AsyncIterator[bytes]) -> tuple[int, str]:
    """Bytes that were written, and their SHA-256."""
    digest = hashlib.sha256()
    size, waiting, gathered = 0, 0, list[bytes]()

    def write(data: bytes) -> None:
        digest.update(data)
        view = memoryview(data)
        while view:
            view = view[stream.write(view) :]

    async for chunk in chunks:
        gathered.append(chunk)
        size, waiting = size + len(chunk), waiting + len(chunk)
        if waiting >= _AT_ONCE:
            await asyncio.to_thread(write, b"".join(gathered))
            gathered.clear()
            waiting = 0
    await asyncio.to_thread(write, b"".join(gathered))
    return size, digest.hexdigest()


def _finish(stream: IO[bytes], part: Path, file: Path) -> None:
    stream.close()
    part.replace(file)


def _remove(file: Path) -> None:
    with suppress(OSError):
        file.unlink()


def _failure(error: OSError, path: Path) -> StoreError:
    failure = store_error(error, path)
    assert failure is not None
    return failure
