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
from kireji.core.secrets.lengths import signs_lacking
from kireji.core.secrets.values import GIVEN, jumps

_ABOVE = 0.15
"""Of the height of a line that is painted above and below it."""
_BESIDE = 0.25
"""Of the height that is painted left and right of what is covered."""
_REACH = 1.2
"""Of the height, from the middle of its first and last letter, that are covered at most where nothing stands beside."""
_MOST_OF_LINE = 0.75
"""A line of which more is covered goes as a whole."""
_UNSURE = 0.75
"""A line that was read with a lower score goes as a whole."""
_BROKEN = frozenset({Kind.KEY, Kind.PRIVATE_KEY, Kind.PASSWORD})
"""What may be longer than a line."""
_ARMOUR = 4.0
"""Of the height that is painted left and right of a line of a private key: strokes at its ends are often not read."""
_STROKE = 1.0
"""The same where a line of a key begins or ends: a low line there is often not read either."""
_EDGE = 2.0
"""Of the height: a key that ends nearer to the end of the page may go on in the next line."""
_NEXT = 2.2
"""Of the height: as far below at most."""
_WHOLE_WORDS = frozenset({Kind.KEY, Kind.PRIVATE_KEY, Kind.PASSWORD, Kind.CARD, Kind.IBAN})
"""Of these, what stands behind them without a blank goes too: it may be the rest, read as something else."""

_WORD = re.compile(r"\s*(?P<word>\S{1,200}(?: ?[-_.–] ?\S{1,200}){0,9})")
"""What a line begins with; a low line or a stroke may have been read as a blank."""


_CODE = re.compile(r"[a-z]\d|\d[a-zA-Z]|[A-Z]\d|[a-z][A-Z]")
_END = re.compile(r"END\b.*K ?E ?Y", re.DOTALL)
_ORDINARY = re.compile(
    r"[(\"'<]?(?:[^\W\d_][^\W\d_A-Z]{3,40}|[A-Z]{4,20}|\d{4,12}|[$€£-]?\d{1,3}(?:[.,:/]\d{1,6}){1,4}[.%]?)[.,:;!?)\"'>]{0,3}"
)
"""A word or a number that is no end of a key."""
_ASSIGNED = re.compile(r"(?P<name>[\w.-]{2,40}) ?[=:] ?[\"']?(?=[^\s=])")
"""What a key is given to, where it was found with that."""
_BEGINS = re.compile(r"\s*(?:(?:export |set )?[A-Za-z_][\w.-]{1,40} ?[=:](?![=\s])|[$#>%] ?[A-Za-z./]|[-*•] \w)")
"""Something else begins: a value that is given to a name, a command, a point of a list."""
_SURELY_BEGINS = re.compile(rf"\s*(?:{GIVEN.pattern}|[$#>%] [A-Za-z./])")
"""The same, as nothing in the middle of a key looks, however many signs it still lacks."""
_PROSE = re.compile(r"\s*[^\W\d_][^\W\d_A-Z]{0,2}(?: [^\W\d_]{2,40}){2}")
"""Short words, too, where others follow."""


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
    text = reading.text
    result: list[Cover] = []
    start = 0
    for place, line in enumerate(reading.lines):
        end = start + len(line.text)
        for one in found:
            if one.start < end and one.end > start:
                first, last = max(0, one.start - start), min(len(line.text), one.end - start)
                rect = _rect(line, first, last, one.kind, continues=one.start < start)
                result.append(Cover(rect, one.kind, one.what))
                if one.kind in _BROKEN and one.end <= end and not _ends_here(text[one.start : one.end], one.kind):
                    lacking = _lacking(text[one.start : one.end]) if one.kind is Kind.KEY else None
                    wrapped = one.start < start and abs(line.box[2] - reading.lines[place - 1].box[2]) < _height(line)
                    margin = line.box[2] if wrapped else page
                    rest = _rest(line, first, last, one.kind, reading.lines[place + 1 : place + 9], margin, lacking)
                    result += [Cover(rect, one.kind, one.what) for rect in rest]
        start = end + 1
    inside = [Cover(one.rect.intersection(Rect(0, 0, width, height)), one.kind, one.what) for one in result]
    return tuple(one for one in inside if not one.rect.empty)


def _height(line: ReadLine) -> int:
    return max(1, line.box[3] - line.box[1])


def _ends_here(text: str, kind: Kind) -> bool:
    """Whether the last line of a private key was read; nothing of it stands below."""
    return kind is Kind.PRIVATE_KEY and _END.search(text, max(0, len(text) - 60)) is not None


def _lacking(key: str) -> int | None:
    """How many signs it lacks, also where it was found with the name that it is given to; None if nobody knows."""
    lacking = signs_lacking("".join(key.split()))
    if lacking is None and (given := _ASSIGNED.match(key)) is not None:
        lacking = signs_lacking("".join(key[given.end() :].split()))
    return lacking


