"""Looks things up in the full-text index."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from kireji.core.history import ConversationSummary, Origin, SearchHit
from kireji.core.messages import MessageState, Role
from kireji.core.search import Term, match_expression, parse_query, searchable
from kireji.core.snippets import Finder
from kireji.storage import rows, search_index

if TYPE_CHECKING:
    from sqlite3 import Connection

_TITLES = f"""
    SELECT {rows.SUMMARY} FROM title_search CROSS JOIN conversations ON conversations.id = title_search.rowid
    WHERE title_search MATCH ? AND removed IS NULL ORDER BY title_search.rowid DESC LIMIT ?
"""  # noqa: S608 - nothing of it is input; so below

_COLUMNS = f"messages.id, role, parts, messages.created, {rows.SUMMARY}"

# CROSS JOIN: only in this order nothing needs to be sorted, and reading ends with the last hit that is wanted.
_MATCHING = f"""
    SELECT {_COLUMNS} FROM search CROSS JOIN messages ON messages.id = search.rowid
    CROSS JOIN conversations ON conversations.id = messages.conversation
    WHERE search MATCH ? AND search.rowid < ? AND removed IS NULL ORDER BY search.rowid DESC LIMIT ?
"""  # noqa: S608

_ALL = f"""
    SELECT {_COLUMNS} FROM messages CROSS JOIN conversations ON conversations.id = messages.conversation
    WHERE messages.id < ? AND removed IS NULL AND state != 'streaming' ORDER BY messages.id DESC LIMIT ?
"""  # noqa: S608

_ROLES = {role.value: role for role in Role}

_NEWEST = 2**63 - 1

_STREAMING = "SELECT id, parts, origin_pid, origin_started FROM messages WHERE state = 'streaming'"

_LOOKED_THROUGH = 4_000_000
"""Characters that are looked through for the snippets of one page."""

_TRIED = 1000
"""Messages that are looked at, newest first, before the index is asked for a beginning that many words have."""

_FIRST_TRIED, _FIRST_FOUND = 40, 8
"""Where nothing else is asked for, so many of the first must have it, or the index, which is fast then, is asked."""

_TRIED_CHARACTERS = 2_000_000
"""The same as characters."""


def find(connection: Connection, words: str, limit: int, before: int | None) -> list[SearchHit]:
    """As `ConversationStore.search`."""
    terms = parse_query(words)
    if not terms:
        return []
    finder, hits = Finder(terms), []
    if before is None:
        for row in connection.execute(_TITLES, (match_expression(terms), max(1, limit // 2))):
            conversation = rows.summary(row)
            snippet, marks = finder.snippet((conversation.title,), _LOOKED_THROUGH)
            hits.append(SearchHit(conversation, None, None, conversation.created, snippet, marks))
    newest = _NEWEST if before is None else before
    return hits + _Page(connection, finder).read(terms, newest, limit - len(hits))


class _Page:
    """Hits in messages.

    Args:
        connection: Outside a transaction.
        finder: Of the whole query.
    """

    def __init__(self, connection: Connection, finder: Finder) -> None:
        self._connection = connection
        self._finder = finder
        self._left = _LOOKED_THROUGH
        self._conversations: dict[int, ConversationSummary] = {}

    def read(self, terms: tuple[Term, ...], newest: int, limit: int) -> list[SearchHit]:
        """The newest hits below a message's number."""
        if terms[-1].prefix:
            found, whole = self._among_newest(terms, newest, limit)
            if whole:
                return found
            self._left = _LOOKED_THROUGH
        values = (match_expression(terms), newest, limit)
        return [self._hit(row, self._texts(row)) for row in self._connection.execute(_MATCHING, values)]

    def _among_newest(self, terms: tuple[Term, ...], newest: int, limit: int) -> tuple[list[SearchHit], bool]:
        """Hits found by reading the newest messages that have the other terms, and whether these are the whole page.

        For a beginning SQLite collects every place of every word that begins so, before it gives back the first hit:
        a second and more for a letter in a million messages. But where most messages have one, the newest have, too.
        """
        finder = Finder(terms[-1:])
        found: list[SearchHit] = []
        looked_at = length = 0
        for row in self._candidates(terms[:-1], newest):
            texts = self._texts(row)
            if finder.matches(texts):
                found.append(self._hit(row, texts))
                if len(found) == limit:
                    return found, True
            looked_at += 1
            length += sum(map(len, texts))
            hopeless = len(terms) == 1 and looked_at == _FIRST_TRIED and len(found) < _FIRST_FOUND
            if hopeless or length > _TRIED_CHARACTERS:
                return found, False
        return found, looked_at < _TRIED

    def _candidates(self, terms: tuple[Term, ...], newest: int) -> Iterator[tuple[Any, ...]]:
        if terms:
            return self._connection.execute(_MATCHING, (match_expression(terms), newest, _TRIED))
        return self._connection.execute(_ALL, (newest, _TRIED))

    def _texts(self, row: tuple[Any, ...]) -> tuple[str, ...]:
        texts = searchable(rows.decode_parts(row[2]))
        return (*texts, *search_index.picture_texts(self._connection, row[0])) if '"blob"' in row[2] else texts

    def _hit(self, row: tuple[Any, ...], texts: tuple[str, ...]) -> SearchHit:
        number, role, _, created, *about = row
        if (conversation := self._conversations.get(about[0])) is None:
            conversation = self._conversations[about[0]] = rows.summary(about)
        snippet, marks = self._finder.snippet(texts, self._left)
        self._left = max(0, self._left - sum(map(len, texts)))
        return SearchHit(conversation, number, _ROLES[role], rows.from_microseconds(created), snippet, marks)


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
