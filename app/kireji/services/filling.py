"""One packing: chooses, reads what it chose, measures it, and chooses again until all that is taken is known."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from kireji.core.documents import plain
from kireji.core.packing import Candidate, Filled, fill, is_off, rank_of
from kireji.core.ports import EncodedDocument
from kireji.core.relevance import Relevance
from kireji.core.source_documents import BIGGEST, Left, Piece, cut, document, plain_name
from kireji.core.source_ports import SourceReader
from kireji.core.sources import Entry, LeftOut, Listing, Packed, SourceKind, Took, Why
from kireji.core.words import mark, say

_BEGINNINGS = 1_500
"""Files whose beginnings are looked at for the question's words: those that seem best by their names and ages."""
_BEGINNING = 1024
_TIMES, _AT_LEAST = 8, 2_000
"""Looked at are the best entries, as many as would fill the room so often, and so many in any case."""
_ROUNDS = 24
_ROUNDS_THAT_READ = 12
_OF_A_HEADER = 480
"""Signs of the words at the beginning of a document."""
_LETTERS_OF_A_TOKEN = 16
"""No text has more of them."""
_GONE = mark("This is not there any more, or holds no text that could be read.")


class _Item:
    """An entry on its way."""

    __slots__ = ("entry", "gone", "rank", "source", "text", "tokens", "value")

    def __init__(self, source: int, entry: Entry, rank: int, tokens: int) -> None:
        self.source = source
        self.entry = entry
        self.rank = rank
        self.tokens = tokens
        self.value = 0.0
        self.text: str | None = None
        self.gone = False


class _Taken(NamedTuple):
    """An entry, or its beginning, as it goes along."""

    item: _Item
    piece: Piece


