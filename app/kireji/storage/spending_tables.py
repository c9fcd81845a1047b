"""The tables of what questions cost and of how models count: steps 5 and 9 of `storage.migrations`."""

from __future__ import annotations

# A step that was released is never edited: tests/data/db/ holds its result.
SPENDING = (
    # A row outlives its conversation, so that no budget is passed by deleting one.
    """
    CREATE TABLE spending (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        time INTEGER NOT NULL,
        provider TEXT NOT NULL,
        model TEXT NOT NULL,
        conversation INTEGER,
        state TEXT NOT NULL, -- 'running' or 'done'
        reserved REAL NOT NULL DEFAULT 0.0, -- US dollars that it may cost at most; counts while it runs
        cost REAL, -- US dollars; NULL is unknown
        input INTEGER NOT NULL DEFAULT 0,
        output INTEGER NOT NULL DEFAULT 0,
        cache_read INTEGER NOT NULL DEFAULT 0,
        cache_write INTEGER NOT NULL DEFAULT 0,
        origin_pid INTEGER, -- which process asks
        origin_started TEXT
    )
    """,
    "CREATE INDEX spending_time ON spending (time)",
    "CREATE INDEX spending_conversation ON spending (conversation)",
    # What was answered before there was this table. Answers that were imported were paid for elsewhere.
    """
    INSERT INTO spending (time, provider, model, conversation, state, cost, input, output, cache_read, cache_write)
    SELECT created, provider, model, conversation, 'done', json_extract(usage, '$.cost'),
        coalesce(json_extract(usage, '$.input_tokens'), 0), coalesce(json_extract(usage, '$.output_tokens'), 0),
        coalesce(json_extract(usage, '$.cache_read_tokens'), 0),
        coalesce(json_extract(usage, '$.cache_write_tokens'), 0)
    FROM messages WHERE usage IS NOT NULL AND json_valid(usage) AND origin IS NULL AND provider NOT IN ('', 'device')
    ORDER BY id
    """,
    """
    CREATE TABLE token_corrections ( -- a cache: rows may be dropped at any time
        models TEXT PRIMARY KEY, -- that count alike
        correction TEXT NOT NULL, -- JSON object
        saved INTEGER NOT NULL
    ) WITHOUT ROWID
    """,
)

HOLDERS = (
    # What keeps an entry open beyond the process that made it, such as a batch of a job; NULL for none.
    "ALTER TABLE spending ADD COLUMN holder TEXT",
    "CREATE UNIQUE INDEX spending_holder ON spending (holder) WHERE holder IS NOT NULL",
)
