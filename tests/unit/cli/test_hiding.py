"""`kireji ask` tells what was hidden, and asks before something leaves where the person wants that."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kireji.core.errors import ReaderError
from kireji.core.messages import ToolCallPart
from kireji.core.tool_ports import CallContext
from kireji.core.tools import Arguments, Hints, ToolOutput
from tests.fakes.provider import USES_TOOLS, FakeProvider, answer, calling
from tests.fakes.reader import FakeReader
from tests.fakes.stores import MemorySettings
from tests.fakes.tools import FakeToolSource, make_tool, said
from tests.fakes.world import World
from tests.integration.providers.conftest import png
from tests.unit.cli.conftest import Kireji, TypedLines

QUESTION = "Who is a@example.org?"


@pytest.fixture
def world() -> World:
    return World(redacts=True, settings=MemorySettings({"privacy": {"anthropic": "ask"}}))


def sent(world: World) -> list[str]:
    return [request.messages[-1].text for request in world.remote.encoded]


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize(
    ("typed", "leaves"),
    [
        (TypedLines("y"), ["Who is [MAIL_1]?"]),
        (TypedLines(""), ["Who is [MAIL_1]?"]),
        (TypedLines("what?", "a"), [QUESTION]),
        (TypedLines("n"), []),
        (TypedLines(), ["Who is [MAIL_1]?"]),
        (None, ["Who is [MAIL_1]?"]),
    ],
)
def test_the_person_at_the_terminal_decides(
    world: World, kireji: Kireji, typed: TypedLines | None, leaves: list[str]
) -> None:
    world.remote.enqueue(answer("Somebody."))
    result = kireji("ask", QUESTION, typed=typed)
    assert sent(world) == leaves
    assert result.code == (0 if leaves else 1)


def test_what_would_be_hidden_is_told_by_kind(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer("Somebody."))
    result = kireji("ask", f"{QUESTION} b@example.org 4111 1111 1111 1111", typed=TypedLines("y"))
    assert "This goes to Anthropic. Hidden from the service: card (1), mail address (2)." in result.err
    assert "Send it? y = hidden, a = as it is, n = not at all (Enter: y)" in result.err
    assert "example.org" not in result.err


def test_yes_asks_nothing_and_hides(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer("Somebody."))
    kireji("ask", QUESTION, "--yes", typed=TypedLines("a"))
    assert sent(world) == ["Who is [MAIL_1]?"]


def test_who_wants_it_sent_as_it_is_is_not_asked(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer("Somebody."))
    result = kireji("ask", QUESTION, "--no-redact", typed=TypedLines("n"))
    assert sent(world) == [QUESTION]
    assert "Hidden" not in result.err


@pytest.mark.parametrize(("typed", "leaves"), [("y", 1), ("n", 0), ("", 0)])
def test_a_reader_that_fails_is_told_and_nothing_is_sent_without_a_word(
    world: World, kireji: Kireji, tmp_path: Any, typed: str, leaves: int
) -> None:
    world.reader = FakeReader([], error=ReaderError("It stopped."))
    world.remote.enqueue(answer("Yes."))
    file = tmp_path / "a.png"
    file.write_bytes(png(20, 10))
    result = kireji("ask", "What?", "-i", str(file), typed=TypedLines(typed))
    assert "A picture for Anthropic could not be looked through: It stopped." in result.err
    assert len(world.remote.asked) == leaves


def test_a_reader_that_fails_while_nobody_is_there_is_a_sentence(world: World, kireji: Kireji, tmp_path: Any) -> None:
    world.reader = FakeReader([], error=ReaderError("It stopped."))
    file = tmp_path / "a.png"
    file.write_bytes(png(20, 10))
    result = kireji("ask", "What?", "-i", str(file))
    assert result.code == 1
    assert "nothing was sent" in result.err
    assert (world.remote.asked, world.ledger.rows) == ([], [])


def test_standard_error_tells_what_was_hidden(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer("Somebody."))
    assert kireji("ask", QUESTION).err == "Hidden from the service: mail address (1).\n"


def test_json_tells_what_was_hidden(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer("Somebody."))
    found = lines(kireji("ask", QUESTION, "--json").out)
    assert {"type": "hidden", "hidden": {"mail": 1}, "unchecked": []} in found
    assert found[-1]["hidden"] == {"mail": 1}


def test_the_whole_answer_tells_what_was_hidden(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer("Somebody."), answer("Nothing."))
    [found] = lines(kireji("ask", QUESTION, "--json", "--no-stream").out)
    assert found["hidden"] == {"mail": 1}
    [found] = lines(kireji("ask", "Nothing", "--json", "--no-stream").out)
    assert found["hidden"] == {}


def test_what_a_tool_brought_and_is_hidden_is_told_when_it_is_sent_back(world: World, kireji: Kireji) -> None:
    pure = Hints(read_only=True, open_world=False, pure=True)
    look = FakeToolSource(make_tool("look", "built-in", hints=pure, gives=None), name="built-in")

    async def find(_: Arguments, __: CallContext) -> ToolOutput:
        return said("4111 1111 1111 1111")

    look.behaviours["look"] = find
    world.remote = FakeProvider(calling(ToolCallPart("c1", "look", "{}")), answer("Done."), models=(USES_TOOLS,))
    world.tool_sources.found = [look]
    told = kireji("ask", QUESTION).err.splitlines()
    assert told == [
        "Hidden from the service: mail address (1).",
        "Hidden from the service: card (1), mail address (1).",
    ]
