"""Messages as rows: written with everything that hangs on them, and read."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kireji.core.history import Origin, StoredMessage
from kireji.core.messages import Message, MessageState, Role, Usage
from kireji.core.words import say
from kireji.storage import rows, search_index
from kireji.storage.sent_forms import COLUMNS, decode_cut, decode_prefix

if TYPE_CHECKING:
    from sqlite3 import Connection

_COLUMNS = f"""
    id, messages.parent, role, parts, raw, raw_from, state, provider, model, usage, stop, error, created,
    origin_pid, origin_started, {COLUMNS}
"""

_WALKED = """
    WITH RECURSIVE path (id, parent) AS (
        SELECT messages.id, messages.parent FROM messages JOIN conversations ON conversations.head = messages.id
        WHERE conversations.id = ?
        UNION ALL
        SELECT messages.id, messages.parent FROM messages JOIN path ON messages.id = path.parent
    )
"""

_PATH = f"{_WALKED} SELECT {_COLUMNS} FROM path JOIN messages USING (id) ORDER BY id"  # noqa: S608 - nothing is input

_USAGES = f"""
    {_WALKED} SELECT usage FROM path JOIN messages USING (id) WHERE usage IS NOT NULL ORDER BY id
"""  # noqa: S608 - nothing of it is input

_INSERT = """
    INSERT INTO messages (conversation, parent, role, parts, raw, raw_from, provider, model, state, usage, error,
        origin_pid, origin_started, created, size)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?, ?)
"""

_UPDATE = """
    UPDATE messages SET role = ?, parts = ?, raw = ?, raw_from = ?, state = ?, usage = ?, stop = ?, error = ?, size = ?,
        provider = coalesce(nullif(?, ''), provider), model = coalesce(nullif(?, ''), model)
    WHERE id = ?
"""

_AT_ONCE = 500
"""Numbers in one statement."""


@dataclasses.dataclass(frozen=True, slots=True)
class NewMessage:
    """A message before it has a number."""

    parent: int | None
    message: Message
    state: MessageState
    provider: str
    model: str
    origin: Origin | None
    created: datetime
    usage: Usage | None = None

    def insert(self, connection: Connection, conversation: int) -> int:
        """Write it and make it the end of the path; returns its number."""
        time = rows.to_microseconds(self.created)
        message, origin = self.message, self.origin
        values = (
            conversation,
            self.parent,
            message.role.value,
            rows.encode_parts(message.parts),
            message.raw,
            message.raw_from,
            rows.storable(self.provider),
            rows.storable(self.model),
            self.state.value,
            rows.encode_usage(self.usage),
            origin.pid if origin else None,
            origin.started if origin else None,
            time,
            len(message.text),
        )
        number = connection.execute(_INSERT, values).lastrowid
        assert number is not None
        _link_captures(connection, number, message)
        if self.state is not MessageState.STREAMING:
            search_index.add(connection, number, message.parts)
        connection.execute("UPDATE conversations SET head = ?, updated = ? WHERE id = ?", (number, time, conversation))
        return number

    def stored(self, number: int) -> StoredMessage:
        """The same with its number."""
        return StoredMessage(
            number,
            self.parent,
            self.message,
            self.state,
            self.provider,
            self.model,
            self.usage,
            None,
            "",
            self.created,
        )


def replace(connection: Connection, number: int, new: StoredMessage) -> int:
    """Write what an answer holds now.

    Args:
        connection: In a transaction.
        number: Of its row.
        new: Its message, state, usage, stop and error, and who gave it where that is told; the others stay as they are.

    Returns:
        Its conversation.

    Raises:
        LookupError: No such message.
    """
    question = "SELECT conversation, state, parts FROM messages WHERE id = ?"
    old = connection.execute(question, (number,)).fetchone()
    if old is None:
        raise LookupError(f"there is no message {number}")
    conversation, state, parts = old
    if state != MessageState.STREAMING.value:
        search_index.drop(connection, number, rows.decode_parts(parts))
    message = new.message
    values = (
        message.role.value,
        rows.encode_parts(message.parts),
        message.raw,
        message.raw_from,
        new.state.value,
        rows.encode_usage(new.usage),
        new.stop.value if new.stop else None,
        rows.storable(new.error),
        len(message.text),
        rows.storable(new.provider),
        rows.storable(new.model),
        number,
    )
    connection.execute(_UPDATE, values)
    _link_captures(connection, number, message)
    if new.state is not MessageState.STREAMING:
        search_index.add(connection, number, message.parts)
    return int(conversation)


def read_path(connection: Connection, conversation: int, alive: Callable[[Origin], bool]) -> tuple[StoredMessage, ...]:
    """The messages of the current path, first to last."""
    return tuple(_message(row, alive) for row in connection.execute(_PATH, (conversation,)))


def read_usages(connection: Connection, conversation: int) -> list[Usage]:
    """What the answers on the current path used, as far as that is known."""
    found = (rows.decode_usage(usage) for (usage,) in connection.execute(_USAGES, (conversation,)))
    return [usage for usage in found if usage is not None]


def read(
    connection: Connection, conversation: int, ids: Sequence[int], alive: Callable[[Origin], bool]
) -> list[StoredMessage]:
    """Messages of a conversation in the order of `ids`, without those that are not in it."""
    found: dict[int, StoredMessage] = {}
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        marks = ", ".join("?" * len(some))
        question = f"SELECT {_COLUMNS} FROM messages WHERE id IN ({marks}) AND conversation = ?"  # noqa: S608 - marks
        for row in connection.execute(question, (*some, conversation)):
            found[row[0]] = _message(row, alive)
    return [found[number] for number in dict.fromkeys(ids) if number in found]


def state_now(state: str, origin: tuple[int | None, str | None], alive: Callable[[Origin], bool]) -> MessageState:
    """A stored state as it is today: nobody writes on a message whose process is gone.

    Args:
        state: As stored.
        origin: Which process writes it.
        alive: Whether a process still runs.
    """
    if state == MessageState.STREAMING.value:
        pid, started = origin
        if pid is None or not alive(Origin(pid, started or "")):
            return MessageState.INTERRUPTED
    return MessageState(state)


def _message(row: tuple[Any, ...], alive: Callable[[Origin], bool]) -> StoredMessage:
    (
        number,
        parent,
        role,
        parts,
        raw,
        raw_from,
        stored,
        provider,
        model,
        usage,
        stop,
        error,
        created,
        *origin,
        cut,
        prefix,
    ) = row
    state = state_now(stored, (origin[0], origin[1]), alive)
    if state.value != stored:
        error = error or say(rows.CUT_OFF)
    return StoredMessage(
        id=number,
        parent=parent,
        message=Message(Role(role), rows.decode_parts(parts), raw, raw_from),
        state=state,
        provider=provider,
        model=model,
        usage=rows.decode_usage(usage),
        stop=rows.decode_stop(stop),
        error=error,
        created=rows.from_microseconds(created),
        cut=decode_cut(cut),
        prefix=decode_prefix(prefix),
    )


def _link_captures(connection: Connection, number: int, message: Message) -> None:
    for blob in message.blobs:
        connection.execute("INSERT OR IGNORE INTO message_captures VALUES (?, ?)", (number, rows.storable(blob)))
