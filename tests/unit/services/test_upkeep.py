"""What is done for the history while nobody waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from kireji.core.errors import StoreError
from kireji.core.messages import ImagePart, Message, Role
from kireji.core.permissions import Decision, Reason
from kireji.core.ports import EncodedDocument, EncodedPicture
from kireji.services.turns import Question
from kireji.services.upkeep import DECISIONS_KEPT, DESCRIBE_SECONDS, KEPT, PURGE_SECONDS, QUIET_SECONDS, Upkeep
from tests.fakes.provider import Hold, answer
from tests.fakes.stores import MemorySentStore
from tests.fakes.tools import FakeToolSource, MemoryPermissionStore, make_tool
from tests.fakes.world import KEY, World


class Kept:
    """Upkeep over a world's fakes."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.services = world.services()
        self.permissions = MemoryPermissionStore()
        self.sent = MemorySentStore()
        self.upkeep = Upkeep(
            world.conversations,
            world.captures,
            world.reader,
            world.prompts,
            self.services.chat.live,
            self.services.preferences,
            self.permissions,
            self.services.tools.toolbox,
            world.clock,
            world.clock.pause,
            self.sent,
        )

    async def ask(self, text: str, *images: ImagePart, says: str = "# A heron\n\nIt eats fish.") -> int:
        self.world.remote.enqueue(answer(says))
        stored = await self.services.chat.ask(Question(text, images=images), lambda _event: None)
        await settle()
        del stored
        return (await self.world.conversations.recent(1))[0].id

    async def title(self) -> str:
        return (await self.world.conversations.recent(1))[0].title

    async def picture(self, data: bytes = b"\x89PNG one") -> ImagePart:
        return await self.world.captures.put(EncodedPicture(data, "image/png", 3, 2))

    async def remove(self, number: int, when: datetime) -> None:
        self.world.conversations._now = lambda: when
        await self.world.conversations.remove(number)

    async def pass_time(self, seconds: float) -> None:
        self.world.clock.advance(seconds)
        await settle()


async def settle() -> None:
    for _ in range(30):
        await asyncio.sleep(0)


@pytest.fixture
async def kept() -> AsyncIterator[Kept]:
    kept = Kept(World(key=KEY))
    async with kept.upkeep:
        await settle()
        yield kept


async def found(kept: Kept, words: str) -> list[int | None]:
    return [hit.message for hit in await kept.world.conversations.search(words)]


class TestTitles:
    async def test_a_capture_without_words_is_called_what_the_answer_says(self, kept: Kept) -> None:
        await kept.ask("", await kept.picture())
        assert await kept.title() == "A heron"

    async def test_a_quick_prompt_is_called_what_the_answer_says(self, kept: Kept) -> None:
        await kept.ask("Explain what is shown.", await kept.picture())
        assert await kept.title() == "A heron"

    async def test_what_was_typed_beside_a_quick_prompt_is_the_title(self, kept: Kept) -> None:
        await kept.ask("Explain what is shown.\n\nWhich bird is it?", await kept.picture())
        assert await kept.title() == "Which bird is it?"

    async def test_the_persons_own_words_stay_the_title(self, kept: Kept) -> None:
        await kept.ask("What is this?", await kept.picture())
        assert await kept.title() == "What is this?"

    async def test_a_title_that_the_person_gave_stays(self, kept: Kept) -> None:
        kept.services.chat.live.changed.subscribe(lambda number: kept.world.conversations._named.add(number))
        await kept.ask("", await kept.picture())
        assert await kept.title() == "Capture"

    async def test_an_answer_without_words_leaves_the_title(self, kept: Kept) -> None:
        await kept.ask("", await kept.picture(), says="")
        assert await kept.title() == "Capture"


class TestDocuments:
    async def test_a_question_is_found_by_the_words_and_names_of_its_documents(self, kept: Kept) -> None:
        plain = await kept.world.captures.put_document(EncodedDocument(b"a heron", "text/plain", "birds.txt"))
        pdf = await kept.world.captures.put_document(EncodedDocument(b"%PDF-1.7", "application/pdf", "invoice.pdf"))
        kept.world.remote.enqueue(answer("Yes."))
        await kept.services.chat.ask(Question("q", documents=(plain, pdf)), lambda _event: None)
        await settle()
        for words in ("heron", "birds", "invoice"):
            assert await found(kept, words) == [1], words
        assert await found(kept, "PDF-1.7") == []


