"""What the doctor says of plugins, servers and the programs that they are."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from kireji.core.errors import SettingsError, ToolSourceError
from kireji.core.tool_servers import ServerEntry
from kireji.core.tools import SourceState, SourceStatus
from kireji.services.doctor import Verdict
from kireji.services.tool_checks import find_plugins, find_programs, find_servers
from tests.fakes.tools import FakeToolSource, make_tool
from tests.fakes.world import World


class Broken(FakeToolSource):
    """A plugin whose file cannot be read, which shows when it is asked."""

    async def describe(self) -> tuple[()]:
        self.described += 1
        self.state = SourceState.FAILED
        raise ToolSourceError("It cannot be read.", "Correct it.")

    def status(self) -> SourceStatus:
        detail = "/plugins/broken.py, line 3: nonsense." if self.state is SourceState.FAILED else ""
        return msgspec.structs.replace(super().status(), detail=detail)


class Hanging(FakeToolSource):
    """A plugin that never answers."""

    async def describe(self) -> tuple[()]:
        return await asyncio.get_running_loop().create_future()


def plugin(name: str) -> FakeToolSource:
    return FakeToolSource(make_tool("look", f"plugin:{name}"), name=f"plugin:{name}")


def cold(source: FakeToolSource) -> FakeToolSource:
    source.cold = True
    return source


class TestPlugins:
    async def test_without_any_that_is_said(self) -> None:
        found = await find_plugins(World().services().tools.toolbox)
        assert (found.verdict, found.sentence) == (Verdict.OK, "No plugin is installed.")

    async def test_those_that_are_known_are_not_started(self) -> None:
        world = World()
        world.tool_sources.found = [plugin("a"), plugin("b")]
        found = await find_plugins(world.services().tools.toolbox)
        assert (found.verdict, found.sentence, found.data["count"]) == (Verdict.OK, "2 plugins.", 2)
        assert [source.described for source in world.tool_sources.found] == [0, 0]

    async def test_a_broken_one_says_file_line_and_reason(self) -> None:
        world = World()
        world.tool_sources.found = [plugin("a"), cold(Broken(name="plugin:broken")), cold(plugin("c"))]
        found = await find_plugins(world.services().tools.toolbox)
        assert (found.verdict, found.sentence) == (Verdict.WARNING, "/plugins/broken.py, line 3: nonsense.")
        assert "the other 2 plugins can be used" in found.hint
        assert found.data["problems"] == {"plugin:broken": "/plugins/broken.py, line 3: nonsense."}

    async def test_one_that_hangs_does_not_hold_the_others_up(self) -> None:
        world = World()
        world.tool_sources.found = [cold(Hanging(name="plugin:slow")), cold(plugin("b"))]
        found = await find_plugins(world.services().tools.toolbox, seconds=0.05)
        assert found.sentence == "plugin:slow has not answered within 0.05 seconds."
        assert world.tool_sources.found[1].described == 1

    async def test_one_that_is_switched_off_and_servers_are_left_alone(self) -> None:
        world = World()
        off, server = cold(plugin("off")), cold(FakeToolSource(name="mcp:mail"))
        off.state = SourceState.OFF
        world.tool_sources.found = [off, server]
        found = await find_plugins(world.services().tools.toolbox)
        assert (found.verdict, off.described, server.described) == (Verdict.OK, 0, 0)


class TestServers:
    async def test_without_any_that_is_said(self) -> None:
        tools = World().services().tools
        assert (await find_servers(tools.toolbox, tools.servers)).sentence == "No server of tools is configured."

    async def test_they_are_counted_and_none_is_started(self) -> None:
        world = World()
        world.server_file.servers = [ServerEntry("mail", "mail-server"), ServerEntry("disk", "disk", disabled=True)]
        world.tool_sources.found = [cold(FakeToolSource(name="mcp:mail"))]
        tools = world.services().tools
        found = await find_servers(tools.toolbox, tools.servers)
        assert (found.verdict, found.sentence) == (
            Verdict.OK,
            "2 servers, 1 of them switched off; none was started for this.",
        )
        assert world.tool_sources.found[0].described == 0

    async def test_an_entry_that_cannot_be_used_and_a_server_that_failed_say_why(self) -> None:
        world = World()
        world.server_file.servers = [ServerEntry("mail", "mail"), ServerEntry("disk", problem="disk has no command.")]
        failed = Broken(name="mcp:mail")
        failed.state = SourceState.FAILED
        world.tool_sources.found = [failed]
        tools = world.services().tools
        found = await find_servers(tools.toolbox, tools.servers)
        assert found.verdict is Verdict.WARNING
        assert found.sentence == "/plugins/broken.py, line 3: nonsense. (and 1 more)"
        assert found.data["problems"] == {
            "mail": "/plugins/broken.py, line 3: nonsense.",
            "disk": "disk has no command.",
        }

    async def test_a_file_that_cannot_be_understood_is_an_error(self) -> None:
        world = World()
        world.server_file.failure = SettingsError("mcp.json, line 2: a comma is missing.", "Correct it.")
        tools = world.services().tools
        with pytest.raises(SettingsError, match="line 2"):
            await find_servers(tools.toolbox, tools.servers)


class TestPrograms:
    async def test_one_that_ends_in_order_is_good(self) -> None:
        async def start() -> int:
            return 0

        assert (await find_programs(start)).verdict is Verdict.OK

    async def test_one_that_ends_otherwise_is_told(self) -> None:
        async def start() -> int:
            return -9

        found = await find_programs(start)
        assert (found.verdict, "ended with -9" in found.sentence) == (Verdict.WARNING, True)

    async def test_one_that_cannot_be_started_says_why(self) -> None:
        async def start() -> int:
            raise ToolSourceError("The supervisor did not start.")

        found = await find_programs(start)
        assert found.sentence == "The supervisor did not start."
        assert "everything else can" in found.hint
