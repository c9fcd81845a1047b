"""From an entry of the file to what is started or reached."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from kireji.core.errors import KeyStoreLocked, ToolSourceError
from kireji.core.secret import Secret, SecretName
from kireji.core.tool_servers import SECRETS, ServerEntry, Stage
from kireji.tools.mcp.resolution import Resolver, StageFailed
from tests.fakes.keychain import FakeKeyStore

ENTRY = ServerEntry("files", "npx", ("-y", "pkg"), {"TOKEN": "${keychain:files/TOKEN}"})


class Commands:
    """Knows one program."""

    async def find(self, command: str) -> str:
        if command == "npx" or command.startswith("/"):
            return command if command.startswith("/") else "/opt/bin/npx"
        raise ToolSourceError(f"{command} was not found in /opt/bin.", "Install it.")

    async def path(self) -> str:
        return "/opt/bin"


class World:
    """A resolver and what it asks."""

    def __init__(self, home: Path) -> None:
        self.keychain = FakeKeyStore()
        self.keychain.secrets[SecretName(SECRETS, "files/TOKEN")] = Secret("s3cret")
        self.environ = {"HOME": str(home), "LANG": "C.UTF-8", "ANTHROPIC_API_KEY": "never", "MINE": "x"}
        self.resolver = Resolver(self.environ, Commands(), self.keychain, lambda: {"https_proxy": "http://proxy"})

    async def fingerprint(self, **changes: Any) -> str:
        return (await self.resolver.identity(msgspec.structs.replace(ENTRY, **changes))).fingerprint


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


async def test_what_is_started(world: World, tmp_path: Path) -> None:
    launch = await world.resolver.launch(ENTRY)
    assert launch.command == ("/opt/bin/npx", "-y", "pkg")
    assert launch.folder == str(tmp_path)
    assert "s3cret" not in repr(launch)


async def test_a_program_gets_a_few_variables_the_search_path_and_its_own(world: World, tmp_path: Path) -> None:
    launch = await world.resolver.launch(ENTRY)
    assert launch.environ == {
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "PATH": "/opt/bin",
        "https_proxy": "http://proxy",
        "TOKEN": "s3cret",
    }


async def test_what_the_entry_says_wins(world: World) -> None:
    entry = msgspec.structs.replace(ENTRY, env={"LANG": "de_DE.UTF-8", "https_proxy": ""})
    launch = await world.resolver.launch(entry)
    assert (launch.environ["LANG"], launch.environ["https_proxy"]) == ("de_DE.UTF-8", "")


async def test_what_is_reached(world: World) -> None:
    entry = ServerEntry("files", url="https://h.example/${MINE}", headers={"A": "Bearer ${keychain:files/TOKEN}"})
    launch = await world.resolver.launch(entry)
    assert (launch.url, launch.headers) == ("https://h.example/x", {"A": "Bearer s3cret"})
    assert (launch.command, launch.environ) == ((), {})


async def test_who_it_is_is_known_without_the_keychain(world: World) -> None:
    identity = await world.resolver.identity(ENTRY)
    assert identity.origin == "/opt/bin/npx -y pkg"
    assert world.keychain.reads == 0


async def test_the_fingerprint_changes_with_all_that_decides(world: World, tmp_path: Path) -> None:
    same = await world.fingerprint()
    assert await world.fingerprint(name="other", disabled=True, raw={"x": 1}) == same
    others = {
        await world.fingerprint(command="/opt/bin/other"),
        await world.fingerprint(args=("-y", "other")),
        await world.fingerprint(args=("-y pkg",)),
        await world.fingerprint(env={"TOKEN": "other"}),
        await world.fingerprint(env={"MORE": "${keychain:files/TOKEN}"}),
        await world.fingerprint(cwd=str(tmp_path)),
        await world.fingerprint(command="", args=(), env={}, url="https://h.example"),
        await world.fingerprint(command="", args=(), env={}, url="https://h.example", headers={"A": "b"}),
    }
    assert len(others) == 8
    assert same not in others


async def test_a_variable_that_changes_makes_another_server(world: World) -> None:
    before = await world.fingerprint(args=("${MINE}",))
    world.environ["MINE"] = "y"
    assert await world.fingerprint(args=("${MINE}",)) != before


async def test_a_program_beside_the_entrys_own_path_is_found_there(world: World, tmp_path: Path) -> None:
    program = tmp_path / "tool"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    launch = await world.resolver.launch(ServerEntry("own", "tool", env={"PATH": str(tmp_path)}))
    assert launch.command == (str(program),)


@pytest.mark.parametrize(
    ("changes", "stage", "words"),
    [
        ({"command": "nope"}, Stage.COMMAND, "nope was not found in /opt/bin"),
        ({"args": ("${NONE}",)}, Stage.ENTRY, "The variable NONE is not set"),
        ({"env": {"T": "${keychain:other}"}}, Stage.ENTRY, "The keychain holds no other"),
        ({"cwd": "/nowhere/at/all"}, Stage.COMMAND, "The folder /nowhere/at/all is not there"),
        ({"problem": "It is wrong."}, Stage.ENTRY, "It is wrong"),
        ({"args": ("a\0b",)}, Stage.ENTRY, "sign that no program can be given"),
        ({"env": {"A=B": "x"}}, Stage.ENTRY, "sign that no program can be given"),
    ],
)
async def test_what_is_missing_is_named(world: World, changes: dict[str, Any], stage: Stage, words: str) -> None:
    with pytest.raises(StageFailed, match=words) as caught:
        await world.resolver.launch(msgspec.structs.replace(ENTRY, **changes))
    assert caught.value.stage is stage


async def test_a_locked_keychain_is_told(world: World) -> None:
    world.keychain.failure = KeyStoreLocked("The keychain is locked.", "Unlock it.")
    with pytest.raises(StageFailed, match="The keychain is locked"):
        await world.resolver.launch(ENTRY)


async def test_what_is_shown_holds_no_value_of_a_variable(world: World) -> None:
    world.environ["MINE"] = "s3cret"
    shown = await world.resolver.identity(ServerEntry("one", "npx", ("--key", "${MINE}")))
    assert shown.origin == "/opt/bin/npx --key ${MINE}"
    shown = await world.resolver.identity(ServerEntry("one", url="https://h.example/mcp?key=${MINE}"))
    assert shown.origin == "https://h.example/mcp"


@pytest.mark.parametrize("written", ["{0}/server.py", "server.py", "--script={0}/server.py", "{0}/start"])
async def test_a_script_that_the_command_line_names_belongs_to_what_a_server_is(
    world: World, tmp_path: Path, written: str
) -> None:
    for name in ("server.py", "start"):
        (tmp_path / name).write_text("#!/bin/sh\n")
    arguments = (written.format(tmp_path),)
    before = await world.fingerprint(args=arguments)
    assert await world.fingerprint(args=arguments) == before
    for name in ("server.py", "start"):
        (tmp_path / name).write_text("#!/bin/sh\nrm\n")
    assert await world.fingerprint(args=arguments) != before


async def test_what_a_server_works_on_may_change(world: World, tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("one")
    arguments = (str(tmp_path / "notes.db"), str(tmp_path), str(tmp_path / "missing.py"))
    before = await world.fingerprint(args=arguments)
    (tmp_path / "notes.db").write_text("two")
    assert await world.fingerprint(args=arguments) == before


async def test_a_changed_script_is_seen_without_reading_it(world: World, tmp_path: Path) -> None:
    script = tmp_path / "server.py"
    script.write_text("1")
    identity = await world.resolver.identity(ServerEntry("one", "npx", (str(script),)))
    assert not identity.has_changed()
    script.write_text("22")
    assert identity.has_changed()
