"""Batches: rows taken together, and what becomes of both. Every function runs inside a transaction of its caller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from kireji.core.errors import JobConflict
from kireji.core.history import Origin
from kireji.core.jobs.ports import RemoteBatch
from kireji.core.jobs.states import ENDED_BATCHES, BatchState, RowState, may_follow
from kireji.core.jobs.values import Batch
from kireji.core.words import say
from kireji.storage.jobs.again import send_back
from kireji.storage.jobs.counting import move
from kireji.storage.jobs.forms import encode_texts, moment, origin, stored_moment
from kireji.storage.jobs.tables import CODES, MOST_ROWS, Code, row_id, row_range
from kireji.storage.rows import storable

if TYPE_CHECKING:
    from sqlite3 import Connection

COLUMNS = (
    "id, job, key, state, rows, remote, created, submitted, expires, next_poll, polls, owner_pid, owner_started, lease,"
    " candidates, proven, sentence"
)
_ONE = f"SELECT {COLUMNS} FROM batches WHERE id = ?"  # noqa: S608 - nothing of it is input
_OF_JOB = f"SELECT {COLUMNS} FROM batches WHERE job = ? AND ended = 0 ORDER BY id"  # noqa: S608
_NEXT = f"""
    SELECT min(id), max(id), count(*) FROM (
        SELECT id FROM rows WHERE state = {Code.PENDING} AND id BETWEEN ? AND ? ORDER BY id LIMIT ?
    )
"""  # noqa: S608
_INSERT = """
    INSERT INTO batches (job, key, state, rows, first, last, created, owner_pid, owner_started, lease)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_WAITS = f"""
    SELECT 1 FROM rows JOIN jobs ON jobs.id = ? WHERE rows.id = ? AND rows.state = {Code.PENDING} AND removed = 0
"""  # noqa: S608
_TAKE = f"""
    UPDATE rows SET state = {Code.TAKEN}, batch = ?, sent = 0 WHERE state = {Code.PENDING} AND id BETWEEN ? AND ?
"""  # noqa: S608
_KEEP_VALUES = f"""
    INSERT OR REPLACE INTO hidden SELECT id, ? FROM rows
    WHERE id = ? AND batch = ? AND state IN ({Code.TAKEN}, {Code.UNCERTAIN})
"""  # noqa: S608
_CHANGE = """
    UPDATE batches SET state = :state, remote = :remote, submitted = :submitted, expires = :expires,
        candidates = :candidates, proven = :proven, sentence = :sentence, polls = :polls, ended = :ended,
        owner_pid = iif(:ended, NULL, owner_pid), owner_started = iif(:ended, NULL, owner_started),
        lease = iif(:ended, NULL, lease)
    WHERE id = :batch
"""
_MARK = f"""
    UPDATE rows SET sent = :sent WHERE id = :row AND batch = :batch AND state = {Code.TAKEN}
    AND (SELECT state FROM batches WHERE id = :batch) = 'live'
"""  # noqa: S608
_READY = "UPDATE batches SET ready = ? WHERE id = ? AND state = 'submitting'"
_GIVEN_BACK = frozenset({BatchState.SUBMITTING, BatchState.LIVE})
_ENDS = {
    BatchState.DISCARDED: RowState.PENDING,
    BatchState.FAILED: RowState.ERRORED,
    BatchState.EXPIRED: RowState.EXPIRED,
    BatchState.COMPLETED: RowState.EXPIRED,
}
"""What rows without a result become."""


def take(
    connection: Connection, job: int, owner: Origin, key: str, rows: int, state: BatchState, lease: int, now: int
) -> Batch | None:
    """As in JobStore; `lease` is when the claim ends."""
    if state not in _GIVEN_BACK:
        raise ValueError(f"rows are not taken into a batch that is {state.value}")
    running = connection.execute("SELECT 1 FROM jobs WHERE id = ? AND state = 'running' AND removed = 0", (job,))
    if running.fetchone() is None:
        return None
    first, last, count = connection.execute(_NEXT, (*row_range(job), rows)).fetchone()
    if not count:
        return None
    return _record(connection, job, owner, key, state, lease, now, (first, last, count))


def take_row(
    connection: Connection, job: int, number: int, owner: Origin, key: str, lease: int, now: int
) -> Batch | None:
    """As in JobStore; `lease` is when the claim ends."""
    row = row_id(job, number)
    if connection.execute(_WAITS, (job, row)).fetchone() is None:
        return None
    return _record(connection, job, owner, key, BatchState.LIVE, lease, now, (row, row, 1))


