"""Looks through sources while they are prepared, and remembers what was found."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, QTimer, Signal

from kireji.core.errors import KirejiError
from kireji.core.sources import Listing, Source, SourceKind
from kireji.services.packing import Packing
from kireji.ui.aio import TaskScope
from kireji.ui.chat.context.lines import place_of
from kireji.ui.chat.context.table import Table

_SAY_MILLISECONDS = 120
"""How often it is told how far the looking has come."""


@dataclass
class Found:
    """What is known of a source.

    Args:
        listing: As far as it was told; None at first.
        table: What is in it, once that is complete.
        problem: Why it could not be looked into, or not to its end.
    """

    listing: Listing | None = None
    table: Table = field(default_factory=Table)
    problem: str = ""

    @property
    def known(self) -> bool:
        """Whether it is known what is in it, so that it can be reckoned with."""
        return self.listing is not None and self.listing.complete

    @property
    def done(self) -> bool:
        """Whether the looking has come to its end."""
        return bool(self.problem) or (self.listing is not None and self.listing.complete)


class Looking(QObject):
    """Owns the looking through the sources of the draft that is shown.

    Args:
        packing: Looks into them.
        scope: Owns the tasks.
    """

    found = Signal()
    """More is known of some source."""
    completed = Signal()
    """A source was looked through to its end."""

    def __init__(self, packing: Packing, scope: TaskScope) -> None:
        super().__init__()
        self._packing = packing
        self._scope = scope
        self._found: dict[tuple[str, str], Found] = {}
        self._timer = QTimer(self, singleShot=True, interval=_SAY_MILLISECONDS)
        self._timer.timeout.connect(self.found)

    def look(self, sources: Sequence[Source], model: str, *, again: bool = False) -> None:
        """Look into these and no others.

        Args:
            sources: All that matter from now on.
            model: Whose tokens are told.
            again: Also into folders that were looked through already; what was found stays until that has ended.
        """
        wanted = {place_of(source): source for source in sources}
        for key in [key for key in self._found if key not in wanted]:
            self._scope.cancel(_name(key))
            del self._found[key]
        for key, source in wanted.items():
            if key not in self._found or (again and source.kind is SourceKind.FOLDER):
                self._found.setdefault(key, Found())
                self._scope.restart(self._look(key, source, model), name=_name(key))

    def of(self, source: Source) -> Found:
        """What is known of a source."""
        return self._found.get(place_of(source), Found())

    async def _look(self, key: tuple[str, str], source: Source, model: str) -> None:
        try:
            async for listing in self._packing.listed(source, model):
                await self._take(key, listing)
        except KirejiError as error:
            self._end(key, Found(problem=error.sentence))

    async def _take(self, key: tuple[str, str], listing: Listing) -> None:
        before = self._found.get(key)
        if before is None:  # taken out meanwhile
            return
        if listing.complete:
            table = await asyncio.to_thread(_table, listing, before)
            self._end(key, Found(listing, table, listing.problem))
        elif not before.done:
            before.listing = listing
            if not self._timer.isActive():
                self._timer.start()

    def _end(self, key: tuple[str, str], found: Found) -> None:
        if key in self._found:
            self._found[key] = found
            self.completed.emit()


def _table(listing: Listing, before: Found) -> Table:
    """What is in a source, which is the same as before where nothing has changed; runs in a thread."""
    if before.listing is not None and before.listing.complete and before.listing.entries == listing.entries:
        return before.table
    return Table(listing.entries)


def _name(key: tuple[str, str]) -> str:
    return f"look into {key[0]} {key[1]}"
