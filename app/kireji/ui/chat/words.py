"""Times, sizes, prices and names as people read them."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime, timedelta

_PROVIDERS = {
    "anthropic": "Anthropic",
    "openrouter": "OpenRouter",
    "local": "Local server",
    "device": "This computer",
}


def short_ago(moment: datetime, now: datetime) -> str:
    """How long ago, in the room of a list row: now, 2m, 3h."""
    minutes = int((now - moment).total_seconds() // 60)
    if minutes < 1:
        return "now"
    return f"{minutes}m" if minutes < 60 else f"{minutes // 60}h"


def day_group(moment: datetime, now: datetime) -> str:
    """Under which heading a conversation stands; both times are in the person's own zone."""
    days = (now.date() - moment.date()).days
    if days <= 0:
        return "Today"
    if days == 1:
        return "Yesterday"
    if days < 7:
        return "Last 7 days"
    if days < 30:
        return "Last 30 days"
    return moment.strftime("%B %Y")


def row_time(moment: datetime, now: datetime) -> str:
    """What stands at the end of a conversation's row."""
    days = (now.date() - moment.date()).days
    if days <= 0:
        return short_ago(moment, now)
    if days == 1:
        return ""
    return moment.strftime("%a") if days < 7 else _day(moment.date())


def _day(day: date) -> str:
    return f"{day.day} {day.strftime('%b')}"


def ago(elapsed: timedelta) -> str:
    """How long ago, in a sentence: just now, 2 min ago, 3 h ago."""
    minutes = int(elapsed.total_seconds() // 60)
    if minutes < 1:
        return "just now"
    return f"{minutes} min ago" if minutes < 60 else f"{minutes // 60} h ago"


def size(count: int) -> str:
    """Bytes, KiB or MiB."""
    if count < 1024:
        return f"{count} B"
    if count < 1024 * 1024:
        return f"{count / 1024:.0f} KiB"
    return f"{count / 1024 / 1024:.1f} MiB"


def dollars(cost: float | None) -> str:
    """US dollars, as exact as the amount needs."""
    if cost is None:
        return "not known"
    if cost == 0:
        return "nothing"
    if cost < 0.0001:
        return "under $0.0001"
    return f"${cost:.4f}" if cost < 1 else f"${cost:.2f}"


def count(number: int) -> str:
    """With thousands apart."""
    return f"{number:,}"


def provider_name(name: str) -> str:
    """A provider as people call it."""
    return _PROVIDERS.get(name, name.capitalize())


def is_right_to_left(text: str) -> bool:
    """Whether the first letter of a text belongs to a script that is written from the right."""
    for sign in text:
        kind = unicodedata.bidirectional(sign)
        if kind in ("R", "AL"):
            return True
        if kind == "L":
            return False
    return False
