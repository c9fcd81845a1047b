from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kireji.core.permissions import Approval, Effects, Reason, Scope
from kireji.core.tools import Outside
from kireji.ui.chat.permission.wording import approval_words, effect_words, reason_words, source_words
from kireji.ui.chat.tool_names import ToolNames, name_by_wire, name_of
from tests.ui.chat.permission.support import request, tool


@pytest.mark.parametrize(
    ("outside", "words"),
    [
        ({Outside.SCREEN}, "text from your screen"),
        ({Outside.WEB, Outside.SCREEN}, "text from your screen and the web"),
        ({Outside.QUOTE, Outside.FILE, Outside.TOOL}, "text from a file, a quotation and another tool"),
        (set(), "text from elsewhere"),
    ],
)
def test_whose_words_are_there_is_said(outside: set[Outside], words: str) -> None:
    asked = request(reason=Reason.OUTSIDE, outside=frozenset(outside))
    assert reason_words(asked) == f"asked because this conversation contains {words}"


def test_it_is_said_who_has_changed() -> None:
    plugin, server = tool(source="plugin:notes"), tool(source="mcp:git")
    assert reason_words(request(reason=Reason.CHANGED, tool=plugin)) == "asked because the plugin has changed"
    assert reason_words(request(reason=Reason.CHANGED, tool=server)) == "asked because the server has changed"


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_words(reason: Reason) -> None:
    assert reason_words(request(reason=reason)).startswith("asked because ")


@pytest.mark.parametrize(
    ("changes", "sends", "words"),
    [
        (False, False, "read-only"),
        (True, False, "changes things"),
        (False, True, "sends data"),
        (True, True, "may change things and send data"),
    ],
)
def test_what_a_call_could_do_is_said(changes: bool, sends: bool, words: str) -> None:
    assert effect_words(Effects(changes, sends)) == words


def test_the_name_of_a_source_hides_nothing() -> None:
    assert source_words(request(source="gi\u202et")) == "gi⟨U+202E⟩t · read-only"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("built-in", "Built in · read-only"),
        ("plugin:Built in", "plugin Built in · read-only"),
        ("mcp:Built in", "server Built in · read-only"),
    ],
)
def test_a_plugin_with_the_name_of_our_own_tools_is_a_plugin(source: str, words: str) -> None:
    assert source_words(request(source="Built in", tool=tool(source=source))) == words


@pytest.mark.parametrize(
    ("approval", "words"),
    [
        (None, "stopped before you answered"),
        (Approval(True), "allowed once"),
        (Approval(False), "denied by you"),
        (Approval(False, Scope.CONVERSATION), "denied by you in this conversation"),
        (Approval(False, Scope.UNTIL), "denied by you from now on"),
        (Approval(True, Scope.FOLDER, "/a"), "allowed in this folder"),
        (Approval(True, Scope.UNTIL, until=datetime(2026, 3, 9, 12, tzinfo=UTC)), "allowed until 9 Mar"),
    ],
)
def test_the_answer_is_said(approval: Approval | None, words: str) -> None:
    assert approval_words(approval) == words


def test_tools_are_called_as_people_know_them() -> None:
    names = ToolNames()
    assert names.name("read_file") == "Read a file"
    assert names.name("git__git_status") == "git: git_status"
    assert names.learn([tool("git__git_status", "Status", "mcp:git")])
    assert not names.learn([tool("git__git_status", "Status", "mcp:git")])
    assert names.name("git__git_status") == "git: Status"


def test_nobody_takes_the_name_of_a_built_in_tool() -> None:
    assert name_of(tool("evil__x", "Read a file", "plugin:evil")) == "evil: Read a file"


def test_a_name_without_a_source_stays() -> None:
    assert name_by_wire("something_else") == "something_else"
    assert name_by_wire("") == "Tool"
