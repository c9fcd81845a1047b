"""Finds what a model quotes in the text and in the words of a picture.

Models copy nearly exactly: quotation marks become straight, blanks and line breaks change, capitals and accents too,
the middle of a long passage becomes three dots. All that is found, with its place in the original.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from heapq import nlargest
from itertools import groupby, islice

from kireji.core.word_boxes import Box, WordBox, around

_QUOTES = dict.fromkeys('"“”„‟«»″〝〞「」『』＂', '"') | dict.fromkeys("'‘’‚‛`´′‹›＇", "'")
_DASHES = dict.fromkeys("‐‑‒–—―−", "-")
_GONE = dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff", "")
_FIXED: dict[str, str] = {**_QUOTES, **_DASHES, **_GONE}
_MARKS = re.compile(r"^> ?", re.MULTILINE)
_ELLIPSIS = re.compile(r"\s*(?:…|\.{3,}|\[\.{3}\]|\[…\])\s*")
_AROUND = "\"' \t\n.,;:…"
_LEAST_PIECE = 4
"""Letters of a piece beside three dots; less is found anywhere."""
_FARTHEST = 2_000
"""Letters that three dots may stand for."""
_ALIKE = 0.8
"""How alike words on a picture are that are taken for the quoted ones; readers misread letters."""
_MOST_WINDOWS = 15_000
_SHORT = 40
"""Letters of a quote up to which it is compared letter by letter."""
_MOST_WORDS = 0.6
"""Part of the words of a longer one that must be read as they are."""
_LIKELIEST = 10

NOWHERE = (-1, -1)


class TextQuotes:
    """Finds quotes in a text.

    Args:
        text: Which.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._folded: _Folded | None = None

    def find(self, quote: str) -> tuple[int, int]:
        """Where a quote begins and ends; `NOWHERE` when it does not stand there."""
        quote = quote.strip()
        if not quote or not self._text:
            return NOWHERE
        if (start := self._text.find(quote)) >= 0:
            return start, start + len(quote)
        if self._folded is None:
            self._folded = _Folded(self._text)
        folded = self._folded
        for form in _forms(quote):
            if (span := folded.find(form)) is not None:
                return span
        return self._with_gap(folded, quote)

    def _with_gap(self, folded: _Folded, quote: str) -> tuple[int, int]:
        """A quote with three dots in it: from its first piece to its last."""
        pieces = [_fold(piece) for piece in _ELLIPSIS.split(quote)]
        pieces = [piece for piece in pieces if len(piece) >= _LEAST_PIECE]
        if len(pieces) < 2:
            return NOWHERE
        spans: list[tuple[int, int]] = []
        for piece in pieces:
            behind = spans[-1][1] if spans else 0
            span = folded.find(piece, behind)
            if span is None or (spans and span[0] - behind > _FARTHEST):
                return NOWHERE
            spans.append(span)
        return spans[0][0], spans[-1][1]


