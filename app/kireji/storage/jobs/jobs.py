"""Jobs: made, moved from state to state, removed. Every function runs inside a transaction of its caller."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from kireji.core.errors import JobConflict
from kireji.core.history import Origin
from kireji.core.jobs.counts import Leaving
from kireji.core.jobs.states import JobState, may_follow
from kireji.core.jobs.values import Delivery, Estimate, Job, JobPlan, JobSource
from kireji.core.words import say
from kireji.storage.jobs.counting import counted
from kireji.storage.jobs.deliveries import queue
from kireji.storage.jobs.forms import decode, encode, moment
from kireji.storage.jobs.tables import row_range
from kireji.storage.rows import storable

if TYPE_CHECKING:
    from sqlite3 import Connection

_COLUMNS = (
    "id, plan, source, state, created, started, ended, sentence, cost, estimate, reused, offered, importer_pid,"
    " importer_started"
)
_ALL = f"SELECT {_COLUMNS} FROM jobs WHERE removed = 0 ORDER BY id DESC"  # noqa: S608 - nothing of it is input
_ONE = f"SELECT {_COLUMNS} FROM jobs WHERE removed = 0 AND id = ?"  # noqa: S608
_SENT = """
    SELECT
        count(iif(state IN ('submitting', 'discarded'), NULL, 1)),
        count(iif(state IN ('completed', 'failed', 'expired'), 1, NULL)),
        min(iif(state IN ('submitted', 'cancelling', 'collecting'), submitted, NULL)),
        sum(iif(state = 'submitting', rows, 0)),
        sum(iif(state = 'submitting', ready, 0))
    FROM batches WHERE job = ? AND NOT (state IN ('live', 'completed') AND remote = '')
"""
_CREATE = """
    INSERT INTO jobs (state, plan, source, created, importer_pid, importer_started) VALUES ('importing', ?, ?, ?, ?, ?)
"""
_MOVE = """
    UPDATE jobs SET state = ?, sentence = ?, started = coalesce(started, ?), ended = ? WHERE id = ?
