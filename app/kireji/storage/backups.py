"""Backups of the history: complete by themselves, and checked before they count.

A backup is a folder, or the same in a zip: `kireji.db`, the pictures and documents it needs below `captures`, and
`backup.json`, which says what it holds. That file is written last, after the check.
"""

from __future__ import annotations

import errno
import hashlib
import os
import random
import shutil
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from kireji import __version__
from kireji.core.errors import StoreCorrupt, StoreError, TransferError
from kireji.core.transfer import EMPTY, Backup, BackupContent, Source
from kireji.core.words import say
from kireji.storage.faults import chosen_place_error
from kireji.storage.migrations import version_of

if TYPE_CHECKING:
    from sqlite3 import Connection

DATABASE, CAPTURES, CONTENT = "kireji.db", "captures", "backup.json"

_STAGING, _OPENED = ".backup-", ".restore-"
_STALE = 24 * 3600
"""Seconds after which what a killed process left behind is cleared away."""
_SAMPLE = 64
"""Pictures whose bytes are compared with their names in each check; the presence of all is."""
_SUFFIXES = (".png", ".jpg", ".webp", ".gif", ".pdf", ".txt")
_MOST_CONTENT = 64 * 1024

_NEEDED = ("message_captures", "draft_captures", "queued_captures")
_MARKED_SINCE = 3
"""The first step of the schema after which a history can be marked."""
_NO_MARK = -1
_MARK = """
    SELECT (SELECT coalesce(max(id), 0) FROM messages), count(*), coalesce(max(updated), 0), coalesce(sum(updated), 0),
        coalesce(sum(length(title)), 0), coalesce(sum(removed IS NOT NULL), 0), coalesce(sum(pinned + 2 * archived), 0)
    FROM conversations
"""


class FileBackupStore:
    """Makes, lists and opens backups.

    Args:
        database: The history's file.
        captures: Folder of its pictures and documents.
        now: The time in UTC.
    """

    def __init__(self, database: Path, captures: Path, now: Callable[[], datetime] | None = None) -> None:
        self._database = database
        self._captures = captures
        self._now = now or (lambda: datetime.now(UTC))

    def make(self, target: Path, *, share: bool = False, beside: Callable[[Path], object] | None = None) -> Backup:
        """As in BackupStore.

        Args:
            target: As there.
            share: As there.
            beside: Puts more into the folder that becomes the backup, before it counts as one.
        """
        if os.path.lexists(target):
            raise TransferError(say("{path} exists already.", path=target), say("Choose another name."))
        with told(target):
            self._clear_stale()
            # Beside the history: its pictures can be shared there, and it is as private.
            staging = Path(tempfile.mkdtemp(prefix=_STAGING, dir=self._database.parent))
            try:
                content = self._fill(staging, share=share, beside=beside)
                target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                (_deliver_zip if target.suffix.lower() == ".zip" else _deliver_folder)(staging, target)
            finally:
                shutil.rmtree(staging, ignore_errors=True)
        return Backup(target, content)

    def found(self, folder: Path) -> Sequence[Backup]:
        """As in BackupStore."""
        try:
            entries = sorted(folder.iterdir())
        except OSError:
            return ()
        read = [(entry, _content(entry)) for entry in entries if not entry.name.startswith(".")]
        backups = [Backup(entry, content) for entry, content in read if content is not None]
        return sorted(backups, key=lambda backup: backup.content.made, reverse=True)

    def remove(self, backup: Backup) -> None:
        """As in BackupStore. What is half deleted is no backup any more: its content goes first."""
        if backup.path.is_dir():
            with suppress(OSError):
                (backup.path / CONTENT).unlink()
            shutil.rmtree(backup.path, ignore_errors=True)
        else:
            with suppress(OSError):
                backup.path.unlink()

    def open(self, path: Path) -> Source:
        """As in BackupStore."""
        from kireji.storage.transfer.backup_source import open_backup

        self._clear_stale()
        return open_backup(path, self._database.parent, _OPENED)

    def mark(self) -> int:
        """As in BackupStore."""
        with told(self._database), closing(reading(self._database)) as connection:
            return _mark(connection)

    def _fill(self, staging: Path, *, share: bool, beside: Callable[[Path], object] | None) -> BackupContent:
        """Everything but its name: copied, checked, and described."""
        copy = staging / DATABASE
        (staging / CAPTURES).mkdir(mode=0o700)
        os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        copy_database(self._database, copy)
        with closing(reading(copy)) as connection:
            needed = _needed(connection)
            lost = sum(not self._copy_blob(blob, staging, share=share) for blob in needed)
            lost += _check(connection, staging)
            content = _described(connection, self._now(), len(needed) - lost, lost)
        if beside is not None:
            beside(staging)
        size = sum(file.stat().st_size for file in staging.rglob("*") if file.is_file())
        content = msgspec.structs.replace(content, size=size)
        (staging / CONTENT).write_bytes(msgspec.json.format(msgspec.json.encode(content)) + b"\n")
        (staging / CONTENT).chmod(0o600)
        for file in (copy, staging / CONTENT):
            _sync(file)
        return content

    def _copy_blob(self, blob: str, staging: Path, *, share: bool) -> bool:
        """Whether it is there now."""
        for suffix in _SUFFIXES:
            source = self._captures / blob[:2] / (blob + suffix)
            target = staging / CAPTURES / blob[:2] / source.name
            if not source.is_file():
                continue
            target.parent.mkdir(mode=0o700, exist_ok=True)
            if share:
                with suppress(OSError):  # another file system, or one without hard links
                    os.link(source, target)
                    return True
            shutil.copyfile(source, target)
            target.chmod(0o600)
            return True
        return False

    def _clear_stale(self) -> None:
        """Take away what processes left that were killed in the middle."""
        for entry in (*self._database.parent.glob(f"{_STAGING}*"), *self._database.parent.glob(f"{_OPENED}*")):
            with suppress(OSError):
                if time.time() - entry.stat().st_mtime > _STALE:
                    shutil.rmtree(entry, ignore_errors=True)


