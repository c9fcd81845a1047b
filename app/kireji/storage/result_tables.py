"""The tables of results and what was asked for them, of checks of policies, and of where pictures were cut out."""

from __future__ import annotations

TABLES = (
    """
    CREATE TABLE results (
        message INTEGER PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
        form TEXT NOT NULL,
        data TEXT NOT NULL -- JSON object
    )
    """,
    """
    CREATE TABLE asked_forms ( -- what a question asks for besides words
        message INTEGER PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
        data TEXT NOT NULL -- JSON object
    )
    """,
    """
    CREATE TABLE policy_checks (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        policy TEXT NOT NULL,
        version INTEGER NOT NULL,
        labelled TEXT NOT NULL, -- digest of the labelled set
        model TEXT NOT NULL,
        checked INTEGER NOT NULL,
        data TEXT NOT NULL -- JSON object
    )
    """,
    "CREATE INDEX policy_checks_of ON policy_checks (policy, labelled, id)",
    """
    CREATE TABLE capture_places ( -- where on the desktop a picture was cut out; gone with the picture
        blob TEXT PRIMARY KEY REFERENCES captures (blob) ON DELETE CASCADE,
        x INTEGER NOT NULL, -- in the desktop's own pixels
        y INTEGER NOT NULL,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        captured INTEGER NOT NULL
    ) WITHOUT ROWID
    """,
    "CREATE INDEX capture_places_at ON capture_places (x, y, width, height, captured)",
)
