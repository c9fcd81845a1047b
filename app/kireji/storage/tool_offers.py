"""Lists of tools as they were offered, by what is in them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from kireji.core.tools import Tool
from kireji.storage import rows
from kireji.storage.database import Database

if TYPE_CHECKING:
    from sqlite3 import Connection

_KEEP = """
    INSERT INTO tool_offers (digest, tools, kept) VALUES (?, ?, ?)
    ON CONFLICT (digest) DO UPDATE SET kept = excluded.kept
"""


class SqliteOfferStore:
    """One row per list. Those that no conversation uses any more go when the history is purged.

    Args:
        database: Where they are.
        now: The time in UTC.
    """

    def __init__(self, database: Database, now: Callable[[], datetime] = rows.utc_now) -> None:
        self._database = database
        self._now = now

    async def keep_offer(self, tools: Sequence[Tool]) -> str:
        """As in OfferStore.

        Raises:
            StoreError: The environment's fault.
        """
        encoded = rows.encode_tools(tools)
        digest = hashlib.sha256(encoded.encode()).hexdigest()
        values = (digest, encoded, rows.to_microseconds(self._now()))

        def work(connection: Connection) -> None:
            connection.execute(_KEEP, values)

        await self._database.write(work)
        return digest

    async def offer(self, digest: str) -> Sequence[Tool] | None:
        """As in OfferStore. A list that cannot be read counts as none.

        Raises:
            StoreError: The environment's fault.
        """
        key = (rows.storable(digest),)

        def work(connection: Connection) -> Sequence[Tool] | None:
            found = connection.execute("SELECT tools FROM tool_offers WHERE digest = ?", key).fetchone()
            return None if found is None else rows.decode_tools(found[0])

        return await self._database.run(work)
