"""When a failed attempt is made again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.providers.retry import FailedAttempt, Failure, delay_before_retry, retry_after

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


def delay(status: int = 0, retries: int = 0, chance: float = 0.0, code: str = "", **headers: str) -> float | None:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return delay_before_retry(FailedAttempt(Failure.STATUS, status, names, code), retries, chance, NOW)


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 529])
def test_passing_faults_are_tried_again(status: int) -> None:
    assert delay(status) == 0.5


@pytest.mark.parametrize("status", [200, 302, 400, 401, 402, 403, 404, 413])
def test_lasting_faults_are_not(status: int) -> None:
    assert delay(status) is None


def test_there_are_two_retries_and_no_more() -> None:
    assert [delay(500, retries) for retries in range(4)] == [0.5, 1.0, None, None]


def test_chance_shortens_the_wait_by_at_most_a_quarter() -> None:
    assert delay(500, chance=1.0) == 0.375


def test_the_service_decides_whether() -> None:
    assert delay(400, x_should_retry="true") == 0.5
    assert delay(500, x_should_retry="false") is None


def test_the_service_decides_how_long() -> None:
    assert delay(429, retry_after="3") == 3.0
    assert delay(429, retry_after="3", retry_after_ms="250") == 0.25
    assert delay(429, retry_after="Sun, 22 Nov 2026 12:00:07 GMT") == 7.0


def test_a_long_wait_is_reported_instead_of_waited() -> None:
    assert delay(429, retry_after="20") == 20.0
    assert delay(429, retry_after="21") is None


def test_a_spending_limit_is_not_tried_again() -> None:
    assert delay(429, code="enforced_spend_limit_reached", x_should_retry="true") is None


def test_a_lost_connection_is_tried_again_at_once_and_then_after_a_wait() -> None:
    lost = FailedAttempt(Failure.CONNECTION)
    assert [delay_before_retry(lost, retries, 0.0, NOW) for retries in range(3)] == [0.0, 1.0, None]


def test_a_connection_that_is_not_made_in_time_is_tried_once_more() -> None:
    slow = FailedAttempt(Failure.SLOW_CONNECT)
    assert [delay_before_retry(slow, retries, 0.0, NOW) for retries in range(2)] == [0.0, None]


def test_what_may_have_been_charged_is_not_tried_again() -> None:
    assert delay_before_retry(FailedAttempt(Failure.FINAL), 0, 0.0, NOW) is None


@pytest.mark.parametrize("text", ["", "soon", "nan", "-1", "inf", "Sun, 22 Nov 2026 12:00:07"])
def test_a_wait_that_is_none_is_ignored(text: str) -> None:
    assert retry_after({"retry-after": text}, NOW) is None


def test_a_date_in_the_past_is_no_wait() -> None:
    assert retry_after({"retry-after": "Sun, 22 Nov 2026 11:00:00 GMT"}, NOW) == 0.0


@given(st.text(), st.text(), st.integers(0, 3), st.floats(0, 1), st.integers(100, 599))
def test_no_header_makes_it_wait_longer_than_the_bound(
    seconds: str, milliseconds: str, retries: int, chance: float, status: int
) -> None:
    result = delay(status, retries, chance, retry_after=seconds, retry_after_ms=milliseconds)
    assert result is None or 0 <= result <= 20
