"""The same value written otherwise: for eyes it is no other, for a model neither.

Who copies from a page gets blanks that do not break, soft hyphens and marks of direction that nobody sees; a log has
colours and escapes in it, an address of the web its percent signs, and in Chinese or Japanese no blank stands before a
key. All of that is taken out here, and every sign knows where it stood.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

import msgspec

from kireji.core.secrets.kinds import Found

_UNSEEN = r"[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
_COLOUR = r"(?:\x1b|\\u001[bB]|\\x1[bB]|\\033|\\e)\[[0-9;?]{0,20}[A-Za-z]"
_REPLACED = re.compile(
    rf"(?P<dropped>{_UNSEEN}|{_COLOUR}|\\(?=[_.@+*#~()\[\]-]))"
    r"|\\(?P<line>[nrt])"
    r"|\\u(?P<unicode>00[2-7][0-9A-Fa-f])"
    r"|(?P<percent>%[2-7][0-9A-Fa-f]|%[C-Fc-f][0-9A-Fa-f](?:%[89ABab][0-9A-Fa-f]){1,3})"
    r"|(?P<entity>&(?:#[0-9]{2,6}|#[xX][0-9A-Fa-f]{2,5}|[A-Za-z]{2,16});)"
    r"|(?P<composed>[A-Za-z][\u0300-\u036f])"
)
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63"
_CJK = 0x2E80
_STOP = "。"
"""In the place of letters that need no blank beside other scripts: no letter, and no sign of any value."""


class _Signs(dict[int, str]):
    """One sign for one sign, for `str.translate`."""

    def __missing__(self, code: int) -> str:
        self[code] = sign = _sign(chr(code))
        return sign


def _sign(sign: str) -> str:
    if sign.isascii():
        return sign
    if sign in _DASHES:
        return "-"
    if unicodedata.category(sign) == "Zs":
        return " "
    digit = unicodedata.decimal(sign, None)
    if digit is not None:
        return str(digit)
    compatible = unicodedata.normalize("NFKC", sign)
    if len(compatible) == 1 and compatible.isascii():
        return compatible
    return _STOP if ord(sign) >= _CJK and sign.isalpha() else sign


_SIGNS = _Signs()


class Spelling(msgspec.Struct, frozen=True):
    """A text as it is read.

    Args:
        text: Without what is not seen.
        read: Places in it at which the distance to the places in the original changes.
        written: These in the original.
    """

    text: str
    read: list[int]
    written: list[int]

    def original(self, found: Iterable[Found]) -> Iterator[Found]:
        """What was found, where it stands in the original."""
        for one in found:
            first, last = bisect_right(self.read, one.start) - 1, bisect_left(self.read, one.end)
            last -= last == len(self.read) or self.read[last] > one.end
            start = self.written[first] + one.start - self.read[first]
            yield Found(start, self.written[last] + one.end - self.read[last], one.kind, one.what)


def as_read(text: str) -> Spelling | None:
    """A text as it is read; None where that is as it is written."""
    plain = text if text.isascii() else text.translate(_SIGNS)
    pieces: list[str] = []
    read, written, at, length = [0], [0], 0, 0
    for match in _REPLACED.finditer(plain):
        sign = _replaced(match)
        if len(sign) > 1:
            continue
        length += match.start() - at
        read += (length, length + len(sign))
        written += match.span()
        pieces += (plain[at : match.start()], sign)
        length, at = length + len(sign), match.end()
    if not pieces:
        return None if plain == text else Spelling(plain, read, written)
    return Spelling("".join([*pieces, plain[at:]]), read, written)


def _replaced(match: re.Match[str]) -> str:
    """The sign in the place of several."""
    said = match[0]
    match match.lastgroup:
        case "line":
            return "\n" if said != "\\t" else "\t"
        case "unicode":
            return chr(int(said[2:], 16))
        case "percent":
            return unquote(said)
        case "entity":
            return html.unescape(said).translate(_SIGNS)
        case "composed":
            return unicodedata.normalize("NFC", said)
    return ""
