"""Tools from outside: a plugin that is listed, explained, called and allowed, by a person and by a model."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.service import KEY, Blocks, Rule, ServiceProcess, Text
from tests.service.answers import Call
from tests.support.program import COMMAND, kireji
from tests.support.terminal import at_terminal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX's")

WORDS = '''
"""Counts words."""

from kireji.plugins import tool


@tool(read_only=True)
def word_count(text: str, unique: bool = False) -> int:
    """Count the words of a text.

    Args:
        text: What to count.
        unique: Count each different word once.
    """
    words = text.split()
    return len(set(words) if unique else words)
'''
BROKEN = '''
from kireji.plugins import tool


@tool
def bad(x: complex) -> int:
    """Cannot be."""
    return 1
'''
COUNTED = {"text": "a b a", "unique": True}


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    """Somebody with two plugins, one of them broken, and no display."""
    home = tmp_path / "kireji"
    (home / "plugins").mkdir(parents=True, mode=0o700)
    (home / "plugins" / "words.py").write_text(WORDS)
    (home / "plugins" / "broken.py").write_text(BROKEN)
    (home / "settings.toml").write_text("[local]\ndiscover = false\n")
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "XDG_RUNTIME_DIR": str(tmp_path / "run"),
        "KIREJI_HOME": str(home),
    }


@pytest.fixture(scope="module")
def service() -> Iterator[ServiceProcess]:
    rules = [
        Rule(Blocks([Call("words__word_count", COUNTED)]), contains="How many", times=None),
        Rule(Text(["There ", "are two."]), times=None),
    ]
    with ServiceProcess(*rules) as process:
        yield process


def run(variables: dict[str, str], *arguments: str, code: int = 0) -> tuple[str, str]:
    done = kireji(["tools", *arguments], variables)
    out, err = done.stdout.decode(), done.stderr.decode()
    assert done.returncode == code, err
    assert "Traceback" not in err
    return out, err


def log(variables: dict[str, str]) -> list[tuple[str, bool, str]]:
    """What was decided, first things first."""
    found: list[dict[str, Any]] = json.loads(run(variables, "log", "--json")[0])["decisions"]
    return [(one["tool"], one["allowed"], one["by"]) for one in reversed(found)]


def test_plugins_are_listed_and_a_broken_one_says_file_line_and_reason(variables: dict[str, str]) -> None:
    out, err = run(variables, "list")
    [row] = [line.split() for line in out.splitlines() if line.startswith("words__word_count ")]
    assert row == ["words__word_count", "yes", "ask", "plugin:words", "Word", "count"]
    file = Path(variables["KIREJI_HOME"]) / "plugins" / "broken.py"
    assert err.startswith(f"plugin:broken: {file}, line 6: ")
    assert "complex" in err
    known = json.loads(run(variables, "list", "--known", "--json")[0])["sources"]
    assert {one["id"]: one["tools"] for one in known}["plugin:words"] == 1


def test_a_tool_is_explained(variables: dict[str, str]) -> None:
    out, _ = run(variables, "show", "word_count")
    for words in ("Count the words of a text.", "What to count.", "required", "else false", "true or false"):
        assert words in out


def test_a_call_needs_permission_once_or_beforehand(variables: dict[str, str]) -> None:
    call = ("call", "word_count", "text=a b a", "unique=true")
    out, err = run(variables, *call, code=1)
    assert (out, err.count("\n")) == ("", 1)
    assert "--yes" in err
    assert run(variables, *call, "--yes") == ("2\n", "")
    assert run(variables, *call, code=1)[0] == ""
    run(variables, "allow", "word_count")
    assert run(variables, *call) == ("2\n", "")
    assert log(variables) == [
        ("word_count", False, "nobody"),
        ("word_count", True, "person"),
        ("word_count", False, "nobody"),
        ("word_count", True, "rule"),
    ]


def test_what_was_allowed_is_void_when_the_plugin_has_changed(variables: dict[str, str]) -> None:
    run(variables, "allow", "word_count")
    file = Path(variables["KIREJI_HOME"]) / "plugins" / "words.py"
    file.write_text(WORDS.replace("len(set(words) if unique else words)", "41"))
    assert run(variables, "call", "word_count", "text=a", code=1)[0] == ""
    assert "void: it has changed" in run(variables, "permissions")[0]


def test_arguments_that_do_not_fit_are_told_and_nobody_is_asked(variables: dict[str, str]) -> None:
    out, err = run(variables, "call", "word_count", "unique=perhaps", code=1)
    assert out == ""
    assert "'text' is a required property" in err


@pytest.mark.parametrize(("typed", "printed", "code"), [(b"y\n", b"2\n", 0), (b"n\n", b"", 1)])
def test_the_person_at_the_terminal_decides(variables: dict[str, str], typed: bytes, printed: bytes, code: int) -> None:
    command = [*COMMAND, "tools", "call", "word_count", "text=a b a", "unique=true"]
    with at_terminal(command, variables, typed_before=b"y\ny\n") as seated:
        seated.wait_for(b"Allow it?")
        assert b'"text": "a b a"' in seated.shown
        seated.type(typed)
        out, _ = seated.program.communicate(timeout=60)
    assert (out, seated.program.returncode) == (printed, code)


@pytest.mark.parametrize(
    "command",
    [["tools", "call", "word_count", "text=a"], ["ask", "How many?", "--tools", "words"]],
    ids=lambda one: one[0],
)
def test_an_interrupt_at_the_question_ends_the_command_and_nothing_runs(
    variables: dict[str, str], service: ServiceProcess, command: list[str]
) -> None:
    environ = variables | {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}
    with at_terminal([*COMMAND, *command], environ) as seated:
        assert seated.program.stdin is not None
        seated.program.stdin.close()
        seated.program.stdin = None
        seated.wait_for(b"n = no")
        seated.type(b"\x03")
        out, _ = seated.program.communicate(timeout=60)
    assert (out.strip(), seated.program.returncode) == (b"", 130)
    assert [(tool, allowed) for tool, allowed, _ in log(variables)] == [("word_count", False)]


def test_a_model_calls_a_plugin_when_the_person_at_the_terminal_lets_it(
    variables: dict[str, str], service: ServiceProcess
) -> None:
    environ = variables | {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}
    with at_terminal([*COMMAND, "ask", "How many?", "--tools", "words"], environ) as seated:
        assert seated.program.stdin is not None
        seated.program.stdin.write(b"n\nn\n")  # a question's text is piped in; it answers nothing
        seated.program.stdin.close()
        seated.program.stdin = None
        seated.wait_for(b"Allow it?")
        seated.type(b"y\n")
        out, _ = seated.program.communicate(timeout=60)
        seated.wait_for(b"[Word count] done")
    assert (out, seated.program.returncode) == (b"There are two.\n", 0)
    shown = json.loads(kireji(["history", "show", "--json"], variables).stdout)["messages"]
    [call] = shown[1]["tools"]
    assert (json.loads(call["arguments"]), call["result"]["text"]) == (COUNTED, "2")
    assert log(variables) == [("word_count", True, "person")]


def test_without_a_terminal_a_model_gets_a_refusal_and_answers_all_the_same(
    variables: dict[str, str], service: ServiceProcess
) -> None:
    environ = variables | {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}
    done = kireji(["ask", "How many?", "--tools", "words", "--json"], environ)
    assert done.returncode == 0
    events = [json.loads(line) for line in done.stdout.splitlines()]
    [result] = [event for event in events if event["type"] == "tool_result"]
    assert (result["refused"], events[-1]["text"]) == (True, "There are two.")
    assert kireji(["ask", "How many?", "--yes"], environ).stdout == b"There are two.\n"
    assert log(variables) == [("word_count", False, "nobody"), ("word_count", True, "person")]
