"""When a batch is looked at again, and what is believed. Pure rules; the waiting is done in `services.jobs.runner`."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from kireji.core.jobs.limits import LONGEST_WAIT

RESULTS_KEPT = timedelta(days=29)
"""Services delete results that long after a batch was made."""
_SHORTEST_WAIT = 1.0
_CLOCK_TOLERANCE = 5.0
"""Seconds by which two clocks may drift apart between two looks without one having been set or the machine asleep."""


class Timings(msgspec.Struct, frozen=True):
    """How long things take; all in seconds.

    Args:
        lease: How long a claim holds without being renewed.
        heartbeat: Between two renewals.
        first_look: At a new batch.
        longest_look: The distance that looks grow to.
        first_retry: After a failure.
        longest_retry: The distance that retries grow to.
        grace: How long a batch whose answer was lost may take to appear in the service's list.
        settling: How long a service may not know a batch that it has just made.
        longest_sleep: Of the runner.
        others: How often it looks whether another process has changed something.
    """

    lease: float = 30.0
    heartbeat: float = 10.0
    first_look: float = 10.0
    longest_look: float = 60.0
    first_retry: float = 5.0
    longest_retry: float = 300.0
    grace: float = 120.0
    settling: float = 600.0
    longest_sleep: float = 60.0
    others: float = 2.0


def next_look(looks: int, wanted: float | None, timings: Timings) -> float:
    """Seconds until a batch that is being worked on is looked at again.

    Args:
        looks: How often that was done already.
        wanted: What the service asks for; None when it does not say.
        timings: The distances.
    """
    if wanted is not None:
        return _bounded(wanted, timings.first_look)
    return min(timings.first_look * 1.5 ** min(looks, 20), timings.longest_look)


def next_try(failures: int, wanted: float | None, timings: Timings) -> float:
    """Seconds until something that failed is tried again.

    Args:
        failures: How often in a row it has failed, this time included.
        wanted: What the service asks for; None when it does not say.
        timings: The distances.
    """
    if wanted is not None:
        return _bounded(wanted, timings.first_retry)
    return min(timings.first_retry * 2.0 ** min(max(failures - 1, 0), 20), timings.longest_retry)


def jumped(wall: float, monotonic: float) -> bool:
    """Whether the machine has slept or its clock was set, by how far each clock has come since the last look."""
    return abs(wall - monotonic) > _CLOCK_TOLERANCE


def results_deleted(submitted: datetime | None, now: datetime) -> bool:
    """Whether a service that does not know a batch has deleted it by its own rule."""
    return submitted is not None and now - submitted >= RESULTS_KEPT


def _bounded(wanted: float, shortest: float) -> float:
    return min(max(wanted, min(_SHORTEST_WAIT, shortest)), LONGEST_WAIT)
