"""The history in the database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from kireji.core.history import (
    ConversationOutline,
    ConversationSetup,
    ConversationSummary,
    Cut,
    Origin,
    Prefix,
    SearchHit,
    StoredConversation,
    StoredMessage,
)
from kireji.core.messages import Message, MessageState, Role, Sha256, StopReason, Usage
from kireji.core.publisher import Publisher
from kireji.storage import message_rows, outlines, picture_texts, rows, search_index, sent_forms
from kireji.storage.database import Database
from kireji.storage.message_rows import NewMessage

if TYPE_CHECKING:
    from sqlite3 import Connection

    from kireji.storage.captures import FileCaptureStore

_T = TypeVar("_T")

_FOLLOWS_SETTINGS = ConversationSetup()

_ONE = f"SELECT {rows.SUMMARY} FROM conversations WHERE id = ?"  # noqa: S608 - nothing of it is input; so below

_LATEST = f"""
    SELECT {rows.SUMMARY} FROM conversations WHERE removed IS NULL AND archived = 0
    ORDER BY updated DESC, id DESC LIMIT 1
"""  # noqa: S608

_RECENT = f"""
    SELECT {rows.SUMMARY} FROM conversations
    WHERE removed IS NULL AND archived = ? AND (pinned, updated, id) < (?, ?, ?)
    ORDER BY pinned DESC, updated DESC, id DESC LIMIT ?
"""  # noqa: S608

_REMOVED = f"""
    SELECT {rows.SUMMARY} FROM conversations WHERE removed IS NOT NULL AND (removed, id) < (?, ?)
    ORDER BY removed DESC, id DESC LIMIT ?
"""  # noqa: S608

_ABOVE_ALL = 2**63 - 1
"""What no row can have; the first page begins below it."""

_SETUP = "SELECT provider, model, effort, system, tools FROM conversations WHERE id = ?"

_CREATE = """
    INSERT INTO conversations (title, created, updated, provider, model, effort, system, tools)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""

_CONFIGURE = "UPDATE conversations SET provider = ?, model = ?, effort = ?, system = ?, tools = ? WHERE id = ?"

_QUESTIONS = """
    SELECT parts FROM messages JOIN conversations ON conversations.id = conversation
    WHERE role = 'user' AND removed IS NULL ORDER BY messages.id DESC LIMIT ?
"""

_LOOKED_AT = 4
"""Questions that are read for each one that is wanted, since many are asked more than once."""


