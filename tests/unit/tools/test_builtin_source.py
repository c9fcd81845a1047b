"""The built-in tools as a source: what is known of them at once, and what people see before they run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kireji.core.tools import Outside, Tool
from kireji.resources import resource
from kireji.tools.builtin.describing import RESOURCE, function_of, read, written
from kireji.tools.builtin.previews import plainly
from kireji.tools.builtin.table import TABLE
from kireji.tools.builtin_source import BuiltInSource
from kireji.tools.command_runner import CommandRunner

HOME = os.path.realpath(os.path.expanduser("~"))


def no_commands() -> CommandRunner:
    raise AssertionError("nothing runs here")


def source(*folders: str) -> BuiltInSource:
    return BuiltInSource(resource, lambda: folders, no_commands)


@pytest.fixture
async def tools() -> dict[str, Tool]:
    return {tool.own_name: tool for tool in await source().known()}


def test_what_is_kept_is_what_the_functions_say() -> None:
    """If not: packaging/describe-tools."""
    assert resource(RESOURCE).read_bytes() == written()


def test_each_tool_of_the_table_has_its_function() -> None:
    assert [tool.own_name for tool in read(written())] == list(TABLE) == sorted(TABLE)
    assert all(function_of(name).__name__ == name for name in TABLE)


def test_they_are_known_without_what_they_work_with() -> None:
    code = (
        "import asyncio, sys\n"
        "from kireji.resources import resource\n"
        "from kireji.tools.builtin_source import BuiltInSource\n"
        "tools = asyncio.run(BuiltInSource(resource, lambda: (), lambda: None).known())\n"
        f"assert len(tools) == {len(TABLE)}\n"
        "heavy = {'pint', 'simpleeval', 'markdownify', 'bs4', 'docstring_parser', 'zoneinfo', 'html.parser'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


async def test_what_models_are_told_is_short(tools: dict[str, Tool]) -> None:
    """Some four characters are a token; 1,500 of these go with every question."""
    assert sum(len(tool.name) + len(tool.description) + len(tool.offered) for tool in tools.values()) < 1500 * 4


async def test_what_each_may_do(tools: dict[str, Tool]) -> None:
    assert {name for name, tool in tools.items() if tool.hints.pure} == {"time", "calculate", "convert_units"}
    assert {name for name, tool in tools.items() if not tool.hints.read_only} == {"run_command"}
    assert {name for name, tool in tools.items() if tool.hints.open_world} == {"fetch_page", "run_command"}
    assert {name for name, tool in tools.items() if tool.asks_always} == {"run_command"}
    assert {name: tool.gives for name, tool in tools.items() if tool.gives is not None} == {
        "read_clipboard": Outside.CLIPBOARD,
        "capture_screen": Outside.SCREEN,
        "read_file": Outside.FILE,
        "list_folder": Outside.FILE,
        "search_files": Outside.FILE,
        "fetch_page": Outside.WEB,
        "run_command": Outside.TOOL,
    }
    assert {name for name, tool in tools.items() if tool.places} == {
        "read_file", "list_folder", "search_files", "fetch_page", "run_command",
    }  # fmt: skip


async def test_models_are_told_which_folders_are_open() -> None:
    told = {tool.own_name: tool.description for tool in await source("~/Documents", "/srv").known()}
    assert told["list_folder"].endswith("Open without asking: ~/Documents, /srv.")
    assert "Documents" not in told["time"]


async def preview(name: str, **arguments: object) -> str:
    one = source()
    tool = next(tool for tool in await one.known() if tool.own_name == name)
    return await one.preview(tool, arguments)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A whole path."""
    made = tmp_path.resolve() / "real"
    made.mkdir()
    return made


async def test_a_command_is_shown_with_its_folder(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder, target_is_directory=True)
    shown = await preview("run_command", command="rm -r *\necho done", folder=str(tmp_path / "link"))
    assert shown == f"rm -r *\necho done\nin the folder {folder}"
    assert (await preview("run_command", command="ls")).endswith(HOME)


def test_signs_that_would_hide_something_are_written_out() -> None:
    assert plainly("ls \x1b[8m; rm\u202e x\u200b\r") == "ls \\u001b[8m; rm\\u202e x\\u200b\\u000d"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://example.org/a?b=c", "https://example.org/a?b=c"),
        ("https://exämple.org/ä", "https://xn--exmple-cua.org/ä"),
        ("https://еxample.org/", "https://xn--xample-2of.org/"),
        ("http://192.168.0.1/", "http://192.168.0.1/\nin your own network"),
        ("http://localhost:8080/x", "http://localhost:8080/x\nin your own network"),
        ("http://printer.local/", "http://printer.local/\nin your own network"),
        ("javascript:alert(1)", "javascript:alert(1)"),
    ],
)
async def test_an_address_is_shown_as_it_is_asked_for(url: str, shown: str) -> None:
    assert await preview("fetch_page", url=url) == shown


async def test_a_file_is_shown_where_it_lies(folder: Path, tmp_path: Path) -> None:
    (folder / "real.txt").write_text("x")
    (tmp_path / "link.txt").symlink_to(folder / "real.txt")
    assert await preview("read_file", path=str(tmp_path / "link.txt")) == str(folder / "real.txt")
    assert await preview("time") == ""
