from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.history import ConversationSummary
from kireji.ui.chat.words import day_group
from kireji.ui.sidebar.order import heading_of, key_of
from tests.ui.sidebar.support import NOON, row

moments = st.datetimes(datetime(2020, 1, 1), datetime(2026, 3, 20), timezones=st.just(UTC))
zones = st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))


def at(number: int, moment: datetime) -> ConversationSummary:
    return ConversationSummary(number, "", moment, moment)


@given(moments, zones)
def test_a_heading_says_what_the_day_is_called(moment: datetime, zone: timezone) -> None:
    now = NOON.astimezone(zone)
    assert heading_of(at(1, moment), now).text == day_group(moment.astimezone(zone), now)


@given(st.lists(moments, min_size=2, max_size=30), zones)
def test_a_heading_stands_between_its_group_and_the_one_above(times: list[datetime], zone: timezone) -> None:
    now = NOON.astimezone(zone)
    rows = sorted((at(number, time) for number, time in enumerate(times, 1)), key=key_of)
    for above, below in pairwise(rows):
        heading = heading_of(below, now)
        assert heading.key < key_of(below)
        if heading != heading_of(above, now):
            assert key_of(above) < heading.key


def test_pinned_ones_stand_above_all_under_their_own_heading() -> None:
    pinned = row(1, pinned=True, days=400)
    assert key_of(pinned) < key_of(row(2, minutes=1))
    assert heading_of(pinned, NOON).text == "Pinned"


def test_of_two_that_changed_at_the_same_time_the_later_one_stands_above() -> None:
    assert key_of(row(2)) < key_of(row(1))


def test_deleted_ones_stand_by_when_they_were_deleted() -> None:
    old = msgspec.structs.replace(row(1, pinned=True, days=90), removed=NOON)
    assert heading_of(old, NOON).text == "Today"
    assert key_of(old) < key_of(msgspec.structs.replace(row(2), removed=NOON - timedelta(hours=1)))


@pytest.mark.parametrize(("days", "text"), [(0, "Today"), (1, "Yesterday"), (6, "Last 7 days"), (29, "Last 30 days")])
def test_groups_end_with_the_day(days: int, text: str) -> None:
    midnight = NOON.replace(hour=0) - timedelta(days=days)
    assert heading_of(at(1, midnight), NOON).text == text
    assert heading_of(at(1, midnight - timedelta(microseconds=1)), NOON).text != text
