"""What on a picture is much like a value that does not stand there."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property

from kireji.core.extraction.picture_words import PictureWords, Span
from kireji.core.extraction.sheets import Cell
from kireji.core.extraction.tokens import letters_alone, tokens

_STEPS = 200_000
"""Comparisons for all cells of a picture; what is left then is missing and nothing is said of what is like it."""
_LIKE = 0.6
"""Of the pairs of letters that two texts share."""
_LIKE_HERE = 0.4
"""The same, of what stands just where the value should."""
_TRIED = 60
"""Of each pair of letters so many places are looked at."""


class Similar:
    """Looks for what is alike.

    Args:
        words: Of the picture.
        taken: Words that are some cell's place already.
    """

    def __init__(self, words: PictureWords, taken: set[int]) -> None:
        self._words = words
        self._taken = taken
        self._left = _STEPS

    def here(self, cell: Cell, spans: Sequence[Span]) -> Span | None:
        """Which of the pieces that stand where the value should is like it: another number, or nearly the same word.

        Args:
            cell: The value.
            spans: Pieces, the nearest first.
        """
        wanted = _digits(cell.text)
        for span in spans:
            text = self._words.text(span)
            if wanted and _digits(text) and _letter_count(cell.text) == 0 and _letter_count(text) <= 3:
                return span
            if _alike(_pairs(cell.text), _pairs(text)) >= _LIKE_HERE:
                return span
        return None

    def anywhere(self, cell: Cell) -> Span | None:
        """What is like it wherever it stands: a number of which one digit is another, or nearly the same words."""
        if self._left <= 0:
            return None
        digits = _digits(cell.text)
        if digits and len(digits) * 2 >= len(letters_alone(cell.text)):
            return self._number(digits) if len(digits) > 1 else None
        return self._text(cell.text)

    def _number(self, digits: str) -> Span | None:
        for length in (len(digits), len(digits) + 1, len(digits) - 1):
            for span, other in self._numbers.get(length, ()):
                self._left -= 1
                if self._left < 0:
                    return None
                if _one_digit_off(digits, other) and not self._is_taken(span):
                    return span
        return None

    def _text(self, text: str) -> Span | None:
        wanted = _pairs(text)
        self._left -= 1
        hits: Counter[Span] = Counter()
        for pair in wanted:
            places = self._by_pair.get(pair, ())[:_TRIED]
            self._left -= len(places)
            if self._left < 0:
                return None
            hits.update(places)
        best: tuple[float, Span] | None = None
        for span, _ in hits.most_common(8):
            score = _alike(wanted, _pairs(self._words.text(span)))
            if score >= _LIKE and (best is None or score > best[0]) and not self._is_taken(span):
                best = (score, span)
        return best[1] if best else None

    def _is_taken(self, span: Span) -> bool:
        return any(index in self._taken for index in range(*span))

    @cached_property
    def _numbers(self) -> dict[int, list[tuple[Span, str]]]:
        """Numbers with nothing but their digits, by how many."""
        found: dict[int, list[tuple[Span, str]]] = defaultdict(list)
        for span in self._words.pieces:
            for one in {span, *((index, index + 1) for index in range(*span) if self._words.tokens[index].number)}:
                digits = _digits(self._words.text(one))
                if digits:
                    found[len(digits)].append((one, digits))
        return found

    @cached_property
    def _by_pair(self) -> dict[str, list[Span]]:
        """Pieces and single words by the pairs of letters in them."""
        found: dict[str, list[Span]] = defaultdict(list)
        for span in self._spans():
            for pair in set(_pairs(self._words.text(span))):
                found[pair].append(span)
        return found

    def _spans(self) -> Iterator[Span]:
        for first, behind in self._words.pieces:
            yield first, behind
            if behind - first > 1:
                yield from ((index, index + 1) for index in range(first, behind))


def _digits(text: str) -> str:
    return "".join(sign for token in tokens(text) if token.number for sign in token.text if sign.isdecimal())


def _letter_count(text: str) -> int:
    return sum(len(token.text) for token in tokens(text) if not token.number)


def _pairs(text: str) -> Counter[str]:
    """Pairs of neighbouring letters, with the edges of the text; each as often as it is there."""
    letters = f" {letters_alone(text[:400])} "
    return Counter(letters[at : at + 2] for at in range(len(letters) - 1))


def _alike(one: Counter[str], other: Counter[str]) -> float:
    """What two texts share, 0 to 1."""
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 0.0


def _one_digit_off(one: str, other: str) -> bool:
    """Whether one digit was changed, left out, put in or swapped with its neighbour, or none was."""
    if one == other:
        return True
    begin = 0
    while begin < min(len(one), len(other)) and one[begin] == other[begin]:
        begin += 1
    rest, others = one[begin:], other[begin:]
    if len(rest) == len(others):
        return rest[1:] == others[1:] or (rest[:2] == others[1::-1] and rest[2:] == others[2:])
    return rest[1:] == others if len(rest) > len(others) else rest == others[1:]
