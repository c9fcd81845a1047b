"""Tables and fields as CSV, TSV, Markdown and JSON."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from kireji.core.extraction import exports
from kireji.core.extraction.markdown import MOST_COLUMNS, MOST_ROWS, escaped, markdown, words_of
from kireji.core.extraction.sheets import (
    Cell,
    CellType,
    Column,
    Extraction,
    Presence,
    Sheet,
    SumCheck,
    SumKind,
)

NUMBER, MONEY = CellType.NUMBER, CellType.CURRENCY


def cell(text: str, type: CellType = CellType.TEXT, value: str | None = None, unit: str = "", **more: Any) -> Cell:
    more.setdefault("presence", Presence.FOUND)
    return Cell(text, type, text if value is None else value, unit, **more)


def sheet(names: tuple[str, ...], *rows: tuple[Cell, ...], **more: Any) -> Sheet:
    return Sheet("", tuple(map(Column, names)), rows, **more)


def one(*sheets: Sheet, **more: Any) -> Extraction:
    return Extraction(sheets, **more)


def csv_of(*sheets: Sheet) -> str:
    return exports.csv(one(*sheets), mark=False).decode()


TEXTS = st.text(max_size=12) | st.sampled_from(["=1+1", "\t=1", " @x", "-5", "+49 1", '"', "a,b", "a\r\nb", "|", "\\"])
TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.tuples(*[TEXTS] * width), min_size=1, max_size=5).map(
        lambda rows: sheet(tuple(f"C{n}" for n in range(width)), *[tuple(map(cell, row)) for row in rows])
    )
)


# --- CSV -----------------------------------------------------------------------------------------------------------


def test_a_file_begins_with_the_mark_of_utf_8_and_a_pipe_does_not() -> None:
    assert exports.csv(one(sheet(("A",)))) == b"\xef\xbb\xbfA\r\n"
    assert exports.csv(one(sheet(("A",))), mark=False) == b"A\r\n"


def test_numbers_dates_and_truth_have_one_form() -> None:
    row = (
        cell("1.234,50", NUMBER, "1234.5"),
        cell("29.11.26", CellType.DATE, "2026-11-29"),
        cell("ja", CellType.BOOLEAN, "true"),
        cell("19 %", NUMBER, "19", "%"),
    )
    assert csv_of(sheet(("A", "B", "C", "D"), row)).splitlines()[1] == "1234.5,2026-11-29,true,19%"


def test_a_unit_that_all_have_stands_in_the_heading() -> None:
    row = (cell("5 kg", NUMBER, "5", "kg"), cell("€3", MONEY, "3", "€"))
    assert csv_of(sheet(("Weight", "Price in €"), row)) == "Weight (kg),Price in €\r\n5,3\r\n"


def test_units_that_differ_stand_with_their_numbers() -> None:
    rows = [(cell("€3", MONEY, "3", "€"),), (cell("$4", MONEY, "4", "$"),)]
    assert csv_of(sheet(("Price",), *rows)) == "Price\r\n3 €\r\n4 $\r\n"


@pytest.mark.parametrize(("text", "value"), [("0049", "49"), ("4539578763621486", "4539578763621486"), ("some", "")])
def test_what_would_lose_something_as_a_number_stays_as_it_is(text: str, value: str) -> None:
    assert csv_of(sheet(("A",), (cell(text, NUMBER, value),))) == f"A\r\n{text}\r\n"


def test_no_cell_is_a_formula() -> None:
    assert csv_of(sheet(("=A",), (cell("=1+1"),), (cell(" \t@x"),), (cell("-5"),))) == (
        "'=A\r\n'=1+1\r\n' \t@x\r\n-5\r\n"
    )


def test_names_that_occur_twice_are_told_apart() -> None:
    assert csv_of(sheet(("A", "A", "A (2)"))) == "A,A (2),A (2) (2)\r\n"


def test_rows_of_several_pictures_say_where_they_are_from() -> None:
    assert csv_of(sheet(("Source",), (cell("x"),), sources=("a.png",))) == "Source,Source (2)\r\nx,a.png\r\n"


def test_several_tables_have_an_empty_line_between_them() -> None:
    assert csv_of(sheet(("A",)), sheet(("B",))) == "A\r\n\r\nB\r\n"


@given(TABLES)
def test_csv_gives_back_the_cells_but_for_what_makes_them_safe(given: Sheet) -> None:
    read = list(csv.reader(io.StringIO(csv_of(given), newline="")))
    assert [len(row) for row in read] == [len(given.columns)] * (len(given.rows) + 1)
    for row, texts in zip(given.rows, read[1:], strict=True):
        for wanted, text in zip(row, texts, strict=True):
            clean = "".join(
                "\ufffd" if re.match(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", c) else c for c in wanted.text
            )
            assert text.removeprefix("'") == clean.removeprefix("'")


# --- TSV -----------------------------------------------------------------------------------------------------------


def test_tabs_and_ends_of_lines_are_blanks_for_the_clipboard() -> None:
    assert exports.tsv(one(sheet(("A", "B"), (cell("a\tb\r\nc"), cell('"q"'))))) == 'A\tB\na b c\t"""q"""\n'


def test_decimal_places_stand_behind_the_sign_that_the_spreadsheet_reads() -> None:
    assert exports.tsv(one(sheet(("A",), (cell("1.5", NUMBER),))), ",") == "A\n1,5\n"


@given(TABLES)
def test_tsv_has_as_many_cells_as_the_table_and_none_is_a_formula(given: Sheet) -> None:
    lines = exports.tsv(one(given)).split("\n")[:-1]
    assert len(lines) == len(given.rows) + 1
    for line in lines[1:]:
        cells = line.split("\t")
        assert len(cells) == len(given.columns)
        assert not any(re.match(r"\s*[=@]", text) for text in cells)


# --- Markdown ------------------------------------------------------------------------------------------------------

READER = MarkdownIt("commonmark", {"html": False}).enable("table")


def test_columns_stand_below_each_other_and_numbers_to_the_right() -> None:
    table = Sheet("Bill", (Column("Item"), Column("Price", MONEY)), ((cell("日本茶"), cell("€3", MONEY, "3", "€")),))
    assert markdown(one(table)) == "**Bill**\n\n| Item   | Price |\n| ------ | ----: |\n| 日本茶 |    €3 |"


def test_one_set_of_fields_stands_one_below_the_other() -> None:
    table = sheet(("Shop", "Total"), (cell("Tea"), cell("3", NUMBER)))
    assert markdown(one(table, fields=True)).splitlines()[2:] == ["| Shop  | Tea   |", "| Total | 3     |"]


@pytest.mark.parametrize("text", ["a|b", "*a*", "<b>", "`x`", "[a](b)", "a\\", "&amp;", "~~x~~", "_a_", "![x](y)"])
def test_nothing_in_a_cell_is_markup(text: str) -> None:
    (row,) = re.findall(r"<td>(.*?)</td>", READER.render(markdown(one(sheet(("A",), (cell(text),))))))
    assert row == text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def test_names_with_low_lines_and_single_dollars_stay_readable() -> None:
    assert (escaped("a_b $5"), escaped("$5 or $6")) == ("a_b $5", "\\$5 or \\$6")


@given(TABLES)
def test_markdown_has_every_row_with_every_cell(given: Sheet) -> None:
    page = READER.render(markdown(one(given)))
    assert page.count("<tr>") == len(given.rows) + 1
    assert page.count("<td>") + page.count("<th>") == len(given.columns) * (len(given.rows) + 1)


def test_a_long_table_is_cut_in_the_history_and_says_so() -> None:
    table = sheet(tuple(f"C{n}" for n in range(500)), *[tuple(cell("x") for _ in range(500))] * 1_000)
    words = words_of(one(table))
    assert len(words) < 40_000
    assert f"of 1,000 rows, {MOST_COLUMNS} of 500 columns." in words
    assert words.count("\n| x") <= MOST_ROWS


def test_many_tables_and_long_cells_are_cut_in_the_history() -> None:
    words = words_of(one(*[sheet(("A" * 9_000,), (cell("x" * 90_000),))] * 300))
    assert len(words) < 60_000
    assert "280 more tables are not shown here." in words


def test_the_history_says_what_is_doubtful() -> None:
    wrong = SumCheck(SumKind.FIELDS, "5", "4", 0, 1, words="Net + Tax")
    table = sheet(
        ("Item", "Total"),
        (cell("*Tea*", presence=Presence.DIFFERS, seen="Tee"), cell("5", NUMBER)),
        (cell("Cake", presence=Presence.MISSING), cell("6", NUMBER)),
        sums=(wrong,),
    )
    assert words_of(one(table, failed=(("b.png", "Damaged."),))).splitlines()[-4:] == [
        "- b.png: Damaged.",
        "- Item, row 1: \\*Tea\\* – On the picture it reads: Tee",
        "- Item, row 2: Cake – Not found on the picture.",
        "- Total, row 1: 5 stands there, but Net + Tax gives 4.",
    ]


def test_nothing_found_is_said() -> None:
    assert words_of(one()) == "No table was found on the picture."
    assert words_of(one(fields=True)) == "No fields were found on the picture."


@pytest.mark.parametrize(
    ("kind", "words", "told"),
    [
        (SumKind.COLUMN, "Amount", "Total, row 2: $12.90 stands there, but the cells above add up to 11.90."),
        (SumKind.ROW, "Count × Price", "Total, row 2: $12.90 stands there, but Count × Price gives 11.90."),
        (SumKind.FIELDS, "", "Total, row 2: $12.90 stands there, but the cells give 11.90."),
    ],
)
def test_a_sum_that_does_not_hold_is_told_as_it_stands_there(kind: SumKind, words: str, told: str) -> None:
    table = sheet(("Total",), (cell("$11.90", MONEY, "11.9", "$"),), (cell("$12.90", MONEY, "12.9", "$"),))
    assert exports.sum_told(table, SumCheck(kind, "12.9", "11.9", 1, 0, words=words)) == told


# --- JSON ----------------------------------------------------------------------------------------------------------


def test_json_keeps_every_digit_of_a_number() -> None:
    table = sheet(("A",), (cell("x", NUMBER, "12345678901234567890.10"),))
    assert b'"value":12345678901234567890.10,' in exports.table_json(one(table))


def test_json_says_all_that_is_known() -> None:
    check = SumCheck(SumKind.ROW, "6", "5", 0, 0, ((0, 0),))
    found = cell("ja", CellType.BOOLEAN, "true", box=(1, 2, 3, 4), picture=1, presence=Presence.DIFFERS, seen="je")
    table = Sheet("T", (Column("A", CellType.BOOLEAN, path="a.b"),), ((found,),), (check,), ("b.png",))
    value = json.loads(
        exports.table_json(Extraction((table,), data=(b'{"a":{"b":true}}',), sources=("a", "b"), failed=(("c", "x"),)))
    )
    assert value["sheets"][0]["columns"][0]["path"] == "a.b"
    assert value["sheets"][0]["rows"] == [
        [
            {
                "text": "ja",
                "value": True,
                "type": "boolean",
                "unit": None,
                "presence": "differs",
                "box": [1, 2, 3, 4],
                "picture": 1,
                "seen": "je",
            }
        ]
    ]
    assert (value["sheets"][0]["sums"][0]["holds"], value["sheets"][0]["sources"]) == (False, ["b.png"])
    assert (value["data"], value["sources"], value["failed"]) == (
        [{"a": {"b": True}}],
        ["a", "b"],
        [{"source": "c", "why": "x"}],
    )


def test_what_is_not_of_its_type_has_no_value() -> None:
    (sheet_value,) = json.loads(exports.table_json(one(sheet(("A",), (cell("about 5", NUMBER, ""),)))))["sheets"]
    assert sheet_value["rows"][0][0]["value"] is None