class PictureWords:
    """Finds quotes on a picture.

    Args:
        words: As read, in reading order.
    """

    def __init__(self, words: Sequence[WordBox]) -> None:
        self._words = words
        self._plain = [_bare(word.text) for word in words]
        self._starts: list[int] = []
        length = 0
        for plain in self._plain:
            self._starts.append(length)
            length += len(plain)
        self._joined = "".join(self._plain)

    def find(self, quote: str) -> tuple[Box, ...]:
        """The boxes of a quote, one for each line it stands on; none when it does not stand there."""
        wanted = _bare(quote)
        if not wanted or not self._joined:
            return ()
        start = self._at_a_word(wanted)
        if start >= 0:
            return self._boxes(self._number_at(start), self._number_at(start + len(wanted) - 1) + 1)
        first, last = self._alike(wanted, [_bare(word) for word in quote.split()])
        return self._boxes(first, last) if last > first else ()

    def _at_a_word(self, wanted: str) -> int:
        """Where it stands; best where a word begins, because `art` stands in `start`, too."""
        beginnings = set(self._starts)
        anywhere = start = self._joined.find(wanted)
        while start >= 0 and start not in beginnings:
            start = self._joined.find(wanted, start + 1)
        return start if start >= 0 else anywhere if len(wanted) >= _LEAST_PIECE else -1

    def _alike(self, wanted: str, words: Sequence[str]) -> tuple[int, int]:
        """The words that are most like it, if any are enough."""
        if len(wanted) > _SHORT:
            return self._much_the_same(words)
        best, found = _ALIKE, (0, 0)
        matcher = SequenceMatcher(None, "", wanted, autojunk=False)
        sizes = {len(words), max(1, len(words) - 1), len(words) + 1}
        windows = ((first, size) for size in sizes for first in range(len(self._words) - size + 1))
        for first, size in islice(windows, _MOST_WINDOWS):
            matcher.set_seq1("".join(self._plain[first : first + size]))
            if matcher.real_quick_ratio() <= best or matcher.quick_ratio() <= best:
                continue
            if (ratio := matcher.ratio()) > best:
                best, found = ratio, (first, first + size)
        return found

    def _much_the_same(self, words: Sequence[str]) -> tuple[int, int]:
        """The same of long quotes, word by word: of many words most are read as they are."""
        size = min(len(words), len(self._words))
        known = set(words)
        shared = [plain in known for plain in self._plain]
        counts = [sum(shared[:size])]
        for first in range(len(shared) - size):
            counts.append(counts[-1] + shared[first + size] - shared[first])
        likeliest = nlargest(_LIKELIEST, range(len(counts)), key=counts.__getitem__)
        best, found = _MOST_WORDS, (0, 0)
        matcher: SequenceMatcher[str] = SequenceMatcher(None, (), words, autojunk=False)
        for first in likeliest:
            if counts[first] <= best * size:
                break
            matcher.set_seq1(self._plain[first : first + size])
            if (ratio := matcher.ratio()) > best:
                best, found = ratio, (first, first + size)
        return found

    def _number_at(self, place: int) -> int:
        return bisect_right(self._starts, place) - 1

    def _boxes(self, first: int, last: int) -> tuple[Box, ...]:
        words = self._words[first:last]
        return tuple(around(word.box for word in line) for _, line in groupby(words, key=lambda word: word.line))


class _Folded:
    """A text without what models change, with the place of each letter in the original.

    Args:
        text: The original.
    """

    def __init__(self, text: str) -> None:
        letters: list[str] = []
        places: list[int] = []
        known: dict[str, str] = {}
        blank = True
        for place, letter in enumerate(text):
            folded = known.get(letter)
            if folded is None:
                folded = known[letter] = _folded_letter(letter)
            if folded == " ":
                if blank:
                    continue
                blank = True
            elif folded:
                blank = False
            for each in folded:
                letters.append(each)
                places.append(place)
        self._text = "".join(letters)
        self._places = places

    def find(self, folded: str, behind: int = 0) -> tuple[int, int] | None:
        """Where a folded quote begins and ends in the original, not before the letter `behind` of it."""
        from_ = bisect_right(self._places, behind - 1) if behind else 0
        start = self._text.find(folded, from_)
        if start < 0 or not folded:
            return None
        return self._places[start], self._places[start + len(folded) - 1] + 1


def _forms(quote: str) -> Iterable[str]:
    """How a quote may stand in the text, the likeliest first, without those that say nothing."""
    whole = _fold(quote)
    forms = (whole, _fold(_MARKS.sub("", quote)), whole.strip(_AROUND))
    return dict.fromkeys(form for form in forms if form)


def _fold(text: str) -> str:
    return " ".join("".join(map(_folded_letter, text)).split())


def _folded_letter(letter: str) -> str:
    """Small, without accents, blanks and quotation marks of one kind."""
    fixed = _FIXED.get(letter)
    if fixed is not None:
        return fixed
    if letter.isspace():
        return " "
    parts = unicodedata.normalize("NFKD", letter.casefold()).casefold()
    plain = "".join(part for part in parts if not unicodedata.combining(part))
    # A letter that is nothing but an accent belongs to the one before it.
    return "".join(plain.split()) if plain.strip() or not plain else " "


def _bare(text: str) -> str:
    """Letters and digits alone; everything where there are none, such as in a price of signs."""
    folded = "".join("".join(map(_folded_letter, text)).split())
    return "".join(letter for letter in folded if letter.isalnum()) or folded