class SqliteConversationStore:
    """Conversations as trees of messages; a conversation's head is the end of the path that is shown.

    Args:
        database: Where they are.
        alive: Whether a process still runs; called on the database's thread. Streaming messages of processes that are
            gone are given back as interrupted, whatever their row says.
        now: The time in UTC.
        captures: Where the pictures are that go when a conversation is purged; None leaves them.

    Attributes:
        changed: As in ConversationStore.
    """

    def __init__(
        self,
        database: Database,
        alive: Callable[[Origin], bool],
        now: Callable[[], datetime] = rows.utc_now,
        captures: FileCaptureStore | None = None,
    ) -> None:
        self._database = database
        self._alive = alive
        self._now = now
        self._captures = captures
        self.changed: Publisher[int] = Publisher()

    async def create(
        self, title: str, first: Message, setup: ConversationSetup = _FOLLOWS_SETTINGS
    ) -> tuple[ConversationSummary, StoredMessage]:
        """As in ConversationStore."""
        new = NewMessage(None, first, MessageState.COMPLETE, "", "", None, self._now())
        time = rows.to_microseconds(new.created)

        def work(connection: Connection) -> tuple[int, int]:
            values = (rows.storable(title), time, time, *_stored_setup(setup))
            conversation = connection.execute(_CREATE, values).lastrowid
            assert conversation is not None
            search_index.add_title(connection, conversation, rows.storable(title))
            return conversation, new.insert(connection, conversation)

        conversation, message = await self._database.write(work, then=lambda made: self.changed.publish(made[0]))
        return ConversationSummary(conversation, title, new.created, new.created), new.stored(message)

    async def configure(self, conversation: int, setup: ConversationSetup) -> None:
        """As in ConversationStore. The conversation keeps its place in the list.

        Raises:
            LookupError: No such conversation.
        """
        values = (*_stored_setup(setup), conversation)
        await self._database.write(
            lambda connection: _require_row(connection.execute(_CONFIGURE, values).rowcount, conversation)
        )

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
        usage: Usage | None = None,
    ) -> StoredMessage:
        """As in ConversationStore.

        Raises:
            ValueError: A streaming message without an origin: nobody could tell when it was interrupted.
            LookupError: No such conversation, or `parent` is not in it.
        """
        if state is MessageState.STREAMING and origin is None:
            raise ValueError("a streaming message needs its origin")
        new = NewMessage(parent, message, state, provider, model, origin, self._now(), usage)

        def work(connection: Connection) -> int:
            _require(connection, "SELECT 1 FROM conversations WHERE id = ?", (conversation,))
            if parent is not None:
                question = "SELECT 1 FROM messages WHERE id = ? AND conversation = ?"
                _require(connection, question, (parent, conversation))
            return new.insert(connection, conversation)

        return new.stored(await self._change(conversation, work))

    async def update(
        self,
        message_id: int,
        message: Message,
        state: MessageState,
        *,
        usage: Usage | None = None,
        stop: StopReason | None = None,
        error: str = "",
        provider: str = "",
        model: str = "",
    ) -> None:
        """As in ConversationStore.

        Raises:
            LookupError: No such message.
        """
        time = self._now()
        new = StoredMessage(message_id, None, message, state, provider, model, usage, stop, error, time)
        streams = state is MessageState.STREAMING

        def work(connection: Connection) -> int:
            conversation = message_rows.replace(connection, message_id, new)
            if not streams:
                values = (rows.to_microseconds(time), conversation)
                connection.execute("UPDATE conversations SET updated = ? WHERE id = ?", values)
            return conversation

        await self._database.write(work, then=None if streams else self.changed.publish)

    async def cut(self, message: int, cut: Cut) -> None:
        """As in ConversationStore."""
        await self._database.write(
            lambda connection: sent_forms.keep(connection, message, cut), then=self.changed.publish
        )

    async def keep_prefix(self, message: int, prefix: Prefix) -> None:
        """As in ConversationStore."""
        await self._database.write(lambda connection: sent_forms.keep(connection, message, prefix))

    async def load(self, conversation: int) -> StoredConversation | None:
        """As in ConversationStore."""

        def work(connection: Connection) -> StoredConversation | None:
            row = connection.execute(_ONE, (conversation,)).fetchone()
            if row is None:
                return None
            path = message_rows.read_path(connection, conversation, self._alive)
            return StoredConversation(rows.summary(row), path, _read_setup(connection, conversation))

        return await self._database.run(work)

    async def outline(self, conversation: int) -> ConversationOutline | None:
        """As in ConversationStore."""

        def work(connection: Connection) -> ConversationOutline | None:
            row = connection.execute(_ONE, (conversation,)).fetchone()
            if row is None:
                return None
            path = outlines.read_outline(connection, conversation, self._alive)
            return ConversationOutline(rows.summary(row), _read_setup(connection, conversation), path)

        return await self._database.run(work)

    async def messages(self, conversation: int, ids: Sequence[int]) -> Sequence[StoredMessage]:
        """As in ConversationStore."""
        wanted = tuple(ids)
        return await self._database.run(
            lambda connection: message_rows.read(connection, conversation, wanted, self._alive)
        )

    async def usages(self, conversation: int) -> Sequence[Usage]:
        """As in ConversationStore."""
        return await self._database.run(lambda connection: message_rows.read_usages(connection, conversation))

    async def select(self, conversation: int, message: int) -> None:
        """As in ConversationStore."""

        def work(connection: Connection) -> None:
            head = outlines.newest_below(connection, conversation, message)
            connection.execute("UPDATE conversations SET head = ? WHERE id = ?", (head, conversation))

        await self._change(conversation, work)

    async def rename(self, conversation: int, title: str) -> None:
        """As in ConversationStore."""
        await self._change(conversation, lambda connection: _retitle(connection, conversation, title, named=True))

    async def suggest_title(self, conversation: int, title: str) -> bool:
        """As in ConversationStore."""

        def work(connection: Connection) -> bool:
            if connection.execute("SELECT named FROM conversations WHERE id = ?", (conversation,)).fetchone() == (1,):
                return False
            _retitle(connection, conversation, title, named=False)
            return True

        def tell(taken: bool) -> None:
            if taken:
                self.changed.publish(conversation)

        return await self._database.write(work, then=tell)

    async def set_pinned(self, conversation: int, pinned: bool) -> None:
        """As in ConversationStore."""
        await self._set("pinned", conversation, int(pinned))

    async def set_archived(self, conversation: int, archived: bool) -> None:
        """As in ConversationStore."""
        await self._set("archived", conversation, int(archived))

    async def remove(self, conversation: int) -> None:
        """As in ConversationStore."""
        await self._set("removed", conversation, rows.to_microseconds(self._now()))

    async def restore(self, conversation: int) -> None:
        """As in ConversationStore."""
        await self._set("removed", conversation, None)

    async def purge(self, before: datetime) -> int:
        """As in ConversationStore."""
        from kireji.storage import purging  # these and the next are not needed for the first question

        return await purging.purge(self._database, self._captures, before)

    async def latest(self) -> ConversationSummary | None:
        """As in ConversationStore."""

        def work(connection: Connection) -> ConversationSummary | None:
            row = connection.execute(_LATEST).fetchone()
            return None if row is None else rows.summary(row)

        return await self._database.run(work)

    async def summary(self, conversation: int) -> ConversationSummary | None:
        """As in ConversationStore."""

        def work(connection: Connection) -> ConversationSummary | None:
            row = connection.execute(_ONE, (conversation,)).fetchone()
            return None if row is None else rows.summary(row)

        return await self._database.run(work)

    async def recent(
        self, limit: int = 200, *, archived: bool = False, after: ConversationSummary | None = None
    ) -> Sequence[ConversationSummary]:
        """As in ConversationStore."""
        end = (
            (_ABOVE_ALL, 0, 0) if after is None else (int(after.pinned), rows.to_microseconds(after.updated), after.id)
        )
        values = (int(archived), *end, limit)
        return await self._database.run(lambda connection: [*map(rows.summary, connection.execute(_RECENT, values))])

    async def removed(
        self, limit: int = 200, *, after: ConversationSummary | None = None
    ) -> Sequence[ConversationSummary]:
        """As in ConversationStore."""
        end = (_ABOVE_ALL, 0)
        if after is not None and after.removed is not None:
            end = (rows.to_microseconds(after.removed), after.id)
        values = (*end, limit)
        return await self._database.run(lambda connection: [*map(rows.summary, connection.execute(_REMOVED, values))])

    async def questions(self, limit: int = 50) -> Sequence[str]:
        """As in QuestionHistory."""

        def work(connection: Connection) -> list[str]:
            found = connection.execute(_QUESTIONS, (limit * _LOOKED_AT,)).fetchall()
            texts = (Message(Role.USER, rows.decode_parts(parts)).text.strip() for (parts,) in found)
            return list(dict.fromkeys(text for text in texts if text))[:limit]

        return await self._database.run(work)

    async def search(self, words: str, limit: int = 50, before: int | None = None) -> Sequence[SearchHit]:
        """As in Search. Answers that a process left unfinished are taken into the index first."""
        from kireji.storage import searching

        def look(connection: Connection) -> list[SearchHit] | None:
            if searching.has_abandoned(connection, self._alive):
                return None
            return searching.find(connection, words, limit, before)

        while (found := await self._database.run(look)) is None:
            await self._database.write(lambda connection: searching.settle(connection, self._alive))
        return found

    async def note_picture_text(self, blob: Sha256, text: str) -> None:
        """As in Search."""
        time = self._now()
        await self._database.write(lambda connection: picture_texts.note(connection, blob, text, time))

    async def pictures_without_text(self, limit: int) -> Sequence[Sha256]:
        """As in Search."""
        return await self._database.run(lambda connection: picture_texts.missing(connection, limit))

    async def _set(self, column: str, conversation: int, value: int | None) -> None:
        statement = f"UPDATE conversations SET {column} = ? WHERE id = ?"  # noqa: S608 - our own name

        def work(connection: Connection) -> None:
            _require_row(connection.execute(statement, (value, conversation)).rowcount, conversation)

        await self._change(conversation, work)

    async def _change(self, conversation: int, work: Callable[[Connection], _T]) -> _T:
        """Write, and tell that this conversation changed."""
        return await self._database.write(work, then=lambda _: self.changed.publish(conversation))


