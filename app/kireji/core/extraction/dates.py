"""Dates as the world writes them.

Whether `03/04/2026` is in March or in April, the other dates of its column tell (`date_order`).
"""

from __future__ import annotations

import datetime
import enum
import re
from collections.abc import Iterable
from typing import NamedTuple

from kireji.core.extraction.numerals import plain

_LONGEST = 60
"""Characters of a date."""
_MONTHS = (
    "january jan januar jänner janvier janv enero ene gennaio gen janeiro januari",
    "february feb februar februari février fevrier févr fevr febrero febbraio fevereiro fev",
    "march mar märz maerz mrz mär mars marzo março marco maart mrt",
    "april apr avril avr abril abr aprile",
    "may mai mayo maggio mag maio mei",
    "june jun juni juin junio giugno giu junho",
    "july jul juli juillet juil julio luglio lug julho",
    "august aug août aout agosto ago augustus",
    "september sep sept septembre septiembre settembre set setembro",
    "october oct oktober okt octobre octubre ottobre ott outubro out",
    "november nov novembre noviembre novembro",
    "december dec dezember dez décembre decembre déc diciembre dic dicembre dezembro december",
)
MONTHS = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
"""Names of months, in small letters, and their numbers."""
_WEEKDAY = r"(?:[^\W\d_]{2,12}\.?,?\ )?"
_TIME = r"""
    (?:,?[T\ ](?:um\ |at\ )?(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?
    \ ?(?P<half>[aApP]\.?[mM]\.?)?(?:Z|\ ?UTC|[+-]\d\d:?\d\d)?(?:\ Uhr)?)?
"""
_YEAR_FIRST = re.compile(
    rf"""{_WEEKDAY}(?P<year>\d{{4}})(?P<mark>[-/.])\ ?(?P<month>\d{{1,2}})(?P=mark)\ ?(?P<day>\d{{1,2}}){_TIME}""",
    re.VERBOSE,
)
_YEAR_LAST = re.compile(
    rf"""
    {_WEEKDAY}(?P<first>\d{{1,2}})(?P<mark>[-/.])\ ?(?P<other>\d{{1,2}})(?P=mark)\ ?(?P<year>\d{{4}}|\d\d){_TIME}
    """,
    re.VERBOSE,
)
_DAY_NAME = re.compile(
    rf"""
    {_WEEKDAY}(?P<day>\d{{1,2}})(?:\.|st|nd|rd|th|er|º)?[\ -]?(?:de\ |of\ )?
    (?P<name>[^\W\d_]{{3,10}})\.?,?[\ -]?(?:de\ )?(?P<year>\d{{4}}|\d\d){_TIME}
    """,
    re.VERBOSE,
)
_NAME_DAY = re.compile(
    rf"""
    {_WEEKDAY}(?P<name>[^\W\d_]{{3,10}})\.?[\ -](?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?[\ -](?P<year>\d{{4}}|\d\d){_TIME}
    """,
    re.VERBOSE,
)
_EAST = re.compile(
    rf"""
    (?:(?P<era>令和|平成|昭和)\ ?)?(?P<year>\d{{1,4}}|元)\ ?[年년]\ ?(?P<month>\d{{1,2}})\ ?[月월]
    \ ?(?P<day>\d{{1,2}})\ ?[日일号]?(?:\ ?[(（].[)）])?{_TIME}
    """,
    re.VERBOSE,
)
_MONTH_NAME = re.compile(r"(?P<name>[^\W\d_]{3,10})\.?,?[ -](?P<year>\d{4})")
_MONTH_LAST = re.compile(r"(?P<month>\d{1,2})[/.-](?P<year>\d{4})")
_MONTH_FIRST = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})")
_MONTH_EAST = re.compile(r"(?P<year>\d{4}) ?[年년] ?(?P<month>\d{1,2}) ?[月월]")
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925}


class DateOrder(enum.Enum):
    """What stands first in dates that are written in digits, the year last."""

    DAY = "day"
    MONTH = "month"


