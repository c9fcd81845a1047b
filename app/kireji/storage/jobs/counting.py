"""How many rows of a job are in which state: kept where they change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kireji.core.jobs.counts import Counts
from kireji.core.jobs.states import RowState
from kireji.storage.jobs.tables import CODES, STATES, row_range

if TYPE_CHECKING:
    from sqlite3 import Connection

_SHIFT = """
    INSERT INTO counts (job, state, rows) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET rows = rows + excluded.rows
"""
_RECOUNTED = "SELECT state, count(*) FROM rows WHERE id BETWEEN ? AND ? GROUP BY state"


def shift(connection: Connection, job: int, changes: Mapping[RowState, int]) -> None:
    """Note, in the transaction that changes them, how many rows more or fewer are in these states."""
    connection.executemany(_SHIFT, [(job, CODES[state], change) for state, change in changes.items() if change])


def move(connection: Connection, job: int, before: RowState, after: RowState, rows: int) -> None:
    """Note that so many rows went from one state to another."""
    shift(connection, job, {before: -rows, after: rows})


def counted(connection: Connection, job: int, reused: int) -> Counts:
    """The rows of a job.

    Args:
        connection: Of the queue.
        job: Which.
        reused: As it stands in `jobs`.
    """
    found = connection.execute("SELECT state, rows FROM counts WHERE job = ?", (job,)).fetchall()
    return counts_of({STATES[code]: rows for code, rows in found}, reused)


def counts_of(rows: Mapping[RowState, int], reused: int) -> Counts:
    """Numbers by state as a value."""
    return Counts(**{state.value: number for state, number in rows.items()}, reused=reused)


def recounted(connection: Connection, job: int) -> dict[RowState, int]:
    """What `counts` must say, from the rows themselves; slow."""
    found = connection.execute(_RECOUNTED, row_range(job)).fetchall()
    return {STATES[code]: rows for code, rows in found}
