"""Looks things up in the full-text index."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kireji.core.history import Origin, SearchHit
from kireji.core.messages import MessageState, Role
from kireji.core.search import match_expression, parse_query, searchable
from kireji.core.snippets import Finder
from kireji.storage import rows, search_index

if TYPE_CHECKING:
    from sqlite3 import Connection

_TITLES = f"""
    SELECT {rows.SUMMARY} FROM title_search CROSS JOIN conversations ON conversations.id = title_search.rowid
    WHERE title_search MATCH ? AND removed IS NULL ORDER BY title_search.rowid DESC LIMIT ?
"""  # noqa: S608 - nothing of it is input; so below

# CROSS JOIN: only in this order nothing needs to be sorted, and reading ends with the last hit that is wanted.
_MESSAGES = f"""
    SELECT messages.id, role, parts, messages.created, {rows.SUMMARY}
    FROM search CROSS JOIN messages ON messages.id = search.rowid
    CROSS JOIN conversations ON conversations.id = messages.conversation
    WHERE search MATCH ? AND search.rowid < ? AND removed IS NULL ORDER BY search.rowid DESC LIMIT ?
"""  # noqa: S608

_NEWEST = 2**63 - 1

_STREAMING = "SELECT id, parts, origin_pid, origin_started FROM messages WHERE state = 'streaming'"

_LOOKED_THROUGH = 4_000_000
"""Characters that are looked through for the snippets of one page."""


def find(connection: Connection, words: str, limit: int, before: int | None) -> list[SearchHit]:
    """As `ConversationStore.search`."""
    terms = parse_query(words)
    if not terms:
        return []
    finder, expression = Finder(terms), match_expression(terms)
    hits: list[SearchHit] = []
    if before is None:
        for row in connection.execute(_TITLES, (expression, max(1, limit // 2))).fetchall():
            conversation = rows.summary(row)
            snippet, marks = finder.snippet((conversation.title,), _LOOKED_THROUGH)
            hits.append(SearchHit(conversation, None, None, conversation.created, snippet, marks))
    left = _LOOKED_THROUGH
    values = (expression, _NEWEST if before is None else before, limit - len(hits))
    for number, role, parts, created, *about in connection.execute(_MESSAGES, values):
        texts = (*searchable(rows.decode_parts(parts)), *search_index.picture_texts(connection, number))
        snippet, marks = finder.snippet(texts, left)
        left = max(0, left - sum(map(len, texts)))
        time = rows.from_microseconds(created)
        hits.append(SearchHit(rows.summary(tuple(about)), number, Role(role), time, snippet, marks))
    return hits[:limit]


def has_abandoned(connection: Connection, alive: Callable[[Origin], bool]) -> bool:
    """Whether there are answers that nobody writes on any more and that are not in the index."""
    return any(not _lives(row, alive) for row in connection.execute(_STREAMING))


def settle(connection: Connection, alive: Callable[[Origin], bool]) -> None:
    """Note answers whose process is gone as interrupted, and take them in as far as they came.

    Args:
        connection: In a transaction.
        alive: Whether a process still runs.
    """
    for row in connection.execute(_STREAMING).fetchall():
        if not _lives(row, alive):
            number, parts, *_ = row
            connection.execute(
                "UPDATE messages SET state = ?, error = iif(error = '', ?, error) WHERE id = ?",
                (MessageState.INTERRUPTED.value, rows.CUT_OFF, number),
            )
            search_index.add(connection, number, rows.decode_parts(parts))


def _lives(row: tuple[Any, ...], alive: Callable[[Origin], bool]) -> bool:
    pid, started = row[2:]
    return pid is not None and alive(Origin(pid, started or ""))
