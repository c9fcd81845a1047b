"""Web pages as sources of context."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Sequence
from typing import NamedTuple

from kireji.core.documents import LARGEST_TEXT
from kireji.core.errors import DocumentError, KirejiError, SourceError, StoreError
from kireji.core.places import host_of, is_near
from kireji.core.ports import Clock
from kireji.core.provider_ports import Gate, WebPages
from kireji.core.source_ports import PdfText
from kireji.core.sources import Entry, Listing, Source
from kireji.core.tokens import Family, measured, typical
from kireji.core.tool_ports import FetchedPage
from kireji.core.words import say

_KEPT_SECONDS = 600.0
"""So long a page is not fetched again: who writes a question must not ask the same server at every pause."""
_KEPT = 16
_MOST_HOSTS = 4


class PageWords(NamedTuple):
    """What a page says.

    Args:
        title: Its own; may be empty.
        text: As Markdown, where it is HTML.
    """

    title: str
    text: str


class PageSourceReader:
    """Satisfies `core.source_ports.SourceReader` for pages. The person has named them, so nobody is asked.

    Args:
        pages: Makes what fetches them.
        gate: Records each request before it leaves.
        words: What a page says; None for one that says nothing. Takes its time, so it is called in a thread.
        pdf: Takes the words out of PDF documents.
        clock: How old a page is.
    """

    def __init__(
        self,
        pages: Callable[[], WebPages],
        gate: Gate,
        words: Callable[[FetchedPage], PageWords | None],
        pdf: PdfText,
        clock: Clock,
    ) -> None:
        self._pages = pages
        self._gate = gate
        self._words = words
        self._pdf = pdf
        self._clock = clock
        self._known: OrderedDict[str, tuple[float, dict[str, str]]] = OrderedDict()

    async def listed(self, source: Source) -> AsyncIterator[Listing]:
        """As in SourceReader."""
        parts = await self._parts(source)
        entries = (
            Entry(name, len(text.encode("utf-8", "replace")), None, _tokens(text)) for name, text in parts.items()
        )
        yield Listing(source, tuple(sorted(entries, key=lambda entry: entry.name)))

    async def read(self, source: Source, entries: Sequence[Entry], most: int = LARGEST_TEXT) -> dict[str, str]:
        """As in SourceReader."""
        parts = await self._parts(source)
        return {entry.name: parts[entry.name][:most] for entry in entries if entry.name in parts}

    async def _parts(self, source: Source) -> dict[str, str]:
        """What the page says, by the names of its entries."""
        known = self._known.get(source.place)
        if known is not None and self._clock.monotonic() - known[0] < _KEPT_SECONDS:
            return known[1]
        parts = await self._fetched(source.place)
        self._known[source.place] = (self._clock.monotonic(), parts)
        self._known.move_to_end(source.place)
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return parts

    async def _fetched(self, address: str) -> dict[str, str]:
        page = await self._followed(address)
        if page.status >= 400:
            raise SourceError(
                say("{address} answered with status {status}.", address=page.url, status=page.status),
                say("Check the address in a browser."),
            )
        if page.media_type == "application/pdf" or page.body.startswith(b"%PDF-"):
            try:
                words = await self._pdf.words(page.body)
            except DocumentError as error:
                raise SourceError(f"{page.url}: {error.message}", error.hint) from error
            return {f"page {number:04}": text for number, text in enumerate(words.pages, 1) if text.strip()}
        said = await asyncio.to_thread(self._words, page)
        if said is None or not said.text.strip():
            raise SourceError(
                say("{address} holds no words that could be read.", address=page.url),
                say("Copy its text into the question."),
            )
        return {said.title or page.url: said.text}

    async def _followed(self, address: str) -> FetchedPage:
        """The page, also where its address leads to another host; from the web no way leads into the local network."""
        url, near = address, is_near(host_of(address))
        for _ in range(_MOST_HOSTS):
            try:
                page = await self._pages().fetch(self._gate, url, near=near, anywhere=False)
            except StoreError:
                raise
            except KirejiError as error:
                raise SourceError(f"{url}: {error.message}", error.hint, detail=error.detail) from error
            if not page.location:
                return page
            url, near = page.location, near and is_near(host_of(page.location))
        raise SourceError(
            say("{address} leads from one place to the next.", address=address), say("Check the address in a browser.")
        )


def _tokens(text: str) -> int:
    return max(1, round(sum(typical(measured(text), Family.GPT))))
