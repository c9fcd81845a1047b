"""Whole conversations out of the database and into it, without changing what is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from kireji.core.history import NO_TOOLS, ConversationSetup, Origin, StoredMessage
from kireji.core.messages import MessageState
from kireji.core.publisher import Publisher
from kireji.core.transfer import Merged, WholeConversation, WholeMessage
from kireji.storage import message_rows, rows, search_index
from kireji.storage.database import Database
from kireji.storage.transfer import beside_messages
from kireji.storage.transfer.beside_messages import Beside
from kireji.storage.transfer.keys import Keys

if TYPE_CHECKING:
    from sqlite3 import Connection

_LISTED = "SELECT id FROM conversations WHERE removed IS NULL ORDER BY id"
_ALL = "SELECT id FROM conversations ORDER BY id"

_CONVERSATION = """
    SELECT origin, title, created, updated, head, provider, model, effort, system, tools, pinned, archived, named
    FROM conversations WHERE id = ?
"""

_ADD_CONVERSATION = """
    INSERT INTO conversations
        (title, created, updated, provider, model, effort, system, tools, pinned, archived, named, origin)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""

_ADD_MESSAGE = """
    INSERT INTO messages (conversation, parent, role, parts, raw, raw_from, provider, model, state, usage, stop, error,
        created, size, origin)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


class SqliteWholeStore:
    """The history by whole conversations.

    Args:
        database: Where it is.
        alive: Whether a process still runs; called on the database's thread.
        changed: Told of conversations that were added to; None tells nobody.
        removed_too: Whether `conversations` gives removed ones as well: of a backup they belong to it.
    """

    def __init__(
        self,
        database: Database,
        alive: Callable[[Origin], bool],
        changed: Publisher[int] | None = None,
        *,
        removed_too: bool = False,
    ) -> None:
        self._database = database
        self._alive = alive
        self._changed = changed
        self._listed = _ALL if removed_too else _LISTED

    async def conversations(self) -> Sequence[int]:
        """As in WholeStore."""
        return await self._database.run(lambda connection: [number for (number,) in connection.execute(self._listed)])

    async def whole(self, conversation: int) -> WholeConversation | None:
        """As in WholeStore."""
        return await self._database.run(lambda connection: read_whole(connection, conversation, self._alive))

    async def merge(
        self, conversation: WholeConversation, *, only_look: bool = False, removed_too: bool = False
    ) -> Merged:
        """As in WholeStore."""

        def work(connection: Connection) -> Merged:
            return _Merging(connection, conversation, self._alive).run(only_look=only_look, removed_too=removed_too)

        return await (self._database.run(work) if only_look else self._database.write(work))

    def announce(self, conversations: Sequence[int]) -> None:
        """As in WholeStore."""
        if self._changed is not None:
            for number in conversations:
                self._changed.publish(number)


def read_whole(connection: Connection, conversation: int, alive: Callable[[Origin], bool]) -> WholeConversation | None:
    """All of a conversation, removed ones too; None when there is none."""
    row = connection.execute(_CONVERSATION, (conversation,)).fetchone()
    if row is None:
        return None
    origin, title, created, updated, head, provider, model, effort, system, tools, *marks = row
    pinned, archived, named = map(bool, marks)
    keys = Keys(connection)
    found = connection.execute(
        "SELECT id, origin, created FROM messages WHERE conversation = ? ORDER BY id", (conversation,)
    ).fetchall()
    names = {number: keys.key(key, number, time) for number, key, time in found}
    stored = message_rows.read(connection, conversation, list(names), alive)
    beside = beside_messages.read(connection, conversation)
    return WholeConversation(
        key=keys.key(origin, conversation, created),
        title=title,
        created=rows.from_microseconds(created),
        updated=rows.from_microseconds(updated),
        messages=tuple(_whole(one, names, beside) for one in stored),
        head=names.get(head),
        setup=ConversationSetup(provider, model, effort, system, _tools_elsewhere(tools)),
        pinned=pinned,
        archived=archived,
        named=named,
    )


def _whole(stored: StoredMessage, names: dict[int, str], beside: Beside) -> WholeMessage:
    cut = stored.state is MessageState.STREAMING  # whoever reads it elsewhere will see no more of it
    return WholeMessage(
        key=names[stored.id],
        parent=names[stored.parent] if stored.parent is not None else None,
        message=stored.message,
        created=stored.created,
        state=MessageState.INTERRUPTED if cut else stored.state,
        provider=stored.provider,
        model=stored.model,
        usage=stored.usage,
        stop=stored.stop,
        error=rows.CUT_OFF if cut and not stored.error else stored.error,
        result=beside.results.get(stored.id),
        asked=beside.asked.get(stored.id),
    )


def _tools_elsewhere(tools: str) -> str:
    """What of a conversation's tools holds elsewhere: that they are off. Which ones are offered is decided there."""
    return tools if tools == NO_TOOLS else ""


class _There(NamedTuple):
    """A conversation that is in the database already."""

    number: int
    removed: bool
    head: int | None


