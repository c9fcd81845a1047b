"""Whether a failed attempt is made again, and after how long. Pure rules; the waiting is done in `http`."""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping
from datetime import datetime

import msgspec

MAX_RETRIES = 2
LONGEST_WAIT = 20.0
"""Seconds. Nobody looks at a blank answer for longer than this: above it the wait is reported, not waited."""

_RETRYABLE = frozenset({408, 409, 429})
_NEVER = frozenset({"enforced_spend_limit_reached"})


class Failure(enum.Enum):
    """What kind of failure an attempt met."""

    CONNECTION = "connection"
    """Never reached, or lost before anything was shown."""
    SLOW_CONNECT = "slow connect"
    """The connection was not made within the time for that."""
    STATUS = "status"
    """The service answered with a status that is an error."""
    FINAL = "final"
    """Trying again cannot help, or might be charged twice."""


class FailedAttempt(msgspec.Struct, frozen=True):
    """What is known about an attempt that failed.

    Args:
        failure: Its kind.
        status: HTTP status, for STATUS.
        headers: Lower-case names of the answer's headers.
        error_code: The service's stable code, empty if none.
    """

    failure: Failure
    status: int = 0
    headers: Mapping[str, str] = {}
    error_code: str = ""


def delay_before_retry(attempt: FailedAttempt, retries: int, chance: float, now: datetime) -> float | None:
    """Seconds to wait before the next attempt, or None when there must be none.

    Args:
        attempt: What happened.
        retries: How many retries were made already.
        chance: 0 to 1, a random number that spreads the waits of many clients.
        now: The time, for a `retry-after` that is a date.
    """
    if retries >= MAX_RETRIES or not _may_retry(attempt, retries):
        return None
    if attempt.failure in (Failure.CONNECTION, Failure.SLOW_CONNECT) and retries == 0:
        return 0.0
    asked = retry_after(attempt.headers, now)
    if asked is None:
        return min(0.5 * 2.0**retries, 8.0) * (1 - 0.25 * chance)
    return asked if asked <= LONGEST_WAIT else None


def _may_retry(attempt: FailedAttempt, retries: int) -> bool:
    match attempt.failure:
        case Failure.CONNECTION:
            return True
        case Failure.SLOW_CONNECT:
            return retries == 0
        case Failure.FINAL:
            return False
    if attempt.error_code in _NEVER:
        return False
    told = attempt.headers.get("x-should-retry", "")
    if told in ("true", "false"):
        return told == "true"
    return attempt.status in _RETRYABLE or attempt.status >= 500


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """How many seconds the service asks to wait: `retry-after-ms`, else `retry-after` (seconds or a date)."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    text = headers.get("retry-after")
    seconds = _number(text)
    if seconds is not None or text is None:
        return seconds
    try:
        from email.utils import parsedate_to_datetime

        date = parsedate_to_datetime(text)
        return max(0.0, (date - now).total_seconds())
    except (ValueError, TypeError):  # not a date, or one without a time zone
        return None


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None
