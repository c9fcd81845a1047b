"""What the page "Tools" says, and what is read from a form: no window is needed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.tools import BUILT_IN, Outside
from kireji.tools.builtin.table import TABLE
from kireji.ui.settings.tools.draft import DraftField, ServerDraft, command_line, problem, read_snippet, words_of
from kireji.ui.settings.tools.limits import host_of
from kireji.ui.tools.words import breakable, one_line, outside_words, shortened, time_words, tool_description
from tests.fakes.tools import make_tool

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("snippet", "expected"),
    [
        (
            '{"mcpServers": {"git": {"command": "uvx", "args": ["mcp-server-git"]}}}',
            ("git", ("uvx", "mcp-server-git"), ""),
        ),
        ('"git": {"command": "uvx"},', ("git", ("uvx",), "")),
        ('{"command": "uvx", "args": [1]}', ("", ("uvx", "1"), "")),
        (
            '{"servers": {"linear": {"type": "http", "url": "https://mcp.example"}}}',
            ("linear", (), "https://mcp.example"),
        ),
        ('{"odd": 1, "git": {"command": "uvx"}}', ("git", ("uvx",), "")),
    ],
)
def test_a_snippet_is_read_in_the_forms_that_documentation_has(
    snippet: str, expected: tuple[str, tuple[str, ...], str]
) -> None:
    draft = read_snippet(snippet)
    assert draft is not None
    assert (draft.name, draft.command, draft.address) == expected


@pytest.mark.parametrize("text", ["", "git", "uvx mcp-server-git", "{", "{}", '{"a": 1}', "[" * 9000, '{"a":' * 9000])
def test_what_is_no_snippet_stays_what_it_is(text: str) -> None:
    assert read_snippet(text) is None


@given(st.text())
def test_reading_a_snippet_never_fails(text: str) -> None:
    read_snippet(text)
    read_snippet('{"mcpServers": ' + text)


@given(st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1), min_size=1))
def test_a_command_line_is_taken_apart_as_it_was_joined(command: list[str]) -> None:
    assert words_of(command_line(command)) == tuple(command)


@pytest.mark.parametrize(
    ("draft", "said"),
    [
        (ServerDraft("", ("x",)), "Give it a name"),
        (ServerDraft("a/b", ("x",)), "A name has"),
        (ServerDraft("git", ("x",)), "There is a server called git already."),
        (ServerDraft("s"), "Say how it is reached"),
        (ServerDraft("s", ("",)), "Say how it is reached"),
        (ServerDraft("s", (), "ftp://x"), "Its address begins"),
        (ServerDraft("s", ("x",), "", (DraftField("", "v"),)), "Each variable or header has a name"),
        (ServerDraft("s", ("x",), "", (DraftField("A", "v"), DraftField("A", "w"))), "A stands there twice."),
        (ServerDraft("s", ("x",), "", (DraftField("A", "v"),)), ""),
        (ServerDraft("s", (), "https://mcp.example/mcp"), ""),
    ],
)
def test_a_draft_says_what_is_wrong_with_it(draft: ServerDraft, said: str) -> None:
    found = problem(draft, {"git"})
    assert found.startswith(said)
    assert bool(found) == bool(said)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("docs.python.org", "docs.python.org"),
        ("https://Docs.Python.org/3/library", "docs.python.org"),
        ("localhost:8000", "localhost:8000"),
        ("http://me:pw@intranet/x", "intranet"),
        ("[::1]:80", "[::1]:80"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("https://x.example:443/", "x.example"),
    ],
)
def test_a_host_is_found_in_what_people_enter(text: str, host: str) -> None:
    assert host_of(text) == host


@pytest.mark.parametrize("text", ["", "*", "*.example.org", "a b", "a..b", "-a", "a" * 300, "/etc/passwd", "http://"])
def test_what_is_no_host_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="That is no host"):
        host_of(text)


@pytest.mark.parametrize(
    ("outside", "words"),
    [
        ((), ""),
        ((Outside.WEB,), "the web"),
        ((Outside.WEB, Outside.SCREEN), "your screen and the web"),
        ((Outside.FILE, Outside.WEB, Outside.SCREEN), "your screen, the web and a file"),
    ],
)
def test_where_words_come_from_is_said_in_one_order(outside: tuple[Outside, ...], words: str) -> None:
    assert outside_words(outside) == words


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (NOON.replace(hour=9), "today 09:00"),
        (NOON.replace(day=4), "yesterday 12:00"),
        (NOON.replace(day=6), "tomorrow 12:00"),
        (NOON.replace(month=1), "2026-01-05 12:00"),
    ],
)
def test_a_time_is_told_as_people_say_it(moment: datetime, words: str) -> None:
    assert time_words(moment, NOON) == words


@given(st.text())
def test_arguments_are_shortened_whatever_they_are(arguments: str) -> None:
    assert len(shortened(arguments)) <= 160


def test_arguments_that_are_cut_or_nested_too_deep_are_shown_as_they_are() -> None:
    assert shortened('{"path": "/a') == '{"path": "/a'
    assert shortened("[" * 2000).startswith("[[[")


def test_what_an_author_says_is_one_line_of_plain_words() -> None:
    assert one_line("Reads a file. Also sends it.\nMore.") == "Reads a file."
    assert one_line("\n  Harm\u202eless\n") == "Harmless"
    assert len(one_line("x" * 1000)) == 200


@pytest.mark.parametrize("name", TABLE)
def test_of_each_built_in_tool_is_said_what_it_does(name: str) -> None:
    assert tool_description(make_tool(name, BUILT_IN)) != tool_description(make_tool(name))
    assert tool_description(make_tool(name)) == f"Does {name}."


def test_long_paths_may_go_on_in_the_next_line() -> None:
    assert breakable("/home/ada/.local/share/kireji/plugins").count("\u200b") >= 5
    assert breakable("short words only") == "short words only"
