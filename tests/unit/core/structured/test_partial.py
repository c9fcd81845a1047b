"""JSON that is still being written: what is whole of it is there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.structured.partial import UnfinishedJson, line_of

SCALARS = st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    SCALARS | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)
WHOLE = st.lists(VALUES, max_size=4) | st.dictionaries(st.text(max_size=4), VALUES, max_size=4)


def read(*pieces: str) -> UnfinishedJson:
    reading = UnfinishedJson()
    for piece in pieces:
        reading.feed(piece)
    return reading


def closed(text: str) -> Any:
    """A text of JSON that ends somewhere outside its strings, with its brackets closed."""
    brackets: list[str] = []
    inside = escaped = False
    for sign in text:
        if inside:
            inside, escaped = (sign != '"' or escaped), sign == "\\" and not escaped
        elif sign == '"':
            inside = True
        elif sign in "[{":
            brackets.append({"[": "]", "{": "}"}[sign])
        elif sign in "]}":
            brackets.pop()
    return json.loads(text + "".join(reversed(brackets)))


def beginnings(text: str) -> Iterator[str]:
    """Shorter and shorter beginnings of a text that could be whole: none ends within a number or a word."""
    for end in range(len(text), 0, -1):
        if text[end - 1] in '[{]}"' or (end < len(text) and text[end] in ",]} \n"):
            yield text[:end]


def expected(text: str) -> Any:
    """What is whole in a beginning of valid JSON, found by trying."""
    for beginning in beginnings(text):
        try:
            return closed(beginning)
        except (ValueError, IndexError):
            continue
    return None


@given(WHOLE, st.sampled_from([None, 1]), st.booleans(), st.data())
def test_every_beginning_gives_what_is_whole_in_it(
    value: Any, indent: int | None, ascii: bool, data: st.DataObject
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii)
    beginning = text[: data.draw(st.integers(0, len(text)))]
    assert read(beginning).value == expected(beginning)


@given(WHOLE)
def test_the_whole_gives_the_value(value: Any) -> None:
    reading = read(json.dumps(value))
    assert (reading.value, reading.is_over) == (value, True)


@given(WHOLE, st.data())
def test_pieces_make_no_difference(value: Any, data: st.DataObject) -> None:
    text = json.dumps(value)
    beginning = text[: data.draw(st.integers(0, len(text)))]
    assert read(*beginning).value == read(beginning).value


@given(st.lists(st.text('[]{}",:\\ 01-.eEtruefalsn', max_size=8), max_size=8))
def test_no_text_makes_it_fail(pieces: Sequence[str]) -> None:
    read(*pieces)


def test_a_list_is_open_until_its_bracket_comes() -> None:
    reading = read("[[1, 2], [3, 4")
    assert reading.value == [[1, 2], [3]]
    assert isinstance(reading.value, list)
    assert [reading.is_open(row) for row in reading.value] == [False, True]


def test_a_number_is_whole_only_when_something_follows() -> None:
    assert read('{"a": 12').value == {}
    assert read('{"a": 12', "3,").value == {"a": 123}


def test_words_before_it_and_after_it_are_passed_over() -> None:
    assert read("Here:\n```json\n", '{"a": 1}', "\n```").value == {"a": 1}


@pytest.mark.parametrize("text", ["[1 2, 3]", '{"a" 1}', "[1, tru, 3]", "[01]", "[1}", "[,]", '["\\x"]', "[" * 100])
def test_from_where_it_is_no_json_nothing_more_is_taken(text: str) -> None:
    reading = read(text)
    assert reading.is_over
    before = json.dumps(reading.value)
    reading.feed(", 5, 6]")
    assert json.dumps(reading.value) == before


def test_a_long_text_in_small_pieces_costs_no_more_than_one() -> None:
    """A million pieces of one string; if each were joined to those before, this would not end."""
    reading = read('["')
    for _ in range(1_000_000):
        reading.feed("xy")
    reading.feed('"]')
    assert reading.value == ["xy" * 1_000_000]


def test_half_a_row_is_held_back_and_comes_back() -> None:
    reading = read('{"rows": [["a", "b"], ["c"')
    with reading.settled() as value:
        assert value == {"rows": [["a", "b"]]}
    reading.feed(', "d"]]}')
    assert reading.value == {"rows": [["a", "b"], ["c", "d"]]}


def test_a_table_whose_rows_have_come_is_not_held_back() -> None:
    reading = read('{"tables": [{"rows": [["a"]], "more": ')
    with reading.settled() as value:
        assert value == {"tables": [{"rows": [["a"]]}]}


@given(WHOLE, st.data())
def test_holding_back_changes_nothing(value: Any, data: st.DataObject) -> None:
    text = json.dumps(value)
    reading = read(text[: data.draw(st.integers(0, len(text)))])
    before = json.dumps(reading.value)
    with reading.settled():
        pass
    assert json.dumps(reading.value) == before


@pytest.mark.parametrize(
    ("place", "line"),
    [(("a",), 2), (("b", "c"), 4), (("b", "d", 1), 7), (("b", "none"), 3), (("none",), 1), ((), 1)],
)
def test_a_value_is_found_on_its_line(place: tuple[str | int, ...], line: int) -> None:
    text = '{\n"a": 1,\n"b": {\n"c": "x",\n"d": [\n"e",\n"f"\n]}}'
    assert line_of(text, place) == line
