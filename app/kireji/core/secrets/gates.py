"""Where it is worth to look closely: quick searches that leave out nearly all of a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_DIGITS = re.compile(r"\d(?:[ \u00a0./()+A-Z-]{0,3}\d){5,400}")
_BEFORE, _BEHIND = 48, 32


class Span(NamedTuple):
    """A piece of a text, generously cut."""

    start: int
    end: int


def lowered(text: str) -> str:
    """In small letters, every sign in its place: there are letters whose small form is longer than they are."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(small if len(small := sign.lower()) == 1 else sign for sign in text)


def digit_spans(text: str) -> list[Span]:
    """Where at least six digits stand close together."""
    return _joined((match.start() - _BEFORE, match.end() + _BEHIND) for match in _DIGITS.finditer(text))


def word_spans(lower: str, stems: Iterable[str], before: int, behind: int) -> list[Span]:
    """Where one of these words stands, with what is around it; a text in small letters."""
    found = ((at - before, at + len(stem) + behind) for stem in stems for at in _places(lower, stem))
    return _joined(sorted(found))


def _places(text: str, word: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + len(word))


def _joined(spans: Iterable[tuple[int, int]]) -> list[Span]:
    joined: list[Span] = []
    for start, end in spans:
        start = max(0, start)
        if joined and start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(end, joined[-1].end))
        else:
            joined.append(Span(start, end))
    return joined
