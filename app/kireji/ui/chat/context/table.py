"""What a source holds, as a tree that is only unfolded where somebody looks."""

from __future__ import annotations

import enum
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from kireji.core.sources import Entry, LeftOut, Took, Why


class Fate(enum.Enum):
    """What becomes of an entry with the next question."""

    OPEN = "open"
    """Nobody has reckoned yet."""
    WHOLE = "whole"
    PART = "part"
    """Its beginning goes along."""
    OFF = "off"
    ROOM = "room"
    """There is no room for it."""
    PROBLEM = "problem"


_LEFT = {Why.OFF: Fate.OFF, Why.ROOM: Fate.ROOM, Why.PROBLEM: Fate.PROBLEM}
_GOES = (Fate.WHOLE, Fate.PART)


@dataclass(frozen=True, slots=True)
class Node:
    """A folder or an entry of a source.

    Args:
        name: Its path below the source; that of a folder ends in a stroke, that of the source itself is empty.
        first: Place of the first entry in it.
        last: Place behind the last one.
    """

    name: str
    first: int
    last: int

    @property
    def is_folder(self) -> bool:
        """Whether it holds others."""
        return not self.name or self.name.endswith("/")

    @property
    def label(self) -> str:
        """The last part of its path."""
        return self.name.rstrip("/").rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Sum:
    """What stands below a node.

    Args:
        entries: How many.
        going: How many of them go along.
        tokens: How many tokens those take, or all together while nobody has reckoned.
    """

    entries: int
    going: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What becomes of the entries of a table, in their order.

    Args:
        fates: Of each.
        tokens: How many of each go along.
        tokens_before: How many go along of all before each, and of all.
        going_before: How many entries go along before each, and of all.
    """

    fates: tuple[Fate, ...]
    tokens: tuple[int, ...]
    tokens_before: tuple[int, ...]
    going_before: tuple[int, ...]


class Table:
    """The entries of one source in the order of their names, so that a folder is a stretch of them.

    Args:
        entries: All of them.
    """

    def __init__(self, entries: Sequence[Entry] = ()) -> None:
        self.entries = sorted(entries, key=_name)
        self._names = [entry.name for entry in self.entries]
        self._tokens_before = [0, *accumulate(entry.tokens for entry in self.entries)]
        self._reckoning: Reckoning | None = None
        self._folded: list[str] = []

    @property
    def root(self) -> Node:
        """The source itself."""
        return Node("", 0, len(self.entries))

    @property
    def reckoned(self) -> bool:
        """Whether it is known what goes along."""
        return self._reckoning is not None

    def reckoning(self, took: Mapping[str, Took], left_out: Mapping[str, LeftOut]) -> Reckoning:
        """What becomes of its entries; may run in a thread.

        Args:
            took: What goes along, by name.
            left_out: What does not.
        """
        fates, tokens = [], []
        for entry, name in zip(self.entries, self._names, strict=True):
            going = took.get(name)
            if going is not None:
                fates.append(Fate.WHOLE if going.whole else Fate.PART)
                tokens.append(going.tokens)
                continue
            left = left_out.get(name)
            fates.append(_LEFT[left.why] if left is not None else Fate.PROBLEM if entry.problem else Fate.ROOM)
            tokens.append(0)
        going_before = [0, *accumulate(fate in _GOES for fate in fates)]
        return Reckoning(tuple(fates), tuple(tokens), (0, *accumulate(tokens)), tuple(going_before))

    def take(self, reckoning: Reckoning) -> None:
        """From now on this holds."""
        self._reckoning = reckoning

    def children(self, node: Node) -> list[Node]:
        """What stands right below a node: folders, then the others, each in the order of their names."""
        folders, others = [], []
        place, depth = node.first, len(node.name)
        while place < node.last:
            name = self._names[place]
            stroke = name.find("/", depth)
            if stroke < 0:
                others.append(Node(name, place, place + 1))
                place += 1
                continue
            end = bisect_left(self._names, name[:stroke] + "0", place, node.last)  # "0" comes right behind "/"
            folders.append(Node(name[: stroke + 1], place, end))
            place = end
        return folders + others

    def holds(self, node: Node) -> bool:
        """Whether there is anything below a node that can be unfolded."""
        return node.is_folder and node.last > node.first

    def entry(self, node: Node) -> Entry:
        """The entry that a node is, which must be no folder."""
        return self.entries[node.first]

    def fate(self, node: Node) -> Fate:
        """What becomes of an entry."""
        if self._reckoning is not None:
            return self._reckoning.fates[node.first]
        return Fate.PROBLEM if self.entries[node.first].problem else Fate.OPEN

    def tokens(self, node: Node) -> int:
        """How many tokens of an entry go along."""
        return self._reckoning.tokens[node.first] if self._reckoning is not None else 0

    def sum(self, node: Node) -> Sum:
        """What stands below a node, all depths together."""
        entries = node.last - node.first
        if self._reckoning is None:
            return Sum(entries, 0, self._tokens_before[node.last] - self._tokens_before[node.first])
        tokens, going = self._reckoning.tokens_before, self._reckoning.going_before
        return Sum(entries, going[node.last] - going[node.first], tokens[node.last] - tokens[node.first])

    def find(self, words: str) -> list[Node]:
        """Entries in whose paths all of these words stand, whatever their case."""
        if not self._folded:
            self._folded = [name.casefold() for name in self._names]
        places: Iterable[int] = range(len(self._names))
        for word in words.casefold().split():
            places = [place for place in places if word in self._folded[place]]
        return [Node(self._names[place], place, place + 1) for place in places]


def _name(entry: Entry) -> str:
    return entry.name
