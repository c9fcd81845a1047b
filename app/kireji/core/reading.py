"""What the reader found in a picture."""

from __future__ import annotations

import msgspec


class ReadLine(msgspec.Struct, frozen=True):
    """One line of text in a picture.

    Args:
        text: The words as read; approximate.
        score: 0 to 1, how sure the reader is.
        box: Left, top, right, bottom in the picture's pixels.
        columns: For each character of `text`, where about it stands between left and right; empty where that is not
            known, as in words that stand on end.
    """

    text: str
    score: float
    box: tuple[int, int, int, int]
    columns: tuple[int, ...] = ()


class Reading(msgspec.Struct, frozen=True):
    """All lines of a picture, top to bottom and left to right."""

    lines: tuple[ReadLine, ...]

    @property
    def text(self) -> str:
        """The lines, one per row."""
        return "\n".join(line.text for line in self.lines)
