"""Rows that are sent again, called back or answered from earlier jobs: piece by piece, as there may be a million.

Every function runs inside a transaction of its caller.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from kireji.core.jobs.states import RETRIED_ROWS, RowState
from kireji.storage.jobs.counting import move
from kireji.storage.jobs.tables import CODES, Code, row_range
from kireji.storage.rows import storable

if TYPE_CHECKING:
    from sqlite3 import Connection

AT_ONCE = 20_000
"""Rows of one transaction: others wait for it, a few hundredths of a second."""

COPIED_AT_ONCE = 2_000
"""Answers of some kilobytes each, likewise."""

RETRIED = RETRIED_ROWS | {RowState.UNCERTAIN}

Piece = tuple[int, int]
"""The first and the last id of some rows."""

_AGAIN = f"""
    UPDATE rows SET state = {Code.PENDING}, batch = NULL, result = NULL, sent = 0, cached = 0, sentence = ''
    WHERE state = ? AND id BETWEEN ? AND ?
"""  # noqa: S608 - nothing of it is input
_DECIDED = " AND batch IN (SELECT id FROM batches WHERE ended = 1)"
"""What becomes of UNCERTAIN rows whose batch is open, their batch says."""
_FORGET = (
    "DELETE FROM results WHERE id IN (SELECT result FROM rows WHERE state = ? AND id BETWEEN ? AND ?{condition})",
    "DELETE FROM hidden WHERE id IN (SELECT id FROM rows WHERE state = ? AND id BETWEEN ? AND ?{condition})",
    "DELETE FROM verdicts WHERE id IN (SELECT id FROM rows WHERE state = ? AND id BETWEEN ? AND ?{condition})",
    "DELETE FROM asked_again WHERE id IN (SELECT id FROM rows WHERE state = ? AND id BETWEEN ? AND ?{condition})",
)
_MARKED = f"""
    SELECT asked_again.id FROM asked_again CROSS JOIN rows ON rows.id = asked_again.id
    WHERE asked_again.id BETWEEN ? AND ? AND asked_again.batch = ? AND rows.batch = ? AND state = {Code.ERRORED}
        AND (SELECT state FROM jobs WHERE id = ?) NOT IN ('cancelling', 'cancelled')
"""  # noqa: S608 - nothing of it is input
_SEND_BACK = (
    "DELETE FROM results WHERE id = (SELECT result FROM rows WHERE id = ?)",
    "DELETE FROM hidden WHERE id = ?",
    "DELETE FROM verdicts WHERE id = ?",
    f"""
        UPDATE rows SET state = {Code.PENDING}, batch = NULL, result = NULL, sent = 0, sentence = '' WHERE id = ?
    """,  # noqa: S608
)
_END = "UPDATE rows SET state = ?, sentence = ? WHERE state = ? AND id BETWEEN ? AND ?"
_WANTED = """
    CREATE TEMP TABLE IF NOT EXISTS wanted (print BLOB NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (print, id))
    WITHOUT ROWID
"""
_WANT = f"""
    INSERT INTO wanted SELECT print, id FROM rows
    WHERE state = {Code.PENDING} AND id BETWEEN ? AND ? AND print IS NOT NULL ORDER BY print, id
"""  # noqa: S608
_MATCHES = f"""
    SELECT wanted.id, rows.id FROM rows JOIN wanted ON wanted.print = rows.print
    WHERE rows.id BETWEEN ? AND ? AND rows.state = {Code.SUCCEEDED} AND rows.print IS NOT NULL
"""  # noqa: S608
_FOUND = f"""
    SELECT earlier.result FROM rows AS earlier JOIN rows AS waiting ON waiting.id = ? AND waiting.state = {Code.PENDING}
    WHERE earlier.id = ? AND earlier.state = {Code.SUCCEEDED} AND earlier.result IS NOT NULL
