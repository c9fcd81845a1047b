"""Sheets out of answers, whatever these are."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.extraction.own_schemas import own_schema
from kireji.core.extraction.reading import problem, sheets_of
from kireji.core.extraction.sheets import CellType, Presence, Sheet


def column(name: str, kind: str = "text", unit: str = "", choices: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"name": name, "type": kind, "unit": unit, "choices": list(choices)}


def table(columns: list[dict[str, Any]], *rows: list[str]) -> dict[str, Any]:
    return {"tables": [{"title": "", "columns": columns, "rows": list(rows)}]}


def only(data: Any, **more: Any) -> Sheet:
    (sheet,) = sheets_of(data, **more)
    return sheet


def values(sheet: Sheet, place: int = 0) -> list[str]:
    return [row[place].value for row in sheet.rows]


def test_cells_are_read_as_their_column_says() -> None:
    columns = [
        column("Item"),
        column("Price", "currency"),
        column("Date", "date"),
        column("State", "enum", choices=("Open", "Paid")),
        column("Sent", "boolean"),
    ]
    sheet = only(table(columns, ["Pen", "1.234,50 €", "29.11.2026", "PAID", "ja"]))
    assert [cell.value for cell in sheet.rows[0]] == ["Pen", "1234.5", "2026-11-29", "Paid", "true"]
    assert [cell.text for cell in sheet.rows[0]] == ["Pen", "1.234,50 €", "29.11.2026", "PAID", "ja"]
    assert sheet.rows[0][1].unit == sheet.columns[1].unit == "€"


def test_what_one_cell_leaves_open_its_column_tells() -> None:
    sheet = only(table([column("n", "number"), column("d", "date")], ["1.234", "03/04/2026"], ["1,5", "04/13/2026"]))
    assert values(sheet) == ["1234", "1.5"]
    assert values(sheet, 1) == ["2026-03-04", "2026-04-13"]


def test_what_a_column_leaves_open_the_other_columns_tell() -> None:
    sheet = only(table([column("a", "number"), column("b", "currency")], ["1.234", "5,50"]))
    assert values(sheet) == ["1234"]


def test_a_cell_that_is_not_of_its_type_keeps_its_text() -> None:
    (cell,) = only(table([column("n", "number")], ["about five"])).rows[0]
    assert cell.misread
    assert cell.text == "about five"


def test_an_empty_cell_is_empty_and_not_misread() -> None:
    (cell,) = only(table([column("n", "number")], [""])).rows[0]
    assert cell.presence is Presence.EMPTY
    assert not cell.misread


def test_the_unit_of_a_column_is_that_of_all_its_cells() -> None:
    assert only(table([column("n", "currency", "€")], ["5"], ["6"])).columns[0].unit == "€"
    assert only(table([column("n", "currency", "€")], ["$5"], ["6"])).columns[0].unit == ""


def test_rows_of_another_length_are_a_problem_that_is_named() -> None:
    said = problem(table([column("a"), column("b")], ["1", "2"], ["1"], ["1", "2", "3"]))
    assert said.startswith("tables[0].rows[1] (and 1 other rows) has 1 cells, but there are 2 columns")
    assert problem(table([column("a")], ["1"])) == ""


def test_rows_of_another_length_are_filled_up_and_cut() -> None:
    sheet = only(table([column("a"), column("b")], ["1"], ["1", "2", "3"]))
    assert [[cell.text for cell in row] for row in sheet.rows] == [["1", ""], ["1", "2"]]


def test_headings_that_are_repeated_are_no_row() -> None:
    assert only(table([column("a"), column("b")], ["a", "b"], ["1", "2"])).cells == 2


def test_columns_of_the_same_name_can_be_told_apart() -> None:
    sheet = only(table([column("Amount"), column("Amount")], ["1", "2"]))
    assert [each.name for each in sheet.columns] == ["Amount", "Amount"]
    assert [each.path for each in sheet.columns] == ["Amount", "Amount (2)"]


def test_a_table_without_rows_is_a_sheet_and_one_without_columns_is_none() -> None:
    assert only(table([column("a")])).rows == ()
    assert sheets_of(table([])) == ()


def test_tables_of_500_columns_are_read() -> None:
    sheet = only(table([column(str(number), "number") for number in range(500)], ["1"] * 500, ["2"] * 500))
    assert sheet.cells == 1000


def test_no_answer_is_larger_than_it_may_be() -> None:
    data = table([column("a"), column("b")], *([["1", "2"]] * 150_000))
    assert only(data).cells == 200_000


def test_fields_are_one_row() -> None:
    data = {
        "title": "Receipt",
        "fields": [{"name": "Total", "type": "currency", "value": "12,50", "unit": "EUR", "choices": []}],
    }
    sheet = only(data)
    assert (sheet.title, sheet.columns[0].name) == ("Receipt", "Total")
    assert (sheet.rows[0][0].value, sheet.rows[0][0].unit) == ("12.5", "EUR")


def test_an_answer_that_has_not_come_to_its_end_gives_what_is_there() -> None:
    assert sheets_of({}) == ()
    assert sheets_of({"tables": [{"title": "t"}]}) == ()
    assert only({"tables": [{"columns": [column("a")], "rows": [["1"], None]}]}).cells == 1


OWN = {
    "type": "object",
    "properties": {
        "number": {"type": "string"},
        "total": {"type": "number"},
        "orders": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "id": {"type": "integer"},
                    "lines": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}},
                },
            },
        },
    },
}


def test_an_answer_to_a_schema_of_the_person_is_read_as_it_says() -> None:
    own = own_schema(json.dumps(OWN).encode())
    data = {
        "number": "A-1",
        "total": 1234.5,
        "orders": [{"id": 1, "lines": [{"name": "x"}, {"name": "y"}]}, {"id": 2, "lines": [{"name": "z"}]}],
    }
    fields, orders, lines = sheets_of(data, own=own)
    assert [cell.value for cell in fields.rows[0]] == ["A-1", "1234.5"]
    assert values(orders) == ["1", "2"]
    assert values(lines) == ["x", "y", "z"]
    assert lines.title == "orders.lines"


def test_numbers_keep_their_digits() -> None:
    own = own_schema(b'{"properties": {"a": {"type": "number"}, "b": {"type": "number"}}}')
    text = '{"a": 0.10, "b": 12345678901234567890.25}'
    sheet = only(json.loads(text), own=own, text=text)
    assert [cell.text for cell in sheet.rows[0]] == ["0.10", "12345678901234567890.25"]
    assert values(sheet, 1) == ["12345678901234567890.25"]


def test_a_list_that_was_asked_for_inside_an_object_is_a_table() -> None:
    own = own_schema(b'{"type": "array", "items": {"type": "object", "properties": {"a": {"type": "boolean"}}}}')
    sheet = only({"items": [{"a": True}, {"a": None}, {}]}, own=own)
    assert values(sheet) == ["true", "", ""]
    assert sheet.columns[0].type is CellType.BOOLEAN


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["tables", "fields", "title", "columns", "rows", "name", "type", "value", "choices", "a"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(json_values)
def test_any_answer_is_read_without_failing(data: Any) -> None:
    for sheet in sheets_of(data):
        assert all(len(row) == len(sheet.columns) for row in sheet.rows)
    problem(data)


@given(json_values)
def test_any_answer_to_a_schema_of_the_person_is_read_without_failing(data: Any) -> None:
    own = own_schema(b'{"properties": {"title": {"type": "number"}, "rows": {"type": "array", "items": {}}}}')
    for sheet in sheets_of(data, own=own):
        assert all(len(row) == len(sheet.columns) for row in sheet.rows)


@pytest.mark.parametrize("text", ["", '```json\n{"a": 1}\n```', '{"a": '])
def test_a_text_that_cannot_be_decoded_again_costs_only_digits(text: str) -> None:
    own = own_schema(b'{"properties": {"a": {"type": "number"}}}')
    assert values(only({"a": 1}, own=own, text=text)) == ["1"]
