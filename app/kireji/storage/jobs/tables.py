"""The tables of the queue, `jobs.db`, and what stands in their columns.

Rows are many, so everything about them is chosen for little writing:

- The id of a row is its job and its number in one (`row_id`), so the rows of a job lie together, in the order of the
  input, and need no index for that.
- What changes (`rows`) stands apart from what was read (`inputs`) and from what came back (`results`), so that a change
  of state rewrites a few bytes and not a megabyte.
- States are numbers that take exactly one byte (0 and 1 take none), so that a row keeps its size and place.
- Only rows that wait and rows that did not end well are in an index; a row that succeeds leaves both alone.
- How many rows of a job are in which state is counted where they change (`counts`), because counting a million takes
  longer than a window may wait.

Rows are loaded through `storage.jobs.loading`, which says how.
"""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING

from kireji.core.jobs.states import RowState
from kireji.core.jobs.values import LineKind
from kireji.storage.database import Database
from kireji.storage.jobs.review_tables import TABLES as REVIEWS
from kireji.storage.migrations import Step, statements

if TYPE_CHECKING:
    from sqlite3 import Connection

APPLICATION_ID = 0x4B524A51
"""Stands in the file's header ("KRJQ")."""

_PAGE = 16_384
"""Bytes: rows of a kilobyte or two fill it better than the usual quarter of it."""
_LOG_PAGES = 4_000
"""Of the write-ahead log, 64 MB, before it is written back."""
_BITS = 32
"""Of a row's id hold its number; the others hold its job."""

MOST_ROWS = (1 << _BITS) - 1
"""Of one job."""


class Code(enum.IntEnum):
    """What stands in `rows.state`. SAME and better is done, above SAME did not end well."""

    PENDING = 2
    TAKEN = 3
    UNCERTAIN = 4
    SUCCEEDED = 5
    SAME = 6
    ERRORED = 7
    EXPIRED = 8
    CANCELED = 9
    INVALID = 10


CODES: dict[RowState, int] = {state: Code[state.name].value for state in RowState}
STATES: dict[int, RowState] = {code: state for state, code in CODES.items()}

KIND_CODES: dict[LineKind, int] = {LineKind.PROMPT: 2, LineKind.PARAMS: 3, LineKind.BODY: 4}
KINDS: dict[int, LineKind] = {code: kind for kind, code in KIND_CODES.items()}


def row_id(job: int, number: int) -> int:
    """The id of a row in all tables."""
    return job << _BITS | number


def row_range(job: int) -> tuple[int, int]:
    """The lowest and the highest id that a row of this job may have."""
    return job << _BITS, (job + 1 << _BITS) - 1


def row_number(row: int) -> int:
    """Its number in its job."""
    return row & MOST_ROWS


