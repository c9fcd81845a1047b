"""Texts as they would be without what reading a picture does to them; every sign keeps its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kireji.core.secrets.keys import SHAPES
from kireji.core.secrets.numbers import IBAN_LENGTHS

DIGITS = str.maketrans("OoQDlI|!iSsBZzＯ", "000011111558220")
"""Letters that are read in the place of digits."""
_AMONG_DIGITS = re.compile(r"(?<![A-Za-z0-9])[0-9OoQDlI|!SBZ]{2,40}(?![A-Za-z0-9])")
_LETTERS = {"0": "OD", "1": "IL", "2": "Z", "5": "S", "6": "G", "8": "B"}
"""Digits that are read in the place of letters, and which."""
_COUNTRY = re.compile(r"(?<![A-Za-z0-9])(?:[A-Z]\d|\d[A-Z])(?=[0-9OIlSB]{2} ?[0-9A-Z]{4} ?[0-9A-Z]{4})")
_NAMED = re.compile(r"(?:pass[w]?[o0]?[r]?d?|pwd|secret|t[o0]ken)[ \t]?[-–—~=:]", re.IGNORECASE)
_NUMBER = re.compile(r"[ \t]{0,8}(?P<number>\d{1,24})")
_LINES_MISSED = 8
"""Numbers that may be left out between two lines: of empty ones often nothing is read."""
_LEAST_NUMBERED = 4
_LONGEST_NUMBER = 6
_COMMON = frozenset({"sk-", "mc_", "sig=", "1//0", ":AA"})
"""Beginnings of keys in which words often end."""
_GLUED = re.compile(
    r"(?:[g-z]|(?<=[g-z])[a-f])(?=(?:\d[ -]?){12})|[a-z](?=[A-Z]{2}\d\d ?[0-9A-Z]{4} ?[0-9A-Z]{4})"
    r"|[A-Za-z0-9](?=" + "|".join(re.escape(shape.anchor) for shape in SHAPES if shape.anchor not in _COMMON) + ")"
)
"""A letter between which and a number or key a blank was lost."""
_TAIL = re.compile(r"(?<![A-Za-z0-9_-])(?P<number>(?:[A-Z]{2})?\d[\d -]{7,40}\d)(?P<tail>[a-z]{1,4})(?!\w)")
"""A word that follows a number without a blank."""


def lines(text: str) -> Iterator[tuple[int, int]]:
    """Where each line begins and ends."""
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield start, end
        start = end + 1


def unglued(text: str) -> str:
    """With a blank in the place of the last letter of a word that was read as one with a number or a key."""
    return _TAIL.sub(lambda match: match["number"] + " " * len(match["tail"]), _GLUED.sub(" ", text))


def folded(text: str) -> str:
    """Letters among digits as the digits that they look like; every sign keeps its place."""
    signs = list(text)
    for match in _AMONG_DIGITS.finditer(text):
        run = match[0]
        if any(map(str.isdigit, run)) and not run.isdigit():
            signs[match.start() : match.end()] = run.translate(DIGITS)
    for match in _COUNTRY.finditer(text):  # N0 in the place of NO
        signs[match.start() : match.end()] = _country(match[0])
    for match in _NAMED.finditer(text):  # PASSW0RD=, password-
        signs[match.start() : match.end()] = match[0].replace("0", "O")
        signs[match.end() - 1] = "=" if signs[match.end() - 1] in "-–—~" else signs[match.end() - 1]
    return "".join(signs)


def _country(read: str) -> str:
    """The beginning of a bank account, as it must have been; itself where there is none."""
    meant = (one + other for one in _LETTERS.get(read[0], read[0]) for other in _LETTERS.get(read[1], read[1]))
    return next((country for country in meant if country in IBAN_LENGTHS), read)


def unnumbered(text: str) -> str:
    """Without the numbers of lines that an editor shows; every other sign keeps its place.

    They are often read as one with what stands behind them: 207 and 3739 as the beginning of a number, 2073739.
    """
    begins = [match for span in lines(text) if (match := _NUMBER.match(text, *span)) is not None]
    told = [_told(text, match) for match in begins]
    for places in (range(len(begins)), range(len(begins) - 1, -1, -1)):  # from the line above, then from that below
        step, last = places.step, None
        for place in places:
            if told[place] is None and last is not None:
                expected = range(last + step, last + step * _LINES_MISSED, step)
                told[place] = next((one for one in expected if begins[place]["number"].startswith(str(one))), None)
            last = last if told[place] is None else told[place]
    if _longest_run(told) < _LEAST_NUMBERED:
        return text
    signs = list(text)
    for match, number in zip(begins, told, strict=True):
        if number is not None:
            at, width = match.start("number"), len(str(number))
            signs[at : at + width] = " " * width
    return "".join(signs)


def _told(text: str, match: re.Match[str]) -> int | None:
    """The number that a line begins with, if nothing stands behind it."""
    alone = text[match.end() : match.end() + 1] in (" ", "\t", "\n", "") and len(match["number"]) < _LONGEST_NUMBER
    return int(match["number"]) if alone else None


def _longest_run(numbers: Iterable[int | None]) -> int:
    """How many numbers follow each other at most, each a little higher than that before."""
    run, longest, last = 0, 0, 0
    for number in numbers:
        if number is not None:
            run = run + 1 if last < number < last + _LINES_MISSED else 1
            longest, last = max(longest, run), number
    return longest
