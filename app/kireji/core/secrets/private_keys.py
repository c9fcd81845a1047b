"""Private keys: blocks between armour lines, whole, cut off at either end, or without both."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kireji.core.secrets.kinds import Found, Kind
from kireji.core.secrets.values import jumps

_BEGIN = re.compile(r"-{2,5} ?BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)? ?-{2,5}")
_END = re.compile(r"-{2,5} ?END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)? ?-{2,5}")
_LONGEST = 40_000
_MOST_LINES = 600
_LINE = re.compile(r"(?:\\r)?\\n|\r?\n|\r")
"""The end of a line, also as it is written inside a quoted text."""
_BEFORE = re.compile(r"[ \t>|#*\"'+]{0,12}(?:\d{1,5}[ \t:|]{1,4})?")
"""What may stand before a line of a key: indentation, a quote, a comment, a sum sign of a patch, a number."""
_CODE = re.compile(r"[A-Za-z0-9+/=]{1,5000}")
_HEADER = re.compile(r"(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset): ?[^\r\n\\]{0,200}")
_FULL = 40
"""Characters of a line that is one of a key and no word."""
_BEHIND = ("", "\n", "\r", "\\", '"', "'")
_BARE = re.compile(r"[A-Za-z0-9+/=]{40,4000}")
_STARTS = (
    *("b3BlbnNzaC1rZXktdjE", "MIIEow", "MIIEpA", "MIIEpQ", "MIIEog", "MIIEvg", "MIIEvQ", "MIIEvA", "MIIEwA", "MIIJK"),
    *("MIIJQ", "MIICXA", "MIICXQ", "MIICWw", "MHcCAQEE", "MIGHAgEA", "MC4CAQAw", "MIIBVAIB", "lQdGB"),
)
"""What the encodings of private keys begin with: OpenSSH, RSA in two forms and several lengths, curves, PGP."""
_PUTTY = re.compile(r"Private-Lines: ?\d{1,3}")


def private_keys(text: str) -> Iterator[Found]:
    """Private keys in PEM, OpenSSH, PGP or PuTTY form."""
    ends = [match.span() for match in _END.finditer(text)] if "END " in text else []
    covered = 0
    for match in _BEGIN.finditer(text) if "BEGIN " in text else ():
        if match.start() >= covered:
            covered = _end_of(text, match.end(), ends)
            yield _found(match.start(), covered)
    for start, end in ends:
        if start >= covered:
            yield _found(_upwards(text, start, covered), end)
            covered = end
    for match in _PUTTY.finditer(text) if "Private-Lines:" in text else ():
        yield _found(match.start(), downwards(text, match.end(), first=True))
    yield from _bare(text)


def _found(start: int, end: int) -> Found:
    return Found(start, end, Kind.PRIVATE_KEY, "private key")


def _end_of(text: str, behind: int, ends: list[tuple[int, int]]) -> int:
    """Where a key ends that begins before `behind`: at its last line, or where lines of keys end."""
    for start, end in ends:
        if start >= behind:
            # What stands between the two is the key, however it is broken; unless another one begins there.
            if start - behind <= _LONGEST and "BEGIN " not in text[behind:start]:
                return end
            break
    return downwards(text, behind, first=True)


def downwards(text: str, behind: int, *, first: bool) -> int:
    """Where the lines of a key end that begin at `behind`.

    Args:
        text: What they stand in.
        behind: Where they begin.
        first: Whether that is the end of a line that leads to them.
    """
    end = behind
    for _ in range(_MOST_LINES):
        if first and (ending := _LINE.match(text, end + _blanks(text, end))) is not None:
            start = ending.end()
        elif first:
            start = end + _blanks(text, end)
            if start == end:
                return end
        else:
            start = end
        start = _BEFORE.match(text, start).end()  # type: ignore[union-attr] # matches the empty text too
        code = _HEADER.match(text, start) or _CODE.match(text, start)
        if code is None:
            blank = _LINE.match(text, start)  # between the headers and the key
            if blank is None:
                return end
            following = _CODE.match(text, _BEFORE.match(text, blank.end()).end())  # type: ignore[union-attr]
            if following is None or len(following[0]) < _FULL:
                return end
            code = following
        short = len(code[0]) < _FULL
        behind_code = text[code.end() : code.end() + 1]
        too_short = end == behind and len(code[0]) < 16
        if short and (too_short or behind_code not in _BEHIND or not _is_code(code[0])):
            return end
        end, first = code.end(), True
        if short and not _HEADER.match(code[0]):
            return end  # the last line of a key is the short one
    return end


def _is_code(text: str) -> bool:
    """Whether a short line is no word."""
    return _HEADER.match(text) is not None or jumps(text) or any(sign in "0123456789+/=" for sign in text)


def _blanks(text: str, at: int) -> int:
    count = 0
    while count < 12 and text[at + count : at + count + 1] in (" ", "\t"):
        count += 1
    return count


def _upwards(text: str, start: int, least: int) -> int:
    """Where a key begins whose first line is not there: above its end, as far as the lines are nothing else."""
    above = [match.end() for match in _LINE.finditer(text, max(least, start - _LONGEST), start)]
    for line_start in reversed([max(least, start - _LONGEST), *above]):
        code = text[line_start:start].strip(" \t\r\n>|#*+\"'").removesuffix("\\n").removesuffix("\\r")
        if code and (not _CODE.fullmatch(code) or len(code) < 4):
            return start
        start = line_start
    return start


def _bare(text: str) -> Iterator[Found]:
    """Keys of which both armour lines are cut off."""
    for begin in _STARTS:
        at = text.find(begin)
        while at >= 0:
            first = at == 0 or not text[at - 1].isalnum() or text[at - 2 : at] == "\\n"
            match = _BARE.match(text, at) if first else None
            end = downwards(text, at, first=False) if match else at + 1
            if match is not None:
                yield _found(at, end)
            at = text.find(begin, end)
