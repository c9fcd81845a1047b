"""Which entries of sources go along with a question: as many as there is room for, the most valuable first.

Pinned sources come before pinned entries, those before all others, and none of a later rank takes room that one of an
earlier could have had. Within a rank every source has a claim to the same share of the room, so that a big or a new one
does not put the others out, and what one does not need is for the others. Whole entries are taken in the order of their
value, each that still fits; what room is left then goes to the beginnings of those that did not fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kireji.core.sources import Source

LEAST_PIECE = 200
"""Tokens: less of a file tells nothing."""


class Candidate(NamedTuple):
    """Something that could go along.

    Args:
        source: The place of its source among all.
        name: The entry's.
        tokens: How many it takes, with what stands around it.
        value: The higher the better.
        rank: 0 in a pinned source, 1 pinned itself, 2 neither.
        cuts: Whether a piece of it is of use.
    """

    source: int
    name: str
    tokens: int
    value: float = 0.0
    rank: int = 2
    cuts: bool = True


class Filled(NamedTuple):
    """What goes along.

    Args:
        whole: Places of candidates that go along as they are, in the order in which they were chosen.
        pieces: Of those whose beginning goes along, with the tokens there are for it.
        left: Of those that do not.
    """

    whole: tuple[int, ...]
    pieces: tuple[tuple[int, int], ...]
    left: tuple[int, ...]


def rank_of(source: Source, name: str) -> int:
    """The rank of an entry."""
    if source.pinned:
        return 0
    return 1 if name in source.pins or _below(name, source.pins) else 2


def is_off(source: Source, name: str) -> bool:
    """Whether the person has switched an entry off, or a folder that it lies in."""
    return name in source.off or _below(name, source.off)


def _below(name: str, names: Sequence[str]) -> bool:
    return any(each.endswith("/") and name.startswith(each) for each in names)


def fill(candidates: Sequence[Candidate], room: int, most: Sequence[int] = ()) -> Filled:
    """Choose.

    Args:
        candidates: In any order; the result does not depend on it.
        room: Tokens that they may take together.
        most: Tokens that each source may take at most; 0 for as many as there is room.
    """
    room_of = _Room(room, most)
    order = sorted(range(len(candidates)), key=lambda place: _order(candidates[place]))
    whole: list[int] = []
    pieces: list[tuple[int, int]] = []
    out: list[int] = []
    for rank in range(3):
        passed = [place for place in order if candidates[place].rank == rank]
        for claims in (_claims([candidates[place] for place in passed], room_of), None):
            passed = [place for place in passed if not _taken(place, candidates[place], room_of, claims, whole)]
        for place in passed:
            one = candidates[place]
            free = room_of.free(one.source)
            if one.cuts and free >= LEAST_PIECE:
                pieces.append((place, free))
                room_of.take(one.source, free)
            else:
                out.append(place)
    return Filled(tuple(whole), tuple(pieces), tuple(out))


class _Room:
    """What is free, for all sources together and for each.

    Args:
        all_of_it: Tokens.
        most: That each source may take; 0 for as many as there are.
    """

    def __init__(self, all_of_it: int, most: Sequence[int]) -> None:
        self._all = all_of_it
        self._of = {source: limit for source, limit in enumerate(most) if limit}

    def free(self, source: int) -> int:
        """For a source."""
        return min(self._all, self._of.get(source, self._all))

    def take(self, source: int, tokens: int) -> None:
        """They are free no longer."""
        self._all -= tokens
        if source in self._of:
            self._of[source] -= tokens


def _taken(place: int, one: Candidate, room: _Room, claims: dict[int, int] | None, whole: list[int]) -> bool:
    """Take a candidate along if it fits, and if its source has a claim to so much."""
    if one.tokens > room.free(one.source) or (claims is not None and one.tokens > claims[one.source]):
        return False
    room.take(one.source, one.tokens)
    if claims is not None:
        claims[one.source] -= one.tokens
    whole.append(place)
    return True


def _claims(candidates: Sequence[Candidate], room: _Room) -> dict[int, int]:
    """How much of the room is kept for each source: the same for all, and what one does not need is for the others."""
    needs: dict[int, int] = {}
    for one in candidates:
        needs[one.source] = needs.get(one.source, 0) + one.tokens
    needs = {source: min(tokens, room.free(source)) for source, tokens in needs.items()}
    free = max(map(room.free, needs), default=0)
    claims = {}
    for number, source in enumerate(sorted(needs, key=lambda source: (needs[source], source))):
        claims[source] = min(needs[source], free // (len(needs) - number))
        free -= claims[source]
    return claims


def _order(one: Candidate) -> tuple[float, str, int]:
    return (-one.value, one.name, one.source)
