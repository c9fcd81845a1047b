"""Lines that belong together: paragraphs become one block, buttons and cells of tables stay apart.

Two lines belong to one paragraph when their letters have one height, when they stand close one below the other, begin
at the same edge (or have the same middle), and when the upper one goes on below because the next word had no room.
That last sign tells a paragraph from a menu, a list or a column of cells.

All arithmetic is in the directions of the writing: "along" a line, and "down" from a line to the next. Upright lines
run down the picture and follow each other from right to left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from kireji.core.reading import Reading
from kireji.core.structured.translation import Alignment, TextBlock
from kireji.core.translation.questions import stays
from kireji.core.translation.segments import Segment, has_no_spaces, segments_of
from kireji.core.word_boxes import around

MOST_SEGMENTS = 3_000
_SAME_HEIGHT = 1.4
_LEADING = 0.55
"""Of the height: what lies between two lines of a paragraph at most."""
_CLOSE = 0.3
"""Of the height: what lies between lines that follow each other as usual."""
_OVERLAP = 0.4
"""Of the height: so far two lines may reach into each other; boxes have a little room."""
_EDGE = 0.7
"""Of the height: so far edges may lie from each other."""
_INDENT = 3.0
"""Of the height: how far the first line of a paragraph may be moved in."""
_PROSE = 6.0
"""Of the height: narrower lines hold a word or two, and what is below them is another thing."""
_PHRASE = 4.0
"""The same where the words say that they go on."""
_FULL_SHARE = 0.4
_MANY = 4
_ITEM = re.compile(r"(?:[•‣◦▪●○■□▶►–—*·-]|\(?\d{1,3}[.)]|[a-zA-Z][.)])(?:\s|$)")
_ENDS = (".", "!", "?", ":", ";", "。", "！", "？", "：", "…", "؟")
_HYPHENS = ("-", "\u2010", "\u00ad")


class _Line(NamedTuple):
    """A segment in the directions of its writing."""

    down: int
    end: int
    along: int
    until: int
    order: int
    segment: Segment

    @property
    def height(self) -> int:
        return max(1, self.end - self.down)

    @property
    def width(self) -> int:
        return self.until - self.along


def blocks_of(reading: Reading) -> tuple[TextBlock, ...]:
    """The words of a picture, each in one block, in reading order.

    Of a picture with more than some thousand pieces of text, which nobody can read, only the first have blocks.
    """
    lines = [_line(number, segment) for number, segment in enumerate(segments_of(reading)[:MOST_SEGMENTS])]
    parts = [
        part
        for upright in (False, True)
        for stack in _stacks([line for line in lines if line.segment.upright is upright])
        for part in _paragraphs(stack)
    ]
    return tuple(map(_block, sorted(parts, key=lambda part: part[0].order)))


def _line(order: int, segment: Segment) -> _Line:
    left, top, right, bottom = segment.box
    if segment.upright:
        return _Line(-right, -left, top, bottom, order, segment)
    return _Line(top, bottom, left, right, order, segment)


def _stacks(lines: Sequence[_Line]) -> list[list[_Line]]:
    """Lines of one height that stand close below each other at one edge."""
    stacks: list[list[_Line]] = []
    near: list[list[_Line]] = []
    for line in sorted(lines):
        near = [stack for stack in near if line.down - stack[-1].end <= _LEADING * stack[-1].height * _SAME_HEIGHT]
        fitting = [stack for stack in near if _follows(stack, line)]
        if fitting:
            min(fitting, key=lambda stack: abs(stack[-1].along - line.along)).append(line)
        else:
            stacks.append([line])
            near.append(stacks[-1])
    return stacks


def _follows(stack: Sequence[_Line], line: _Line) -> bool:
    above = stack[-1]
    low, high = sorted((above.height, line.height))
    if high > _SAME_HEIGHT * low or min(above.until, line.until) <= max(above.along, line.along):
        return False
    if not -_OVERLAP * low <= line.down - above.end <= _LEADING * high:
        return False
    room = _EDGE * high
    begins, ends = above.along - line.along, above.until - line.until
    moved_in = len(stack) == 1 and (0 < begins <= _INDENT * high or -_INDENT * high <= ends < 0)
    return moved_in or min(abs(begins), abs(ends), abs(begins + ends) / 2) <= room


def _paragraphs(stack: Sequence[_Line]) -> Iterator[Sequence[_Line]]:
    alignment = _alignment(stack)
    full = [_is_full(above, below, stack, alignment) for above, below in pairwise(stack)]
    a_list = len(stack) >= _MANY and sum(full) < _FULL_SHARE * len(full)
    part = [stack[0]]
    for (above, below), filled in zip(pairwise(stack), full, strict=True):
        if not _goes_on(above, below, filled=filled and not a_list):
            yield part
            part = []
        part.append(below)
    yield part


def _goes_on(above: _Line, below: _Line, *, filled: bool) -> bool:
    """Whether a line is the rest of the one above."""
    before, after = above.segment.text, below.segment.text
    one_word = not (" " in before or before.endswith(_HYPHENS) or has_no_spaces(before))
    if one_word or _ITEM.match(after) or stays(before):
        return False
    if filled and above.width >= _PROSE * above.height:
        return True
    if above.width < _PHRASE * above.height:
        return False
    return after[:1].islower() and not before.endswith(_ENDS)


def _is_full(above: _Line, below: _Line, stack: Sequence[_Line], alignment: Alignment) -> bool:
    """Whether the first word of a line had no room in the one above, so that it had to go on below."""
    close = _LEADING if has_no_spaces(above.segment.text) else _CLOSE
    if below.down - above.end > close * max(above.height, below.height) and len(stack) < _MANY:
        return False
    wanted = below.segment.first + 0.3 * above.height
    if alignment is Alignment.RIGHT:
        return above.along - min(line.along for line in stack) < wanted
    if alignment is Alignment.CENTRE:
        return max(line.width for line in stack) - above.width < wanted
    return max(line.until for line in stack) - above.until < wanted


def _alignment(lines: Sequence[_Line]) -> Alignment:
    usual = lines[0].segment.flush
    if len(lines) == 1:
        return usual
    later = lines[1:] if len(lines) > 2 else lines  # the first may be moved in
    room = _EDGE * max(line.height for line in lines)
    spreads = {
        Alignment.LEFT: _spread([line.along for line in later]),
        Alignment.RIGHT: _spread([line.until for line in later]),
        Alignment.CENTRE: _spread([(line.along + line.until) / 2 for line in lines]),
    }
    return usual if spreads[usual] <= room else min(spreads, key=lambda side: spreads[side])


def _spread(places: Sequence[float]) -> float:
    return max(places) - min(places)


def _block(lines: Sequence[_Line]) -> TextBlock:
    boxes = tuple(line.segment.box for line in lines)
    return TextBlock(_text(lines), around(boxes), boxes, _alignment(lines), lines[0].segment.upright)


def _text(lines: Sequence[_Line]) -> str:
    text = lines[0].segment.text
    for line in lines[1:]:
        after = line.segment.text
        if len(text) > 1 and text.endswith(_HYPHENS) and text[-2].isalpha() and after[:1].islower():
            text = text[:-1] + after
        elif has_no_spaces(text[-1:]) and has_no_spaces(after[:1]):
            text += after
        else:
            text = f"{text} {after}"
    return text
