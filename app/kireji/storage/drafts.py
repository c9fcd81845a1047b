"""Questions that are being written."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from kireji.core.history import StoredDraft
from kireji.core.messages import DocumentPart, ImagePart
from kireji.core.sources import Source
from kireji.storage import rows
from kireji.storage.database import Database

if TYPE_CHECKING:
    from sqlite3 import Connection

_LOAD = "SELECT text, quote, attachments, names, sources, off FROM drafts WHERE conversation IS ?"

_SAVE = """
    INSERT INTO drafts (conversation, text, quote, attachments, names, sources, off, saved)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""

_NOTHING = StoredDraft()


class SqliteDraftStore:
    """One draft for each conversation, and one for that which has not begun.

    Args:
        database: Where they are.
        now: The time in UTC.
    """

    def __init__(self, database: Database, now: Callable[[], datetime] = rows.utc_now) -> None:
        self._database = database
        self._now = now

    async def load(self, conversation: int | None) -> StoredDraft:
        """As in DraftStore."""

        def work(connection: Connection) -> StoredDraft:
            row = connection.execute(_LOAD, (conversation,)).fetchone()
            return _NOTHING if row is None else _draft(*row)

        return await self._database.run(work)

    async def save(self, conversation: int | None, draft: StoredDraft) -> None:
        """As in DraftStore."""
        values = (
            conversation,
            rows.storable(draft.text),
            rows.storable(draft.quote),
            rows.encode_parts(draft.attachments),
            msgspec.json.encode([rows.storable(name) for name in draft.names]).decode(),
            json.dumps(msgspec.to_builtins(draft.sources)),  # paths may hold what has no bytes in UTF-8
            json.dumps(draft.off),
            rows.to_microseconds(self._now()),
        )

        def work(connection: Connection) -> None:
            if conversation is not None:
                found = connection.execute("SELECT 1 FROM conversations WHERE id = ?", (conversation,)).fetchone()
                if found is None:
                    raise LookupError(f"there is no conversation {conversation}")
            connection.execute("DELETE FROM drafts WHERE conversation IS ?", (conversation,))
            if draft == _NOTHING:
                return
            number = connection.execute(_SAVE, values).lastrowid
            for blob in {part.blob for part in draft.attachments}:
                connection.execute("INSERT INTO draft_captures VALUES (?, ?)", (number, blob))

        await self._database.write(work)


def _draft(text: str, quote: str, attachments: str, names: str, sources: str, off: str) -> StoredDraft:
    parts = [part for part in rows.decode_parts(attachments) if isinstance(part, ImagePart | DocumentPart)]
    try:
        named = msgspec.json.decode(names, type=tuple[str, ...])
    except msgspec.DecodeError:
        named = ()
    try:
        switched_off = msgspec.json.decode(off, type=tuple[int, ...])
    except msgspec.DecodeError:
        switched_off = ()
    return StoredDraft(text, quote, tuple(parts), named, _sources(sources), switched_off)


def _sources(stored: str) -> tuple[Source, ...]:
    """Those that this version knows: a kind of a later one is left out."""
    known = []
    try:
        listed = json.loads(stored)
    except ValueError:
        return ()
    for one in listed if isinstance(listed, list) else ():
        try:
            known.append(msgspec.convert(one, Source))
        except msgspec.ValidationError:
            continue
    return tuple(known)
