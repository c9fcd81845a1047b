"""Arithmetic that a table states is checked, and figures that happen not to add up are no mistake."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.extraction.cells import typed_column
from kireji.core.extraction.sheets import CellType, Column, Sheet, SumKind
from kireji.core.extraction.sums import with_sums

TEXT, NUMBER, MONEY = CellType.TEXT, CellType.NUMBER, CellType.CURRENCY


def table(columns: dict[str, CellType], *rows: Sequence[str]) -> Sheet:
    made = [Column(name, kind) for name, kind in columns.items()]
    cells = [typed_column(column, [row[at] for row in rows]) for at, column in enumerate(made)]
    return with_sums(Sheet("", tuple(made), tuple(zip(*cells, strict=True))))


def told(sheet: Sheet) -> list[tuple[SumKind, str, str, int, int]]:
    return [(check.kind, check.stated, check.computed, check.row, check.column) for check in sheet.sums]


ITEMS = {"Item": TEXT, "Qty": NUMBER, "Price": MONEY, "Amount": MONEY}


def test_quantity_times_price_gives_the_amount_of_a_row() -> None:
    sheet = table(ITEMS, ["Pen", "2", "1.50", "3.00"], ["Ink", "3", "2.00", "6.00"], ["Pad", "1", "4.00", "5.00"])
    assert told(sheet) == [
        (SumKind.ROW, "3", "3", 0, 3),
        (SumKind.ROW, "6", "6", 1, 3),
        (SumKind.ROW, "5", "4", 2, 3),
    ]
    assert sheet.sums[0].words == "Qty × Price"
    assert sheet.sums[0].parts == ((0, 1), (0, 2))
    assert not sheet.sums[2].holds


def test_products_that_mostly_do_not_hold_are_something_else() -> None:
    rows = [["A", "2", "1.50", "9.00"], ["B", "3", "2.00", "7.00"], ["C", "1", "4.00", "4.00"]]
    assert table(ITEMS, *rows).sums == ()


@pytest.mark.parametrize(("count", "price", "amount"), [("3", "3.33", "10.00"), ("0.333", "2.99", "1.00")])
def test_amounts_are_rounded_to_their_places(count: str, price: str, amount: str) -> None:
    sheet = table(ITEMS, ["A", count, price, amount], ["B", "1", "2.15", "2.15"])
    assert all(check.holds for check in sheet.sums)
    assert len(sheet.sums) == 2


@pytest.mark.parametrize("label", ["Total", "SUMME", "Total (EUR):", "合計", "Gesamtbetrag", "Subtotal"])
def test_a_row_of_totals_is_the_sum_of_what_stands_above(label: str) -> None:
    sheet = table({"Item": TEXT, "Cost": MONEY}, ["A", "1.25"], ["B", "2.50"], [label, "3.75"])
    assert told(sheet) == [(SumKind.COLUMN, "3.75", "3.75", 2, 1)]
    assert sheet.sums[0].parts == ((0, 1), (1, 1))


def test_a_total_that_is_wrong_is_told() -> None:
    (check,) = table({"Item": TEXT, "Cost": MONEY}, ["A", "1.25"], ["B", "2.50"], ["Total", "4.75"]).sums
    assert (check.stated, check.computed, check.holds) == ("4.75", "3.75", False)


def test_subtotals_and_taxes_lead_to_the_total() -> None:
    rows = [["A", "10.00"], ["B", "20.00"], ["Subtotal", "30.00"], ["VAT 20%", "6.00"], ["Total", "36.00"]]
    sheet = table({"Item": TEXT, "Cost": MONEY}, *rows)
    assert [(check.row, check.holds) for check in sheet.sums] == [(2, True), (4, True)]


def test_each_group_has_its_own_subtotal() -> None:
    rows = [
        ["A", "1"], ["B", "2"], ["Subtotal", "3"], ["C", "4"], ["D", "5"], ["Subtotal", "9"], ["Total", "12"],
    ]  # fmt: skip
    sheet = table({"Item": TEXT, "Count": NUMBER}, *rows)
    assert [(check.row, check.holds) for check in sheet.sums] == [(2, True), (5, True), (6, True)]


def test_a_sum_that_nothing_names_is_told_only_when_it_holds() -> None:
    columns = {"Item": TEXT, "Cost": MONEY}
    holds = table(columns, ["A", "1.00"], ["B", "2.00"], ["C", "3.00"], ["", "6.00"])
    assert told(holds) == [(SumKind.COLUMN, "6", "6", 3, 1)]
    assert table(columns, ["A", "1.00"], ["B", "2.00"], ["C", "3.00"], ["", "7.00"]).sums == ()


@pytest.mark.parametrize(
    ("name", "kind", "label"),
    [
        ("Share", NUMBER, "Total"),
        ("Unit price", MONEY, "Total"),
        ("Year", NUMBER, "Total"),
        ("Cost", MONEY, "Average"),
        ("Cost", MONEY, "Total order"),
    ],
)
def test_what_nobody_adds_up_is_not_checked(name: str, kind: CellType, label: str) -> None:
    assert table({"Item": TEXT, name: kind}, ["A", "5"], ["B", "7"], [label, "6"]).sums == ()


def test_a_total_is_not_doubted_where_a_cell_above_could_not_be_read() -> None:
    assert (
        table({"Item": TEXT, "Cost": MONEY}, ["A", "1.25"], ["B", "on request"], ["C", "2"], ["Total", "9"]).sums == ()
    )


def test_an_item_that_is_called_like_a_total_is_an_item() -> None:
    columns = {"Item": TEXT, "Maker": TEXT, "Town": TEXT, "Cost": MONEY}
    sheet = table(columns, ["Service", "Acme", "Leeds", "1"], ["Total", "Oil", "Paris", "5"], ["C", "D", "E", "2"])
    assert sheet.sums == ()


FIELDS = {"Net amount": MONEY, "VAT 19%": MONEY, "Total": MONEY}


def test_net_amount_and_tax_give_the_total() -> None:
    sheet = table(FIELDS, ["100.00", "19.00", "119.00"])
    assert told(sheet) == [(SumKind.FIELDS, "119", "119", 0, 2)]
    assert sheet.sums[0].words == "Net amount + VAT 19%"


def test_a_total_that_is_not_net_amount_and_tax_is_told() -> None:
    (check,) = table(FIELDS, ["100.00", "19.00", "118.00"]).sums
    assert (check.stated, check.computed) == ("118", "119")


def test_several_taxes_shipping_and_a_discount_count() -> None:
    columns = dict.fromkeys(("Subtotal", "Discount", "Shipping", "Tax 7%", "Tax 19%", "Grand total"), MONEY)
    (check,) = table(columns, ["100", "10", "5", "3", "4", "102"]).sums
    assert check.holds


@pytest.mark.parametrize(
    ("columns", "row"),
    [
        (("Subtotal", "VAT", "Total"), ["119", "19", "119"]),
        (("Subtotal", "incl. VAT", "Total"), ["100", "19", "118"]),
        (("Subtotal", "Shipping", "VAT", "Total"), ["100", "5", "19", "130"]),
        (("Subtotal", "Total"), ["100", "118"]),
        (("Net", "Subtotal", "Tax", "Total"), ["1", "2", "3", "9"]),
        (("Height", "Weight"), ["1", "2"]),
    ],
)
def test_what_may_be_meant_otherwise_is_not_doubted(columns: Sequence[str], row: Sequence[str]) -> None:
    assert all(check.holds for check in table(dict.fromkeys(columns, MONEY), row).sums)


def test_change_is_what_was_paid_less_the_total() -> None:
    (check,) = table(dict.fromkeys(("Total", "Cash", "Change"), MONEY), ["17.20", "20.00", "2.80"]).sums
    assert check.holds
    assert check.words == "Cash − Total"


def test_places_are_those_of_both() -> None:
    (check,) = table(FIELDS, ["100.25", "19.00", "119.00"]).sums
    assert (check.stated, check.computed) == ("119.00", "119.25")


def test_very_long_numbers_are_not_rounded() -> None:
    many = "9" * 60
    (check,) = table({"Item": TEXT, "Cost": MONEY}, ["A", many], ["B", "0.01"], ["Total", f"{many}.01"]).sums
    assert check.holds


def test_a_very_long_table_is_checked_without_naming_each_part() -> None:
    rows = [["x", "1"]] * 30_000
    (check,) = table({"Item": TEXT, "Cost": MONEY}, *rows, ["Total", "30000"]).sums
    assert check.holds
    assert check.parts == ()


amounts = st.decimals(min_value=1, max_value=9999, places=2)


@given(st.lists(amounts, min_size=2, max_size=12))
def test_a_right_total_holds_and_a_wrong_one_does_not(values: list[Decimal]) -> None:
    columns = {"Item": TEXT, "Cost": MONEY}
    rows = [["x", str(value)] for value in values]
    right = table(columns, *rows, ["Total", str(sum(values))])
    wrong = table(columns, *rows, ["Total", str(sum(values) + 1)])
    assert [check.holds for check in right.sums] == [True]
    assert [check.holds for check in wrong.sums] == [False]


names = st.sampled_from(["Item", "Qty", "Price", "Amount", "Total", "Net", "Tax", "Tip", "Share", "", "合計"])
texts = st.sampled_from(["Total", "Subtotal", "Tax", "a", "", "1", "2.50", "-3", "19%", "1.5e9", "Average"])


@given(
    st.lists(st.tuples(names, st.sampled_from(list(CellType))), min_size=3, max_size=3),
    st.lists(st.lists(texts, min_size=3, max_size=3), min_size=1, max_size=6),
)
def test_any_table_is_checked_without_failing(columns: list[tuple[str, CellType]], rows: list[list[str]]) -> None:
    made = tuple(Column(name, kind) for name, kind in columns)
    cells = [typed_column(column, [row[at] for row in rows]) for at, column in enumerate(made)]
    sheet = with_sums(Sheet("", made, tuple(zip(*cells, strict=True))))
    for check in sheet.sums:
        assert sheet.rows[check.row][check.column].value
        assert Decimal(check.stated) - Decimal(check.computed) == 0 or not check.holds
