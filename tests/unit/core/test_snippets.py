"""The few words that are shown of a hit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.search import parse_query
from kireji.core.snippets import Finder

MUCH = 10_000_000


def snippet(query: str, *texts: str, most: int = MUCH) -> tuple[str, list[str]]:
    shown, marks = Finder(parse_query(query)).snippet(texts, most)
    return shown, [shown[start:end] for start, end in marks]


def test_a_short_text_is_shown_wholly() -> None:
    assert snippet("heron", "A heron.") == ("A heron.", ["heron"])


def test_a_long_text_is_cut_around_the_match() -> None:
    shown, marked = snippet("heron", "filler " * 100 + "heron " + "filler " * 100)
    assert shown.startswith("…filler")
    assert shown.endswith("…")
    assert len(shown) <= 162
    assert marked == ["heron"]


def test_it_is_cut_where_most_words_stand_together() -> None:
    text = "heron " + "filler " * 100 + "crane heron " + "filler " * 100
    assert snippet("heron crane", text)[1] == ["crane", "heron"]


def test_the_text_in_which_something_stands_is_shown() -> None:
    assert snippet("heron", "nothing", "a heron")[0] == "a heron"


def test_only_whole_words_are_marked_unless_it_is_a_beginning() -> None:
    assert snippet("heron x", "herons heron x")[1] == ["heron", "x"]
    assert snippet("x her", "x herons other")[1] == ["x", "her"]


def test_characters_are_marked_inside_a_run() -> None:
    assert snippet("窗口", "如何打开窗口?") == ("如何打开窗口?", ["窗口"])


def test_matches_that_overlap_are_one_mark() -> None:
    assert snippet("打开窗 窗口", "打开窗口") == ("打开窗口", ["打开窗口"])


def test_a_match_that_is_longer_than_a_snippet_is_marked_as_far_as_it_shows() -> None:
    shown, marked = snippet("窗" * 300, "窗" * 400)
    assert (len(shown), marked) == (161, ["窗" * 160])


@pytest.mark.parametrize("blank", ["\n", "\t\t", " \r\n ", "\u2003\u2003"])
def test_everything_stands_on_one_line(blank: str) -> None:
    shown, marked = snippet("two four", f"one{blank}two{blank}three{blank}four")
    assert shown.split(" ") == ["one", "two", "three", "four"]
    assert marked == ["two", "four"]


def test_what_is_too_far_away_is_not_looked_for() -> None:
    shown, marked = snippet("heron", "filler " * 20_000 + "heron", most=100)
    assert shown.startswith("filler filler")
    assert shown.endswith("…")
    assert marked == []


@pytest.mark.timeout(60)
def test_a_hit_in_a_long_text_is_cheap() -> None:
    text = "é filler " * 200_000 + "heron"
    assert snippet("heron", text)[1] == ["heron"]


@given(
    st.lists(st.text(st.sampled_from("ab \n窗口é."), max_size=300), max_size=3), st.text(st.sampled_from("ab 窗口é"))
)
def test_marks_are_ranges_in_order_within_the_snippet(texts: list[str], query: str) -> None:
    terms = parse_query(query)
    if not terms:
        return
    shown, marks = Finder(terms).snippet(texts, MUCH)
    assert "\n" not in shown
    last = 0
    for start, end in marks:
        assert last <= start < end <= len(shown)
        assert not shown[start].isspace()
        last = end


@given(st.text(st.sampled_from("ab 窗口"), max_size=100), st.text(st.sampled_from("ab 窗口"), max_size=6))
def test_what_matches_has_a_mark(text: str, query: str) -> None:
    terms = parse_query(query)
    if terms and Finder(terms).matches((text,)):
        assert Finder(terms).snippet((text,), MUCH)[1]
