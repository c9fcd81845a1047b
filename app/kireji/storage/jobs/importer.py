"""The program's side of the process that reads the rows of a job."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import msgspec

from kireji.core import errors
from kireji.core.child_environment import clean
from kireji.core.errors import JobError, KirejiError
from kireji.core.jobs.ports import BatchLimits
from kireji.core.jobs.values import ImportProgress, JobPlan, JobSource, SourceHead, SourceKind
from kireji.core.words import say
from kireji.storage.jobs.import_process import Failed, Progress, Read, Told
from kireji.storage.jobs.importing import ImportOrder
from kireji.storage.jobs.reading_lines import named_model
from kireji.storage.jobs.source_heads import head_of

log = logging.getLogger(__name__)

_WORDS_KEPT = 2_000
_LONGEST_ANSWER = 1024 * 1024


class ImportProcess:
    """Reads sources into jobs, each in a child process; satisfies `core.jobs.ports.JobImporter`.

    Args:
        database: The queue; it has its tables.
        pictures: Folder of the pictures of rows.
        limits: What batches of a provider's model may hold; None where rows go one by one.
        command: The command line of the process.
        environ: This process's environment; the other one sees the harmless part of it.
    """

    def __init__(
        self,
        database: Path,
        pictures: Path,
        limits: Callable[[str, str], BatchLimits | None],
        command: Sequence[str],
        environ: Mapping[str, str],
    ) -> None:
        self._database = database
        self._pictures = pictures
        self._limits = limits
        self._command = list(command)
        self._environment = clean(environ)

    async def named_model(self, source: JobSource) -> str:
        """As in JobImporter."""
        if source.kind is not SourceKind.JSONL or not source.paths:
            return ""
        return await asyncio.to_thread(named_model, Path(source.paths[0]))

    async def head(self, source: JobSource) -> SourceHead:
        """As in JobImporter."""
        return await asyncio.to_thread(head_of, source)

    async def run(
        self,
        job: int,
        plan: JobPlan,
        source: JobSource,
        progress: Callable[[ImportProgress], None],
        *,
        wins: bool = True,
    ) -> ImportProgress:
        """As in JobImporter. Who is cancelled meanwhile ends the process; what it wrote is to be removed.

        Raises:
            StoreError: The disk is full, or the queue cannot be written.
        """
        order = ImportOrder(
            str(self._database.absolute()),
            str(self._pictures.absolute()),
            job,
            plan,
            _absolute(source),
            self._limits(plan.provider, plan.model),
            wins,
        )
        # Standard error goes to a file: a pipe would have to be emptied meanwhile.
        with tempfile.TemporaryFile() as words:
            try:
                process = await asyncio.create_subprocess_exec(
                    *self._command,
                    env=self._environment,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=words,
                    limit=_LONGEST_ANSWER,
                    **_apart(),
                )
            except OSError as error:
                raise _broken(str(error)) from error
            try:
                return await _conversation(process, order, progress, words)
            finally:
                await asyncio.shield(_ended(process))


def _absolute(source: JobSource) -> JobSource:
    """The process works in another folder."""
    return msgspec.structs.replace(source, paths=tuple(os.path.abspath(path) for path in source.paths))


async def _conversation(
    process: asyncio.subprocess.Process,
    order: ImportOrder,
    progress: Callable[[ImportProgress], None],
    words: IO[bytes],
) -> ImportProgress:
    assert process.stdin is not None
    assert process.stdout is not None
    with suppress(ConnectionError):  # it is gone already, which the missing answer tells
        process.stdin.write(msgspec.json.encode(order) + b"\n")
        await process.stdin.drain()
    while line := await process.stdout.readline():
        try:
            told = msgspec.json.decode(line, type=Told)
        except msgspec.MsgspecError as error:
            raise _broken(str(error)) from error
        match told:
            case Progress(now):
                progress(now)
            case Read(now):
                return now
            case Failed():
                raise _failure(told)
    raise _broken(_last(words))


async def _ended(process: asyncio.subprocess.Process) -> None:
    """End the process if it has not ended, and wait until it is gone."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            if sys.platform == "win32":
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)
    await process.communicate()


def _failure(told: Failed) -> KirejiError:
    kind = getattr(errors, told.kind, None)
    if isinstance(kind, type) and issubclass(kind, KirejiError):
        return kind(told.message, told.hint, detail=told.detail)
    return JobError(told.message, told.hint, detail=told.detail)


def _broken(detail: str) -> JobError:
    log.warning("reading the rows of a job broke off: %s", detail)
    return JobError(say("Reading the rows broke off."), say("Try again."), detail=detail)


def _last(words: IO[bytes]) -> str:
    size = words.seek(0, os.SEEK_END)
    words.seek(max(0, size - _WORDS_KEPT))
    return words.read().decode(errors="replace").strip()


def _apart() -> dict[str, Any]:
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.BELOW_NORMAL_PRIORITY_CLASS}
    return {"start_new_session": True, "cwd": os.sep}
