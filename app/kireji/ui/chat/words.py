"""Times, sizes, prices and names as people read them."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime, timedelta

from kireji.ui.translation import locale, mark, plural, tr

_PROVIDERS = {
    "anthropic": "Anthropic",
    "openrouter": "OpenRouter",
    "local": mark("Local server"),
    "device": mark("This computer"),
    "chatgpt": "ChatGPT",
    "claude": "Claude",
}


def short_ago(moment: datetime, now: datetime) -> str:
    """How long ago, in the room of a list row: now, 2m, 3h."""
    minutes = int((now - moment).total_seconds() // 60)
    if minutes < 1:
        return tr("now")
    return tr("{minutes}m", minutes=minutes) if minutes < 60 else tr("{hours}h", hours=minutes // 60)


def day_group(moment: datetime, now: datetime) -> str:
    """Under which heading a conversation stands; both times are in the person's own zone."""
    days = (now.date() - moment.date()).days
    if days <= 0:
        return tr("Today")
    if days == 1:
        return tr("Yesterday")
    if days < 7:
        return tr("Last 7 days")
    if days < 30:
        return tr("Last 30 days")
    return _written(moment.date(), "%B %Y", "MMMM yyyy")


def row_time(moment: datetime, now: datetime) -> str:
    """What stands at the end of a conversation's row."""
    days = (now.date() - moment.date()).days
    if days <= 0:
        return short_ago(moment, now)
    if days == 1:
        return ""
    if days < 7:
        return _written(moment.date(), "%a", "ddd")
    return short_date(moment)


def _written(day: date, english: str, pattern: str) -> str:
    """A day in the person's language.

    Args:
        day: Which.
        english: The pattern of `strftime`.
        pattern: The pattern of Qt, for other languages.
    """
    language = locale()
    if language is None:
        return day.strftime(english)
    from PySide6.QtCore import QDate

    return language.toString(QDate(day.year, day.month, day.day), pattern)


def ago(elapsed: timedelta) -> str:
    """How long ago, in a sentence: just now, 2 min ago, 3 h ago."""
    minutes = int(elapsed.total_seconds() // 60)
    if minutes < 1:
        return tr("just now")
    return tr("{minutes} min ago", minutes=minutes) if minutes < 60 else tr("{hours} h ago", hours=minutes // 60)


def decimal(number: float, digits: int) -> str:
    """A number with so many digits after the point, or what stands for it in the person's language."""
    language = locale()
    return f"{number:,.{digits}f}" if language is None else language.toString(float(number), "f", digits)


def count(number: int) -> str:
    """With thousands apart."""
    language = locale()
    return f"{number:,}" if language is None else language.toString(number)


def size(count: int) -> str:
    """Bytes, KiB or MiB."""
    if count < 1024:
        return plural(count, "1 B", "{n} B")
    if count < 1024 * 1024:
        return tr("{size} KiB", size=decimal(count / 1024, 0))
    return tr("{size} MiB", size=decimal(count / 1024 / 1024, 1))


def money(dollars: float, digits: int = 2) -> str:
    """US dollars with so many digits after the point."""
    return tr("${amount}", amount=decimal(dollars, digits))


def sum_of_money(amount: float) -> str:
    """A sum that was spent, in dollars and cents; what is less than a cent was spent, too."""
    return dollars(amount) if 0 < amount < 0.01 else money(amount)


def dollars(cost: float | None) -> str:
    """US dollars, as exact as the amount needs."""
    if cost is None:
        return tr("not known")
    if cost == 0:
        return tr("nothing")
    if cost < 0.0001:
        return tr("under {amount}", amount=money(0.0001, 4))
    return money(cost, 4 if cost < 1 else 2)


def provider_name(name: str) -> str:
    """A provider as people call it."""
    return tr(_PROVIDERS[name]) if name in _PROVIDERS else name.capitalize()


def has_letters(text: str) -> bool:
    """Whether a text has signs that belong to a direction of writing."""
    return any(unicodedata.bidirectional(sign) in ("L", "R", "AL") for sign in text)


def apart(words: str) -> str:
    """Words whose direction moves nothing that stands beside them on a line (Unicode's isolates)."""
    return f"\u2068{words}\u2069"


def is_right_to_left(text: str) -> bool:
    """Whether the first letter of a text belongs to a script that is written from the right."""
    for sign in text:
        kind = unicodedata.bidirectional(sign)
        if kind in ("R", "AL"):
            return True
        if kind == "L":
            return False
    return False


def short_date(moment: datetime) -> str:
    """A day with its month, in the person's own zone."""
    return f"{moment.day} {moment.strftime('%b')}" if locale() is None else _written(moment.date(), "", tr("d MMM"))
