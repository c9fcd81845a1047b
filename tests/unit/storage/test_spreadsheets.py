"""Tables as XLSX files, read back with another library."""

from __future__ import annotations

import datetime
import io
from typing import Any

import openpyxl
import pytest

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
from kireji.storage.spreadsheets import XlsxSpreadsheets


def cell(text: str, type: CellType = CellType.TEXT, value: str | None = None, unit: str = "", **more: Any) -> Cell:
    more.setdefault("presence", Presence.FOUND)
    return Cell(text, type, text if value is None else value, unit, **more)


def one(*cells: Cell, names: tuple[str, ...] = ()) -> Sheet:
    columns = tuple(Column(name) for name in names or tuple(f"C{place}" for place in range(len(cells))))
    return Sheet("", columns, (cells,))


def book(*sheets: Sheet, failed: tuple[tuple[str, str], ...] = ()) -> Any:
    data = XlsxSpreadsheets().workbook(Extraction(sheets, failed=failed)).data
    return openpyxl.load_workbook(io.BytesIO(data))


def read(*cells: Cell) -> list[Any]:
    """What stands in the first row below the names."""
    return [found.value for found in book(one(*cells)).worksheets[0][2]]


def look(given: Cell) -> Any:
    return book(one(given)).worksheets[0]["A2"]


def test_numbers_are_numbers() -> None:
    assert read(cell("1.234,50", CellType.NUMBER, "1234.50")) == [1234.5]


def test_an_amount_is_a_number_in_its_currency() -> None:
    found = look(cell("12,90 €", CellType.CURRENCY, "12.90", "€"))
    assert (found.value, found.number_format) == (12.9, "#,##0.00 [$€]")


def test_a_currency_stands_before_the_amount_where_it_does_so_on_the_picture() -> None:
    assert look(cell("$12.90", CellType.CURRENCY, "12.90", "$")).number_format == "[$$]#,##0.00"


def test_a_currency_without_smaller_coins_has_no_places() -> None:
    assert look(cell("¥1,200", CellType.CURRENCY, "1200", "¥")).number_format == "[$¥]#,##0"


def test_percents_are_percents() -> None:
    found = look(cell("19 %", CellType.NUMBER, "19", "%"))
    assert (found.value, found.number_format) == (0.19, "0%")


def test_dates_are_dates() -> None:
    found = look(cell("29.11.2026", CellType.DATE, "2026-11-29"))
    assert (found.value, found.number_format) == (datetime.datetime(2026, 11, 29), "yyyy-mm-dd")


@pytest.mark.parametrize("value", ["1900-02-28", "0001-01-01", "2026-13-01", "soon"])
def test_a_date_that_spreadsheets_have_not_stays_as_it_was_written(value: str) -> None:
    assert read(cell("on that day", CellType.DATE, value)) == ["on that day"]


def test_truth_is_a_boolean() -> None:
    assert read(cell("yes", CellType.BOOLEAN, "true")) == [True]


@pytest.mark.parametrize(
    "text", ["=1+1", '=HYPERLINK("http://evil")', "+1+cmd|' /C calc'!A0", "@SUM(A1)", "http://evil.example/", "{=1}"]
)
def test_text_is_neither_a_formula_nor_a_link(text: str) -> None:
    found = look(cell(text))
    assert (found.value, found.data_type, found.hyperlink) == (text, "s", None)


@pytest.mark.parametrize(("text", "value"), [("00123", "123"), ("4539578763621486", "4539578763621486")])
def test_what_would_lose_digits_as_a_number_stays_text(text: str, value: str) -> None:
    assert read(cell(text, CellType.NUMBER, value)) == [text]


def test_what_is_not_of_its_type_stays_text() -> None:
    assert read(cell("about 5", CellType.NUMBER, "")) == ["about 5"]


def test_a_cell_that_is_not_on_the_picture_is_coloured_and_says_so() -> None:
    found = look(cell("Tea", presence=Presence.MISSING))
    assert found.fill.fgColor.rgb == "FFFFD9C7"
    assert found.comment.text == "Not found on the picture."


def test_a_cell_that_is_otherwise_on_the_picture_says_how() -> None:
    found = look(cell("Tea", presence=Presence.DIFFERS, seen="Tee"))
    assert found.comment.text == "On the picture it reads: Tee"


