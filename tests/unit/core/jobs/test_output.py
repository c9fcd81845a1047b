"""Answers as lines: the contract's JSON, and tables that no spreadsheet computes."""

from __future__ import annotations

import csv
import io
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.jobs.answers import Answer, Column, ColumnKind
from kireji.core.jobs.output import Table, output_line
from kireji.core.jobs.states import RowState
from kireji.core.jobs.values import Outcome, Row
from kireji.core.messages import Usage

ROW = Row(2, 7, "mine", RowState.SUCCEEDED)
DONE = Answer(ROW, Outcome.SUCCEEDED, "Yes.", usage=Usage(12, 3, 4, 5), cost=0.25)


def line(answer: Answer, *, structured: bool = False) -> dict[str, object]:
    written = output_line(answer, structured=structured)
    assert written.endswith(b"\n")
    value = json.loads(written)
    assert isinstance(value, dict)
    return value


def cells(table: Table, answer: Answer, given: dict[str, str] | None = None) -> dict[str, str]:
    text = (table.head() + table.line(answer, given or {})).decode()
    [row] = csv.DictReader(io.StringIO(text, newline=""))
    return row


def changed(**fields: object) -> Answer:
    return msgspec.structs.replace(DONE, **fields)


def test_a_line_has_what_the_contract_says() -> None:
    assert line(DONE) == {
        "id": "mine",
        "status": "succeeded",
        "text": "Yes.",
        "usage": {"input_tokens": 12, "output_tokens": 3, "cache_read_tokens": 4, "cache_write_tokens": 5},
        "cost": 0.25,
        "cached": False,
    }


def test_a_row_that_shares_an_answer_has_used_nothing_itself() -> None:
    shared = changed(cost=0.0, cached=True)
    assert line(shared)["usage"] == dict.fromkeys(
        ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens"), 0
    )
    row = cells(Table((), ()), shared)
    assert (row["input_tokens"], row["output_tokens"], row["cost"]) == ("0", "0", "0")


def test_a_structured_answer_is_there_as_a_value() -> None:
    assert line(changed(text='{"a":1}', data={"a": 1}), structured=True)["data"] == {"a": 1}


def test_an_answer_that_does_not_fit_has_no_value_and_says_why() -> None:
    written = line(changed(text="no", error="The answer is no JSON."), structured=True)
    assert (written["status"], written["data"], written["error"]) == ("succeeded", None, "The answer is no JSON.")


@pytest.mark.parametrize("outcome", [Outcome.ERRORED, Outcome.EXPIRED, Outcome.CANCELED])
def test_a_row_without_an_answer_says_why(outcome: Outcome) -> None:
    written = line(Answer(ROW, outcome, error="Too long."))
    assert (written["status"], written["error"]) == (outcome.value, "Too long.")
    assert "text" not in written


def test_a_line_that_was_refused_when_it_was_read_counts_as_errored() -> None:
    row = Row(3, 9, "", RowState.INVALID, "This is no JSON.")
    written = line(Answer(row, error=row.sentence))
    assert (written["id"], written["status"], written["error"]) == ("9", "errored", "This is no JSON.")


def test_a_table_begins_with_the_inputs_own_columns() -> None:
    table = Table(("name", "status"), (Column("size", ColumnKind.INTEGER),))
    row = cells(table, changed(data={"size": 3}), {"name": "Ada", "status": "new"})
    assert list(row) == [
        *("name", "status", "id", "status_", "size"),
        *("error", "input_tokens", "output_tokens", "cost"),
    ]
    assert (row["name"], row["status"], row["status_"], row["size"]) == ("Ada", "new", "succeeded", "3")
    assert (row["input_tokens"], row["output_tokens"], row["cost"]) == ("21", "3", "0.25")


def test_a_table_of_words_has_them_in_one_column() -> None:
    assert cells(Table((), ()), DONE)["text"] == "Yes."


@pytest.mark.parametrize(
    ("value", "cell"),
    [(None, ""), (True, "true"), (1.5, "1.5"), ([1, "a"], '[1,"a"]'), ({"a": None}, '{"a":null}'), ("-5", "-5")],
)
def test_values_are_written_so_that_they_can_be_read_again(value: object, cell: str) -> None:
    table = Table((), (Column("x", ColumnKind.JSON),))
    assert cells(table, changed(data={"x": value}))["x"] == cell


@pytest.mark.parametrize("text", ["=1+1", "+A1", "-A1", "@SUM(A1)", "\tx", "\rx", "＝1", '=HYPERLINK("http://x")'])
def test_a_text_that_a_spreadsheet_would_compute_is_made_harmless(text: str) -> None:
    row = cells(Table(("given",), ()), changed(text=text, error=text), {"given": text})
    assert (row["given"], row["text"], row["error"]) == (f"'{text}", f"'{text}", f"'{text}")


@pytest.mark.parametrize("text", ["-5", "+3.25", "-1,000.5", "1e-9", "-12%", "a=b", ""])
def test_numbers_and_other_texts_stay_as_they_are(text: str) -> None:
    assert cells(Table((), ()), changed(text=text))["text"] == text


@pytest.mark.parametrize("control", ["\0", "\x1b[31m", "\x07", "\x0b", "\x7f", "\x9b2J"])
def test_characters_that_nobody_sees_are_replaced(control: str) -> None:
    text = f"a{control}b"
    row = cells(Table(("given",), (Column("x", ColumnKind.JSON),)), changed(data={"x": [text]}), {"given": text})
    assert row["given"] == "a\ufffd" + text[2:]
    assert control[0] not in row["x"]
    assert cells(Table((), ()), changed(text=text))["text"] == "a\ufffd" + text[2:]


def test_tabs_and_ends_of_lines_within_a_cell_stay() -> None:
    assert cells(Table((), ()), changed(text="a\tb\nc\r\nd"))["text"] == "a\tb\nc\r\nd"


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('",\r\n')), min_size=1))
def test_whatever_stands_in_a_cell_is_read_again_by_others(texts: list[str]) -> None:
    names = [f"c{place}" for place in range(len(texts))]
    given = dict(zip(names, texts, strict=True))
    row = cells(Table(names, ()), DONE, given)
    assert [row[name].removeprefix("'") for name in names] == [text.removeprefix("'") for text in texts]
