"""Where on the desktop pictures were cut out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from kireji.core.capture_places import Placed
from kireji.core.geometry import Rect
from kireji.core.messages import ImagePart, Sha256
from kireji.storage import rows
from kireji.storage.database import Database

if TYPE_CHECKING:
    from sqlite3 import Connection

_NEAR = 0.8
"""Of what two places cover together: so much they share when they are nearly the same."""
_LOOKED_AT = 200
_NOTE = """
    INSERT OR REPLACE INTO capture_places
    SELECT ?, ?, ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM captures WHERE blob = ?) -- it may be gone again
"""
_OF = "SELECT x, y, width, height FROM capture_places WHERE blob = ?"
# Two rectangles that share four fifths differ by no more than a quarter of a side at any edge.
_NEAR_BY = """
    SELECT place.blob, media_type, captures.width, captures.height, x, y, place.width, place.height
    FROM capture_places AS place JOIN captures USING (blob)
    WHERE x BETWEEN ? AND ? AND y BETWEEN ? AND ? AND place.width BETWEEN ? AND ? AND place.height BETWEEN ? AND ?
    AND EXISTS (
        SELECT 1 FROM message_captures JOIN messages ON messages.id = message
        JOIN conversations ON conversations.id = conversation
        WHERE message_captures.blob = place.blob AND removed IS NULL
    )
    ORDER BY captured DESC LIMIT ?
"""
_ANYWHERE = -(2**31), 2**31


class SqliteCapturePlaces:
    """Satisfies `core.capture_places.CapturePlaces`.

    Args:
        database: Where pictures are noted, too.
        now: The time in UTC.
    """

    def __init__(self, database: Database, now: Callable[[], datetime] = rows.utc_now) -> None:
        self._database = database
        self._now = now

    def note(self, blob: Sha256, place: Rect) -> None:
        """As in CapturePlaces."""
        values = (blob, place.x, place.y, place.width, place.height, rows.to_microseconds(self._now()), blob)
        self._database.post(lambda connection: connection.execute(_NOTE, values).rowcount)

    async def place_of(self, blob: Sha256) -> Rect | None:
        """As in CapturePlaces."""

        def work(connection: Connection) -> Rect | None:
            found = connection.execute(_OF, (blob,)).fetchone()
            return None if found is None else Rect(*found)

        return await self._database.run(work)

    async def last(self, place: Rect | None = None) -> Placed | None:
        """As in CapturePlaces."""

        def work(connection: Connection) -> Placed | None:
            found = connection.execute(_NEAR_BY, (*_limits(place), _LOOKED_AT))
            for blob, media_type, width, height, *rect in found:
                placed = Placed(ImagePart(blob, media_type, width, height), Rect(*rect))
                if place is None or _shared(placed.place, place) >= _NEAR:
                    return placed
            return None

        return await self._database.run(work)


def _limits(place: Rect | None) -> tuple[int, ...]:
    if place is None:
        return _ANYWHERE * 4
    wide, high = place.width // 4 + 1, place.height // 4 + 1
    return (
        *(place.x - wide, place.x + wide),
        *(place.y - high, place.y + high),
        *(place.width - wide, place.width + wide),
        *(place.height - high, place.height + high),
    )


def _shared(one: Rect, other: Rect) -> float:
    both = one.intersection(other)
    shared = both.width * both.height
    return shared / (one.width * one.height + other.width * other.height - shared)
