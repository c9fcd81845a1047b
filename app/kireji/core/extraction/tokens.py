"""Words and numbers of a text, in a form in which what says the same is the same.

Capitals, width, spaces and punctuation make no difference; the signs inside numbers do, since they change them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import msgspec

_SIGNS = "$€£¥₹₽₩₺₫₪₴₦฿₱₡₲₵₸₼₾₿¢"
SYMBOLS = frozenset(f"{_SIGNS}%‰")
"""What stands beside a number and says what it is of."""
_TOKEN = re.compile(
    rf"(?P<minus>(?<![^\W_])-[{_SIGNS}]?)?(?P<number>\d+(?:[.,:/'-]\d+)*)"
    r"|[^\s\d\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f$€£¥₹₽₩₺₫₪₴₦฿₱₡₲₵₸₼₾₿¢‰]+"
)
_NUMBER = 2
"""Group of the number."""
_SAME = {
    "−": "-", "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "’": "'", "‘": "'", "´": "'", "ʼ": "'", "٫": ".",
    "٬": "'", "٪": "%", "，": ",", "．": ".", "：": ":", "／": "/", "ß": "ss",
}  # fmt: skip
"""What reads the same, or as much as punctuation."""


class Token(msgspec.Struct, frozen=True, gc=False):
    """A word or a number.

    Args:
        text: In small letters; of a number its digits with the signs between them.
        start: Place of its first character in the text it stands in.
        end: Behind its last.
        minus: Whether a minus sign stands directly before it.
        number: Whether it is a number.
    """

    text: str
    start: int
    end: int
    minus: bool
    number: bool


@lru_cache(maxsize=4096)
def _fold(sign: str) -> str:
    """One character as it is compared; a blank where it is punctuation or cannot be seen."""
    same = _SAME.get(sign)
    if same is not None:
        return same
    if sign.isdecimal():
        return str(int(sign))
    category = unicodedata.category(sign)
    if category[0] in "PZC":
        plain = unicodedata.normalize("NFKC", sign)
        return plain if plain.isascii() and len(plain) == 1 else " "
    if category == "No":  # an exponent is no digit of the number before it
        return sign
    return unicodedata.normalize("NFKC", sign).casefold()


def tokens(text: str) -> Iterator[Token]:
    """The words and numbers of a text, in order."""
    if text.isascii():
        for found in _TOKEN.finditer(text.lower()):
            number = found[_NUMBER]
            start, end = found.span()
            if number is None:
                yield Token(found[0], start, end, False, False)
            elif end - start == len(number):
                yield Token(number, start, end, False, True)
            else:
                yield Token(number, end - len(number), end, True, True)
        return
    composed, at = _composed(text)
    for found in _TOKEN.finditer(composed):
        number = found["number"]
        start = found.start("number") if number is not None else found.start()
        end = at[found.end() - 1] + 1
        yield Token(number or found.group(), at[start], end, found["minus"] is not None, number is not None)


def _composed(text: str) -> tuple[str, list[int]]:
    """The text as it is compared, and for each of its characters where that stands in the text itself."""
    pieces: list[str] = []
    at: list[int] = []
    for place, sign in enumerate(text):
        if pieces and unicodedata.combining(sign):
            whole = unicodedata.normalize("NFC", pieces[-1] + sign)
            if len(whole) == len(pieces[-1]):  # a letter and its accent that were written apart
                pieces[-1] = whole
                continue
        piece = sign.lower() if sign.isascii() else _fold(sign)
        pieces.append(piece)
        at += [place] * len(piece)
    return "".join(pieces), at


_GLYPHS = str.maketrans({"I": "l", "1": "l", "|": "l", "!": "l", "O": "o", "0": "o", "5": "s", "S": "s"})


def letters_alone(text: str) -> str:
    """A text without blanks and punctuation, where letters that look alike are the same: `T0tal` reads as `Total`.

    Not for texts in which digits matter.
    """
    return "".join(found.group() for found in _LETTERS.finditer("".join(map(_kept, text.translate(_GLYPHS)))))


_LETTERS = re.compile(r"[^\s\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]+")


def _kept(sign: str) -> str:
    return sign.lower() if sign.isascii() else _fold(sign)
