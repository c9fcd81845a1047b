"""What entries of sources are worth for a question: by its words, by their age, and by what they are.

The words are weighed as search engines do (BM25: rare words count more, repeated ones less and less), over names and
the beginnings of texts. Nothing leaves this computer for it, and nothing is learned.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kireji.core.source_names import dull
from kireji.core.sources import Entry

_WORD = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SHORTEST = 3
_MOST_WORDS = 60
_NAME, _TEXT = 3.0, 1.0
_SATURATED = 1.2
_OF_WORDS, _OF_AGE, _OF_PLACE, _OF_DULLNESS = 2.0, 1.0, 0.15, 1.5
_COMMON_WORDS = (
    "the and for are with what which where when why how this that these those from into not but you your can could "
    "should would does did has have had was were will all any its our their there here about please explain show tell "
    "der die das und ist sind mit wie was wer warum wo nicht ein eine einen den dem des auf von zu im"
)
_COMMON = frozenset(_COMMON_WORDS.split())
_FIRST_READ = re.compile(r"(?:^|/)(?:readme|index|main|__init__|app|mod|lib)\b", re.IGNORECASE)


class Worth(NamedTuple):
    """An entry with what it is judged by.

    Args:
        entry: The entry.
        beginning: Of its text, as far as it is known.
    """

    entry: Entry
    beginning: str = ""


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, also of those that are joined by humps; characters of CJK in pairs."""
    found: list[str] = []
    for word in _WORD.findall(_HUMP.sub(" ", text)):
        word = word.lower()
        if ord(word[0]) >= 0x2E80:
            found += [word[at : at + 2] for at in range(max(1, len(word) - 1))]
        elif len(word) >= _SHORTEST and word not in _COMMON:
            found.append(word)
    return found


def values(question: str, entries: Sequence[Worth]) -> tuple[float, ...]:
    """What each is worth; the higher the better."""
    told = _told(question, entries)
    best = max(told, default=0.0) or 1.0
    ages = _ages([each.entry for each in entries])
    return tuple(
        round(_OF_WORDS * by_words / best + _OF_AGE * age + _by_name(each.entry.name), 6)
        for each, by_words, age in zip(entries, told, ages, strict=True)
    )


def _told(question: str, entries: Sequence[Worth]) -> list[float]:
    asked = list(dict.fromkeys(words_of(question)))[:_MOST_WORDS]
    if not asked:
        return [0.0] * len(entries)
    wanted = frozenset(asked)
    counts = [_counts(each, wanted) for each in entries]
    known = Counter(word for each in counts for word in each)
    weights = {word: math.log(1 + (len(entries) - number + 0.5) / (number + 0.5)) for word, number in known.items()}
    return [
        sum(weights[word] * many * (_SATURATED + 1) / (many + _SATURATED) for word, many in sorted(each.items()))
        for each in counts
    ]


def _counts(each: Worth, wanted: frozenset[str]) -> Mapping[str, float]:
    found: dict[str, float] = {}
    for text, weight in ((each.entry.name, _NAME), (each.beginning, _TEXT)):
        for word in words_of(text) if text else ():
            if word in wanted:
                found[word] = found.get(word, 0.0) + weight
    return found


def _ages(entries: Sequence[Entry]) -> list[float]:
    """From 0 for the oldest to 1 for the newest, by their order: the same whenever it is asked."""
    times = sorted({each.changed for each in entries if each.changed is not None})
    places = {time: (at + 1) / len(times) for at, time in enumerate(times)}
    return [0.5 if each.changed is None else places[each.changed] for each in entries]


def _by_name(name: str) -> float:
    """What lies near the top and what people read first is worth a little more; what programs write, much less."""
    worth = _OF_PLACE / (1 + name.count("/"))
    if _FIRST_READ.search(name):
        worth += _OF_PLACE
    return worth - (_OF_DULLNESS if dull(name) else 0.0)
