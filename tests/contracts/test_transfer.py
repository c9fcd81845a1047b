"""What a history by whole conversations promises, asked of the real one and of the fake."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from kireji.core.messages import MessageState, Role
from kireji.core.publisher import Publisher
from kireji.core.transfer import Merged, WholeStore
from kireji.storage.conversations import SqliteConversationStore
from kireji.storage.database import Database
from kireji.storage.transfer.merging import SqliteWholeStore
from tests.fakes.transfer import MemoryWholeStore
from tests.support.whole import NOON, said, talk

QUESTION = said("q", None, "What is the tide?")
ANSWER = said("a", "q", "High at four.", Role.ASSISTANT)
OTHER = said("b", "q", "High at five.", Role.ASSISTANT)
LATER = said("q2", "a", "And tomorrow?")
BASE = talk(QUESTION, ANSWER)


@dataclass(frozen=True)
class History:
    whole: WholeStore
    remove: Callable[[int], Awaitable[None]]
    delete: Callable[[int], Awaitable[None]]


@pytest.fixture(params=["real", "fake"])
async def history(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[History]:
    if request.param == "fake":
        fake = MemoryWholeStore()

        async def remove(row: int) -> None:
            fake.removed.add(row)

        async def delete(row: int) -> None:
            fake.deleted.add(fake.held.pop(row).key)

        yield History(fake, remove, delete)
        return
    database = await Database.open(tmp_path / "kireji.db")
    store = SqliteConversationStore(database, lambda _: False)

    async def purge(row: int) -> None:
        await store.remove(row)
        await store.purge(NOON.replace(year=2100))

    yield History(SqliteWholeStore(database, lambda _: False, Publisher()), store.remove, purge)
    await database.close()


async def test_what_was_added_comes_back_as_it_was(history: History) -> None:
    merged = await history.whole.merge(BASE)
    assert merged == Merged(merged.conversation, True, 2)
    assert await history.whole.whole(merged.conversation) == msgspec.structs.replace(BASE, head="a")
    assert list(await history.whole.conversations()) == [merged.conversation]


async def test_adding_it_again_adds_nothing(history: History) -> None:
    first = await history.whole.merge(BASE)
    before = await history.whole.whole(first.conversation)
    assert await history.whole.merge(BASE) == Merged(first.conversation, False, 0)
    assert await history.whole.whole(first.conversation) == before


async def test_looking_changes_nothing(history: History) -> None:
    assert await history.whole.merge(BASE, only_look=True) == Merged(0, True, 2)
    assert list(await history.whole.conversations()) == []


async def test_new_messages_are_added_and_the_path_follows_them(history: History) -> None:
    row = (await history.whole.merge(BASE)).conversation
    assert await history.whole.merge(talk(QUESTION, ANSWER, LATER)) == Merged(row, False, 1)
    whole = await history.whole.whole(row)
    assert whole is not None
    assert (whole.head, whole.updated) == ("q2", NOON + timedelta(minutes=3))


async def test_a_new_branch_does_not_take_the_path_away(history: History) -> None:
    row = (await history.whole.merge(talk(QUESTION, ANSWER, LATER))).conversation
    assert (await history.whole.merge(talk(QUESTION, ANSWER, OTHER, head="b"))).messages == 1
    whole = await history.whole.whole(row)
    assert whole is not None
    assert (whole.head, len(whole.messages)) == ("q2", 4)


async def test_what_is_there_is_never_changed(history: History) -> None:
    row = (await history.whole.merge(BASE)).conversation
    changed = msgspec.structs.replace(BASE, title="Another", messages=(QUESTION, said("a", "q", "No.", Role.ASSISTANT)))
    assert (await history.whole.merge(changed)).messages == 0
    assert await history.whole.whole(row) == msgspec.structs.replace(BASE, head="a")


async def test_an_answer_that_was_cut_is_completed(history: History) -> None:
    cut = said("a", "q", "High at", Role.ASSISTANT, MessageState.INTERRUPTED)
    row = (await history.whole.merge(talk(QUESTION, cut))).conversation
    assert await history.whole.merge(BASE) == Merged(row, False, 1)
    assert (await history.whole.merge(BASE)).messages == 0
    whole = await history.whole.whole(row)
    assert whole is not None
    assert whole.messages[1] == ANSWER


async def test_what_streams_elsewhere_counts_as_interrupted(history: History) -> None:
    streaming = said("a", "q", "High at", Role.ASSISTANT, MessageState.STREAMING)
    row = (await history.whole.merge(talk(QUESTION, streaming))).conversation
    whole = await history.whole.whole(row)
    assert whole is not None
    assert whole.messages[1].state is MessageState.INTERRUPTED


async def test_what_was_removed_stays_removed_unless_asked_for(history: History) -> None:
    row = (await history.whole.merge(BASE)).conversation
    await history.remove(row)
    newer = talk(QUESTION, ANSWER, LATER)
    assert (await history.whole.merge(newer)).removed
    assert list(await history.whole.conversations()) == []
    assert await history.whole.merge(newer, removed_too=True) == Merged(row, True, 1)
    assert list(await history.whole.conversations()) == [row]


async def test_what_was_deleted_for_good_comes_back_only_if_asked_for(history: History) -> None:
    await history.delete((await history.whole.merge(BASE)).conversation)
    assert (await history.whole.merge(BASE)).removed
    assert (await history.whole.merge(BASE, only_look=True)).removed
    back = await history.whole.merge(BASE, removed_too=True)
    assert (back.is_new, back.messages) == (True, 2)
    assert not (await history.whole.merge(BASE)).removed


async def test_a_conversation_that_is_not_there_is_none(history: History) -> None:
    assert await history.whole.whole(99) is None
