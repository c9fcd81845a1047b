"""The tool that knows dates and times."""

from __future__ import annotations

from datetime import UTC, datetime

from kireji.plugins import tool
from kireji.tools.builtin import moments


@tool(read_only=True, open_world=False, seconds=10)
def time(zone: str = "", at: str = "", add: str = "", until: str = "") -> str:
    """Date and time now, or of another moment: weekday, ISO week, Unix time, other zones, sums and differences.

    Args:
        zone: IANA name, city or offset; the user's own when empty.
        at: Moment instead of now, such as 2026-03-01, 15:00 Asia/Tokyo or Unix seconds.
        add: Such as 3 days, -2 weeks, 1 month 12 hours, 10 workdays.
        until: Second moment, to tell the difference.
    """
    return moments.tell(datetime.now(UTC), zone, at, add, until)
