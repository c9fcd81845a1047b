"""The words and numbers of a picture, to be looked up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property

from kireji.core.extraction.dates import MONTHS, DateOrder, date, date_order
from kireji.core.extraction.numerals import amount, decimal_sign, is_currency
from kireji.core.extraction.tokens import SYMBOLS, Token, letters_alone, tokens
from kireji.core.reading import Reading, ReadLine
from kireji.core.word_boxes import Box, span_box

Span = tuple[int, int]
"""Words that stand one after the other in a line: number of the first, and behind that of the last."""

_MOST_LOOKED_AT = 2_000_000
"""Words that are looked at for texts of several words; a page and a table would have to be made for more."""
_WIDE = 3
"""Blanks between words of one value at most; more stand between columns."""
_UNIT = 4
"""Letters of a unit that may stand directly behind its number."""
_LATE_MINUS = " )\t"
_BLANK = ("", " ", "%")
_SAME_BAND = 0.5
"""Of a line's height: so far apart lines still stand side by side."""


class PictureWords:
    """All that was read, by what it says.

    Args:
        reading: As the reader gave it.
    """

    def __init__(self, reading: Reading) -> None:
        self.lines: Sequence[ReadLine] = reading.lines
        self.tokens: list[Token] = []
        self.line_of: list[int] = []
        self.by_text: dict[str, list[int]] = defaultdict(list)
        self._apart: set[int] = set()
        """Words that begin a piece of their line."""
        self._glued: set[int] = set()
        """Words with nothing between them and the word before."""
        self._groups: set[int] = set()
        """Numbers that go on with the thousands of the number before, behind a small blank."""
        for number, line in enumerate(reading.lines):
            self._take(number, line)
        self._boxes: dict[Span, Box] = {}
        self._matches: dict[tuple[str, ...], list[Span]] = {}
        self._left = _MOST_LOOKED_AT

    def _take(self, number: int, line: ReadLine) -> None:
        """The words of a line."""
        all_, by_text = self.tokens, self.by_text
        starts = [piece.start for piece in line.pieces[1:]]
        index, end, first = len(all_), -1, len(all_)
        for token in tokens(line.text):
            start = token.start
            if start <= end + 1:
                if start == end:
                    self._glued.add(index)
                elif token.number and self._is_group(token, line):
                    self._groups.add(index)
            if starts and start >= starts[0]:
                del starts[0]
                self._apart.add(index)
            by_text[token.text].append(index)
            all_.append(token)
            index, end = index + 1, token.end
        self.line_of += [number] * (index - first)

    @cached_property
    def bands(self) -> list[int]:
        """For each line the number of the row it stands in, from top to bottom; lines side by side have the same."""
        rows = [0] * len(self.lines)
        band, middle, height = -1, float("-inf"), 0
        for center, number in sorted((center, number) for number, center in enumerate(self.middles)):
            box = self.lines[number].box
            if center - middle > _SAME_BAND * min(height, box[3] - box[1]) or band < 0:
                band, middle, height = band + 1, center, box[3] - box[1]
            rows[number] = band
        return rows

    @cached_property
    def middles(self) -> list[float]:
        """For each line the height of its middle."""
        return [(line.box[1] + line.box[3]) / 2 for line in self.lines]

    @cached_property
    def heights(self) -> list[float]:
        """For each band the height of its middle."""
        found: dict[int, float] = {}
        for number, band in enumerate(self.bands):
            found.setdefault(band, self.middles[number])
        return [found[band] for band in sorted(found)]

    @cached_property
    def sign(self) -> str:
        """Which sign stands before the places in the numbers of the picture; empty if unknown."""
        return decimal_sign(token.text for token in self.tokens if token.number)

    @cached_property
    def order(self) -> DateOrder | None:
        """What stands first in the dates of the picture."""
        return date_order(token.text for token in self.tokens if token.number and len(token.text) >= 6)

    @cached_property
    def symbols(self) -> frozenset[str]:
        """Currencies and the like that stand anywhere."""
        found: set[str] = set()
        for line in self.lines:
            found.update(SYMBOLS.intersection(line.text))
        found.update(text for text in self.by_text if 1 < len(text) <= _UNIT and is_currency(text))
        return frozenset(found)

    def box(self, span: Span) -> Box:
        """Where words stand."""
        found = self._boxes.get(span)
        if found is None:
            first, behind = span
            line = self.lines[self.line_of[first]]
            found = self._boxes[span] = span_box(line, self.tokens[first].start, self.tokens[behind - 1].end)
        return found

    def box_with(self, span: Span, lead: str, trail: str) -> Box:
        """The same with signs, such as a currency's, where they stand beside it."""
        first, behind = span
        line = self.lines[self.line_of[first]]
        start, end = self.tokens[first].start, self.tokens[behind - 1].end
        before, after = line.text[:start], line.text[end:]
        if trail and after.startswith(trail):
            return span_box(line, start, end + len(trail))
        if lead and start - len(before.rstrip()) <= 1 and before.rstrip().casefold().endswith(lead.casefold()):
            start = len(before.rstrip()) - len(lead)
        blanks = len(after) - len(after.lstrip())
        if trail and blanks <= 1 and after.lstrip().casefold().startswith(trail.casefold()):
            end += blanks + len(trail)
        return span_box(line, start, end)

    def text(self, span: Span) -> str:
        """What was read there."""
        first, behind = span
        return self.lines[self.line_of[first]].text[self.tokens[first].start : self.tokens[behind - 1].end]

    def band(self, span: Span) -> int:
        """In which row it stands."""
        return self.bands[self.line_of[span[0]]]

    def blanks(self, index: int) -> int:
        """How many characters stand between a word and the one before it; many where it is the first of its line."""
        if index == 0 or index >= len(self.tokens) or self.line_of[index - 1] != self.line_of[index]:
            return 1000
        line = self.lines[self.line_of[index]].text
        blanks = line[self.tokens[index - 1].end : self.tokens[index].start].count(" ")
        return max(blanks, 2) if index in self._apart else blanks

    def single(self, text: str, *, any_sign: bool = False) -> list[Span]:
        """Where a word in small letters, or a number, stands as a whole value, without a minus or with any sign."""
        return [
            (index, index + 1)
            for index in self.by_text.get(text, ())
            if (any_sign or not self.tokens[index].minus) and self.stands_alone((index, index + 1))
        ]

    def matches(self, key: Sequence[Token]) -> list[Span]:
        """Where words stand one after the other, as a text has them."""
        asked = tuple(f"-{token.text}" if token.minus else token.text for token in key)
        found = self._matches.get(asked)
        if found is None:
            alone = len(key) == 1 and not key[0].minus
            found = self._matches[asked] = self.single(asked[0]) if alone else list(self._found(key))
        return found

    def _found(self, key: Sequence[Token]) -> Iterator[Span]:
        count = len(key)
        by_text = self.by_text
        counts = [len(by_text[token.text]) if token.text in by_text else 0 for token in key]
        rarest = counts.index(min(counts))
        places = by_text[key[rarest].text] if counts[rarest] else ()
        self._left -= len(places)
        if self._left < 0:
            return
        for index in places:
            first = index - rarest
            if first < 0 or first + count > len(self.tokens):
                continue
            span = (first, first + count)
            if self.agrees(key, first) and self.stands_alone(span):
                yield span

    def agrees(self, key: Sequence[Token], first: int) -> bool:
        """Whether words from a place on are those of a text, on one line and not far apart."""
        line = self.line_of[first]
        for at, wanted in enumerate(key):
            token = self.tokens[first + at]
            if token.text != wanted.text or token.minus != wanted.minus or self.line_of[first + at] != line:
                return False
            if at and self.blanks(first + at) > _WIDE:
                return False
        return True

    def stands_alone(self, span: Span) -> bool:
        """Whether what stands there is not a part of a longer number or code."""
        first, behind = span
        begins = first in self._groups or (first in self._glued and not self._may_stand_before(first - 1))
        if begins and self.tokens[first].number:
            return False
        if self.tokens[behind - 1].number:
            if behind in self._groups:
                return False
            if behind in self._glued and len(after := self.tokens[behind].text) > _UNIT and after.isascii():
                return False
        return True

    def _may_stand_before(self, index: int) -> bool:
        text = self.tokens[index].text
        return not text.isascii() or is_currency(text) or text == "x"

    def _is_group(self, token: Token, line: ReadLine) -> bool:
        """Whether a number is three digits, perhaps with places, as near to the last number as a small blank."""
        if not self.tokens or token.minus or len(token.text) < 3 or not token.text[:3].isdecimal():
            return False
        if len(token.text) > 3 and (token.text[3] not in ".," or not token.text[4:].isdecimal()):
            return False
        head = self.tokens[-1]  # the last that was taken
        is_head = head.number and len(head.text) <= 3 and head.text.isdecimal() and head.text[0] != "0"
        follows = len(self.tokens) - 1 in self._groups and head.text.isdecimal()
        return (is_head or follows) and line.text[head.end : token.start] == " " and _is_narrow(token, line)

    def has_sign(self, span: Span, negative: bool) -> bool:
        """Whether a number is less than nothing, or not: by a minus, or as in books by brackets.

        Brackets behind a word, as in `Room (5)`, may be either.
        """
        first, behind = span
        if self.tokens[first].minus:
            return negative
        line = self.lines[self.line_of[first]].text
        start, end = self.tokens[first].start, self.tokens[behind - 1].end
        if (
            line[end : end + 1] in _BLANK
            and line[start - 1 : start] in _BLANK
            and line[start - 2 : start - 1] in _BLANK
        ):
            return not negative
        before, after = line[:start].rstrip(" $€£¥"), line[end:].lstrip(" $€£¥%")
        if before.endswith(("(", "（")) and after.startswith((")", "）")):
            ahead = before[:-1]
            blanks = len(ahead) - len(ahead.rstrip())
            return negative or bool(ahead.strip() and blanks < 2)
        if before.endswith(("-", "−", "–")) and start - len(before) <= 1 and not before[-2:-1].isalnum():
            return negative
        late = line[end : end + 2]
        return negative == (late[:1] in ("-", "−") and late[1:] in ("", *_LATE_MINUS))

    def is_followed(self, span: Span, unit: str) -> bool:
        """Whether a unit stands directly behind a number."""
        first, behind = span
        line = self.lines[self.line_of[first]].text
        end = self.tokens[behind - 1].end
        return line.startswith(unit, end + (line[end : end + 1] == " "))

    def beside(self, span: Span) -> str:
        """The currency or per cent that stands with a number; empty for none."""
        first, behind = span
        line = self.lines[self.line_of[first]].text
        start, end = self.tokens[first].start, self.tokens[behind - 1].end
        for near in (line[max(0, start - 2) : start].strip()[-1:], line[end : end + 2].strip()[:1]):
            if near and near in SYMBOLS:
                return near
        for index in (first - 1, behind):
            if 0 <= index < len(self.tokens) and self.line_of[index] == self.line_of[first]:
                text = self.tokens[index].text
                if len(text) <= _UNIT and not self.tokens[index].number and is_currency(text):
                    return text
        return ""

    @cached_property
    def numbers(self) -> dict[str, list[Span]]:
        """Numbers by their value without a sign, as `amount` gives it; those that may be either stand twice."""
        found: dict[str, list[Span]] = defaultdict(list)
        for index, token in enumerate(self.tokens):
            if not token.number or ":" in token.text or "/" in token.text or "-" in token.text:
                continue
            if index + 1 in self._groups and index not in self._groups:
                self._add_grouped(found, index)
            if not self.stands_alone((index, index + 1)):
                continue
            for value in self._values(token.text):
                found[value].append((index, index + 1))
        return found

    def _values(self, text: str) -> set[str]:
        signs = (self.sign,) if self.sign else (".", ",")
        return {read.value for sign in signs if (read := amount(text, sign)) is not None}

    def _add_grouped(self, found: dict[str, list[Span]], first: int) -> None:
        behind = first + 1
        while behind in self._groups:
            behind += 1
        text = " ".join(token.text for token in self.tokens[first:behind])
        for value in self._values(text):
            found[value].append((first, behind))

    @cached_property
    def dates(self) -> dict[str, list[Span]]:
        """Dates by their day, as `date` gives it."""
        found: dict[str, list[Span]] = defaultdict(list)
        orders = (self.order,) if self.order is not None else (DateOrder.DAY, DateOrder.MONTH)
        for span in self._date_spans():
            for day in {date(self.text(span), order)[:10] for order in orders}:
                if len(day) == 10:
                    found[day].append(span)
        return found

    def _date_spans(self) -> Iterator[Span]:
        for index, token in enumerate(self.tokens):
            if token.number:
                if 6 <= len(token.text) <= 10 and not token.text.isdecimal():
                    yield index, index + 1
                elif self._on_one_line(index, index + 6) and self.tokens[index + 1].text in ("年", "년"):
                    yield index, index + 6
            elif token.text in MONTHS:
                for first, behind in ((index - 1, index + 2), (index, index + 3)):
                    if first >= 0 and self._on_one_line(first, behind):
                        yield first, behind

    def _on_one_line(self, first: int, behind: int) -> bool:
        return behind <= len(self.tokens) and self.line_of[first] == self.line_of[behind - 1]

    @cached_property
    def pieces(self) -> list[Span]:
        """Words that stand near each other, as those of a cell do."""
        found: list[Span] = []
        first = 0
        for index in range(1, len(self.tokens) + 1):
            if index == len(self.tokens) or self.blanks(index) > 1:
                found.append((first, index))
                first = index
        return found

    @cached_property
    def piece_of(self) -> list[int]:
        """For each word the number of its piece."""
        numbers = [0] * len(self.tokens)
        for number, (first, behind) in enumerate(self.pieces):
            numbers[first:behind] = [number] * (behind - first)
        return numbers

    @cached_property
    def by_letters(self) -> dict[str, list[Span]]:
        """Pieces, and single words of them, by their letters alone (`letters_alone`)."""
        found: dict[str, list[Span]] = defaultdict(list)
        for span in self._all_parts():
            found[letters_alone(self.text(span))].append(span)
        return found

    @cached_property
    def by_run(self) -> dict[str, list[Span]]:
        """The same by what they say without the blanks."""
        found: dict[str, list[Span]] = defaultdict(list)
        for first, behind in self._all_parts():
            found["".join(token.text for token in self.tokens[first:behind])].append((first, behind))
        return found

    def _all_parts(self) -> Iterator[Span]:
        for first, behind in self.pieces:
            yield from self._parts(first, behind)

    def _parts(self, first: int, behind: int) -> Iterator[Span]:
        """The piece and what stands between blanks in it, one, two or three together."""
        starts = [first, *(index for index in range(first + 1, behind) if self.blanks(index)), behind]
        count = len(starts) - 1
        for begin in range(count):
            for end in range(begin + 1, min(count, begin + 3) + 1):
                yield starts[begin], starts[end]
        if count > 3:
            yield first, behind


def _is_narrow(token: Token, line: ReadLine) -> bool:
    """Whether the blank before a number is narrower than a digit and a half."""
    if len(line.edges) != 2 * len(line.text):
        return True
    gap = line.edges[2 * token.start] - line.edges[2 * token.start - 3]
    digit = (line.edges[2 * token.end - 1] - line.edges[2 * token.start]) / (token.end - token.start)
    return gap <= 1.5 * digit