class _Merging:
    """Adds one conversation within a transaction."""

    def __init__(
        self, connection: Connection, conversation: WholeConversation, alive: Callable[[Origin], bool]
    ) -> None:
        self._connection = connection
        self._new = conversation
        self._alive = alive
        self._keys = Keys(connection)

    def run(self, *, only_look: bool, removed_too: bool) -> Merged:
        there = self._find()
        if (there.removed if there else self._was_deleted()) and not removed_too:
            return Merged(0, is_new=False, messages=0, removed=True)
        known = self._messages_of(there.number) if there else {}
        missing = [one for one in self._new.messages if one.key not in known]
        grown = [one for one in self._new.messages if self._has_grown(known.get(one.key), one)]
        is_new = there is None or there.removed
        if only_look:
            return Merged(0, is_new, len(missing) + len(grown))
        number = there.number if there else self._add_conversation()
        for one in grown:
            self._complete(known[one.key][0], one)
        numbers = {key: row for key, (row, _) in known.items()}
        for one in missing:
            numbers[one.key] = self._add_message(number, numbers.get(one.parent or ""), one)
        if missing or grown or is_new:
            self._settle(number, there.head if there else None, numbers)
        return Merged(number, is_new, len(missing) + len(grown))

    def _find(self) -> _There | None:
        question = "SELECT id, removed, head FROM conversations WHERE "
        found = self._connection.execute(question + "origin = ?", (rows.storable(self._new.key),)).fetchone()
        if found is None and (own := self._keys.row(self._new.key)) is not None:
            found = self._connection.execute(question + "id = ? AND created = ? AND origin IS NULL", own).fetchone()
        return None if found is None else _There(found[0], found[1] is not None, found[2])

    def _was_deleted(self) -> bool:
        question = "SELECT 1 FROM deleted_conversations WHERE key = ?"
        return self._connection.execute(question, (rows.storable(self._new.key),)).fetchone() is not None

    def _messages_of(self, conversation: int) -> dict[str, tuple[int, str]]:
        """Number and state by name."""
        question = "SELECT id, origin, created, state FROM messages WHERE conversation = ?"
        found = self._connection.execute(question, (conversation,))
        return {self._keys.key(origin, number, time): (number, state) for number, origin, time, state in found}

    def _has_grown(self, known: tuple[int, str] | None, new: WholeMessage) -> bool:
        """Whether an answer that was cut here is complete there."""
        if known is None or known[1] != MessageState.INTERRUPTED.value or new.state is not MessageState.COMPLETE:
            return False
        (parts,) = self._connection.execute("SELECT parts FROM messages WHERE id = ?", (known[0],)).fetchone()
        here = msgspec.structs.replace(new.message, parts=rows.decode_parts(parts)).text
        return len(new.message.text) > len(here) and new.message.text.startswith(here)

    def _complete(self, number: int, new: WholeMessage) -> None:
        (conversation,) = self._connection.execute(
            "SELECT conversation FROM messages WHERE id = ?", (number,)
        ).fetchone()
        (old,) = message_rows.read(self._connection, conversation, [number], self._alive)
        whole = msgspec.structs.replace(
            old,
            message=new.message,
            state=new.state,
            usage=new.usage,
            stop=new.stop,
            error=new.error,
            provider=old.provider or new.provider,
            model=old.model or new.model,
        )
        message_rows.replace(self._connection, number, whole)
        beside_messages.add(self._connection, number, new)

    def _add_conversation(self) -> int:
        new, setup = self._new, self._new.setup
        title = rows.storable(new.title)
        values = (
            title,
            rows.to_microseconds(new.created),
            rows.to_microseconds(new.updated),
            rows.storable(setup.provider),
            rows.storable(setup.model),
            rows.storable(setup.effort),
            None if setup.system is None else rows.storable(setup.system),
            _tools_elsewhere(setup.tools),
            new.pinned,
            new.archived,
            new.named,
            rows.storable(new.key),
        )
        number = self._connection.execute(_ADD_CONVERSATION, values).lastrowid
        assert number is not None
        search_index.add_title(self._connection, number, title)
        self._connection.execute("DELETE FROM deleted_conversations WHERE key = ?", (rows.storable(new.key),))
        return number

    def _add_message(self, conversation: int, parent: int | None, new: WholeMessage) -> int:
        message = new.message
        state = MessageState.INTERRUPTED if new.state is MessageState.STREAMING else new.state
        values = (
            conversation,
            parent,
            message.role.value,
            rows.encode_parts(message.parts),
            message.raw,
            rows.storable(message.raw_from),
            rows.storable(new.provider),
            rows.storable(new.model),
            state.value,
            rows.encode_usage(new.usage),
            new.stop.value if new.stop else None,
            rows.storable(new.error),
            rows.to_microseconds(new.created),
            len(message.text),
            rows.storable(new.key),
        )
        number = self._connection.execute(_ADD_MESSAGE, values).lastrowid
        assert number is not None
        for blob in message.blobs:
            self._connection.execute("INSERT OR IGNORE INTO message_captures VALUES (?, ?)", (number, blob))
        search_index.add(self._connection, number, message.parts)
        beside_messages.add(self._connection, number, new)
        return number

    def _settle(self, conversation: int, head: int | None, numbers: dict[str, int]) -> None:
        """Give the path its end, and the conversation its place in the list."""
        path = [numbers[one.key] for one in self._new.path]
        new_head = path[-1] if path and (head is None or head in path) else head
        self._connection.execute(
            "UPDATE conversations SET head = ?, updated = max(updated, ?), removed = NULL WHERE id = ?",
            (new_head, rows.to_microseconds(self._new.updated), conversation),
        )
