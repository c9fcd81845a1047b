"""Servers of tools: added, imported, removed; their secrets in the keychain."""

from __future__ import annotations

import pytest

from kireji.core.errors import KeyStoreLocked, KeyStoreUnavailable, KirejiError, SettingsError
from kireji.core.secret import Secret, SecretName
from kireji.core.tool_servers import SECRETS, Importable, SecretPlace, ServerEntry, Stage, TestStep
from kireji.services.tools.servers import ToolServers
from tests.fakes.keychain import FakeKeyStore
from tests.fakes.tools import FakeOtherHosts, FakeProbe, MemoryServerFile

FILES = ServerEntry("files", "npx", ("pkg",), {"GITHUB_TOKEN": "ghp_1", "LOG_LEVEL": "info"})
REMOTE = ServerEntry("remote", url="https://h.example/mcp", headers={"Authorization": "Bearer x", "X-Team": "a"})
KEPT = SecretName(SECRETS, "files/GITHUB_TOKEN")


class World:
    """The service and what it works on."""

    def __init__(self) -> None:
        self.file = MemoryServerFile()
        self.probe = FakeProbe()
        self.hosts = FakeOtherHosts()
        self.keychain = FakeKeyStore()
        self.told = 0
        self.servers = ToolServers(self.file, lambda: self.probe, self.hosts, self.keychain)
        self.servers.changed.subscribe(lambda _: self._tell())

    def _tell(self) -> None:
        self.told += 1


@pytest.fixture
def world() -> World:
    return World()


async def test_a_secret_goes_into_the_keychain_and_a_reference_into_the_file(world: World) -> None:
    await world.servers.add(FILES)
    (entry,) = world.file.servers
    assert entry.env == {"GITHUB_TOKEN": "${keychain:files/GITHUB_TOKEN}", "LOG_LEVEL": "info"}
    assert world.keychain.secrets == {KEPT: Secret("ghp_1")}
    assert (world.probe.reloads, world.told) == (1, 1)


async def test_a_header_too(world: World) -> None:
    entry = await world.servers.add(REMOTE)
    assert entry.headers == {"Authorization": "${keychain:remote/Authorization}", "X-Team": "a"}
    assert world.keychain.secrets[SecretName(SECRETS, "remote/Authorization")] == Secret("Bearer x")


async def test_a_reference_stays_a_reference(world: World) -> None:
    entry = ServerEntry("files", "npx", env={"GITHUB_TOKEN": "${GITHUB_TOKEN}"})
    await world.servers.add(entry)
    assert world.file.servers == [entry]
    assert world.keychain.secrets == {}


async def test_the_person_can_keep_them_in_the_file(world: World) -> None:
    await world.servers.add(FILES, secrets=SecretPlace.FILE)
    assert world.file.servers == [FILES]
    assert world.keychain.secrets == {}


@pytest.mark.parametrize("kind", [KeyStoreUnavailable, KeyStoreLocked])
async def test_without_the_keychain_nothing_is_added(world: World, kind: type[KeyStoreUnavailable]) -> None:
    world.keychain.failure = kind("There is none.", "Set it in the environment.")
    with pytest.raises(kind):
        await world.servers.add(FILES)
    assert world.file.servers == []


async def test_where_there_is_no_keychain_the_other_ways_are_told(world: World) -> None:
    world.keychain.failure = KeyStoreUnavailable("There is none.", "")
    with pytest.raises(KeyStoreUnavailable) as caught:
        await world.servers.add(FILES)
    assert "${GITHUB_TOKEN}" in caught.value.hint


async def test_a_name_that_is_taken_is_refused(world: World) -> None:
    await world.servers.add(FILES)
    with pytest.raises(KirejiError, match="already"):
        await world.servers.add(ServerEntry("files", "other"))


async def test_replacing_deletes_secrets_that_are_not_wanted_any_more(world: World) -> None:
    await world.servers.add(FILES)
    await world.servers.add(ServerEntry("files", "other"), replace=True)
    assert [entry.command for entry in world.file.servers] == ["other"]
    assert world.keychain.secrets == {}


