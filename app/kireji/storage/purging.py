"""Deletes conversations that were removed long ago, with all that belongs to them alone."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from kireji.core.messages import Sha256
from kireji.storage import rows, search_index
from kireji.storage.database import Database

if TYPE_CHECKING:
    from sqlite3 import Connection

    from kireji.storage.captures import FileCaptureStore

_NEXT = "SELECT id, title FROM conversations WHERE removed < ? ORDER BY removed LIMIT 1"

_BLOBS = "SELECT DISTINCT blob FROM message_captures WHERE message IN (SELECT id FROM messages WHERE conversation = ?)"

_DRAFTED = "SELECT blob FROM draft_captures WHERE draft IN (SELECT id FROM drafts WHERE conversation = ?)"

_QUEUED = "SELECT blob FROM queued_captures WHERE queued IN (SELECT id FROM queued_questions WHERE conversation = ?)"

_UNUSED = """
    SELECT blob FROM captures WHERE created < ?
    AND blob NOT IN (SELECT blob FROM message_captures)
    AND blob NOT IN (SELECT blob FROM draft_captures)
    AND blob NOT IN (SELECT blob FROM queued_captures)
"""

_UNUSED_OFFERS = """
    DELETE FROM tool_offers WHERE kept < ? AND digest NOT IN (SELECT tools FROM conversations WHERE tools != '')
"""

_PAGES = 500
"""Pages of the index that are written anew at a time; about a hundredth of a second."""


async def purge(database: Database, captures: FileCaptureStore | None, before: datetime) -> int:
    """Delete what was removed before a time; one conversation at a time, so that others can write in between."""
    time, count = rows.to_microseconds(before), 0
    while (blobs := await database.write(lambda connection: _delete_one(connection, time))) is not None:
        count += 1
        if captures is not None:
            await captures.discard_unused(blobs)
    if captures is not None:  # what was left behind by a program that was killed, or was in use a moment ago
        await captures.discard_unused(await database.run(partial(_unused, time=time)))
    await database.write(lambda connection: connection.execute(_UNUSED_OFFERS, (time,)).rowcount)
    if count:
        await _forget_words(database)
    return count


def _unused(connection: Connection, *, time: int) -> list[Sha256]:
    return [blob for (blob,) in connection.execute(_UNUSED, (time,))]


def _delete_one(connection: Connection, time: int) -> list[Sha256] | None:
    """Delete the conversation that was removed first; returns what pictures it had, or None when there is none."""
    found = connection.execute(_NEXT, (time,)).fetchone()
    if found is None:
        return None
    conversation, title = found
    blobs = [blob for (blob,) in connection.execute(_BLOBS, (conversation,))]
    for question in (_DRAFTED, _QUEUED):
        blobs += [blob for (blob,) in connection.execute(question, (conversation,))]
    search_index.drop_title(connection, conversation, title)
    question = "SELECT id, parts FROM messages WHERE conversation = ? AND state != 'streaming'"
    for number, parts in connection.execute(question, (conversation,)):
        search_index.drop(connection, number, rows.decode_parts(parts))
    _delete(connection, conversation)
    return blobs


def _delete(connection: Connection, conversation: int) -> None:
    """From the last message to the first: SQLite follows only 1000 messages to those below them."""
    connection.execute("UPDATE conversations SET head = NULL WHERE id = ?", (conversation,))
    question = "SELECT id FROM messages WHERE conversation = ? ORDER BY id DESC"
    numbers = connection.execute(question, (conversation,)).fetchall()
    connection.executemany("DELETE FROM messages WHERE id = ?", numbers)
    connection.execute("DELETE FROM tool_grants WHERE conversation = ?", (conversation,))
    # That something was allowed or denied stays on record; what was said in it goes.
    connection.execute("UPDATE tool_decisions SET arguments = '' WHERE conversation = ?", (conversation,))
    connection.execute("DELETE FROM conversations WHERE id = ?", (conversation,))


async def _forget_words(database: Database) -> None:
    """Write the index anew: an entry that was taken out stays readable in the file until then."""
    for table in ("search", "title_search"):
        await database.write(partial(_merge, table=table, pages=-_PAGES))
        while await database.write(partial(_merge, table=table, pages=_PAGES)):
            pass


def _merge(connection: Connection, *, table: str, pages: int) -> bool:
    before = connection.total_changes
    connection.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('merge', ?)", (pages,))  # noqa: S608 - our names
    return connection.total_changes - before >= 2  # as SQLite's documentation tells the end
