"""The states of jobs, batches and rows, and which may follow which. The stores refuse every other change."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar


class JobState(enum.Enum):
    """Where a job stands."""

    IMPORTING = "importing"
    """Its rows are being read; a job whose importer is gone is left over and is removed."""
    READY = "ready"
    """Checked, and waiting for the person to start it."""
    RUNNING = "running"
    PAUSED = "paused"
    """Nothing new is sent; what is with the service is still collected."""
    NEEDS_YOU = "needs you"
    """It cannot go on by itself; its sentence says why."""
    CANCELLING = "cancelling"
    """The service was told, or will be, and has not confirmed yet."""
    CANCELLED = "cancelled"
    FINISHED = "finished"
    """Every row has ended, whether well or not."""


class BatchState(enum.Enum):
    """Where rows that were sent together stand."""

    SUBMITTING = "submitting"
    """Recorded, with its key and its rows, before the first byte leaves."""
    UNCERTAIN = "uncertain"
    """It was sent, and no answer came: the service's own list must show whether it is there."""
    SUBMITTED = "submitted"
    CANCELLING = "cancelling"
    COLLECTING = "collecting"
    """It has ended, and its results are being read."""
    LIVE = "live"
    """Not with a batch service: its rows are asked one by one, at full price, by the owner."""
    COMPLETED = "completed"
    DISCARDED = "discarded"
    """It is certain that it was never taken up; its rows wait again."""
    FAILED = "failed"
    """The service refused it as a whole after taking it up."""
    EXPIRED = "expired"
    """Its results are no longer to be had."""
    NEEDS_YOU = "needs you"
    """Nobody can tell whether it is there; it is never sent again unless the person says so."""


class RowState(enum.Enum):
    """Where one row stands."""

    PENDING = "pending"
    INVALID = "invalid"
    """It was refused when it was read; its sentence says why."""
    SAME = "same"
    """It asks what an earlier row of the job asks, and shares that one's result."""
    TAKEN = "taken"
    """It belongs to a batch that has not ended."""
    UNCERTAIN = "uncertain"
    """It was sent, and nobody knows what became of it."""
    SUCCEEDED = "succeeded"
    ERRORED = "errored"
    EXPIRED = "expired"
    CANCELED = "canceled"


JOB_TRANSITIONS: Mapping[JobState, frozenset[JobState]] = MappingProxyType(
    {
        JobState.IMPORTING: frozenset({JobState.READY}),
        JobState.READY: frozenset({JobState.RUNNING, JobState.CANCELLING, JobState.CANCELLED}),
        JobState.RUNNING: frozenset({JobState.PAUSED, JobState.NEEDS_YOU, JobState.CANCELLING, JobState.FINISHED}),
        JobState.PAUSED: frozenset({JobState.RUNNING, JobState.NEEDS_YOU, JobState.CANCELLING, JobState.FINISHED}),
        JobState.NEEDS_YOU: frozenset({JobState.RUNNING, JobState.PAUSED, JobState.CANCELLING, JobState.FINISHED}),
        JobState.CANCELLING: frozenset({JobState.CANCELLED, JobState.NEEDS_YOU}),
        JobState.CANCELLED: frozenset({JobState.RUNNING}),
        JobState.FINISHED: frozenset({JobState.RUNNING}),
    }
)
"""FINISHED and CANCELLED run again when rows that failed are retried."""

BATCH_TRANSITIONS: Mapping[BatchState, frozenset[BatchState]] = MappingProxyType(
    {
        BatchState.SUBMITTING: frozenset({BatchState.SUBMITTED, BatchState.DISCARDED, BatchState.UNCERTAIN}),
        BatchState.UNCERTAIN: frozenset({BatchState.SUBMITTED, BatchState.DISCARDED, BatchState.NEEDS_YOU}),
        BatchState.NEEDS_YOU: frozenset({BatchState.SUBMITTED, BatchState.DISCARDED, BatchState.EXPIRED}),
        BatchState.SUBMITTED: frozenset(
            {
                BatchState.CANCELLING,
                BatchState.COLLECTING,
                BatchState.FAILED,
                BatchState.EXPIRED,
                BatchState.UNCERTAIN,
                BatchState.NEEDS_YOU,
            }
        ),
        BatchState.CANCELLING: frozenset(
            {BatchState.COLLECTING, BatchState.FAILED, BatchState.EXPIRED, BatchState.NEEDS_YOU}
        ),
        BatchState.COLLECTING: frozenset(
            {BatchState.COMPLETED, BatchState.EXPIRED, BatchState.UNCERTAIN, BatchState.NEEDS_YOU}
        ),
        BatchState.LIVE: frozenset({BatchState.COMPLETED}),
        BatchState.COMPLETED: frozenset(),
        BatchState.DISCARDED: frozenset(),
        BatchState.FAILED: frozenset(),
        BatchState.EXPIRED: frozenset(),
    }
)
"""SUBMITTED and COLLECTING become UNCERTAIN when an adopted batch turns out to hold somebody else's rows; what was with
the service becomes NEEDS_YOU when the service does not know it any more although it should, as with another account's
key."""

ROW_TRANSITIONS: Mapping[RowState, frozenset[RowState]] = MappingProxyType(
    {
        RowState.PENDING: frozenset({RowState.TAKEN, RowState.SUCCEEDED, RowState.SAME, RowState.CANCELED}),
        RowState.TAKEN: frozenset(
            {
                RowState.PENDING,
                RowState.UNCERTAIN,
                RowState.SUCCEEDED,
                RowState.ERRORED,
                RowState.EXPIRED,
                RowState.CANCELED,
            }
        ),
        RowState.UNCERTAIN: frozenset(
            {
                RowState.TAKEN,
                RowState.PENDING,
                RowState.ERRORED,
                RowState.SUCCEEDED,
                RowState.EXPIRED,
                RowState.CANCELED,
            }
        ),
        RowState.ERRORED: frozenset({RowState.PENDING}),
        RowState.EXPIRED: frozenset({RowState.PENDING}),
        RowState.CANCELED: frozenset({RowState.PENDING}),
        RowState.SUCCEEDED: frozenset(),
        RowState.SAME: frozenset(),
        RowState.INVALID: frozenset(),
    }
)
"""PENDING succeeds at once when an earlier job's result is reused, or the dry run has asked that row."""

ENDED_BATCHES = frozenset({BatchState.COMPLETED, BatchState.DISCARDED, BatchState.FAILED, BatchState.EXPIRED})
ENDED_ROWS = frozenset({RowState.SUCCEEDED, RowState.ERRORED, RowState.EXPIRED, RowState.CANCELED})
RETRIED_ROWS = frozenset({RowState.ERRORED, RowState.EXPIRED, RowState.CANCELED})
"""What a retry takes up again; what succeeded is never paid twice."""

S = TypeVar("S", JobState, BatchState, RowState)


def may_follow(before: S, after: S) -> bool:
    """Whether a job, batch or row may go from one state to the other."""
    if isinstance(before, JobState):
        return after in JOB_TRANSITIONS[before]
    if isinstance(before, BatchState):
        return after in BATCH_TRANSITIONS[before]
    return after in ROW_TRANSITIONS[before]
