"""Results: stored once per row, and thrown away for another try.

Every function runs inside a transaction of its caller.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from operator import attrgetter
from typing import TYPE_CHECKING

from msgspec.structs import astuple

from kireji.core.jobs.states import RowState
from kireji.core.jobs.values import Outcome, RowResult
from kireji.storage.jobs.counting import shift
from kireji.storage.jobs.tables import CODES, STATES, Code, row_id
from kireji.storage.rows import storable

if TYPE_CHECKING:
    from sqlite3 import Connection

_END = f"UPDATE rows SET state = {Code.SUCCEEDED}, result = ? WHERE id = ? AND batch = ? AND state = ?"  # noqa: S608
_END_BETWEEN = f"""
    UPDATE rows SET state = {Code.SUCCEEDED}, result = id - ? WHERE id BETWEEN ? AND ? AND batch = ? AND state = ?
"""  # noqa: S608 - nothing of it is input
_FAIL = "UPDATE rows SET state = ?, sentence = ? WHERE id = ?"
_MARK = "INSERT OR IGNORE INTO asked_again VALUES (?, ?)"
"""A row that was asked again before keeps the batch of that time, and does not wait once more."""
_LOOK = f"SELECT state FROM rows WHERE id = ? AND batch = ? AND state IN ({Code.TAKEN}, {Code.UNCERTAIN})"  # noqa: S608
_LAST = "SELECT coalesce(max(id), 0) FROM results"
_KEEP = "INSERT INTO results VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_TOGETHER = 200
"""Results in one statement: after each, this thread may have to wait until the loop gives the interpreter away."""
_KEEP_TOGETHER = _KEEP + ", (?, ?, ?, ?, ?, ?, ?, ?, ?)" * (_TOGETHER - 1)
_COST = "UPDATE jobs SET cost = cost + ? WHERE id = ?"


class MixedResults(Exception):
    """Not all of these rows wait for a result: the transaction must be rolled back, and `record_new` be asked."""


def record(connection: Connection, batch: int, results: Sequence[RowResult]) -> int:
    """Store results of which all are new, as they nearly always are; returns how many.

    Raises:
        MixedResults: They are not.
    """
    job = _job_of(connection, batch)
    if job is None or not results:
        return 0
    _record(connection, job, batch, RowState.TAKEN, sorted(results, key=attrgetter("number")))
    return len(results)


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
    for before, found in new.items():
        if found:
            _record(connection, job, batch, before, list(found.values()))
    return sum(map(len, new.values()))


def _job_of(connection: Connection, batch: int) -> int | None:
    row = connection.execute("SELECT job FROM batches WHERE id = ?", (batch,)).fetchone()
    return None if row is None else int(row[0])


def _record(connection: Connection, job: int, batch: int, before: RowState, results: Sequence[RowResult]) -> None:
    """Store results, in ascending order, of rows that are all in this batch and this state."""
    place = _next(connection)
    base, known = row_id(job, 0), (batch, CODES[before])
    if _are_neighbours(results):
        first, last = base + results[0].number, base + results[-1].number
        changed = connection.execute(_END_BETWEEN, (first - place, first, last, *known)).rowcount
    else:
        changes = [(to, base + one.number, *known) for to, one in enumerate(results, place)]
        changed = connection.executemany(_END, changes).rowcount
    if changed != len(results):
        raise MixedResults
    failed = [one for one in results if one.outcome is not Outcome.SUCCEEDED]
    fates = [(CODES[one.outcome.row_state], storable(one.sentence), base + one.number) for one in failed]
    connection.executemany(_FAIL, fates)
    connection.executemany(_MARK, [(base + one.number, batch) for one in failed if one.again])
    _keep(connection, job, place, results)
    ends = Counter(one.outcome.row_state for one in failed)
    shift(connection, job, {before: -changed, RowState.SUCCEEDED: changed - len(failed), **ends})


def _next(connection: Connection) -> int:
    """Where the next result is written."""
    return int(connection.execute(_LAST).fetchone()[0]) + 1


def _are_neighbours(results: Sequence[RowResult]) -> bool:
    """Whether no other row lies between them: a whole batch, as nearly always. One statement changes all then."""
    return len({result.number for result in results}) == len(results) == results[-1].number - results[0].number + 1


def _keep(connection: Connection, job: int, place: int, results: Sequence[RowResult]) -> None:
    whole = len(results) - len(results) % _TOGETHER
    for begin in range(0, whole, _TOGETHER):
        some: list[object] = []
        for to, one in enumerate(results[begin : begin + _TOGETHER], place + begin):
            some += (to, *astuple(one.usage), one.payload)
        connection.execute(_KEEP_TOGETHER, some)
    rest = enumerate(results[whole:], place + whole)
    connection.executemany(_KEEP, [(to, *astuple(one.usage), one.payload) for to, one in rest])
    cost = sum(result.usage.cost or 0.0 for result in results)
    if cost:
        connection.execute(_COST, (cost, job))
