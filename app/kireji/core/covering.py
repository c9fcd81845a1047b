"""From what was found in the words of a picture to what is painted over in its pixels.

Rather too much than too little: a box reaches to the middle of the letters beside it, and where it is not known where
along a line the letters stand, the line goes as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from kireji.core.geometry import Rect
from kireji.core.reading import Reading, ReadLine
from kireji.core.secrets.kinds import Found, Kind

_ABOVE = 0.15
"""Of the height of a line that is painted above and below it."""
_BESIDE = 0.25
"""Of the height that is painted left and right of what is covered."""
_MOST_OF_LINE = 0.75
"""A line of which more is covered goes as a whole."""
_UNSURE = 0.75
"""A line that was read with a lower score goes as a whole."""
_BROKEN = frozenset({Kind.KEY, Kind.PRIVATE_KEY, Kind.PASSWORD})
"""What may be longer than a line."""
_ARMOUR = 4.0
"""Of the height that is painted left and right of a line of a private key: strokes at its ends are often not read."""
_EDGE = 2.0
"""Of the height: a key that ends nearer to the end of the page may go on in the next line."""
_NEXT = 2.2
"""Of the height: as far below at most."""
_WHOLE_WORDS = frozenset({Kind.KEY, Kind.PRIVATE_KEY, Kind.PASSWORD, Kind.CARD, Kind.IBAN})
"""Of these, what stands behind them without a blank goes too: it may be the rest, read as something else."""

_WORD = re.compile(r"\s*(?P<word>\S{1,200}(?: ?[-_.–] ?\S{1,200}){0,9})")
"""What a line begins with; a low line or a stroke may have been read as a blank."""


class Cover(msgspec.Struct, frozen=True):
    """A box that is painted over.

    Args:
        rect: In the picture's pixels.
        kind: What is under it.
        what: More exactly, in English.
    """

    rect: Rect
    kind: Kind
    what: str = ""


def covers(reading: Reading, found: Sequence[Found], width: int, height: int) -> tuple[Cover, ...]:
    """What is painted over.

    Args:
        reading: The words of a picture.
        found: What was found in `reading.text`.
        width: The picture's, in pixels.
        height: The same.
    """
    page = max((line.box[2] for line in reading.lines), default=0)
    result: list[Cover] = []
    start = 0
    for place, line in enumerate(reading.lines):
        end = start + len(line.text)
        for one in found:
            if one.start < end and one.end > start:
                first, last = max(0, one.start - start), min(len(line.text), one.end - start)
                result.append(Cover(_rect(line, first, last, one.kind), one.kind, one.what))
                at_end = not line.text[last:].strip() and line.box[2] >= page - _EDGE * _height(line)
                if one.kind in _BROKEN and at_end and one.end <= end:
                    rest = _rest(line, reading.lines[place + 1 :])
                    result += [Cover(rect, one.kind, one.what) for rect in rest]
        start = end + 1
    inside = [Cover(one.rect.intersection(Rect(0, 0, width, height)), one.kind, one.what) for one in result]
    return tuple(one for one in inside if not one.rect.empty)


def _height(line: ReadLine) -> int:
    return max(1, line.box[3] - line.box[1])


def _rest(line: ReadLine, following: Sequence[ReadLine]) -> list[Rect]:
    """The beginning of the line below a key that was broken at the end of the page."""
    for below in following[:3]:
        distance = below.box[1] - line.box[1]
        if 0 < distance <= _NEXT * _height(line) and below.box[0] < line.box[2]:
            first = _WORD.match(below.text)
            return [_rect(below, *first.span("word"), Kind.KEY)] if first is not None else []
    return []


def _rect(line: ReadLine, start: int, end: int, kind: Kind) -> Rect:
    """The box around some characters of a line."""
    text = line.text
    if kind in _WHOLE_WORDS:
        while end < len(text) and not text[end].isspace():
            end += 1
        if kind in (Kind.KEY, Kind.PRIVATE_KEY):
            while start > 0 and text[start - 1].isalnum():
                start -= 1
    left, top, right, bottom = line.box
    size = max(1, bottom - top)
    covered = sum(not sign.isspace() for sign in text[start:end])
    if covered < _MOST_OF_LINE * sum(not sign.isspace() for sign in text) and line.score >= _UNSURE:
        left, right = _ends(line, start, end)
    beside = round((_ARMOUR if kind is Kind.PRIVATE_KEY else _BESIDE) * size)
    above = max(2, round(_ABOVE * size))
    return Rect(left - beside, top - above, right - left + 2 * beside, bottom - top + 2 * above)


def _ends(line: ReadLine, start: int, end: int) -> tuple[int, int]:
    """Left and right of some characters: the middle of those beside them."""
    left, _, right, _ = line.box
    if len(line.columns) != len(line.text):
        return left, right
    before = [place for place in range(start) if not line.text[place].isspace()]
    behind = [place for place in range(end, len(line.text)) if not line.text[place].isspace()]
    first = line.columns[before[-1]] if before else left
    last = line.columns[behind[0]] if behind else right
    return (first, last) if first < last else (left, right)
