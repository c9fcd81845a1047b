"""The bytes of what was sent, where the person wants them kept."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import math
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from kireji.core.errors import StoreError
from kireji.core.ledger import Kept, SentFacts
from kireji.core.messages import Sha256
from kireji.core.requests import BodyFile
from kireji.storage.database import Database
from kireji.storage.faults import store_error
from kireji.storage.files import copy_atomically, write_atomically

if TYPE_CHECKING:
    from sqlite3 import Connection

_NAME = re.compile(r"[0-9a-f]{64}")
_KEPT = """
    SELECT digest, facts, conversation IS NULL OR conversation IN (SELECT id FROM conversations)
    FROM ledger WHERE kind = 'sent'
"""


class FileSentStore:
    """Files `ab/abcdef…` below one folder, mode 0600, each named by the SHA-256 of its bytes.

    Args:
        folder: `sent` in the data folder; made (0700) when the first is kept.
        database: Has the ledger, which says what belongs to which conversation.
    """

    def __init__(self, folder: Path, database: Database) -> None:
        self._folder = folder
        self._database = database

    async def keep(self, data: bytes) -> None:
        """As in SentStore."""
        digest = hashlib.sha256(data).hexdigest()
        await asyncio.to_thread(self._write, digest, lambda file: write_atomically(file, data))

    async def keep_file(self, file: BodyFile) -> None:
        """As in SentStore."""
        await asyncio.to_thread(self._write, file.digest, lambda kept: copy_atomically(kept, Path(file.path)))

    async def get(self, digest: Sha256) -> bytes | None:
        """As in SentStore."""
        return await asyncio.to_thread(self._read, digest)

    async def holds(self, digest: Sha256) -> bool:
        """As in SentStore."""
        return await asyncio.to_thread(self._holds, digest)

    async def kept(self) -> Kept:
        """As in SentStore."""
        return await asyncio.to_thread(self._measure)

    async def forget(self, before: datetime | None) -> int:
        """As in SentStore. What no row of the ledger names goes when it is old enough."""
        if not await asyncio.to_thread(self._folder.is_dir):
            return 0
        if before is None:
            return await asyncio.to_thread(self._remove, math.inf, set())
        gone = await self._database.run(_of_nobody)
        return await asyncio.to_thread(self._remove, before.timestamp(), gone)

    def _write(self, digest: Sha256, write: Callable[[Path], None]) -> None:
        file = self._file(digest)
        try:
            file.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file.parent.mkdir(mode=0o700, exist_ok=True)
            write(file)  # again where it is there: it may have been damaged, and its days count anew
        except OSError as error:
            raise _failure(error, self._folder) from error

    def _read(self, digest: Sha256) -> bytes | None:
        if _NAME.fullmatch(digest) is None:  # it comes from the database and becomes a path
            return None
        try:
            data = self._file(digest).read_bytes()
        except OSError:
            return None
        return data if hashlib.sha256(data).hexdigest() == digest else None

    def _holds(self, digest: Sha256) -> bool:
        if _NAME.fullmatch(digest) is None:
            return False
        try:
            with self._file(digest).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == digest
        except OSError:
            return False

    def _measure(self) -> Kept:
        count = size = 0
        try:
            for file in self._files() if self._folder.is_dir() else ():
                with contextlib.suppress(FileNotFoundError):
                    size += file.stat().st_size
                    count += 1
        except OSError as error:
            raise _failure(error, self._folder) from error
        return Kept(count, size)

    def _remove(self, before: float, gone: set[Sha256]) -> int:
        count = 0
        for file in self._files():
            try:
                if file.name in gone or file.stat().st_mtime < before:
                    file.unlink()
                    count += 1
            except FileNotFoundError:
                continue
            except OSError as error:
                raise _failure(error, file) from error
        return count

    def _files(self) -> Iterator[Path]:
        for folder in self._folder.iterdir():
            if folder.is_dir() and len(folder.name) == 2:
                yield from (file for file in folder.iterdir() if _NAME.fullmatch(file.name))

    def _file(self, digest: Sha256) -> Path:
        return self._folder / digest[:2] / digest


def _of_nobody(connection: Connection) -> set[Sha256]:
    """What belongs only to conversations that are no more."""
    living: set[Sha256] = set()
    gone: set[Sha256] = set()
    for digest, stored, lives in connection.execute(_KEPT):
        try:
            facts = msgspec.json.decode(stored, type=SentFacts)
        except (msgspec.DecodeError, TypeError):
            continue
        if facts.kept:
            (living if lives else gone).update((digest, facts.target))
    return gone - living


def _failure(error: OSError, path: Path) -> StoreError:
    failure = store_error(error, path)
    assert failure is not None
    return failure
