"""`kireji tools list`, `show`, `on` and `off`, and how a tool is found by its name."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from kireji.core.errors import ToolSourceError
from kireji.core.tools import Hints, Place, PlaceKind, SourceState, SourceStatus, Tool
from tests.fakes.tools import FakeToolSource, make_tool
from tests.fakes.world import World
from tests.unit.cli.conftest import Kireji

PURE = Hints(read_only=True, open_world=False, pure=True)
READS = Hints(read_only=True, open_world=False)
CALCULATE = make_tool("calculate", "built-in", hints=PURE)
READ = make_tool(
    "read_file",
    "plugin:files",
    hints=READS,
    places=(Place("path", PlaceKind.PATH),),
    schema=json.dumps(
        {
            "type": "object",
            "properties": {
                "path": {"type": "string", "description": "Which file."},
                "lines": {"type": "integer", "minimum": 1, "default": 100},
            },
            "required": ["path"],
            "additionalProperties": False,
        }
    ).encode(),
)


class Broken(FakeToolSource):
    """A plugin that cannot be read."""

    def status(self) -> SourceStatus:
        detail = "/plugins/broken.py, line 3: the parameter x has a type that no tool can take. Give it another."
        return msgspec.structs.replace(super().status(), state=SourceState.FAILED, detail=detail, origin="broken.py")


@pytest.fixture(autouse=True)
def sources(world: World) -> list[FakeToolSource]:
    broken = Broken(name="plugin:broken")
    broken.cold, broken.failure = True, ToolSourceError("It cannot be read.", "Correct it.")
    world.tool_sources.found = [
        FakeToolSource(CALCULATE, make_tool("run_command", "built-in", asks_always=True), name="built-in"),
        FakeToolSource(READ, name="plugin:files"),
        broken,
    ]
    return world.tool_sources.found


def as_json(kireji: Kireji, *argv: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(kireji("tools", *argv, "--json").out)
    return found


class TestList:
    def test_every_tool_says_whether_it_is_offered_and_what_becomes_of_calls(self, kireji: Kireji) -> None:
        lines = {line.split()[0]: line.split()[1:4] for line in kireji("tools", "list").out.splitlines() if line}
        assert lines["calculate"] == ["yes", "allowed", "built-in"]
        assert lines["run_command"] == ["no", "ask", "built-in"]
        assert lines["files__read_file"] == ["yes", "ask", "plugin:files"]

    def test_every_source_says_how_it_stands(self, kireji: Kireji) -> None:
        lines = {line.split()[0]: line.split()[1:] for line in kireji("tools", "list").out.splitlines() if line}
        assert lines["built-in"] == ["ready", "yes", "2", "-"]
        assert lines["plugin:files"] == ["ready", "no", "1", "-"]
        assert lines["plugin:broken"] == ["failed", "no", "0", "broken.py"]

    def test_without_plugins_it_says_where_they_go(self, sources: list[FakeToolSource], kireji: Kireji) -> None:
        assert "There are no plugins" not in kireji("tools", "list").err
        del sources[1:]
        assert "There are no plugins. They are Python files in /data/plugins, such as /" in kireji("tools", "list").err
        assert as_json(kireji, "list")["plugins"] == "/data/plugins"

    def test_a_broken_plugin_says_file_line_and_reason(self, kireji: Kireji) -> None:
        result = kireji("tools", "list")
        assert result.code == 0
        assert result.err.startswith("plugin:broken: /plugins/broken.py, line 3: the parameter x has a type")

    def test_sources_that_were_never_asked_are_asked(self, sources: list[FakeToolSource], kireji: Kireji) -> None:
        sources[1].cold = True
        assert "files__read_file" in kireji("tools", "list").out
        assert [source.described for source in sources] == [0, 1, 1]

    def test_nothing_is_started_for_what_is_known(self, sources: list[FakeToolSource], kireji: Kireji) -> None:
        sources[1].cold = True
        assert "files__read_file" not in kireji("tools", "list", "--known").out
        assert [source.described for source in sources] == [0, 0, 0]

    def test_json_has_all_of_it(self, kireji: Kireji) -> None:
        found = as_json(kireji, "list")
        assert [(one["id"], one["state"], one["trusted"]) for one in found["sources"]] == [
            ("built-in", "ready", True),
            ("plugin:files", "ready", False),
            ("plugin:broken", "failed", False),
        ]
        read = found["tools"][2]
        assert (read["name"], read["own_name"], read["on"], read["permission"]) == (
            "files__read_file",
            "read_file",
            True,
            "ask",
        )
        assert read["places"] == [{"argument": "path", "kind": "path"}]
        assert read["schema"]["required"] == ["path"]

    def test_tools_that_are_switched_off_as_a_whole_are_said_to_be(self, world: World, kireji: Kireji) -> None:
        world.settings.tables["tools"] = {"enabled": False}
        assert "switched off" in kireji("tools", "list").err
        assert as_json(kireji, "list")["enabled"] is False

    def test_a_description_from_outside_does_not_break_the_table(
        self, sources: list[FakeToolSource], kireji: Kireji
    ) -> None:
        sources[1].tools = (msgspec.structs.replace(READ, title="Read\nSOURCE  a\x1b[2Jfile"),)
        assert "Read SOURCE afile" in kireji("tools", "list").out


class TestShow:
    def test_a_tool_is_explained(self, kireji: Kireji) -> None:
        text = kireji("tools", "show", "files__read_file").out
        for words in (
            "Read file (files__read_file)",
            "Does read_file.",
            "path   required  text",
            "Which file. (a permission can hold for its folder)",
            "lines  else 100  whole number, at least 1",
            "Source: plugin:files (ready)",
            "not believed; that takes: kireji tools trust plugin:files",
            "It could change something and send data out of this computer. It says of itself: only reads.",
            "A call may take 60 seconds.",
            "A call is asked about.",
        ):
            assert words in text, words

    def test_a_trusted_source_is_believed(self, kireji: Kireji) -> None:
        kireji("tools", "trust", "files")
        text = kireji("tools", "show", "read_file").out
        assert "What it says of its tools is believed." in text
        assert "\nIt only reads.\n" in text

    def test_what_is_allowed_stands_with_it(self, kireji: Kireji) -> None:
        kireji("tools", "allow", "read_file")
        assert "   1  read_file: allowed for everything" in kireji("tools", "show", "read_file").out
        assert "read_file: allowed" in kireji("tools", "show", "plugin:files").out
        assert [one["id"] for one in as_json(kireji, "show", "read_file")["permissions"]] == [1]

    def test_a_pure_tool_and_one_that_always_asks_say_so(self, kireji: Kireji) -> None:
        assert "It only computes" in kireji("tools", "show", "calculate").out
        text = kireji("tools", "show", "run_command").out
        assert "It asks every time: no permission lasts." in text
        assert "It is not offered to models." in text
        assert "It takes no arguments." in text

    def test_a_source_is_explained_with_what_is_wrong_with_it(self, kireji: Kireji) -> None:
        text = kireji("tools", "show", "plugin:broken").out
        assert "Source: plugin:broken, broken.py (failed)\n/plugins/broken.py, line 3" in text
        assert as_json(kireji, "show", "plugin:broken")["state"] == "failed"

    def test_a_source_is_explained_with_its_tools_and_asked_for_them(
        self, sources: list[FakeToolSource], kireji: Kireji
    ) -> None:
        sources[1].cold = True
        assert "\n  files__read_file  Read file\n" in kireji("tools", "show", "plugin:files").out
        assert as_json(kireji, "show", "plugin:files")["tool_names"] == ["files__read_file"]
        assert sources[1].described == 1

    def test_what_a_tool_says_of_itself_is_told_where_it_says_less(
        self, sources: list[FakeToolSource], kireji: Kireji
    ) -> None:
        sources.append(FakeToolSource(make_tool("send", "mcp:mail"), name="mcp:mail"))
        assert "It says of itself: only reads." in kireji("tools", "show", "read_file").out
        assert "It says of itself" not in kireji("tools", "show", "send").out


class TestNames:
    def test_a_name_that_is_nobodys_gets_the_nearest(self, kireji: Kireji) -> None:
        result = kireji("tools", "show", "calculat")
        assert (result.code, result.out) == (1, "")
        assert result.err == "kireji: There is no tool with the name calculat. Did you mean calculate?\n"

    def test_a_name_that_is_like_no_other_is_sent_to_the_list(self, kireji: Kireji) -> None:
        assert "kireji tools list" in kireji("tools", "show", "zzz").err

    def test_an_own_name_that_two_have_must_be_said_whole(self, sources: list[FakeToolSource], kireji: Kireji) -> None:
        sources.append(FakeToolSource(make_tool("read_file", "mcp:disk"), name="mcp:disk"))
        result = kireji("tools", "show", "read_file")
        assert result.code == 1
        assert "files__read_file, disk__read_file" in result.err
        assert "mcp:disk" in kireji("tools", "show", "disk__read_file").out

    def test_a_tool_of_a_source_that_was_never_asked_is_found(
        self, sources: list[FakeToolSource], kireji: Kireji
    ) -> None:
        sources[1].cold = True
        assert kireji("tools", "show", "read_file").code == 0

    def test_a_tool_of_a_broken_plugin_says_why_it_is_not_there(self, kireji: Kireji) -> None:
        result = kireji("tools", "call", "broken__count")
        assert result.code == 1
        assert "/plugins/broken.py, line 3" in result.err

    def test_the_name_of_a_source_does_where_no_tool_has_it(
        self, sources: list[FakeToolSource], kireji: Kireji
    ) -> None:
        assert kireji("tools", "show", "files").out.startswith("Source: plugin:files")
        assert "plugin:files is no longer offered" in kireji("tools", "off", "files").out
        sources[1].tools = (*sources[1].tools, make_tool("files", "plugin:files"))
        assert kireji("tools", "show", "files").out.startswith("Files (files__files)")

    @pytest.mark.parametrize("name", ["mail__send", "mail"])
    def test_a_server_that_is_disabled_says_so(self, sources: list[FakeToolSource], kireji: Kireji, name: str) -> None:
        server = FakeToolSource(make_tool("send", "mcp:mail"), name="mcp:mail")
        server.state = SourceState.OFF
        sources.append(server)
        result = kireji("tools", "call", name)
        assert result.code == 1
        assert result.err == "kireji: The server mail is disabled. Use it again with: kireji mcp enable mail\n"


class TestSwitch:
    def test_a_tool_is_switched_off_and_on(self, world: World, kireji: Kireji) -> None:
        assert "no longer offered" in kireji("tools", "off", "read_file").out
        assert world.settings.tables["tools"] == {"off": ["files__read_file"]}
        assert "is offered" in kireji("tools", "on", "read_file").out
        assert as_json(kireji, "show", "read_file")["on"] is True

    def test_a_source_is_switched_off(self, kireji: Kireji) -> None:
        kireji("tools", "off", "plugin:files")
        assert as_json(kireji, "show", "plugin:files")["on"] is False

    def test_commands_can_be_switched_on(self, world: World, kireji: Kireji) -> None:
        kireji("tools", "on", "run_command")
        assert as_json(kireji, "show", "run_command")["on"] is True


@pytest.mark.parametrize("tool", [CALCULATE, READ])
def test_what_is_printed_as_json_is_a_tools_own_schema(kireji: Kireji, tool: Tool) -> None:
    assert as_json(kireji, "show", tool.name)["schema"] == json.loads(tool.schema)
