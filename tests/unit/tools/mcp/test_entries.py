"""One server of a file in the `mcpServers` form."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.tool_servers import ServerEntry, host_of, looks_secret, shown_address, shown_command
from kireji.tools.mcp.entries import read_entry, write_entry

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(
    [
        "command",
        "args",
        "env",
        "cwd",
        "type",
        "url",
        "headers",
        "disabled",
        "enabled",
        "timeout",
        "serverUrl",
        "httpUrl",
    ]
)


def test_a_program() -> None:
    raw = {"command": "npx", "args": ["-y", "pkg", 5], "env": {"K": "v", "N": 1, "B": True}, "cwd": "~/work"}
    found = read_entry("files", raw)
    assert (found.command, found.args, found.cwd) == ("npx", ("-y", "pkg", "5"), "~/work")
    assert found.env == {"K": "v", "N": "1", "B": "true"}
    assert (found.problem, found.source) == ("", "mcp:files")


@pytest.mark.parametrize("kind", ["http", "streamable-http", "streamableHttp", None])
def test_an_address(kind: str | None) -> None:
    raw: dict[str, Any] = {"url": "https://host.example/mcp", "headers": {"Authorization": "Bearer x"}}
    found = read_entry("remote", raw | ({"type": kind} if kind else {}))
    assert (found.url, found.headers) == ("https://host.example/mcp", {"Authorization": "Bearer x"})
    assert found.problem == ""


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"type": "sse", "url": "https://host.example/sse"}, "outdated"),
        ({"type": "ws", "url": "https://host.example"}, "ws is unknown"),
        ({"type": 5, "command": "x"}, "unknown"),
        ({"command": "x", "url": "https://host.example"}, "both"),
        ({}, "neither"),
        ({"type": "stdio", "url": "https://host.example"}, "must be"),
        ({"type": "http", "command": "x"}, "must be"),
        ({"url": "host.example/mcp"}, "must begin with"),
        ({"url": "file:///etc/passwd"}, "must begin with"),
        ({"command": ["npx"]}, "command must be a text"),
        ({"command": "x", "args": "-y pkg"}, "args must be a list"),
        ({"command": "x", "env": ["K=v"]}, "env must be an object"),
        ({"command": "x", "env": {"K": None}}, "env must be an object"),
        ("npx", "not an object"),
        (None, "not an object"),
    ],
)
def test_what_cannot_be_used_says_why(raw: object, words: str) -> None:
    assert words in read_entry("one", raw).problem


@pytest.mark.parametrize("name", ["", " ", " a", "a\nb", "a\x1b[31m", "x" * 101])
def test_a_name_that_cannot_be_shown_is_refused(name: str) -> None:
    assert "name" in read_entry(name, {"command": "x"}).problem


def test_an_address_that_is_filled_in_later_is_not_judged_before() -> None:
    assert read_entry("one", {"url": "${SERVER:-https://host.example}/mcp"}).problem == ""


@pytest.mark.parametrize("raw", [{"disabled": True}, {"enabled": False}])
def test_switched_off_in_either_way(raw: dict[str, Any]) -> None:
    assert read_entry("one", {"command": "x"} | raw).disabled


def test_writing_keeps_what_is_unknown_and_the_order() -> None:
    raw = {"timeout": 5, "command": "x", "autoApprove": ["a"], "args": ["1"]}
    assert list(write_entry(read_entry("one", raw)).items()) == list(raw.items())


def test_writing_a_new_one_writes_what_is_set() -> None:
    assert write_entry(ServerEntry("one", "x", ("a",), {"K": "v"})) == {
        "command": "x",
        "args": ["a"],
        "env": {"K": "v"},
    }
    assert write_entry(ServerEntry("one", url="https://h.example")) == {"type": "http", "url": "https://h.example"}


@given(st.dictionaries(KEYS, JSON) | JSON)
def test_nothing_that_json_can_hold_breaks_the_reading(raw: object) -> None:
    found = read_entry("one", raw)
    assert found.problem or bool(found.command) != bool(found.url)


@given(st.dictionaries(KEYS, JSON))
def test_what_can_be_used_means_the_same_after_writing(raw: dict[str, Any]) -> None:
    found = read_entry("one", raw)
    if not found.problem:
        again = read_entry("one", write_entry(found))
        assert (again.command, again.args, again.env, again.cwd) == (found.command, found.args, found.env, found.cwd)
        assert (again.url, again.headers, again.disabled) == (found.url, found.headers, found.disabled)


@pytest.mark.parametrize(
    "name",
    ["GITHUB_TOKEN", "API_KEY", "apiKey", "Authorization", "X-Api-Key", "PASSWORD", "client_secret", "GH_PAT", "KEY"],
)
def test_names_of_secrets(name: str) -> None:
    assert looks_secret(name)


@pytest.mark.parametrize("name", ["PATH", "MONKEY", "KEYBOARD", "TOKENIZER", "HOME", "AUTHOR", "Accept", "COMPAT"])
def test_names_of_nothing_secret(name: str) -> None:
    assert not looks_secret(name)


@pytest.mark.parametrize(
    ("url", "shown", "host"),
    [
        ("https://h.example/mcp", "https://h.example/mcp", "h.example"),
        ("https://me:pw@h.example:8/a/b?key=s#t", "https://h.example:8/a/b", "h.example:8"),
        ("https://h.example?key=s/@x", "https://h.example", "h.example"),
        ("http://[::1/mcp", "http://[::1/mcp", "[::1"),
        ("${SERVER}", "${SERVER}", ""),
    ],
)
def test_an_address_is_shown_without_what_may_be_secret(url: str, shown: str, host: str) -> None:
    assert (shown_address(url), host_of(url)) == (shown, host)


@pytest.mark.parametrize("key", ["url", "serverUrl", "httpUrl"])
def test_an_address_keeps_the_name_that_its_program_gave_it(key: str) -> None:
    raw = {key: "https://h.example/mcp"}
    entry = read_entry("one", raw)
    assert (entry.url, entry.problem) == ("https://h.example/mcp", "")
    assert write_entry(entry)[key] == "https://h.example/mcp"


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (("-y", "pkg", "/home/you"), "-y pkg /home/you"),
        (("--token=s3cret",), "--token=•••"),
        (("--api-key", "s3cret", "--port", "80"), "--api-key ••• --port 80"),
        (("--api-key", "${KEY}"), "--api-key ${KEY}"),
        (("--token=${KEY}",), "--token=${KEY}"),
        (("--token", "-v"), "--token -v"),
        (("--header", "Authorization: Bearer s3cret"), "--header Authorization: Bearer •••"),
        (("--header", "X-Api-Key:s3cret"), "--header X-Api-Key:•••"),
        (("https://h.example/mcp?api_key=s3cret&a=b",), "https://h.example/mcp?api_key=•••&a=b"),
        (("postgresql://me:s3cret@h.example/db",), "postgresql://me:•••@h.example/db"),
        (("GITHUB_TOKEN=s3cret", "node"), "GITHUB_TOKEN=••• node"),
    ],
)
def test_a_command_line_is_shown_without_what_looks_like_a_secret(arguments: tuple[str, ...], shown: str) -> None:
    assert shown_command("npx", arguments) == f"npx {shown}"
    assert ServerEntry("one", "npx", arguments).place == f"npx {shown}"
