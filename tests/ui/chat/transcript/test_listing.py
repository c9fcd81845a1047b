from __future__ import annotations

import pytest

from kireji.ui.chat.blocks import Block, Cell, Kind, Run
from kireji.ui.chat.transcript.listing import fits, listed


def table(*rows: tuple[str, ...], headless: bool = False) -> Block:
    cells = tuple(tuple(Cell((Run(text),)) for text in row) for row in rows)
    return Block(Kind.TABLE, rows=cells, headless=headless)


@pytest.mark.parametrize(("columns", "readable"), [(3, True), (30, False)])
def test_a_table_with_more_columns_than_can_be_read_does_not_fit(columns: int, readable: bool) -> None:
    assert fits(table(("name",) * columns, ("a longer cell of words",) * columns), 720, 14) is readable


def test_a_table_that_does_not_fit_is_a_list_of_what_its_head_says() -> None:
    block = table(("Way", "Cost"), ("by train", "12"), ("by air", "90"))
    texts = [each.text for each in listed(block, block.rows[0])]
    assert texts == ["Way: by train\u2028Cost: 12", "Way: by air\u2028Cost: 90"]


def test_a_part_that_goes_on_with_a_table_has_the_head_of_its_first_part() -> None:
    head = table(("Way", "Cost")).rows[0]
    assert [each.text for each in listed(table(("by sea", "7"), headless=True), head)] == ["Way: by sea\u2028Cost: 7"]