class _Parts(NamedTuple):
    year: int
    month: int
    day: int
    time: str = ""


def date_order(texts: Iterable[str]) -> DateOrder | None:
    """What stands first in dates that belong together; None where they do not tell."""
    days = months = 0
    for text in texts:
        found = _YEAR_LAST.fullmatch(_clean(text)) if len(text) <= _LONGEST else None
        if found is None:
            continue
        first, second = int(found["first"]), int(found["other"])
        days += found["mark"] == "." or (first > 12 >= second)
        months += second > 12 >= first and found["mark"] != "."
    return DateOrder.DAY if days > months else DateOrder.MONTH if months > days else None


def date(text: str, order: DateOrder | None = None) -> str:
    """A date as `2026-11-29`, with its time as `2026-11-29T14:30`, of a month alone `2026-11`; empty when it is none.

    Args:
        text: Such as `29.11.2026`, `11/29/2026`, `29 Nov 2026` or `2026年11月29日`.
        order: Of dates in digits that belong to it, where that is known; otherwise the day is first where that can be.
    """
    if not 5 <= len(text) <= _LONGEST:
        return ""
    cleaned = _clean(text)
    parts = _in_digits(cleaned, order) or _with_name(cleaned) or _of_the_east(cleaned)
    if parts is None:
        return _month_alone(cleaned)
    try:
        day = datetime.date(parts.year, parts.month, parts.day).isoformat()
    except ValueError:
        return ""
    return f"{day}T{parts.time}" if parts.time else day


def _clean(text: str) -> str:
    return " ".join(plain(text).split())


def _in_digits(text: str, order: DateOrder | None) -> _Parts | None:
    if found := _YEAR_FIRST.fullmatch(text):
        return _timed(found, int(found["year"]), int(found["month"]), int(found["day"]))
    found = _YEAR_LAST.fullmatch(text)
    if found is None:
        return None
    day, month = int(found["first"]), int(found["other"])
    if found["mark"] != "." and ((order is DateOrder.MONTH and day <= 12) or (month > 12 >= day)):
        day, month = month, day
    return _timed(found, _year(found["year"]), month, day)


def _with_name(text: str) -> _Parts | None:
    for form in (_DAY_NAME, _NAME_DAY):
        found = form.fullmatch(text)
        if found is not None and (month := MONTHS.get(found["name"].casefold())):
            return _timed(found, _year(found["year"]), month, int(found["day"]))
    return None


def _of_the_east(text: str) -> _Parts | None:
    found = _EAST.fullmatch(text)
    if found is None or (found["year"] == "元" and not found["era"]):
        return None
    year = 1 if found["year"] == "元" else int(found["year"])
    year = year + _ERAS[found["era"]] if found["era"] else _year(found["year"])
    return _timed(found, year, int(found["month"]), int(found["day"]))


def _month_alone(text: str) -> str:
    for form in (_MONTH_NAME, _MONTH_LAST, _MONTH_FIRST, _MONTH_EAST):
        found = form.fullmatch(text)
        if found is None:
            continue
        named = found.groupdict().get("name")
        month = MONTHS.get(named.casefold(), 0) if named else int(found["month"])
        if 1 <= month <= 12:
            return f"{found['year']}-{month:02d}"
    return ""


def _timed(found: re.Match[str], year: int, month: int, day: int) -> _Parts | None:
    if found["hour"] is None:
        return _Parts(year, month, day)
    hour, minute = int(found["hour"]), int(found["minute"])
    half = (found["half"] or "")[:1].casefold()
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59 or int(found["second"] or 0) > 59:
        return None
    return _Parts(year, month, day, f"{hour:02d}:{minute:02d}" + (f":{found['second']}" if found["second"] else ""))


def _year(text: str) -> int:
    year = int(text)
    if len(text) > 2:
        return year
    return 2000 + year if year < 70 else 1900 + year
