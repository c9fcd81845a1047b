"""Which entries of sources go along with a question: as many as there is room for, the most valuable first.

Pinned sources come before pinned entries, those before all others, and none of a later rank takes room that one of an
earlier could have had. Within a rank whole entries are taken in the order of their value, each that still fits; what
room is left then goes to the beginnings of those that did not fit.
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
    left = {source: limit for source, limit in enumerate(most) if limit}
    order = sorted(range(len(candidates)), key=lambda place: _order(candidates[place]))
    whole: list[int] = []
    pieces: list[tuple[int, int]] = []
    out: list[int] = []
    for rank in range(3):
        passed: list[int] = []
        for place in order:
            one = candidates[place]
            if one.rank != rank:
                continue
            if one.tokens <= min(room, left.get(one.source, room)):
                whole.append(place)
                room -= one.tokens
                if one.source in left:
                    left[one.source] -= one.tokens
            else:
                passed.append(place)
        for place in passed:
            one = candidates[place]
            free = min(room, left.get(one.source, room))
            if one.cuts and free >= LEAST_PIECE:
                pieces.append((place, free))
                room -= free
                if one.source in left:
                    left[one.source] -= free
            else:
                out.append(place)
    return Filled(tuple(whole), tuple(pieces), tuple(out))


def _order(one: Candidate) -> tuple[float, str, int]:
    return (-one.value, one.name, one.source)
