"""Permissions as they are kept, and what the settings add to them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from kireji.core.errors import ToolSourceError
from kireji.core.permissions import CallFacts, Reason, Scope, Verdict
from kireji.core.tools import Hints, Place, PlaceKind, Tool
from kireji.services.preferences import Preferences
from kireji.services.tools.permissions import Permissions
from kireji.services.tools.toolbox import Toolbox
from tests.fakes.desktop import FakeClock
from tests.fakes.stores import MemorySettings
from tests.fakes.tools import FakeToolSource, FakeToolSources, MemoryOfferStore, MemoryPermissionStore, make_tool

READS = Hints(read_only=True, open_world=False)
READ_FILE = make_tool("read_file", "built-in", hints=READS, places=(Place("path", PlaceKind.PATH),))
FETCH = make_tool("fetch_page", "built-in", hints=Hints(read_only=True), places=(Place("url", PlaceKind.ADDRESS),))
ACT = make_tool("act")


class Office:
    """Permissions over a store in memory."""

    def __init__(self, **settings: object) -> None:
        self.plugin = FakeToolSource(ACT)
        self.store = MemoryPermissionStore()
        self.clock = FakeClock()
        preferences = Preferences.read(MemorySettings({"tools": settings}))
        sources = FakeToolSources(
            FakeToolSource(READ_FILE, FETCH, name="built-in", fingerprint="built-in"), self.plugin
        )
        self.toolbox = Toolbox((sources,), preferences, MemoryOfferStore())
        self.permissions = Permissions(self.store, self.toolbox, preferences, self.clock)

    def facts(self, tool: Tool = ACT, **places: str) -> CallFacts:
        built_in = tool.source == "built-in"
        paths = {name: value for name, value in places.items() if name == "path"}
        hosts = {name: value for name, value in places.items() if name == "url"}
        fingerprint = "built-in" if built_in else self.plugin.fingerprint
        return CallFacts(tool, fingerprint, built_in, 1, "d", paths, hosts)

    async def verdict(self, tool: Tool = ACT, **places: str) -> Verdict:
        return (await self.permissions.judge(self.facts(tool, **places))).verdict


async def test_a_permission_is_bound_to_the_source_as_it_is() -> None:
    office = Office()
    await office.permissions.allow(ACT)
    assert await office.verdict() is Verdict.ALLOW
    office.plugin.fingerprint = "f2"
    assert await office.verdict() is Verdict.ASK


async def test_a_permission_for_a_time_ends() -> None:
    office = Office()
    await office.permissions.allow(ACT, until=office.clock.now() + timedelta(hours=1))
    assert await office.verdict() is Verdict.ALLOW
    office.clock.advance(3601)
    assert await office.verdict() is Verdict.ASK


async def test_a_denial_of_a_source_is_one_of_all_its_tools() -> None:
    office = Office()
    await office.permissions.allow(ACT)
    await office.permissions.deny("plugin:probe")
    assert await office.verdict() is Verdict.DENY


async def test_what_is_taken_back_holds_no_longer() -> None:
    office = Office()
    grant = await office.permissions.allow(ACT)
    assert await office.permissions.revoke(grant.id)
    assert not await office.permissions.revoke(grant.id)
    assert await office.verdict() is Verdict.ASK


async def test_the_folders_of_the_settings_are_permissions_of_tools_that_read_files(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.mkdir()
    link.symlink_to(real)
    office = Office(folders=[str(link)])
    assert await office.verdict(READ_FILE, path=str(real / "a.txt")) is Verdict.ALLOW
    assert await office.verdict(READ_FILE, path=str(tmp_path / "b.txt")) is Verdict.ASK
    assert await office.verdict(FETCH, url="example.org") is Verdict.ASK


async def test_the_hosts_of_the_settings_are_permissions_of_the_tool_that_fetches() -> None:
    office = Office(hosts=["Example.org"])
    assert await office.verdict(FETCH, url="example.org") is Verdict.ALLOW
    assert await office.verdict(FETCH, url="evil.example") is Verdict.ASK
    assert await office.verdict(READ_FILE, path="/a") is Verdict.ASK


async def test_the_settings_allow_plugins_nothing() -> None:
    plugin = make_tool("read", hints=READS, places=(Place("path", PlaceKind.PATH),))
    office = Office(folders=["/"])
    assert await office.verdict(plugin, path="/a") is Verdict.ASK


async def test_a_source_is_trusted_as_it_is_and_no_longer_when_it_changes() -> None:
    office = Office()
    await office.permissions.trust("plugin:probe", True)
    assert await office.permissions.trusts(office.plugin.status())
    office.plugin.fingerprint = "f2"
    assert not await office.permissions.trusts(office.plugin.status())
    await office.permissions.trust("plugin:probe", False)
    office.plugin.fingerprint = "f1"
    assert not await office.permissions.trusts(office.plugin.status())


async def test_a_source_without_a_fingerprint_is_never_trusted() -> None:
    office = Office()
    office.plugin.fingerprint = ""
    await office.permissions.trust("plugin:probe", True)
    assert not await office.permissions.trusts(office.plugin.status())


async def test_nobody_can_be_trusted_who_is_not_there() -> None:
    with pytest.raises(ToolSourceError):
        await Office().permissions.trust("plugin:nobody", True)


@pytest.mark.parametrize(
    ("scope", "place", "kept"),
    [
        (Scope.ONCE, "", False),
        (Scope.CONVERSATION, "", True),
        (Scope.FOLDER, "/a", True),
        (Scope.FOLDER, "", False),
        (Scope.HOST, "example.org", True),
        (Scope.HOST, "", False),
        (Scope.UNTIL, "", False),
    ],
)
async def test_an_answer_is_kept_as_far_as_it_goes_beyond_the_call(scope: Scope, place: str, kept: bool) -> None:
    office = Office()
    await office.permissions.remember(office.facts(), allows=True, scope=scope, place=place)
    assert bool(office.store.kept) is kept


async def test_an_answer_for_a_conversation_is_none_where_there_is_no_conversation() -> None:
    office = Office()
    facts = CallFacts(ACT, "f1", False, None, "d")
    assert await office.permissions.remember(facts, allows=True, scope=Scope.CONVERSATION) is None


async def test_the_log_shortens_what_is_long() -> None:
    office = Office()
    await office.permissions.log(office.facts(), "c", "x" * 5000, allowed=True, by="rule", reason=Reason.NEW)
    (row,) = await office.permissions.decisions()
    assert (len(row.arguments), row.tool, row.source) == (2000, "act", "plugin:probe")


async def test_a_word_tells_how_a_tool_stands() -> None:
    office = Office()
    assert await office.permissions.word(ACT) == "ask"
    await office.permissions.allow(ACT)
    assert await office.permissions.word(ACT) == "allowed"
    await office.permissions.deny("plugin:probe", "act")
    assert await office.permissions.word(ACT) == "denied"


async def test_every_change_is_told() -> None:
    office = Office()
    seen: list[None] = []
    office.permissions.changed.subscribe(seen.append)
    grant = await office.permissions.allow(ACT)
    await office.permissions.revoke(grant.id)
    await office.permissions.trust("plugin:probe", True)
    assert len(seen) == 3