def _require(connection: Connection, question: str, values: tuple[int, ...]) -> None:
    if connection.execute(question, values).fetchone() is None:
        raise LookupError(f"{question} found nothing for {values}")


def _require_row(count: int, conversation: int) -> None:
    if count == 0:
        raise LookupError(f"there is no conversation {conversation}")


def _retitle(connection: Connection, conversation: int, title: str, *, named: bool) -> None:
    old = connection.execute("SELECT title FROM conversations WHERE id = ?", (conversation,)).fetchone()
    _require_row(int(old is not None), conversation)
    search_index.drop_title(connection, conversation, old[0])
    values = (rows.storable(title), int(named), conversation)
    connection.execute("UPDATE conversations SET title = ?, named = ? WHERE id = ?", values)
    search_index.add_title(connection, conversation, values[0])


def _read_setup(connection: Connection, conversation: int) -> ConversationSetup:
    return ConversationSetup(*connection.execute(_SETUP, (conversation,)).fetchone())


def _stored_setup(setup: ConversationSetup) -> tuple[str, str, str, str | None, str]:
    system = None if setup.system is None else rows.storable(setup.system)
    provider, model, effort, tools = map(rows.storable, (setup.provider, setup.model, setup.effort, setup.tools))
    return provider, model, effort, system, tools
