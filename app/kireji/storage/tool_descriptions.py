"""What sources of tools last said of themselves, so that nothing need be started to offer their tools."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from kireji.core.tools import Tool
from kireji.storage import rows
from kireji.storage.database import Database

if TYPE_CHECKING:
    from sqlite3 import Connection

_KEEP = "INSERT OR REPLACE INTO tool_descriptions (source, fingerprint, tools, kept) VALUES (?, ?, ?, ?)"
_FIND = "SELECT tools FROM tool_descriptions WHERE source = ? AND fingerprint = ?"


class SqliteDescriptionStore:
    """One row per source.

    Args:
        database: Where they are.
        now: The time in UTC.
    """

    def __init__(self, database: Database, now: Callable[[], datetime] = rows.utc_now) -> None:
        self._database = database
        self._now = now

    async def described(self, source: str, fingerprint: str) -> Sequence[Tool] | None:
        """As in DescriptionStore. A row that cannot be read counts as none: the source will be asked again.

        Raises:
            StoreError: The environment's fault.
        """
        key = (rows.storable(source), rows.storable(fingerprint))

        def work(connection: Connection) -> Sequence[Tool] | None:
            found = connection.execute(_FIND, key).fetchone()
            return None if found is None else rows.decode_tools(found[0])

        return await self._database.run(work)

    async def keep_description(self, source: str, fingerprint: str, tools: Sequence[Tool]) -> None:
        """As in DescriptionStore.

        Raises:
            StoreError: The environment's fault.
        """
        key = (rows.storable(source), rows.storable(fingerprint))
        values = (*key, rows.encode_tools(tools), rows.to_microseconds(self._now()))
        await self._database.write(lambda connection: connection.execute(_KEEP, values).rowcount)
