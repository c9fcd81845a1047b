"""Results: stored once per row, and thrown away for another try.

Every function runs inside a transaction of its caller.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING

from kireji.core.errors import JobConflict
from kireji.core.jobs.states import RowState
from kireji.core.jobs.values import Outcome, RowResult
from kireji.core.words import say
from kireji.storage.jobs.counting import move, shift
from kireji.storage.jobs.forms import encode_texts
from kireji.storage.jobs.tables import CODES, STATES, Code, row_id
from kireji.storage.rows import storable

if TYPE_CHECKING:
    from sqlite3 import Connection

_END_OF = {outcome: CODES[outcome.row_state] for outcome in Outcome}
_END = f"UPDATE rows SET state = ? WHERE id = ? AND batch = ? AND state = {Code.TAKEN}"  # noqa: S608 - nothing is input
_END_UNCLEAR = f"UPDATE rows SET state = ? WHERE id = ? AND batch = ? AND state = {Code.UNCERTAIN}"  # noqa: S608
_LOOK = f"SELECT state FROM rows WHERE id = ? AND batch = ? AND state IN ({Code.TAKEN}, {Code.UNCERTAIN})"  # noqa: S608
KEEP_VALUES = "INSERT OR REPLACE INTO hidden VALUES (?, ?)"
_SAY = "UPDATE rows SET sentence = ? WHERE id = ?"
_KEEP = "INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_END_OUTSIDE = f"UPDATE rows SET state = {Code.SUCCEEDED} WHERE id = ? AND state = {Code.PENDING}"  # noqa: S608
_COST = "UPDATE jobs SET cost = cost + ? WHERE id = ?"


class MixedResults(Exception):
    """Not all of these rows wait for a result: the transaction must be rolled back, and `record_new` be asked."""


def record(connection: Connection, batch: int, results: Sequence[RowResult]) -> int:
    """Store results of which all are new, as they nearly always are; returns how many.

    Raises:
        MixedResults: They are not.
    """
    job = _job_of(connection, batch)
    if job is None:
        return 0
    ordered = sorted(results, key=attrgetter("number"))
    _end(connection, _END, job, batch, ordered)
    _keep(connection, job, ordered)
    move_all(connection, job, RowState.TAKEN, ordered)
    return len(ordered)


def record_new(connection: Connection, batch: int, results: Sequence[RowResult]) -> int:
    """As in JobStore: store those that are new."""
    job = _job_of(connection, batch)
    if job is None:
        return 0
    new: dict[RowState, dict[int, RowResult]] = {RowState.TAKEN: {}, RowState.UNCERTAIN: {}}
    for result in sorted(results, key=attrgetter("number")):
        state = connection.execute(_LOOK, (row_id(job, result.number), batch)).fetchone()
        if state is not None:
            new[STATES[state[0]]].setdefault(result.number, result)
    for before, update in ((RowState.TAKEN, _END), (RowState.UNCERTAIN, _END_UNCLEAR)):
        ordered = list(new[before].values())
        _end(connection, update, job, batch, ordered)
        _keep(connection, job, ordered)
        move_all(connection, job, before, ordered)
    return sum(map(len, new.values()))


def record_outside(connection: Connection, job: int, result: RowResult, values: Mapping[str, str]) -> bool:
    """As in JobStore.

    Raises:
        JobConflict: It did not succeed; the row waits as before.
    """
    if result.outcome is not Outcome.SUCCEEDED:
        raise JobConflict(
            say("Only an answer is kept of a row that was tried."),
            say("The row waits as it did; send it with the rest."),
        )
    if not connection.execute(_END_OUTSIDE, (row_id(job, result.number),)).rowcount:
        return False
    _keep(connection, job, [result])
    if values:
        connection.execute(KEEP_VALUES, (row_id(job, result.number), encode_texts(values)))
    move(connection, job, RowState.PENDING, RowState.SUCCEEDED, 1)
    return True


def move_all(connection: Connection, job: int, before: RowState, results: Sequence[RowResult]) -> None:
    """Count rows that have ended."""
    ended = Counter(result.outcome for result in results)
    shift(connection, job, {before: -len(results), **{outcome.row_state: rows for outcome, rows in ended.items()}})


def _job_of(connection: Connection, batch: int) -> int | None:
    row = connection.execute("SELECT job FROM batches WHERE id = ?", (batch,)).fetchone()
    return None if row is None else int(row[0])


def _end(connection: Connection, update: str, job: int, batch: int, results: Sequence[RowResult]) -> None:
    base = row_id(job, 0)
    changes = [(_END_OF[result.outcome], base + result.number, batch) for result in results]
    if changes and connection.executemany(update, changes).rowcount != len(changes):
        raise MixedResults
    said = [(storable(result.sentence), base + result.number) for result in results if result.sentence]
    connection.executemany(_SAY, said)


def _keep(connection: Connection, job: int, results: Sequence[RowResult]) -> None:
    base = row_id(job, 0)
    connection.executemany(_KEEP, [_stored(base, result) for result in results])
    cost = sum(result.usage.cost or 0.0 for result in results)
    if cost:
        connection.execute(_COST, (cost, job))


def _stored(base: int, result: RowResult) -> tuple[int | float | bytes | None, ...]:
    used = result.usage
    return (
        base + result.number,
        used.input_tokens,
        used.output_tokens,
        used.cache_read_tokens,
        used.cache_write_tokens,
        used.thinking_tokens,
        used.window_tokens,
        used.cost,
        result.payload,
    )
