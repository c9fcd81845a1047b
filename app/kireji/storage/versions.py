"""The library that databases are kept with."""

from __future__ import annotations


def sqlite_version() -> str:
    """Of the one that is loaded."""
    import sqlite3

    return sqlite3.sqlite_version
