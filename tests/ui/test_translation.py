"""Texts before any language is loaded: English."""

from __future__ import annotations

from kireji.ui.translation import mark, plural, tr


def test_a_text_without_a_translation_is_english() -> None:
    assert tr("Ask again") == "Ask again"


def test_values_stand_where_they_are_named() -> None:
    assert tr("Continue with {model}", model="Haiku") == "Continue with Haiku"


def test_braces_are_left_alone_where_no_value_is_given() -> None:
    assert tr("{not a value}") == "{not a value}"


def test_one_thing_and_many_are_told_apart() -> None:
    assert plural(1, "1 request", "{n} requests") == "1 request"
    assert plural(0, "1 request", "{n} requests") == "0 requests"
    assert plural(4096, "1 request", "{n} requests", n="4,096") == "4,096 requests"


def test_a_marked_text_stays_what_it_is() -> None:
    assert mark("Today") == "Today"
