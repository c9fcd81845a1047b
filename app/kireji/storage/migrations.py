"""The database's schema as numbered steps, and the way from an older file to this version's."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kireji.storage.copies import copy_aside, drop_old_copies
from kireji.storage.result_tables import TABLES as RESULTS
from kireji.storage.sent_forms import SENT_FORMS
from kireji.storage.spending_tables import HOLDERS, SPENDING

if TYPE_CHECKING:
    from sqlite3 import Connection

APPLICATION_ID = 0x4B524A49
"""Stands in the file's header ("KRJI"), so that another program's database is recognised."""


@dataclass(frozen=True, slots=True)
class Step:
    """One change of the schema; its number is its place in the list, counted from 1.

    Args:
        name: What it does, as recorded in the table `schema_steps`.
        apply: Makes the change. Runs inside a transaction, so it must not call `executescript`, which commits.
    """

    name: str
    apply: Callable[[Connection], None]


def statements(*texts: str) -> Callable[[Connection], None]:
    """A step that is nothing but SQL, one statement per text."""

    def apply(connection: Connection) -> None:
        for text in texts:
            connection.execute(text)

    return apply


# A step that was released is never edited: tests/data/db/ holds its result.
_FIRST = statements(
    """
    CREATE TABLE conversations (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        title TEXT NOT NULL,
        created INTEGER NOT NULL, -- this and every other time: microseconds since 1970, UTC
        updated INTEGER NOT NULL,
        head INTEGER REFERENCES messages (id) -- the end of the current path through the tree
    )
    """,
    "CREATE INDEX conversations_updated ON conversations (updated)",
    """
    CREATE TABLE messages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        conversation INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        parent INTEGER CHECK (parent < id), -- a tree without cycles; NULL begins the conversation
        role TEXT NOT NULL,
        parts TEXT NOT NULL, -- JSON list
        raw BLOB, -- the provider's own JSON, replayed byte for byte
        raw_from TEXT NOT NULL,
        provider TEXT NOT NULL,
        model TEXT NOT NULL,
        state TEXT NOT NULL,
        usage TEXT, -- JSON object
        stop TEXT,
        error TEXT NOT NULL,
        origin_pid INTEGER, -- which process writes it while it streams
        origin_started TEXT,
        created INTEGER NOT NULL,
        UNIQUE (conversation, id),
        FOREIGN KEY (conversation, parent) REFERENCES messages (conversation, id) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX messages_parent ON messages (conversation, parent)",
    """
    CREATE TABLE captures (
        blob TEXT PRIMARY KEY, -- SHA-256 of the encoded bytes, which are in the file of that name
        media_type TEXT NOT NULL,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        size INTEGER NOT NULL,
        created INTEGER NOT NULL
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE message_captures (
        message INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
        blob TEXT NOT NULL,
        PRIMARY KEY (message, blob)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX message_captures_blob ON message_captures (blob)",
    """
    CREATE TABLE ledger (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        time INTEGER NOT NULL,
        provider TEXT NOT NULL,
        host TEXT NOT NULL,
        model TEXT NOT NULL,
        purpose TEXT NOT NULL,
        size INTEGER NOT NULL,
        digest TEXT NOT NULL,
        conversation INTEGER -- no reference: the row stays when the conversation goes
    )
    """,
    "CREATE INDEX ledger_conversation ON ledger (conversation)",
)

_SECOND = statements(
    # Empty: follows the settings.
    "ALTER TABLE conversations ADD COLUMN provider TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE conversations ADD COLUMN model TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE conversations ADD COLUMN effort TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE conversations ADD COLUMN system TEXT",  # NULL follows the settings, '' is no instructions
    """
    CREATE TABLE model_lists ( -- a cache: rows may be dropped at any time
        provider TEXT NOT NULL,
        base_url TEXT NOT NULL,
        models TEXT NOT NULL, -- JSON list
        asked INTEGER NOT NULL,
        PRIMARY KEY (provider, base_url)
    )
    """,
)


def _third(connection: Connection) -> None:
    from kireji.storage.filling import fill

    _THIRD_TABLES(connection)
    fill(connection)
    _THIRD_INDEXES(connection)


_THIRD_TABLES = statements(
    "ALTER TABLE conversations ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE conversations ADD COLUMN archived INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE conversations ADD COLUMN removed INTEGER",  # when; NULL is not removed
    "ALTER TABLE conversations ADD COLUMN named INTEGER NOT NULL DEFAULT 0",  # the title is the person's own
    "ALTER TABLE conversations ADD COLUMN origin TEXT",  # where it was imported from, such as 'chatgpt:<uuid>'
    "ALTER TABLE messages ADD COLUMN origin TEXT",
    "ALTER TABLE messages ADD COLUMN size INTEGER NOT NULL DEFAULT 0",  # characters of its words
    """
    CREATE TABLE picture_texts (
        blob TEXT PRIMARY KEY,
        text TEXT NOT NULL, -- '' when there is none in it
        noted INTEGER NOT NULL
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE drafts (
        id INTEGER PRIMARY KEY,
        conversation INTEGER UNIQUE REFERENCES conversations (id) ON DELETE CASCADE, -- NULL: one that has not begun
        text TEXT NOT NULL,
        quote TEXT NOT NULL,
        attachments TEXT NOT NULL, -- JSON list of parts
        names TEXT NOT NULL, -- JSON list
        saved INTEGER NOT NULL
    )
    """,
    """
    CREATE TABLE draft_captures (
        draft INTEGER NOT NULL REFERENCES drafts (id) ON DELETE CASCADE,
        blob TEXT NOT NULL,
        PRIMARY KEY (draft, blob)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX draft_captures_blob ON draft_captures (blob)",
    """
    CREATE TABLE queued_questions (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        conversation INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        parts TEXT NOT NULL, -- JSON list
        created INTEGER NOT NULL
    )
    """,
    "CREATE INDEX queued_questions_conversation ON queued_questions (conversation)",
    """
    CREATE TABLE queued_captures (
        queued INTEGER NOT NULL REFERENCES queued_questions (id) ON DELETE CASCADE,
        blob TEXT NOT NULL,
        PRIMARY KEY (queued, blob)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX queued_captures_blob ON queued_captures (blob)",
    # Without the texts, which stand in `messages` and `picture_texts`. Entries are core.search.index_text of these.
    """
    CREATE VIRTUAL TABLE search USING fts5 (
        words, cjk, content = '', columnsize = 0, tokenize = 'unicode61 remove_diacritics 2'
    )
    """,
    """
    CREATE VIRTUAL TABLE title_search USING fts5 (
        words, cjk, content = '', columnsize = 0, tokenize = 'unicode61 remove_diacritics 2'
    )
    """,
)

_THIRD_INDEXES = statements(
    "CREATE UNIQUE INDEX conversations_origin ON conversations (origin) WHERE origin IS NOT NULL",
    "CREATE UNIQUE INDEX messages_origin ON messages (conversation, origin) WHERE origin IS NOT NULL",
    "CREATE INDEX conversations_list ON conversations (archived, pinned, updated) WHERE removed IS NULL",
    "CREATE INDEX conversations_removed ON conversations (removed) WHERE removed IS NOT NULL",
    "CREATE INDEX messages_streaming ON messages (id) WHERE state = 'streaming'",
    # All that an outline needs: the rows themselves are long, and what stands behind their parts is far.
    "CREATE INDEX messages_tree ON messages (conversation, parent, role, state, size)",
    "DROP INDEX messages_parent",
    # A backup would bring back what the person has deleted, so the names of that stay. A name is where a conversation
    # was imported from, or the history's own (when its file was made), its row and its time, as in transfer/keys.py.
    "CREATE TABLE deleted_conversations (key TEXT PRIMARY KEY) WITHOUT ROWID",
    """
    CREATE TRIGGER conversation_deleted AFTER DELETE ON conversations BEGIN
        INSERT OR IGNORE INTO deleted_conversations SELECT coalesce(
            old.origin,
            (SELECT 'kireji-' || applied FROM schema_steps WHERE number = 1) || ':' || old.id || ':' || old.created
        );
    END
    """,
)

_FOURTH = statements(
    # Digest of the tools that it offers; '' before there were any, '-' when they are switched off for it.
    "ALTER TABLE conversations ADD COLUMN tools TEXT NOT NULL DEFAULT ''",
    """
    CREATE TABLE tool_offers (
        digest TEXT PRIMARY KEY, -- SHA-256 of the list
        tools TEXT NOT NULL, -- JSON list
        kept INTEGER NOT NULL -- when it was last offered anew
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE tool_descriptions ( -- a cache: rows may be dropped at any time
        source TEXT PRIMARY KEY,
        fingerprint TEXT NOT NULL,
        tools TEXT NOT NULL, -- JSON list
        kept INTEGER NOT NULL
    ) WITHOUT ROWID
    """,
    # What the person allows on this computer: a backup or an export that is merged never brings any of the next three.
    """
    CREATE TABLE tool_grants (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        tool TEXT NOT NULL, -- '' is all tools of the source
        source TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        allows INTEGER NOT NULL,
        digest TEXT NOT NULL, -- this and the next two are the pattern of arguments; '' holds for all
        folder TEXT NOT NULL,
        host TEXT NOT NULL,
        conversation INTEGER, -- NULL is everywhere; deleted with it
        until INTEGER,
        given INTEGER NOT NULL
    )
    """,
    """
    CREATE TABLE trusted_sources (
        source TEXT PRIMARY KEY,
        fingerprint TEXT NOT NULL,
        given INTEGER NOT NULL
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE tool_decisions (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        time INTEGER NOT NULL,
        conversation INTEGER, -- no reference: the row stays when the conversation goes, without the arguments
        call_id TEXT NOT NULL,
        source TEXT NOT NULL,
        tool TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        arguments TEXT NOT NULL,
        allowed INTEGER NOT NULL,
        decided_by TEXT NOT NULL,
        reason TEXT NOT NULL,
        scope TEXT NOT NULL,
        outside TEXT NOT NULL -- JSON list
    )
    """,
    "CREATE INDEX tool_decisions_conversation ON tool_decisions (conversation)",
    "CREATE INDEX tool_decisions_time ON tool_decisions (time)",
)

_FIFTH = statements(*SPENDING)


def _chained(connection: Connection) -> None:
    from kireji.storage.ledger_chain import begin

    begin(connection)


_SEVENTH = statements(
    "ALTER TABLE drafts ADD COLUMN sources TEXT NOT NULL DEFAULT '[]'",  # JSON lists both
    "ALTER TABLE drafts ADD COLUMN off TEXT NOT NULL DEFAULT '[]'",
)

_EIGHTH = statements(*SENT_FORMS)

STEPS = (
    Step("conversations, messages, captures and ledger", _FIRST),
    Step("who answers in a conversation, and lists of models", _SECOND),
    Step("search, drafts, texts of pictures, and what the person does with conversations", _third),
    Step("tools: what was offered, allowed and decided", _FOURTH),
    Step("what questions cost, and how models count", _FIFTH),
    Step("the ledger as a chain", _chained),
    Step("sources of context in drafts", _SEVENTH),
    Step("how long conversations are sent", _EIGHTH),
    Step("what is kept free for batches of jobs", statements(*HOLDERS)),
    Step("results beside answers, checks of policies, and where pictures were cut out", statements(*RESULTS)),
)


def version_of(connection: Connection) -> int:
    """How many steps the file has behind it."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(
    connection: Connection,
    path: Path,
    steps: Sequence[Step],
    application: int = APPLICATION_ID,
    copies: bool = True,
) -> None:
    """Bring the file to the last of `steps`, each in a transaction of its own.

    Before the first step over an existing history, a copy is put aside as `<name>.before-<step>`; the last two copies
    are kept. A second process that comes at the same time waits for the write lock and then finds nothing to do.

    Args:
        connection: In autocommit mode.
        path: Its file.
        steps: All steps of this version.
        application: The mark in its header.
        copies: Whether a copy is put aside.

    Raises:
        sqlite3.Error: The step that failed is rolled back wholly, the steps before it stand.
    """
    to_save = copies and version_of(connection) > 0
    copied = False
    while version_of(connection) < len(steps):
        connection.execute("BEGIN IMMEDIATE")
        try:
            version = version_of(connection)
            if version < len(steps):
                if to_save and not copied:
                    copy_aside(path, version + 1)
                    copied = True
                _apply(connection, version + 1, steps[version], application)
                connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
    if copied:
        drop_old_copies(path)


def _apply(connection: Connection, number: int, step: Step, application: int) -> None:
    connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_steps"
        " (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied INTEGER NOT NULL)"
    )
    step.apply(connection)
    connection.execute("INSERT INTO schema_steps VALUES (?, ?, ?)", (number, step.name, time.time_ns() // 1000))
    connection.execute(f"PRAGMA application_id = {application}")
    connection.execute(f"PRAGMA user_version = {number}")