def copy_database(source: Path, target: Path) -> None:
    """Copy what is committed, while others may be writing.

    Args:
        source: A database.
        target: An empty file.
    """
    import sqlite3

    with closing(reading(source)) as old, closing(sqlite3.connect(target, isolation_level=None)) as new:
        old.backup(new)
        new.execute("PRAGMA journal_mode = DELETE")  # one file that needs no companions


def reading(path: Path) -> Connection:
    """A connection that cannot change the file."""
    import sqlite3

    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10.0, isolation_level=None)
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def _needed(connection: Connection) -> list[str]:
    """The blobs that are referred to; a history that an older version has left knows fewer places."""
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    wanted = [table for table in _NEEDED if table in there]
    return sorted({blob for table in wanted for (blob,) in connection.execute(f"SELECT blob FROM {table}")})  # noqa: S608


def _mark(connection: Connection) -> int:
    if version_of(connection) < _MARKED_SINCE:
        return _NO_MARK
    values = connection.execute(_MARK).fetchone()
    return zlib.crc32(repr(values).encode()) if any(values) else EMPTY


def _described(connection: Connection, now: datetime, blobs: int, lost: int) -> BackupContent:
    (conversations,) = connection.execute("SELECT count(*) FROM conversations").fetchone()
    (messages,) = connection.execute("SELECT count(*) FROM messages").fetchone()
    return BackupContent(
        made=now,
        version=__version__,
        schema=version_of(connection),
        conversations=conversations,
        messages=messages,
        blobs=blobs,
        mark=_mark(connection),
        lost=lost,
    )


def _check(connection: Connection, staging: Path) -> int:
    """Read the whole copy as a later restore will.

    Returns:
        How many pictures were damaged in the history already, and are left out: the rest is worth keeping.

    Raises:
        StoreCorrupt: It is not what was meant to be copied.
    """
    (state,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if state != "ok":
        raise _useless(str(state))
    files = [file for file in (staging / CAPTURES).rglob("*") if file.is_file()]
    sample = random.sample(files, min(_SAMPLE, len(files)))
    damaged = [file for file in sample if hashlib.sha256(file.read_bytes()).hexdigest() != file.stem]
    for file in damaged:
        file.unlink()
    return len(damaged)


def _useless(detail: str) -> StoreCorrupt:
    return StoreCorrupt(
        say("The backup was made, but does not pass its check, so it was thrown away."),
        say("Check the disk. Earlier backups are still there."),
        detail=detail,
    )


def _deliver_folder(staging: Path, target: Path) -> None:
    """Give a folder its name; where that is on another file system, after it was copied there."""
    try:
        staging.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
    else:
        return
    part = target.with_name(f".{target.name}.part")
    try:
        shutil.copytree(staging, part)
        part.rename(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _deliver_zip(staging: Path, target: Path) -> None:
    import zipfile

    number, name = tempfile.mkstemp(prefix=f".{target.name[:50]}.", suffix=".part", dir=target.parent)
    os.close(number)
    part = Path(name)
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
            for file in sorted(file for file in staging.rglob("*") if file.is_file()):
                kind = zipfile.ZIP_DEFLATED if file.suffix in (".db", ".txt", ".json") else zipfile.ZIP_STORED
                archive.write(file, file.relative_to(staging).as_posix(), kind)
        with zipfile.ZipFile(part) as archive:
            if (broken := archive.testzip()) is not None:
                raise _useless(f"{broken} was not written as it is")
        _sync(part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _content(path: Path) -> BackupContent | None:
    """What a backup says it holds; None when it is none."""
    try:
        if path.is_dir():
            data = (path / CONTENT).read_bytes()[:_MOST_CONTENT]
        elif path.suffix.lower() == ".zip":
            from kireji.storage.transfer.archives import open_archive, read_whole

            archive = open_archive(path)
            try:
                data = read_whole(archive, CONTENT, _MOST_CONTENT) if CONTENT in archive.names else b""
            finally:
                archive.close()
        else:
            return None
        return msgspec.json.decode(data, type=BackupContent)
    except (OSError, TransferError, msgspec.DecodeError):
        return None


def _sync(file: Path) -> None:
    with file.open("rb+") as open_file:
        os.fsync(open_file.fileno())


@contextmanager
def told(path: Path, as_failure: Callable[[Exception, Path], StoreError | None] = chosen_place_error) -> Iterator[None]:
    """Turn what the environment does into a sentence.

    Args:
        path: What is used.
        as_failure: Says it.
    """
    import sqlite3

    try:
        yield
    except (sqlite3.Error, OSError) as error:
        failure = as_failure(error, path)
        if failure is None:
            raise
        raise failure from error
