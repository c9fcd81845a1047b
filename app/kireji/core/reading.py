"""What the reader found in a picture."""

from __future__ import annotations

import msgspec


class ReadPiece(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What stands by itself in a row, such as a cell of a table.

    Args:
        start: Place of its first character in the row's text.
        end: Place behind its last.
        box: Left, top, right, bottom in the picture's pixels.
    """

    start: int
    end: int
    box: tuple[int, int, int, int]


class ReadLine(msgspec.Struct, frozen=True):
    """One line of text in a picture.

    Args:
        text: The words as read; approximate.
        score: 0 to 1, how sure the reader is.
        box: Left, top, right, bottom in the picture's pixels.
        columns: For each character of `text`, where about it stands between left and right; empty where that is not
            known, as in words that stand on end.
        pieces: What the row consists of, from left to right; empty where that is not known.
        edges: For each character where its ink begins and where it ends, one number after the other; of blanks where
            what stands around them does. Empty where that is not known.
        ink: Top and bottom of the ink, without the ground that `box` has around it; empty where `edges` are.
    """

    text: str
    score: float
    box: tuple[int, int, int, int]
    columns: tuple[int, ...] = ()
    pieces: tuple[ReadPiece, ...] = ()
    edges: tuple[int, ...] = ()
    ink: tuple[int, ...] = ()


class Reading(msgspec.Struct, frozen=True):
    """All lines of a picture, top to bottom and left to right.

    Args:
        lines: Those that could be read.
        unread: Where something looks like words that the reader cannot read: another writing, or no words after all.
    """

    lines: tuple[ReadLine, ...]
    unread: tuple[tuple[int, int, int, int], ...] = ()

    @property
    def text(self) -> str:
        """The lines, one per row."""
        return "\n".join(line.text for line in self.lines)
