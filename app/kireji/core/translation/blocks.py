"""Lines that belong together: paragraphs become one block, buttons and cells of tables stay apart.

Two lines belong to one paragraph when their letters have one height, when they stand close one below the other, begin
at the same edge (or have the same middle), and when the upper one goes on below because the next word had no room.
That last sign tells a paragraph from a menu, a list or a column of cells.

All arithmetic is in the directions of the writing: "along" a line, and "down" from a line to the next. Upright lines
run down the picture and follow each other from right to left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
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
_DENSE_LEADING = 0.9
"""The same of writings without spaces, whose letters fill their height."""
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
_LONG = 10.0
"""The same where the lines lie apart, or where other things stand beside them: that is prose in any case."""
_CELL = 14.0
"""Wider is nothing in a table that says of its neighbours that they are cells, too."""
_TABLE_COLUMNS = 2
_FULL_SHARE = 0.5
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
    rows: dict[int, list[_Line]] = {}
    for line in lines:
        rows.setdefault(line.segment.row, []).append(line)
    parts = [
        part
        for upright in (False, True)
        for stack in _stacks([line for line in lines if line.segment.upright is upright])
        for part in _paragraphs(stack, rows)
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
        reach = [line.down - _DENSE_LEADING * stack[-1].height * _SAME_HEIGHT for stack in near]
        near = [stack for stack, down in zip(near, reach, strict=True) if stack[-1].end >= down]
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
    if not -_OVERLAP * low <= line.down - above.end <= _leading(above) * high:
        return False
    room = _EDGE * high
    begins, ends = above.along - line.along, above.until - line.until
    moved_in = len(stack) == 1 and (0 < begins <= _INDENT * high or -_INDENT * high <= ends < 0)
    return moved_in or min(abs(begins), abs(ends), abs(begins + ends) / 2) <= room


def _paragraphs(stack: Sequence[_Line], rows: Mapping[int, Sequence[_Line]]) -> Iterator[Sequence[_Line]]:
    limits = _Limits.of(stack)
    full = [_is_full(above, below, limits) for above, below in pairwise(stack)]
    a_list = len(stack) >= _MANY and sum(full) <= _FULL_SHARE * len(full)
    part = [stack[0]]
    for (above, below), filled in zip(pairwise(stack), full, strict=True):
        goes_on = _goes_on(above, below, filled=filled and not a_list)
        if not goes_on or (above.width < _LONG * above.height and _are_cells(above, below, rows)):
            yield part
            part = []
        part.append(below)
    yield part


def _goes_on(above: _Line, below: _Line, *, filled: bool) -> bool:
    """Whether a line is the rest of the one above."""
    before, after = above.segment.text, below.segment.text
    if above.segment.unsure or below.segment.unsure:
        return filled and above.width >= _PROSE * above.height
    one_word = not (" " in before or before.endswith(_HYPHENS) or has_no_spaces(before))
    if one_word or _ITEM.match(after) or stays(before) or _is_button(above, below):
        return False
    if filled and above.width >= _PROSE * above.height:
        return True
    if above.width < _PHRASE * above.height or not _is_close(above, below):
        return False
    return after[:1].islower() and not before.endswith(_ENDS)


def _is_button(above: _Line, below: _Line) -> bool:
    """Whether a word or two without an end stand below a sentence that has one."""
    after = below.segment.text
    ended = above.segment.text.endswith(_ENDS) and not has_no_spaces(above.segment.text)
    return ended and below.width < _PROSE * below.height and not after.endswith(_ENDS) and not after[:1].islower()


class _Limits(NamedTuple):
    """How far the lines of a stack reach.

    Args:
        alignment: At which side they are flush.
        along: Where the first begins.
        until: Where the last ends.
        width: Of the longest.
    """

    alignment: Alignment
    along: int
    until: int
    width: int

    @classmethod
    def of(cls, stack: Sequence[_Line]) -> _Limits:
        return cls(
            _alignment(stack),
            min(line.along for line in stack),
            max(line.until for line in stack),
            max(line.width for line in stack),
        )

    def left(self, line: _Line) -> int:
        """The room behind a line."""
        if self.alignment is Alignment.RIGHT:
            return line.along - self.along
        return self.width - line.width if self.alignment is Alignment.CENTRE else self.until - line.until


def _is_full(above: _Line, below: _Line, limits: _Limits) -> bool:
    """Whether the first word of a line had no room in the one above, so that it had to go on below."""
    if not _is_close(above, below) and above.width < _LONG * above.height:
        return False
    return limits.left(above) < below.segment.first + 0.3 * above.height


def _is_close(above: _Line, below: _Line) -> bool:
    dense = has_no_spaces(above.segment.text)
    reach = _leading(above) if dense or above.segment.unsure else _CLOSE
    return below.down - above.end <= reach * max(above.height, below.height)


def _leading(line: _Line) -> float:
    return _DENSE_LEADING if has_no_spaces(line.segment.text) else _LEADING


def _are_cells(above: _Line, below: _Line, rows: Mapping[int, Sequence[_Line]]) -> bool:
    """Whether both stand in rows of a table: beside them stand other narrow things, one below the other."""
    upper, lower = above.segment.row, below.segment.row
    if upper < 0 or lower < 0 or upper == lower:
        return False
    columns = sum(
        1
        for one in rows[upper]
        if one is not above and _is_narrow(one) and any(_one_column(one, other) for other in rows[lower])
    )
    return columns >= _TABLE_COLUMNS


def _one_column(one: _Line, other: _Line) -> bool:
    room = _EDGE * max(one.height, other.height)
    begins, ends = abs(one.along - other.along), abs(one.until - other.until)
    return _is_narrow(other) and min(begins, ends) <= room


def _is_narrow(line: _Line) -> bool:
    return line.width < _CELL * line.height


def _alignment(lines: Sequence[_Line]) -> Alignment:
    usual = next((line.segment.flush for line in lines if not line.segment.unsure), Alignment.RIGHT)
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
    unsure = any(line.segment.unsure for line in lines)
    return TextBlock(_text(lines), around(boxes), boxes, _alignment(lines), lines[0].segment.upright, unsure)


def _text(lines: Sequence[_Line]) -> str:
    text = lines[0].segment.text
    for line in lines[1:]:
        after = line.segment.text
        if len(text) > 1 and text.endswith(_HYPHENS) and text[-2].isalpha() and after[:1].islower():
            text = text[:-1] + after
        elif not (text and after) or (has_no_spaces(text[-1:]) and has_no_spaces(after[:1])):
            text += after
        else:
            text = f"{text} {after}"
    return text
