"""Whether a picture shows a part of another, or the same scrolled: the same pixels in another place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

_LENGTH = 48
"""Pixels of a row that are looked for."""
_ROWS = 24
_COLUMNS = 6
_DETAIL = 8
"""So many different values has a piece of a row that says where it comes from."""
_AGREED = 4
"""So many pieces must say the same."""
_PART = 0.4
"""Of the pieces that were found."""


def offset_of(first: Image.Image, second: Image.Image) -> tuple[int, int] | None:
    """Where the second picture's corner lies in the first one's pixels; None when nothing says so.

    Pieces of rows with enough detail are looked for byte by byte: that is exact and quick, and finds nothing in
    pictures that were compressed with loss, which are then compared as they are.
    """
    one, other = first.convert("L"), second.convert("L")
    sought, width = one.tobytes(), one.width
    votes: Counter[tuple[int, int]] = Counter()
    for x, y, piece in _pieces(other):
        if (place := _place(sought, width, piece, x, y)) is not None:
            votes[place] += 1
    if not votes:
        return None
    # What stands where it stood says nothing of what was scrolled beside it.
    moved = Counter({place: count for place, count in votes.items() if place != (0, 0)})
    best, count = (moved or votes).most_common(1)[0]
    return best if count >= _AGREED and count >= _PART * sum((moved or votes).values()) else None


def _pieces(image: Image.Image) -> Iterator[tuple[int, int, bytes]]:
    """Pieces of rows all over a picture, the one with the most detail of each place."""
    width, height = image.size
    length = min(_LENGTH, width)
    data = image.tobytes()
    starts = sorted({(width - length) * column // max(1, _COLUMNS - 1) for column in range(_COLUMNS)})
    step = max(1, height // _ROWS)
    for top in range(0, height, step):
        for x in starts:
            rows = range(top, min(top + step, height), max(1, step // 8))
            found = ((y, data[y * width + x : y * width + x + length]) for y in rows)
            y, piece = max(found, key=lambda each: len(set(each[1])))
            if len(set(piece)) >= _DETAIL:
                yield x, y, piece


def _place(data: bytes, width: int, piece: bytes, x: int, y: int) -> tuple[int, int] | None:
    """Where a piece lies in a picture, as offset; None when it is not there, or in several places."""
    at = data.find(piece)
    if at < 0 or at % width + len(piece) > width or data.find(piece, at + 1) >= 0:
        return None
    return at % width - x, at // width - y
