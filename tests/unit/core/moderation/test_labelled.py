"""Labelled sets: read line by line, and what is wrong with a line is told with its number."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.moderation.labelled import LabelledItem, LabelledSet, parse
from kireji.core.moderation.policies import Category, Level, Policy
from kireji.core.moderation.verdicts import Action

POLICY = Policy(
    "house",
    "House",
    1,
    "",
    (
        Category("spam", "Spam", "x", (Level("one", "x", Action.REVIEW), Level("flood", "x", Action.BLOCK))),
        Category("hate", "Hate", "x", (Level("any", "x", Action.BLOCK),)),
    ),
)


def read(*lines: object) -> LabelledSet:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    return parse(text.encode(), POLICY)


def wrong(*lines: object) -> list[tuple[int, str]]:
    return [(problem.line, problem.reason) for problem in read(*lines).problems if problem.fatal]


def test_an_item_takes_its_action_from_its_level() -> None:
    found = read({"id": "a", "text": "Buy!", "category": "spam", "level": "flood"})
    assert found == LabelledSet((LabelledItem("a", "Buy!", "", ("spam",), "flood", Action.BLOCK),))


def test_nothing_found_is_allowed_and_several_categories_without_an_action_are_not_compared() -> None:
    found = read({"text": "Hi", "categories": []}, {"text": "x", "categories": ["spam", "hate"]})
    assert [(item.id, item.action) for item in found.items] == [("1", Action.ALLOW), ("2", None)]


def test_a_picture_may_stand_for_a_text() -> None:
    [item] = read({"image": "a/b.png", "categories": ["hate"], "action": "block"}).items
    assert (item.text, item.image, item.action) == ("", "a/b.png", Action.BLOCK)


def test_empty_lines_are_passed_over_and_counted() -> None:
    assert wrong("", {"text": "x", "categories": []}, "  ", "{")[0][0] == 4


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("[1]", "This is not a JSON object."),
        ({"id": 3, "text": "x", "categories": []}, "id must be a text in quotes."),
        ({"categories": []}, "There is neither a text nor a picture to judge."),
        ({"text": "x"}, 'It takes either "category" or "categories", which is [] where nothing is to be found.'),
        ({"text": "x", "category": "spamm"}, "There is no category spamm; did you mean spam?"),
        ({"text": "x", "category": "zzz"}, "There is no category zzz; there are: spam, hate."),
        ({"text": "x", "category": 3}, "There is no category 3; there are: spam, hate."),
        ({"text": "x", "category": "spam", "level": "any"}, "There is no level any; there are: one, flood."),
        ({"text": "x", "categories": [], "level": "any"}, '"level" only goes with a single category.'),
        (
            {"text": "x", "category": "spam", "action": "stop"},
            "There is no action stop; there are: allow, review, block.",
        ),
        (
            {"text": "x", "category": "spam", "level": "one", "action": "block"},
            "It says block, but the policy says review for the level one.",
        ),
    ],
)
def test_what_is_wrong_with_a_line_is_told(line: object, reason: str) -> None:
    assert wrong({"text": "x", "categories": []}, line) == [(2, reason)]


def test_two_items_with_one_id_are_wrong() -> None:
    again = {"id": "a", "text": "x", "categories": []}
    assert wrong(again, again) == [(2, "There are two with the id a.")]


def test_a_key_that_means_nothing_is_told_and_the_item_is_read() -> None:
    found = read({"text": "x", "categories": [], "levle": "one"})
    assert len(found.items) == 1
    assert [problem.reason for problem in found.problems] == ["levle means nothing here; did you mean level?"]


def test_an_empty_set_is_told() -> None:
    assert wrong("") == [(0, "The set is empty.")]


def test_the_digest_is_of_the_items_and_not_of_how_they_are_written() -> None:
    one = read({"id": "a", "text": "x", "categories": []})
    assert one.digest == read("", '{"categories": [ ], "text": "x",  "id": "a"}').digest
    assert one.digest != read({"id": "a", "text": "y", "categories": []}).digest


@given(st.binary(max_size=300))
def test_whatever_the_bytes_are_nothing_is_raised(data: bytes) -> None:
    found = parse(data, POLICY)
    assert all(0 <= problem.line <= data.count(b"\n") + data.count(b"\r") + 1 for problem in found.problems)


KEYS = st.sampled_from(["id", "text", "image", "category", "categories", "level", "action"])
WORDS = st.sampled_from(["spam", "hate", "one", "block", ""])
VALUES = st.one_of(st.none(), st.integers(), WORDS, st.lists(WORDS), st.dictionaries(st.text(), st.none()))


@given(st.lists(st.dictionaries(KEYS, VALUES), max_size=4))
def test_whatever_the_values_are_nothing_is_raised(lines: list[dict[str, object]]) -> None:
    read(*lines)
