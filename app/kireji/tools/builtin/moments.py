"""Dates and times as text: now, elsewhere, later, and how far apart. Pure but for the zones that the system knows."""

from __future__ import annotations

import calendar
import difflib
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from kireji.plugins import ToolError

_LONGEST = 100
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MOST_STEPS = 12
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+-])(\d{1,2})(?::?(\d{2}))?\Z", re.IGNORECASE)
_UNIX = re.compile(r"@?(-?\d{9,14}(?:\.\d{1,6})?)\Z|@(-?\d{1,14})\Z")
_CLOCK = re.compile(r"T?(\d{1,2}):(\d{2})(?::(\d{2}))?\Z")
_ZONED = re.compile(r"(?P<moment>.*\d)\s*[\[( ]\s*(?P<zone>[A-Za-z][\w+/-]*(?:/[\w+-]+)*)[\])]?\Z")
_STEP = re.compile(r"\s*(?:,|and\b|plus\b)?\s*([+-]?)\s*(\d{1,9})\s*([A-Za-z]+)")
_ISO_STEP = re.compile(
    r"([+-]?)P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?\Z", re.IGNORECASE
)
_UNITS: Mapping[str, str] = MappingProxyType(
    {
        "y": "years", "yr": "years", "yrs": "years", "year": "years", "mo": "months", "month": "months", "w": "weeks",
        "wk": "weeks", "week": "weeks", "d": "days", "day": "days", "workday": "workdays", "weekday": "workdays",
        "weekdays": "workdays", "h": "hours", "hr": "hours", "hrs": "hours", "hour": "hours", "m": "minutes",
        "min": "minutes", "mins": "minutes", "minute": "minutes", "s": "seconds", "sec": "seconds", "secs": "seconds",
        "second": "seconds",
    }
)  # fmt: skip
_NAMES = ("years", "months", "weeks", "days", "workdays", "hours", "minutes", "seconds")
_MOST_WORKDAYS = 100_000
_ABBREVIATIONS: Mapping[str, str] = MappingProxyType(
    {
        "pst": "America/Los_Angeles", "pdt": "America/Los_Angeles", "pt": "America/Los_Angeles",
        "mdt": "America/Denver", "mt": "America/Denver", "cst": "America/Chicago", "cdt": "America/Chicago",
        "ct": "America/Chicago", "edt": "America/New_York", "et": "America/New_York", "cest": "Europe/Berlin",
        "bst": "Europe/London", "ist": "Asia/Kolkata", "jst": "Asia/Tokyo", "kst": "Asia/Seoul",
        "aest": "Australia/Sydney", "z": "UTC",
    }
)  # fmt: skip


class Unreadable(ToolError):
    """A date, a time, a zone or a step that cannot be read; the text says how to write it, for the model."""


class _Zone(NamedTuple):
    """A zone with its name; without `info` it is this computer's, whatever that is at the time."""

    name: str
    info: tzinfo | None

    def at(self, naive: datetime) -> datetime:
        """The moment when clocks there show this."""
        return naive.astimezone() if self.info is None else naive.replace(tzinfo=self.info)

    def of(self, moment: datetime) -> datetime:
        """What clocks there show at this moment."""
        return moment.astimezone(self.info)


class _Moment(NamedTuple):
    """A point in time as it was written: a whole day has no clock."""

    time: datetime
    zone: _Zone
    whole_day: bool


def tell(now: datetime, zone: str = "", at: str = "", add: str = "", until: str = "") -> str:
    """A moment, what it is elsewhere or later, or how far it is from another one.

    Args:
        now: The present, with its zone.
        zone: Where; empty for this computer's.
        at: Which moment; empty for the present.
        add: What is added to it.
        until: The moment up to which the difference is told.

    Raises:
        Unreadable: One of them cannot be read, or leads out of the years 1 to 9999.
    """
    for text in (zone, at, add, until):
        if len(text) > _LONGEST:
            raise Unreadable(f"Dates, zones and steps are written with at most {_LONGEST} characters.")
    try:
        shown = _zone(zone)
        moment = _moment(at, shown, now)
        if zone and not moment.whole_day:
            moment = _Moment(shown.of(moment.time), shown, False)
        lines = []
        if add.strip():
            moment = _later(moment, add)
            lines.append(f"After adding {add.strip()}:")
        lines.append(_line(moment))
        if until.strip():
            lines.append(_distance(moment, _moment(until, moment.zone, now)))
        return "\n".join(lines)
    except (OverflowError, ValueError, OSError):
        raise Unreadable("The date is outside the years 1 to 9999.") from None


