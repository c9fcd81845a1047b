"""Dates and times as text."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.plugins import ToolError
from kireji.tools.builtin.moments import tell

NOW = datetime(2026, 11, 29, 9, 31, 12, tzinfo=UTC)


def told(zone: str = "UTC", at: str = "", add: str = "", until: str = "") -> str:
    return tell(NOW, zone, at, add, until)


def test_now_with_all_that_is_asked_of_it() -> None:
    assert told() == (
        "Sunday 2026-11-29 09:31:12 +00:00 (UTC), ISO week 2026-W48, day 333 of the year, Unix time 1795944672"
    )


@pytest.mark.parametrize(
    ("zone", "clock"),
    [
        ("Asia/Tokyo", "18:31:12 +09:00 (Asia/Tokyo)"),
        ("berlin", "10:31:12 +01:00 (Europe/Berlin)"),
        ("New York", "04:31:12 -05:00 (America/New_York)"),
        ("PST", "01:31:12 -08:00 (America/Los_Angeles)"),
        ("+05:30", "15:01:12 +05:30 (+05:30)"),
        ("UTC-3", "06:31:12 -03:00 (UTC-3)"),
    ],
)
def test_elsewhere(zone: str, clock: str) -> None:
    assert clock in told(zone)


@pytest.mark.parametrize(
    ("at", "zone", "begins"),
    [
        ("2026-03-01", "UTC", "Sunday 2026-03-01, ISO week 2026-W09"),
        ("2026-03-01 15:00 Asia/Tokyo", "Europe/Berlin", "Sunday 2026-03-01 07:00:00 +01:00"),
        ("15:00 America/New_York", "Europe/Berlin", "Sunday 2026-11-29 21:00:00 +01:00"),
        ("2026-03-01T15:00Z", "Asia/Tokyo", "Monday 2026-03-02 00:00:00 +09:00"),
        ("1700000000", "UTC", "Tuesday 2023-11-14 22:13:20"),
        ("1700000000000", "UTC", "Tuesday 2023-11-14 22:13:20"),
        ("@0", "UTC", "Thursday 1970-01-01 00:00:00"),
        ("tomorrow", "UTC", "Monday 2026-11-30, "),
        ("2026-W48-7", "UTC", "Sunday 2026-11-29, "),
    ],
)
def test_other_moments(at: str, zone: str, begins: str) -> None:
    assert told(zone, at).startswith(begins)


@pytest.mark.parametrize(
    ("at", "add", "line"),
    [
        ("2024-01-31", "1 month", "Thursday 2024-02-29, "),
        ("2024-02-29", "1 year", "Friday 2025-02-28, "),
        ("2026-11-27", "1 workday", "Monday 2026-11-30, "),
        ("2026-11-28", "5 workdays", "Friday 2026-12-04, "),
        ("2026-11-29", "-1 workdays", "Friday 2026-11-27, "),
        ("2026-03-28T12:00", "1 day", "Sunday 2026-03-29 12:00:00 +02:00"),
        ("2026-03-28T12:00", "24 hours", "Sunday 2026-03-29 13:00:00 +02:00"),
        ("2026-01-01", "P1Y2M3DT4H", "Thursday 2027-03-04 04:00:00"),
        ("2026-01-10", "-1 week 2 days", "Thursday 2026-01-01, "),
    ],
)
def test_sums(at: str, add: str, line: str) -> None:
    assert told("Europe/Berlin", at, add).split("\n")[1].startswith(line)


@pytest.mark.parametrize(
    ("at", "until", "said"),
    [
        ("2026-01-01", "2026-12-25", "11 months, 24 days after the first (358 days, 256 of them Monday to Friday)"),
        ("2026-12-25", "2026-01-01", "11 months, 24 days before the first"),
        ("2000-02-29", "2026-02-28", "26 years after the first"),
        ("2026-11-29T10:00Z", "2026-11-29T09:00Z", "1 hour before the first (0 days; 1 h 0 min 0 s in all)"),
        ("2026-05-05", "2026-05-05", "0 days after"),
        ("0001-01-01", "9999-12-31", "9,998 years, 11 months, 30 days"),
    ],
)
def test_differences(at: str, until: str, said: str) -> None:
    assert said in told("UTC", at, "", until).rpartition("\n")[2]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"zone": "Europe/Berln"}, "Did you mean Europe/Berlin?"),
        ({"zone": "../../etc/passwd"}, "no time zone"),
        ({"zone": "/etc/passwd"}, "no time zone"),
        ({"zone": "Europe"}, "no time zone"),
        ({"at": "31.12.2026"}, "Write it like"),
        ({"at": "2026-13-01"}, "Write it like"),
        ({"at": "25:00"}, "no time 25:00"),
        ({"add": "some days"}, "cannot be added"),
        ({"add": "99999 years"}, "years 1 to 9999"),
        ({"add": "999999999 hours"}, "years 1 to 9999"),
        ({"at": "9999-12-31", "add": "1 day"}, "years 1 to 9999"),
        ({"zone": "x" * 200}, "at most 100"),
    ],
)
def test_each_mistake_has_a_sentence(wrong: dict[str, str], sentence: str) -> None:
    with pytest.raises(ToolError, match=sentence.replace("?", r"\?")):
        told(**wrong)


def answer_or_sentence(*words: str) -> str:
    try:
        return tell(NOW, *words)
    except ToolError as error:
        return str(error)


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_any_text_has_an_answer_or_a_sentence(zone: str, at: str, add: str, until: str) -> None:
    for words in ((zone, at, add, until), ("", at, "", ""), ("", "", add, ""), ("", "", "", until)):
        assert answer_or_sentence(*words)


@given(st.dates(), st.integers(-5000, 5000))
def test_days_are_added_as_the_calendar_does(day: date, count: int) -> None:
    try:
        wanted = day + timedelta(days=count)
    except OverflowError:
        return
    assert wanted.isoformat() in told("UTC", day.isoformat(), f"{count} days")
