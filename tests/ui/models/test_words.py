from __future__ import annotations

import pytest

from kireji.core.models import ModelInfo, Price
from kireji.ui.models.lookup import saved
from kireji.ui.models.words import abilities, amount, badges, facts, matches, spoken, tokens, warning
from tests.ui.models.support import BLIND, GONE, HAIKU, OLD, READER


@pytest.mark.parametrize(
    ("dollars", "words"),
    [(1, "$1"), (0.25, "$0.25"), (2.5, "$2.50"), (0.075, "$0.075"), (15.0, "$15"), (1200, "$1,200")],
)
def test_prices_have_no_needless_zeros(dollars: float, words: str) -> None:
    assert amount(dollars) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [(1_000_000, "1M"), (1_048_576, "1.05M"), (200_000, "200K"), (131_072, "128K"), (8192, "8K"), (0, "")],
)
def test_contexts_are_short(number: int, words: str) -> None:
    assert tokens(number) == words


def test_a_row_says_price_and_context() -> None:
    assert facts(HAIKU) == "$1 in · $5 out per million · 1M context"


def test_what_costs_nothing_is_free() -> None:
    assert facts(READER) == "free"
    assert facts(ModelInfo("openrouter", "a/b:free", "B", prices=(Price(0, 0, 0, 0),))) == "free"


def test_an_unknown_price_is_not_called_free() -> None:
    assert facts(ModelInfo("openrouter", "a/b", "B")) == ""


def test_badges_say_default_and_end() -> None:
    assert badges(HAIKU, HAIKU.id) == ("default",)
    assert badges(OLD, HAIKU.id) == ("ends 2026-11-30",)
    assert badges(GONE, HAIKU.id) == ("retired",)


def test_a_model_that_cannot_see_says_what_it_gets() -> None:
    assert warning(BLIND) == "cannot see; gets the text this computer reads"
    assert warning(HAIKU) == ""


def test_every_mark_has_words() -> None:
    assert [ability.words for ability in abilities(HAIKU)] == ["sees pictures", "can use tools", "reads documents"]


def test_a_screen_reader_hears_all_of_a_row() -> None:
    assert spoken(HAIKU, "Anthropic", HAIKU.id) == (
        "Claude Haiku 5.5, Anthropic, $1 in and $5 out per million tokens, 1M tokens of context, sees pictures, "
        "can use tools, reads documents, default"
    )


@pytest.mark.parametrize("query", ["haiku", "HAIKU 5.5", "anthropic", "5-5", "", "haiku anth"])
def test_name_id_and_provider_are_searched(query: str) -> None:
    assert matches(HAIKU, "Anthropic", query)


def test_every_word_must_match() -> None:
    assert not matches(HAIKU, "Anthropic", "haiku opus")


def test_the_cache_saves_what_fresh_tokens_would_have_cost_more() -> None:
    assert saved(HAIKU, 1_000_000, 0) == pytest.approx(0.9)
    assert saved(HAIKU, 0, 1000) is None
    assert saved(READER, 1000, 0) is None
    assert saved(None, 1000, 0) is None
