"""How the requests from a message on were sent: from where on the conversation goes along, what a cache depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from kireji.core.history import Cut, Prefix

if TYPE_CHECKING:
    from sqlite3 import Connection

_T = TypeVar("_T", Cut, Prefix)

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

COLUMNS = ", ".join(
    f"(SELECT {name} FROM sent_forms WHERE sent_forms.conversation = messages.conversation AND message = messages.id)"  # noqa: S608 - our own names
    for name in ("cut", "prefix")
)
"""Of a message."""

_CUTS = "SELECT message, cut FROM sent_forms WHERE conversation = ? AND cut IS NOT NULL"

_KEEP = {
    name: f"""
    INSERT INTO sent_forms (conversation, message, {name}) VALUES (?, ?, ?)
    ON CONFLICT (conversation, message) DO UPDATE SET {name} = excluded.{name}
"""  # noqa: S608 - our own names
    for name in ("cut", "prefix")
}


def keep(connection: Connection, message: int, form: Cut | Prefix) -> int:
    """Write how a conversation is sent from a message on; returns the conversation.

    Raises:
        LookupError: No such message.
    """
    found = connection.execute("SELECT conversation FROM messages WHERE id = ?", (message,)).fetchone()
    if found is None:
        raise LookupError(f"there is no message {message}")
    name = "cut" if isinstance(form, Cut) else "prefix"
    connection.execute(_KEEP[name], (found[0], message, msgspec.json.encode(form).decode()))
    return int(found[0])


def cuts(connection: Connection, conversation: int) -> dict[int, Cut | None]:
    """All cuts of a conversation, by message."""
    return {message: decode_cut(cut) for message, cut in connection.execute(_CUTS, (conversation,))}


def decode_cut(stored: str | None) -> Cut | None:
    """A cut from a JSON object; None when there is none or it cannot be read: then it is made anew."""
    return _decoded(stored, Cut)


def decode_prefix(stored: str | None) -> Prefix | None:
    """The same of what a cache depends on."""
    return _decoded(stored, Prefix)


def _decoded(stored: str | None, kind: type[_T]) -> _T | None:
    if stored is None:
        return None
    try:
        return msgspec.json.decode(stored, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
