"""What an answer costs."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.messages import Usage
from kireji.core.models import ModelInfo, Price

SMALL = Price(input=1.0, output=5.0, cache_write=1.25, cache_read=0.1)
LARGE = Price(input=2.0, output=10.0, cache_write=2.5, cache_read=0.2, above_tokens=100_000)
MODEL = ModelInfo("anthropic", "m", "M", prices=(SMALL, LARGE))
COUNTS = st.integers(0, 300_000)


def test_each_kind_of_token_has_its_price() -> None:
    usage = Usage(input_tokens=10_000, output_tokens=1_000, cache_read_tokens=20_000, cache_write_tokens=4_000)
    assert MODEL.cost(usage) == pytest.approx(0.010 + 0.005 + 0.002 + 0.005)


@pytest.mark.parametrize(("tokens", "cost"), [(100_000, 0.1), (100_001, 0.200002)])
def test_above_the_step_the_higher_price_holds_for_all_tokens(tokens: int, cost: float) -> None:
    assert MODEL.cost(Usage(input_tokens=tokens)) == pytest.approx(cost)


def test_cached_tokens_count_towards_the_step() -> None:
    usage = Usage(input_tokens=1, cache_read_tokens=60_000, cache_write_tokens=40_000)
    assert MODEL.cost(usage) == pytest.approx((2 + 60_000 * 0.2 + 40_000 * 2.5) / 1e6)


def test_a_long_answer_does_not_reach_the_step() -> None:
    assert MODEL.cost(Usage(output_tokens=200_000)) == pytest.approx(1.0)


def test_thinking_is_part_of_the_answer_and_not_charged_again() -> None:
    assert MODEL.cost(Usage(output_tokens=100, thinking_tokens=90)) == MODEL.cost(Usage(output_tokens=100))


def test_without_a_price_the_cost_is_unknown() -> None:
    assert ModelInfo("anthropic", "m", "M").cost(Usage(1, 1)) is None


def test_a_free_model_costs_nothing() -> None:
    assert ModelInfo("device", "reader", "Reader", free=True).cost(Usage(1, 1)) == 0.0


@given(COUNTS, COUNTS, COUNTS, COUNTS, COUNTS)
def test_more_tokens_never_cost_less(fresh: int, more: int, out: int, read: int, write: int) -> None:
    less = MODEL.cost(Usage(fresh, out, read, write))
    assert less is not None
    assert less <= (MODEL.cost(Usage(fresh + more, out, read, write)) or 0.0)


LARGEST = Price(input=4.0, output=20.0, cache_write=5.0, cache_read=0.4, above_tokens=200_000)


@pytest.mark.parametrize(("tokens", "dollars"), [(100_000, 1), (100_001, 2), (200_000, 2), (200_001, 4)])
def test_of_several_steps_the_highest_that_was_passed_holds(tokens: int, dollars: int) -> None:
    model = msgspec.structs.replace(MODEL, prices=(SMALL, LARGE, LARGEST))
    assert model.cost(Usage(input_tokens=tokens)) == pytest.approx(tokens * dollars / 1e6)


@pytest.mark.parametrize(("tokens", "cost"), [(100_000, None), (100_001, 0.200002)])
def test_below_the_only_known_step_the_cost_is_unknown(tokens: int, cost: float | None) -> None:
    model = msgspec.structs.replace(MODEL, prices=(LARGE,))
    assert model.cost(Usage(input_tokens=tokens)) == (None if cost is None else pytest.approx(cost))


def test_a_free_model_costs_nothing_whatever_its_prices_say() -> None:
    assert msgspec.structs.replace(MODEL, free=True).cost(Usage(1000, 1000)) == 0.0
