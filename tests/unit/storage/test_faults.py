"""Which failure of the environment becomes which sentence, and what is no such failure."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

import pytest

from kireji.core.errors import StoreCorrupt, StoreError, StoreFull, StoreReadOnly
from kireji.storage.faults import store_error


def sqlite_error(name: str) -> sqlite3.Error:
    error = sqlite3.OperationalError("as SQLite says it")
    error.sqlite_errorname = name
    return error


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("SQLITE_FULL", StoreFull),
        ("SQLITE_READONLY", StoreReadOnly),
        ("SQLITE_READONLY_DIRECTORY", StoreReadOnly),
        ("SQLITE_CORRUPT", StoreCorrupt),
        ("SQLITE_CORRUPT_INDEX", StoreCorrupt),
        ("SQLITE_NOTADB", StoreCorrupt),
        ("SQLITE_BUSY", StoreError),
        ("SQLITE_BUSY_SNAPSHOT", StoreError),
        ("SQLITE_LOCKED", StoreError),
        ("SQLITE_IOERR_WRITE", StoreError),
        ("SQLITE_CANTOPEN", StoreError),
    ],
)
def test_faults_of_the_environment_are_named(name: str, kind: type[StoreError], tmp_path: Path) -> None:
    assert type(store_error(sqlite_error(name), tmp_path / "kireji.db")) is kind


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, StoreFull),
        (errno.EDQUOT, StoreFull),
        (errno.EFBIG, StoreFull),
        (errno.EACCES, StoreReadOnly),
        (errno.EROFS, StoreReadOnly),
        (errno.EPERM, StoreReadOnly),
        (errno.ENOTDIR, StoreReadOnly),
        (errno.EIO, StoreError),
    ],
)
def test_faults_of_the_system_are_named(number: int, kind: type[StoreError], tmp_path: Path) -> None:
    assert type(store_error(OSError(number, "as the system says it"), tmp_path)) is kind


@pytest.mark.parametrize(
    "error",
    [sqlite_error("SQLITE_CONSTRAINT_FOREIGNKEY"), sqlite_error("SQLITE_ERROR"), sqlite3.ProgrammingError("closed")],
)
def test_our_own_bugs_are_not_given_a_sentence(error: sqlite3.Error, tmp_path: Path) -> None:
    assert store_error(error, tmp_path) is None


@pytest.mark.parametrize(
    "error",
    [OSError(number, "x") for number in (errno.ENOSPC, errno.EROFS, errno.ENOTDIR, errno.EIO)]
    + [sqlite_error(name) for name in ("SQLITE_FULL", "SQLITE_READONLY", "SQLITE_NOTADB", "SQLITE_BUSY")],
)
def test_every_sentence_names_the_place_and_the_next_step(error: Exception, tmp_path: Path) -> None:
    failure = store_error(error, tmp_path / "kireji.db")
    assert failure is not None
    assert str(tmp_path) in failure.message
    assert failure.message.endswith(".")
    assert failure.hint.endswith(".")


def test_a_damaged_history_says_that_nothing_was_deleted(tmp_path: Path) -> None:
    failure = store_error(sqlite_error("SQLITE_CORRUPT"), tmp_path / "kireji.db")
    assert failure is not None
    assert "Nothing was deleted" in failure.hint
    assert "kireji.db" in failure.hint
