"""Pictures and documents on disk, named by the hash of their bytes."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kireji.core.errors import StoreCorrupt, StoreError
from kireji.core.messages import DocumentPart, ImagePart, Sha256
from kireji.core.ports import EncodedDocument, EncodedPicture
from kireji.core.words import say
from kireji.storage import rows
from kireji.storage.database import Database
from kireji.storage.faults import store_error
from kireji.storage.files import write_atomically

if TYPE_CHECKING:
    from sqlite3 import Connection

_PICTURES = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp", "image/gif": ".gif"}
_DOCUMENTS = {"application/pdf": ".pdf", "text/plain": ".txt"}
_SUFFIXES = _PICTURES | _DOCUMENTS
_REMOVE = """
    DELETE FROM captures WHERE blob = ?
    AND blob NOT IN (SELECT blob FROM message_captures)
    AND blob NOT IN (SELECT blob FROM draft_captures)
    AND blob NOT IN (SELECT blob FROM queued_captures)
"""
_LATEST = "SELECT blob, media_type FROM captures WHERE width > 0 ORDER BY created DESC LIMIT ?"
_BLOB = re.compile(r"[0-9a-f]{64}")


class FileCaptureStore:
    """Files `ab/abcdef….png` below one folder, mode 0600, each written once.

    Args:
        folder: `captures` in the data folder; made (0700) when the first picture comes.
        database: Where width, height and time of a picture are noted (of a document zeros and its time); None notes
            nothing.
        now: The time in UTC.
    """

    def __init__(
        self, folder: Path, database: Database | None = None, now: Callable[[], datetime] = rows.utc_now
    ) -> None:
        self._folder = folder
        self._database = database
        self._now = now
        self._one = asyncio.Lock()
        self._puts: Counter[Sha256] = Counter()

    async def put(self, picture: EncodedPicture) -> ImagePart:
        """As in CaptureStore. A file that was damaged since is written again.

        Raises:
            ValueError: The media type is none that providers accept.
        """
        suffix = _PICTURES.get(picture.media_type)
        if suffix is None:
            raise ValueError(f"{picture.media_type} is not stored")
        blob = await self._keep(picture.data, suffix, picture.media_type, picture.width, picture.height)
        return ImagePart(blob, picture.media_type, picture.width, picture.height)

    async def put_document(self, document: EncodedDocument) -> DocumentPart:
        """As in CaptureStore.

        Raises:
            ValueError: The media type is none that providers accept.
        """
        suffix = _DOCUMENTS.get(document.media_type)
        if suffix is None:
            raise ValueError(f"{document.media_type} is not stored")
        blob = await self._keep(document.data, suffix, document.media_type, 0, 0)
        return DocumentPart(blob, document.media_type, document.title)

    async def get(self, blob: Sha256) -> bytes:
        """As in CaptureStore.

        Raises:
            StoreError: The file is there but cannot be read.
        """
        return await asyncio.to_thread(self._read, blob)

    async def latest(self, number: int) -> Sequence[str]:
        """As in CaptureStore; files that are gone are left out."""
        if self._database is None:
            return ()
        found = await self._database.run(lambda connection: connection.execute(_LATEST, (number,)).fetchall())
        files = [self._folder / blob[:2] / (blob + _PICTURES[media_type]) for blob, media_type in reversed(found)]
        return await asyncio.to_thread(lambda: [str(file) for file in files if file.is_file()])

    async def discard(self, part: ImagePart | DocumentPart) -> None:
        """As in CaptureStore."""
        async with self._one:
            if self._puts[part.blob] > 1 or self._database is None:
                self._puts[part.blob] -= 1
                return
            self._puts.pop(part.blob, None)
            await self._database.write(lambda connection: self._remove(connection, part.blob, part.media_type))

    async def discard_unused(self, blobs: Collection[Sha256]) -> None:
        """Delete those of these that no message and no draft has, and that were not put by this process.

        Raises:
            StoreError: The environment's fault.
        """
        async with self._one:
            database, unused = self._database, [blob for blob in blobs if not self._puts[blob]]
            if database is not None and unused:
                await database.write(lambda connection: self._remove_all(connection, unused))

    async def _keep(self, data: bytes, suffix: str, media_type: str, width: int, height: int) -> Sha256:
        async with self._one:
            blob = await asyncio.to_thread(self._write, data, suffix)
            if self._database is not None:
                time = rows.to_microseconds(self._now())
                values = (blob, media_type, width, height, len(data), time)
                noting = "INSERT OR IGNORE INTO captures VALUES (?, ?, ?, ?, ?, ?)"
                await self._database.write(lambda connection: connection.execute(noting, values).rowcount)
            self._puts[blob] += 1
        return blob

    def _remove_all(self, connection: Connection, blobs: Sequence[Sha256]) -> None:
        for blob in blobs:
            row = connection.execute("SELECT media_type FROM captures WHERE blob = ?", (blob,)).fetchone()
            if row is not None:
                self._remove(connection, blob, row[0])

    def _remove(self, connection: Connection, blob: Sha256, media_type: str) -> None:
        """Within a transaction, so that no message can come to have it meanwhile."""
        if connection.execute(_REMOVE, (blob,)).rowcount:
            connection.execute("DELETE FROM picture_texts WHERE blob = ?", (blob,))
            with suppress(FileNotFoundError):
                (self._folder / blob[:2] / (blob + _SUFFIXES[media_type])).unlink()

    def _write(self, data: bytes, suffix: str) -> Sha256:
        blob = hashlib.sha256(data).hexdigest()
        file = self._folder / blob[:2] / (blob + suffix)
        try:
            if not _holds(file, data):
                file.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                file.parent.mkdir(mode=0o700, exist_ok=True)
                write_atomically(file, data)
        except OSError as error:
            raise _failure(error, self._folder) from error
        return blob

    def _read(self, blob: Sha256) -> bytes:
        if _BLOB.fullmatch(blob) is None:  # it comes from stored messages and becomes a path
            raise _lost(f"{blob!r} is not the name of a picture")
        for suffix in _SUFFIXES.values():
            file = self._folder / blob[:2] / (blob + suffix)
            try:
                data = file.read_bytes()
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                raise _failure(error, file) from error
            if hashlib.sha256(data).hexdigest() != blob:
                raise _lost(f"{file} was changed or damaged")
            return data
        raise _lost(f"there is no {self._folder / blob[:2] / blob}.*")


def _holds(file: Path, data: bytes) -> bool:
    try:
        return file.stat().st_size == len(data) and file.read_bytes() == data
    except FileNotFoundError:
        return False


def _failure(error: OSError, path: Path) -> StoreError:
    failure = store_error(error, path)
    assert failure is not None
    return failure


def _lost(detail: str) -> StoreCorrupt:
    return StoreCorrupt(
        say("A stored picture is missing or damaged."),
        say("Capture it again, or ask without it in a new conversation."),
        detail=detail,
    )
