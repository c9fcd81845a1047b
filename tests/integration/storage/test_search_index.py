"""The full-text index: always what a new one over the same history would be, and nothing more."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kireji.core.history import Origin, StoredDraft
from kireji.core.messages import ImagePart, Message, MessageState, Role, TextPart
from kireji.core.ports import EncodedPicture
from kireji.storage import filling, outlines, searching
from kireji.storage.captures import FileCaptureStore
from kireji.storage.conversations import SqliteConversationStore
from kireji.storage.database import Database
from kireji.storage.drafts import SqliteDraftStore
from tests.fakes.stores import Ticking

if TYPE_CHECKING:
    from sqlite3 import Connection

HERE, GONE = Origin(1, "now"), Origin(2, "then")
FAR = datetime(9999, 1, 1, tzinfo=UTC)
WORDS = ("heron", "Crane", "Käfer", "窗口", "打开窗口", "なぜ", "안녕", "foo-bar", "🥳", "the", "then", "there")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(tmp_path / "kireji.db")
    yield database
    await database.close()


@pytest.fixture
def captures(tmp_path: Path, database: Database) -> FileCaptureStore:
    return FileCaptureStore(tmp_path / "captures", database)


@pytest.fixture
def store(database: Database, captures: FileCaptureStore) -> SqliteConversationStore:
    return SqliteConversationStore(database, lambda origin: origin == HERE, Ticking(), captures)


def said(text: str, *pictures: ImagePart) -> Message:
    return Message(Role.USER, (*pictures, TextPart(text)))


def entries(connection: Connection) -> list[list[Any]]:
    """Every word with its message and place, of both tables."""
    found = []
    for table in ("search", "title_search"):
        terms = f"temp.{table}_terms"
        connection.execute(f"CREATE VIRTUAL TABLE IF NOT EXISTS {terms} USING fts5vocab (main, {table}, instance)")
        found.append(connection.execute(f"SELECT term, doc, col, offset FROM {terms} ORDER BY 1, 2, 3, 4").fetchall())
    return found


def made_anew(connection: Connection) -> list[list[Any]]:
    for table in ("search", "title_search"):
        connection.execute(f"INSERT INTO {table} ({table}) VALUES ('delete-all')")
    filling.fill(connection)
    return entries(connection)


class Person:
    """Does something at random with a history."""

    def __init__(self, store: SqliteConversationStore, seed: int) -> None:
        self.store = store
        self.random = random.Random(seed)
        self.rows: list[tuple[int, int]] = []
        self.pictures = [ImagePart(letter * 64, "image/png", 1, 1) for letter in "abc"]

    def message(self) -> Message:
        text = " ".join(self.random.choices(WORDS, k=self.random.randint(0, 6)))
        return said(text, *self.random.sample(self.pictures, k=self.random.choice((0, 0, 1, 2))))

    async def act(self) -> None:
        chosen = self.random.randrange(9)
        if chosen == 0 or not self.rows:
            summary, first = await self.store.create(self.random.choice(WORDS), self.message())
            self.rows.append((summary.id, first.id))
            return
        conversation, row = self.random.choice(self.rows)
        streaming = self.random.choice((None, HERE, GONE))
        state = MessageState.STREAMING if streaming else MessageState.COMPLETE
        match chosen:
            case 1 | 2:
                added = await self.store.append(conversation, row, self.message(), state, origin=streaming)
                self.rows.append((conversation, added.id))
            case 3 | 4:
                await self.store.update(row, self.message(), self.random.choice(tuple(MessageState)))
            case 5:
                await self.store.rename(conversation, self.random.choice(WORDS))
            case 6:
                await self.store.note_picture_text(self.random.choice(self.pictures).blob, self.message().text)
            case 7:
                await self.store.search("the heron")
            case 8 if self.random.random() < 0.3:
                await self.store.remove(conversation)
                await self.store.purge(FAR)
                self.rows = [each for each in self.rows if each[0] != conversation]


@pytest.mark.parametrize("seed", range(6))
async def test_after_anything_the_index_is_what_a_new_one_would_be(
    database: Database, store: SqliteConversationStore, seed: int
) -> None:
    person = Person(store, seed)
    for _ in range(60):
        await person.act()
    kept = await database.run(entries)
    assert kept == await database.write(made_anew)


class TestBeginnings:
    """Where many words begin so, the newest messages are read before the index is asked."""

    @pytest.fixture(autouse=True)
    async def told(self, store: SqliteConversationStore, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(searching, "_TRIED", 8)
        monkeypatch.setattr(searching, "_FIRST_TRIED", 4)
        monkeypatch.setattr(searching, "_FIRST_FOUND", 2)
        for number in range(30):
            rare = "heron" if number % 10 == 0 else "crane"
            await store.create("", said(f"{rare} there{number} 窗口"))

    @pytest.mark.parametrize("words", ["th", "the", "crane the", "heron th", "窗口 th", "cra", "the her", "her the"])
    @pytest.mark.parametrize("limit", [1, 3, 4, 50])
    async def test_the_same_is_found_either_way(
        self, store: SqliteConversationStore, monkeypatch: pytest.MonkeyPatch, words: str, limit: int
    ) -> None:
        found = await store.search(words, limit)
        further = await store.search(words, limit, found[-1].message) if found else []
        monkeypatch.setattr(searching, "_TRIED", 0)
        assert found == await store.search(words, limit)
        assert further == (await store.search(words, limit, found[-1].message) if found else [])

    async def test_removed_conversations_and_what_streams_are_not_found(self, store: SqliteConversationStore) -> None:
        summary, first = await store.create("", said("therefore"))
        row = await store.append(summary.id, first.id, said("therein"), MessageState.STREAMING, origin=HERE)
        assert [hit.message for hit in await store.search("the", 1)] == [first.id]
        await store.update(row.id, said("therein"), MessageState.COMPLETE)
        assert [hit.message for hit in await store.search("the", 1)] == [row.id]
        await store.remove(summary.id)
        assert [hit.message for hit in await store.search("the", 1)] == [first.id - 1]


class TestForgetting:
    async def test_a_long_conversation_goes_wholly(self, database: Database, store: SqliteConversationStore) -> None:
        summary, message = await store.create("long", said("heron 0"))
        for number in range(1, 1200):
            message = await store.append(summary.id, message.id, said(f"heron {number}"))
        await store.remove(summary.id)
        assert await store.purge(FAR) == 1
        assert await database.run(lambda connection: connection.execute("SELECT * FROM messages").fetchall()) == []
        assert await database.run(entries) == [[], []]

    async def test_pictures_that_it_alone_had_go_with_it(
        self, tmp_path: Path, database: Database, store: SqliteConversationStore
    ) -> None:
        earlier = FileCaptureStore(tmp_path / "captures", database)  # of a program that has ended since
        pictures = [await earlier.put(EncodedPicture(bytes([number]), "image/png", 1, 1)) for number in range(4)]
        alone, shared, drafted, unused = pictures
        one, _ = await store.create("", said("one", alone, shared, drafted))
        two, _ = await store.create("", said("two", shared))
        await store.note_picture_text(alone.blob, "heron")
        await SqliteDraftStore(database).save(two.id, StoredDraft("half", attachments=(drafted,)))
        await store.remove(one.id)
        await store.purge(FAR)
        left = {file.stem for file in (tmp_path / "captures").rglob("*.png")}
        assert left == {shared.blob, drafted.blob}
        texts = await database.run(lambda connection: connection.execute("SELECT * FROM picture_texts").fetchall())
        assert texts == []
        assert unused.blob not in left

    async def test_nothing_is_written_when_there_is_nothing_to_forget(
        self, database: Database, store: SqliteConversationStore
    ) -> None:
        await store.create("", said("heron"))
        before = await database.run(lambda connection: connection.total_changes)
        assert await store.purge(FAR) == 0
        assert await database.run(lambda connection: connection.total_changes) == before


async def test_a_change_is_told_even_when_nobody_waits_for_it_any_more(store: SqliteConversationStore) -> None:
    told: list[int] = []
    store.changed.subscribe(told.append)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await store.create("", said("heron"))
    await store.recent()
    assert told == [1]


async def test_an_outline_is_answered_from_an_index_alone(database: Database) -> None:
    question = f"EXPLAIN QUERY PLAN {outlines._TREE}"
    plan = await database.run(lambda connection: connection.execute(question, (1,)).fetchall())
    assert "COVERING INDEX messages_tree" in plan[0][3]


async def test_hits_come_without_sorting(database: Database) -> None:
    question = f"EXPLAIN QUERY PLAN {searching._MATCHING}"
    plan = await database.run(lambda connection: connection.execute(question, ("heron", 9, 9)).fetchall())
    steps = [step for _, _, _, step in plan]
    assert steps[0].startswith("SCAN search VIRTUAL TABLE")
    assert not any("TEMP B-TREE" in step for step in steps)


async def test_newer_hits_do_not_move_a_page(store: SqliteConversationStore) -> None:
    for number in range(6):
        await store.create("", said(f"heron {number}"))
    first = await store.search("heron", 3)
    await store.create("", said("heron again"))
    second = await store.search("heron", 3, first[-1].message)
    numbers = [hit.message for hit in itertools.chain(first, second)]
    assert numbers == [6, 5, 4, 3, 2, 1]
