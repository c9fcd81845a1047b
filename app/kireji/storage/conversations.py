"""The history in the database."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kireji.core.history import ConversationSetup, ConversationSummary, Origin, StoredConversation, StoredMessage
from kireji.core.messages import Message, MessageState, Role, StopReason, Usage
from kireji.storage import rows
from kireji.storage.database import Database

if TYPE_CHECKING:
    from sqlite3 import Connection

_FOLLOWS_SETTINGS = ConversationSetup()

_SUMMARY = "SELECT id, title, created, updated FROM conversations"

_SETUP = "SELECT provider, model, effort, system FROM conversations WHERE id = ?"

_CREATE = """
    INSERT INTO conversations (title, created, updated, provider, model, effort, system) VALUES (?, ?, ?, ?, ?, ?, ?)
"""

_CONFIGURE = "UPDATE conversations SET provider = ?, model = ?, effort = ?, system = ? WHERE id = ?"

_PATH = """
    WITH RECURSIVE path (id, parent) AS (
        SELECT messages.id, messages.parent FROM messages JOIN conversations ON conversations.head = messages.id
        WHERE conversations.id = ?
        UNION ALL
        SELECT messages.id, messages.parent FROM messages JOIN path ON messages.id = path.parent
    )
    SELECT id, messages.parent, role, parts, raw, raw_from, state, provider, model, usage, stop, error, created,
        origin_pid, origin_started
    FROM path JOIN messages USING (id) ORDER BY id
"""

_INSERT = """
    INSERT INTO messages (conversation, parent, role, parts, raw, raw_from, provider, model, state, error,
        origin_pid, origin_started, created)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?)
"""

_UPDATE = """
    UPDATE messages SET role = ?, parts = ?, raw = ?, raw_from = ?, state = ?, usage = ?, stop = ?, error = ?
    WHERE id = ?