def _record(
    connection: Connection,
    job: int,
    owner: Origin,
    key: str,
    state: BatchState,
    lease: int,
    now: int,
    rows: tuple[int, int, int],
) -> Batch:
    """A new batch of the rows that wait between two ids, so many."""
    first, last, count = rows
    values = (job, key, state.value, count, first, last, now, owner.pid, storable(owner.started), lease)
    number = connection.execute(_INSERT, values).lastrowid
    assert number is not None
    connection.execute(_TAKE, (number, first, last))
    move(connection, job, RowState.PENDING, RowState.TAKEN, count)
    return found(connection, number)


def found(connection: Connection, batch: int) -> Batch:
    """One batch.

    Raises:
        JobConflict: There is none.
    """
    row = connection.execute(_ONE, (batch,)).fetchone()
    if row is None:
        raise JobConflict(say("There is no batch {batch}.", batch=batch), say("Its job may have been removed."))
    return batch_of(row)


def opened(connection: Connection, job: int) -> list[Batch]:
    """Batches of a job that have not ended."""
    return [batch_of(row) for row in connection.execute(_OF_JOB, (job,)).fetchall()]


def batch_of(row: Sequence[Any]) -> Batch:
    """A batch from `COLUMNS`."""
    number, job, key, state, rows, remote = row[:6]
    created, submitted, expires, next_poll = map(moment, row[6:10])
    polls, pid, started, lease, candidates, proven, sentence = row[10:]
    return Batch(
        id=number,
        job=job,
        key=key,
        state=BatchState(state),
        rows=rows,
        remote=remote,
        created=created,
        submitted=submitted,
        expires=expires,
        next_poll=next_poll,
        polls=polls,
        owner=origin(pid, started),
        lease=moment(lease),
        candidates=msgspec.json.decode(candidates, type=tuple[str, ...]),
        proven=bool(proven),
        sentence=sentence,
    )


def span(connection: Connection, batch: int) -> tuple[int, int]:
    """The ids between which the rows of a batch lie; nothing when there is no such batch."""
    ends = connection.execute("SELECT first, last FROM batches WHERE id = ?", (batch,)).fetchone()
    return (0, -1) if ends is None else (ends[0], ends[1])


def set_ready(connection: Connection, batch: int, count: int) -> None:
    """As in JobStore."""
    connection.execute(_READY, (count, batch))


def give_back(connection: Connection, batch: int, after: int) -> int:
    """As in JobStore; of a LIVE batch only rows that were not sent.

    Raises:
        JobConflict: It was sent.
    """
    known = found(connection, batch)
    if known.state not in _GIVEN_BACK:
        raise _refused(known)
    first, last = span(connection, batch)
    beyond = max(first, row_id(known.job, after) + 1)
    given = _free(connection, batch, known.job, beyond, last)
    if given:
        connection.execute("UPDATE batches SET rows = rows - ? WHERE id = ?", (given, batch))
        if known.state is BatchState.SUBMITTING:
            connection.execute("UPDATE batches SET last = ? WHERE id = ?", (beyond - 1, batch))
    return known.rows - given


def _free(connection: Connection, batch: int, job: int, first: int, last: int) -> int:
    freed = connection.execute(
        f"UPDATE rows SET state = {Code.PENDING}, batch = NULL"  # noqa: S608 - nothing of it is input
        f" WHERE id BETWEEN ? AND ? AND batch = ? AND state = {Code.TAKEN} AND sent = 0",
        (first, last, batch),
    ).rowcount
    move(connection, job, RowState.TAKEN, RowState.PENDING, freed)
    return freed


def keep_values(connection: Connection, batch: int, values: Mapping[int, Mapping[str, str]]) -> None:
    """As in JobStore."""
    job = found(connection, batch).job
    connection.executemany(
        _KEEP_VALUES,
        [(encode_texts(texts), row_id(job, number), batch) for number, texts in values.items()],
    )


def mark_sent(connection: Connection, batch: int, number: int, sent: bool) -> None:
    """As in JobStore.

    Raises:
        JobConflict: The row is not (or no longer) this batch's, or the batch is not LIVE.
    """
    known = found(connection, batch)
    values = {"row": row_id(known.job, number), "batch": batch, "sent": sent}
    marked = connection.execute(_MARK, values).rowcount
    if not marked:
        raise _refused(known)


