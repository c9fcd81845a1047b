"""Pictures as files."""

from __future__ import annotations

import asyncio
import hashlib
import os
import stat
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kireji.core.errors import StoreCorrupt, StoreReadOnly
from kireji.core.messages import Message, Role
from kireji.core.ports import EncodedDocument, EncodedPicture
from kireji.storage.captures import FileCaptureStore
from kireji.storage.conversations import SqliteConversationStore
from kireji.storage.database import Database

PICTURE = EncodedPicture(b"the bytes of a picture", "image/png", 7, 5)
BLOB = hashlib.sha256(PICTURE.data).hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "captures"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(tmp_path / "data" / "kireji.db")
    yield database
    await database.close()


def files(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


def put_in_the_way(place: Path) -> None:
    place.write_text("in the way")


def is_in_the_way(place: Path) -> bool:
    return place.read_text() == "in the way"


async def test_a_picture_is_a_file_named_by_its_hash(folder: Path) -> None:
    await FileCaptureStore(folder).put(PICTURE)
    assert files(folder) == [folder / BLOB[:2] / f"{BLOB}.png"]


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
async def test_pictures_are_the_persons_alone(folder: Path) -> None:
    old = os.umask(0)
    try:
        await FileCaptureStore(folder).put(PICTURE)
    finally:
        os.umask(old)
    (file,) = files(folder)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [stat.S_IMODE(one.stat().st_mode) for one in (folder, file.parent)] == [0o700, 0o700]


async def test_the_same_bytes_are_written_once(folder: Path) -> None:
    store = FileCaptureStore(folder)
    await store.put(PICTURE)
    before = files(folder)[0].stat()
    await store.put(PICTURE)
    (file,) = files(folder)
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


async def test_the_same_bytes_at_the_same_time_are_one_file(folder: Path, database: Database) -> None:
    stores = [FileCaptureStore(folder, database) for _ in range(8)]
    await asyncio.gather(*(store.put(PICTURE) for store in stores))
    assert len(files(folder)) == 1


async def test_a_picture_that_was_changed_is_not_given_out(folder: Path) -> None:
    store = FileCaptureStore(folder)
    await store.put(PICTURE)
    files(folder)[0].write_bytes(PICTURE.data[:-1])
    with pytest.raises(StoreCorrupt, match="missing or damaged"):
        await store.get(BLOB)


async def test_a_damaged_picture_is_repaired_by_storing_it_again(folder: Path) -> None:
    store = FileCaptureStore(folder)
    await store.put(PICTURE)
    files(folder)[0].write_bytes(b"X" + PICTURE.data[1:])
    await store.put(PICTURE)
    assert await store.get(BLOB) == PICTURE.data


async def test_a_file_in_place_of_the_folder_is_reported(folder: Path) -> None:
    folder.parent.mkdir()
    put_in_the_way(folder)
    store = FileCaptureStore(folder)
    with pytest.raises(StoreReadOnly):
        await store.put(PICTURE)
    with pytest.raises(StoreCorrupt):
        await store.get(BLOB)
    assert is_in_the_way(folder)


async def test_size_and_kind_are_noted_in_the_database(folder: Path, database: Database) -> None:
    await FileCaptureStore(folder, database).put(PICTURE)
    rows = await database.run(lambda connection: connection.execute("SELECT * FROM captures").fetchall())
    assert [row[:5] for row in rows] == [(BLOB, "image/png", 7, 5, len(PICTURE.data))]


async def test_the_database_knows_which_message_shows_which_picture(folder: Path, database: Database) -> None:
    part = await FileCaptureStore(folder, database).put(PICTURE)
    store = SqliteConversationStore(database, lambda _: True)
    _, message = await store.create("A title", Message(Role.USER, (part, part)))
    rows = await database.run(lambda connection: connection.execute("SELECT * FROM message_captures").fetchall())
    assert rows == [(message.id, BLOB)]


async def test_a_picture_that_a_message_has_is_not_taken_back(folder: Path, database: Database) -> None:
    captures = FileCaptureStore(folder, database)
    conversations = SqliteConversationStore(database, lambda _: True)
    part = await captures.put(PICTURE)
    await conversations.create("A title", Message(Role.USER, (part,)))
    await captures.discard(part)
    assert len(files(folder)) == 1


async def test_a_picture_that_is_taken_back_leaves_no_file(folder: Path, database: Database) -> None:
    captures = FileCaptureStore(folder, database)
    await captures.discard(await captures.put(PICTURE))
    assert files(folder) == []


async def test_the_last_pictures_are_told_by_their_files_and_documents_are_none(
    folder: Path, database: Database
) -> None:
    times = iter(datetime(2026, 3, 1, 12, minute, tzinfo=UTC) for minute in range(9))
    store = FileCaptureStore(folder, database, lambda: next(times))
    parts = [await store.put(EncodedPicture(b"picture %d" % number, "image/png", 7, 5)) for number in range(4)]
    await store.put_document(EncodedDocument(b"words", "text/plain", "notes.txt"))
    (folder / parts[1].blob[:2] / f"{parts[1].blob}.png").unlink()
    assert [Path(file).stem for file in await store.latest(3)] == [parts[2].blob, parts[3].blob]
    assert await store.latest(1) == [str(folder / parts[3].blob[:2] / f"{parts[3].blob}.png")]
