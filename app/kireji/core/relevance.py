"""What entries of sources are worth for a question: by its words, by their age, and by what they are.

The words are weighed as search engines do (BM25: rare words count more, repeated ones less and less), over names and
the beginnings of texts. Nothing leaves this computer for it, and nothing is learned.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType

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
_NOTHING: Mapping[str, float] = MappingProxyType({})
_FIRST_READ = re.compile(r"(?:^|/)(?:readme|index|main|__init__|app|mod|lib)\b", re.IGNORECASE)


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


class Relevance:
    """What entries are worth for one question.

    Args:
        question: Its words.
        entries: All that could go along.
    """

    def __init__(self, question: str, entries: Sequence[Entry]) -> None:
        self._wanted = tuple(dict.fromkeys(words_of(question)))[:_MOST_WORDS]
        self._counts = [self._counted(each.name, _NAME) for each in entries]
        self._without_words = [
            _OF_AGE * age + _by_name(each.name) for age, each in zip(_ages(entries), entries, strict=True)
        ]

    @property
    def asks(self) -> bool:
        """Whether there are words in the question by which something could be found."""
        return bool(self._wanted)

    def tell(self, place: int, beginning: str) -> None:
        """The text of an entry begins so; told once at most.

        Args:
            place: Of the entry among all.
            beginning: Of its text.
        """
        found = dict(self._counts[place])
        for word, weight in self._counted(beginning, _TEXT).items():
            found[word] = found.get(word, 0.0) + weight
        self._counts[place] = found

    def values(self) -> list[float]:
        """What each is worth; the higher the better."""
        told = self._told()
        best = max(told, default=0.0) or 1.0
        return [
            round(_OF_WORDS * by_words / best + other, 6)
            for by_words, other in zip(told, self._without_words, strict=True)
        ]

    def _told(self) -> list[float]:
        known = Counter(word for each in self._counts for word in each)
        there = len(self._counts)
        weights = {word: math.log(1 + (there - number + 0.5) / (number + 0.5)) for word, number in known.items()}
        return [
            sum(weights[word] * many * (_SATURATED + 1) / (many + _SATURATED) for word, many in sorted(each.items()))
            if each
            else 0.0
            for each in self._counts
        ]

    def _counted(self, text: str, weight: float) -> Mapping[str, float]:
        lowered = text.lower()
        if not any(word in lowered for word in self._wanted):  # of most names; finding their words takes much longer
            return _NOTHING
        found: dict[str, float] = {}
        for word in words_of(text):
            if word in self._wanted:
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
