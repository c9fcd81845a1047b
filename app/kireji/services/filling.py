"""One packing: chooses, reads what it chose, measures it, and chooses again until all that is taken is known."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

from kireji.core.documents import plain
from kireji.core.packing import Candidate, Filled, fill, is_off, rank_of
from kireji.core.ports import EncodedDocument
from kireji.core.relevance import Worth, values, words_of
from kireji.core.source_documents import Piece, cut, document
from kireji.core.source_ports import SourceReader
from kireji.core.sources import Entry, LeftOut, Listing, Packed, Source, SourceKind, Took, Why
from kireji.core.words import say

_BEGINNINGS = 1_500
"""Files whose beginnings are looked at for the question's words: those that seem best by their names and ages."""
_BEGINNING = 1024
_ROUNDS = 24
_ROUNDS_THAT_READ = 12
_OF_A_HEADER = 160
_LETTERS_OF_A_TOKEN = 16
"""No text has more of them."""


class _Item:
    """An entry on its way."""

    def __init__(self, source: int, entry: Entry, rank: int, tokens: int) -> None:
        self.source = source
        self.entry = entry
        self.rank = rank
        self.tokens = tokens
        self.value = 0.0
        self.text: str | None = None
        self.gone = False


class Filling:
    """Fills the room for one question.

    Args:
        listings: What the sources hold.
        readers: Read them.
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
        self._left_out: list[LeftOut] = []
        self._items: list[_Item] = []
        self._sign = max(0.1, count("x_y = [1, 2, 3]\n" * 64) / (16 * 64))

    async def run(self) -> tuple[Packed, tuple[EncodedDocument, ...]]:
        """What goes along, and the documents in the order of their sources.

        Raises:
            SourceError: A source is gone.
        """
        await asyncio.to_thread(self._take_in)
        await self._value()
        most = [each.source.most for each in self._listings]
        room = self._room - sum(round(_OF_A_HEADER * self._sign * 3) for _ in self._listings)
        for number in range(_ROUNDS):
            there = [one for one in self._items if not one.gone]
            if number >= _ROUNDS_THAT_READ:
                there = [one for one in there if one.text is not None]
            chosen = await asyncio.to_thread(fill, [self._candidate(one) for one in there], room, most)
            unread = [there[place] for place in _taken(chosen) if there[place].text is None]
            if unread:
                await self._read(unread)
                continue
            packed, documents = await asyncio.to_thread(self._written, there, chosen)
            if packed.tokens <= self._room:
                return packed, documents
            room -= packed.tokens - self._room + 8
        nothing = Filled((), (), tuple(range(len(self._items))))
        return await asyncio.to_thread(self._written, self._items, nothing)

    def _take_in(self) -> None:
        for number, listing in enumerate(self._listings):
            for entry in listing.entries:
                if is_off(listing.source, entry.name):
                    self._left_out.append(LeftOut(listing.source, entry.name, entry.tokens, Why.OFF))
                elif entry.problem:
                    self._left_out.append(LeftOut(listing.source, entry.name, 0, Why.PROBLEM))
                else:
                    rank = rank_of(listing.source, entry.name)
                    self._items.append(_Item(number, entry, rank, self._framed(entry.name, entry.tokens)))

    def _framed(self, name: str, tokens: int) -> int:
        """With its head and its place in the tree."""
        return tokens + round((20 + len(name) + len(name.rpartition("/")[2])) * self._sign)

    def _candidate(self, one: _Item) -> Candidate:
        return Candidate(one.source, one.entry.name, one.tokens, one.value, one.rank)

    async def _value(self) -> None:
        """What each is worth; the beginnings of the best are read for it when not all of them fit anyway."""
        if sum(one.tokens for one in self._items) <= self._room // 2:
            return
        beginnings: dict[int, str] = {}
        await asyncio.to_thread(self._valued, beginnings)
        if words_of(self._text):
            best = sorted(range(len(self._items)), key=lambda place: (-self._items[place].value, place))[:_BEGINNINGS]
            for source, entries in self._by_source([self._items[place] for place in best]).items():
                texts = await self._reader(source).read(
                    self._listings[source].source, [one.entry for one in entries], _BEGINNING
                )
                for place in best:
                    if self._items[place].source == source and self._items[place].entry.name in texts:
                        beginnings[place] = texts[self._items[place].entry.name][:_BEGINNING]
            await asyncio.to_thread(self._valued, beginnings)

    def _valued(self, beginnings: Mapping[int, str]) -> None:
        worths = [Worth(one.entry, beginnings.get(place, "")) for place, one in enumerate(self._items)]
        for one, value in zip(self._items, values(self._text, worths), strict=True):
            one.value = value

    async def _read(self, items: Sequence[_Item]) -> None:
        for source, wanted in self._by_source(items).items():
            texts = await self._reader(source).read(self._listings[source].source, [one.entry for one in wanted])
            await asyncio.to_thread(self._measure, wanted, texts)

    def _measure(self, items: Sequence[_Item], texts: Mapping[str, str]) -> None:
        for one in items:
            one.text = texts.get(one.entry.name)
            if one.text is None:
                one.gone = True
                self._left_out.append(LeftOut(self._source(one), one.entry.name, 0, Why.PROBLEM))
            else:
                one.tokens = self._framed(one.entry.name, self._count(one.text))

    def _by_source(self, items: Sequence[_Item]) -> dict[int, list[_Item]]:
        found: dict[int, list[_Item]] = {}
        for one in items:
            found.setdefault(one.source, []).append(one)
        return found

    def _reader(self, source: int) -> SourceReader:
        return self._readers[self._listings[source].source.kind.value]

    def _source(self, one: _Item) -> Source:
        return self._listings[one.source].source

    def _written(self, there: Sequence[_Item], chosen: Filled) -> tuple[Packed, tuple[EncodedDocument, ...]]:
        pieces: dict[int, list[Piece]] = {}
        took: list[Took] = []
        taken: set[int] = set()
        for place, room in (*((place, 0) for place in chosen.whole), *chosen.pieces):
            one = there[place]
            text = one.text or ""
            if room:
                least = self._framed(one.entry.name, 0)
                text = cut(text[: room * _LETTERS_OF_A_TOKEN], room - least, self._count)
                if not text.strip():
                    continue
            taken.add(id(one))
            pieces.setdefault(one.source, []).append(Piece(one.entry.name, text, not room))
            took.append(Took(self._source(one), one.entry.name, self._count(text), not room))
        left = self._left_out + [
            LeftOut(self._source(one), one.entry.name, one.tokens, Why.ROOM)
            for one in self._items
            if not one.gone and id(one) not in taken
        ]
        documents = []
        tokens = 0
        for number, listing in enumerate(self._listings):
            if number in pieces:
                here = [one for one in left if one.source is listing.source]
                text = document(listing.source, pieces[number], here, len(listing.entries))
                tokens += self._count(text)
                documents.append(plain(_title(listing, pieces[number]), text))
        order = sorted(took, key=self._order)
        packed = Packed((), tuple(order), tuple(sorted(left, key=self._order)), tokens, self._room)
        return packed, tuple(documents)

    def _order(self, one: Took | LeftOut) -> tuple[int, str]:
        number = next(at for at, each in enumerate(self._listings) if each.source is one.source)
        return (number, one.name)


def _taken(chosen: Filled) -> tuple[int, ...]:
    return (*chosen.whole, *(place for place, _ in chosen.pieces))


def _title(listing: Listing, pieces: Sequence[Piece]) -> str:
    name = listing.source.name or listing.source.place
    if len(listing.entries) == 1:
        return name if pieces[0].whole else say("{name} · its beginning", name=name)
    numbers = {"some": f"{len(pieces):,}", "all": f"{len(listing.entries):,}"}
    match listing.source.kind:
        case SourceKind.FOLDER:
            return say("{name} · {some} of {all} files", name=name, **numbers)
        case SourceKind.CONVERSATION:
            return say("{name} · {some} of {all} turns", name=name, **numbers)
    return say("{name} · {some} of {all} parts", name=name, **numbers)
