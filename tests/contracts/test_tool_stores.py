"""What is kept of tools: the stores in memory and those in the database."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kireji.core.history import ConversationSetup
from kireji.core.messages import Message, Role, TextPart
from kireji.core.permissions import Decision, Grant, Pattern, Reason, Scope
from kireji.core.tool_ports import DescriptionStore, OfferStore, PermissionStore
from kireji.core.tools import Hints, Outside, Place, PlaceKind, Tool
from kireji.storage.conversations import SqliteConversationStore
from kireji.storage.database import Database
from kireji.storage.permissions import SqlitePermissionStore
from kireji.storage.tool_descriptions import SqliteDescriptionStore
from kireji.storage.tool_offers import SqliteOfferStore
from tests.fakes.stores import Ticking
from tests.fakes.tools import MemoryDescriptionStore, MemoryOfferStore, MemoryPermissionStore

NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
LATER = datetime(2100, 1, 1, tzinfo=UTC)

LOOK = Tool("look", "look", "built-in", "Look", "Looks at things.", b'{"type":"object"}', b'{"type": "object"}')
SEND = Tool(
    "mail__send",
    "send",
    "mcp:mail",
    "Send \u2028 \U0001f600",
    "Sends \0 mail.",
    b'{"type":"object","properties":{"to":{"type":"string"}}}',
    b"\xff not even text",
    Hints(read_only=False, open_world=True),
    (Place("file", PlaceKind.PATH), Place("to", PlaceKind.ADDRESS)),
    None,
    asks_always=True,
    seconds=2.5,
)


@dataclass(frozen=True)
class Stores:
    permissions: PermissionStore
    descriptions: DescriptionStore
    offers: OfferStore


@pytest.fixture(params=["real", "fake"])
async def stores(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stores]:
    async with AsyncExitStack() as stack:
        if request.param == "fake":
            yield Stores(MemoryPermissionStore(), MemoryDescriptionStore(), MemoryOfferStore())
            return
        database = await Database.open(tmp_path / "kireji.db")
        stack.push_async_callback(database.close)
        yield Stores(
            SqlitePermissionStore(database), SqliteDescriptionStore(database), SqliteOfferStore(database, Ticking())
        )


def allowed(tool: str = "look", **changes: object) -> Grant:
    plain = Grant(0, tool, "plugin:eyes", "print", True, Pattern(), None, None, NOW)
    return msgspec.structs.replace(plain, **changes)


def decided(call_id: str = "call_1", **changes: object) -> Decision:
    plain = Decision(0, NOW, None, call_id, "plugin:eyes", "look", "print", "{}", True, "person", Reason.NEW)
    return msgspec.structs.replace(plain, **changes)


class TestGrants:
    async def test_they_come_newest_first_as_they_were_given(self, stores: Stores) -> None:
        pattern = Pattern("5e" * 32, "/home/me/Grüße", "example.com")
        first = await stores.permissions.grant(allowed(pattern=pattern, conversation=3, until=NOW))
        second = await stores.permissions.grant(allowed(tool="", allows=False))
        assert await stores.permissions.grants() == [second, first]
        assert first == allowed(id=first.id, pattern=pattern, conversation=3, until=NOW)
        assert second.id > first.id > 0

    async def test_those_that_have_ended_are_among_them(self, stores: Stores) -> None:
        ended = await stores.permissions.grant(allowed(until=NOW - timedelta(days=400)))
        assert await stores.permissions.grants() == [ended]

    async def test_one_that_is_taken_back_is_gone_and_its_number_is_not_used_again(self, stores: Stores) -> None:
        first = await stores.permissions.grant(allowed())
        assert await stores.permissions.revoke(first.id)
        assert not await stores.permissions.revoke(first.id)
        assert await stores.permissions.grants() == []
        assert (await stores.permissions.grant(allowed())).id > first.id

    async def test_a_folder_whose_name_is_no_text_is_never_taken_for_another(self, stores: Stores) -> None:
        folder = os.fsdecode(b"/home/\xff") if os.name == "posix" else "C:\\\udcff"
        given = await stores.permissions.grant(allowed(pattern=Pattern(folder=folder)))
        assert (await stores.permissions.grants())[0] == given


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.characters(exclude_categories=())), min_size=6, max_size=6))
async def test_every_text_of_a_permission_comes_back_exactly(tmp_path: Path, texts: list[str]) -> None:
    tool, source, fingerprint, digest, folder, host = texts
    database = await Database.open(tmp_path / "kireji.db")
    store = SqlitePermissionStore(database)
    grant = Grant(0, tool, source, fingerprint, True, Pattern(digest, folder, host), None, None, NOW)
    kept = await store.grant(grant)
    found = (await store.grants())[0]
    await database.close()
    assert found == kept == msgspec.structs.replace(grant, id=kept.id)


class TestTrust:
    async def test_a_source_is_trusted_for_a_fingerprint(self, stores: Stores) -> None:
        await stores.permissions.set_trusted("plugin:eyes", "one")
        await stores.permissions.set_trusted("mcp:mail", "two")
        await stores.permissions.set_trusted("plugin:eyes", "three")
        assert await stores.permissions.trusted() == {"plugin:eyes": "three", "mcp:mail": "two"}

    async def test_trust_ends(self, stores: Stores) -> None:
        await stores.permissions.set_trusted("plugin:eyes", "one")
        await stores.permissions.set_trusted("plugin:eyes", "")
        await stores.permissions.set_trusted("plugin:never", "")
        assert await stores.permissions.trusted() == {}


class TestDecisions:
    async def test_they_come_newest_first_as_they_were_made(self, stores: Stores) -> None:
        outside = (Outside.SCREEN, Outside.QUOTE)
        full = decided(
            "call_1",
            conversation=3,
            arguments='{"at": "\u2028 \U0001f600 \0"}',
            allowed=False,
            by="rule",
            reason=Reason.DENIED,
            scope=Scope.FOLDER,
            outside=outside,
        )
        numbers = [await stores.permissions.log(one) for one in (full, decided("call_2"))]
        found = await stores.permissions.decisions()
        assert found == [decided("call_2", id=numbers[1]), msgspec.structs.replace(full, id=numbers[0])]

    @pytest.mark.parametrize("reason", Reason)
    async def test_every_reason_comes_back(self, stores: Stores, reason: Reason) -> None:
        await stores.permissions.log(decided(reason=reason))
        assert [one.reason for one in await stores.permissions.decisions()] == [reason]

    async def test_no_more_come_than_wanted_and_those_of_one_conversation(self, stores: Stores) -> None:
        for number in range(6):
            await stores.permissions.log(decided(f"call_{number}", conversation=number % 2))
        assert [one.call_id for one in await stores.permissions.decisions(2)] == ["call_5", "call_4"]
        assert [one.call_id for one in await stores.permissions.decisions(2, 0)] == ["call_4", "call_2"]
        assert await stores.permissions.decisions(conversation=7) == []

    async def test_old_ones_are_forgotten(self, stores: Stores) -> None:
        for days in (400, 366, 1):
            await stores.permissions.log(decided(f"call_{days}", time=NOW - timedelta(days=days)))
        assert await stores.permissions.forget_decisions(NOW - timedelta(days=365)) == 2
        assert [one.call_id for one in await stores.permissions.decisions()] == ["call_1"]


class TestDescriptions:
    async def test_what_a_source_said_is_found_under_its_fingerprint(self, stores: Stores) -> None:
        await stores.descriptions.keep_description("mcp:mail", "one", [LOOK, SEND])
        assert tuple(await stores.descriptions.described("mcp:mail", "one") or ()) == (LOOK, SEND)
        assert await stores.descriptions.described("mcp:mail", "two") is None
        assert await stores.descriptions.described("mcp:other", "one") is None

    async def test_a_source_without_tools_is_known_to_have_none(self, stores: Stores) -> None:
        await stores.descriptions.keep_description("mcp:mail", "one", [])
        found = await stores.descriptions.described("mcp:mail", "one")
        assert found is not None
        assert len(found) == 0

    async def test_what_it_says_later_takes_the_place_of_that(self, stores: Stores) -> None:
        await stores.descriptions.keep_description("mcp:mail", "one", [LOOK])
        await stores.descriptions.keep_description("mcp:mail", "two", [SEND])
        assert await stores.descriptions.described("mcp:mail", "one") is None
        assert tuple(await stores.descriptions.described("mcp:mail", "two") or ()) == (SEND,)

    async def test_text_that_no_file_can_hold_is_kept_as_well_as_can_be(self, tmp_path: Path) -> None:
        database = await Database.open(tmp_path / "kireji.db")
        store = SqliteDescriptionStore(database)
        await store.keep_description("mcp:mail", "one", [msgspec.structs.replace(LOOK, title="\ud800 sight")])
        [found] = await store.described("mcp:mail", "one") or ()
        await database.close()
        assert found.title == "? sight"

    async def test_a_row_that_cannot_be_read_is_none(self, tmp_path: Path) -> None:
        database = await Database.open(tmp_path / "kireji.db")
        descriptions, offers = SqliteDescriptionStore(database), SqliteOfferStore(database)
        await descriptions.keep_description("mcp:mail", "one", [LOOK])
        digest = await offers.keep_offer([LOOK])
        for table in ("tool_descriptions", "tool_offers"):
            statement = f"UPDATE {table} SET tools = '[{{}}]'"
            await database.write(lambda connection, statement=statement: connection.execute(statement).rowcount)
        found = await descriptions.described("mcp:mail", "one"), await offers.offer(digest)
        await database.close()
        assert found == (None, None)


class TestOffers:
    async def test_a_list_comes_back_in_its_order(self, stores: Stores) -> None:
        digest = await stores.offers.keep_offer([SEND, LOOK])
        assert tuple(await stores.offers.offer(digest) or ()) == (SEND, LOOK)

    async def test_the_same_list_is_kept_once_and_another_is_another(self, stores: Stores) -> None:
        digests = [await stores.offers.keep_offer(tools) for tools in ([LOOK], (LOOK,), [SEND, LOOK], [LOOK, SEND])]
        assert digests[0] == digests[1]
        assert len({*digests}) == 3

    async def test_no_tools_are_a_list_too(self, stores: Stores) -> None:
        digest = await stores.offers.keep_offer([])
        found = await stores.offers.offer(digest)
        assert found is not None
        assert len(found) == 0

    async def test_a_list_that_was_never_kept_is_not_there(self, stores: Stores) -> None:
        assert await stores.offers.offer("-") is None
        assert await stores.offers.offer("") is None


class TestPurge:
    """What goes with a conversation."""

    @pytest.fixture
    async def database(self, tmp_path: Path) -> AsyncIterator[Database]:
        database = await Database.open(tmp_path / "kireji.db")
        yield database
        await database.close()

    async def begin(self, database: Database, tools: str = "") -> SqliteConversationStore:
        conversations = SqliteConversationStore(database, lambda _origin: True)
        message = Message(Role.USER, (TextPart("why"),))
        await conversations.create("", message, ConversationSetup(tools=tools))
        return conversations

    async def test_permissions_for_it_go_with_it_and_decisions_lose_what_was_said(self, database: Database) -> None:
        conversations, store = await self.begin(database), SqlitePermissionStore(database)
        here, everywhere = allowed(conversation=1), await store.grant(allowed())
        await store.grant(here)
        for conversation in (1, 2):
            await store.log(decided(arguments='{"to": "her"}', conversation=conversation))
        await conversations.remove(1)
        assert len(await store.grants()) == 2
        await conversations.purge(LATER)
        assert await store.grants() == [everywhere]
        assert [one.arguments for one in await store.decisions()] == ['{"to": "her"}', ""]

    async def test_a_list_that_no_conversation_has_any_more_is_forgotten(self, database: Database) -> None:
        offers = SqliteOfferStore(database)
        used, unused = await offers.keep_offer([LOOK]), await offers.keep_offer([SEND])
        conversations = await self.begin(database, tools=used)
        await conversations.purge(LATER)
        assert await offers.offer(unused) is None
        assert await offers.offer(used) is not None
        await conversations.configure(1, ConversationSetup(tools="-"))
        await conversations.purge(LATER)
        assert await offers.offer(used) is None

    async def test_a_list_that_was_just_kept_stays_for_the_conversation_that_is_about_to_begin(
        self, database: Database
    ) -> None:
        now = Ticking(NOW)
        offers, conversations = SqliteOfferStore(database, now), await self.begin(database)
        digest = await offers.keep_offer([LOOK])
        now.time = NOW + timedelta(days=60)
        await offers.keep_offer([LOOK])
        await conversations.purge(NOW + timedelta(days=30))
        assert await offers.offer(digest) is not None