class Filling:
    """Fills the room for one question.

    Args:
        listings: What the sources hold.
        readers: Read them, by the value of their kind.
        text: The question's words.
        room: In tokens.
        count: How many tokens a text has for the model.
    """

    def __init__(
        self,
        listings: Sequence[Listing],
        readers: Mapping[str, SourceReader],
        text: str,
        room: int,
        count: Callable[[str], int],
    ) -> None:
        self._listings = listings
        self._readers = readers
        self._text = text
        self._room = max(0, room)
        self._count = count
        self._why: list[dict[str, Why]] = [{} for _ in listings]
        """By source, the names of those that cannot go along in any case."""
        self._items: list[_Item] = []
        self._sign = max(0.1, count("x_y = [1, 2, 3]\n" * 64) / (16 * 64))

    async def run(self) -> tuple[Packed, tuple[EncodedDocument, ...]]:
        """What goes along, and the documents in the order of their sources.

        Raises:
            SourceError: A source is gone.
        """
        await asyncio.to_thread(self._take_in)
        best = await self._best()
        most = [each.source.most for each in self._listings]
        room = self._room - round(len(self._listings) * _OF_A_HEADER * self._sign)
        for number in range(_ROUNDS):
            there = [one for one in best if not one.gone and (one.text is not None or number < _ROUNDS_THAT_READ)]
            chosen = await asyncio.to_thread(fill, [_candidate(one) for one in there], room, most)
            places = (*chosen.whole, *(place for place, _ in chosen.pieces))
            unread = [there[place] for place in places if there[place].text is None]
            if unread:
                await self._read(unread)
                continue
            taken = await asyncio.to_thread(self._cut, there, chosen)
            documents, tokens = await asyncio.to_thread(self._written, taken)
            if tokens <= self._room:
                return await asyncio.to_thread(self._told, taken, tokens), documents
            room -= tokens - self._room + 8
        return self._told([], 0), ()

    def _take_in(self) -> None:
        for number, listing in enumerate(self._listings):
            source = listing.source
            chooses = bool(source.off or source.pins or source.pinned)
            for entry in listing.entries:
                if chooses and is_off(source, entry.name):
                    self._why[number][entry.name] = Why.OFF
                elif entry.problem:
                    self._why[number][entry.name] = Why.PROBLEM
                else:
                    rank = rank_of(source, entry.name) if chooses else 2
                    self._items.append(_Item(number, entry, rank, self._framed(entry.name, entry.tokens)))

    def _framed(self, name: str, tokens: int) -> int:
        """With its head and its place in the tree."""
        return tokens + round((20 + 2 * len(name) - name.rfind("/")) * self._sign)

    async def _best(self) -> Sequence[_Item]:
        """Those that are looked at; the beginnings of the most promising are read for it when not all of them fit."""
        if sum(one.tokens for one in self._items) <= self._room // 2:
            return self._items
        relevance = await asyncio.to_thread(Relevance, self._text, [one.entry for one in self._items])
        order = await asyncio.to_thread(self._ordered, relevance)
        if relevance.asks:
            await self._tell_beginnings(relevance, self._promising(order))
            order = await asyncio.to_thread(self._ordered, relevance)
        return await asyncio.to_thread(self._looked_at, order)

    def _promising(self, order: Sequence[int]) -> Sequence[int]:
        """Whose beginnings are read: as many of each source, so that none is overlooked for its age."""
        free = [_BEGINNINGS // len(self._listings)] * len(self._listings)
        found = []
        for place in order:
            source = self._items[place].source
            if free[source]:
                free[source] -= 1
                found.append(place)
        return found

    def _looked_at(self, order: Sequence[int]) -> Sequence[_Item]:
        """The best of each source."""
        sources = len(self._listings)
        tokens, numbers = [0] * sources, [0] * sources
        best: list[_Item] = []
        for place in order:
            one = self._items[place]
            enough = tokens[one.source] > _TIMES * self._room and numbers[one.source] >= _AT_LEAST // sources
            if one.rank < 2 or not enough:
                tokens[one.source] += one.tokens
                numbers[one.source] += 1
                best.append(one)
        return best

    def _ordered(self, relevance: Relevance) -> list[int]:
        """The places of all entries, the best first."""
        for one, value in zip(self._items, relevance.values(), strict=True):
            one.value = value
        items = self._items
        return sorted(range(len(items)), key=lambda place: (items[place].rank, -items[place].value, place))

    async def _tell_beginnings(self, relevance: Relevance, places: Sequence[int]) -> None:
        for source, listing in enumerate(self._listings):
            here = {self._items[place].entry.name: place for place in places if self._items[place].source == source}
            if here:
                wanted = [self._items[place].entry for place in here.values()]
                texts = await self._reader(source).read(listing.source, wanted, _BEGINNING)
                for name, text in texts.items():
                    relevance.tell(here[name], text[:_BEGINNING])

    async def _read(self, items: Sequence[_Item]) -> None:
        by_source: dict[int, list[_Item]] = {}
        for one in items:
            by_source.setdefault(one.source, []).append(one)
        for source, wanted in by_source.items():
            texts = await self._reader(source).read(self._listings[source].source, [one.entry for one in wanted])
            await asyncio.to_thread(self._measure, wanted, texts)

    def _reader(self, source: int) -> SourceReader:
        return self._readers[self._listings[source].source.kind.value]

    def _measure(self, items: Sequence[_Item], texts: Mapping[str, str]) -> None:
        for one in items:
            one.text = texts.get(one.entry.name)
            if one.text is None:
                one.gone = True
                self._why[one.source][one.entry.name] = Why.PROBLEM
            else:
                one.tokens = self._framed(one.entry.name, self._count(one.text))

    def _cut(self, there: Sequence[_Item], chosen: Filled) -> list[_Taken]:
        taken = [
            _Taken(there[place], Piece(there[place].entry.name, there[place].text or "")) for place in chosen.whole
        ]
        for place, room in chosen.pieces:
            one = there[place]
            free = room - self._framed(one.entry.name, 0)
            text = cut((one.text or "")[: room * _LETTERS_OF_A_TOKEN], free, self._count)
            if text.strip():
                taken.append(_Taken(one, Piece(one.entry.name, text, whole=False)))
        return taken

    def _written(self, taken: Sequence[_Taken]) -> tuple[tuple[EncodedDocument, ...], int]:
        """The documents, and how many tokens they have."""
        documents = []
        tokens = 0
        for number, listing in enumerate(self._listings):
            pieces = [each.piece for each in taken if each.item.source == number]
            if pieces:
                text = document(listing.source, pieces, self._left(number, taken), len(listing.entries))
                tokens += self._count(text)
                documents.append(plain(_title(listing, pieces), text))
        return tuple(documents), tokens

    def _left(self, source: int, taken: Sequence[_Taken]) -> Left:
        names = {each.item.entry.name for each in taken if each.item.source == source}
        why = self._why[source]
        over = [one for one in self._listings[source].entries if one.name not in names and one.name not in why]
        counts = {each: sum(one is each for one in why.values()) for each in (Why.OFF, Why.PROBLEM)}
        biggest = heapq.nsmallest(BIGGEST, over, key=lambda one: (-one.size, one.name))
        return Left({Why.ROOM: len(over), **counts}, [one.name for one in biggest])

    def _told(self, taken: Sequence[_Taken], tokens: int) -> Packed:
        """Everything by name, in the order of the sources and then of their entries."""
        pieces = {(each.item.source, each.piece.name): each.piece for each in taken}
        known = {(one.source, one.entry.name): one.tokens for one in self._items if one.text is not None}
        took: list[Took] = []
        left: list[LeftOut] = []
        for number, listing in enumerate(self._listings):
            for entry in listing.entries:
                piece, why = pieces.get((number, entry.name)), self._why[number].get(entry.name, Why.ROOM)
                if piece is not None:
                    tokens_of_it = self._framed(entry.name, self._count(piece.text))
                    took.append(Took(listing.source, entry.name, tokens_of_it, piece.whole))
                else:
                    size = 0 if why is Why.PROBLEM else known.get((number, entry.name), entry.tokens)
                    problem = (entry.problem or say(_GONE)) if why is Why.PROBLEM else ""
                    left.append(LeftOut(listing.source, entry.name, size, why, problem))
        problems = tuple(
            f"{one.source.name or one.source.place}: {one.problem}" for one in self._listings if one.problem
        )
        return Packed((), tuple(took), tuple(left), tokens, self._room, problems)


def _candidate(one: _Item) -> Candidate:
    return Candidate(one.source, one.entry.name, one.tokens, one.value, one.rank)


def _title(listing: Listing, pieces: Sequence[Piece]) -> str:
    name = plain_name(listing.source.name or listing.source.place)
    if len(listing.entries) == 1:
        return name if pieces[0].whole else say("{name} · its beginning", name=name)
    numbers = {"some": f"{len(pieces):,}", "all": f"{len(listing.entries):,}"}
    match listing.source.kind:
        case SourceKind.FOLDER:
            return say("{name} · {some} of {all} files", name=name, **numbers)
        case SourceKind.CONVERSATION:
            return say("{name} · {some} of {all} messages", name=name, **numbers)
    return say("{name} · {some} of {all} parts", name=name, **numbers)
