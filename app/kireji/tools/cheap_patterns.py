"""Regular expressions of others, as far as they can be searched for in no time.

Python holds the whole program while it searches, and some expressions take it years: `(a+)+$`, `(a|a){40}$`. Schemas
come from plugins and servers, so an expression is used only where what it can take at most is counted beforehand and
is little; what the others demand is left to the plugin or the server itself, which has its own process to hang in.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

_LONGEST_PATTERN = 300
_MOST_STEPS = 2_000_000
"""Of one search: some hundredths of a second."""
_ESCAPED = re.compile(r"\\.", re.DOTALL)
_CLASS = re.compile(r"\[\^?\]?[^\]]*\]")
_PIECE = re.compile(r"\{(\d{1,12})\}[?+]?|[*+?][?+]?|\{\d*,\d*\}[?+]?|.", re.DOTALL)
_NUMBERED = re.compile(r"\\[1-9]")


def is_cheap(pattern: str, length: int) -> bool:
    """Whether an expression can be searched for in a text without any risk.

    Args:
        pattern: The expression.
        length: Characters of the text, or of all texts together.
    """
    bounds = _bounds(pattern)
    return bounds is not None and bounds.steps * length**bounds.power <= _MOST_STEPS


def misses(pattern: str, text: str) -> bool:
    """Whether an expression is not found in a text; False where that cannot be told in no time."""
    return is_cheap(pattern, len(text)) and re.search(pattern, text) is None


class _Bounds(NamedTuple):
    """What a search takes at most: `steps` times the length of the text to the power of `power`."""

    steps: int
    power: int


class _Part(NamedTuple):
    """A part of an expression.

    Args:
        ways: In so many ways it can be tried from one place.
        size: So many things are looked at in each of them; whatever matches nothing takes its time too.
    """

    ways: int = 1
    size: int = 1

    def then(self, other: _Part) -> _Part:
        return _Part(_small(self.ways * other.ways), _small(self.size + other.size))

    def times(self, count: int) -> _Part:
        if self.ways == 1 or not count:
            return _Part(1, _small(self.size * max(1, count)))
        ways = _MOST_STEPS + 1 if count > 30 else self.ways**count
        return _Part(_small(ways), _small(self.size * count))


@functools.lru_cache(maxsize=1000)
def _bounds(pattern: str) -> _Bounds | None:
    """None for what nobody can use, or what has no such bounds: repetitions in or of a group, references."""
    if len(pattern) > _LONGEST_PATTERN or "(?" in pattern or _NUMBERED.search(pattern):
        return None
    bare = _CLASS.sub("x", _ESCAPED.sub("x", pattern))
    pieces = [(piece[0], piece[1]) for piece in _PIECE.finditer(bare)]
    variable = sum(_is_variable(piece) for piece, _ in pieces)
    if variable and "(" in bare:
        return None
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return None
    whole = _counted(pieces)
    begins = bare.startswith("^") and "|" not in bare
    return _Bounds(_small(whole.ways * whole.size), variable + (0 if begins else 1))


def _is_variable(piece: str) -> bool:
    return piece[0] in "*+?" or (piece[0] == "{" and "," in piece)


def _counted(pieces: list[tuple[str, str | None]]) -> _Part:
    """What trying all of it takes: one thing after the other, or one of several."""
    groups: list[list[_Part]] = [[_Part()]]  # of each open group, what stands on the sides of its bars
    last = _Part()
    for piece, count in pieces:
        sides = groups[-1]
        if piece == "(":
            groups.append([_Part()])
        elif piece == "|":
            sides.append(_Part())
        elif piece == ")":
            last = _either(groups.pop())
            groups[-1][-1] = groups[-1][-1].then(last)
        elif count is not None:
            # It stands there once already, so this is one time more than needed.
            sides[-1] = sides[-1].then(last.times(int(count)))
        elif not _is_variable(piece):
            last = _Part()
            sides[-1] = sides[-1].then(last)
    return _either(groups[0])


def _either(sides: list[_Part]) -> _Part:
    return _Part(_small(sum(side.ways for side in sides)), _small(sum(side.size for side in sides)))


def _small(number: int) -> int:
    return min(number, _MOST_STEPS + 1)
