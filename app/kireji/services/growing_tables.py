"""Tables while their answer still comes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from kireji.core.extraction.own_schemas import OwnSchema
from kireji.core.extraction.reading import sheets_of
from kireji.core.extraction.sheets import Sheet
from kireji.core.structured.partial import UnfinishedJson

_AT_ONCE = 4_000
"""Characters up to which every new value is shown."""
_GROWTH = 16
"""After that an answer must grow by this part: all showing together costs so many readings, however long it gets."""


class GrowingTables:
    """Reads an answer beside the loop while it comes, and tells what is whole of it.

    Args:
        own: The schema that the person gave; None where columns are proposed.
        observe: Told the sheets, on the loop.
    """

    def __init__(self, own: OwnSchema | None, observe: Callable[[Sequence[Sheet]], None]) -> None:
        self._own = own
        self._observe = observe
        self._more = asyncio.Event()
        self._text = ""
        self._shown = 0
        self._reading = UnfinishedJson()
        self._read = ""
        self._values = 0

    def take(self, text: str) -> None:
        """The answer so far; a shorter one is another attempt."""
        if len(text) < self._shown:
            self._shown = 0
        self._text = text
        if len(text) <= _AT_ONCE or len(text) >= self._shown + self._shown // _GROWTH:
            self._shown = len(text)
            self._more.set()

    async def watch(self) -> None:
        """Read and tell; until it is cancelled."""
        while True:
            await self._more.wait()
            self._more.clear()
            sheets = await asyncio.to_thread(self._sheets, self._text)
            if sheets is not None:
                self._observe(sheets)

    def _sheets(self, text: str) -> Sequence[Sheet] | None:
        """What is whole; None when that is no more than before."""
        if not text.startswith(self._read):
            self._reading, self._read, self._values = UnfinishedJson(), "", 0
        self._reading.feed(text[len(self._read) :])
        self._read = text
        if self._reading.count == self._values:
            return None
        self._values = self._reading.count
        with self._reading.settled() as value:
            return sheets_of(value, own=self._own)
