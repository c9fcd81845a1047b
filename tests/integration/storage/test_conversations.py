"""What stands in the real tables beyond what every store promises."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kireji.core.history import ConversationSetup
from kireji.core.messages import DocumentPart, ImagePart, Message, Role, TextPart, ToolResultPart
from kireji.core.models import ModelInfo
from kireji.storage.conversations import SqliteConversationStore
from kireji.storage.database import Database
from kireji.storage.model_lists import SqliteModelListStore

SMALL = Message(Role.USER, (TextPart("question"),))


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(tmp_path / "kireji.db")
    yield database
    await database.close()


def history(database: Database) -> SqliteConversationStore:
    return SqliteConversationStore(database, lambda _: True)


async def test_a_list_of_models_that_cannot_be_read_counts_as_none(database: Database) -> None:
    store = SqliteModelListStore(database)
    when = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    await store.save("local", "http://127.0.0.1:8080/v1", [ModelInfo("local", "m", "M")], when)
    await database.write(lambda connection: connection.execute("UPDATE model_lists SET models = '[{]'").rowcount)
    assert await store.load("local", "http://127.0.0.1:8080/v1") is None
    await store.save("local", "http://127.0.0.1:8080/v1", [], when)
    assert await store.load("local", "http://127.0.0.1:8080/v1") == ((), when)


async def test_every_stored_thing_that_a_message_needs_is_linked_to_it(database: Database) -> None:
    picture, document = ImagePart("a" * 64, "image/png", 1, 1), DocumentPart("b" * 64, "application/pdf")
    seen = ToolResultPart("call", (picture, ImagePart("c" * 64, "image/png", 1, 1)))
    store = history(database)
    summary, first = await store.create("title", Message(Role.USER, (picture, document, TextPart("what?"))))
    await store.append(summary.id, first.id, Message(Role.USER, (seen,)))
    linked = await database.run(
        lambda connection: connection.execute("SELECT message, blob FROM message_captures ORDER BY 1, 2").fetchall()
    )
    assert linked == [(1, "a" * 64), (1, "b" * 64), (2, "a" * 64), (2, "c" * 64)]


async def test_a_setup_with_text_that_sqlite_cannot_take_is_kept_without_it(database: Database) -> None:
    store = history(database)
    lone = ConversationSetup("p\ud83d", "m\ud83d", "e\ud83d", "s\ud83d")
    summary, _ = await store.create("title", SMALL, lone)
    loaded = await store.load(summary.id)
    assert loaded is not None
    assert loaded.setup == ConversationSetup("p?", "m?", "e?", "s?")
