"""Sums in the signs of the picture."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.extraction.sheets import Cell, CellType, Column, Sheet, SumCheck, SumKind
from kireji.core.extraction.sum_words import computed, row_name, stated


def sheet(text: str) -> Sheet:
    row = (Cell("  Green\ntea "), Cell("12", CellType.NUMBER, "12"), Cell(text, CellType.CURRENCY))
    return Sheet("", (Column("Item"), Column("Count", CellType.NUMBER), Column("Sum", CellType.CURRENCY)), (row,))


def check(value: str, result: str, kind: SumKind = SumKind.ROW) -> SumCheck:
    return SumCheck(kind, value, result, 0, 2)


@pytest.mark.parametrize(
    ("text", "value", "result", "said"),
    [
        ("11,00", "11.0", "10.0", "10,00"),
        ("11,00 €", "11.0", "10.0", "10,00"),
        ("$11.00", "11.0", "10.0", "10.00"),
        ("1.234,50", "1234.5", "1200.0", "1200,00"),
        ("1.234", "1234", "1200", "1200"),
        ("11,0", "11.00", "10.25", "10,25"),
        ("-11,00", "-11.0", "10.0", "10,00"),
        ("eleven", "11", "10.5", "10.5"),
        ("", "11", "10", "10"),
    ],
)
def test_what_comes_out_is_written_as_what_stands_there(text: str, value: str, result: str, said: str) -> None:
    assert computed(sheet(text), check(value, result)) == said


def test_what_stands_there_is_told_as_it_stands() -> None:
    assert stated(sheet("11,00 €"), check("11.0", "10.0")) == "11,00 €"


def test_a_cell_that_is_not_there_is_told_by_its_value() -> None:
    assert stated(sheet(""), SumCheck(SumKind.COLUMN, "11", "10", 7, 2)) == "11"


def test_the_row_of_a_price_is_named_by_its_words() -> None:
    assert row_name(sheet("11,00"), check("11.0", "10.0")) == "Green tea"


def test_a_sum_of_a_column_is_about_no_row() -> None:
    assert row_name(sheet("11,00"), check("11.0", "10.0", SumKind.COLUMN)) == ""


@given(
    text=st.text(max_size=80),
    value=st.decimals(allow_nan=False, places=2),
    result=st.decimals(allow_nan=False, places=2),
)
def test_any_cell_is_told(text: str, value: object, result: object) -> None:
    shown = sheet(text)
    assert stated(shown, check(f"{value:f}", f"{result:f}"))
    assert computed(shown, check(f"{value:f}", f"{result:f}"))
