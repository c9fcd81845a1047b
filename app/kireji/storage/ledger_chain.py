"""The chain of the ledger in the database: how rows are added to it, how it was begun, and how it is read."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec

from kireji.core.ledger import GENESIS, ChainRow, GenesisFacts, RowKind, chained

if TYPE_CHECKING:
    from sqlite3 import Connection

COLUMNS = ", ".join(ChainRow._fields)
_PAGE = f"SELECT {COLUMNS} FROM ledger WHERE id > ? AND id <= ? ORDER BY id LIMIT ?"  # noqa: S608 - names of columns
_INSERT = f"INSERT INTO ledger ({COLUMNS}) VALUES ({', '.join('?' * len(ChainRow._fields))})"  # noqa: S608
_LAST = "SELECT id, link FROM ledger ORDER BY id DESC LIMIT 1"
_HIGHEST = "SELECT seq FROM sqlite_sequence WHERE name = 'ledger'"
_AT_ONCE = 1000
_BEFORE_ALL = -(2**62)


def append(connection: Connection, row: ChainRow) -> int:
    """Add a row to the end of the chain, within a transaction that has the write lock.

    Its number is the next that was never given: rows that are cut off leave a gap that no later row fills.

    Args:
        connection: Of the database.
        row: Its number and hashes are put in here.

    Returns:
        Its number.
    """
    last, head = end(connection) or (GENESIS, "")
    number = max(last, highest(connection)) + 1
    connection.execute(_INSERT, chained(row._replace(id=number), head))
    return number


def end(connection: Connection) -> tuple[int, str] | None:
    """Number and link of the last row."""
    found: tuple[int, str] | None = connection.execute(_LAST).fetchone()
    return found


def highest(connection: Connection) -> int:
    """The highest number that was ever given."""
    found = connection.execute(_HIGHEST).fetchone()
    return int(found[0]) if found else 0


def page(connection: Connection, after: int | None, last: int) -> list[ChainRow]:
    """The next rows in their order; an empty list behind the last.

    Args:
        connection: Of the database.
        after: Number of the row before; None begins with the first, whatever its number is.
        last: Number of the last row that counts.
    """
    values = (_BEFORE_ALL if after is None else after, last, _AT_ONCE)
    return [ChainRow._make(found) for found in connection.execute(_PAGE, values)]


def begin(connection: Connection) -> None:
    """The step of the schema: the columns, the first row, and the hashes of the rows that are there.

    They are sealed as they are: that they were not changed before, nobody can say, and the first row says so.
    """
    for statement in (
        "ALTER TABLE ledger ADD COLUMN kind TEXT NOT NULL DEFAULT 'sent'",
        "ALTER TABLE ledger ADD COLUMN about INTEGER",  # of an answer: the row of what was sent
        "ALTER TABLE ledger ADD COLUMN facts TEXT NOT NULL DEFAULT '{}'",  # JSON object
        "ALTER TABLE ledger ADD COLUMN previous TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE ledger ADD COLUMN link TEXT NOT NULL DEFAULT ''",
        "CREATE INDEX ledger_about ON ledger (about) WHERE about IS NOT NULL",
    ):
        connection.execute(statement)
    sealed, last = connection.execute("SELECT count(*), coalesce(max(id), 0) FROM ledger").fetchone()
    facts = msgspec.json.encode(GenesisFacts(sealed, last)).decode()
    now = time.time_ns() // 1000
    kind = RowKind.GENESIS.value
    first = chained(ChainRow(GENESIS, kind, now, "", "", "", "", 0, "", None, None, facts, "", ""))
    connection.execute(_INSERT, first)
    head, after = first.link, GENESIS
    while found := page(connection, after, last):
        for old in found:
            row = chained(old, head)
            values = (row.previous, row.link, row.id)
            connection.execute("UPDATE ledger SET previous = ?, link = ? WHERE id = ?", values)
            head, after = row.link, row.id
