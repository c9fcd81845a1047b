"""Pieces of a reading that stand by themselves: a row of the reader goes across menu bars and tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import msgspec

from kireji.core.reading import Reading, ReadLine
from kireji.core.structured.translation import Alignment
from kireji.core.word_boxes import Box, WordBox, around, words_of

_GAP = 0.95
"""Of a row's height: a wider gap between two words is none of a sentence."""
_ROOM = 0.25
"""Of a row's height: so far letters reach beyond what is known of them."""
_ASIDE = 0.5
"""Of the letters' height: so far from them ends a box in which something else stands, such as a box to tick."""
_SPACES = 3
"""The same in spaces, which the reader measures with the width of the letters."""
_SURE = 0.8
"""The reader's score below which a line is of a writing that it does not know, or hard to read."""
_UPRIGHT = 2.0
"""So many times as high as wide are words that run from top to bottom."""
_RIGHT_TO_LEFT = (("\u0590", "\u08ff"), ("\ufb1d", "\ufdff"), ("\ufe70", "\ufeff"))


class Segment(msgspec.Struct, frozen=True):
    """Words beside each other without a wide gap.

    Args:
        text: With one space between words; empty where the reader could not read what stands there.
        box: Around them.
        first: How wide the first word is; of writings without spaces, a letter.
        upright: They run from top to bottom.
        unsure: The reader is not sure of them.
        row: Number of the row of the reading that they stand in; -1 for what could not be read.
    """

    text: str
    box: Box
    first: int
    upright: bool = False
    unsure: bool = False
    row: int = -1

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
    """All words of a reading, each in one segment, and what could not be read, from top to bottom as they were read."""
    words: dict[int, list[WordBox]] = {}
    for word in words_of(reading):
        words.setdefault(word.line, []).append(word)
    lines = [(reading.lines[number], found) for number, found in words.items()]
    unread = sorted(map(_unread, reading.unread), key=lambda segment: (segment.box[1] + segment.box[3], segment.box[0]))
    result: list[Segment] = []
    for line, found in lines:
        while unread and unread[0].box[1] + unread[0].box[3] < line.box[1] * 2:
            result.append(unread.pop(0))
        result += _of_line(line, found)
    return (*result, *unread)


def _unread(box: Box) -> Segment:
    wide, high = box[2] - box[0], box[3] - box[1]
    upright = high >= _UPRIGHT * wide
    return Segment("", box, 2 * (wide if upright else high), upright, unsure=True)


def _of_line(line: ReadLine, words: list[WordBox]) -> Iterator[Segment]:
    left, top, right, bottom = line.box
    unsure = line.score < _SURE
    if bottom - top >= _UPRIGHT * (right - left) and sum(len(word.text) for word in words) > 1:
        text = " ".join(word.text for word in words)
        letter = _first_width(text, bottom - top, right - left)
        yield Segment(text, line.box, letter, upright=True, unsure=unsure, row=words[0].line)
        return
    starts = [0, *(at for at, (one, other) in enumerate(pairwise(words), 1) if _stands_apart(one, other)), len(words)]
    for start, end in pairwise(starts):
        box = _box(line, words, start, end)
        first = words[start]
        width = _first_width(first.text, first.box[2] - first.box[0], box[3] - box[1])
        yield Segment(" ".join(word.text for word in words[start:end]), box, width, unsure=unsure, row=first.line)


def _stands_apart(before: WordBox, word: WordBox) -> bool:
    spaces = word.start - before.start - len(before.text)
    height = min(before.box[3] - before.box[1], word.box[3] - word.box[1])
    return spaces >= _SPACES or word.box[0] - before.box[2] > _GAP * height


def _box(line: ReadLine, words: Sequence[WordBox], start: int, end: int) -> Box:
    """Around some words of a row.

    Where a piece of the row ends is known; within it, letters are known by their middles, so their edges get room.
    """
    left, top, right, bottom = around(word.box for word in words[start:end])
    room = _ROOM * (bottom - top)
    home = _piece(line, words[start])
    top, bottom = home[1], home[3]  # of this piece, not of the whole row
    if start == 0 or _piece(line, words[start - 1]) != home:
        left = home[0]
    else:
        left -= round(min(room, max(0, left - words[start - 1].box[2]) / 2))
    home = _piece(line, words[end - 1])
    if end == len(words) or _piece(line, words[end]) != home:
        right = home[2]
    else:
        right += round(min(room, max(0, words[end].box[0] - right) / 2))
    left, right = _without_aside(line, words[start], words[end - 1], left, right)
    return (left, top, max(right, left + 1), bottom)


def _without_aside(line: ReadLine, first: WordBox, last: WordBox, left: int, right: int) -> tuple[int, int]:
    """Both sides of some words, without what stands beside them and is no word of theirs."""
    if line.score < _SURE or len(line.edges) != 2 * len(line.text) or len(line.ink) != 2:
        return left, right
    height = line.ink[1] - line.ink[0]
    begin, end = first.box[0], last.box[2]
    air = round(min(_ROOM * height, max(1, line.ink[0] - line.box[1])))
    if begin - left > _ASIDE * height:
        left = begin - air
    if right - end > _ASIDE * height:
        right = end + air
    return left, right


def _piece(line: ReadLine, word: WordBox) -> Box:
    return next((each.box for each in line.pieces if each.start <= word.start < each.end), line.box)


def _first_width(word: str, width: int, height: int) -> int:
    return min(width, height) if has_no_spaces(word) else width


def has_no_spaces(text: str) -> bool:
    """Whether most of a text is in a writing that puts no spaces between words."""
    return bool(text) and sum(map(_is_dense, text)) * 2 > len(text)


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
