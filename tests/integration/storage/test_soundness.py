"""Databases are looked at without being changed, and a trial leaves only what it was given."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from kireji.core.errors import StoreCorrupt, StoreError, StoreTooNew
from kireji.core.self_reports import DatabaseReport
from kireji.storage.database import Database
from kireji.storage.migrations import STEPS
from kireji.storage.soundness import look_at_databases, make_trial

SECONDS = 10.0


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.fixture
async def history(tmp_path: Path) -> Path:
    """A history that was closed in order."""
    path = tmp_path / "kireji.db"
    await (await Database.open(path)).close()
    return path


def looked(path: Path, seconds: float = SECONDS) -> DatabaseReport:
    return look_at_databases(path, path.with_name("jobs.db"), seconds)[0]


async def test_a_trial_makes_both_databases(tmp_path: Path) -> None:
    assert await make_trial(tmp_path) == f"SQLite {sqlite3.sqlite_version}"
    assert {"kireji.db", "jobs.db"} <= set(contents(tmp_path))


def test_where_there_is_none_nothing_is_made(tmp_path: Path) -> None:
    assert not looked(tmp_path / "kireji.db").found
    assert contents(tmp_path) == {}


async def test_a_whole_one_is_found_and_left_byte_for_byte(history: Path) -> None:
    before = contents(history.parent)
    assert looked(history) == DatabaseReport(str(history), True, len(STEPS), True)
    assert contents(history.parent) == before


async def test_one_that_is_in_use_is_looked_at_beside_its_user(history: Path) -> None:
    database = await Database.open(history)
    try:
        await database.write(lambda connection: connection.execute("INSERT INTO picture_texts VALUES ('a', 'b', 1)"))
        assert looked(history).whole
    finally:
        await database.close()


async def test_a_newer_one_is_refused(history: Path) -> None:
    with closing(sqlite3.connect(history)) as connection:
        connection.execute("PRAGMA user_version = 999")
    with pytest.raises(StoreTooNew):
        looked(history)


def test_a_damaged_one_is_found(history: Path) -> None:
    data = history.read_bytes()
    history.write_bytes(data[:4096] + b"x" * 20_000 + data[24_096:])
    with pytest.raises(StoreCorrupt):
        looked(history)


def test_one_of_another_program_is_none_of_ours(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "kireji.db")) as connection:
        connection.execute("CREATE TABLE theirs (id)")
    with pytest.raises(StoreError, match="another program"):
        looked(tmp_path / "kireji.db")


async def test_one_that_is_too_large_to_be_read_in_time_is_not_called_damaged(history: Path) -> None:
    with closing(sqlite3.connect(history)) as connection, connection:
        connection.execute(
            "WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n LIMIT 200000) "
            "INSERT INTO picture_texts SELECT value, 'x', 1 FROM n"
        )
    assert looked(history, seconds=0.0).whole is None