def _line(moment: _Moment) -> str:
    year, week, _ = moment.time.isocalendar()
    details = f"ISO week {year}-W{week:02}, day {moment.time.timetuple().tm_yday} of the year"
    day = f"{_DAYS[moment.time.weekday()]} {moment.time.date().isoformat()}"
    if moment.whole_day:
        return f"{day}, {details}"
    offset = _offset(moment.time)
    unix = int(moment.time.timestamp())
    return f"{day} {moment.time:%H:%M:%S} {offset} ({moment.zone.name}), {details}, Unix time {unix}"


def _offset(moment: datetime) -> str:
    minutes = round((moment.utcoffset() or timedelta()).total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _zone(name: str) -> _Zone:
    name = name.strip()
    if not name or name.lower() == "local":
        return _Zone("local time", None)
    if found := _OFFSET.match(name):
        sign, hours, minutes = found[1], int(found[2]), int(found[3] or 0)
        if hours > 14 or minutes > 59:
            raise Unreadable("Zones lie at most 14 hours from UTC.")
        return _Zone(name, timezone((1 if sign == "+" else -1) * timedelta(hours=hours, minutes=minutes)))
    written = _ABBREVIATIONS.get(name.lower(), name).replace(" ", "_")
    if written.upper() in ("UTC", "GMT"):
        return _Zone("UTC", UTC)
    try:
        return _Zone(written, ZoneInfo(written))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return _guessed(written)


def _guessed(name: str) -> _Zone:
    """A zone by its city or in other letters.

    Raises:
        Unreadable: There is none; the text names the nearest.
    """
    known = sorted(available_timezones())
    by_name = {each.lower(): each for each in known}
    by_city = {each.rpartition("/")[2].lower(): each for each in known if "/" in each}
    if (found := by_name.get(name.lower()) or by_city.get(name.lower())) is not None:
        return _Zone(found, ZoneInfo(found))
    close = difflib.get_close_matches(name.lower(), [*by_name, *by_city], n=1)
    meant = by_name.get(close[0]) or by_city.get(close[0]) if close else None
    hint = f"Did you mean {meant}?" if meant else "Write it like Europe/Berlin, UTC or +02:00."
    raise Unreadable(f"There is no time zone {name!r} here. {hint}")


def _moment(text: str, zone: _Zone, now: datetime) -> _Moment:
    text = text.strip()
    if not text or text.lower() == "now":
        return _Moment(zone.of(now), zone, False)
    days = {"yesterday": -1, "today": 0, "tomorrow": 1}.get(text.lower())
    if days is not None:
        day = zone.of(now).date() + timedelta(days=days)
        return _Moment(datetime.combine(day, time()), zone, True)
    if found := _UNIX.match(text):
        seconds = float(found[1] or found[2])
        seconds = seconds / 1000 if found[1] and abs(seconds) >= 1e11 else seconds
        return _Moment(zone.of(datetime.fromtimestamp(seconds, UTC)), zone, False)
    if (found := _ZONED.match(text)) and found["zone"].upper() not in ("AM", "PM"):
        text, zone = found["moment"].strip(), _zone(found["zone"])
    if found := _CLOCK.match(text):
        hour, minute, second = (int(part or 0) for part in found.groups())
        if max(hour - 23, minute - 59, second - 59) > 0:
            raise Unreadable(f"There is no time {text} on a clock.")
        return _Moment(zone.at(datetime.combine(zone.of(now).date(), time(hour, minute, second))), zone, False)
    return _dated(text, zone)


def _dated(text: str, zone: _Zone) -> _Moment:
    try:
        read = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        raise Unreadable(
            f"The date {text!r} cannot be read. Write it like 2026-03-01, 2026-03-01T15:00, 15:00 Asia/Tokyo or as "
            f"Unix time."
        ) from None
    if read.tzinfo is not None:
        return _Moment(read, _Zone(f"UTC{_offset(read)}", read.tzinfo), False)
    if not re.search(r"[T ]\d|\d:\d", text):
        return _Moment(read, zone, True)
    return _Moment(zone.at(read), zone, False)


def _steps(text: str) -> dict[str, int]:
    """How many of which unit."""
    text = text.strip()
    if found := _ISO_STEP.match(text):
        if not any(found.groups()[1:]):
            raise _no_step(text)
        sign = -1 if found[1] == "-" else 1
        names = ("years", "months", "weeks", "days", "hours", "minutes", "seconds")
        return {name: sign * int(part) for name, part in zip(names, found.groups()[1:], strict=True) if part}
    steps: dict[str, int] = {}
    at, sign = 0, 1
    while at < len(text):
        found = _STEP.match(text, at)
        unit = "" if found is None else _UNITS.get(found[3].lower(), found[3].lower())
        if found is None or unit not in _NAMES or len(steps) > _MOST_STEPS:
            raise _no_step(text)
        sign = {"+": 1, "-": -1}.get(found[1], sign)
        steps[unit] = steps.get(unit, 0) + sign * int(found[2])
        at = found.end()
    return steps


def _no_step(text: str) -> Unreadable:
    return Unreadable(f"{text!r} cannot be added. Write it like 3 days, -2 weeks, 1 month 12 hours or 10 workdays.")


def _later(moment: _Moment, text: str) -> _Moment:
    """Days and longer are counted on the calendar, so that clocks show the same; hours and shorter really pass."""
    steps = _steps(text)
    day = _months_later(moment.time.date(), 12 * steps.get("years", 0) + steps.get("months", 0))
    day += timedelta(days=7 * steps.get("weeks", 0) + steps.get("days", 0))
    day = _workdays_later(day, steps.get("workdays", 0))
    passing = timedelta(**{name: steps.get(name, 0) for name in ("hours", "minutes", "seconds")})
    clock = moment.time.time()
    if moment.whole_day and not passing:
        return _Moment(datetime.combine(day, clock), moment.zone, True)
    begun = moment.zone.at(datetime.combine(day, clock))
    return _Moment(moment.zone.of(begun.astimezone(UTC) + passing), moment.zone, False)


def _months_later(day: date, months: int) -> date:
    """The last of a month that is too short."""
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    if not 1 <= year <= 9999:
        raise OverflowError
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _workdays_later(day: date, count: int) -> date:
    """Mondays to Fridays; holidays are not known."""
    if abs(count) > _MOST_WORKDAYS:
        raise Unreadable(f"At most {_MOST_WORKDAYS:,} workdays can be added.")
    step = timedelta(days=1 if count > 0 else -1)
    while count and day.weekday() > 4:
        day -= step  # so that the next workday is the first that counts
    day += timedelta(days=7 * int(count / 5))
    left = abs(count) % 5
    while left:
        day += step
        left -= day.weekday() < 5
    return day


def _distance(start: _Moment, end: _Moment) -> str:
    whole = start.whole_day and end.whole_day
    if whole:
        first, last = start.time, end.time
        elapsed = last - first
    else:
        first, last = (each.zone.at(each.time) if each.whole_day else each.time for each in (start, end))
        elapsed = last.astimezone(UTC) - first.astimezone(UTC)
    early, late = (last, first) if elapsed < timedelta() else (first, last)
    if whole:
        days = f"{_plural(abs(elapsed).days, 'day')}, {_workdays(early.date(), late.date()):,} of them Monday to Friday"
    else:
        late = late.astimezone(early.tzinfo)
        total = int(abs(elapsed).total_seconds())
        days = f"{_plural(abs(elapsed).days, 'day')}; {total // 3600:,} h {total // 60 % 60} min {total % 60} s in all"
    direction = "before" if elapsed < timedelta() else "after"
    return f"{_line(end)}\nThe second is {_on_calendar(early, late)} {direction} the first ({days})."


def _on_calendar(early: datetime, late: datetime) -> str:
    months = (late.year - early.year) * 12 + late.month - early.month
    clock = early.time()
    while months and _with_clock(_months_later(early.date(), months), clock, early) > late:
        months -= 1
    rest = late - _with_clock(_months_later(early.date(), months), clock, early)
    values = (months // 12, months % 12, rest.days, rest.seconds // 3600, rest.seconds // 60 % 60)
    names = ("year", "month", "day", "hour", "minute")
    said = [_plural(value, name) for value, name in zip(values, names, strict=True) if value]
    return ", ".join(said) or _plural(0, "day")


def _with_clock(day: date, clock: time, like: datetime) -> datetime:
    return datetime.combine(day, clock).replace(tzinfo=like.tzinfo)


def _workdays(early: date, late: date) -> int:
    """From the first day on, without the last."""
    weeks, rest = divmod((late - early).days, 7)
    return weeks * 5 + sum((early.weekday() + each) % 7 < 5 for each in range(rest))


def _plural(count: int, name: str) -> str:
    return f"{count:,} {name}{'' if count == 1 else 's'}"