# A step that was released is never edited.
_FIRST = statements(
    """
    CREATE TABLE jobs (
        id INTEGER PRIMARY KEY AUTOINCREMENT, -- never given a second time
        state TEXT NOT NULL,
        plan TEXT NOT NULL, -- JSON of core.jobs.values.JobPlan
        source TEXT NOT NULL, -- JSON of core.jobs.values.JobSource
        sentence TEXT NOT NULL DEFAULT '',
        estimate TEXT, -- JSON of core.jobs.values.Estimate
        cost REAL NOT NULL DEFAULT 0.0, -- US dollars so far
        reused INTEGER NOT NULL DEFAULT 0, -- rows that have an earlier job's result
        created INTEGER NOT NULL, -- this and every other time: microseconds since 1970, UTC
        started INTEGER,
        ended INTEGER,
        importer_pid INTEGER, -- which process reads its rows, and has it in its hands until it is offered
        importer_started TEXT,
        offered INTEGER NOT NULL DEFAULT 0, -- the person has it in the list: another process may start it, if told so
        removed INTEGER NOT NULL DEFAULT 0 -- it is gone for the person, and its rows are being deleted
    )
    """,
    """
    CREATE TABLE counts (
        job INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
        state INTEGER NOT NULL,
        rows INTEGER NOT NULL,
        PRIMARY KEY (job, state)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE batches (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        job INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
        key TEXT NOT NULL UNIQUE,
        state TEXT NOT NULL,
        rows INTEGER NOT NULL,
        ready INTEGER NOT NULL DEFAULT 0, -- rows that can leave, while it is 'submitting'
        first INTEGER NOT NULL, -- ids of its first and its last row; between them may be rows of others
        last INTEGER NOT NULL,
        remote TEXT NOT NULL DEFAULT '',
        created INTEGER NOT NULL,
        submitted INTEGER,
        expires INTEGER,
        next_poll INTEGER, -- NULL is now
        polls INTEGER NOT NULL DEFAULT 0,
        owner_pid INTEGER,
        owner_started TEXT,
        lease INTEGER,
        candidates TEXT NOT NULL DEFAULT '[]', -- JSON list
        proven INTEGER NOT NULL DEFAULT 1,
        sentence TEXT NOT NULL DEFAULT '',
        ended INTEGER NOT NULL DEFAULT 0
    )
    """,
    "CREATE INDEX batches_job ON batches (job)",
    "CREATE INDEX batches_open ON batches (next_poll) WHERE ended = 0",
    "CREATE INDEX batches_remote ON batches (remote) WHERE remote <> ''",
    """
    CREATE TABLE rows (
        id INTEGER PRIMARY KEY, -- row_id(job, number)
        state INTEGER NOT NULL, -- Code
        batch INTEGER, -- the last that took it; NULL when it waits
        result INTEGER, -- results.id
        sent INTEGER NOT NULL DEFAULT 0, -- of a batch that is asked row by row: it is about to leave, or has left
        cached INTEGER NOT NULL DEFAULT 0, -- its result is an earlier job's
        line INTEGER NOT NULL,
        size INTEGER NOT NULL DEFAULT 0, -- bytes of inputs.content
        same INTEGER, -- number of the row whose result it shares
        print BLOB, -- fingerprint, 16 bytes; NULL when it is not sent
        own TEXT NOT NULL DEFAULT '', -- the person's id
        sentence TEXT NOT NULL DEFAULT ''
    )
    """,
    f"CREATE INDEX rows_pending ON rows (state) WHERE state = {Code.PENDING}",
    f"CREATE INDEX rows_failed ON rows (state) WHERE state > {Code.SAME}",
    """
    CREATE TABLE inputs (
        id INTEGER PRIMARY KEY, -- rows.id; lines that were refused have none
        kind INTEGER NOT NULL, -- KIND_CODES
        label TEXT, -- what people see of it; NULL is the beginning of its prompt
        columns TEXT, -- JSON object: the cells of a CSV row
        content BLOB NOT NULL -- last, because it may be long
    )
    """,
    """
    CREATE TABLE pictures (
        row INTEGER NOT NULL, -- rows.id
        position INTEGER NOT NULL,
        blob TEXT NOT NULL, -- SHA-256 of the bytes, which are in the file of that name
        media_type TEXT NOT NULL,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        PRIMARY KEY (row, position)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX pictures_blob ON pictures (blob)",
    """
    CREATE TABLE results (
        id INTEGER PRIMARY KEY, -- in the order in which they came, so that each is written behind the last
        input INTEGER NOT NULL, -- this and the next six: core.messages.Usage
        output INTEGER NOT NULL,
        cache_read INTEGER NOT NULL,
        cache_write INTEGER NOT NULL,
        thinking INTEGER NOT NULL,
        cost REAL, -- US dollars; NULL is unknown
        in_window INTEGER NOT NULL,
        payload BLOB NOT NULL
    )
    """,
    """
    CREATE TABLE hidden (
        id INTEGER PRIMARY KEY, -- rows.id
        placeholders TEXT NOT NULL -- JSON object: what they stand for
    )
    """,
    """
    CREATE TABLE deliveries (
        id TEXT PRIMARY KEY,
        job INTEGER NOT NULL, -- no reference: what happened is told although the job is gone
        address TEXT NOT NULL,
        body BLOB NOT NULL,
        created INTEGER NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        next_try INTEGER -- NULL is now
    ) WITHOUT ROWID
    """,
)

_ASKED_AGAIN = """
    CREATE TABLE asked_again (
        id INTEGER PRIMARY KEY, -- rows.id
        batch INTEGER NOT NULL -- whose answer was none: the row waits again when it has ended
    )
"""

STEPS = (
    Step("jobs, batches, rows, results and deliveries", _FIRST),
    Step("what answers say, what people decide about them, and which were none", statements(*REVIEWS, _ASKED_AGAIN)),
)


async def open_jobs(path: Path, *, patience: float = 5.0) -> Database:
    """Open the queue, as `Database.open` does; no copy is made of it, which may be gigabytes.

    Args:
        path: Usually `jobs.db` in the data folder.
        patience: Seconds to wait for another process's lock, here and in every later call.

    Raises:
        StoreError: As for `Database.open`.
    """
    database = await Database.open(
        path, steps=STEPS, application=APPLICATION_ID, copies=False, page=_PAGE, patience=patience
    )
    await database.run(_write_back_seldom)
    return database


def _write_back_seldom(connection: Connection) -> None:
    """Each time the log is written back, whoever stores results waits for the disk."""
    connection.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
    connection.execute(f"PRAGMA journal_size_limit = {_LOG_PAGES * _PAGE}")