def test_a_sum_that_does_not_hold_is_told_at_its_cell_and_in_the_notes() -> None:
    check = SumCheck(SumKind.COLUMN, "48.80", "47.80", 0, 0)
    sheet = Sheet("", (Column("Total"),), ((cell("48.80", CellType.NUMBER),),), (check,))
    found = book(sheet)
    told = "Total: 48.80 stands there, but the cells above add up to 47.80."
    assert found.worksheets[0]["A2"].comment.text == told
    assert [each.value for each in found["Notes"][2]] == ["Table 1 A2", told]


def test_without_doubts_there_are_no_notes() -> None:
    assert book(one(cell("Tea"))).sheetnames == ["Table 1"]


def test_pictures_that_gave_nothing_stand_in_the_notes() -> None:
    found = book(one(cell("Tea")), failed=(("b.png", "It is damaged."),))
    assert [each.value for each in found["Notes"][2]] == ["b.png", "It is damaged."]


def test_a_file_without_tables_can_be_opened() -> None:
    assert book().sheetnames == ["Notes"]


def test_the_names_of_columns_stay_in_sight_and_can_be_filtered() -> None:
    page = book(one(cell("Tea"), cell("2"), names=("Item", "Count"))).worksheets[0]
    assert [(each.value, each.font.bold) for each in page[1]] == [("Item", True), ("Count", True)]
    assert (page.freeze_panes, page.auto_filter.ref) == ("A2", "A1:B2")


def test_columns_are_as_wide_as_what_stands_in_them_within_limits() -> None:
    widths = book(one(cell("x"), cell("x" * 30), cell("x" * 300))).worksheets[0].column_dimensions
    assert 8 <= widths["A"].width < 10
    assert 30 <= widths["B"].width < 33
    assert 60 <= widths["C"].width < 62


def test_each_table_has_a_sheet_whose_name_every_spreadsheet_takes() -> None:
    titles = ["A/B:C*?[]\\", "a/b:c", "'quoted'", "x" * 40, "x" * 40, "History", "", "\n"]
    sheets = [Sheet(title, (Column("C"),), ()) for title in titles]
    assert book(*sheets).sheetnames == [
        "A B C",
        "a b c (2)",
        "quoted",
        "x" * 31,
        "x" * 27 + " (2)",
        "History (2)",
        "Table 7",
        "Table",
    ]


def test_a_cell_too_long_is_cut_and_says_so() -> None:
    found = look(cell("😀" * 20_000))
    assert len(found.value) == 16_383
    assert "is cut" in found.comment.text


def test_columns_too_many_are_left_out_and_told() -> None:
    sheet = Sheet("Wide", tuple(Column(str(n)) for n in range(16_390)), ())
    written = XlsxSpreadsheets().workbook(Extraction((sheet,)))
    assert written.notes == ("Wide: a spreadsheet has room for 16,384 columns; 6 are left out.",)


def test_rows_too_many_go_on_in_another_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kireji.storage.spreadsheets.MOST_ROWS", 3)
    found = book(Sheet("Long", (Column("N"),), tuple((cell(str(n)),) for n in range(5)), sources=tuple("abcde")))
    assert {page.title: [[each.value for each in row] for row in page] for page in found.worksheets} == {
        "Long": [["N", "Source"], ["0", "a"], ["1", "b"]],
        "Long (2)": [["N", "Source"], ["2", "c"], ["3", "d"]],
        "Long (3)": [["N", "Source"], ["4", "e"]],
    }


@pytest.mark.parametrize(
    "text", ["a\x00b", "a\x1b[31mb", "\ud800", "a\ufffeb", "_x0041_", "line\r\nline", "عربي", "日本語"]
)
def test_no_character_makes_a_file_that_cannot_be_read(text: str) -> None:
    assert isinstance(look(cell(text)).value, str)


def test_units_cannot_break_a_number_form() -> None:
    for unit in ('"', "];@[Red]", "[$", "\\", "€;;;", 'kg"0'):
        for type in (CellType.CURRENCY, CellType.NUMBER):
            assert look(cell("5", type, "5", unit)).value == 5
