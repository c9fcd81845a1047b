"""Cells are found on the picture, and what is not there is never said to be."""

from __future__ import annotations

import random
from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.extraction.cells import typed_column
from kireji.core.extraction.linking import linked
from kireji.core.extraction.sheets import Cell, CellType, Column, Presence, Sheet, marked
from kireji.core.reading import Reading, ReadLine
from tests.support.extraction.monospaced import at, boxes, page

MARKED = (Presence.MISSING, Presence.DIFFERS)
TEXT, NUMBER, MONEY, DATE = CellType.TEXT, CellType.NUMBER, CellType.CURRENCY, CellType.DATE


def one(text: str, kind: CellType, reading: Reading | None) -> Cell:
    """A table of one cell, linked."""
    sheet = table([kind], [[text]])
    (found,) = linked([sheet], reading)
    return found.rows[0][0]


def table(kinds: Sequence[CellType], rows: Sequence[Sequence[str]], names: Sequence[str] = ()) -> Sheet:
    columns = [Column(names[at] if names else str(at), kind) for at, kind in enumerate(kinds)]
    cells = [typed_column(column, [row[at] for row in rows]) for at, column in enumerate(columns)]
    return Sheet("", tuple(columns), tuple(zip(*cells, strict=True)))


def grid(sheet: Sheet) -> list[list[object]]:
    return [[cell.box for cell in row] for row in sheet.rows]


SAME = [
    ("Coffee", "coffee", TEXT),
    ("Milk shake", "Milkshake", TEXT),
    ("Milk, hot", "Milk hot", TEXT),
    ("Total", "T0tal", TEXT),
    ("Invoice", "lnvoice", TEXT),
    ("ＡＢＣ", "abc", TEXT),
    ("Straße", "STRASSE", TEXT),
    ("2395 8158 1977", "2395 81581977", TEXT),
    ("1234.5", "1.234,50", MONEY),
    ("1,234.50", "1.234,50", MONEY),
    ("1234.5", "1 234,50", NUMBER),
    ("1234", "1'234", NUMBER),
    ("-5", "(5.00)", MONEY),
    ("-5", "5-", NUMBER),
    ("5", "5.00", NUMBER),
    ("$5.00", "5.00 $", MONEY),
    ("19%", "19 %", NUMBER),
    ("12", "12kg", NUMBER),
    ("１２", "12", NUMBER),
    ("2026-11-29", "29.11.2026", DATE),
    ("2026-11-29", "29 Nov 2026", DATE),
    ("2026-11-29", "2026年11月29日", DATE),
    ("2026-11-29T14:30", "29.11.2026 14:30", DATE),
]
OTHER = [
    ("Coffee", "Toffee", TEXT),
    ("Anna Berg", "Anna Burg", TEXT),
    ("Anna Berg", "Anna Bergmann", TEXT),
    ("Anna", "Annabelle", TEXT),
    ("A-123", "A-124", TEXT),
    ("12:30", "12.30", TEXT),
    ("1234", "1243", NUMBER),
    ("12", "123", NUMBER),
    ("50", "12.50", NUMBER),
    ("12", "12.50", NUMBER),
    ("234,50", "1 234,50", MONEY),
    ("1", "1 234,50", NUMBER),
    ("5", "-5", NUMBER),
    ("-5", "5", NUMBER),
    ("5", "(5)", NUMBER),
    ("€ 5.00", "$ 5.00", MONEY),
    ("€ 5.00", "5.00", MONEY),
    ("12", "A12B", NUMBER),
    ("2026-11-29", "2026-11-28", DATE),
    ("2026-11-29T14:30", "29.11.2026 15:30", DATE),
    ("10.50", "1O.50", MONEY),
    ("5²", "52", TEXT),
]


@pytest.mark.parametrize(("text", "read", "kind"), SAME)
def test_what_says_the_same_is_found(text: str, read: str, kind: CellType) -> None:
    cell = one(text, kind, page(f"x    {read}    y"))
    assert cell.presence is Presence.FOUND
    assert cell.box is not None


@pytest.mark.parametrize(("text", "read", "kind"), OTHER)
def test_what_says_something_else_is_marked(text: str, read: str, kind: CellType) -> None:
    assert one(text, kind, page(f"x    {read}    y")).presence in MARKED


