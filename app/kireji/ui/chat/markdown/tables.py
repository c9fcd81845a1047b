"""How wide the columns of a table want to be."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from kireji.ui.chat.blocks import Cell

_NARROWEST, _WIDEST = 3.0, 40.0
"""Letters."""
_LONGEST_WORD = 24.0


def widths(rows: Sequence[Sequence[Cell]]) -> tuple[float, ...]:
    """The width that each column wants, in letters.

    Long texts wrap, so they count with the root of what they have beyond the widest column; a word should not break.
    """
    count = max((len(row) for row in rows), default=0)
    found = [_NARROWEST] * count
    for row in rows:
        for column, cell in enumerate(row):
            text = "".join(run.text for run in cell.runs)
            if not text:
                continue
            length = _letters(text)
            wanted = length if length <= _WIDEST else _WIDEST + (length - _WIDEST) ** 0.5
            if length > found[column]:
                found[column] = max(
                    found[column], wanted, min(_LONGEST_WORD, max(map(_letters, text.split()), default=0))
                )
    return tuple(found)


def _letters(text: str) -> float:
    if text.isascii():
        return float(len(text))
    return float(sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text))