"""  # noqa: S608
_REUSE = f"UPDATE rows SET state = {Code.SUCCEEDED}, cached = 1, result = ? WHERE id = ?"  # noqa: S608
_COPY = """
    INSERT INTO results
    SELECT NULL, input, output, cache_read, cache_write, thinking, cost, in_window, payload FROM results WHERE id = ?
"""
_COPY_VALUES = "INSERT OR REPLACE INTO hidden SELECT ?, placeholders FROM hidden WHERE id = ?"


def pieces(connection: Connection, job: int) -> list[Piece]:
    """Ranges of row ids that together hold all rows of a job."""
    lowest, highest = row_range(job)
    last = connection.execute("SELECT max(id) FROM rows WHERE id BETWEEN ? AND ?", (lowest, highest)).fetchone()[0]
    return list(_ranges(lowest, last or 0))


def _ranges(first: int, last: int) -> Iterator[Piece]:
    while first <= last:
        yield first, first + AT_ONCE - 1
        first += AT_ONCE


def retry(connection: Connection, job: int, state: RowState, piece: Piece) -> int:
    """Rows in this state are PENDING again; returns how many."""
    condition = _DECIDED if state is RowState.UNCERTAIN else ""
    values = (CODES[state], *piece)
    for forget in _FORGET:
        connection.execute(forget.format(condition=condition), values)
    rows = connection.execute(_AGAIN + condition, values).rowcount
    move(connection, job, state, RowState.PENDING, rows)
    return rows


def send_back(connection: Connection, job: int, batch: int, span: Piece) -> None:
    """Rows of a batch that ends now, of which the answer was none, wait once more.

    Until now they were the batch's, so that its results can be read again and are counted whole.
    """
    marked = connection.execute(_MARKED, (*span, batch, batch, job)).fetchall()
    for change in _SEND_BACK:
        connection.executemany(change, marked)
    move(connection, job, RowState.ERRORED, RowState.PENDING, len(marked))


def end(connection: Connection, job: int, before: RowState, after: RowState, sentence: str, piece: Piece) -> int:
    """Rows in one state end in another without a result; returns how many."""
    condition = _DECIDED if before is RowState.UNCERTAIN else ""
    rows = connection.execute(_END + condition, (CODES[after], storable(sentence), CODES[before], *piece)).rowcount
    move(connection, job, before, after, rows)
    return rows


def prepare_wanted(connection: Connection) -> None:
    """Make room, for this connection alone, for what rows ask."""
    connection.execute(_WANTED)
    connection.execute("DELETE FROM wanted")


def want(connection: Connection, piece: Piece) -> None:
    """Note what rows that wait ask."""
    connection.execute(_WANT, piece)


def earlier(connection: Connection, job: int) -> list[Piece]:
    """Where the same may have been asked: the rows of all other jobs."""
    others = connection.execute("SELECT id FROM jobs WHERE id <> ? AND removed = 0 ORDER BY id DESC", (job,)).fetchall()
    return [piece for (other,) in others for piece in pieces(connection, other)]


def matches(connection: Connection, piece: Piece) -> list[tuple[int, int]]:
    """Of the rows that were noted, those that this piece has asked: (row that waits, row that has a result)."""
    return connection.execute(_MATCHES, piece).fetchall()


def take_over(connection: Connection, job: int, found: Sequence[tuple[int, int]]) -> int:
    """Give rows the results of others; those that were sent meanwhile are left alone. Returns how many got one."""
    taken = 0
    for row, earlier in found:
        answer = connection.execute(_FOUND, (row, earlier)).fetchone()
        if answer is not None:
            taken += 1
            copy = connection.execute(_COPY, answer).lastrowid
            connection.execute(_REUSE, (copy, row))
            connection.execute(_COPY_VALUES, (row, earlier))
    connection.execute("UPDATE jobs SET reused = reused + ? WHERE id = ?", (taken, job))
    move(connection, job, RowState.PENDING, RowState.SUCCEEDED, taken)
    return taken


def forget_wanted(connection: Connection) -> None:
    """Undo `prepare_wanted`."""
    connection.execute("DROP TABLE IF EXISTS temp.wanted")
