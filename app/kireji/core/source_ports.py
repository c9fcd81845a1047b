"""What the services need to look into sources of context."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple, Protocol

from kireji.core.sources import Entry, Listing, Source


class PdfWords(NamedTuple):
    """The words of a PDF document.

    Args:
        pages: Of each page, as far as they were read.
        total: How many pages the document has.
        whole: Whether there was time for all that could be read.
    """

    pages: tuple[str, ...]
    total: int
    whole: bool = True

    @property
    def every_page(self) -> bool:
        """Whether every page was read and has words; one without is likely to be a picture of some."""
        return self.whole and len(self.pages) == self.total and all(text.strip() for text in self.pages)

    @property
    def text(self) -> str:
        """All of them, each page with its number."""
        told = [f"(Page {number} of {self.total})\n{text.strip()}" for number, text in enumerate(self.pages, 1)]
        if len(self.pages) < self.total:
            told.append(f"(The other {self.total - len(self.pages):,} pages could not be read.)")
        return "\n\n".join(told)


class PdfText(Protocol):
    """Takes the words out of PDF documents."""

    async def words(self, data: bytes) -> PdfWords:
        """The words of a document, by pages; within bounds of time and memory, whatever it holds.

        Raises:
            DocumentError: It is protected, damaged, or holds pictures only.
        """
        ...


class SourceReader(Protocol):
    """Looks into sources of one or more kinds."""

    def listed(self, source: Source) -> AsyncIterator[Listing]:
        """What a source holds, told anew as more of it is known; the last one is complete.

        Loops of links, devices, pipes and other file systems' surprises end nothing: what cannot be read stands there
        as an entry with a problem. Leaving the iterator early ends the looking.

        Raises:
            SourceError: There is no such source, or it cannot be read at all.
        """
        ...

    async def read(self, source: Source, entries: Sequence[Entry], most: int = ...) -> dict[str, str]:
        """The words of entries, by their names; what has vanished or changed into no text since is not in it.

        Args:
            source: Whose.
            entries: Some of those it was listed with.
            most: Bytes that are read of each at most; without, as many as a document may have.

        Raises:
            SourceError: The source is gone.
        """
        ...
