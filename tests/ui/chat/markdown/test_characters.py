from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kireji.ui.chat.markdown.characters import HIDDEN, clean, clean_code
from tests.ui.chat.markdown.reading import blocks, words

HIDDEN_ONES = "\u200b\u2060\ufeff\u00ad\u202e\u202d\u2066\u2069\u200e\u180e\u3164\U000e0041\ufe00"


@pytest.mark.parametrize("character", HIDDEN_ONES)
def test_characters_that_show_nothing_are_taken_out_of_words(character: str) -> None:
    assert words(f"pay{character}pal") == "paypal"


@pytest.mark.parametrize("character", "\u200b\u202e\u2066\u200e\ufeff")
def test_characters_that_show_nothing_can_be_seen_in_code(character: str) -> None:
    name = f"‹U+{ord(character):04X}›"
    assert words(f"`a{character}b`") == f"a{name}b"
    assert words(f"```\na{character}b\n```") == f"a{name}b"


@pytest.mark.parametrize("text", ["می\u200cخواهم", "क्\u200dष", "👩\u200d💻", "葛\U000e0100", "a\u0301", "שלום\u200f!"])
def test_joiners_and_marks_that_a_script_needs_stay(text: str) -> None:
    assert clean(text) == text


def test_entities_hide_nothing_either() -> None:
    assert words("a&#x202E;b &#8203;c &zwj;d") == "ab c d"


@pytest.mark.parametrize(
    ("text", "shown"), [("a\x07b", "a␇b"), ("a\x7fb", "a␡b"), ("a\x9bb", "a�b"), ("a\ufffcb", "a�b")]
)
def test_control_characters_can_be_seen(text: str, shown: str) -> None:
    assert words(text) == shown
    assert words(f"`{text}`") == shown


def test_what_qt_takes_for_the_end_of_a_paragraph_is_a_line_break() -> None:
    assert words("a\u2029b") == "a\u2028b"


def test_half_a_character_is_replaced() -> None:
    assert words("a\ud83db") == "a�b"


@settings(max_examples=300, deadline=None)
@given(st.text())
@example("\u115f\u115f")
def test_cleaned_words_keep_all_that_shows(text: str) -> None:
    shown = clean(text)
    assert clean(shown) == shown
    kept = [character for character in text if character.isalnum() and not HIDDEN.match(character)]
    assert [character for character in shown if character.isalnum() and not HIDDEN.match(character)] == kept


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=f"ab \n{HIDDEN_ONES}"))
def test_nothing_hidden_is_left_in_code_without_scripts_that_need_it(text: str) -> None:
    assert not HIDDEN.search(clean_code(text))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_every_run_can_be_shown_by_qt(text: str) -> None:
    for block in blocks(text):
        for run in block.runs:
            run.text.encode()
            assert not set(run.text) & set("\u2029\ufffc\ufdd0\ufdd1\0\r")