def _rest(
    line: ReadLine,
    first: int,
    last: int,
    kind: Kind,
    following: Sequence[ReadLine],
    page: int,
    lacking: int | None,
) -> list[Rect]:
    """What stands below a key that may have been broken: at the end of the page, or at the end of a cell of a table."""
    rects: list[Rect] = []
    left = line.columns[first] if len(line.columns) == len(line.text) else line.box[0]
    in_cell = kind is Kind.KEY and bool(line.text[:first].strip())
    while lacking != 0:
        at_end = not line.text[last:].strip()
        at_page = at_end and line.box[2] >= page - _EDGE * _height(line)
        in_cell = in_cell or (kind is Kind.KEY and at_end)
        below = _below(line, following, left if in_cell else None, at_page=at_page)
        surely = below is not None
        if below is None and at_end and kind is Kind.KEY:
            below = _below(line, following, line.box[0], at_page=False)
        begin, end = _word(below.text, lacking, surely=surely) if below is not None else (0, 0)
        if below is None or begin == end:
            break
        rects.append(_rect(below, begin, end, Kind.KEY, continues=True))
        lacking = None if lacking is None else max(0, lacking - len("".join(below.text[begin:end].split())))
        line, last, following = below, end, [one for one in following if one.box[1] > below.box[1]]
    return rects


def _below(line: ReadLine, following: Sequence[ReadLine], left: int | None, *, at_page: bool) -> ReadLine | None:
    """The line in which a broken key goes on.

    Args:
        line: Where it is broken.
        following: Lines behind it.
        left: Where it begins, if it can be in a cell of a table; then it goes on there.
        at_page: Whether it ends at the end of the page; then it goes on at the left.
    """
    height = _height(line)
    near = [one for one in following if 0 < one.box[1] - line.box[1] <= _NEXT * height]
    under = [one for one in near if left is not None and abs(one.box[0] - left) <= height]
    beside = [one for one in near if at_page and one.box[0] < line.box[2]]
    found = under or beside
    top = min((one.box[1] for one in found), default=0)
    return min((one for one in found if one.box[1] <= top + height // 2), key=lambda one: one.box[0], default=None)


def _word(text: str, lacking: int | None, *, surely: bool) -> tuple[int, int]:
    """Where in a line the end of a key stands; empty if it begins with a word of a language, or a number.

    Args:
        text: The line.
        lacking: How many signs the key lacks; None where that is not known.
        surely: Whether the place says that it goes on here; otherwise it must also look like it.
    """
    match = _WORD.match(text)
    if match is None or (_BEGINS if lacking is None else _SURELY_BEGINS).match(text):
        return 0, 0
    begin, end = match.span("word")
    if lacking is not None and abs(len("".join(match["word"].split())) - lacking) <= 1:
        return begin, end
    if not surely and not lacking and not _CODE.search(match["word"]):
        return 0, 0
    if not _ORDINARY.fullmatch(match["word"].split()[0]):
        return (0, 0) if _PROSE.match(text) else (begin, _behind(text, end))
    further = _behind(text, end)  # a piece of a key can look like a word, if a blank was put in
    return (begin, further) if further > end else (0, 0)


def _behind(text: str, end: int) -> int:
    """Where a key ends that goes on behind blanks that were put in."""
    while (match := _WORD.match(text, end)) is not None and match.start("word") == end + 1 and jumps(match["word"]):
        end = match.end("word")
    return end


def _rect(line: ReadLine, start: int, end: int, kind: Kind, *, continues: bool = False) -> Rect:
    """The box around some characters of a line.

    Args:
        line: The same.
        start: The first of them.
        end: Behind the last.
        kind: What they are.
        continues: Whether they go on from the line above; then a stroke or low line may stand before them.
    """
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
    before, behind = _BESIDE, _BESIDE
    if kind is Kind.PRIVATE_KEY:
        before = behind = _ARMOUR
    elif kind is Kind.KEY:
        before = _STROKE if continues and not text[:start].strip() else _BESIDE
        behind = _STROKE if not text[end:].strip() else _BESIDE
    left, right = left - round(before * size), right + round(behind * size)
    above = max(2, round(_ABOVE * size))
    return Rect(left, top - above, right - left, bottom - top + 2 * above)


def _ends(line: ReadLine, start: int, end: int) -> tuple[int, int]:
    """Left and right of some characters: the middle of those beside them."""
    left, _, right, _ = line.box
    if len(line.columns) != len(line.text):
        return left, right
    before = [place for place in range(start) if not line.text[place].isspace()]
    behind = [place for place in range(end, len(line.text)) if not line.text[place].isspace()]
    reach = round(_REACH * _height(line))
    first = max(line.columns[before[-1]], line.columns[start] - reach) if before else left
    last = min(line.columns[behind[0]], line.columns[end - 1] + reach) if behind else right
    return (first, last) if first < last else (left, right)
