"""The person's own words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from kireji.core.secrets.kinds import Found, Kind

LEAST = 2
"""Characters of an own word; a single one would be in every sentence."""

Detector: TypeAlias = Callable[[str], Iterator[Found]]


def own_words(words: Iterable[str]) -> Detector | None:
    """What finds these words, in any case and with any blanks between their parts; None without words."""
    told = {" ".join(word.split()) for word in words}
    tree = _Tree()
    for word in sorted(told):
        if len(word) >= LEAST:
            tree.add(word)
    if not tree.following:
        return None
    pattern = re.compile(tree.pattern(), re.IGNORECASE)

    def find(text: str) -> Iterator[Found]:
        for match in pattern.finditer(text):
            yield Found(match.start(), match.end(), Kind.OWN, "own word")

    return find


class _Tree:
    """Words by what they begin with, so that thousands of them are looked for in the time of a few."""

    def __init__(self) -> None:
        self.following: dict[str, _Tree] = {}
        self._end: str | None = None
        """What must hold where a word ends here; None where none does."""

    def add(self, word: str) -> None:
        node = self
        for place, sign in enumerate(word):
            piece = r"\s{1,20}" if sign == " " else re.escape(_folded(sign))
            if place == 0:
                piece = _bound(sign, r"(?<!\w)") + piece
            node = node.following.setdefault(piece, _Tree())
        node._end = _bound(word[-1], r"(?!\w)")

    def pattern(self) -> str:
        """Longer words come before those that they begin with."""
        pieces, node = [], self
        while node._end is None and len(node.following) == 1:
            ((piece, node),) = node.following.items()
            pieces.append(piece)
        branches = [piece + below.pattern() for piece, below in node.following.items()]
        if node._end is not None:
            branches.append(node._end)
        return "".join(pieces) + (branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})")


def _folded(sign: str) -> str:
    return small if len(small := sign.lower()) == 1 and small.upper() == sign.upper() else sign


def _bound(sign: str, pattern: str) -> str:
    """Only whole words, where words have ends: not in scripts that write them behind each other."""
    return pattern if sign.isalnum() and ord(sign) < 0x2E80 else ""