@pytest.mark.parametrize(("text", "read", "kind"), [("1234", "1243", NUMBER), ("Anna Berg", "Anna Burg", TEXT)])
def test_what_is_much_like_a_value_is_told(text: str, read: str, kind: CellType) -> None:
    cell = one(text, kind, page(f"words    {read}    more"))
    assert (cell.presence, cell.seen) == (Presence.DIFFERS, read)
    assert cell.box == at(0, 9, 9 + len(read))


def test_what_is_like_nothing_is_missing() -> None:
    cell = one("Walter Finch", TEXT, page("Coffee    4.50"))
    assert (cell.presence, cell.box, cell.seen) == (Presence.MISSING, None, "")


def test_nothing_is_known_of_a_picture_that_was_not_read() -> None:
    assert one("Coffee", TEXT, None).presence is Presence.UNREAD


def test_on_an_empty_picture_everything_is_missing() -> None:
    assert one("Coffee", TEXT, Reading(())).presence is Presence.MISSING


@pytest.mark.parametrize("text", ["", "–", "..."])
def test_a_cell_that_says_nothing_is_empty(text: str) -> None:
    assert one(text, TEXT, page("Coffee")).presence is Presence.EMPTY


@pytest.mark.parametrize(("text", "begin", "end"), [("$ 5.00", 4, 10), ("5.00 USD", 4, 12), ("19%", 4, 7)])
def test_the_box_holds_the_sign_of_an_amount_where_the_cell_has_it(text: str, begin: int, end: int) -> None:
    assert one(text, MONEY, page(f"Tax {text}    more")).box == at(0, begin, end)


def test_values_that_stand_there_often_follow_their_row_and_column() -> None:
    text = """
        Item     Qty   Price   Amount
        Coffee     1    4.50     4.50
        Tea        2    3.00     6.00
        Juice      1    3.00     3.00
        Water      1    1.00     1.00
    """
    rows = [
        ["Coffee", "1", "4.50", "4.50"],
        ["Tea", "2", "3.00", "6.00"],
        ["Juice", "1", "3.00", "3.00"],
        ["Water", "1", "1.00", "1.00"],
    ]
    (sheet,) = linked([table([TEXT, NUMBER, MONEY, MONEY], rows)], page(text))
    assert grid(sheet) == [
        [at(row, 0, len(cells[0])), at(row, 11, 12), at(row, 16, 20), at(row, 25, 29)]
        for row, cells in enumerate(rows, 1)
    ]


def test_columns_that_are_named_in_another_order_are_found_all_the_same() -> None:
    rows = [["1.00", "Coffee"], ["1.00", "Tea"], ["1.00", "Juice"]]
    text = "Coffee    1.00\nTea       1.00\nJuice     1.00"
    (sheet,) = linked([table([MONEY, TEXT], rows)], page(text))
    assert [row[0].box for row in sheet.rows] == boxes(text, "1.00")


def test_a_row_that_was_made_up_takes_no_place_of_another() -> None:
    text = "Coffee    1\nTea       2\nJuice     1"
    rows = [["Coffee", "1"], ["Walter", "1"], ["Tea", "2"], ["Juice", "1"]]
    (sheet,) = linked([table([TEXT, NUMBER], rows)], page(text))
    assert [sheet.rows[0][1].box, sheet.rows[3][1].box] == boxes(text, "1")
    assert sheet.rows[1][0].presence is Presence.MISSING


def test_another_number_in_a_cells_own_place_is_what_it_differs_from() -> None:
    text = "Coffee    17.20\nTea       3.00\nJuice     4.00"
    rows = [["Coffee", "99.99"], ["Tea", "3.00"], ["Juice", "4.00"]]
    (sheet,) = linked([table([TEXT, MONEY], rows)], page(text))
    assert (sheet.rows[0][1].presence, sheet.rows[0][1].seen) == (Presence.DIFFERS, "17.20")


def test_a_value_that_is_broken_over_lines_has_a_box_around_them() -> None:
    text = """
        Order   Customer     Qty
        A-1     Maximilian     7
                Oberhuber
        A-2     Anna Berg      8
    """
    (sheet,) = linked([table([TEXT, TEXT], [["A-1", "Maximilian Oberhuber"], ["A-2", "Anna Berg"]])], page(text))
    assert (sheet.rows[0][1].presence, sheet.rows[0][1].box) == (Presence.FOUND, (80, 34, 180, 84))


def test_words_of_two_columns_are_no_value() -> None:
    assert one("Anna Berg", TEXT, page("Anna      Berg")).presence in MARKED


