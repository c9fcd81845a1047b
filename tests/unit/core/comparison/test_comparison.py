"""What is asked about two pictures, and what is made of the answer."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.comparison import answers, questions
from kireji.core.comparison.words import markdown, notes, text
from kireji.core.structured.comparison import Change, ChangeKind, Comparison, Difference

SIZE = (800, 600)
FOUND = Difference(True, 0.0123, ((10, 10, 30, 20), (10, 40, 90, 60)), 0, None, SIZE, SIZE)


def test_regions_are_numbered_from_one() -> None:
    asked = questions.question(FOUND, "Answer in English.")
    assert asked.splitlines() == [
        "The first picture has 800 x 600 pixels, the second 800 x 600.",
        "Regions that differ (1.2% of the pixels), by left,top,right,bottom:",
        "[1] 10,10,30,20",
        "[2] 10,40,90,60",
        "Answer in English.",
    ]


def test_of_another_size_both_places_are_told() -> None:
    found = msgspec.structs.replace(FOUND, same_size=False, second=(400, 300), more=3)
    asked = questions.question(found, "")
    assert "[1] 10,10,30,20 (second: 5,5,15,10)" in asked
    assert "stretched" in asked
    assert "3 more regions" in asked


def test_places_on_a_part_are_moved() -> None:
    found = msgspec.structs.replace(FOUND, offset=(4, -7), second=(400, 300))
    assert found.on_second((10, 10, 30, 20)) == (6, 17, 26, 27)
    assert not msgspec.structs.replace(found, boxes=()).identical


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "kind": st.sampled_from([kind.value for kind in ChangeKind]),
                "words": st.text(max_size=20),
                "before": st.text(max_size=5),
                "after": st.text(max_size=5),
                "regions": st.lists(st.integers(-5, 9), max_size=6),
            }
        ),
        max_size=6,
    )
)
def test_every_region_is_explained_or_told_as_unexplained(changes: list[dict[str, Any]]) -> None:
    made = answers.comparison({"summary": "x", "changes": changes}, FOUND)
    explained = {region for change in made.changes for region in change.regions}
    assert explained | set(made.unexplained) == {0, 1}
    assert not explained & set(made.unexplained)
    assert all(change.words or change.before or change.after for change in made.changes)
    markdown(made)
    text(made)


def test_long_words_and_many_changes_are_bounded() -> None:
    change = {"kind": "added", "words": "x" * 100_000, "before": "", "after": "", "regions": []}
    made = answers.comparison({"summary": "y" * 100_000, "changes": [change] * 1_000}, FOUND)
    assert len(made.changes) == 200
    assert len(made.changes[0].words) <= 2_000
    assert len(made.summary) <= 2_000


def test_a_terminal_gets_the_values_below_each_change() -> None:
    change = Change(ChangeKind.CHANGED, "The price fell.", "12 €", "9 €", (0,))
    made = Comparison("A price.", (change,), FOUND, (1,))
    assert text(made) == "A price.\n- Changed: The price fell. [1]\n  12 € → 9 €"
    assert list(notes(made)) == ["Nothing was said about the regions 2."]
