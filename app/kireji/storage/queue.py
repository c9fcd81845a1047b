"""Questions that wait for the answer before them, in the database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from kireji.core.history import QueuedQuestion
from kireji.core.messages import Message, Role
from kireji.storage import rows
from kireji.storage.database import Database

if TYPE_CHECKING:
    from sqlite3 import Connection

_QUEUED = "SELECT id, parts FROM queued_questions WHERE conversation = ? ORDER BY id"

_ENQUEUE = """
    INSERT INTO queued_questions (conversation, parts, created)
    SELECT id, ?, ? FROM conversations WHERE id = ?
"""


class SqliteQueueStore:
    """The queue of every conversation.

    Args:
        database: Where it is.
        now: The time in UTC.
    """

    def __init__(self, database: Database, now: Callable[[], datetime] = rows.utc_now) -> None:
        self._database = database
        self._now = now

    async def queued(self, conversation: int) -> Sequence[QueuedQuestion]:
        """As in QueueStore."""

        def work(connection: Connection) -> list[QueuedQuestion]:
            found = connection.execute(_QUEUED, (conversation,)).fetchall()
            return [
                QueuedQuestion(number, conversation, Message(Role.USER, rows.decode_parts(parts)))
                for number, parts in found
            ]

        return await self._database.run(work)

    async def enqueue(self, conversation: int, message: Message) -> QueuedQuestion:
        """As in QueueStore."""
        values = (rows.encode_parts(message.parts), rows.to_microseconds(self._now()), conversation)

        def work(connection: Connection) -> int:
            added = connection.execute(_ENQUEUE, values)
            number = added.lastrowid
            if added.rowcount == 0 or number is None:
                raise LookupError(f"there is no conversation {conversation}")
            for blob in message.blobs:
                connection.execute("INSERT INTO queued_captures VALUES (?, ?)", (number, rows.storable(blob)))
            return number

        return QueuedQuestion(await self._database.write(work), conversation, message)

    async def dequeue(self, queued: int) -> None:
        """As in QueueStore."""

        def work(connection: Connection) -> None:
            connection.execute("DELETE FROM queued_questions WHERE id = ?", (queued,))

        await self._database.write(work)
