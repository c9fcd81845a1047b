"""An SQLite file: opened with care, used from one thread, its faults turned into sentences."""

from __future__ import annotations

import asyncio
import logging
import os
import stat
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from kireji.core.errors import StoreError, StoreTooNew
from kireji.core.words import say
from kireji.storage.faults import damaged, store_error
from kireji.storage.migrations import APPLICATION_ID, STEPS, Step, migrate, version_of
from kireji.storage.worker import Worker

if TYPE_CHECKING:
    from sqlite3 import Connection

log = logging.getLogger(__name__)

T = TypeVar("T")

_CHECKED_SIZE = 1024 * 1024
"""Bytes: a file up to this size is checked whole on opening, which takes about a millisecond."""


@dataclass(frozen=True, slots=True)
class Form:
    """What kind of file it is, as for `Database.open`."""

    steps: Sequence[Step]
    application: int
    copies: bool
    page: int


class Database:
    """A file of the data folder. One per file and process; several processes may use the file at the same time.

    Made by `Database.open`.

    Attributes:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection: Connection | None = None  # made, used and closed on the worker's thread
        self._worker = Worker("kireji-database")
        self._closed = False

    @classmethod
    async def open(
        cls,
        path: Path,
        *,
        steps: Sequence[Step] = STEPS,
        application: int = APPLICATION_ID,
        copies: bool = True,
        page: int = 4096,
        patience: float = 5.0,
    ) -> Database:
        """Open the file, creating folder (0700) and file (0600) where they are missing, and bring it up to date.

        Args:
            path: The file, usually `kireji.db` in the data folder.
            steps: The schema.
            application: The mark in its header; another one there is another program's file.
            copies: Whether a copy is put aside before the schema changes.
            page: Bytes of a page, when the file is new: larger ones suit rows of some kilobytes.
            patience: Seconds to wait for another program's lock, here and in every later call.

        Raises:
            StoreTooNew: A newer version wrote it; it is left as it is.
            StoreCorrupt: It is damaged or not a database.
            StoreReadOnly: File or folder cannot be written.
            StoreFull: There is no room for it.
            StoreError: It is locked, or another program's.
        """
        database, form = cls(path), Form(steps, application, copies, page)
        with ExitStack() as stack:
            stack.callback(database._worker.stop, database._disconnect)
            await database._worker.run(lambda: database._connect(form, patience))
            stack.pop_all()
        return database

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Run `work` on the connection's thread, outside a transaction: for reading.

        A cancelled await does not stop the statement.

        Args:
            work: Gets the connection and gives back plain values, never a cursor.

        Raises:
            StoreError: The environment's fault.
        """
        if self._closed:
            raise RuntimeError("the database is closed")
        return await self._worker.run(lambda: self._perform(work))

    async def write(self, work: Callable[[Connection], T], *, then: Callable[[T], None] | None = None) -> T:
        """Run `work` in one transaction, which is committed when it returns and rolled back when it raises.

        Args:
            work: As for `run`.
            then: Called on the loop's thread with its result after the commit, also when nobody awaits it any more.

        Raises:
            StoreError: The environment's fault; nothing of the transaction is kept.
        """
        if then is None:
            return await self.run(lambda connection: _in_transaction(connection, work))
        loop, tell = asyncio.get_running_loop(), then

        def written(connection: Connection) -> T:
            result = _in_transaction(connection, work)
            with suppress(RuntimeError):  # the loop was closed meanwhile; there is nobody to tell
                loop.call_soon_threadsafe(tell, result)
            return result

        return await self.run(written)

    def post(self, work: Callable[[Connection], object]) -> None:
        """Run `work` after what was asked for so far, outside a transaction; nobody waits, and a failure is logged.

        What is posted before `close` is done before the file is closed.
        """
        if not self._closed:
            self._worker.post(lambda: self._perform(work))

    async def close(self, patience: float = 5.0) -> None:
        """Close after the calls that are under way; harmless a second time.

        Args:
            patience: Seconds to wait for them. What is committed is safe in any case.
        """
        if self._closed:
            return
        self._closed = True
        try:
            async with asyncio.timeout(patience):
                await self._worker.run(self._disconnect)
        except TimeoutError:
            log.warning("the database did not close within %s seconds", patience)
        finally:
            self._worker.stop()

    def _connect(self, form: Form, patience: float) -> None:
        self._connection = mapped(self.path, lambda: _open(self.path, form, patience))

    def _perform(self, work: Callable[[Connection], T]) -> T:
        connection = self._connection
        assert connection is not None
        return mapped(self.path, lambda: work(connection))

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def mapped(path: Path, work: Callable[[], T]) -> T:
    """Do `work`; what the environment does to the file meanwhile becomes a StoreError."""
    import sqlite3

    try:
        return work()
    except (sqlite3.Error, OSError) as error:
        failure = store_error(error, path)
        if failure is None:
            raise
        raise failure from error


