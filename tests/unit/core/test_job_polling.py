"""When batches are looked at again, and how ids prove whose rows they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.jobs.custom_ids import custom_id, number_of
from kireji.core.jobs.limits import LONGEST_WAIT
from kireji.core.jobs.polling import Timings, jumped, next_look, next_try, results_deleted

TIMINGS = Timings()
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_the_first_look_is_soon_and_the_distance_grows_to_a_minute() -> None:
    assert [next_look(looks, None, TIMINGS) for looks in range(6)] == [10.0, 15.0, 22.5, 33.75, 50.625, 60.0]


def test_what_the_service_asks_for_wins() -> None:
    assert next_look(0, 45.0, TIMINGS) == 45.0


@given(looks=st.integers(0, 10**6), wanted=st.none() | st.floats(0, 1e9))
def test_a_batch_is_never_looked_at_without_pause_nor_forgotten(looks: int, wanted: float | None) -> None:
    assert 1.0 <= next_look(looks, wanted, TIMINGS) <= LONGEST_WAIT


@given(failures=st.integers(1, 10**6), wanted=st.none() | st.floats(0, 1e9))
def test_what_failed_is_tried_again_neither_at_once_nor_never(failures: int, wanted: float | None) -> None:
    assert 1.0 <= next_try(failures, wanted, TIMINGS) <= LONGEST_WAIT


def test_retries_come_further_and_further_apart() -> None:
    assert [next_try(failures, None, TIMINGS) for failures in (1, 2, 3, 4, 20)] == [5.0, 10.0, 20.0, 40.0, 300.0]


@pytest.mark.parametrize(
    ("wall", "monotonic", "slept"),
    [(60.0, 60.0, False), (62.0, 60.0, False), (3600.0, 1.0, True), (-86_400.0, 5.0, True), (57.0, 60.0, False)],
)
def test_clocks_that_went_apart_show_that_the_machine_slept_or_was_set(
    wall: float, monotonic: float, slept: bool
) -> None:
    assert jumped(wall, monotonic) is slept


def test_results_are_kept_for_29_days() -> None:
    assert not results_deleted(NOW - timedelta(days=28), NOW)
    assert results_deleted(NOW - timedelta(days=29), NOW)


@given(number=st.integers(1, 10**9))
def test_a_custom_id_gives_its_row_back(number: int) -> None:
    assert number_of(custom_id("k3y000000000", number), "k3y000000000") == number


@given(text=st.text(max_size=30))
def test_ids_of_others_are_no_rows_of_ours(text: str) -> None:
    number = number_of(text, "k3y000000000")
    assert number is None or text == custom_id("k3y000000000", number)


def test_a_custom_id_fits_what_services_take() -> None:
    assert len(custom_id("k" * 12, 10**9)) <= 64
