"""Servers that are entered in other programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.tools.mcp.hosts import HostFiles, without_comments

SERVERS = {"mcpServers": {"one": {"command": "npx"}}}


def hosts(home: Path, platform: str = "linux") -> HostFiles:
    return HostFiles({"HOME": str(home)}, home / "project", platform)


def put(path: Path, content: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


@pytest.mark.parametrize(
    ("platform", "place", "host"),
    [
        ("linux", ".config/Claude/claude_desktop_config.json", "Claude Desktop"),
        ("darwin", "Library/Application Support/Claude/claude_desktop_config.json", "Claude Desktop"),
        ("win32", "AppData/Roaming/Claude/claude_desktop_config.json", "Claude Desktop"),
        ("linux", ".claude.json", "Claude Code"),
        ("linux", "project/.mcp.json", "Claude Code"),
        ("linux", ".cursor/mcp.json", "Cursor"),
        ("linux", ".lmstudio/mcp.json", "LM Studio"),
        ("linux", ".codeium/windsurf/mcp_config.json", "Windsurf"),
        ("linux", ".gemini/settings.json", "Gemini CLI"),
    ],
)
def test_each_program_is_found_at_its_place(tmp_path: Path, platform: str, place: str, host: str) -> None:
    path = put(tmp_path / place, SERVERS)
    (found,) = hosts(tmp_path, platform).find()
    assert (found.host, found.path, [entry.name for entry in found.entries]) == (host, str(path), ["one"])


@pytest.mark.parametrize(
    ("platform", "place"),
    [
        ("linux", ".config/Code/User/mcp.json"),
        ("darwin", "Library/Application Support/Code/User/mcp.json"),
        ("win32", "AppData/Roaming/Code/User/mcp.json"),
        ("linux", "project/.vscode/mcp.json"),
    ],
)
def test_vs_code_has_another_name_for_servers_and_comments(tmp_path: Path, platform: str, place: str) -> None:
    text = '{\n // mine\n "servers": {"one": {"type": "stdio", "command": "npx", /* x */ "args": ["a",],},},\n}'
    put(tmp_path / place, text)
    (found,) = hosts(tmp_path, platform).find()
    assert (found.host, found.entries[0].args, found.problem) == ("VS Code", ("a",), "")


def test_a_settings_folder_of_ones_own_is_followed(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "xdg")}
    put(tmp_path / "xdg/Claude/claude_desktop_config.json", SERVERS)
    assert HostFiles(environ, tmp_path, "linux").find()[0].host == "Claude Desktop"


def test_servers_of_single_projects_come_after_those_for_all(tmp_path: Path) -> None:
    content = SERVERS | {
        "projects": {
            "/a": {"mcpServers": {"one": {"command": "other"}, "two": {"command": "x"}}},
            "/b": {"history": []},
        }
    }
    put(tmp_path / ".claude.json", content)
    (found,) = hosts(tmp_path).find()
    assert [(entry.name, entry.command) for entry in found.entries] == [("one", "npx"), ("two", "x")]


def test_a_program_without_servers_is_not_offered(tmp_path: Path) -> None:
    put(tmp_path / ".claude.json", {"theme": "dark"})
    assert hosts(tmp_path).find() == []


def test_a_file_that_cannot_be_understood_says_so(tmp_path: Path) -> None:
    put(tmp_path / ".cursor/mcp.json", '{"mcpServers": {')
    (found,) = hosts(tmp_path).find()
    assert "line 1, column 17" in found.problem


def test_any_file_can_be_named(tmp_path: Path) -> None:
    path = put(tmp_path / "team.json", SERVERS)
    found = hosts(tmp_path).read(str(path))
    assert (found.host, len(found.entries)) == ("team.json", 1)
    assert "cannot be read" in hosts(tmp_path).read(str(tmp_path / "nowhere.json")).problem


@given(st.dictionaries(st.text(), st.text() | st.lists(st.text()) | st.none()))
def test_json_without_comments_stays_as_it_is(value: object) -> None:
    for text in (json.dumps(value), json.dumps(value, indent=1, ensure_ascii=False)):
        assert without_comments(text) == text


@given(st.text('"/*,[]{}\\\n a', max_size=30))
def test_any_text_keeps_its_lines_and_columns(text: str) -> None:
    cleaned = without_comments(text)
    assert len(cleaned) == len(text)
    assert all(new in (old, " ") for new, old in zip(cleaned, text, strict=True))
