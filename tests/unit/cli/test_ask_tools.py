"""`kireji ask` while the model asks for tools."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from typing import Any

import pytest

from kireji.core.errors import ToolSourceError
from kireji.core.messages import ToolCallPart, ToolResultPart
from kireji.core.tool_ports import CallContext
from kireji.core.tools import Arguments, Hints, PictureOutput, SourceState, ToolOutput, failed
from tests.fakes.provider import USES_TOOLS, FakeProvider, answer, calling
from tests.fakes.tools import FakeToolSource, make_tool, said
from tests.fakes.world import World
from tests.unit.cli.conftest import Kireji, Terminal, TypedLines

PURE = Hints(read_only=True, open_world=False, pure=True)
LOOK = make_tool("look", "built-in", hints=PURE, gives=None)
SEND = make_tool("send", "mcp:mail")


@pytest.fixture
def look() -> FakeToolSource:
    return FakeToolSource(LOOK, name="built-in")


@pytest.fixture
def mail() -> FakeToolSource:
    return FakeToolSource(SEND, name="mcp:mail")


@pytest.fixture
def world(look: FakeToolSource, mail: FakeToolSource) -> World:
    world = World(remote=FakeProvider(models=(USES_TOOLS,)))
    world.tool_sources.found = [look, mail]
    return world


def call(name: str, number: int = 1, arguments: str = '{"to":"her"}') -> ToolCallPart:
    return ToolCallPart(f"c{number}", name, arguments)


def offered(world: World) -> list[list[str]]:
    return [[tool.name for tool in request.tools] for request in world.remote.encoded]


class TestOffer:
    def test_all_that_are_on_are_offered(self, world: World, kireji: Kireji) -> None:
        world.remote.enqueue(answer("a"))
        kireji("ask", "q")
        assert offered(world) == [["look", "mail__send"]]

    @pytest.mark.parametrize(
        ("names", "wanted"),
        [
            ("none", []),
            ("look", ["look"]),
            ("mail", ["mail__send"]),
            ("mcp:mail,look", ["look", "mail__send"]),
            ("send", ["mail__send"]),
        ],
    )
    def test_those_that_are_named_are_offered(
        self, world: World, kireji: Kireji, names: str, wanted: list[str]
    ) -> None:
        world.remote.enqueue(answer("a"))
        assert kireji("ask", "q", "--tools", names).code == 0
        assert offered(world) == [wanted]

    @pytest.mark.parametrize("name", ["mail", "mcp:mail", "mail__send"])
    def test_a_source_that_is_named_and_was_never_asked_for_its_tools_is_asked(
        self, world: World, mail: FakeToolSource, kireji: Kireji, name: str
    ) -> None:
        mail.cold = True
        world.remote.enqueue(answer("a"))
        assert kireji("ask", "q", "--tools", name).code == 0
        assert (offered(world), mail.described) == ([["mail__send"]], 1)

    def test_without_being_named_it_is_not(self, world: World, mail: FakeToolSource, kireji: Kireji) -> None:
        mail.cold = True
        world.remote.enqueue(answer("a"))
        kireji("ask", "q")
        assert (offered(world), mail.described) == ([["look"]], 0)

    def test_one_that_is_named_and_cannot_be_used_is_told_before_anything_is_sent(
        self, world: World, mail: FakeToolSource, kireji: Kireji
    ) -> None:
        mail.cold, mail.failure = True, ToolSourceError("It cannot be started.", "Install it.")
        result = kireji("ask", "q", "--tools", "mail")
        assert (result.code, result.err) == (1, "kireji: It cannot be started. Install it.\n")
        assert world.remote.encoded == []

    @pytest.mark.parametrize("name", ["mail", "mcp:mail", "mail__send"])
    def test_a_server_that_is_disabled_is_told_before_anything_is_sent(
        self, world: World, mail: FakeToolSource, kireji: Kireji, name: str
    ) -> None:
        mail.state = SourceState.OFF
        result = kireji("ask", "q", "--tools", name)
        assert (result.code, result.err) == (
            1,
            "kireji: The server mail is disabled. Use it again with: kireji mcp enable mail\n",
        )
        assert world.remote.encoded == []

    def test_a_name_that_is_nobodys_gets_the_nearest(self, world: World, kireji: Kireji) -> None:
        result = kireji("ask", "q", "--tools", "sned")
        assert result.err == "kireji: There is no tool with the name sned. Did you mean send?\n"
        assert world.remote.encoded == []

    def test_a_name_that_is_nobodys_is_told_before_anything_is_sent(self, world: World, kireji: Kireji) -> None:
        result = kireji("ask", "q", "--tools", "nothing")
        assert (result.code, result.out) == (1, "")
        assert "no tool with the name nothing" in result.err
        assert world.remote.encoded == []


class TestAnswer:
    def test_the_words_of_all_rounds_are_the_answer(self, world: World, kireji: Kireji) -> None:
        world.remote.enqueue(calling(call("look"), words="Let me look."), answer("It is a key."))
        result = kireji("ask", "q")
        assert (result.code, result.out, result.err) == (0, "Let me look.\n\nIt is a key.\n", "")

    def test_without_streaming_too(self, world: World, kireji: Kireji) -> None:
        world.remote.enqueue(calling(call("look"), words="Let me look."), answer("It is a key."))
        assert kireji("ask", "q", "--no-stream").out == "Let me look.\n\nIt is a key.\n"

    def test_a_terminal_shows_what_runs_and_how_it_went(
        self, world: World, look: FakeToolSource, kireji: Kireji
    ) -> None:
        async def fails(arguments: Arguments, context: CallContext) -> ToolOutput:
            context.progress("half way", 0.5)
            return failed("There is\nno such thing.")

        look.behaviours["look"] = fails
        world.remote.enqueue(calling(call("look")), calling(call("mail__send", 2)), answer("a"))
        shown = kireji("ask", "q", "--yes", err=Terminal()).err
        lines = [line.split("\x1b[K")[-1] for line in shown.split("\n")]
        assert [line for line in lines if line.startswith("[")] == [
            '[Look] {"to":"her"}',
            "[Look] failed: There is no such thing.",
            '[Send] {"to":"her"}',
            "[Send] done",
        ]
        assert "[Look] half way 50%" in shown

    def test_what_is_said_beside_an_answer_has_lines_of_its_own_on_a_terminal(
        self, world: World, kireji: Kireji
    ) -> None:
        terminal = Terminal()
        world.remote.enqueue(calling(call("look"), words="Let me look."), answer("It is a key."))
        kireji("ask", "q", out=terminal, err=terminal)
        assert terminal.getvalue().startswith('Let me look.\n[Look] {"to":"her"}\n')
        assert terminal.getvalue().endswith("[Look] done\n\n\nIt is a key.\n")


class TestApproval:
    def test_the_person_is_asked_at_the_terminal_while_a_question_is_piped_in(
        self, world: World, mail: FakeToolSource, kireji: Kireji
    ) -> None:
        world.remote.enqueue(calling(call("mail__send")), answer("Sent."))
        result = kireji("ask", piped=b"y\ny\n", typed=TypedLines("n"))
        assert (result.code, result.out, mail.calls) == (0, "Sent.\n", [])
        assert (
            'Send (mail__send, of the server mail) is to be called with:\n  | {\n  |   "to": "her"\n  | }\n'
            in result.err
        )
        assert "y = once, c = in this conversation, n = no" in result.err

    def test_a_no_goes_to_the_model(self, world: World, kireji: Kireji) -> None:
        world.remote.enqueue(calling(call("mail__send")), answer("I may not."))
        kireji("ask", "q", typed=TypedLines("n"))
        [result] = [part for part in world.remote.encoded[1].messages[-1].parts if isinstance(part, ToolResultPart)]
        assert (result.call_id, result.refused) == ("c1", True)

    def test_yes_once_is_for_one_call(self, world: World, mail: FakeToolSource, kireji: Kireji) -> None:
        world.remote.enqueue(calling(call("mail__send")), calling(call("mail__send", 2)), answer("Sent."))
        result = kireji("ask", "q", typed=TypedLines("y", "y"))
        assert len(mail.calls) == 2
        assert result.err.count("Allow it?") == 2

    def test_yes_for_the_conversation_is_kept_and_words_of_a_tool_ask_again_all_the_same(
        self, world: World, mail: FakeToolSource, kireji: Kireji
    ) -> None:
        world.remote.enqueue(calling(call("mail__send")), calling(call("mail__send", 2)), answer("Sent."))
        result = kireji("ask", "q", typed=TypedLines("c", "n"))
        assert [grant.conversation for grant in world.permissions.kept.values()] == [1]
        assert len(mail.calls) == 1
        assert "stand in this conversation: from other tools." in result.err

    def test_calls_at_the_same_time_are_asked_about_one_after_the_other(
        self, world: World, mail: FakeToolSource, kireji: Kireji
    ) -> None:
        calls = [call("mail__send", number, json.dumps({"to": number})) for number in (1, 2, 3)]
        world.remote.enqueue(calling(*calls), answer("Sent."))
        kireji("ask", "q", typed=TypedLines("y", "n", "y"))
        assert [arguments for _, arguments in mail.calls] == [{"to": 1}, {"to": 3}]

    def test_with_yes_nobody_is_asked(self, world: World, mail: FakeToolSource, kireji: Kireji) -> None:
        world.remote.enqueue(calling(call("mail__send")), answer("Sent."))
        result = kireji("ask", "q", "--yes")
        assert (result.out, result.err, len(mail.calls)) == ("Sent.\n", "", 1)
        assert world.permissions.kept == {}

    def test_without_a_terminal_what_needs_permission_is_refused_and_the_answer_goes_on(
        self, world: World, mail: FakeToolSource, kireji: Kireji
    ) -> None:
        world.remote.enqueue(calling(call("mail__send")), answer("I may not."))
        result = kireji("ask", "q")
        assert (result.code, result.out, mail.calls) == (0, "I may not.\n", [])
        assert [(one.allowed, one.by) for one in world.permissions.rows] == [(False, "nobody")]

    def test_an_interrupt_while_it_is_asked_stops_the_turn(
        self, world: World, mail: FakeToolSource, kireji: Kireji
    ) -> None:
        class Interrupting(TypedLines):
            async def line(self) -> str:
                os.kill(os.getpid(), signal.SIGINT)
                return await asyncio.get_running_loop().create_future()

        world.remote.enqueue(calling(call("mail__send"), words="Let me."))
        result = kireji("ask", "q", typed=Interrupting())
        assert (result.code, result.out, mail.calls) == (130, "Let me.\n", [])
        assert [(one.allowed, one.by) for one in world.permissions.rows] == [(False, "nobody")]


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


class TestJson:
    def test_every_step_of_a_call_is_an_event(self, world: World, kireji: Kireji) -> None:
        world.remote.enqueue(calling(call("mail__send")), answer("Sent."))
        found = lines(kireji("ask", "q", "--json", "--yes").out)
        kinds = [one["type"] for one in found if one["type"] not in ("usage", "question", "begin")]
        assert kinds == [
            "tool",
            "tool_input",
            "approval",
            "approved",
            "tool_begins",
            "tool_result",
            "text",
            "end",
        ]
        by_kind = {one["type"]: one for one in found}
        assert json.loads(by_kind["approval"]["arguments"]) == {"to": "her"}
        assert (by_kind["approval"]["changes"], by_kind["approval"]["outside"]) == (True, [])
        assert (by_kind["approved"]["id"], by_kind["approved"]["allowed"]) == ("c1", True)
        assert (by_kind["tool_begins"]["name"], by_kind["tool_begins"]["source"]) == ("mail__send", "mail")
        assert (by_kind["tool_result"]["text"], by_kind["tool_result"]["is_error"]) == ('{"to":"her"}', False)

    def test_the_end_has_all_calls_with_their_results(self, world: World, kireji: Kireji) -> None:
        world.remote.enqueue(calling(call("look"), call("mail__send", 2)), answer("a"))
        [found] = lines(kireji("ask", "q", "--json", "--no-stream").out)
        assert [(one["name"], one["result"]["refused"]) for one in found["tools"]] == [
            ("look", False),
            ("mail__send", True),
        ]

    def test_the_history_shows_them(self, world: World, kireji: Kireji) -> None:
        world.remote.enqueue(calling(call("look")), answer("a"))
        kireji("ask", "q")
        shown = json.loads(kireji("history", "show", "--json").out)
        assert shown["messages"][1]["tools"][0]["result"]["text"] == '{"to":"her"}'
        assert "[look: done]" in kireji("history", "show").out


def test_a_picture_of_a_tool_is_counted_among_its_results(world: World, look: FakeToolSource, kireji: Kireji) -> None:
    async def sees(arguments: Arguments, context: CallContext) -> ToolOutput:
        return ToolOutput((*said("seen").content, PictureOutput(b"\x89PNG one")))

    look.behaviours["look"] = sees
    world.remote.enqueue(calling(call("look")), answer("a"))
    [found] = lines(kireji("ask", "q", "--json", "--no-stream").out)
    assert len(found["tools"][0]["result"]["images"]) == 1
