"""Sources of context in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

from kireji.core.errors import DocumentError, SourceError
from kireji.core.source_ports import PdfWords
from kireji.core.sources import Entry, Listing, Source


class FakePdfText:
    """Knows what documents say; satisfies PdfText.

    Attributes:
        pages: By the bytes of a document, the words of its pages; others are damaged.
    """

    def __init__(self) -> None:
        self.pages: dict[bytes, tuple[str, ...]] = {}

    async def words(self, data: bytes) -> PdfWords:
        """As in PdfText."""
        if data not in self.pages:
            raise DocumentError("The PDF is damaged.", "Save or download it again.")
        return PdfWords(self.pages[data], len(self.pages[data]))


class FakeSourceReader:
    """Holds what sources say; satisfies SourceReader.

    Attributes:
        texts: By the place of the source, what its entries say by name.
        changed: When entries were last changed, by name.
        problems: Why entries cannot go along, by name.
        ignored: How many files are kept out of each.
        unfinished: Why none was looked through to its end.
        reads: Names in the order in which they were read.
    """

    def __init__(self, texts: Mapping[str, Mapping[str, str]] | None = None) -> None:
        self.texts: dict[str, dict[str, str]] = {place: dict(held) for place, held in (texts or {}).items()}
        self.changed: dict[str, datetime] = {}
        self.problems: dict[str, str] = {}
        self.ignored = 0
        self.unfinished = ""
        self.reads: list[str] = []

    async def listed(self, source: Source) -> AsyncIterator[Listing]:
        """As in SourceReader: first half of it, then all."""
        held = self.texts.get(source.place)
        if held is None:
            raise SourceError(f"{source.name} is not there any more.", "Take it out, or add it again.")
        entries = tuple(self._entry(name, text) for name, text in sorted(held.items()))
        yield Listing(source, entries[: len(entries) // 2], ignored=self.ignored, complete=False)
        yield Listing(source, entries, self.unfinished, ignored=self.ignored)

    async def read(self, source: Source, entries: Sequence[Entry], most: int = 8_000_000) -> dict[str, str]:
        """As in SourceReader."""
        held = self.texts.get(source.place)
        if held is None:
            raise SourceError(f"{source.name} is not there any more.", "Take it out, or add it again.")
        self.reads += [entry.name for entry in entries]
        return {entry.name: held[entry.name][:most] for entry in entries if entry.name in held}

    def _entry(self, name: str, text: str) -> Entry:
        problem = self.problems.get(name, "")
        size = len(text.encode())
        return Entry(name, size, self.changed.get(name), 0 if problem else max(1, size // 4), problem)
