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
    patterns = [_pattern(word) for word in sorted(told, key=lambda word: (-len(word), word)) if len(word) >= LEAST]
    if not patterns:
        return None
    pattern = re.compile("|".join(patterns), re.IGNORECASE)

    def find(text: str) -> Iterator[Found]:
        for match in pattern.finditer(text):
            yield Found(match.start(), match.end(), Kind.OWN, "own word")

    return find


def _pattern(word: str) -> str:
    inner = r"\s{1,20}".join(map(re.escape, word.split()))
    return _bound(word[0], r"(?<!\w)") + inner + _bound(word[-1], r"(?!\w)")


def _bound(sign: str, pattern: str) -> str:
    """Only whole words, where words have ends: not in scripts that write them behind each other."""
    return pattern if sign.isalnum() and ord(sign) < 0x2E80 else ""