class TestPictures:
    async def test_nothing_is_read_before_the_first_answer(self, kept: Kept) -> None:
        await kept.world.conversations.create("", kept_message(await kept.picture()))
        await kept.pass_time(PURGE_SECONDS + 1)
        assert kept.world.reader.pictures == []

    async def test_pictures_are_read_when_it_has_been_quiet_for_a_while(self, kept: Kept) -> None:
        await kept.ask("What is this?", await kept.picture())
        await kept.pass_time(QUIET_SECONDS - 1)
        assert kept.world.reader.pictures == []
        await kept.pass_time(1)
        assert kept.world.reader.pictures == [b"\x89PNG one"]
        assert await found(kept, "keyerror") == [1]

    async def test_a_new_question_puts_it_off(self, kept: Kept) -> None:
        await kept.ask("What is this?", await kept.picture())
        await kept.pass_time(QUIET_SECONDS - 1)
        await kept.ask("And this?")
        await kept.pass_time(QUIET_SECONDS - 1)
        assert kept.world.reader.pictures == []

    async def test_each_picture_is_read_once(self, kept: Kept) -> None:
        picture = await kept.picture()
        for _ in range(2):
            await kept.ask("What is this?", picture)
            await kept.pass_time(QUIET_SECONDS)
            await kept.pass_time(QUIET_SECONDS)
        assert len(kept.world.reader.pictures) == 1

    async def test_older_pictures_follow(self, kept: Kept) -> None:
        await kept.world.conversations.create("", kept_message(await kept.picture(b"\x89PNG old")))
        await kept.ask("What is this?", await kept.picture())
        await kept.pass_time(QUIET_SECONDS)
        await kept.pass_time(QUIET_SECONDS)
        assert kept.world.reader.pictures == [b"\x89PNG one", b"\x89PNG old"]

    async def test_a_picture_that_cannot_be_read_stops_no_other(self, kept: Kept) -> None:
        await kept.world.conversations.create("", kept_message(await kept.picture(b"\x89PNG old")))
        await kept.ask("What is this?", await kept.picture(b"no picture"))
        await kept.pass_time(QUIET_SECONDS)
        await kept.pass_time(QUIET_SECONDS)
        assert kept.world.reader.pictures == [b"\x89PNG old"]
        assert len(await kept.world.conversations.pictures_without_text(5)) == 1

    async def test_a_picture_that_is_lost_is_not_looked_for_again(self, kept: Kept) -> None:
        picture = await kept.picture()
        await kept.ask("What is this?", picture)
        del kept.world.captures.pictures[picture.blob]
        await kept.pass_time(QUIET_SECONDS)
        assert await kept.world.conversations.pictures_without_text(5) == []

    async def test_it_can_be_switched_off(self, kept: Kept) -> None:
        await kept.services.preferences.set("history.read_pictures", False)
        await kept.ask("What is this?", await kept.picture())
        await kept.pass_time(QUIET_SECONDS)
        assert kept.world.reader.pictures == []

    async def test_a_history_that_fails_ends_nothing(self, kept: Kept) -> None:
        await kept.ask("What is this?", await kept.picture())
        kept.world.conversations.failure = StoreError("The disk is gone.", "Look for it.")
        await kept.pass_time(QUIET_SECONDS)
        kept.world.conversations.failure = None
        await kept.ask("And this?")
        await kept.pass_time(QUIET_SECONDS)
        assert len(kept.world.reader.pictures) == 1


class TestForgetting:
    async def test_what_was_removed_long_ago_is_deleted_some_time_after_the_start(self, kept: Kept) -> None:
        number = await kept.ask("What is this?")
        await kept.remove(number, kept.world.clock.now() - KEPT)
        await kept.pass_time(PURGE_SECONDS - 1)
        assert await kept.world.conversations.load(number) is not None
        await kept.pass_time(2)
        assert await kept.world.conversations.load(number) is None

    async def test_what_was_removed_lately_stays(self, kept: Kept) -> None:
        number = await kept.ask("What is this?")
        await kept.remove(number, kept.world.clock.now())
        await kept.pass_time(PURGE_SECONDS + 1)
        assert await kept.world.conversations.load(number) is not None

    async def test_decisions_about_tools_are_forgotten_after_a_year(self, kept: Kept) -> None:
        now = kept.world.clock.now()
        for name, time in (("old", now - DECISIONS_KEPT), ("new", now - DECISIONS_KEPT + timedelta(days=1))):
            await kept.permissions.log(
                Decision(0, time, None, name, "built-in", "look", "", "{}", True, "person", Reason.NEW)
            )
        await kept.pass_time(PURGE_SECONDS + 1)
        assert [one.call_id for one in kept.permissions.rows] == ["new"]

    async def test_a_history_that_cannot_be_purged_keeps_no_decision_alive(self, kept: Kept) -> None:
        old = kept.world.clock.now() - DECISIONS_KEPT
        await kept.permissions.log(
            Decision(0, old, None, "old", "built-in", "look", "", "{}", True, "person", Reason.NEW)
        )
        kept.world.conversations.failure = StoreError("The disk is gone.", "Look for it.")
        await kept.pass_time(PURGE_SECONDS + 1)
        assert kept.permissions.rows == []


def kept_message(picture: ImagePart) -> Message:
    return Message(Role.USER, (picture,))


class TestDescribing:
    async def test_sources_that_nobody_knows_are_asked_when_the_start_is_long_over(self, kept: Kept) -> None:
        source = FakeToolSource(make_tool())
        source.cold = True
        kept.world.tool_sources.found.append(source)
        await kept.pass_time(DESCRIBE_SECONDS - 1)
        assert source.described == 0
        await kept.pass_time(2)
        assert source.described == 1

    async def test_nobody_is_asked_while_an_answer_streams(self, kept: Kept) -> None:
        source = FakeToolSource(make_tool())
        source.cold = True
        kept.world.tool_sources.found.append(source)
        hold = Hold()
        kept.world.remote.enqueue([hold, *answer("Words.")])
        async with asyncio.TaskGroup() as group:
            group.create_task(kept.services.chat.ask(Question("q"), lambda _event: None))
            await hold.reached.wait()
            await kept.pass_time(DESCRIBE_SECONDS + 1)
            assert source.described == 0
            hold.release()
        await kept.pass_time(QUIET_SECONDS + 1)
        assert source.described == 1


async def test_the_contents_of_requests_go_after_the_days_that_the_person_wants(kept: Kept) -> None:
    await kept.services.preferences.set("privacy.keep_days", 7)
    await kept.pass_time(PURGE_SECONDS)
    assert kept.sent.forgotten == [kept.world.clock.now() - timedelta(days=7)]
