"""Opening the file of the queue: what is refused, what is left as it is, and what only the person may read."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from kireji.core.errors import JobConflict, StoreCorrupt, StoreError, StoreTooNew
from kireji.core.history import Origin
from kireji.core.jobs.states import RETRIED_ROWS, BatchState
from kireji.core.messages import ImagePart
from kireji.storage.database import Database
from kireji.storage.jobs.reviews import SqliteReviewStore
from kireji.storage.jobs.tables import APPLICATION_ID, STEPS, open_jobs
from kireji.storage.migrations import Step, statements
from tests.support.queues import PLAN, SOURCE, US, in_file, load, result, row

FORMATS = Path(__file__).parents[2] / "data" / "db"
NOTES = Step("notes", statements("CREATE TABLE notes (text TEXT)"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "jobs.db"


async def filled(path: Path, rows: int = 10) -> None:
    queue, database = await in_file(path)
    await queue.made(rows)
    await database.close()


def read(path: Path) -> bytes:
    return path.read_bytes()


def damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[16_384 : 3 * 16_384] = os.urandom(2 * 16_384)
    path.write_bytes(data)


def pragma(path: Path, name: str) -> object:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"PRAGMA {name}").fetchone()[0]


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
async def test_everything_made_is_the_persons_alone(path: Path) -> None:
    old = os.umask(0)
    try:
        queue, database = await in_file(path)
        await queue.made(10)
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
        await database.close()
    finally:
        os.umask(old)
    assert modes == {"jobs.db": 0o600, "jobs.db-wal": 0o600, "jobs.db-shm": 0o600}


async def test_the_file_says_whose_it_is(path: Path) -> None:
    await filled(path)
    assert pragma(path, "application_id") == APPLICATION_ID
    assert pragma(path, "user_version") == len(STEPS)


async def test_a_file_of_a_newer_version_is_left_as_it_is(path: Path) -> None:
    newer = await Database.open(path, steps=(*STEPS, NOTES), application=APPLICATION_ID)
    await newer.close()
    before = read(path)
    with pytest.raises(StoreTooNew):
        await open_jobs(path)
    assert read(path) == before


async def test_an_older_file_is_brought_up_to_date_without_a_copy_of_it(path: Path) -> None:
    await filled(path)
    database = await Database.open(path, steps=(*STEPS, NOTES), application=APPLICATION_ID, copies=False)
    assert await database.run(lambda c: c.execute("SELECT count(*) FROM notes").fetchone()) == (0,)
    await database.close()
    assert [file.name for file in path.parent.iterdir()] == ["jobs.db"]


async def test_a_queue_from_before_decisions_keeps_its_rows_and_takes_decisions(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((FORMATS / "jobs-1.sql").read_text("utf-8"))
    queue, database = await in_file(path)
    reviews = SqliteReviewStore(database)
    assert await queue.states(1) == ["succeeded", "errored", "taken"]
    assert [one.row.number for one in await reviews.unread(1)] == [1, 2]
    assert await reviews.reviews(1) == {}
    await database.close()


async def test_a_history_is_not_taken_for_a_queue_nor_a_queue_for_a_history(tmp_path: Path) -> None:
    history, queue = tmp_path / "kireji.db", tmp_path / "jobs.db"
    await (await Database.open(history)).close()
    await filled(queue)
    with pytest.raises(StoreError):
        await open_jobs(history)
    with pytest.raises(StoreError, match="another program"):
        await Database.open(queue)


async def test_a_damaged_queue_is_said_to_be_one(path: Path) -> None:
    await filled(path)
    damage(path)
    with pytest.raises(StoreCorrupt, match="queue of jobs"):
        await open_jobs(path)


async def test_what_another_process_writes_is_noticed(path: Path) -> None:
    queue, database = await in_file(path)
    other, other_database = await in_file(path)
    before = await queue.store.version()
    await queue.store.create(PLAN, SOURCE, US)
    assert await queue.store.version() == before
    await other.store.create(PLAN, SOURCE, US)
    assert await queue.store.version() != before
    await database.close()
    await other_database.close()


async def test_a_removal_that_broke_off_is_left_over_and_goes_on(path: Path) -> None:
    queue, database = await in_file(path)
    job = await queue.made(10)
    await database.write(lambda c: c.execute("UPDATE jobs SET removed = 1").rowcount)
    assert await queue.store.jobs() == []
    assert await queue.store.left_over() == [job]
    await queue.store.remove(job)
    assert await queue.store.left_over() == []
    for table in ("jobs", "counts", "rows", "inputs", "results"):
        assert await database.run(lambda c, table=table: c.execute(f"SELECT count(*) FROM {table}").fetchone()) == (0,)
    await database.close()


async def test_only_pictures_that_no_other_job_has_are_deleted_with_a_job(path: Path) -> None:
    dropped: list[tuple[str, str]] = []
    queue, database = await in_file(path, drop_pictures=dropped.extend)
    own, shared = ImagePart("ab" * 32, "image/png", 3, 2), ImagePart("cd" * 32, "image/jpeg", 3, 2)
    first = await queue.made([row(1, pictures=(own, shared)), row(2, pictures=(own,))])
    second = await queue.made([row(1, pictures=(shared,))])
    await queue.store.remove(first)
    assert dropped == [(own.blob, "image/png")]
    await queue.store.remove(second)
    assert dropped == [(own.blob, "image/png"), (shared.blob, "image/jpeg")]
    await database.close()


async def test_a_job_that_is_removed_while_it_is_read_stops_its_importer(path: Path) -> None:
    queue, database = await in_file(path)
    job = await queue.store.create(PLAN, SOURCE, Origin(1, "gone"))
    await queue.store.remove(job)
    with pytest.raises(JobConflict):
        load(path, job, [row(1)])
    assert await queue.store.rows(job) == []
    await database.close()


async def test_a_large_job_is_removed_retried_and_called_back_piece_by_piece(path: Path) -> None:
    queue, database = await in_file(path)
    job = await queue.made(45_000)
    assert await queue.store.cancel_pending(job) == 45_000
    assert await queue.store.retry(job, RETRIED_ROWS) == 45_000
    batch = await queue.submitted(job, 3_000)
    assert await queue.store.record(batch.id, [result(number) for number in range(3_000, 0, -1)]) == 3_000
    assert (await queue.job(job)).counts.succeeded == 3_000
    await queue.store.set_batch(batch.id, BatchState.FAILED)
    await queue.store.remove(job)
    assert await database.run(lambda c: c.execute("SELECT count(*) FROM rows").fetchone()) == (0,)
    await database.close()