def set_batch(
    connection: Connection,
    batch: int,
    state: BatchState,
    remote: RemoteBatch | None,
    candidates: tuple[str, ...] | None,
    proven: bool | None,
    sentence: str,
    now: int,
) -> Batch:
    """As in JobStore; the same state again changes only what stands beside it."""
    known = found(connection, batch)
    same = state is known.state
    if known.state in ENDED_BATCHES or not (same or may_follow(known.state, state)):
        raise _refused(known)
    known = _with(known, state, remote)
    changed = {
        "batch": batch,
        "state": state.value,
        "remote": storable(known.remote),
        "submitted": now if known.remote and known.submitted is None else stored_moment(known.submitted),
        "expires": stored_moment(known.expires),
        "candidates": msgspec.json.encode(known.candidates if candidates is None else candidates).decode(),
        "proven": known.proven if proven is None else proven,
        "sentence": storable(sentence),
        "polls": known.polls if same else 0,
        "ended": state in ENDED_BATCHES,
    }
    connection.execute(_CHANGE, changed)
    _follow(connection, known, state, storable(sentence))
    return found(connection, batch)


def _with(known: Batch, state: BatchState, remote: RemoteBatch | None) -> Batch:
    """The batch with what the service says of it; what is UNCERTAIN (again) has no id at the service."""
    if state is BatchState.UNCERTAIN:
        return msgspec.structs.replace(known, remote="", submitted=None, expires=None)
    if remote is None:
        return known
    return msgspec.structs.replace(
        known, remote=remote.id, submitted=remote.created, expires=remote.expires or known.expires
    )


def _follow(connection: Connection, known: Batch, state: BatchState, sentence: str) -> None:
    """Rows follow their batch."""
    if known.state is BatchState.LIVE:
        if state is BatchState.COMPLETED:
            end_live(connection, known.id, known.job)
    elif state is BatchState.SUBMITTED:
        _move_rows(connection, known, (RowState.UNCERTAIN,), RowState.TAKEN)
    elif state in (BatchState.UNCERTAIN, BatchState.NEEDS_YOU):
        _move_rows(connection, known, (RowState.TAKEN,), RowState.UNCERTAIN)
    elif state in _ENDS:
        why = "" if state is BatchState.DISCARDED else sentence
        _move_rows(connection, known, (RowState.TAKEN, RowState.UNCERTAIN), _ENDS[state], why)
        send_back(connection, known.job, known.id, span(connection, known.id))


def make_uncertain(connection: Connection, batch: int) -> None:
    """Nobody knows what became of the rows of a batch."""
    _move_rows(connection, found(connection, batch), (RowState.TAKEN,), RowState.UNCERTAIN)


def end_live(connection: Connection, batch: int, job: int) -> None:
    """Rows of a LIVE batch that end without a result: what was not sent waits again, of the others nobody knows."""
    ends = span(connection, batch)
    _free(connection, batch, job, *ends)
    make_uncertain(connection, batch)
    send_back(connection, job, batch, ends)


def _move_rows(
    connection: Connection, batch: Batch, before: tuple[RowState, ...], after: RowState, sentence: str = ""
) -> None:
    """Rows of a batch that are in one of these states go into another."""
    ends = span(connection, batch.id)
    keeps = "batch = NULL," if after is RowState.PENDING else ""
    for state in before:
        rows = connection.execute(
            f"UPDATE rows SET {keeps} state = ?, sentence = ?"  # noqa: S608 - nothing of it is input
            " WHERE id BETWEEN ? AND ? AND batch = ? AND state = ?",
            (CODES[after], sentence, *ends, batch.id, CODES[state]),
        ).rowcount
        move(connection, batch.job, state, after, rows)


def numbers(connection: Connection, batch: int, waiting: bool) -> frozenset[int]:
    """As in JobStore."""
    # As one text: each row that is fetched gives the interpreter away, and the loop keeps it for milliseconds.
    asked = f"SELECT group_concat(id & {MOST_ROWS}) FROM rows WHERE id BETWEEN ? AND ? AND batch = ?"  # noqa: S608
    if waiting:
        asked += f" AND state IN ({Code.TAKEN}, {Code.UNCERTAIN})"
    (listed,) = connection.execute(asked, (*span(connection, batch), batch)).fetchone()
    return frozenset(map(int, listed.split(","))) if listed else frozenset()


def known_remotes(connection: Connection) -> frozenset[str]:
    """As in JobStore."""
    return frozenset(remote for (remote,) in connection.execute("SELECT remote FROM batches WHERE remote <> ''"))


def _refused(known: Batch) -> JobConflict:
    return JobConflict(
        say("Batch {batch} is {state} now.", batch=known.id, state=known.state.value),
        say("Another window or command line may have been quicker; look at it again."),
    )
