"""Sheets of several pictures as one."""

from __future__ import annotations

from collections.abc import Sequence

from kireji.core.extraction.merging import Taken, merged
from kireji.core.extraction.sheets import Cell, CellType, Column, Presence, Sheet, SumCheck, SumKind


def sheet(names: Sequence[str], *rows: Sequence[str], title: str = "", sums: tuple[SumCheck, ...] = ()) -> Sheet:
    cells = tuple(tuple(Cell(text, value=text) for text in row) for row in rows)
    return Sheet(title, tuple(map(Column, names)), cells, sums)


def texts(one: Sheet) -> list[list[str]]:
    return [[cell.text for cell in row] for row in one.rows]


def test_sheets_of_one_picture_stay_as_they_are() -> None:
    two = (sheet(["A"], ["1"]), sheet(["A"], ["2"]))
    assert merged([Taken("a.png", two)], several=False) == two


def test_capitals_blanks_colons_and_wide_letters_make_no_other_column() -> None:
    (one,) = merged([Taken("a", [sheet(["Unit  price"], ["1"])]), Taken("b", [sheet(["ＵＮＩＴ price:"], ["2"])])])
    assert ([column.name for column in one.columns], texts(one), one.sources) == (
        ["Unit  price"],
        [["1"], ["2"]],
        ("a", "b"),
    )


def test_columns_in_another_order_are_put_in_the_first_ones() -> None:
    (one,) = merged([Taken("a", [sheet(["A", "B"], ["1", "2"])]), Taken("b", [sheet(["B", "A"], ["4", "3"])])])
    assert texts(one) == [["1", "2"], ["3", "4"]]


def test_tables_with_other_columns_stay_apart() -> None:
    one, two = merged([Taken("a", [sheet(["A"], ["1"])]), Taken("b", [sheet(["A", "B"], ["2", "3"])])])
    assert (texts(one), texts(two)) == ([["1"]], [["2", "3"]])


def test_columns_of_the_same_name_keep_their_order() -> None:
    (one,) = merged([Taken("a", [sheet(["A", "A"], ["1", "2"])]), Taken("b", [sheet(["a", "a"], ["3", "4"])])])
    assert texts(one) == [["1", "2"], ["3", "4"]]


def test_fields_are_one_sheet_and_what_is_not_named_is_empty() -> None:
    (one,) = merged(
        [Taken("a", [sheet(["A", "B"], ["1", "2"])]), Taken("b", [sheet(["C", "a"], ["3", "4"])])], fields=True
    )
    assert texts(one) == [["1", "2", ""], ["4", "", "3"]]
    assert one.rows[0][2].presence is Presence.EMPTY


def test_sums_go_with_their_cells() -> None:
    (one,) = merged(
        [
            Taken("a", [sheet(["A", "B"], ["1", "2"])]),
            Taken("b", [sheet(["B", "A"], ["6", "5"], sums=(SumCheck(SumKind.ROW, "6", "6", 0, 0, ((0, 1),)),))]),
        ]
    )
    assert one.sums == (SumCheck(SumKind.ROW, "6", "6", 1, 1, ((1, 0),)),)


def test_types_that_differ_are_text() -> None:
    amounts = Sheet("", (Column("A", CellType.CURRENCY, (), "€"),), ())
    words = Sheet("", (Column("A"),), ())
    (one,) = merged([Taken("a", [amounts]), Taken("b", [words])])
    assert one.columns == (Column("A", CellType.TEXT, (), ""),)


def test_a_title_stays_where_all_have_the_same() -> None:
    (same,) = merged([Taken(name, [sheet(["A"], title="Bill")]) for name in "ab"])
    (other,) = merged([Taken(name, [sheet(["A"], title=name)]) for name in "ab"])
    assert (same.title, other.title) == ("Bill", "")
