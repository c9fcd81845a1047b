"""Boxes become rows in the order in which a person reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.reader.layout import Box, Row, Spacing, columns, edges, pieces, rows, union


def _line(left: int, top: int, characters: int, height: int = 20) -> Box:
    return Box(left, top, left + characters * 8, top + height)


def _order(boxes: list[Box]) -> list[Box]:
    return [box for row in rows(boxes) for box in row.boxes]


any_box = st.builds(
    lambda left, top, width, height: Box(left, top, left + width, top + height),
    st.integers(0, 900),
    st.integers(0, 900),
    st.integers(1, 400),
    st.integers(1, 60),
)


@given(st.lists(any_box, max_size=40))
def test_no_box_is_lost(boxes: list[Box]) -> None:
    covered = _order(boxes)
    assert all(any(union((box, other)) == other for other in covered) for box in boxes)


@given(st.lists(any_box, max_size=40))
def test_nothing_is_read_twice(boxes: list[Box]) -> None:
    assert len(_order(boxes)) <= len(boxes)


def test_nothing_has_no_rows() -> None:
    assert rows([]) == []


def test_lines_are_read_from_top_to_bottom() -> None:
    first, second, third = (_line(10, top, 20) for top in (10, 40, 70))
    assert _order([third, first, second]) == [first, second, third]


def test_cells_of_a_table_are_read_row_by_row() -> None:
    table = [_line(left, top, 6) for top in (10, 40, 70, 100) for left in (10, 200, 400)]
    assert [row.boxes for row in rows(table[::-1])] == [tuple(table[at : at + 3]) for at in (0, 3, 6, 9)]


def test_columns_of_prose_are_read_one_after_the_other() -> None:
    left = [_line(10, top, 40) for top in (10, 40, 70)]
    right = [_line(400, top, 40) for top in (10, 40, 70)]
    assert _order([*right, *left]) == [*left, *right]


def test_a_heading_above_columns_is_read_first() -> None:
    heading = _line(10, 10, 90)
    left = [_line(10, top, 40) for top in (60, 90, 120)]
    right = [_line(400, top, 40) for top in (60, 90, 120)]
    assert _order([*right, *left, heading]) == [heading, *left, *right]


def test_a_side_bar_whose_lines_stand_at_other_heights_is_a_column_of_its_own() -> None:
    bar = [_line(10, top, 10) for top in (10, 45, 80, 115)]
    code = [_line(200, top, 30) for top in (24, 59, 94, 129)]
    assert _order([*code, *bar]) == [*bar, *code]


def test_a_conversation_left_and_right_is_read_in_turns() -> None:
    turns = [_line(10 if number % 2 else 300, 10 + number * 40, 20) for number in range(8)]
    assert _order(turns[::-1]) == turns


def test_a_line_that_the_detector_split_at_its_spaces_is_one_piece() -> None:
    [row] = rows([Box(10, 10, 60, 30), Box(66, 11, 120, 30), Box(125, 10, 180, 31)])
    assert row.boxes == (Box(10, 10, 180, 31),)


def test_a_tall_icon_does_not_join_the_two_lines_beside_it() -> None:
    upper, lower = _line(100, 10, 10), _line(100, 36, 10)
    assert len(rows([upper, lower, Box(10, 8, 60, 60)])) == 3


def _piece(column: int, characters: int) -> Box:
    """What the detector gives for monospaced letters of 8 pixels: a little more on both sides."""
    return Box(10 + column * 8 - 2, 10, 10 + (column + characters) * 8 + 2, 30)


def _spaced(*pieces: tuple[int, str]) -> str:
    row = Row(tuple(_piece(column, len(text)) for column, text in pieces), left=8)
    return Spacing().line(row, [text for _, text in pieces])


@pytest.mark.parametrize("columns", [2, 4, 8, 12])
def test_indentation_is_kept(columns: int) -> None:
    assert _spaced((columns, "return region")) == " " * columns + "return region"


def test_the_indentation_of_a_short_line_is_measured_by_a_longer_one() -> None:
    spacing = Spacing()
    spacing.line(Row((_piece(0, 30),), 8), ["thirty letters, one after one."])
    assert spacing.line(Row((_piece(8, 1),), 8), ["}"]) == "        }"


def test_a_small_shift_is_no_indentation() -> None:
    assert Spacing().line(Row((Box(15, 10, 100, 30),), 8), ["ten letter"]) == "ten letter"


def test_cells_keep_their_distance() -> None:
    assert _spaced((0, "name"), (8, "size"), (20, "changed")) == "name    size        changed"


def test_pieces_that_nearly_touch_keep_one_space() -> None:
    row = Row((Box(10, 10, 50, 30), Box(51, 10, 91, 30)), 10)
    assert Spacing().line(row, ["hello", "world"]) == "hello world"


def test_a_piece_without_text_leaves_no_gap_behind() -> None:
    row = Row((_piece(0, 4), _piece(8, 4)), 8)
    assert Spacing().line(row, ["name", ""]) == "name"


def test_a_distant_piece_does_not_make_an_endless_line() -> None:
    assert len(_spaced((0, "name"), (100_000, "size"))) < 60


def test_each_character_of_a_line_has_its_column() -> None:
    row = Row((Box(10, 0, 50, 10), Box(100, 0, 120, 10)), 10)
    assert columns("ab  c", row, ["ab", "c"], [(0.25, 0.75), (0.5,)]) == (20, 40, 100, 100, 110)


def test_a_line_with_a_piece_of_unknown_places_has_no_columns() -> None:
    row = Row((Box(10, 0, 50, 10), Box(100, 0, 120, 10)), 10)
    assert columns("ab c", row, ["ab", "c"], [(0.25, 0.75), ()]) == ()


def test_a_piece_in_which_nothing_was_read_takes_no_column() -> None:
    row = Row((Box(10, 0, 50, 10), Box(100, 0, 120, 10)), 10)
    assert columns("c", row, ["", "c"], [(), (0.5,)]) == (110,)


def test_the_edges_of_letters_are_those_of_the_picture() -> None:
    boxes = (Box(100, 0, 140, 20), Box(200, 0, 220, 20))
    found = edges("ab   c", boxes, ["ab", "c"], [[(2, 18), (20, 38)], [(1, 9)]])
    assert found == (102, 118, 120, 138, 138, 201, 138, 201, 138, 201, 201, 209)


def test_edges_that_are_not_those_of_the_line_are_not_known() -> None:
    assert edges("ab", (Box(0, 0, 20, 20),), ["ab"], [[(0, 9)]]) == ()
    assert edges("xy", (Box(0, 0, 20, 20),), ["ab"], [[(0, 9), (9, 18)]]) == ()


def test_words_that_run_down_the_picture_are_lines_of_their_own_from_the_right() -> None:
    upright = [Box(250 + 49 * number, 44, 286 + 49 * number, 420) for number in range(4)]
    assert rows(upright) == [Row((box,), box.left) for box in reversed(upright)]


def test_a_line_above_words_that_run_down_is_read_first() -> None:
    title, upright = _line(40, 10, 30), [Box(100, 60, 130, 400), Box(150, 60, 180, 400)]
    assert _order([*upright, title]) == [title, upright[1], upright[0]]


def test_each_piece_of_a_row_is_known_with_its_place() -> None:
    row = Row((Box(10, 5, 50, 25), Box(90, 5, 100, 25), Box(200, 7, 260, 24)), 10)
    text = Spacing().line(row, ["File", "", "a a"])
    found = pieces(text, row, ["File", "", "a a"])
    assert [text[piece.start : piece.end] for piece in found] == ["File", "a a"]
    assert [piece.box for piece in found] == [row.boxes[0], row.boxes[2]]
