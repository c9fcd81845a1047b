"""Looks at databases without changing them, and tries whether a new one can be made."""

from __future__ import annotations

import time
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kireji.core.self_reports import DatabaseReport
from kireji.storage.database import Database, Form, mapped, refuse_unknown
from kireji.storage.faults import damaged
from kireji.storage.jobs import tables
from kireji.storage.migrations import APPLICATION_ID, STEPS, version_of

if TYPE_CHECKING:
    from sqlite3 import Connection

_STEPS_BETWEEN = 100_000
"""Of SQLite's virtual machine, between two looks at the clock."""


async def make_trial(folder: Path) -> str:
    """Make both databases in an empty folder, as a first start does, and use what is needed of SQLite.

    Returns:
        SQLite's name and version.

    Raises:
        StoreError: It cannot be done.
    """
    import sqlite3

    history = await Database.open(folder / "kireji.db")
    try:
        await history.run(_use)
    finally:
        await history.close()
    jobs = await tables.open_jobs(folder / "jobs.db")
    await jobs.close()
    return f"SQLite {sqlite3.sqlite_version}"


def _use(connection: Connection) -> None:
    connection.execute("CREATE VIRTUAL TABLE temp.trial USING fts5 (words)")
    connection.execute("INSERT INTO trial VALUES ('a paper knife')")
    rows = connection.execute("SELECT count(*) FROM trial WHERE trial MATCH 'knife'").fetchone()
    text = '{"a": [1, 2]}'
    found = connection.execute("SELECT json_extract(?, '$.a[1]'), json_valid(?)", (text, text)).fetchone()
    each = connection.execute("SELECT sum(value) FROM json_each(?, '$.a')", (text,)).fetchone()
    assert (rows, found, each) == ((1,), (2, 1), (3,))


def look_at_databases(history: Path, jobs: Path, seconds: float) -> list[DatabaseReport]:
    """Look at both; blocks.

    Args:
        history: Where the one is.
        jobs: Where the other is.
        seconds: How long each may be read.

    Raises:
        StoreTooNew: A newer version wrote one.
        StoreCorrupt: One is damaged.
        StoreError: One is another program's.
    """
    forms = [
        (history, Form(STEPS, APPLICATION_ID, copies=False, page=0)),
        (jobs, Form(tables.STEPS, tables.APPLICATION_ID, copies=False, page=0)),
    ]
    return [mapped(path, partial(_look, path, form, seconds)) for path, form in forms]


def _look(path: Path, form: Form, seconds: float) -> DatabaseReport:
    import sqlite3

    if not path.exists():
        return DatabaseReport(str(path), found=False)
    # Without a log beside it nobody has it open, and SQLite would make one only to look.
    logged = path.with_name(f"{path.name}-wal").exists()
    address = f"{path.absolute().as_uri()}?mode=ro{'' if logged else '&immutable=1'}"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        refuse_unknown(connection, path, form)
        version = version_of(connection)
        deadline = time.monotonic() + seconds
        connection.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS_BETWEEN)
        try:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        except sqlite3.OperationalError as stopped:
            if stopped.sqlite_errorname != "SQLITE_INTERRUPT":
                raise
            return DatabaseReport(str(path), True, version, whole=None)
        if found != "ok":
            raise damaged(path, str(found))
        return DatabaseReport(str(path), True, version)
