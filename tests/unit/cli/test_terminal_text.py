"""Text from outside cannot steer a terminal."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.cli.terminal_text import TerminalText, cut_to, width_of

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
HOSTILE = st.text(st.sampled_from("\x1b\x9b\x9d[]();?0129mHJhl \n\t\x07\x08\\\rabä")) | st.text()


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain\n\ttext ä 字", "plain\n\ttext ä 字"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[2J\x1b[1;1Hover", "over"),
        ("\x9b31mred", "red"),
        ("a\rb\x08c\x7f", "abc"),
        ("\x1b]0;title\x07text", "0;titletext"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "8;;http://xlink8;;"),
        ("\x1b(0lqk", "lqk"),
        ("\x1bcreset", "reset"),
        ("\x1b[31\nstill here", "\nstill here"),
        ("\x1bä", "ä"),
    ],
)
def test_sequences_go_and_words_stay(raw: str, shown: str) -> None:
    assert TerminalText().feed(raw) == shown


@given(HOSTILE)
def test_no_control_character_is_left(raw: str) -> None:
    assert not CONTROL.search(TerminalText().feed(raw))


@given(HOSTILE, st.lists(st.integers(0, 50), max_size=4))
def test_the_result_does_not_depend_on_where_the_stream_is_cut(raw: str, cuts: list[int]) -> None:
    text = TerminalText()
    places = [0, *sorted(min(cut, len(raw)) for cut in cuts), len(raw)]
    pieces = [raw[start:end] for start, end in itertools.pairwise(places)]
    assert "".join(text.feed(piece) for piece in pieces) == TerminalText().feed(raw)


@pytest.mark.parametrize(
    ("text", "columns"), [("", 0), ("plain", 5), ("字典", 4), ("é", 1), ("e\u0301", 1), ("ﾊﾟ", 2), ("한국", 4)]
)
def test_letters_of_east_asia_take_two_columns_and_marks_none(text: str, columns: int) -> None:
    assert width_of(text) == columns


@pytest.mark.parametrize(
    ("text", "columns", "shown"),
    [
        ("fits", 4, "fits"),
        ("longer", 4, "lon…"),
        ("字典字", 5, "字典…"),
        ("字典字", 4, "字…"),
        ("ab cd", 4, "ab…"),
        ("x", 0, ""),
    ],
)
def test_what_is_cut_off_is_told(text: str, columns: int, shown: str) -> None:
    assert cut_to(text, columns) == shown


@given(st.text(), st.integers(0, 20))
def test_what_is_cut_fits(text: str, columns: int) -> None:
    assert width_of(cut_to(text, columns)) <= columns
