"""The ledger of everything that left this computer, in the database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from kireji.core.history import Sent, SentTotals
from kireji.core.requests import OutgoingRequest
from kireji.storage import rows
from kireji.storage.database import Database

if TYPE_CHECKING:
    from sqlite3 import Connection

_RECENT = "SELECT id, time, provider, host, model, purpose, size, digest, conversation FROM ledger"
_TOTALS = "SELECT count(*), coalesce(sum(size), 0) FROM ledger"
_OF_ONE = " WHERE conversation = ?"


class SqliteLedger:
    """Rows are only ever added; they outlive the conversation they belong to.

    Args:
        database: Where they are.
        now: The time in UTC.
    """

    def __init__(self, database: Database, now: Callable[[], datetime] = rows.utc_now) -> None:
        self._database = database
        self._now = now

    async def record(self, outgoing: OutgoingRequest, digest: str, conversation: int | None) -> int:
        """As in Ledger. The row holds neither the body nor a header."""
        values = (
            rows.to_microseconds(self._now()),
            outgoing.provider,
            outgoing.host,
            rows.storable(outgoing.model),
            outgoing.purpose.value,
            len(outgoing.body),
            digest,
            conversation,
        )

        def work(connection: Connection) -> int:
            number = connection.execute(
                "INSERT INTO ledger (time, provider, host, model, purpose, size, digest, conversation)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                values,
            ).lastrowid
            assert number is not None
            return number

        return await self._database.write(work)

    async def recent(self, limit: int = 100, conversation: int | None = None) -> Sequence[Sent]:
        """Newest first; all conversations, or one."""
        condition, values = _condition(conversation)

        def work(connection: Connection) -> list[Sent]:
            found = connection.execute(f"{_RECENT}{condition} ORDER BY id DESC LIMIT ?", (*values, limit))
            return [Sent(number, rows.from_microseconds(time), *rest) for number, time, *rest in found]

        return await self._database.run(work)

    async def totals(self, conversation: int | None = None) -> SentTotals:
        """Requests and bytes of all conversations, or of one."""
        condition, values = _condition(conversation)
        return await self._database.run(
            lambda connection: SentTotals(*connection.execute(_TOTALS + condition, values).fetchone())
        )


def _condition(conversation: int | None) -> tuple[str, tuple[int, ...]]:
    return ("", ()) if conversation is None else (_OF_ONE, (conversation,))
