"""How much of the beginning of a request a service has kept, and what a change of it costs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from kireji.core.history import Cut, Prefix
from kireji.core.messages import Message, Role, TextPart, Usage
from kireji.core.models import Effort, ModelInfo, Price
from kireji.core.prompt_cache import (
    Break,
    Cause,
    Same,
    Sent,
    broken,
    kept_of,
    last_question,
    least_cached,
    lives,
    prefix_at,
    prefix_of,
    prompt_cost,
    rows_of,
    same,
)
from kireji.core.requests import ModelRequest, ToolSpec
from tests.unit.core.test_window import path

PRICED = ModelInfo("anthropic", "claude-opus-5", "Opus", prices=(Price(5.0, 25.0, 6.25, 0.5),))
PREFIX = Prefix("s", "t", "o")
LAST = Sent("anthropic", "m", PREFIX, ((1, 0), (2, 0), (3, 0)))
NOW = Sent("anthropic", "m", PREFIX, ((1, 0), (2, 0), (3, 0), (4, 0), (5, 0)), (100.0, 50.0, 100.0, 50.0, 10.0), 30.0)
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def test_what_only_goes_on_is_the_same() -> None:
    assert same(LAST, NOW) == Same(None, 280.0, 3)


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"provider": "openrouter"}, Cause.PROVIDER),
        ({"model": "n"}, Cause.MODEL),
        ({"prefix": Prefix("s", "u", "o")}, Cause.TOOLS),
        ({"prefix": Prefix("r", "t", "o")}, Cause.SYSTEM),
        ({"prefix": Prefix("s", "t", "p")}, Cause.OPTIONS),
    ],
)
def test_what_stands_before_the_messages_makes_all_new(change: dict[str, object], cause: Cause) -> None:
    assert same(LAST, NOW._replace(**change)) == Same(cause, 0.0)


def test_values_that_are_no_longer_hidden_make_all_new() -> None:
    hidden = Prefix("s", "t", "o", hidden=True)
    assert same(LAST._replace(prefix=hidden), NOW).cause is Cause.HIDING
    assert same(LAST, NOW._replace(prefix=hidden)).cause is None


def test_an_edited_question_keeps_what_stands_before_it() -> None:
    edited = NOW._replace(rows=((1, 0), (2, 0), (7, 0)), tokens=(100.0, 50.0, 10.0))
    assert same(LAST, edited) == Same(Cause.EDIT, 180.0, 2)


def test_a_cut_makes_the_messages_new() -> None:
    assert same(LAST, NOW._replace(rows=((3, 0), (4, 0)))).cause is Cause.CUT


def test_rows_are_named_by_what_is_sent_of_them() -> None:
    history = path(2, raw=True)
    assert rows_of(history) == ((10, 0), (11, 0), (12, 0), (13, 0), (14, 0))
    cut = (*history[:-1], msgspec.structs.replace(history[-1], cut=Cut(12, True, 14)))
    assert rows_of(cut) == ((10, -1), (12, 0), (13, 1), (14, 0))


def test_instructions_tools_effort_and_thinking_are_the_prefix() -> None:
    request = ModelRequest("m", (), system="Be short.", tools=(ToolSpec("look", "Looks.", b"{}"),))
    others = [
        msgspec.structs.replace(request, system="Be long."),
        msgspec.structs.replace(request, tools=()),
        msgspec.structs.replace(request, effort=Effort.HIGH),
    ]
    made = [prefix_of(one, hidden=False) for one in (request, *others)]
    assert len(set(made)) == 4
    more = msgspec.structs.replace(request, messages=(Message(Role.USER, (TextPart("q"),)),), max_tokens=9)
    assert prefix_of(more, hidden=False) == made[0]


def test_the_prefix_of_a_path_is_the_last_that_was_kept() -> None:
    history = path(2)
    assert prefix_at(history) is None
    assert prefix_at((msgspec.structs.replace(history[0], prefix=PREFIX), *history[1:])) == PREFIX


def test_the_last_question_is_the_one_before_the_last_answer_that_has_a_usage() -> None:
    history = path(2)
    assert last_question(history) == -1
    answered = (*history[:1], msgspec.structs.replace(history[1], usage=Usage(1, 1)), *history[2:])
    assert last_question(answered) == 0


def test_of_several_requests_only_what_the_last_one_holds_is_kept() -> None:
    assert kept_of(Usage(10, 5, 3000, 200)) == 3200
    assert kept_of(Usage(10, 5, 9000, 900, window_tokens=4000)) == 4000
    assert kept_of(None) == 0


def test_what_was_used_more_than_five_minutes_ago_is_gone() -> None:
    assert lives(NOON, NOON + timedelta(minutes=5))
    assert not lives(NOON, NOON + timedelta(minutes=5, seconds=1))


@pytest.mark.parametrize(
    ("model", "least"),
    [
        ("claude-haiku-5-5", 512),
        ("anthropic/claude-haiku-5.5", 512),
        ("claude-opus-5", 512),
        ("claude-fable-5-1", 512),
        ("claude-sonnet-5", 1024),
        ("claude-opus-4-7", 2048),
        ("claude-haiku-4-5-20251001", 4096),
        ("claude-opus-4-6", 4096),
        ("gpt-6", 1024),
    ],
)
def test_short_prompts_are_not_kept(model: str, least: int) -> None:
    assert least_cached(model) == least


def test_what_is_new_is_written_to_the_cache_where_that_has_a_price() -> None:
    assert prompt_cost(PRICED, 10_000, 8_000) == pytest.approx((2_000 * 6.25 + 8_000 * 0.5) / 1e6)
    assert prompt_cost(PRICED, 400, 0) == pytest.approx(400 * 5.0 / 1e6)
    assert prompt_cost(None, 10, 0) is None


def test_a_change_is_told_with_both_prices() -> None:
    made = broken(Cause.MODEL, 43_000, 0, PRICED, 0.03)
    assert made == Break(Cause.MODEL, 43_000, pytest.approx(0.26875), 0.03)
    assert made is not None
    assert made.more == pytest.approx(0.23875)


def test_what_costs_little_is_not_worth_a_line() -> None:
    assert broken(Cause.EDIT, 600, 500, PRICED, 0.0005) is None
    assert broken(Cause.MODEL, 43_000, 0, PRICED, 0.9) is None  # the other model is cheaper


def test_without_a_price_many_tokens_are_told_and_few_are_not() -> None:
    assert broken(Cause.MODEL, 43_000, 0, None, None) == Break(Cause.MODEL, 43_000)
    assert broken(Cause.MODEL, 4_300, 0, None, None) is None
