"""Questions that wait: the store in memory and the one in the database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kireji.core.errors import StoreCorrupt
from kireji.core.history_ports import ConversationStore, QueueStore
from kireji.core.messages import DocumentPart, ImagePart, Message, Role, TextPart
from kireji.core.ports import EncodedPicture
from kireji.storage.captures import FileCaptureStore
from kireji.storage.conversations import SqliteConversationStore
from kireji.storage.database import Database
from kireji.storage.queue import SqliteQueueStore
from tests.fakes.stores import MemoryConversationStore, MemoryQueueStore, Ticking

PICTURE = ImagePart("ab" * 32, "image/png", 3, 2)
PAPER = DocumentPart("cd" * 32, "application/pdf", "paper.pdf")


@dataclass(frozen=True)
class Stores:
    conversations: ConversationStore
    queue: QueueStore


@pytest.fixture(params=["real", "fake"])
async def stores(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stores]:
    async with AsyncExitStack() as stack:
        if request.param == "fake":
            conversations = MemoryConversationStore()
            yield Stores(conversations, MemoryQueueStore(conversations))
            return
        database = await Database.open(tmp_path / "kireji.db")
        stack.push_async_callback(database.close)
        yield Stores(SqliteConversationStore(database, lambda _origin: True, Ticking()), SqliteQueueStore(database))


def said(text: str) -> Message:
    return Message(Role.USER, (TextPart(text),))


async def test_what_waits_comes_in_order(stores: Stores) -> None:
    await stores.conversations.create("", said("why"))
    added = [await stores.queue.enqueue(1, said(text)) for text in ("b", "a", "c")]
    assert await stores.queue.queued(1) == added
    assert [one.message.text for one in added] == ["b", "a", "c"]


async def test_pictures_and_documents_wait_too(stores: Stores) -> None:
    await stores.conversations.create("", said("why"))
    message = Message(Role.USER, (PICTURE, PAPER, TextPart("and this")))
    await stores.queue.enqueue(1, message)
    [found] = await stores.queue.queued(1)
    assert found.message == message


async def test_every_conversation_has_its_own(stores: Stores) -> None:
    for text in ("one", "two"):
        await stores.conversations.create("", said(text))
    await stores.queue.enqueue(2, said("more"))
    assert await stores.queue.queued(1) == []
    assert [one.conversation for one in await stores.queue.queued(2)] == [2]


async def test_what_is_taken_out_is_gone_and_its_number_is_not_used_again(stores: Stores) -> None:
    await stores.conversations.create("", said("why"))
    first = await stores.queue.enqueue(1, said("one"))
    await stores.queue.dequeue(first.id)
    await stores.queue.dequeue(first.id)
    second = await stores.queue.enqueue(1, said("two"))
    assert second.id > first.id
    assert await stores.queue.queued(1) == [second]


async def test_nothing_waits_in_a_conversation_that_is_not_there(stores: Stores) -> None:
    with pytest.raises(LookupError, match="no conversation 7"):
        await stores.queue.enqueue(7, said("why"))
    assert await stores.queue.queued(7) == []


async def test_a_picture_that_waits_is_not_thrown_away(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "kireji.db")
    conversations, queue = SqliteConversationStore(database, lambda _origin: True), SqliteQueueStore(database)
    captures = FileCaptureStore(tmp_path / "captures", database)
    await conversations.create("", said("why"))
    part = await captures.put(EncodedPicture(b"\x89PNG not really", "image/png", 3, 2))
    queued = await queue.enqueue(1, Message(Role.USER, (part,)))
    await captures.discard(part)
    assert await captures.get(part.blob) == b"\x89PNG not really"
    await queue.dequeue(queued.id)
    await captures.discard_unused([part.blob])
    with pytest.raises(StoreCorrupt):
        await captures.get(part.blob)
    await database.close()


async def test_what_waits_goes_with_its_conversation(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "kireji.db")
    conversations, queue = SqliteConversationStore(database, lambda _origin: True), SqliteQueueStore(database)
    await conversations.create("", said("why"))
    await queue.enqueue(1, said("and"))
    await conversations.remove(1)
    assert len(await queue.queued(1)) == 1  # it can be taken back
    await conversations.purge(datetime(2100, 1, 1, tzinfo=UTC))
    assert await queue.queued(1) == []
    await database.close()
