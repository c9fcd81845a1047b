"""How the requests from a message on were sent: from where on the conversation goes along, what a cache depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from kireji.core.history import Cut

if TYPE_CHECKING:
    from sqlite3 import Connection

SENT_FORMS = (
    # Only where it differs from what was sent before.
    """
    CREATE TABLE sent_forms (
        conversation INTEGER NOT NULL,
        message INTEGER NOT NULL,
        cut TEXT, -- JSON object: from where on the conversation goes along
        prefix TEXT, -- JSON object: what the service's cache depends on
        PRIMARY KEY (conversation, message),
        FOREIGN KEY (conversation, message) REFERENCES messages (conversation, id) ON DELETE CASCADE
    ) WITHOUT ROWID
    """,
)

CUT = "(SELECT cut FROM sent_forms WHERE sent_forms.conversation = messages.conversation AND message = messages.id)"
"""The column of a message."""

_CUTS = "SELECT message, cut FROM sent_forms WHERE conversation = ? AND cut IS NOT NULL"

_KEEP_CUT = """
    INSERT INTO sent_forms (conversation, message, cut) VALUES (?, ?, ?)
    ON CONFLICT (conversation, message) DO UPDATE SET cut = excluded.cut
"""


def keep_cut(connection: Connection, message: int, cut: Cut) -> int:
    """Write from where on a conversation goes along from a message on; returns the conversation.

    Raises:
        LookupError: No such message.
    """
    found = connection.execute("SELECT conversation FROM messages WHERE id = ?", (message,)).fetchone()
    if found is None:
        raise LookupError(f"there is no message {message}")
    connection.execute(_KEEP_CUT, (found[0], message, msgspec.json.encode(cut).decode()))
    return int(found[0])


def cuts(connection: Connection, conversation: int) -> dict[int, Cut | None]:
    """All cuts of a conversation, by message."""
    return {message: decode_cut(cut) for message, cut in connection.execute(_CUTS, (conversation,))}


def decode_cut(stored: str | None) -> Cut | None:
    """A cut from a JSON object; None when there is none or it cannot be read: then it is made anew."""
    if stored is None:
        return None
    try:
        return msgspec.json.decode(stored, type=Cut)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
