"""Quotes are found in texts and on pictures as models write them, and not where they do not stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.moderation.evidence import NOWHERE, PictureWords, TextQuotes
from kireji.core.reading import Reading, ReadLine
from kireji.core.word_boxes import words_of


@pytest.mark.parametrize(
    ("text", "quote", "found"),
    [
        ("He is a fool, they say.", "a fool", "a fool"),
        ("She said “never again”.", 'said "never again"', "said “never again”"),
        ("one\n  two\tthree", "one two three", "one\n  two\tthree"),
        ("All CAPITALS here", "capitals", "CAPITALS"),
        ("Das ist Mist, Straße!", "STRASSE", "Straße"),
        ("un café noir", "cafe", "café"),
        ("k\u200bi\u200bl\u200bl it", "kill it", "k\u200bi\u200bl\u200bl it"),
        ("ｆｕｌｌ width", "full", "ｆｕｌｌ"),
        ("well – yes", "well - yes", "well – yes"),
        ("It is done.", '"It is done"', "It is done."[:-1]),
        ("It is done.", "...it is done...", "It is done"),
        ("I will come to your house and then, after dinner, break it.", "I will come … break it.", "*"),
        ("I will come to your house and then, after dinner, break it.", "come to your [...] dinner", None),
        ("Zeile eins\nZeile zwei", "> Zeile eins\n> Zeile zwei", "Zeile eins\nZeile zwei"),
    ],
)
def test_a_quote_is_found_with_its_place_in_the_original(text: str, quote: str, found: str | None) -> None:
    start, end = TextQuotes(text).find(quote)
    if found == "*":
        assert (start, end) == (0, len(text))
    elif found is None:
        assert text[start:end] == "come to your house and then, after dinner"
    else:
        assert text[start:end] == found


@pytest.mark.parametrize("quote", ["", "  ", "something else", "…", "fo ol", "\u200b"])
def test_what_does_not_stand_there_is_nowhere(quote: str) -> None:
    assert TextQuotes("He is a fool.").find(quote) == NOWHERE


@given(st.text(max_size=80), st.text(max_size=20))
def test_whatever_is_quoted_the_place_is_inside_the_text(text: str, quote: str) -> None:
    start, end = TextQuotes(text).find(quote)
    assert (start, end) == NOWHERE or 0 <= start < end <= len(text)


@given(st.text(min_size=1, max_size=60), st.data())
def test_what_is_copied_exactly_is_always_found(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    quote = text[start : data.draw(st.integers(start + 1, len(text)))].strip()
    if quote:
        first, last = TextQuotes(text).find(quote)
        assert text[first:last] == quote


def line(text: str, top: int) -> ReadLine:
    return ReadLine(text, 0.99, (0, top, 10 * len(text), top + 20))


def picture(*lines: str) -> PictureWords:
    return PictureWords(words_of(Reading(tuple(line(text, 30 * number) for number, text in enumerate(lines)))))


def test_words_on_a_picture_are_found_with_one_box_for_each_line() -> None:
    found = picture("Password: hunter2", "do not tell anybody", "or else").find("tell anybody or")
    assert found == ((70, 30, 190, 50), (0, 60, 20, 80))


def test_capitals_punctuation_and_blanks_do_not_matter_on_a_picture() -> None:
    assert picture("PASS WORD: hunter2").find("password hunter2") == ((0, 0, 180, 20),)


def test_misread_letters_do_not_matter_on_a_picture() -> None:
    assert picture("the passw0rd is hvnter2 today").find("password is hunter2")


def test_a_long_quote_with_misread_words_is_found_and_a_long_one_that_is_not_there_is_not() -> None:
    lines = ["the quick brown f0x jumps over", "the lazy d0g and runs away into", "the deep forest by night"]
    scene = picture("Something else entirely stands here", *lines, "and there")
    quote = "quick brown fox jumps over the lazy dog and runs away into the deep forest"
    assert [box[1] for box in scene.find(quote)] == [30, 60, 90]
    assert scene.find("an entirely different sentence that nobody has ever written on this picture") == ()


def test_a_short_word_is_not_found_inside_another() -> None:
    assert picture("start the party").find("art") == ()


def test_what_is_not_on_a_picture_has_no_box() -> None:
    assert picture("completely different words").find("your home address") == ()
    assert picture().find("anything") == ()
    assert picture("words").find("…") == ()


@given(st.lists(st.text(max_size=12), max_size=8), st.text(max_size=20))
def test_whatever_was_read_and_is_quoted_nothing_is_raised(lines: list[str], quote: str) -> None:
    picture(*lines).find(quote)
