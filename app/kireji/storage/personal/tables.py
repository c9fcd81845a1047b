"""What stands in the databases beside conversations, as lines of JSON."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from sqlite3 import Connection

_ROWS = 500
"""At a time in memory."""

ACTIVITY = {
    "kireji.db": (
        "ledger",
        "spending",
        "tool_grants",
        "trusted_sources",
        "tool_decisions",
        "policy_checks",
        "drafts",
        "queued_questions",
        "capture_places",
        "picture_texts",
    ),
    "jobs.db": (
        "jobs",
        "batches",
        "rows",
        "inputs",
        "results",
        "pictures",
        "hidden",
        "verdicts",
        "reviews",
        "deliveries",
    ),
}
"""Tables by database. Conversations are in a form of their own, caches and search indexes can be made again."""


def tables_of(path: Path, names: tuple[str, ...]) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Name and lines of each table that is there, as it is at one moment; the lines of one before the next.

    Args:
        path: The database; there may be none.
        names: Of the tables.
    """
    import sqlite3

    if not path.is_file():
        return
    uri = f"{path.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, timeout=10.0, isolation_level=None)) as connection:
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("BEGIN")
        there = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        for name in names:
            if name in there:
                yield name, _lines(connection, name)


def _lines(connection: Connection, table: str) -> Iterator[bytes]:
    found = connection.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - one of our own names
    columns = [column[0] for column in found.description]
    while rows := found.fetchmany(_ROWS):
        yield b"".join(
            msgspec.json.encode({name: _plain(value) for name, value in zip(columns, row, strict=True)}) + b"\n"
            for row in rows
        )


def _plain(value: Any) -> Any:
    """Bytes as text where they are such, else in Base64."""
    if not isinstance(value, bytes):
        return value
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode()}
