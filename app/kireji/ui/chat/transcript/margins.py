"""Where the reading column and what belongs to it begin."""

from __future__ import annotations

from kireji.ui.tokens import MEASURE, SPACE


def side_margin(width: int, scale: float) -> int:
    """The space on both sides of the reading column.

    Args:
        width: Of the pane, in logical pixels.
        scale: Of text; larger text gets a wider column.
    """
    narrow = SPACE[3] if width < 560 else SPACE[4]
    return max(narrow, (width - round(MEASURE * max(1.0, scale))) // 2)