def _in_transaction(connection: Connection, work: Callable[[Connection], T]) -> T:
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = work(connection)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    return result


def _open(path: Path, form: Form, patience: float) -> Connection:
    import sqlite3

    _prepare(path)
    _refuse_unfinished_newer(path, len(form.steps))
    with ExitStack() as stack:
        connection = stack.enter_context(closing(sqlite3.connect(path, timeout=patience, isolation_level=None)))
        connection.execute("PRAGMA trusted_schema = OFF")
        refuse_unknown(connection, path, form)
        _check(connection, path)
        connection.execute(f"PRAGMA page_size = {form.page}")
        _use_log(connection, patience)
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        migrate(connection, path, form.steps, form.application, form.copies)
        stack.pop_all()
    return connection


def _prepare(path: Path) -> None:
    """See to folder and modes before SQLite connects: its -wal and -shm files take the database's mode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        for file in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
            _keep_private(file)


def _keep_private(file: Path) -> None:
    try:
        mode = file.stat().st_mode
        if os.name == "posix" and stat.S_ISREG(mode) and mode & 0o077:
            file.chmod(0o600)
    except FileNotFoundError:
        pass


def _refuse_unfinished_newer(path: Path, newest: int) -> None:
    """Look at the version without a chance of changing the file.

    A newer version that was killed leaves its write-ahead log behind, and closing an ordinary connection would write
    that log back into the file; a read-only connection cannot.
    """
    import sqlite3

    log_file = path.with_name(path.name + "-wal")
    if not log_file.exists() or log_file.stat().st_size == 0:
        return
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        _refuse_newer(connection, path, newest)


def _refuse_newer(connection: Connection, path: Path, newest: int) -> None:
    version = version_of(connection)
    if version > newest:
        raise StoreTooNew(
            say(
                "{path} was written by a newer version of Kireji (format {version}; this one knows {newest}).",
                path=path,
                version=version,
                newest=newest,
            ),
            say("Start the newer version, or choose another folder with KIREJI_HOME; the file was left as it is."),
        )


def refuse_unknown(connection: Connection, path: Path, form: Form) -> None:
    """Raises StoreTooNew when a newer version wrote it, StoreError when another program did."""
    _refuse_newer(connection, path, len(form.steps))
    # In this order: another process may be making the same new file, tables and mark in one transaction.
    empty = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    ours = connection.execute("PRAGMA application_id").fetchone()[0] == form.application
    if not ours and not empty:
        raise StoreError(
            say("{path} is a database of another program.", path=path),
            say("Move it away, or choose another folder with KIREJI_HOME; it was left as it is."),
        )


def _check(connection: Connection, path: Path) -> None:
    if path.stat().st_size > _CHECKED_SIZE:
        return
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise damaged(path, str(found))


def _use_log(connection: Connection, patience: float) -> None:
    """Switch to the write-ahead log, so that readers and a writer do not wait for each other.

    WORKAROUND: SQLite does not wait for a lock here although it has a busy timeout, when two programs open a new file
    at the same time; so we do.
    """
    import sqlite3

    deadline = time.monotonic() + patience
    pause = threading.Event()
    while True:
        try:
            mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() >= deadline:
                raise
            log.debug("%s is busy, trying again", error.sqlite_errorname)
            pause.wait(0.01)
        else:
            if mode != "wal":
                log.warning("the file system does not allow a write-ahead log; using %s", mode)
            return
