"""Tables that are too wide for the column, as lists that can be read in any width."""

from __future__ import annotations

from collections.abc import Iterator

from kireji.ui.chat.blocks import Block, Cell, Kind, Run, Style

_LETTER = 0.55
"""Width of a usual letter in type sizes."""
_WIDEST_WORD = 12
"""Letters of a word that must fit on one line of its cell; longer ones are broken."""
_NARROWEST = 3
_AROUND = 14
"""Padding and border of a cell, in logical pixels."""
_BREAK = "\u2028"


def fits(block: Block, width: int, size: int) -> bool:
    """Whether a table can be read in a column of `width` logical pixels with text of `size`."""
    columns = max((len(row) for row in block.rows), default=0)
    longest = [_NARROWEST] * columns
    for row in block.rows:
        for column, cell in enumerate(row):
            for word in "".join(run.text for run in cell.runs).split():
                longest[column] = max(longest[column], min(_WIDEST_WORD, len(word)))
    return sum(letters * size * _LETTER + _AROUND for letters in longest) <= width


def listed(block: Block, head: tuple[Cell, ...]) -> Iterator[Block]:
    """A table with every row as a paragraph: each cell on a line of its own, behind the words of its head.

    Args:
        block: The table, or a part of one.
        head: Its first row, also for parts that do not have it.
    """
    for row in block.rows if block.headless else block.rows[1:]:
        runs: list[Run] = []
        for column, cell in enumerate(row):
            if runs:
                runs.append(Run(_BREAK))
            name = "".join(run.text for run in head[column].runs) if column < len(head) else ""
            if name:
                runs.append(Run(f"{name}: ", Style(bold=True)))
            runs += cell.runs
        yield Block(Kind.PARAGRAPH, tuple(runs), path=block.path, rtl=block.rtl)