def test_fields_are_found_beside_their_labels() -> None:
    text = """
        Due: 3 May 2026     Paid: 3 May 2026
        Guests: 2           Rooms: 2
        Nights
          2
    """
    columns = [("Paid", DATE), ("Due", DATE), ("Rooms", NUMBER), ("Nights", NUMBER), ("Guests", NUMBER)]
    sheet = table(
        [kind for _, kind in columns],
        [["3 May 2026", "3 May 2026", "2", "2", "2"]],
        [name for name, _ in columns],
    )
    (found,) = linked([sheet], page(text))
    assert grid(found) == [[at(0, 26, 36), at(0, 5, 15), at(1, 27, 28), at(3, 2, 3), at(1, 8, 9)]]


def test_a_field_that_differs_says_what_stands_beside_its_label() -> None:
    sheet = table([MONEY], [["99.00"]], ["Total"])
    (found,) = linked([sheet], page("Net 10.00\nTotal    12.34"))
    assert (found.rows[0][0].presence, found.rows[0][0].seen) == (Presence.DIFFERS, "12.34")


def test_two_tables_of_one_picture_share_no_place() -> None:
    text = "Coffee   1\nTea      2\n\nPen      1\nPaper    2"
    first = table([TEXT, NUMBER], [["Coffee", "1"], ["Tea", "2"]])
    second = table([TEXT, NUMBER], [["Pen", "1"], ["Paper", "2"]])
    sheets = linked([first, second], page(text))
    assert [row[1].box for sheet in sheets for row in sheet.rows] == [
        at(0, 9, 10), at(1, 9, 10), at(3, 9, 10), at(4, 9, 10),
    ]  # fmt: skip


def test_a_table_of_the_same_value_takes_each_place_once() -> None:
    text = "\n".join("7   7   7" for _ in range(4))
    (sheet,) = linked([table([NUMBER] * 3, [["7"] * 3] * 4)], page(text))
    assert sorted(str(box) for row in grid(sheet) for box in row) == sorted(map(str, boxes(text, "7")))


def test_nothing_explodes_with_very_large_tables() -> None:
    reading = page("\n".join("1   2   1   2" for _ in range(300)))
    sheet = table([NUMBER, NUMBER], [["1", "3"]] * 21_000)
    (found,) = linked([sheet], reading)
    assert marked([found]) == 21_000


words = st.text("abcdefgh", min_size=2, max_size=6)
numbers = st.integers(10, 99_999).map(str)


@given(st.lists(st.tuples(words, numbers), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_what_stands_there_is_found_and_each_row_in_its_place(rows: list[tuple[str, str]], rng: random.Random) -> None:
    del rng
    text = "\n".join(f"{word:<10}    {number:>8}" for word, number in rows)
    (sheet,) = linked([table([TEXT, NUMBER], rows)], page(text))
    for number, (row, cells) in enumerate(zip(rows, sheet.rows, strict=True)):
        assert all(cell.presence is Presence.FOUND for cell in cells)
        assert cells[0].box == at(number, 0, len(row[0]))
        assert cells[1].box == at(number, 22 - len(row[1]), 22)


@given(st.lists(st.tuples(words, numbers), max_size=8), words | numbers)
def test_what_does_not_stand_there_is_never_found(rows: list[tuple[str, str]], made_up: str) -> None:
    text = "\n".join(f"{word:<10}    {number:>8}" for word, number in rows)
    present = [said for row in rows for said in row]
    kind = NUMBER if made_up.isdecimal() else TEXT
    cell = one(made_up, kind, page(text or "x"))
    assert (cell.presence is Presence.FOUND) == (made_up in present)


@given(
    st.lists(st.builds(ReadLine, st.text(max_size=12), st.just(0.5), st.just((0, 0, 90, 20))), max_size=5),
    st.lists(st.lists(st.text(max_size=10), min_size=2, max_size=2), max_size=5),
    st.lists(st.sampled_from(list(CellType)), min_size=2, max_size=2),
)
def test_any_reading_and_any_table_are_linked_without_failing(
    lines: list[ReadLine], rows: list[list[str]], kinds: list[CellType]
) -> None:
    sheet = table(kinds, rows) if rows else Sheet("", (Column("a"),), ())
    moved = tuple(msgspec.structs.replace(line, box=(0, at * 20, 90, at * 20 + 20)) for at, line in enumerate(lines))
    (found,) = linked([sheet], Reading(moved))
    assert [[cell.text for cell in row] for row in found.rows] == [[cell.text for cell in row] for row in sheet.rows]
    assert all(cell.presence is not Presence.UNREAD for row in found.rows for cell in row)
