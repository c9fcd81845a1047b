"""The tree of a conversation without its words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kireji.core.history import MessageOutline, Origin
from kireji.core.messages import MessageState, Role
from kireji.storage import sent_forms
from kireji.storage.message_rows import state_now

if TYPE_CHECKING:
    from sqlite3 import Connection

_TREE = "SELECT id, parent, role, state, size FROM messages WHERE conversation = ?"
"""Answered from the index `messages_tree` alone."""

_ROLES = {role.value: role for role in Role}
_STATES = {state.value: state for state in MessageState}

_NEWEST_BELOW = """
    WITH RECURSIVE below (id) AS (
        SELECT id FROM messages WHERE id = ? AND conversation = ?
        UNION ALL
        SELECT messages.id FROM messages JOIN below ON messages.parent = below.id WHERE messages.conversation = ?
    )
    SELECT max(id) FROM below
"""


def read_outline(
    connection: Connection, conversation: int, alive: Callable[[Origin], bool]
) -> tuple[MessageOutline, ...]:
    """The current path with the alternatives to each of its messages, first to last."""
    head = connection.execute("SELECT head FROM conversations WHERE id = ?", (conversation,)).fetchone()[0]
    tree = {}
    children: dict[int | None, list[int]] = {}
    for row in connection.execute(_TREE, (conversation,)):
        number, parent = row[:2]
        tree[number] = row
        if (beside := children.get(parent)) is None:
            children[parent] = [number]
        else:
            beside.append(number)
    cuts = sent_forms.cuts(connection, conversation)
    path: list[MessageOutline] = []
    while head is not None:
        number, parent, role, stored, size = tree[head]
        state = _STATES[stored]
        if state is MessageState.STREAMING:
            state = _streaming_now(connection, number, alive)
        beside = children[parent]
        alternatives = (number,) if len(beside) == 1 else tuple(sorted(beside))
        path.append(MessageOutline(number, parent, _ROLES[role], state, size, alternatives, cuts.get(number)))
        head = parent
    path.reverse()
    return tuple(path)


def newest_below(connection: Connection, conversation: int, message: int) -> int:
    """The newest message that is reached through this one; itself when nothing follows it.

    Raises:
        LookupError: It is not in this conversation.
    """
    found = connection.execute(_NEWEST_BELOW, (message, conversation, conversation)).fetchone()[0]
    if found is None:
        raise LookupError(f"there is no message {message} in conversation {conversation}")
    return int(found)


def _streaming_now(connection: Connection, number: int, alive: Callable[[Origin], bool]) -> MessageState:
    question = "SELECT origin_pid, origin_started FROM messages WHERE id = ?"
    pid, started = connection.execute(question, (number,)).fetchone()
    return state_now(MessageState.STREAMING.value, (pid, started), alive)
