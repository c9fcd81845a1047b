"""How much there is of what, by the local estimate."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.tokens import (
    MEASURES,
    NOTHING,
    Family,
    Kind,
    added,
    counts_alike,
    framed,
    measured,
    paged,
    pages_of,
    picture_tokens,
    pictured,
    typical,
)

PROSE = "The quick brown fox jumps over the lazy dog, and nobody knows why it does. "
CODE = "def total(rows: list[int]) -> int:\n    return sum(row * 2 for row in rows if row > 0)\n"


def of_kind(text: str, kind: Kind) -> float:
    return sum(amount for amount, measure in zip(measured(text), MEASURES, strict=True) if measure.kind is kind)


def tokens(text: str, model: str = "gpt-5") -> float:
    return sum(typical(measured(text), Family.of(model)))


def test_nothing_is_nothing() -> None:
    assert measured("") == NOTHING


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (PROSE * 5, Kind.PROSE),
        (CODE * 5, Kind.CODE),
        ('{"name": "x", "values": [1, 2, 3], "more": {"a": null}}', Kind.CODE),
        ("这是一个没有意义的句子，只是用来数一数。", Kind.CJK),
        ("これは文です。カタカナもあります。", Kind.CJK),
        ("이것은 문장입니다", Kind.CJK),
        ("Это предложение ничего не значит", Kind.OTHER),
        ("هذه جملة لا معنى لها", Kind.OTHER),
        ("यह एक वाक्य है", Kind.OTHER),
    ],
)
def test_each_kind_of_text_is_told_from_the_others(text: str, kind: Kind) -> None:
    shares = {other: of_kind(text, other) for other in (Kind.PROSE, Kind.CODE, Kind.CJK, Kind.OTHER)}
    assert max(shares, key=lambda other: shares[other]) is kind


def test_what_stands_in_fences_is_code_even_where_it_looks_like_words() -> None:
    assert of_kind("```\nmake the build now\n```", Kind.CODE) > 0
    assert of_kind("make the build now", Kind.CODE) == 0


@pytest.mark.parametrize(
    ("text", "characters"), [(PROSE * 40, (3.5, 5.5)), (CODE * 40, (2.2, 4.2)), ("的一是在不了有和人" * 50, (0.8, 1.7))]
)
def test_a_token_has_so_many_characters_as_usual(text: str, characters: tuple[float, float]) -> None:
    assert characters[0] < len(text) / tokens(text) < characters[1]


def test_newer_claude_models_take_about_a_third_more_for_the_same_text() -> None:
    newer, earlier = tokens(PROSE, "claude-haiku-5-5"), tokens(PROSE, "claude-haiku-4-5")
    assert newer / earlier == pytest.approx(1.3, abs=0.05)


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("claude-haiku-5-5", Family.CLAUDE),
        ("anthropic/claude-opus-4.7", Family.CLAUDE),
        ("claude-opus-4-6", Family.CLAUDE_EARLIER),
        ("claude-haiku-4-5-20251001", Family.CLAUDE_EARLIER),
        ("anthropic/claude-3.5-sonnet", Family.CLAUDE_EARLIER),
        ("claude-mythos-5", Family.CLAUDE),
        ("openai/gpt-5", Family.GPT),
        ("google/gemini-3-pro", Family.GEMINI),
        ("qwen3-vl:8b", Family.QWEN),
        ("mistral-small", Family.OTHER),
        ("", Family.OTHER),
    ],
)
def test_the_family_follows_from_the_id_of_any_service(model: str, family: Family) -> None:
    assert Family.of(model) is family


def test_models_that_nobody_knows_learn_by_their_names() -> None:
    assert counts_alike("mistral-small") == counts_alike("vendor/mistral-large") != counts_alike("deepseek-r1")


@pytest.mark.parametrize(
    ("size", "model", "expected"),
    [
        ((1920, 1080), "claude-haiku-5-5", 2691),
        ((1920, 1080), "claude-haiku-4-5", 1560),
        ((3840, 2160), "claude-haiku-5-5", 4784),
        ((1000, 1000), "claude-haiku-5-5", 1296),
        ((1000, 1000), "claude-haiku-4-5", 1296),
        ((200, 200), "claude-haiku-5-5", 64),
        ((512, 512), "gpt-5", 255),
        ((300, 200), "gemini-3", 258),
    ],
)
def test_pictures_count_as_the_services_say(size: tuple[int, int], model: str, expected: int) -> None:
    assert picture_tokens(*size, model) == expected


@given(st.integers(-3, 40_000), st.integers(-3, 40_000), st.sampled_from(["claude-haiku-5-5", "claude-haiku-4-5"]))
def test_no_picture_passes_the_limit_of_its_family(width: int, height: int, model: str) -> None:
    assert 1 <= picture_tokens(width, height, model) <= (4784 if model.endswith("5-5") else 1568)


@given(st.text(), st.text())
def test_two_texts_have_no_less_than_each(one: str, other: str) -> None:
    both = added(measured(one), measured(other))
    assert all(whole >= part for whole, part in zip(both, measured(one), strict=True))
    assert sum(measured(one + other)) >= 0


@given(st.text(max_size=50), st.integers(1, 200))
def test_a_text_that_is_longer_has_no_fewer_tokens(text: str, times: int) -> None:
    assert tokens(text * times) >= tokens(text) - 1e-6 or "`" in text


def test_halves_of_characters_are_no_trouble() -> None:
    assert sum(measured("\ud83d broken")) > 0


@pytest.mark.parametrize(
    ("pdf", "pages"),
    [
        (b"%PDF-1.7 /Type /Page x /Type/Page y /Type /Pages", 2),
        (b"%PDF-1.7 /Type /Pages /Count 12", 12),
        (b"%PDF-1.7", 1),
        (b"%PDF-1.7" + bytes(600_000), 10),
        (b"%PDF-1.7 /Count 999999", 10_000),
    ],
)
def test_pages_are_counted_as_far_as_they_can_be_seen(pdf: bytes, pages: int) -> None:
    assert pages_of(pdf) == pages


def test_what_stands_around_counts_too() -> None:
    everything = added(framed(messages=2, parts=3, tools=1), paged(1), pictured(200, 200, "claude-haiku-5-5"))
    assert sum(typical(everything, Family.CLAUDE)) > 64 + 3000 + 300
    assert framed() == NOTHING