async def test_an_entry_that_cannot_be_used_is_refused(world: World) -> None:
    with pytest.raises(KirejiError, match="It is wrong"):
        await world.servers.add(ServerEntry("files", problem="It is wrong."))


async def test_removing_takes_the_secrets_along(world: World) -> None:
    await world.servers.add(FILES)
    await world.servers.remove("files")
    assert world.file.servers == []
    assert world.keychain.secrets == {}
    assert world.probe.reloads == 2


async def test_secrets_of_others_are_left_alone(world: World) -> None:
    other = SecretName(SECRETS, "shared")
    world.keychain.secrets[other] = Secret("x")
    await world.servers.add(ServerEntry("files", "npx", env={"TOKEN": "${keychain:shared}"}))
    await world.servers.remove("files")
    assert other in world.keychain.secrets


async def test_a_secret_that_cannot_be_deleted_is_told_when_the_server_is_gone(world: World) -> None:
    await world.servers.add(FILES)
    world.keychain.failure = KeyStoreLocked("The keychain is locked.", "Unlock it.")
    with pytest.raises(KeyStoreLocked, match="still in the keychain: The keychain is locked"):
        await world.servers.remove("files")
    assert world.file.servers == []


async def test_nobody_is_not_removed(world: World) -> None:
    with pytest.raises(KirejiError, match="no server called files"):
        await world.servers.remove("files")


async def test_leaving_alone_and_using_again(world: World) -> None:
    await world.servers.add(ServerEntry("files", "npx"))
    await world.servers.set_disabled("files", True)
    assert world.file.servers[0].disabled
    await world.servers.set_disabled("files", False)
    assert not world.file.servers[0].disabled


async def test_an_import_adds_what_is_new_and_says_what_it_left(world: World) -> None:
    broken = ServerEntry("broken", problem="It is wrong.")
    world.hosts.found = [Importable("Cursor", "/mcp.json", (FILES, REMOTE, broken))]
    await world.servers.add(ServerEntry("remote", "mine"))
    done = await world.servers.import_from("/mcp.json")
    assert (done.added, done.present, done.problems) == (("files",), ("remote",), {"broken": "It is wrong."})
    assert [(entry.name, entry.command) for entry in world.file.servers] == [("remote", "mine"), ("files", "npx")]
    assert world.keychain.secrets == {KEPT: Secret("ghp_1")}


async def test_an_import_of_some(world: World) -> None:
    world.hosts.found = [Importable("Cursor", "/mcp.json", (FILES, REMOTE))]
    assert (await world.servers.import_from("/mcp.json", ["remote"])).added == ("remote",)
    with pytest.raises(KirejiError, match="no server called nobody"):
        await world.servers.import_from("/mcp.json", ["nobody"])


async def test_an_import_that_stops_in_the_middle_keeps_what_it_has_told(world: World) -> None:
    world.hosts.found = [Importable("Cursor", "/mcp.json", (ServerEntry("one", "x"), FILES))]
    world.keychain.failure = KeyStoreLocked("The keychain is locked.")
    with pytest.raises(KeyStoreLocked):
        await world.servers.import_from("/mcp.json")
    assert [entry.name for entry in world.file.servers] == ["one"]
    assert world.told == 1


@pytest.mark.parametrize("found", [Importable("x", "/m.json", problem="It is broken."), Importable("x", "/m.json")])
async def test_a_file_with_nothing_to_import_is_told(world: World, found: Importable) -> None:
    world.hosts.found = [found]
    with pytest.raises(KirejiError):
        await world.servers.import_from("/m.json")


async def test_a_test(world: World) -> None:
    steps = (TestStep(Stage.ENTRY, True, "The entry is complete."),)
    world.probe.steps["files"] = steps
    await world.servers.add(ServerEntry("files", "npx"))
    assert await world.servers.test("files") == steps
    with pytest.raises(KirejiError, match="no server called nobody"):
        await world.servers.test("nobody")


async def test_a_broken_file_is_told(world: World) -> None:
    world.file.failure = SettingsError("mcp.json cannot be understood: line 1.")
    with pytest.raises(SettingsError):
        await world.servers.add(FILES)
    assert world.keychain.secrets == {}
