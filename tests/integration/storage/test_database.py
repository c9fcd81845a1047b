"""Opening, sharing, refusing and closing the real file."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import sqlite3
import stat
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kireji.core.errors import StoreCorrupt, StoreError, StoreFull, StoreReadOnly, StoreTooNew
from kireji.core.messages import Message, Role, TextPart
from kireji.storage.conversations import SqliteConversationStore
from kireji.storage.database import Database
from kireji.storage.migrations import STEPS

SMALL = Message(Role.USER, (TextPart("question"),))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "kireji.db"


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    database = await Database.open(path, patience=0.05)
    yield database
    await database.close()


def history(database: Database) -> SqliteConversationStore:
    return SqliteConversationStore(database, lambda _: True)


async def filled(path: Path, conversations: int = 1, text: str = "question") -> None:
    database = await Database.open(path)
    for number in range(conversations):
        await history(database).create(f"Number {number}", Message(Role.USER, (TextPart(text),)))
    await database.close()


def read(path: Path) -> bytes:
    return path.read_bytes()


def write(path: Path, data: bytes | bytearray) -> None:
    path.write_bytes(data)


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@contextmanager
def no_umask() -> Iterator[None]:
    old = os.umask(0)
    try:
        yield
    finally:
        os.umask(old)


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
class TestModes:
    async def test_everything_made_is_the_persons_alone(self, path: Path) -> None:
        with no_umask():
            database = await Database.open(path)
            await history(database).create("A title", SMALL)
            modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
            await database.close()
        assert modes == {"kireji.db": 0o600, "kireji.db-wal": 0o600, "kireji.db-shm": 0o600}
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700

    async def test_a_file_that_others_could_read_is_closed_to_them(self, path: Path) -> None:
        await filled(path)
        os.chmod(path, 0o644)
        with no_umask():
            database = await Database.open(path)
            await history(database).create("A title", SMALL)
            modes = {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
            await database.close()
        assert modes == {0o600}

    async def test_a_folder_that_was_there_keeps_its_mode(self, tmp_path: Path) -> None:
        (tmp_path / "own").mkdir(mode=0o755)
        await filled(tmp_path / "own" / "kireji.db")
        assert stat.S_IMODE((tmp_path / "own").stat().st_mode) == 0o755


class TestSettingsOfTheConnection:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("journal_mode", "wal"),
            ("synchronous", 1),
            ("foreign_keys", 1),
            ("secure_delete", 1),
            ("trusted_schema", 0),
            ("busy_timeout", 50),
        ],
    )
    async def test_they_are_as_the_design_says(self, database: Database, name: str, value: object) -> None:
        assert await database.run(lambda connection: connection.execute(f"PRAGMA {name}").fetchone()[0]) == value

    async def test_what_was_deleted_is_not_in_the_file(self, path: Path) -> None:
        await filled(path, text="the canary sings")
        database = await Database.open(path)
        store = history(database)
        (summary,) = await store.recent()
        await store.remove(summary.id)
        assert await store.purge(datetime(9999, 1, 1, tzinfo=UTC)) == 1
        await database.close()
        assert b"canary" not in read(path)


class TestNewer:
    async def test_a_newer_file_is_left_as_it_is(self, path: Path) -> None:
        await filled(path)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA user_version = 99")
        before = contents(path.parent)
        with pytest.raises(StoreTooNew, match="newer version") as caught:
            await Database.open(path)
        assert str(path) in caught.value.message
        assert contents(path.parent) == before

    async def test_what_a_killed_newer_version_had_not_merged_yet_is_left_as_it_is(self, path: Path) -> None:
        await filled(path)
        crashed = path.with_name("crashed")
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA user_version = 99")
            shutil.copytree(path.parent, crashed)
        before = contents(crashed)
        assert before["kireji.db"][60:64] == len(STEPS).to_bytes(4, "big"), "the newer number stands in the log alone"
        with pytest.raises(StoreTooNew):
            await Database.open(crashed / "kireji.db")
        after = contents(crashed)
        assert (after["kireji.db"], after["kireji.db-wal"]) == (before["kireji.db"], before["kireji.db-wal"])


class TestDamage:
    async def test_a_file_that_is_no_database_is_reported_and_kept(self, path: Path) -> None:
        path.parent.mkdir()
        write(path, b"This is not a database at all. " * 200)
        before = contents(path.parent)
        with pytest.raises(StoreCorrupt, match=r"kireji\.db is damaged") as caught:
            await Database.open(path)
        assert "Nothing was deleted" in caught.value.hint
        assert contents(path.parent) == before

    async def test_a_damaged_page_of_a_small_file_is_found_on_opening(self, path: Path) -> None:
        await filled(path, 50)
        data = bytearray(read(path))
        data[4096 * 3 : 4096 * 4] = os.urandom(4096)
        write(path, data)
        with pytest.raises(StoreCorrupt):
            await Database.open(path)
        assert read(path) == data

    async def test_a_damaged_page_of_a_large_file_is_found_on_reading(self, path: Path) -> None:
        await filled(path, 6, text="x" * 300_000)
        data = bytearray(read(path))
        for page in range(60, len(data) // 4096):
            data[4096 * page : 4096 * (page + 1)] = b"\xff" * 4096
        write(path, data)
        database = await Database.open(path)
        with pytest.raises(StoreCorrupt):
            await history(database).load(6)
        await database.close()

    async def test_a_file_that_was_cut_short_is_reported(self, path: Path) -> None:
        await filled(path, 50)
        os.truncate(path, len(read(path)) // 2)
        with pytest.raises(StoreCorrupt):
            await Database.open(path)

    async def test_an_empty_file_is_a_new_history(self, path: Path) -> None:
        path.parent.mkdir()
        write(path, b"")
        await filled(path)
        assert read(path)

    async def test_a_database_of_another_program_is_left_as_it_is(self, path: Path) -> None:
        path.parent.mkdir()
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE bookmarks (url TEXT)")
        before = contents(path.parent)
        with pytest.raises(StoreError, match="another program"):
            await Database.open(path)
        assert contents(path.parent) == before


class TestPlaces:
    async def test_a_file_in_place_of_the_folder_is_reported(self, path: Path) -> None:
        path.parent.write_text("in the way")
        with pytest.raises(StoreReadOnly, match="file stands where a folder should be"):
            await Database.open(path)
        with pytest.raises(StoreReadOnly):
            await Database.open(path.parent / "below" / "kireji.db")
        assert path.parent.read_text() == "in the way"

    async def test_a_folder_in_place_of_the_file_is_reported(self, path: Path) -> None:
        os.makedirs(path)
        with pytest.raises(StoreError, match=r"kireji\.db could not be used"):
            await Database.open(path)

    async def test_names_with_signs_of_other_languages_and_of_addresses_work(self, tmp_path: Path) -> None:
        path = tmp_path / "Größe 100% #1?" / "kireji.db"
        await filled(path)
        with closing(sqlite3.connect(path)):  # leaves a log behind, so that the opening looks into it first
            shutil.copytree(path.parent, tmp_path / "copy #2?")
        await filled(path)
        assert path.is_file()


class TestLocks:
    async def test_a_file_locked_by_another_program_is_reported_and_works_afterwards(
        self, path: Path, database: Database
    ) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match="locked") as caught:
                await history(database).create("A title", SMALL)
            assert "try again" in caught.value.hint
            assert await history(database).recent() == []
            other.execute("COMMIT")
        await history(database).create("A title", SMALL)
        assert len(await history(database).recent()) == 1

    async def test_a_file_locked_while_opening_is_reported(self, path: Path) -> None:
        await filled(path)
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("PRAGMA locking_mode = EXCLUSIVE")
            other.execute("BEGIN EXCLUSIVE")
            with pytest.raises(StoreError, match="locked"):
                await Database.open(path, patience=0.05)

    async def test_a_new_file_that_is_busy_for_a_moment_is_waited_for(
        self, path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        path.parent.mkdir()
        with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
            other.execute("BEGIN IMMEDIATE")

            class Release(logging.Handler):
                def emit(self, record: logging.LogRecord) -> None:
                    if other.in_transaction and "is busy" in record.getMessage():
                        other.execute("COMMIT")

            caplog.set_level(logging.DEBUG, "kireji.storage.database")
            logger, release = logging.getLogger("kireji.storage.database"), Release()
            logger.addHandler(release)
            try:
                database = await Database.open(path)
            finally:
                logger.removeHandler(release)
        assert await database.run(lambda connection: connection.execute("PRAGMA journal_mode").fetchone()[0]) == "wal"
        await database.close()

    async def test_all_that_open_a_new_file_at_once_get_it(self, path: Path) -> None:
        databases = await asyncio.gather(*(Database.open(path) for _ in range(5)))
        for database in databases:
            await history(database).create("A title", SMALL)
        assert len(await history(databases[0]).recent()) == 5
        for database in databases:
            await database.close()


class TestTransactions:
    async def test_a_failing_write_leaves_nothing_behind(self, database: Database) -> None:
        def work(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT INTO conversations (title, created, updated) VALUES ('half', 1, 1)")
            raise RuntimeError("in the middle")

        with pytest.raises(RuntimeError):
            await database.write(work)
        assert await history(database).recent() == []
        await history(database).create("A title", SMALL)

    async def test_a_broken_rule_of_the_schema_is_our_bug(self, database: Database) -> None:
        def orphan(connection: sqlite3.Connection) -> int:
            return connection.execute("INSERT INTO message_captures VALUES (99, 'blob')").rowcount

        with pytest.raises(sqlite3.IntegrityError):
            await database.write(orphan)

    async def test_a_message_cannot_be_its_own_ancestor(self, database: Database) -> None:
        summary, first = await history(database).create("A title", SMALL)
        second = await history(database).append(summary.id, first.id, SMALL)

        def bend(connection: sqlite3.Connection) -> int:
            return connection.execute("UPDATE messages SET parent = ? WHERE id = ?", (second.id, first.id)).rowcount

        with pytest.raises(sqlite3.IntegrityError):
            await database.write(bend)

    async def test_a_database_without_room_refuses_and_recovers(self, database: Database) -> None:
        used = await database.run(lambda connection: connection.execute("PRAGMA page_count").fetchone()[0])
        await database.run(lambda connection: connection.execute(f"PRAGMA max_page_count = {used + 2}").fetchone())
        with pytest.raises(StoreFull):
            await history(database).create("Too much", Message(Role.USER, (TextPart("x" * 100_000),)))
        assert await history(database).recent() == []
        await database.run(lambda connection: connection.execute("PRAGMA max_page_count = 100000").fetchone())
        await history(database).create("Fits", SMALL)
        assert [summary.title for summary in await history(database).recent()] == ["Fits"]

    async def test_a_cancelled_write_is_still_made(self, database: Database) -> None:
        started, release = asyncio.Event(), threading.Event()
        loop = asyncio.get_running_loop()

        def work(connection: sqlite3.Connection) -> int:
            loop.call_soon_threadsafe(started.set)
            release.wait()
            return connection.execute(
                "INSERT INTO conversations (title, created, updated) VALUES ('kept', 1, 1)"
            ).rowcount

        async with asyncio.TaskGroup() as group:
            task = group.create_task(database.write(work))
            await started.wait()
            task.cancel()
        release.set()
        assert [summary.title for summary in await history(database).recent()] == ["kept"]


class TestOrder:
    async def test_of_two_changed_at_the_same_time_the_later_made_comes_first(self, database: Database) -> None:
        store = SqliteConversationStore(database, lambda _: True, lambda: datetime(2026, 1, 1, tzinfo=UTC))
        for title in ("one", "two", "three"):
            await store.create(title, SMALL)
        assert [summary.title for summary in await store.recent()] == ["three", "two", "one"]


class TestClosing:
    async def test_what_was_asked_for_before_is_done_first(self, path: Path) -> None:
        database = await Database.open(path)
        async with asyncio.TaskGroup() as group:
            for number in range(20):
                group.create_task(history(database).create(str(number), SMALL))
            await asyncio.sleep(0)
            await database.close()
        database = await Database.open(path)
        assert len(await history(database).recent()) == 20
        await database.close()

    async def test_closing_leaves_one_file(self, path: Path) -> None:
        await filled(path)
        assert [file.name for file in path.parent.iterdir()] == ["kireji.db"]

    async def test_a_second_closing_is_harmless(self, path: Path) -> None:
        database = await Database.open(path)
        await database.close()
        await database.close()
        with pytest.raises(RuntimeError, match="closed"):
            await history(database).recent()

    async def test_it_does_not_wait_for_a_disk_that_hangs(self, path: Path, caplog: pytest.LogCaptureFixture) -> None:
        database = await Database.open(path)
        started, release = asyncio.Event(), threading.Event()
        loop = asyncio.get_running_loop()

        def hang(connection: sqlite3.Connection) -> None:
            loop.call_soon_threadsafe(started.set)
            release.wait()

        async with asyncio.TaskGroup() as group:
            group.create_task(database.run(hang))
            await started.wait()
            with caplog.at_level(logging.WARNING):
                await database.close(patience=0.01)
            assert "did not close" in caplog.text
            release.set()

    async def test_an_opening_that_is_cancelled_closes_again(self, path: Path) -> None:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(Database.open(path))
            await asyncio.sleep(0)
            task.cancel()
        for thread in threading.enumerate():
            if thread.name == "kireji-database":
                await asyncio.to_thread(thread.join)
        await filled(path)
        assert list(contents(path.parent)) == ["kireji.db"]
