"""Where the words of a query stand in a text, and the few words around them that are shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice, takewhile

from kireji.core.search import Term, fold, plain, without_runs

Range = tuple[int, int]
"""From which character to before which."""

_WORD = re.compile(r"[^\W_]+")
_LETTER = r"[^\W_]"
_GAP = r"[\W_]+"
_BEFORE = 40
"""Characters shown before the first match."""
_LENGTH = 160
"""Characters of a snippet."""
_TO_SPACE = 16
"""So far a snippet is shortened so that it does not begin within a word."""
_LOOKED_AT = 16
"""Matches of each term among which the best place is chosen."""
_PIECE = 64 * 1024
"""Characters that are folded and looked through at a time."""


class Finder:
    """Finds the terms of a query in texts.

    Args:
        terms: What is looked for.
    """

    def __init__(self, terms: Sequence[Term]) -> None:
        self._patterns = [(_pattern(term), term.cjk) for term in terms]

    def matches(self, texts: Sequence[str]) -> bool:
        """Whether every term stands in one of these texts."""
        views = [_views(plain(text)) for text in texts]
        return all(any(pattern.search(view[cjk]) for view in views) for pattern, cjk in self._patterns)

    def snippet(self, texts: Sequence[str], most: int) -> tuple[str, tuple[Range, ...]]:
        """The words around the best place, on one line.

        Args:
            texts: Those of one message.
            most: So many characters are looked through; what stands behind them is not found here.

        Returns:
            The words, and the ranges of characters in them that match; the first words when nothing is found.
        """
        for text in texts:
            for start in range(0, min(len(text), most), _PIECE - _LENGTH):
                piece = plain(text[start : start + _PIECE] if len(text) > _PIECE else text)
                if places := self._places(_views(piece)):
                    return _cut(piece, places)
            most -= len(text)
        return _cut(plain(texts[0][: 2 * _LENGTH]), []) if texts else ("", ())

    def _places(self, views: tuple[str, str]) -> list[Range]:
        """Where terms stand, from the first place on that has the most different ones near it."""
        if len(self._patterns) == 1:
            pattern, cjk = self._patterns[0]
            return _near_the_first(pattern.finditer(views[cjk]))
        found = sorted(
            (*match.span(), index)
            for index, (pattern, cjk) in enumerate(self._patterns)
            for match in islice(pattern.finditer(views[cjk]), _LOOKED_AT)
        )
        best = most = 0
        for first, (start, _, _) in enumerate(found):
            near = takewhile(lambda place: place[0] < start + _LENGTH - _BEFORE, found[first:])  # noqa: B023 - at once
            different = len({index for _, _, index in near})
            if different > most:
                best, most = first, different
            if most == len(self._patterns):
                break
        return _apart((start, end) for start, end, _ in found[best:])


def _views(text: str) -> tuple[str, str]:
    """Plain text in which words are looked for, and in which runs of characters are; each as long as the text."""
    folded = fold(text)
    return (folded, folded) if folded.isascii() else (without_runs(folded), folded)


def _near_the_first(matches: Iterator[re.Match[str]]) -> list[Range]:
    places: list[Range] = []
    for match in matches:
        place = match.span()
        if places and place[0] > places[0][0] + _LENGTH:
            break
        places.append(place)
    return places


def _pattern(term: Term) -> re.Pattern[str]:
    """One term. It begins with letters as they stand, which is what makes looking for it fast."""
    folded = fold(term.text)
    if term.cjk:
        return re.compile(re.escape(folded))
    first, *rest = map(re.escape, _WORD.findall(folded))
    begins = f"{first}(?<!{_LETTER}{first})"
    return re.compile(_GAP.join((begins, *rest)) + ("" if term.prefix else f"(?!{_LETTER})"))


def _apart(places: Iterator[Range]) -> list[Range]:
    """Ranges in order, those that overlap made one."""
    result: list[Range] = []
    for start, end in places:
        if result and start < result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def _cut(text: str, places: Sequence[Range]) -> tuple[str, tuple[Range, ...]]:
    begin = max(0, places[0][0] - _BEFORE) if places else 0
    if begin:
        space = text.find(" ", begin, begin + _TO_SPACE)
        begin = begin if space < 0 else space + 1
    end = min(len(text), begin + _LENGTH)
    marks = [(start - begin, min(stop, end) - begin) for start, stop in places if start < end]
    shown, marks = _on_one_line(text[begin:end], marks)
    if begin:
        shown, marks = f"…{shown}", [(start + 1, stop + 1) for start, stop in marks]
    return (f"{shown}…" if end < len(text) else shown), tuple(marks)


def _on_one_line(text: str, marks: list[Range]) -> tuple[str, list[Range]]:
    """Text with single spaces for everything blank, and where the marks stand in it."""
    if text.isprintable() and "  " not in text:  # the only blanks in it are single spaces
        return text.rstrip(), marks
    result: list[str] = []
    places: list[int] = []
    length = 0
    for number, (start, end) in enumerate(_pieces(len(text), marks)):
        piece = re.sub(r"\s+", " ", text[start:end])
        if not number:
            piece = piece.lstrip()
        places.append(length)
        result.append(piece)
        length += len(piece)
    moved = [(places[2 * number + 1], places[2 * number + 2]) for number in range(len(marks))]
    return "".join(result).rstrip(), moved


def _pieces(length: int, marks: Sequence[Range]) -> Iterator[Range]:
    """What stands before, in, and behind each mark, in turn."""
    position = 0
    for start, end in marks:
        yield position, start
        yield start, end
        position = end
    yield position, length
