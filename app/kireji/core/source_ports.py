"""What the services need to look into sources of context."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from kireji.core.sources import Entry, Listing, Source


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
