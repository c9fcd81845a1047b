"""The headers in which services say how much they take for now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from kireji.core.rate_limits import Allowance, RateLimits
from kireji.core.requests import OutgoingRequest
from kireji.providers.retry import retry_after

_PREFIX = "anthropic-ratelimit-"
_BUSY = frozenset({429, 503, 529})


def rate_limits(status: int, headers: Mapping[str, str], outgoing: OutgoingRequest, now: datetime) -> RateLimits | None:
    """What an answer says of it; None when it says nothing.

    Args:
        status: HTTP status.
        headers: By lower-case names.
        outgoing: What was asked.
        now: The time (UTC).
    """
    told = any(name.startswith(_PREFIX) for name in headers)
    if not told and status not in _BUSY:
        return None
    return RateLimits(
        outgoing.provider,
        outgoing.host,
        outgoing.model,
        status,
        now,
        _allowance(headers, "requests"),
        _allowance(headers, "tokens"),
        _allowance(headers, "input-tokens"),
        _allowance(headers, "output-tokens"),
        retry_after(headers, now),
    )


def _allowance(headers: Mapping[str, str], kind: str) -> Allowance | None:
    remaining = _number(headers.get(f"{_PREFIX}{kind}-remaining"))
    if remaining is None:
        return None
    return Allowance(
        remaining, _number(headers.get(f"{_PREFIX}{kind}-limit")), _moment(headers.get(f"{_PREFIX}{kind}-reset"))
    )


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 16 else None


def _moment(text: str | None) -> datetime | None:
    """RFC 3339; a time without a zone counts as UTC."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
