"""The words of a picture and their places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.reading import Reading, ReadLine
from kireji.core.word_boxes import around, overlap, span_box, words_of

INKED = ReadLine(
    "ab cd", 0.9, (0, 0, 100, 20), (5, 15, 15, 45, 55), (), (2, 8, 12, 18, 18, 42, 42, 48, 52, 58), (4, 16)
)


def test_words_have_the_box_of_their_ink() -> None:
    first, second = words_of(Reading((INKED,)))
    assert (first.text, first.box) == ("ab", (2, 4, 18, 16))
    assert (second.text, second.box, second.start) == ("cd", (42, 4, 58, 16), 3)


def test_a_part_of_a_word_has_its_own_box() -> None:
    assert span_box(INKED, 1, 2) == (12, 4, 18, 16)


def test_without_ink_the_middles_of_letters_tell() -> None:
    line = ReadLine("abcd", 0.9, (0, 0, 40, 20), (5, 15, 25, 35))
    assert span_box(line, 1, 3) == (10, 0, 30, 20)


def test_without_either_letters_are_as_wide_as_each_other() -> None:
    assert span_box(ReadLine("abcd", 0.9, (0, 0, 40, 20)), 1, 3) == (10, 0, 30, 20)


def test_overlap_is_the_shared_part() -> None:
    assert overlap((0, 0, 10, 10), (0, 0, 10, 10)) == 1
    assert overlap((0, 0, 10, 10), (5, 0, 15, 10)) == pytest.approx(1 / 3)
    assert overlap((0, 0, 10, 10), (10, 0, 20, 10)) == 0


def test_around_holds_all() -> None:
    assert around([(0, 5, 10, 15), (3, 0, 20, 8)]) == (0, 0, 20, 15)


@given(
    st.text("ab c", min_size=1, max_size=10),
    st.lists(st.integers(0, 100), max_size=20),
    st.lists(st.integers(0, 100), max_size=10),
)
def test_any_line_gives_boxes(text: str, edges: list[int], columns: list[int]) -> None:
    line = ReadLine(text, 0.5, (0, 0, 100, 20), tuple(columns), (), tuple(edges), (2, 18))
    for word in words_of(Reading((line,))):
        assert len(word.box) == 4
