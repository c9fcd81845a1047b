"""Where the words of a query stand in a text, and the few words around them that are shown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kireji.core.search import CJK, Term, fold, plain

_WORD = re.compile(r"[^\W_]+")
_BEGINS, _ENDS = rf"(?<![^\W_{CJK}])", rf"(?![^\W_{CJK}])"
_BEFORE = 40
"""Characters shown before the first match."""
_LENGTH = 160
"""Characters of a snippet."""
_TO_SPACE = 16
"""So far a snippet is shortened so that it does not begin within a word."""
_LOOKED_AT = 64
"""Matches among which the best place is chosen."""
_PIECE = 64 * 1024
"""Characters that are folded and looked through at a time."""


class Finder:
    """Finds the terms of a query in texts.

    Args:
        terms: At least one.
    """

    def __init__(self, terms: Sequence[Term]) -> None:
        patterns = [_pattern(term) for term in terms]
        self._each = [re.compile(pattern) for pattern in patterns]
        self._any = re.compile("|".join(f"({pattern})" for pattern in patterns))

    def matches(self, texts: Sequence[str]) -> bool:
        """Whether every term stands in one of these texts."""
        folded = [fold(plain(text)) for text in texts]
        return all(any(pattern.search(text) for text in folded) for pattern in self._each)

    def snippet(self, texts: Sequence[str], most: int) -> tuple[str, tuple[tuple[int, int], ...]]:
        """The words around the best place, on one line.

        Args:
            texts: Those of one message.
            most: So many characters are looked through; what stands behind them is not found here.

        Returns:
            The words, and the ranges of characters in them that match; the first words when nothing is found.
        """
        for text in texts:
            for start in range(0, min(len(text), most), _PIECE - _LENGTH):
                piece = plain(text[start : start + _PIECE])
                if places := self._places(fold(piece)):
                    return _cut(piece, places)
            most -= len(text)
        return _cut(plain(texts[0][: 2 * _LENGTH]), []) if texts else ("", ())

    def _places(self, folded: str) -> list[tuple[int, int]]:
        """Where terms stand, from the first place on that has the most different ones near it."""
        found: list[tuple[int, int, int]] = []
        for match in self._any.finditer(folded):
            found.append((match.start(), match.end(), match.lastindex or 0))
            if len(found) == _LOOKED_AT:
                break
        best, most = 0, 0
        for index, (start, _, _) in enumerate(found):
            near = {term for begin, _, term in found[index:] if begin < start + _LENGTH - _BEFORE}
            if len(near) > most:
                best, most = index, len(near)
        return [(start, end) for start, end, _ in found[best:]]


def _pattern(term: Term) -> str:
    folded = fold(term.text)
    if term.cjk:
        return re.escape(folded)
    words = r"[\W_]+".join(map(re.escape, _WORD.findall(folded)))
    return f"{_BEGINS}{words}{'' if term.prefix else _ENDS}"


def _cut(text: str, places: Sequence[tuple[int, int]]) -> tuple[str, tuple[tuple[int, int], ...]]:
    begin = max(0, places[0][0] - _BEFORE) if places else 0
    if begin:
        space = text.find(" ", begin, begin + _TO_SPACE)
        begin = begin if space < 0 else space + 1
    end = min(len(text), begin + _LENGTH)
    pieces, length, marks = ["…" if begin else ""], 1 if begin else 0, []
    position = begin

    def put(until: int) -> int:
        nonlocal position, length
        words = re.sub(r"\s+", " ", text[position:until])
        if not length or pieces[-1].endswith((" ", "…")):
            words = words.lstrip(" ")
        pieces.append(words)
        position, length = until, length + len(words)
        return length

    for start, stop in places:
        if stop > end:
            break
        first = put(start)
        marks.append((first, put(stop)))
    put(end)
    return "".join(pieces).rstrip() + ("…" if end < len(text) else ""), tuple(marks)
