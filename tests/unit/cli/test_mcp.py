"""`kireji mcp`."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator

import pytest

from kireji.cli.parser import parse
from kireji.core.errors import KeyStoreUnavailable, SettingsError
from kireji.core.secret import Secret, SecretName
from kireji.core.tool_servers import SECRETS, Importable, ServerEntry, Stage, TestStep
from kireji.core.tools import SourceState
from tests.fakes.tools import FakeToolSource
from tests.fakes.world import World
from tests.unit.cli.conftest import Kireji

NOTICE = "is not recorded in the list of what left this computer"


# the arguments


def test_a_program_is_what_stands_after_two_dashes() -> None:
    found = parse(["mcp", "add", "files", "--env", "A=1", "--env", "B=x=y", "--", "npx", "-y", "--json", "--", "pkg"])
    assert (found.name, found.env) == ("files", [("A", "1"), ("B", "x=y")])
    assert found.program == ["npx", "-y", "--json", "--", "pkg"]


def test_an_address_needs_no_program() -> None:
    found = parse(["mcp", "add", "remote", "--url", "https://h.example/mcp", "--header", "A=b", "--secret", "C"])
    assert (found.url, found.header, found.secret, found.program) == ("https://h.example/mcp", [("A", "b")], ["C"], [])


@pytest.mark.parametrize(
    "argv",
    [
        ["add", "one"],
        ["add", "one", "--url", "https://h.example", "--", "npx"],
        ["add", "one", "--url", "https://h.example", "--env", "A=1"],
        ["add", "one", "--header", "A=1", "--", "npx"],
    ],
)
def test_arguments_that_make_no_server(kireji: Kireji, argv: list[str]) -> None:
    result = kireji("mcp", *argv)
    assert (result.code, result.out) == (2, "")


def test_a_program_without_two_dashes_is_told_how_it_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["mcp", "add", "files", "npx", "server"])
    said = "npx server means nothing here; a program stands after two dashes: kireji mcp add NAME -- COMMAND"
    assert said in capsys.readouterr().err


# add, remove, switch


def test_adding_says_what_comes_next_and_what_is_not_recorded(world: World, kireji: Kireji) -> None:
    result = kireji("mcp", "add", "files", "--env", "LEVEL=1", "--cwd", "/work", "--", "npx", "-y", "pkg")
    assert result.code == 0
    assert result.out == "files is added. See whether it works with: kireji mcp test files\n"
    assert NOTICE in result.err
    (entry,) = world.server_file.servers
    assert (entry.command, entry.args, entry.env, entry.cwd) == ("npx", ("-y", "pkg"), {"LEVEL": "1"}, "/work")


@pytest.mark.parametrize(
    ("url", "told"),
    [("https://h.example/mcp?key=1", True), ("https://me:pw@h.example/", True), ("https://h/mcp", False)],
)
def test_an_address_that_may_hold_a_secret_is_told(kireji: Kireji, url: str, told: bool) -> None:
    result = kireji("mcp", "add", "remote", "--url", url)
    assert result.code == 0
    assert ("Its whole address is in mcp.json" in result.err) is told


def test_a_path_is_kept_whole(world: World, kireji: Kireji) -> None:
    kireji("mcp", "add", "files", "--", "./server.py")
    assert world.server_file.servers[0].command == os.path.abspath("server.py")


def test_a_secret_is_piped_in_and_kept_in_the_keychain(world: World, kireji: Kireji) -> None:
    result = kireji("mcp", "add", "files", "--secret", "GITHUB_TOKEN", "--", "npx", piped=b"ghp_1\n")
    assert result.code == 0
    assert "In the keychain: GITHUB_TOKEN." in result.err
    assert "ghp_1" not in result.out + result.err
    assert world.server_file.servers[0].env == {"GITHUB_TOKEN": "${keychain:files/GITHUB_TOKEN}"}
    assert world.keychain.secrets[SecretName(SECRETS, "files/GITHUB_TOKEN")] == Secret("ghp_1")


def test_no_secret_is_told(world: World, kireji: Kireji) -> None:
    result = kireji("mcp", "add", "files", "--secret", "TOKEN", "--", "npx", piped=b"")
    assert result.code == 1
    assert result.err.startswith("kireji: No value was given for TOKEN.")


def test_without_a_keychain_the_person_decides(world: World, kireji: Kireji) -> None:
    world.keychain.failure = KeyStoreUnavailable("There is no keychain.")
    argv = ["add", "files", "--env", "A_TOKEN=x", "--", "npx"]
    result = kireji("mcp", *argv)
    assert result.code == 1
    assert "There is no keychain." in result.err
    assert "--secrets-in-file" in result.err
    assert world.server_file.servers == []
    result = kireji("mcp", *argv[:2], "--secrets-in-file", *argv[2:])
    assert result.code == 0
    assert "In mcp.json, readable to every program of yours: A_TOKEN." in result.err
    assert world.server_file.servers[0].env == {"A_TOKEN": "x"}


def test_removing_and_switching(world: World, kireji: Kireji) -> None:
    world.server_file.servers = [ServerEntry("files", "npx")]
    assert kireji("mcp", "disable", "files").out == "files is left alone.\n"
    assert world.server_file.servers[0].disabled
    assert kireji("mcp", "enable", "files").out == "files is used again.\n"
    assert kireji("mcp", "remove", "files").out == "files is removed.\n"
    assert world.server_file.servers == []
    result = kireji("mcp", "remove", "files")
    assert (result.code, result.out) == (1, "")
    assert "no server called files" in result.err


# list


def test_a_list_without_servers(kireji: Kireji) -> None:
    result = kireji("mcp", "list")
    assert (result.code, result.out) == (0, "")
    assert "kireji mcp add" in result.err


def test_a_list(world: World, kireji: Kireji) -> None:
    world.tool_sources.found = [FakeToolSource(name="mcp:files"), FakeToolSource(name="plugin:probe")]
    world.server_file.servers = [ServerEntry("files", "npx")]
    result = kireji("mcp", "list")
    assert result.code == 0
    assert len(result.out.splitlines()) == 2
    assert NOTICE in result.err
    assert "They stand in /settings/mcp.json." in result.err
    listed = json.loads(kireji("mcp", "list", "--json").out)
    assert listed["file"] == "/settings/mcp.json"
    servers = listed["servers"]
    assert [(server["state"], server["disabled"]) for server in servers] == [("ready", False)]


def test_a_broken_file_is_told(world: World, kireji: Kireji) -> None:
    world.server_file.failure = SettingsError("mcp.json cannot be understood: line 3, column 1.", "Correct it.")
    result = kireji("mcp", "list")
    assert result.code == 1
    assert result.err.count("line 3, column 1") == 1


def test_a_name_that_is_nobodys_gets_the_nearest(world: World, kireji: Kireji) -> None:
    world.server_file.servers = [ServerEntry("files", "npx")]
    result = kireji("mcp", "test", "flies")
    assert (result.code, result.err) == (1, "kireji: There is no server called flies. Did you mean files?\n")


# test


STEPS = (
    TestStep(Stage.ENTRY, True, "The entry is complete."),
    TestStep(Stage.COMMAND, True, "/usr/bin/npx"),
    TestStep(Stage.START, False, "It ended by itself with code 1.", "See what it wrote.", ("no such package",)),
)


def test_a_test_tells_each_stage(world: World, kireji: Kireji) -> None:
    world.server_file.servers = [ServerEntry("files", "npx")]
    world.probe.steps["files"] = STEPS
    result = kireji("mcp", "test", "files")
    assert result.code == 1
    assert result.out.splitlines() == [
        "ok      Entry read: The entry is complete.",
        "ok      Program or address found: /usr/bin/npx",
        "FAILED  Server started: It ended by itself with code 1.",
        "        See what it wrote.",
        "        | no such package",
    ]


def test_each_stage_is_told_as_it_passes(world: World, kireji: Kireji) -> None:
    out, seen = io.StringIO(), []

    class Passing(tuple[TestStep, ...]):
        def __iter__(self) -> Iterator[TestStep]:
            for step in super().__iter__():
                yield step
                seen.append(out.getvalue().count(" found") + out.getvalue().count(" read"))

    world.server_file.servers = [ServerEntry("files", "npx")]
    world.probe.steps["files"] = Passing(STEPS)
    kireji("mcp", "test", "files", out=out)
    assert seen[:2] == [1, 2]
    assert out.getvalue().count("Entry read") == 1


def test_a_test_as_json(world: World, kireji: Kireji) -> None:
    world.server_file.servers = [ServerEntry("files", "npx")]
    world.probe.steps["files"] = STEPS[:2]
    result = kireji("mcp", "test", "files", "--json")
    assert result.code == 0
    steps = json.loads(result.out)["steps"]
    assert [(step["stage"], step["passed"]) for step in steps] == [("entry", True), ("command", True)]


# import


def test_what_can_be_imported(world: World, kireji: Kireji) -> None:
    assert "No other program" in kireji("mcp", "import").err
    both = (ServerEntry("a", "x"), ServerEntry("b", "y"))
    world.other_hosts.found = [Importable("Cursor", "/home/me/.cursor/mcp.json", both)]
    result = kireji("mcp", "import")
    assert result.out.splitlines()[1].split() == ["Cursor", "a,", "b", "/home/me/.cursor/mcp.json"]
    files = json.loads(kireji("mcp", "import", "--json").out)["files"]
    assert files[0]["servers"] == ["a", "b"]


def test_an_import(world: World, kireji: Kireji) -> None:
    found = (ServerEntry("a", "x"), ServerEntry("b", "y"), ServerEntry("c", problem="It is wrong."))
    world.other_hosts.found = [Importable("Cursor", "/mcp.json", found)]
    world.server_file.servers = [ServerEntry("b", "mine")]
    result = kireji("mcp", "import", "/mcp.json")
    assert result.code == 0
    assert result.out.splitlines() == [
        "Added: a.",
        "There already, and left as they are: b.",
        "c cannot be used: It is wrong.",
    ]
    assert NOTICE in result.err
    assert [entry.command for entry in world.server_file.servers] == ["mine", "x"]


def test_an_import_of_some_as_json(world: World, kireji: Kireji) -> None:
    world.other_hosts.found = [Importable("Cursor", "/mcp.json", (ServerEntry("a", "x"), ServerEntry("b", "y")))]
    result = kireji("mcp", "import", "/mcp.json", "--name", "b", "--json")
    assert json.loads(result.out) == {"added": ["b"], "present": [], "problems": {}, "unready": {}}


def test_what_is_missing_of_an_imported_server_is_said_at_once(world: World, kireji: Kireji) -> None:
    world.other_hosts.found = [Importable("Cursor", "/mcp.json", (ServerEntry("a", "x"), ServerEntry("b", "y")))]
    unready = FakeToolSource(name="mcp:b")
    unready.state = SourceState.FAILED
    world.tool_sources.found = [FakeToolSource(name="mcp:a"), unready]
    assert "b cannot be started yet:" in kireji("mcp", "import", "/mcp.json").err


def test_an_import_without_a_keychain_says_what_to_type(world: World, kireji: Kireji) -> None:
    entry = ServerEntry("a", "x", env={"API_TOKEN": "s3cret"})
    world.other_hosts.found = [Importable("Cursor", "/mcp.json", (entry,))]
    world.keychain.failure = KeyStoreUnavailable("There is no keychain.", "Install one.")
    result = kireji("mcp", "import", "/mcp.json")
    assert result.code == 1
    assert "(--secrets-in-file)" in result.err


def test_a_file_that_is_not_there(kireji: Kireji) -> None:
    result = kireji("mcp", "import", "/nowhere.json")
    assert (result.code, result.out) == (1, "")
