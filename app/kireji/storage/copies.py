"""Copies that are put aside before the schema of a file changes."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

_COPIES_KEPT = 2


def copy_aside(path: Path, number: int) -> None:
    """Copy the committed state, as `<name>.before-<number>`.

    Args:
        path: The file; the caller's connection holds the write lock, so that nobody changes it meanwhile.
        number: Of the step that comes next.
    """
    import sqlite3

    target = path.with_name(f"{path.name}.before-{number}")
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        # A second connection: SQLite refuses to back up from one that is writing.
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(part, isolation_level=None)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file that needs no companions
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def drop_old_copies(path: Path) -> None:
    """Keep the last two copies."""
    prefix = f"{path.name}.before-"
    numbers = [
        int(file.name.removeprefix(prefix))
        for file in path.parent.glob(f"{prefix}*")
        if file.name.removeprefix(prefix).isdecimal()
    ]
    for number in sorted(numbers)[:-_COPIES_KEPT]:
        path.with_name(f"{prefix}{number}").unlink(missing_ok=True)