"""
_REMOVED_AT_ONCE = 2_000
"""Rows: with inputs and answers of some kilobytes each, their pages are written again within some 50 ms."""
_PICTURES = "SELECT DISTINCT blob, media_type FROM pictures WHERE row BETWEEN ? AND ?"
_PICTURE_USED = "SELECT 1 FROM pictures WHERE blob = ? LIMIT 1"
_FORGET_RESULTS = "DELETE FROM results WHERE id IN (SELECT result FROM rows WHERE id BETWEEN ? AND ?)"
_ENDS = frozenset({JobState.FINISHED, JobState.CANCELLED})
_FIXED = frozenset({"name", "mode", "rows_per_batch", "unpriced"})


def _nobody(_: Origin) -> bool:
    return False


def create(connection: Connection, plan: JobPlan, source: JobSource, owner: Origin, now: int) -> int:
    """A job that is IMPORTING; returns its number."""
    values = (encode(plan), encode(source), now, owner.pid, storable(owner.started))
    number = connection.execute(_CREATE, values).lastrowid
    assert number is not None
    return number


def listed(connection: Connection, alive: Callable[[Origin], bool]) -> list[Job]:
    """All, newest first; `alive` says whether a process still runs."""
    return [_job(connection, row, alive) for row in connection.execute(_ALL).fetchall()]


def found(connection: Connection, job: int, alive: Callable[[Origin], bool] = _nobody) -> Job | None:
    """One, or None when there is none."""
    row = connection.execute(_ONE, (job,)).fetchone()
    return None if row is None else _job(connection, row, alive)


def existing(connection: Connection, job: int, alive: Callable[[Origin], bool] = _nobody) -> Job:
    """One.

    Raises:
        JobConflict: There is none.
    """
    known = found(connection, job, alive)
    if known is None:
        raise no_such(job)
    return known


def no_such(job: int) -> JobConflict:
    """There is no such job (any more)."""
    return JobConflict(say("There is no job {job}.", job=job), say("It may have been removed meanwhile."))


def set_state(
    connection: Connection,
    job: int,
    state: JobState,
    sentence: str,
    delivery: Delivery | None,
    now: int,
    alive: Callable[[Origin], bool],
) -> Job:
    """As in JobStore."""
    known = existing(connection, job)
    if not may_follow(known.state, state):
        raise JobConflict(
            say("Job {job} is {state} now.", job=job, state=known.state.value),
            say("Another window or command line may have been quicker; look at it again."),
        )
    if state in _ENDS:
        _refuse_early_end(connection, known, state)
    began = now if state is JobState.RUNNING else None
    ended = now if state in _ENDS else None
    connection.execute(_MOVE, (state.value, storable(sentence), began, ended, job))
    if delivery is not None:
        queue(connection, delivery)
    return existing(connection, job, alive)


def _refuse_early_end(connection: Connection, known: Job, state: JobState) -> None:
    """A retry or another process may have made rows wait again since somebody saw that all had ended."""
    open_rows = known.counts.pending + known.counts.taken
    if state is JobState.FINISHED:
        open_rows += known.counts.uncertain
    if open_rows or _has_open(connection, known.id):
        raise JobConflict(
            say("Rows of job {job} have not ended.", job=known.id),
            say("Look at it again: another may have changed it."),
        )


def tell(connection: Connection, job: int, sentence: str) -> None:
    """As in JobStore."""
    connection.execute("UPDATE jobs SET sentence = ? WHERE id = ?", (storable(sentence), job))


def set_estimate(connection: Connection, job: int, estimate: Estimate) -> None:
    """As in JobStore."""
    connection.execute("UPDATE jobs SET estimate = ? WHERE id = ?", (encode(estimate), job))


def offer(connection: Connection, job: int) -> None:
    """As in JobStore."""
    connection.execute("UPDATE jobs SET offered = 1 WHERE id = ?", (job,))


def set_plan(connection: Connection, job: int, plan: JobPlan) -> None:
    """As in JobStore; while the rows are being read, all of it may change.

    Raises:
        JobConflict: There is no such job.
    """
    known = existing(connection, job)
    if known.state is not JobState.IMPORTING:
        plan = msgspec.structs.replace(known.plan, **{name: getattr(plan, name) for name in _FIXED})
    connection.execute("UPDATE jobs SET plan = ? WHERE id = ?", (encode(plan), job))


def left_over(connection: Connection, alive: Callable[[Origin], bool]) -> list[int]:
    """As in JobStore, and those whose removal broke off."""
    known = connection.execute(
        "SELECT id, removed, importer_pid, importer_started FROM jobs WHERE state = 'importing' OR removed = 1"
    )
    return [job for job, removed, pid, started in known.fetchall() if removed or not alive(Origin(pid, started))]


def mark_removed(connection: Connection, job: int) -> None:
    """Take a job out of sight; its rows go in further transactions.

    Raises:
        JobConflict: A batch is open.
    """
    if _has_open(connection, job):
        raise JobConflict(
            say("Job {job} has rows with the service.", job=job),
            say("Cancel it first and wait until that is confirmed."),
        )
    connection.execute("UPDATE jobs SET removed = 1 WHERE id = ?", (job,))


def remove_some(connection: Connection, job: int, drop: Callable[[Collection[tuple[str, str]]], None]) -> bool:
    """Delete the next rows of a removed job, at last the job itself.

    Args:
        connection: In a transaction, so that no new row can come to have a picture while its file goes.
        job: Which.
        drop: Deletes the files of pictures (hash and media type) that no row has any more.

    Returns:
        Whether there is more to delete.
    """
    lowest, highest = row_range(job)
    some = connection.execute(
        "SELECT max(id) FROM (SELECT id FROM rows WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?)",
        (lowest, highest, _REMOVED_AT_ONCE),
    ).fetchone()
    if some[0] is None:
        connection.execute("DELETE FROM jobs WHERE id = ? AND removed = 1", (job,))
        return False
    window = (lowest, some[0])
    pictures = connection.execute(_PICTURES, window).fetchall()
    connection.execute(_FORGET_RESULTS, window)
    for table in ("pictures", "inputs", "hidden", "verdicts", "reviews", "asked_again", "rows"):
        column = "row" if table == "pictures" else "id"
        connection.execute(f"DELETE FROM {table} WHERE {column} BETWEEN ? AND ?", window)  # noqa: S608 - no input
    unused = [one for one in pictures if connection.execute(_PICTURE_USED, one[:1]).fetchone() is None]
    if unused:
        drop(unused)
    return True


def _has_open(connection: Connection, job: int) -> bool:
    found = connection.execute("SELECT 1 FROM batches WHERE job = ? AND ended = 0 LIMIT 1", (job,))
    return found.fetchone() is not None


def _job(connection: Connection, row: Sequence[Any], alive: Callable[[Origin], bool]) -> Job:
    number, plan, source, state, created, started, ended, sentence, cost, estimate, reused, offered, pid, begun = row
    read = decode(source, JobSource)
    batches, batches_ended, since, leaving, ready = connection.execute(_SENT, (number,)).fetchone()
    made = moment(created)
    assert made is not None
    return Job(
        id=number,
        plan=decode(plan, JobPlan),
        source=read.label or (read.paths[0] if read.paths else ""),
        kind=read.kind,
        state=JobState(state),
        counts=counted(connection, number, reused),
        created=made,
        started=moment(started),
        ended=moment(ended),
        sentence=sentence,
        cost=cost,
        estimate=None if estimate is None else decode(estimate, Estimate),
        waiting_since=moment(since),
        batches=batches,
        batches_ended=batches_ended,
        held=not offered and pid is not None and alive(Origin(pid, begun)),
        leaving=Leaving(leaving or 0, ready or 0),
    )
