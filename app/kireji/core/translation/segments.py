"""Pieces of a reading that stand by themselves: a row of the reader goes across menu bars and tables."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kireji.core.reading import Reading, ReadLine
from kireji.core.structured.translation import Alignment
from kireji.core.word_boxes import Box, WordBox, around, words_of

_GAP = 0.95
"""Of a row's height: a wider gap between two words is none of a sentence."""
_SPACES = 3
"""The same in spaces, which the reader measures with the width of the letters."""
_UPRIGHT = 2.0
"""So many times as high as wide are words that run from top to bottom."""
_RIGHT_TO_LEFT = (("\u0590", "\u08ff"), ("\ufb1d", "\ufdff"), ("\ufe70", "\ufeff"))


class Segment(msgspec.Struct, frozen=True):
    """Words beside each other without a wide gap.

    Args:
        text: With one space between words.
        box: Around them.
        first: How wide the first word is; of writings without spaces, a letter.
        upright: They run from top to bottom.
    """

    text: str
    box: Box
    first: int
    upright: bool = False

    @property
    def height(self) -> int:
        """Of the letters: across the direction in which they run."""
        left, top, right, bottom = self.box
        return right - left if self.upright else bottom - top

    @property
    def width(self) -> int:
        """Along the direction in which they run."""
        left, top, right, bottom = self.box
        return bottom - top if self.upright else right - left

    @property
    def flush(self) -> Alignment:
        """The side at which its writing begins."""
        return Alignment.RIGHT if runs_to_the_left(self.text) else Alignment.LEFT


def segments_of(reading: Reading) -> tuple[Segment, ...]:
    """All words of a reading, each in one segment, in the order of the reading."""
    words: dict[int, list[WordBox]] = {}
    for word in words_of(reading):
        words.setdefault(word.line, []).append(word)
    return tuple(segment for number, found in words.items() for segment in _of_line(reading.lines[number], found))


def _of_line(line: ReadLine, words: list[WordBox]) -> Iterator[Segment]:
    left, top, right, bottom = line.box
    if bottom - top >= _UPRIGHT * (right - left) and sum(len(word.text) for word in words) > 1:
        text = " ".join(word.text for word in words)
        yield Segment(text, line.box, _first_width(text, bottom - top, right - left), upright=True)
        return
    widest = _GAP * (bottom - top)
    piece = [words[0]]
    for word in words[1:]:
        before = piece[-1]
        spaces = word.start - before.start - len(before.text)
        if spaces >= _SPACES or word.box[0] - before.box[2] > widest:
            yield _segment(piece, line.box)
            piece = []
        piece.append(word)
    yield _segment(piece, line.box)


def _segment(words: list[WordBox], line: Box) -> Segment:
    left, top, right, bottom = around(word.box for word in words)
    # Where letters end is known by their middles only; where a row ends is known.
    rim = (bottom - top) // 2
    left = line[0] if left - line[0] <= rim else left
    right = line[2] if line[2] - right <= rim else right
    box = (left, top, right, bottom)
    first = words[0]
    width = _first_width(first.text, first.box[2] - first.box[0], box[3] - box[1])
    return Segment(" ".join(word.text for word in words), box, width)


def _first_width(word: str, width: int, height: int) -> int:
    return min(width, height) if has_no_spaces(word) else width


def has_no_spaces(text: str) -> bool:
    """Whether most of a text is in a writing that puts no spaces between words."""
    return sum(map(_is_dense, text)) * 2 > len(text)


def _is_dense(letter: str) -> bool:
    return (
        "\u2e80" <= letter <= "\u9fff"  # Chinese and Japanese
        or "\uf900" <= letter <= "\ufaff"
        or "\uff00" <= letter <= "\uffef"
        or "\u0e00" <= letter <= "\u0eff"  # Thai and Lao
        or "\u1000" <= letter <= "\u109f"  # Burmese
        or "\u1780" <= letter <= "\u17ff"  # Khmer
        or "\U00020000" <= letter <= "\U0003ffff"
    )


def runs_to_the_left(text: str) -> bool:
    """Whether most letters of a text are of a writing that runs from right to left."""
    letters = [letter for letter in text if letter.isalpha()]
    return sum(map(_is_from_the_right, letters)) * 2 > len(letters)


def _is_from_the_right(letter: str) -> bool:
    return any(first <= letter <= last for first, last in _RIGHT_TO_LEFT)