"""


_QUESTIONS = "SELECT parts FROM messages WHERE role = 'user' ORDER BY id DESC LIMIT ?"

_LOOKED_AT = 4
"""Questions that are read for each one that is wanted, since many are asked more than once."""


class SqliteConversationStore:
    """Conversations as trees of messages; a conversation's head is the end of the path that is shown.

    Args:
        database: Where they are.
        alive: Whether a process still runs; called on the database's thread. Streaming messages of processes that are
            gone are given back as interrupted, whatever their row says.
        now: The time in UTC.
    """

    def __init__(
        self, database: Database, alive: Callable[[Origin], bool], now: Callable[[], datetime] = rows.utc_now
    ) -> None:
        self._database = database
        self._alive = alive
        self._now = now

    async def create(
        self, title: str, first: Message, setup: ConversationSetup = _FOLLOWS_SETTINGS
    ) -> tuple[ConversationSummary, StoredMessage]:
        """As in ConversationStore."""
        draft = _Draft(None, first, MessageState.COMPLETE, "", "", None, self._now())
        time = rows.to_microseconds(draft.created)

        def work(connection: Connection) -> tuple[int, int]:
            values = (rows.storable(title), time, time, *_stored_setup(setup))
            conversation = connection.execute(_CREATE, values).lastrowid
            assert conversation is not None
            return conversation, draft.insert(connection, conversation)

        conversation, message = await self._database.write(work)
        return ConversationSummary(conversation, title, draft.created, draft.created), draft.stored(message)

    async def configure(self, conversation: int, setup: ConversationSetup) -> None:
        """As in ConversationStore. The conversation keeps its place in the list.

        Raises:
            LookupError: No such conversation.
        """

        def work(connection: Connection) -> None:
            if connection.execute(_CONFIGURE, (*_stored_setup(setup), conversation)).rowcount == 0:
                raise LookupError(f"there is no conversation {conversation}")

        await self._database.write(work)

    async def append(
        self,
        conversation: int,
        parent: int | None,
        message: Message,
        state: MessageState = MessageState.COMPLETE,
        *,
        provider: str = "",
        model: str = "",
        origin: Origin | None = None,
    ) -> StoredMessage:
        """As in ConversationStore.

        Raises:
            ValueError: A streaming message without an origin: nobody could tell when it was interrupted.
            LookupError: No such conversation, or `parent` is not in it.
        """
        if state is MessageState.STREAMING and origin is None:
            raise ValueError("a streaming message needs its origin")
        draft = _Draft(parent, message, state, provider, model, origin, self._now())

        def work(connection: Connection) -> int:
            _require(connection, "SELECT 1 FROM conversations WHERE id = ?", (conversation,))
            if parent is not None:
                question = "SELECT 1 FROM messages WHERE id = ? AND conversation = ?"
                _require(connection, question, (parent, conversation))
            return draft.insert(connection, conversation)

        return draft.stored(await self._database.write(work))

    async def update(
        self,
        message_id: int,
        message: Message,
        state: MessageState,
        *,
        usage: Usage | None = None,
        stop: StopReason | None = None,
        error: str = "",
    ) -> None:
        """As in ConversationStore.

        Raises:
            LookupError: No such message.
        """
        values = (
            message.role.value,
            rows.encode_parts(message.parts),
            message.raw,
            message.raw_from,
            state.value,
            rows.encode_usage(usage),
            stop.value if stop else None,
            rows.storable(error),
            message_id,
        )
        time = rows.to_microseconds(self._now())

        def work(connection: Connection) -> None:
            if connection.execute(_UPDATE, values).rowcount == 0:
                raise LookupError(f"there is no message {message_id}")
            _link_captures(connection, message_id, message)
            if state is not MessageState.STREAMING:
                connection.execute(
                    "UPDATE conversations SET updated = ? WHERE id = (SELECT conversation FROM messages WHERE id = ?)",
                    (time, message_id),
                )

        await self._database.write(work)

    async def load(self, conversation: int) -> StoredConversation | None:
        """As in ConversationStore."""

        def work(connection: Connection) -> StoredConversation | None:
            row = connection.execute(f"{_SUMMARY} WHERE id = ?", (conversation,)).fetchone()
            if row is None:
                return None
            setup = ConversationSetup(*connection.execute(_SETUP, (conversation,)).fetchone())
            path = connection.execute(_PATH, (conversation,)).fetchall()
            return StoredConversation(_summary(row), tuple(_message(one, self._alive) for one in path), setup)

        return await self._database.run(work)

    async def latest(self) -> ConversationSummary | None:
        """The conversation that changed last, or None when there is none."""
        found = await self.recent(1)
        return found[0] if found else None

    async def recent(self, limit: int = 200) -> Sequence[ConversationSummary]:
        """As in ConversationStore."""

        def work(connection: Connection) -> list[ConversationSummary]:
            found = connection.execute(f"{_SUMMARY} ORDER BY updated DESC, id DESC LIMIT ?", (limit,))
            return [_summary(row) for row in found]

        return await self._database.run(work)

    async def questions(self, limit: int = 50) -> Sequence[str]:
        """As in QuestionHistory."""

        def work(connection: Connection) -> list[str]:
            found = connection.execute(_QUESTIONS, (limit * _LOOKED_AT,)).fetchall()
            texts = (Message(Role.USER, rows.decode_parts(parts)).text.strip() for (parts,) in found)
            return list(dict.fromkeys(text for text in texts if text))[:limit]

        return await self._database.run(work)


@dataclasses.dataclass(frozen=True, slots=True)
class _Draft:
    """A message before it has a number."""

    parent: int | None
    message: Message
    state: MessageState
    provider: str
    model: str
    origin: Origin | None
    created: datetime

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
            origin.pid if origin else None,
            origin.started if origin else None,
            time,
        )
        number = connection.execute(_INSERT, values).lastrowid
        assert number is not None
        _link_captures(connection, number, message)
        connection.execute("UPDATE conversations SET head = ?, updated = ? WHERE id = ?", (number, time, conversation))
        return number

    def stored(self, number: int) -> StoredMessage:
        """The same with its number."""
        return StoredMessage(
            number, self.parent, self.message, self.state, self.provider, self.model, None, None, "", self.created
        )


def _require(connection: Connection, question: str, values: tuple[int, ...]) -> None:
    if connection.execute(question, values).fetchone() is None:
        raise LookupError(f"{question} found nothing for {values}")


def _link_captures(connection: Connection, number: int, message: Message) -> None:
    for blob in message.blobs:
        connection.execute("INSERT OR IGNORE INTO message_captures VALUES (?, ?)", (number, rows.storable(blob)))


def _stored_setup(setup: ConversationSetup) -> tuple[str, str, str, str | None]:
    system = None if setup.system is None else rows.storable(setup.system)
    return rows.storable(setup.provider), rows.storable(setup.model), rows.storable(setup.effort), system


def _summary(row: tuple[int, str, int, int]) -> ConversationSummary:
    number, title, created, updated = row
    return ConversationSummary(number, title, rows.from_microseconds(created), rows.from_microseconds(updated))


def _message(row: tuple[Any, ...], alive: Callable[[Origin], bool]) -> StoredMessage:
    number, parent, role, parts, raw, raw_from, state, provider, model, usage, stop, error, created, *origin = row
    message = Message(Role(role), rows.decode_parts(parts), raw, raw_from)
    if state == MessageState.STREAMING.value and not _lives(alive, *origin):
        state, error = MessageState.INTERRUPTED.value, error or rows.CUT_OFF
    return StoredMessage(
        id=number,
        parent=parent,
        message=message,
        state=MessageState(state),
        provider=provider,
        model=model,
        usage=rows.decode_usage(usage),
        stop=rows.decode_stop(stop),
        error=error,
        created=rows.from_microseconds(created),
    )


def _lives(alive: Callable[[Origin], bool], pid: int | None, started: str | None) -> bool:
    return pid is not None and alive(Origin(pid, started or ""))
