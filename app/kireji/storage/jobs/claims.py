"""Who works on which batch. Every function runs inside a transaction of its caller."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from kireji.core.history import Origin
from kireji.core.jobs.limits import LONGEST_WAIT
from kireji.core.jobs.states import BatchState
from kireji.core.jobs.values import Batch
from kireji.storage.jobs.batches import COLUMNS, batch_of, end_live, make_uncertain
from kireji.storage.jobs.forms import microseconds
from kireji.storage.rows import storable

if TYPE_CHECKING:
    from sqlite3 import Connection

_FAR = microseconds(LONGEST_WAIT)
"""No time that was written by a right clock lies further away: neither that of a poll nor the end of a lease."""

_OVER = "(lease IS NULL OR lease <= :now OR lease > :now + :far)"
_WORKED_ON = "SELECT DISTINCT owner_pid, owner_started FROM batches WHERE ended = 0 AND owner_pid IS NOT NULL"
_LOST = f"""
    SELECT id, job, state FROM batches WHERE ended = 0 AND state IN ('submitting', 'live')
    AND (owner_pid IS NULL OR owner_pid = :pid AND owner_started = :started AND {_OVER})
"""  # noqa: S608 - nothing of it is input
_UNCERTAIN = """
    UPDATE batches SET state = 'uncertain', polls = 0, next_poll = NULL,
        owner_pid = NULL, owner_started = NULL, lease = NULL
    WHERE id = ?
"""
_ENDED = """
    UPDATE batches SET state = 'completed', ended = 1, owner_pid = NULL, owner_started = NULL, lease = NULL
    WHERE id = ?
"""
_FREE = f"""
    UPDATE batches SET owner_pid = NULL, owner_started = NULL, lease = NULL
    WHERE ended = 0 AND owner_pid = :pid AND owner_started = :started AND {_OVER}
"""  # noqa: S608
_WAITING = """
    ended = 0 AND batches.state IN ('uncertain', 'submitted', 'cancelling', 'collecting')
    AND (:job IS NULL OR batches.job = :job)
"""
_CLAIM = f"""
    UPDATE batches SET owner_pid = :pid, owner_started = :started, lease = :lease, polls = polls + 1
    WHERE id = (
        SELECT id FROM batches WHERE owner_pid IS NULL AND {_WAITING}
        AND (next_poll IS NULL OR next_poll <= :now OR next_poll > :now + :far)
        ORDER BY next_poll, id LIMIT 1
    )
    RETURNING {COLUMNS}
"""  # noqa: S608
_NEXT = """
    SELECT min(max(
        CASE
            WHEN state IN ('submitting', 'live') OR next_poll IS NULL OR next_poll > :now + :far THEN :now
            ELSE next_poll
        END,
        CASE WHEN lease IS NULL OR lease > :now + :far THEN 0 ELSE lease END
    )) FROM batches WHERE ended = 0 AND batches.state <> 'needs you' AND (:job IS NULL OR batches.job = :job)
"""
_RENEW = "UPDATE batches SET lease = ? WHERE ended = 0 AND owner_pid = ? AND owner_started = ?"
_RELEASE = """
    UPDATE batches SET owner_pid = NULL, owner_started = NULL, lease = NULL, next_poll = ?
    WHERE id = ? AND ended = 0 AND owner_pid = ? AND owner_started = ?
"""


def owners(connection: Connection) -> list[Origin]:
    """Processes that have claims. One that is gone never comes back, so it may be asked outside of a transaction."""
    return [Origin(pid, started) for pid, started in connection.execute(_WORKED_ON).fetchall()]


def free_lost(connection: Connection, gone: Collection[Origin], now: int) -> None:
    """Take the claims from processes that are gone and whose leases have ended; what they were sending is unclear.

    The same holds for what was being sent and has no owner.

    Args:
        connection: Of the queue.
        gone: Processes that have ended.
        now: The time.
    """
    for pid, started in [(None, None), *((owner.pid, owner.started) for owner in gone)]:
        values = {"pid": pid, "started": started, "now": now, "far": _FAR}
        for batch, job, state in connection.execute(_LOST, values).fetchall():
            if state == BatchState.LIVE.value:
                end_live(connection, batch, job)
                connection.execute(_ENDED, (batch,))
            else:
                make_uncertain(connection, batch)
                connection.execute(_UNCERTAIN, (batch,))
        connection.execute(_FREE, values)


def claim_due(connection: Connection, owner: Origin, lease: int, job: int | None, now: int) -> Batch | None:
    """Claim one batch that is due and that nobody works on."""
    values = {"pid": owner.pid, "started": storable(owner.started), "lease": lease, "job": job, "now": now, "far": _FAR}
    rows = connection.execute(_CLAIM, values).fetchall()
    return batch_of(rows[0]) if rows else None


def renew(connection: Connection, owner: Origin, lease: int) -> None:
    """As in JobStore."""
    connection.execute(_RENEW, (lease, owner.pid, owner.started))


def release(connection: Connection, batch: int, owner: Origin, next_poll: int | None) -> None:
    """As in JobStore; a claim that another process has now is left alone."""
    connection.execute(_RELEASE, (next_poll, batch, owner.pid, owner.started))


def next_due(connection: Connection, job: int | None, now: int) -> int | None:
    """As in JobStore: of a batch that somebody works on, when the lease ends."""
    found: int | None = connection.execute(_NEXT, {"job": job, "now": now, "far": _FAR}).fetchone()[0]
    return found


def make_due(connection: Connection, job: int | None) -> None:
    """As in JobStore."""
    connection.execute(
        "UPDATE batches SET next_poll = NULL WHERE ended = 0 AND (:job IS NULL OR job = :job)", {"job": job}
    )
    connection.execute("UPDATE deliveries SET next_try = NULL")
