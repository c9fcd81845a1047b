"""How far verdicts agree with labels, in numbers that are known from elsewhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.moderation.agreement import NOTHING, Changes, ItemOutcome, agreement, changes, kappa
from kireji.core.moderation.verdicts import Action

ALLOW, REVIEW, BLOCK = Action


def item(number: int, expected: str, found: str, **more: object) -> ItemOutcome:
    return ItemOutcome(str(number), tuple(expected.split()), tuple(found.split()), **more)  # type: ignore[arg-type]


def test_a_category_is_counted_by_who_put_what_there() -> None:
    outcomes = [item(1, "a", "a"), item(2, "a", "b"), item(3, "", "a"), item(4, "", ""), item(5, "a b", "a b")]
    a, b = agreement(outcomes, ["a", "b"]).categories
    assert (a.both, a.only_given, a.only_expected, a.neither) == (2, 1, 1, 1)
    assert (a.precision, a.recall, a.f1, a.agreement) == (2 / 3, 2 / 3, 2 / 3, 3 / 5)
    assert (b.precision, b.recall) == (1 / 2, 1)


def test_a_category_that_nobody_names_has_no_precision_and_no_recall() -> None:
    (a,) = agreement([item(1, "", "")], ["a"]).categories
    assert (a.precision, a.recall, a.f1, a.kappa, a.agreement) == (None, None, None, None, 1)


def test_actions_are_counted_by_what_was_expected_and_what_was_given() -> None:
    outcomes = [
        item(1, "a", "a", expected_action=BLOCK, action=BLOCK),
        item(2, "a", "", expected_action=BLOCK, action=ALLOW),
        item(3, "", "", expected_action=ALLOW, action=ALLOW),
        item(4, "a", "a", action=REVIEW),
    ]
    found = agreement(outcomes, ["a"])
    assert dict(found.actions) == {(BLOCK, BLOCK): 1, (BLOCK, ALLOW): 1, (ALLOW, ALLOW): 1}
    assert found.action_agreement == 2 / 3
    assert (found.right, found.accuracy) == (3, 3 / 4)


def test_what_has_no_verdict_is_counted_as_failed_and_in_nothing_else() -> None:
    outcomes = [item(1, "a", "a"), item(2, "a", "", failed="The service is down.")]
    found = agreement(outcomes, ["a"])
    assert (found.items, found.failed, found.right, found.accuracy) == (2, 1, 1, 1)
    assert found.categories[0].recall == 1


def test_a_refusal_counts_by_its_action_and_not_by_categories() -> None:
    outcomes = [item(1, "a", "", expected_action=BLOCK, action=BLOCK, refused=True)]
    found = agreement(outcomes, ["a"])
    assert (found.refused, found.right) == (1, 1)
    assert found.categories[0].recall is None


def test_confusion_pairs_what_is_missed_with_what_is_found_in_its_place() -> None:
    outcomes = [item(1, "a", "b"), item(2, "a c", "a"), item(3, "", "b"), item(4, "", ""), item(5, "a", "a")]
    assert dict(agreement(outcomes, ["a", "b", "c"]).confusion) == {
        ("a", "b"): 1,
        ("a", "a"): 2,
        ("c", NOTHING): 1,
        (NOTHING, "b"): 1,
        (NOTHING, NOTHING): 1,
    }


def test_levels_are_compared_where_the_category_was_found() -> None:
    outcomes = [
        item(1, "a", "a", expected_level="x", level="x"),
        item(2, "a", "a", expected_level="x", level="y"),
        item(3, "a", "", expected_level="x"),
    ]
    assert agreement(outcomes, ["a"]).levels == (2, 1)


def test_kappa_is_what_cohen_gives() -> None:
    # The example of a hundred grants that two people judge: 0.4.
    counts = {("yes", "yes"): 20, ("yes", "no"): 5, ("no", "yes"): 10, ("no", "no"): 15}
    assert kappa(counts) == pytest.approx(0.4)


def test_kappa_of_nothing_and_of_one_answer_alone_is_none() -> None:
    assert kappa({}) is None
    assert kappa({("a", "a"): 9}) is None


@given(st.dictionaries(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), st.integers(0, 50)))
def test_kappa_is_never_more_than_one(counts: dict[tuple[str, str], int]) -> None:
    found = kappa(counts)
    assert found is None or -1 <= found <= 1


def test_changes_say_what_has_become_right_wrong_or_otherwise_wrong() -> None:
    before = [item(1, "a", ""), item(2, "a", "a"), item(3, "a", "b"), item(4, "a", "b"), item(5, "a", "", failed="x")]
    after = [item(1, "a", "a"), item(2, "a", ""), item(3, "a", "c"), item(4, "a", "b"), item(5, "a", "a")]
    assert changes(before, after) == Changes(("1",), ("2",), ("3",))
    assert not changes(after, after)
