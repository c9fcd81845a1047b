"""How many rows are asked side by side."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.jobs.pace import Pace
from kireji.core.rate_limits import Allowance, RateLimits

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def limits(status: int = 200, **told: object) -> RateLimits:
    return RateLimits("anthropic", "api", "m", status, NOON, **told)  # type: ignore[arg-type]


def test_it_begins_with_as_many_as_allowed() -> None:
    assert (Pace(4).allowed, Pace(0).allowed) == (4, 1)


def test_a_refusal_halves_it_and_is_waited_for() -> None:
    pace = Pace(8)
    pace.refused(100.0, 7.0)
    assert (pace.allowed, pace.wait(100.0), pace.wait(105.0), pace.wait(107.0)) == (4, 7.0, 2.0, 0.0)


def test_refusals_of_the_same_moment_count_once() -> None:
    pace = Pace(8)
    for _ in range(5):
        pace.refused(100.0, 1.0)
    assert pace.allowed == 4
    pace.refused(102.0, 1.0)
    assert pace.allowed == 2


def test_it_grows_by_one_for_each_round_of_answers() -> None:
    pace = Pace(8)
    pace.refused(0.0, None)
    for _ in range(5):
        pace.answered()
    assert pace.allowed == 5


@pytest.mark.parametrize("status", [429, 529])
def test_a_refusal_that_is_tried_again_below_counts_too(status: int) -> None:
    pace = Pace(4)
    pace.told(limits(status, retry_after=3.0), 10.0)
    assert (pace.allowed, pace.wait(10.0)) == (2, 3.0)


def test_when_nothing_is_left_the_next_row_waits_until_there_is_some_again() -> None:
    pace = Pace(4)
    pace.told(limits(requests=Allowance(0, 50, NOON + timedelta(seconds=8))), 10.0)
    assert (pace.allowed, pace.wait(10.0)) == (4, 4.0)


def test_as_long_as_something_is_left_nobody_waits() -> None:
    pace = Pace(4)
    pace.told(limits(requests=Allowance(1, 50), tokens=Allowance(7)), 10.0)
    assert pace.wait(10.0) == 0.0


@given(st.integers(1, 64), st.lists(st.tuples(st.booleans(), st.floats(0, 1e9)), max_size=60))
def test_whatever_happens_it_stays_between_one_and_what_is_allowed(most: int, steps: list[tuple[bool, float]]) -> None:
    pace, now = Pace(most), 0.0
    for refused, wait in steps:
        now += 2.0
        if refused:
            pace.refused(now, wait)
        else:
            pace.answered()
        assert 1 <= pace.allowed <= most
        assert 0.0 <= pace.wait(now) <= 300.0
