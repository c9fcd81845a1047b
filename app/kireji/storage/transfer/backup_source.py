"""A backup as something to merge: its database is opened in a copy of its own, brought up to date there."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from kireji.core.errors import StoreTooNew, TransferError
from kireji.core.history import Origin
from kireji.core.transfer import Found, Kind, Problem, SourceBlob, WholeConversation
from kireji.core.words import say
from kireji.storage.migrations import APPLICATION_ID, STEPS, migrate, version_of
from kireji.storage.transfer.archives import Archive, Limits, open_archive, read_whole, reading_told
from kireji.storage.transfer.exported_files import MOST_FILE
from kireji.storage.transfer.merging import read_whole as read_conversation

if TYPE_CHECKING:
    from sqlite3 import Connection

_DATABASE, _CONTENT = "kireji.db", "backup.json"
_COPIED_AT_ONCE = 1024 * 1024
_LEFT_FREE = 256 * 1024 * 1024
"""Bytes of the disk that stay free when a backup is opened."""
_LIMITS = Limits(unpacked=1024**4, ratio=100_000)
"""The disk's room limits it: free pages of a database are zeros, which pack to nothing."""


def open_backup(path: Path, folder: Path, prefix: str) -> BackupSource:
    """Open a backup.

    Args:
        path: A folder or a zip.
        folder: Where the copy of its database is made; it goes when the source is closed.
        prefix: How the name of that copy's own folder begins.

    Raises:
        StoreTooNew: A newer version made it.
        TransferError: It is none, or damaged.
    """
    with ExitStack() as stack:
        archive = open_archive(path, _LIMITS)
        stack.callback(archive.close)
        inside, database = _place(archive, path)
        try:
            if archive.size(database) > shutil.disk_usage(folder).free - _LEFT_FREE:
                raise OSError("not enough space")
            copy = Path(tempfile.mkdtemp(prefix=prefix, dir=folder))
        except OSError as error:
            raise TransferError(
                say("There is no room to open {name}.", name=path.name), say("Free some space."), detail=str(error)
            ) from error
        stack.callback(shutil.rmtree, copy, ignore_errors=True)
        _copy_out(archive, database, copy / _DATABASE)
        connection = _connect(copy / _DATABASE, path)
        stack.callback(connection.close)
        return BackupSource(archive, inside, connection, stack.pop_all())


class BackupSource:
    """A backup that is being read; made by `open_backup`. May be used from any thread, by one at a time."""

    kind = Kind.KIREJI

    def __init__(self, archive: Archive, inside: str, connection: Connection, held: ExitStack) -> None:
        self._archive = archive
        self._connection = connection
        self._held = held
        self._busy = threading.Lock()
        self._closed = False
        captures = f"{inside}captures/"
        self._blobs = {PurePosixPath(name).stem: name for name in archive.names if name.startswith(captures)}

    def read(self) -> Iterator[Found | Problem]:
        """As in Source. What had been removed when it was made is left out."""
        with self._busy:
            listed = self._rows("SELECT id FROM conversations WHERE removed IS NULL ORDER BY id")
        for number in listed:
            with self._busy:
                if self._closed:
                    return
                found = self._one(number)
            yield found

    def blob(self, name: str) -> SourceBlob | None:
        """As in Source."""
        with self._busy:
            entry = self._blobs.get(name)
            if entry is None or self._closed:
                return None
            return SourceBlob(read_whole(self._archive, entry, MOST_FILE), "")

    def close(self) -> None:
        """As in Source."""
        with self._busy:
            self._closed = True
            self._held.close()

    def _rows(self, question: str) -> list[int]:
        import sqlite3

        try:
            return [number for (number,) in self._connection.execute(question)]
        except sqlite3.Error as error:
            raise _damaged("", str(error)) from error

    def _one(self, number: int) -> Found | Problem:
        """One conversation; whatever a damaged database does to it costs only this one."""
        import sqlite3

        try:
            conversation = read_conversation(self._connection, number, _nobody_writes)
            if conversation is not None:
                _check_texts(conversation)
        except (sqlite3.Error, ValueError, TypeError, KeyError, OverflowError) as error:
            return Problem(say("Conversation {number}", number=number), say("It is damaged ({why}).", why=error))
        if conversation is None or not conversation.messages:
            return Problem(say("Conversation {number}", number=number), say("There is nothing in it."))
        return Found(conversation)


def _check_texts(conversation: WholeConversation) -> None:
    """SQLite keeps bytes in a column for text, when it is told to.

    Raises:
        TypeError: There are some.
    """
    setup = conversation.setup
    texts = [conversation.key, conversation.title, setup.provider, setup.model, setup.effort, setup.tools]
    texts.append(setup.system or "")
    for one in conversation.messages:
        texts += (one.key, one.provider, one.model, one.error, one.message.raw_from)
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("bytes instead of text")


def _nobody_writes(origin: Origin) -> bool:
    del origin
    return False


def _place(archive: Archive, path: Path) -> tuple[str, str]:
    """The folder in which the backup lies (zips that somebody packed by hand have one around it), and its database.

    A database alone is taken too, such as those that are put aside before the schema changes; its pictures are then
    those that the history still has.
    """
    for name in archive.names:
        parts = PurePosixPath(name).parts
        if parts[-1] == _CONTENT and len(parts) <= 2:
            prefix = name.removesuffix(_CONTENT)
            if prefix + _DATABASE in archive.names:
                return prefix, prefix + _DATABASE
    if path.is_file() and len(archive.names) == 1 and _is_database(archive, archive.names[0]):
        return "", archive.names[0]
    raise TransferError(
        say("{name} is not a whole backup.", name=path.name),
        say("Name the folder or the zip file that Kireji made; exports are imported instead."),
    )


def _is_database(archive: Archive, name: str) -> bool:
    with reading_told(name), archive.open(name) as file:
        return file.read(16) == b"SQLite format 3\0"


def _copy_out(archive: Archive, name: str, target: Path) -> None:
    with reading_told(name), archive.open(name) as source, target.open("xb") as copy:
        target.chmod(0o600)
        shutil.copyfileobj(source, copy, _COPIED_AT_ONCE)


def _connect(copy: Path, path: Path) -> Connection:
    """Open the copy for use from any thread, and bring it up to date."""
    import sqlite3

    with ExitStack() as stack:
        try:
            connection = sqlite3.connect(copy, isolation_level=None, check_same_thread=False)
            stack.callback(connection.close)
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA cell_size_check = ON")
            version = version_of(connection)
            if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
                raise _damaged(path.name, "not a database of Kireji")
            if version > len(STEPS):
                raise StoreTooNew(
                    say(
                        "{name} was made by a newer version of Kireji (format {theirs}; this one knows {ours}).",
                        name=path.name,
                        theirs=version,
                        ours=len(STEPS),
                    ),
                    say("Update Kireji, then restore it; nothing was changed."),
                )
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if found != "ok":
                raise _damaged(path.name, str(found))
            connection.execute("PRAGMA foreign_keys = ON")
            migrate(connection, copy, STEPS)
        except sqlite3.Error as error:
            raise _damaged(path.name, str(error)) from error
        with suppress(sqlite3.Error):
            connection.execute("PRAGMA query_only = ON")
        stack.pop_all()
    return connection


def _damaged(name: str, detail: str) -> TransferError:
    return TransferError(
        say("The backup {name} is damaged.", name=name).replace("  ", " "),
        say("Restore another one; nothing was changed."),
        detail=detail,
    )
