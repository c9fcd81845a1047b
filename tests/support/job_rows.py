"""Rows of jobs, without the files that they are read from."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from kireji.core.jobs.values import LineKind
from kireji.storage.jobs import loading


def load_rows(path: Path, job: int, contents: list[bytes], kind: LineKind = LineKind.PROMPT) -> None:
    """Put rows into a job that is IMPORTING; it is READY then.

    Args:
        path: The queue's file.
        job: Which.
        contents: Of the rows, all different.
        kind: Their shape.
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        loading.prepare(connection)
        rows = [
            loading.NewRow(number, number, "", kind, content, number.to_bytes(16, "big"))
            for number, content in enumerate(contents, start=1)
        ]
        loading.add(connection, job, rows)
        loading.find_same(connection, job)
        loading.finish(connection, job)
