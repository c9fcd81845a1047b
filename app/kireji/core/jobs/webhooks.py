"""What the person's own address is told of a job: how it ended, never what was asked or answered."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

import msgspec

from kireji.core.jobs.states import JobState
from kireji.core.jobs.values import Job

EVENTS: Mapping[JobState, str] = MappingProxyType(
    {
        JobState.FINISHED: "job.finished",
        JobState.CANCELLED: "job.cancelled",
        JobState.NEEDS_YOU: "job.needs_you",
    }
)
"""States that are told, and by which name."""

_BEGINS = "whsec_"
_SHORTEST, _LONGEST = 24, 64
"""Bytes of a key, as Standard Webhooks has it."""

RETRIES = (5.0, 30.0, 120.0, 600.0, 1_800.0, 3_600.0, 7_200.0, 14_400.0, 28_800.0, 28_800.0)
"""Seconds between one attempt and the next; after the last, a message is given up: a day after the first."""


class _Rows(msgspec.Struct, frozen=True):
    lines: int
    invalid: int
    same: int
    waiting: int
    succeeded: int
    errored: int
    expired: int
    canceled: int
    uncertain: int
    reused: int


class _Told(msgspec.Struct, frozen=True):
    job: int
    name: str
    state: str
    sentence: str
    rows: _Rows
    cost: float


class _Message(msgspec.Struct, frozen=True):
    type: str
    timestamp: str
    data: _Told


def signing_key(secret: str) -> bytes:
    """The key in a secret, which is `whsec_` and the key in Base64; empty when it is none."""
    if not secret.startswith(_BEGINS):
        return b""
    try:
        key = base64.b64decode(secret.removeprefix(_BEGINS), validate=True)
    except ValueError:
        return b""
    return key if _SHORTEST <= len(key) <= _LONGEST else b""


def secret_of(key: bytes) -> str:
    """The secret that holds a key."""
    return _BEGINS + base64.b64encode(key).decode()


def message(job: Job, now: datetime) -> bytes | None:
    """The body of a message about a job in its state of now; None when nobody is told of that.

    Args:
        job: Which.
        now: The time (UTC).
    """
    if job.state not in EVENTS:
        return None
    counts = job.counts
    rows = _Rows(
        lines=counts.lines,
        invalid=counts.invalid,
        same=counts.same,
        waiting=counts.pending + counts.taken,
        succeeded=counts.succeeded,
        errored=counts.errored,
        expired=counts.expired,
        canceled=counts.canceled,
        uncertain=counts.uncertain,
        reused=counts.reused,
    )
    told = _Told(job.id, job.plan.name, job.state.name.lower(), job.sentence, rows, round(job.cost, 6))
    stamp = now.isoformat(timespec="seconds").replace("+00:00", "Z")
    return msgspec.json.encode(_Message(EVENTS[job.state], stamp, told))


def wait_after(attempts: int) -> float | None:
    """Seconds until a message is sent again that so many attempts did not bring; None when it is given up."""
    return RETRIES[attempts - 1] if 1 <= attempts <= len(RETRIES) else None
