"""Results into a file that the person named: all of them, or the file as it was before."""

from __future__ import annotations

import asyncio
import os
import secrets
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import IO

from kireji.core.errors import JobError
from kireji.core.words import say
from kireji.storage.faults import chosen_place_error


class FileJobWriter:
    """Writes beside the file and gives it its name when all is there; satisfies `core.jobs.ports.JobWriter`."""

    @asynccontextmanager
    async def open(self, path: str) -> AsyncIterator[Callable[[bytes], None]]:
        """As in JobWriter. A file of that name is replaced; what is no file is not.

        A new file may be read by whom the system's mask allows it, one that is replaced by whom it was before.

        Raises:
            JobError: Also from the function that is given, and at the end.
        """
        wanted = Path(path)
        part, stream = await asyncio.to_thread(_begin, wanted)

        def write(data: bytes) -> None:
            try:
                stream.write(data)
            except OSError as error:
                raise _failure(error, wanted) from error

        try:
            yield write
            await asyncio.to_thread(_end, stream, part, wanted)
        finally:
            with suppress(OSError):  # what could not be written fails again here
                stream.close()
            with suppress(OSError):
                part.unlink()


def _begin(path: Path) -> tuple[Path, IO[bytes]]:
    """A file beside the wanted one, or where that link leads."""
    try:
        mode = _mode(path)
        real = path.resolve() if path.is_symlink() else path
        part = real.with_name(f".{real.name[:50]}.{secrets.token_hex(4)}.part")
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)
        number = os.open(part, flags, 0o666 if mode is None else 0o600)
        if mode is not None and os.name == "posix":
            os.fchmod(number, mode)
        return part, os.fdopen(number, "wb", buffering=256 * 1024)
    except OSError as error:
        raise _failure(error, path) from error


def _mode(path: Path) -> int | None:
    """Who may read the file that is there; None when there is none.

    Raises:
        JobError: What is there is no file.
    """
    if not path.name:
        raise JobError(say("A file needs a name."))
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(mode):
        raise JobError(say("{path} is a folder.", path=path), say("Name a file in it."))
    if not stat.S_ISREG(mode):
        raise JobError(say("{path} is not a file that can be replaced.", path=path), say("Choose another name."))
    return stat.S_IMODE(mode)


def _end(stream: IO[bytes], part: Path, path: Path) -> None:
    try:
        stream.flush()
        os.fsync(stream.fileno())
        stream.close()
        part.replace(path.resolve() if path.is_symlink() else path)
    except OSError as error:
        raise _failure(error, path) from error


def _failure(error: OSError, path: Path) -> JobError:
    found = chosen_place_error(error, path)
    assert found is not None
    return JobError(found.message, found.hint, detail=found.detail)
