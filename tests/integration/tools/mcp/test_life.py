"""When servers are started, kept, changed and ended."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from kireji.core.errors import ToolSourceError
from kireji.core.secret import Secret, SecretName
from kireji.core.tool_servers import SECRETS
from kireji.core.tools import SourceState
from tests.integration.tools.mcp.servers import SERVER, Call, World, plain, words
from tests.integration.tools.mcp.servers import world as a_world

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the test server is started as on POSIX")


async def until(condition, tries: int = 500):  # type: ignore[no-untyped-def]
    for _ in range(tries):
        if found := await condition():
            return found
        await asyncio.sleep(0.02)
    raise AssertionError("it never came")


async def test_knowing_the_tools_starts_nothing(tmp_path: Path) -> None:
    async with a_world(tmp_path) as first:
        first.write(one=plain("well"))
        tools = await (await first.source("one")).describe()
    async with a_world(tmp_path, descriptions=first.descriptions) as second:
        source = await second.source("one")
        assert await source.known() == tools
        assert (source.status().state, source.status().tools) == (SourceState.IDLE, len(tools))
        assert second.children.pid is None


async def test_another_command_is_another_server_and_nothing_is_known_of_it(world: World) -> None:
    world.write(one=plain("well"))
    before = await world.source("one")
    await before.describe()
    world.write(one=plain("well", env={"MORE": "x"}))
    after = await world.source("one")
    assert after is not before
    assert after.status().fingerprint != before.status().fingerprint
    assert await after.known() is None


def own_script(folder: Path) -> Path:
    script = folder / "server.py"
    script.write_text(SERVER.read_text())
    return script


async def test_another_script_is_another_server_though_the_command_line_is_the_same(
    world: World, tmp_path: Path
) -> None:
    script = own_script(tmp_path)
    world.write(one={"command": sys.executable, "args": [str(script), "well"]})
    source = await world.source("one")
    await source.describe()
    before = source.status().fingerprint
    script.write_text(script.read_text() + "\n")
    assert (await world.source("one")).status().fingerprint == before  # the one that runs was started from the old one
    await source.aclose()
    assert (await world.source("one")).status().fingerprint != before
    assert await source.known() is None


async def test_what_was_allowed_for_one_script_does_not_run_another(world: World, tmp_path: Path) -> None:
    script, mark = own_script(tmp_path), tmp_path / "ran"
    world.write(one={"command": sys.executable, "args": [str(script), "well"]})
    source = await world.source("one")
    tool = next(one for one in await source.describe() if one.own_name == "echo")
    await source.aclose()
    await world.sources.sources()
    script.write_text(f"open({str(mark)!r}, 'w')\n")
    with pytest.raises(ToolSourceError, match="one is another program now"):
        await source.call(tool, {"text": "x"}, Call())
    assert not mark.exists()


async def test_a_server_whose_entry_changed_is_ended(world: World) -> None:
    world.write(one=plain("well"), two=plain("well"))
    await world.sources.test("one")
    await world.sources.test("two")
    before = await world.source("one"), await world.source("two")
    world.write(one=plain("garbage"), two=plain("well"))
    world.told.clear()
    await world.sources.sources()
    await until(lambda: _is(before[0].status().state is SourceState.IDLE))
    assert before[1].status().state is SourceState.READY
    assert (await world.source("two")) is before[1]
    assert "mcp:one" in world.told
    assert "mcp:two" not in world.told


async def test_a_server_that_was_removed_is_ended(world: World) -> None:
    world.write(one=plain("well"))
    await world.sources.test("one")
    before = await world.source("one")
    world.write()
    assert await world.sources.sources() == []
    await until(lambda: _is(before.status().state is SourceState.IDLE))


async def test_a_list_that_changes_is_read_again_and_kept(world: World) -> None:
    world.write(one=plain("well"))
    source = await world.source("one")
    before = await source.describe()
    await world.call("one", "grow", value="brand_new")
    after = await until(lambda: _more(source, len(before)))
    assert [tool.own_name for tool in after if tool not in before] == ["brand_new"]
    assert "mcp:one" in world.told
    assert world.descriptions.kept["mcp:one"][1] == tuple(after)


async def test_two_that_want_a_server_at_once_start_it_once(world: World) -> None:
    world.write(one=plain("well"))
    source = await world.source("one")
    await asyncio.gather(source.describe(), source.describe(), world.call("one", "echo", value="x"))
    assert world.told.count("mcp:one") <= 8
    about = [words(await world.call("one", "cancelled")) for _ in range(2)]
    assert about == ["0", "0"]


async def test_one_that_stops_waiting_does_not_stop_the_start_for_others(world: World) -> None:
    world.write(one=plain("well"))
    source = await world.source("one")
    async with asyncio.TaskGroup() as group:
        other = group.create_task(source.describe())
        impatient = group.create_task(source.describe())
        await asyncio.sleep(0)
        impatient.cancel()
    assert len(other.result()) == 16


async def test_a_server_can_be_ended_and_started_again(world: World) -> None:
    world.write(one=plain("well"))
    source = await world.source("one")
    await source.describe()
    await source.aclose()
    assert source.status().state is SourceState.IDLE
    await source.aclose()
    assert words(await world.call("one", "echo", value="again")) == "again"


async def test_a_server_can_be_ended_while_it_starts(world: World) -> None:
    world.write(one=plain("silent"))
    source = await world.source("one")
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(_failure(source.describe()))
        await until(lambda: _is(source.status().state is SourceState.STARTING))
        await source.aclose()
    assert "was ended before it had started" in waiting.result()


async def test_nothing_is_left_when_the_program_ends(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.write(**{f"server{number}": plain("well", env={"MARK": str(tmp_path)}) for number in range(5)})
        await asyncio.gather(*(world.sources.test(f"server{number}") for number in range(5)))
        assert len(_marked(str(tmp_path))) >= 5
    assert _marked(str(tmp_path)) == []


async def test_a_disabled_server_is_off_and_a_test_ends_it_again(world: World) -> None:
    world.write(one=plain("well", disabled=True))
    source = await world.source("one")
    assert source.status().state is SourceState.OFF
    assert (await world.sources.test("one"))[-1].passed
    assert source.status().state is SourceState.OFF
    (tool, *_) = await source.known() or ()
    with pytest.raises(ToolSourceError, match="one is switched off"):
        await source.call(tool, {}, Call())


async def test_a_secret_reaches_the_server_and_nobody_else(world: World) -> None:
    world.keychain.secrets[SecretName(SECRETS, "one/TOKEN")] = Secret("s3cret")
    world.write(one=plain("well", env={"TOKEN": "${keychain:one/TOKEN}"}))
    assert '"TOKEN": "s3cret"' in words(await world.call("one", "surroundings"))
    status = (await world.source("one")).status()
    assert "s3cret" not in repr(status) + repr(world.descriptions.kept) + (world.folder / "mcp.json").read_text()


async def test_a_broken_file_says_where_and_the_servers_stay(world: World) -> None:
    world.write(one=plain("well"))
    await world.sources.test("one")
    (world.folder / "mcp.json").write_text('{"mcpServers": {"one": }}')
    servers = await world.sources.sources()
    assert [source.status().state for source in servers] == [SourceState.READY, SourceState.FAILED]
    assert "line 1, column 24" in servers[1].status().detail
    with pytest.raises(ToolSourceError, match="line 1, column 24"):
        await servers[1].describe()
    world.write(one=plain("well"))
    assert [source.status().state for source in await world.sources.sources()] == [SourceState.READY]


async def test_a_wrong_entry_is_in_the_list_and_says_why(world: World) -> None:
    world.write(one={"type": "sse", "url": "https://host.example/sse"}, two=plain("well"))
    one, two = [source.status() for source in await world.sources.sources()]
    assert (one.state, two.state) == (SourceState.FAILED, SourceState.IDLE)
    assert "outdated" in one.detail


def test_no_server_means_that_nothing_of_the_protocol_is_loaded(tmp_path: Path) -> None:
    """Nor is it when servers are entered and their tools are known."""
    code = (
        "import asyncio, sys, pathlib\n"
        "from tests.integration.tools.mcp.servers import plain, world\n"
        "async def main():\n"
        "    async with world(pathlib.Path(sys.argv[1])) as w:\n"
        "        await w.sources.sources()\n"
        "        w.write(one=plain('well'), two={'url': 'https://host.example/mcp'})\n"
        "        for source in await w.sources.sources(): await source.known()\n"
        "asyncio.run(main())\n"
        "assert not {'mcp', 'mcp_types', 'anyio', 'httpx2', 'pydantic'} & set(sys.modules)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False, cwd=Path.cwd()
    )
    assert result.returncode == 0, result.stderr


def _marked(mark: str) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"MARK={mark}".encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


async def _is(value: bool) -> bool:
    return value


async def _more(source, number: int):  # type: ignore[no-untyped-def]
    tools = await source.known()
    return tools if len(tools) > number else None


async def _failure(work) -> str:  # type: ignore[no-untyped-def]
    with pytest.raises(ToolSourceError) as caught:
        await work
    return caught.value.message
