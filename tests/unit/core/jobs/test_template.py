"""Prompts with places for the cells of a table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.errors import JobError
from kireji.core.jobs.template import Template, cells_by_column, column_at

COLUMNS = ("id", "Text", "target language")


def filled(text: str, *cells: str, columns: tuple[str, ...] = COLUMNS) -> str:
    return Template(text).bound(columns).fill(cells)


def refused(text: str, columns: tuple[str, ...] = COLUMNS) -> str:
    with pytest.raises(JobError) as caught:
        Template(text).bound(columns)
    return caught.value.sentence


def test_places_take_the_cells_of_their_columns() -> None:
    assert filled("{id}: {Text} in {target language}!", "7", "Hut", "English") == "7: Hut in English!"


def test_a_column_may_be_named_with_other_capitals_and_blanks() -> None:
    assert filled("{ text } {Target  Language}", "", "Hut", "English") == "Hut English"


def test_the_exact_name_goes_first() -> None:
    assert filled("{text}", "a", "b", columns=("Text", "text")) == "b"


def test_doubled_braces_are_braces() -> None:
    assert filled('{{"a": "{Text}"}} {{}} {{{Text}}}', "", "x") == '{"a": "x"} {} {x}'


def test_what_a_cell_holds_is_no_place() -> None:
    assert filled("{Text}", "7", "{id} {{") == "{id} {{"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{txt}", "did you mean “Text”? Its columns are: id, Text, target language."),
        ("{weather}", "no column “weather”"),
        ("{Text", "The brace at “{Text” in the prompt has no other half"),
        ("Text}", "has no other half"),
        ("{a{Text}", "The brace at “{a{Text}”"),
        ("{}", "has no name"),
        ("{\n}", "has no other half"),
    ],
)
def test_a_prompt_that_does_not_fit_is_refused_with_its_reason(text: str, reason: str) -> None:
    assert reason in refused(text)


def test_a_name_that_two_columns_have_is_refused() -> None:
    assert "more than one column “a”" in refused("{a}", columns=("a", "a"))


def test_so_many_cells_are_needed_as_the_last_place_says() -> None:
    assert Template("{Text} {id}").bound(COLUMNS).needed == 2
    assert Template("none").bound(COLUMNS).needed == 0


def test_columns_are_found_by_name() -> None:
    assert [column_at(name, COLUMNS) for name in ("ID", "text", "image")] == [0, 1, None]


def test_cells_keep_the_names_of_their_columns() -> None:
    assert cells_by_column(("a", "", "a"), ("1", "2", "3")) == {"a": "1", "column 2": "2", "a 3": "3"}
    assert cells_by_column(("a", "b"), ("1",)) == {"a": "1"}


cells = st.text(max_size=8)
names = st.text(st.characters(exclude_characters="{}\n", codec="utf-8"), min_size=1, max_size=8).filter(
    lambda name: bool(name.strip())
)


@given(st.lists(st.tuples(names, cells), min_size=1, max_size=4, unique_by=lambda pair: pair[0]), st.lists(cells))
def test_every_prompt_can_be_written_as_a_template(pairs: list[tuple[str, str]], words: list[str]) -> None:
    text, expected = "", ""
    for number, word in enumerate(words):
        name, cell = pairs[number % len(pairs)]
        text += word.replace("{", "{{").replace("}", "}}") + "{" + name + "}"
        expected += word + cell
    columns = tuple(name for name, _ in pairs)
    assert Template(text).bound(columns).fill([cell for _, cell in pairs]) == expected


@given(st.text(alphabet="{} ab\n", max_size=12))
def test_whatever_is_written_it_is_a_template_or_has_a_reason(text: str) -> None:
    try:
        outcome = Template(text).bound(("a", "b")).fill(("1", "2")) + "."
    except JobError as error:
        outcome = error.message
    assert outcome
