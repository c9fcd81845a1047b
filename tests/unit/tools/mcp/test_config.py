"""The file of servers."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

import pytest

from kireji.core.errors import SettingsError, StoreError
from kireji.core.tool_servers import ServerEntry
from kireji.storage.files import write_atomically
from kireji.tools.mcp.config import McpFile

WHOLE = """{
  "$schema": "somewhere",
  "mcpServers": {
    "second": {"command": "two", "unknown": {"deep": [1, null]}},
    "first": {"command": "one"}
  },
  "inputs": [1.5]
}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings" / "mcp.json"


@pytest.fixture
def file(path: Path) -> McpFile:
    path.parent.mkdir()
    path.write_text(WHOLE)
    return McpFile(path, write_atomically)


def test_the_servers_in_the_order_of_the_file(file: McpFile) -> None:
    assert [(entry.name, entry.command) for entry in file.entries()] == [("second", "two"), ("first", "one")]


def test_without_a_file_there_are_none(path: Path) -> None:
    assert McpFile(path, write_atomically).entries() == []
    assert McpFile(path, write_atomically).stamp() is None


@pytest.mark.parametrize("text", ["", " \n", "{}", '{"mcpServers": {}}', '\ufeff{"other": 1}'])
def test_a_file_without_servers(file: McpFile, path: Path, text: str) -> None:
    path.write_text(text)
    assert file.entries() == []


def test_adding_changes_nothing_else(file: McpFile, path: Path) -> None:
    before = json.loads(WHOLE)
    file.put(ServerEntry("third", "three"))
    after = json.loads(path.read_text())
    assert list(after) == list(before)
    assert list(after["mcpServers"]) == ["second", "first", "third"]
    del after["mcpServers"]["third"]
    assert after == before


def test_replacing_keeps_the_place_and_what_is_unknown(file: McpFile, path: Path) -> None:
    entry = file.entries()[0]
    file.put(ServerEntry("second", "other", raw=entry.raw))
    servers = json.loads(path.read_text())["mcpServers"]
    assert list(servers) == ["second", "first"]
    assert servers["second"] == {"command": "other", "unknown": {"deep": [1, None]}}


def test_removing(file: McpFile, path: Path) -> None:
    assert file.remove("second")
    assert not file.remove("second")
    assert list(json.loads(path.read_text())["mcpServers"]) == ["first"]


def test_switching_off_and_on(file: McpFile) -> None:
    assert file.set_disabled("first", True)
    assert [entry.disabled for entry in file.entries()] == [False, True]
    assert file.set_disabled("first", False)
    assert [entry.disabled for entry in file.entries()] == [False, False]
    assert not file.set_disabled("nobody", True)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_only_the_person_can_read_what_is_written(path: Path) -> None:
    McpFile(path, write_atomically).put(ServerEntry("one", "x", env={"TOKEN": "secret"}))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{\n  "mcpServers": {,}\n}', "line 2, column 18"),
        ('{"mcpServers": {"a": {}, "a": {}}}', "a stands twice"),
        ("[]", "not an object"),
        ('{"mcpServers": []}', "mcpServers is not an object"),
        ('{"mcpServers": ' + "[" * 100_000, "nested too deeply"),
        ('{"n": ' + "9" * 5000 + "}", "limit"),
        ("// a comment\n{}", "line 1, column 1"),
    ],
)
def test_a_broken_file_says_where_and_is_left_as_it_is(file: McpFile, path: Path, text: str, words: str) -> None:
    path.write_text(text)
    with pytest.raises(SettingsError, match=words):
        file.entries()
    with pytest.raises(SettingsError):
        file.put(ServerEntry("one", "x"))
    with pytest.raises(SettingsError):
        file.remove("a")
    assert path.read_text() == text


def test_bytes_that_are_no_text_are_told(file: McpFile, path: Path) -> None:
    path.write_bytes(b'{"mcpServers": "\xff"}')
    with pytest.raises(SettingsError, match="byte 16 is not UTF-8"):
        file.entries()


def test_half_a_surrogate_pair_survives(file: McpFile, path: Path) -> None:
    path.write_text('{"mcpServers": {"one": {"command": "x", "note": "\\ud800"}}}')
    file.put(ServerEntry("two", "y"))
    assert json.loads(path.read_text())["mcpServers"]["one"]["note"] == "\ud800"


def test_a_file_that_may_not_be_read_is_told(file: McpFile, path: Path) -> None:
    path.unlink()
    path.mkdir()
    with pytest.raises(StoreError, match=r"mcp\.json cannot be read"):
        file.entries()


def test_a_disk_that_takes_nothing_is_told_and_nothing_is_lost(path: Path) -> None:
    def full(file: Path, data: bytes) -> None:
        raise OSError(28, os.strerror(28))

    path.parent.mkdir()
    path.write_text(WHOLE)
    with pytest.raises(StoreError, match="no space left"):
        McpFile(path, full).put(ServerEntry("one", "x"))
    assert path.read_text() == WHOLE


def test_the_stamp_changes_with_the_file(file: McpFile) -> None:
    before = file.stamp()
    file.put(ServerEntry("third", "three"))
    assert file.stamp() != before


def test_what_could_not_be_used_is_told_before_it_is_written(file: McpFile, path: Path) -> None:
    assert file.problem(ServerEntry("one", "npx")) == ""
    assert "neither" in file.problem(ServerEntry("one"))
    assert "visible characters" in file.problem(ServerEntry("", "npx"))
    assert "must begin with" in file.problem(ServerEntry("one", url="host.example"))
    assert path.read_text() == WHOLE
