"""The person's rules on a stream."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kireji.core.filters import HELD, Filter, PatternError, Rule, program, rule_of, takes_everything, work_of

MASK = "▇▇▇"


def applied(rules: list[Rule], *pieces: str) -> str:
    shown = Filter(rules)
    return "".join(map(shown.feed, pieces)) + shown.flush()


def masking(pattern: str, *, case: bool = True) -> Rule:
    return Rule(pattern, pattern=True, case=case)


def test_without_rules_everything_passes() -> None:
    assert applied([], "some ", "words") == "some words"


def test_a_text_is_masked_in_any_case() -> None:
    assert applied([Rule("heron")], "A Her", "on and a heron.") == f"A {MASK} and a {MASK}."


def test_a_text_can_be_masked_in_one_case_alone() -> None:
    assert applied([Rule("Heron", case=True)], "Heron heron") == f"{MASK} heron"


def test_a_mask_can_be_chosen() -> None:
    assert applied([Rule("x", mask="")], "axbx") == "ab"


def test_an_answer_ends_before_a_stop_text() -> None:
    shown = Filter([Rule("END", case=True, stops=True)])
    assert [shown.feed(piece) for piece in ("words E", "N", "D more", " and more")] == ["words ", "", "", ""]
    assert shown.flush() == ""
    assert shown.stopped == Rule("END", case=True, stops=True)


def test_what_only_begins_like_a_stop_text_is_not_lost() -> None:
    shown = Filter([Rule("END", stops=True)])
    assert shown.feed("EN") + shown.feed("EN") + shown.flush() == "ENEN"
    assert shown.stopped is None


def test_masks_hold_up_to_where_an_answer_stops() -> None:
    assert applied([Rule("stop", stops=True), Rule("secret")], "a secret, sec stop") == f"a {MASK}, sec "


def test_a_mask_cannot_hide_a_stop() -> None:
    assert applied([masking("a.*z"), Rule("stop", stops=True)], "a b stop z") == "a b "


def test_what_is_masked_is_counted() -> None:
    shown = Filter([Rule("x"), Rule("y")])
    shown.feed("x y x")
    shown.flush()
    assert shown.masked == 3


def test_what_cannot_match_does_not_wait() -> None:
    shown = Filter([masking(r"\d{4}")])
    assert shown.feed("ab 12c") == "ab 12c"
    assert shown.feed("12") == ""
    assert shown.feed("c") == "12c"


@pytest.mark.parametrize("pattern", [r"[\s\S]*", r"[\s\S]+", r"(?s).*", r"(?s).+", r"\w*|\W*"])
def test_a_mask_that_matches_everything_shows_nothing_and_waits_for_nothing(pattern: str) -> None:
    shown = Filter([masking(pattern)])
    assert set(shown.feed("word " * 10)) == set(MASK)
    assert takes_everything(masking(pattern))


def test_a_mask_that_leaves_words_does_not_take_everything() -> None:
    assert not takes_everything(masking(r"\d+"))


def test_what_never_ends_is_given_on_after_a_while() -> None:
    shown = Filter([masking("(?s)<.*>")])
    assert shown.feed("<" + "a" * HELD) == "<" + "a" * HELD


def test_a_lazy_pattern_ends_at_the_first_end() -> None:
    assert applied([masking("(?s)<t>.*?</t>")], "a<t>b\nc</t>d</t>") == f"a{MASK}d</t>"


@pytest.mark.parametrize(
    "pattern",
    [
        *(
            "(",
            ")",
            "[",
            "[a",
            "a{3,2}",
            "*a",
            "a**b(",
            r"\1",
            "(?=a)",
            "(?<!a)b",
            "(?P<n>a)",
            r"\q",
            "\\",
            r"\x1",
            "a++",
        ),
        *("[b-a]", "(" * 40 + "a" + ")" * 40, "a" * 501, "", "a{1000}", "(a{30}){30}", "((((a{9}){9}){9}){9}){9}"),
    ],
)
def test_what_is_no_pattern_or_too_much_is_refused_with_a_sentence(pattern: str) -> None:
    with pytest.raises(PatternError, match=r"^\w+ "):
        program(masking(pattern))


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("(a+)+b", "a" * 50_000),
        ("(a|a)*b", "a" * 50_000),
        ("(a|aa)+$", "a" * 50_000 + "c"),
        ("(.*)(.*)(.*)x", "y" * 50_000),
        ("a|a.*b", "a" * 50_000),
        ("a.*b|a", "a" * 50_000),
        ("(x?){200}x{200}", "x" * 10_000),
        ("[^b]*b", "a" * 50_000),
    ],
)
def test_a_catastrophic_pattern_is_bounded(pattern: str, text: str) -> None:
    applied([masking(pattern)], text)


def test_a_rule_that_needs_too_much_work_masks_the_rest() -> None:
    shown = Filter([masking("a.*b|a")])
    given = "".join(shown.feed("a" * 1000) for _ in range(20)) + shown.flush()
    assert shown.exhausted
    assert "a" not in given


ATOMS = st.sampled_from(
    ["a", "b", "c", ".", r"\d", r"\w", "[ab]", "[^a]", r"\b", "^", "$", "ab", "1", r"\s", r"\B", "(?:)"]
)


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{}{}".format, inner, inner),
        st.builds("(?:{}|{})".format, inner, inner),
        st.builds(
            "(?:{}){}".format, inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{0,2}", "*?", "+?", "??"])
        ),
        st.builds("({})".format, inner),
    )


PATTERNS = st.recursive(ATOMS, _grown, max_leaves=6)
TEXTS = st.text(st.sampled_from("aabbc1 \n_"), max_size=40)
CUTS = st.lists(st.integers(0, 40), max_size=8)


def cut(text: str, places: list[int]) -> list[str]:
    edges = sorted({0, len(text), *(min(place, len(text)) for place in places)})
    return [text[start:end] for start, end in pairwise(edges)]


@given(PATTERNS, TEXTS, CUTS)
@settings(max_examples=500)
@example("a(?:b|$)", "ab a", [1])
@example(r"\bab\b", "ab ab_", [2, 4])
def test_a_stream_gives_what_the_whole_gives(pattern: str, text: str, places: list[int]) -> None:
    rules = [masking(pattern), Rule("cb", mask="#"), Rule("1a1", stops=True)]
    assert applied(rules, *cut(text, places)) == applied(rules, text)


@given(PATTERNS, TEXTS)
@settings(max_examples=500)
def test_a_pattern_that_matches_something_finds_what_python_finds(pattern: str, text: str) -> None:
    if re.compile(pattern).search("") or any(match[0] == "" for match in re.finditer(pattern, text)):
        return  # where nothing is a match, the two go on differently
    assert applied([masking(pattern)], text) == re.sub(pattern.replace("$", r"\Z"), MASK, text)


@given(st.text(min_size=1, max_size=4), st.text(max_size=40), CUTS)
def test_no_masked_text_is_shown_however_it_is_cut(secret: str, text: str, places: list[int]) -> None:
    shown = applied([Rule(secret, case=True, mask="")], *cut(f"{text}{secret}{text}", places))
    assert shown == f"{text}{secret}{text}".replace(secret, "")


@pytest.mark.parametrize(
    ("rules", "too_much"),
    [
        ([Rule("secret")], False),
        ([Rule(r"\w+@\w+\.\w+", pattern=True)], False),
        ([Rule("(?s).*", pattern=True)], False),
        ([Rule(f"word {number}") for number in range(200)], False),
        ([Rule(".{500}~", pattern=True)], True),
        ([Rule(".{300}~", pattern=True)] * 5, True),
        ([Rule(".{500}~", pattern=True, stops=True)], True),
    ],
)
def test_it_is_known_beforehand_which_rules_need_too_much_work(rules: list[Rule], too_much: bool) -> None:
    assert (work_of(rules) > 1) is too_much


def test_a_rule_is_written_as_it_stands_in_the_settings() -> None:
    assert [rule_of(text).written for text in ("a/b", "/a+/")] == ["a/b", "/a+/"]
