"""Makes the search index of a history that has none yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kireji.core.messages import Message, Role
from kireji.storage import rows, search_index

if TYPE_CHECKING:
    from sqlite3 import Connection

_AT_ONCE = 50
"""Messages in memory at a time."""

_NEXT = "SELECT id, parts, state FROM messages WHERE id > ? ORDER BY id LIMIT ?"


def fill(connection: Connection) -> None:
    """Take in every title and every message, and note the messages' sizes, with bounded memory.

    Args:
        connection: In a transaction; the index is empty.
    """
    for number, title in connection.execute("SELECT id, title FROM conversations"):
        search_index.add_title(connection, number, title)
    last = 0
    while some := connection.execute(_NEXT, (last, _AT_ONCE)).fetchall():
        for number, stored, state in some:
            parts = rows.decode_parts(stored)
            if size := len(Message(Role.USER, parts).text):
                connection.execute("UPDATE messages SET size = ? WHERE id = ?", (size, number))
            if state != "streaming":
                search_index.add(connection, number, parts)
        last = some[-1][0]
