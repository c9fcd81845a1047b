"""Context for questions: looks into sources, chooses what goes along, and makes documents of it."""

from __future__ import annotations

import asyncio
import hashlib
import math
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace

import msgspec

from kireji.core.errors import KirejiError, SourceError, StoreError
from kireji.core.messages import DocumentPart, Sha256
from kireji.core.ports import CaptureStore, Clock, EncodedDocument
from kireji.core.source_ports import SourceReader
from kireji.core.sources import Listing, Packed, Source, SourceKind, Why
from kireji.core.tokens import Family, measured, typical
from kireji.core.words import say
from kireji.services.catalog import Catalog
from kireji.services.counting import Counting
from kireji.services.filling import Filling
from kireji.services.preferences import Preferences
from kireji.services.token_counts import TokenCounts
from kireji.services.turns import Question

_KEPT_SECONDS = 30.0
"""So long a listing is as good as a new one: what has changed since is noticed when it is read."""
_KEPT = 8
_SURE = 0.92
"""Of what is free in a window: estimates are a little wrong, and too much is refused by the service."""
_SAMPLE = "def total(prices: list[float]) -> float:\n    return sum(prices)\n\nThe sum of all prices, as a number.\n"


class Packing:
    """Packs sources.

    Args:
        readers: Look into sources, by the value of their kind.
        captures: Where documents are stored.
        catalog: Who would answer.
        counting: How much of the window is taken.
        counts: How models count.
        preferences: The settings.
        clock: How old a listing is.
    """

    def __init__(
        self,
        readers: Mapping[str, SourceReader],
        captures: CaptureStore,
        catalog: Catalog,
        counting: Counting,
        counts: TokenCounts,
        preferences: Preferences,
        clock: Clock,
    ) -> None:
        self._readers = readers
        self._captures = captures
        self._catalog = catalog
        self._counting = counting
        self._counts = counts
        self._preferences = preferences
        self._clock = clock
        self._listings: dict[tuple[SourceKind, str], tuple[float, Listing]] = {}

    async def listed(self, source: Source, model: str = "") -> AsyncIterator[Listing]:
        """What a source holds, told anew as more of it is known; the last one is complete, and remembered for a while.

        Args:
            source: Which; its switches are not looked at.
            model: Whose tokens are told; empty for the model that answers by the settings.

        Raises:
            SourceError: There is no such source, or it cannot be read at all.
        """
        count = await self._counter(model)
        scale = _scale(count)
        async for listing in self._reader(source).listed(source):
            if listing.complete:
                self._remember(listing)
            yield await asyncio.to_thread(_scaled, listing, scale)  # of many files it takes a tenth of a second

    async def room(self, question: Question) -> int:
        """How many tokens are free for context in a question; its own sources are not counted.

        Raises:
            KirejiError: Nobody can answer, or there is no such conversation.
            StoreError: What was said cannot be read.
        """
        return (await self._place(question))[0]

    async def plan(self, sources: Sequence[Source], text: str, room: int, model: str = "") -> Packed:
        """What would go along with a question; nothing is stored, and there are no documents.

        Args:
            sources: In the order of their documents.
            text: The question's words, by which what is relevant is found.
            room: In tokens.
            model: Whose tokens; empty for the model that answers by the settings.

        Raises:
            SourceError: A source is not there, or cannot be read at all.
        """
        return (await self._filled(sources, text, room, model))[0]

    async def pack(self, sources: Sequence[Source], text: str, room: int, model: str = "") -> Packed:
        """The same, with the documents, which are stored.

        Raises:
            SourceError: A source is not there, or cannot be read at all.
            StoreError: They could not be stored.
        """
        packed, documents = await self._filled(sources, text, room, model)
        stored: list[DocumentPart] = []
        try:
            for document in documents:
                stored.append(await self._captures.put_document(document))
        except StoreError:
            await self.discard(stored)
            raise
        return msgspec.structs.replace(packed, documents=tuple(stored))

    async def discard(self, documents: Sequence[DocumentPart]) -> None:
        """Take back what `pack` stored, because the question was not asked."""
        for document in documents:
            await self._captures.discard(document)

    async def packed(self, question: Question) -> tuple[Question, Packed]:
        """A question with documents in the place of its sources, stored.

        Raises:
            KirejiError: As in `room` and `pack`, and where what was named cannot go along at all: an answer to a
                question without it would be an answer to another question.
        """
        room, model = await self._place(question)
        packed = await self.pack(question.sources, question.text, room, model)
        if problem := _refused(question.sources, packed):
            await self.discard(packed.documents)
            raise problem
        return replace(question, documents=(*question.documents, *packed.documents), sources=()), packed

    async def looked_at(self, question: Question) -> tuple[Question, Packed]:
        """The same without storing anything: the bytes are at hand in the question.

        Raises:
            KirejiError: As in `room` and `plan`.
        """
        room, model = await self._place(question)
        packed, documents = await self._filled(question.sources, question.text, room, model)
        at_hand: dict[Sha256, bytes] = dict(question.pictures)
        parts = list(question.documents)
        for document in documents:
            name = hashlib.sha256(document.data).hexdigest()
            at_hand[name] = document.data
            parts.append(DocumentPart(name, document.media_type, document.title))
        return replace(question, documents=tuple(parts), sources=(), pictures=at_hand), packed

    async def _place(self, question: Question) -> tuple[int, str]:
        """The room, and the model that would answer."""
        estimate = await self._counting.estimate(replace(question, sources=()))
        settings = self._preferences.settings
        most = settings.context.most_tokens if question.room is None else question.room
        if not estimate.window:
            return most, estimate.model
        answer = question.max_tokens or settings.models.max_tokens
        answer = min(answer, estimate.window // 2)
        free = estimate.window - estimate.counted.total.at_most - answer
        return max(0, min(most, round(free * _SURE))), estimate.model

    async def _filled(
        self, sources: Sequence[Source], text: str, room: int, model: str
    ) -> tuple[Packed, tuple[EncodedDocument, ...]]:
        count = await self._counter(model)
        known = [await self._listing(source) for source in dict.fromkeys(sources)]
        listings = [await asyncio.to_thread(_scaled, listing, _scale(count)) for listing in known]
        return await Filling(listings, self._readers, text, room, count).run()

    async def _listing(self, source: Source) -> Listing:
        """What a source holds, as it was told a moment ago or anew; with the switches that are set now."""
        known = self._listings.get((source.kind, source.place))
        if known is not None and self._clock.monotonic() - known[0] < _KEPT_SECONDS:
            return msgspec.structs.replace(known[1], source=source)
        last = [listing async for listing in self._reader(source).listed(source)][-1]
        self._remember(last)
        return last

    def _remember(self, listing: Listing) -> None:
        key = (listing.source.kind, listing.source.place)
        self._listings.pop(key, None)
        self._listings[key] = (self._clock.monotonic(), listing)
        while len(self._listings) > _KEPT:
            del self._listings[next(iter(self._listings))]

    def _reader(self, source: Source) -> SourceReader:
        reader = self._readers.get(source.kind.value)
        if reader is None:
            raise SourceError(say("This kind of context cannot be read yet."))
        return reader

    async def _counter(self, model: str) -> Callable[[str], int]:
        """Counts the tokens of a text as a model does, as far as is known."""
        if not model:
            try:
                model = (await self._catalog.choose(self._preferences.settings)).model
            except KirejiError:  # who answers is not asked here; the question will say it
                model = ""
        family, factors = Family.of(model), (await self._counts.correction(model)).factors

        def count(text: str) -> int:
            usual = typical(measured(text), family)
            return math.ceil(sum(one * factor for one, factor in zip(usual, factors, strict=True)))

        return count


def _refused(sources: Sequence[Source], packed: Packed) -> SourceError | None:
    """What is wrong when a single file stays out for what it is, or all that was named stays out."""
    taken = {one.source.place for one in packed.took if one.source.kind is SourceKind.FILE}
    for one in packed.left_out:
        if one.source.kind is SourceKind.FILE and one.why is Why.PROBLEM and one.source.place not in taken:
            name = one.source.name or one.source.place
            return SourceError(f"{name}: {one.problem}", say("Take it out and ask again."))
    whys = {one.why for one in packed.left_out}
    if packed.took or (whys and whys <= {Why.OFF}):
        return None
    name = ", ".join(source.name or source.place for source in sources)
    if Why.ROOM in whys:
        return SourceError(
            say("There is no room for {name}.", name=name), say("Allow more for context, or begin a new conversation.")
        )
    return SourceError(say("Nothing in {name} can go along.", name=name), say("Take it out and ask again."))


def _scale(count: Callable[[str], int]) -> float:
    """How many tokens a model has for one of the estimates that readers make."""
    return count(_SAMPLE * 10) / sum(typical(measured(_SAMPLE * 10), Family.GPT))


def _scaled(listing: Listing, scale: float) -> Listing:
    entries = tuple(
        msgspec.structs.replace(entry, tokens=max(1, round(entry.tokens * scale))) if entry.tokens else entry
        for entry in listing.entries
    )
    return msgspec.structs.replace(listing, entries=entries)
