"""What was read in pictures, for the search."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from kireji.core.messages import MessageState, Sha256
from kireji.storage import rows, search_index

if TYPE_CHECKING:
    from sqlite3 import Connection

_SHOWING = """
    SELECT id, parts FROM messages WHERE id IN (SELECT message FROM message_captures WHERE blob = ?) AND state != ?
"""

_MISSING = """
    SELECT blob FROM captures WHERE media_type LIKE 'image/%'
    AND blob NOT IN (SELECT blob FROM picture_texts) AND blob IN (SELECT blob FROM message_captures)
    ORDER BY created DESC, blob LIMIT ?
"""


def note(connection: Connection, blob: Sha256, text: str, time: datetime) -> None:
    """Keep the text of a picture and let all messages that show it be found by it.

    Args:
        connection: In a transaction.
        blob: The picture.
        text: What was read in it.
        time: When.
    """
    showing = connection.execute(_SHOWING, (blob, MessageState.STREAMING.value)).fetchall()
    entries = [(number, rows.decode_parts(parts)) for number, parts in showing]
    for number, parts in entries:
        search_index.drop(connection, number, parts)
    values = (blob, rows.storable(text), rows.to_microseconds(time))
    connection.execute("INSERT OR REPLACE INTO picture_texts VALUES (?, ?, ?)", values)
    for number, parts in entries:
        search_index.add(connection, number, parts)


def missing(connection: Connection, limit: int) -> list[Sha256]:
    """Pictures of messages that nobody has read yet, newest first."""
    return [blob for (blob,) in connection.execute(_MISSING, (limit,))]
