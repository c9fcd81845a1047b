"""The full-text index, kept right with every change of what it is made from.

An entry is the function `core.search.index_text` of a message's stored parts and of the texts that were read in its
pictures. The index keeps no text of its own, so whoever changes one of these takes the old entry out first, in the same
transaction. A message that streams has no entry; every other has one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kireji.core.messages import Part
from kireji.storage import rows

if TYPE_CHECKING:
    from sqlite3 import Connection

    from kireji.core.search import IndexText

_PICTURE_TEXTS = """
    SELECT text FROM message_captures JOIN picture_texts USING (blob) WHERE message = ? AND text != '' ORDER BY blob
"""


def picture_texts(connection: Connection, message: int) -> list[str]:
    """What was read in the pictures of a message."""
    return [text for (text,) in connection.execute(_PICTURE_TEXTS, (message,))]


def add(connection: Connection, message: int, parts: tuple[Part, ...]) -> None:
    """Take a message in, which has no entry yet; its pictures are linked to it already."""
    entry = _entry(connection, message, parts)
    if entry:
        values = (message, rows.storable(entry.words), rows.storable(entry.cjk))
        connection.execute("INSERT INTO search (rowid, words, cjk) VALUES (?, ?, ?)", values)


def drop(connection: Connection, message: int, parts: tuple[Part, ...]) -> None:
    """Take a message out.

    Args:
        connection: In a transaction.
        message: Its number.
        parts: As they were when it was taken in.
    """
    entry = _entry(connection, message, parts)
    if entry:
        values = (message, rows.storable(entry.words), rows.storable(entry.cjk))
        connection.execute("INSERT INTO search (search, rowid, words, cjk) VALUES ('delete', ?, ?, ?)", values)


def add_title(connection: Connection, conversation: int, title: str) -> None:
    """Take a conversation's title in, which has no entry yet."""
    if entry := _title_entry(title):
        values = (conversation, entry.words, entry.cjk)
        connection.execute("INSERT INTO title_search (rowid, words, cjk) VALUES (?, ?, ?)", values)


def drop_title(connection: Connection, conversation: int, title: str) -> None:
    """Take a title out, as it was when it was taken in."""
    if entry := _title_entry(title):
        values = (conversation, entry.words, entry.cjk)
        connection.execute(
            "INSERT INTO title_search (title_search, rowid, words, cjk) VALUES ('delete', ?, ?, ?)", values
        )


def _entry(connection: Connection, message: int, parts: tuple[Part, ...]) -> IndexText:
    from kireji.core.search import index_text, searchable  # not before the first question is stored

    return index_text((*searchable(parts), *picture_texts(connection, message)))


def _title_entry(title: str) -> IndexText:
    from kireji.core.search import index_text

    return index_text((title,))
