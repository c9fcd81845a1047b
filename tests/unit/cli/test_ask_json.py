"""`kireji ask --json`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kireji.core.errors import Overloaded
from kireji.core.events import PartDelta, PartFinished, PartStarted, TurnFinished
from kireji.core.messages import StopReason, ThinkingPart, ToolCallPart, Usage
from kireji.core.models import ModelInfo
from tests.fakes.provider import FakeProvider, answer
from tests.fakes.world import ROUTER_KEY, World
from tests.unit.cli.conftest import Kireji


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_json_is_one_object_per_event(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer("ä", "\n"))
    result = kireji("ask", "q", "--json")
    found = lines(result.out)
    assert [each["type"] for each in found] == ["question", "begin", "usage", "text", "text", "usage", "end"]
    assert "".join(each["text"] for each in found if each["type"] == "text") == "ä\n"
    assert (found[-1]["state"], found[-1]["stop"], found[-1]["text"]) == ("complete", "end_turn", "ä\n")


def test_json_tells_thinking_apart(world: World, kireji: Kireji) -> None:
    world.remote.enqueue([PartStarted(0, ThinkingPart("")), PartDelta(0, "hm"), *answer("a")[1:]])
    kinds = [each["type"] for each in lines(kireji("ask", "q", "--json").out)]
    assert "thinking" in kinds


def test_json_without_streaming_is_one_object(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer("whole", usage=Usage(3, 4, cost=0.5)))
    result = kireji("ask", "q", "--json", "--no-stream")
    [found] = lines(result.out)
    assert (found["conversation"], found["text"], found["provider"]) == (1, "whole", "anthropic")
    assert (found["usage"]["output_tokens"], found["usage"]["cost"], found["saved"]) == (4, 0.5, True)


def test_json_tells_what_was_cached_and_who_stood_in(world: World, kireji: Kireji) -> None:
    world.router_key = ROUTER_KEY
    world.settings.tables["models"] = {"fallback": ["openrouter"]}
    world.remote.enqueue([Overloaded("Anthropic is overloaded.")])
    world.router.enqueue(answer("a", usage=Usage(1, 2, 30, 40, cost=0.25)))
    [found] = lines(kireji("ask", "q", "--json", "--no-stream").out)
    assert (found["provider"], found["error"], found["request_id"]) == ("openrouter", "", None)
    assert found["note"].startswith("Anthropic is overloaded. OpenRouter answers")
    assert (found["usage"]["cache_read_tokens"], found["usage"]["cache_write_tokens"]) == (30, 40)


@pytest.mark.parametrize("typed", [("--json",), ("--json", "--no-stream")])
def test_json_names_the_request_that_failed(world: World, kireji: Kireji, typed: tuple[str, ...]) -> None:
    world.remote.enqueue([Overloaded("Busy.", request_id="req_1")])
    assert lines(kireji("ask", "q", *typed).out)[-1]["request_id"] == "req_1"


def test_json_says_whether_the_answer_can_be_continued(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer("a", reason=StopReason.MAX_TOKENS), answer("b"))
    found = [lines(kireji("ask", "q", "--json", "--no-stream").out)[0]["can_continue"] for _ in range(2)]
    assert found == [True, False]


def test_json_tells_calls_of_tools_apart_from_words(world: World, kireji: Kireji) -> None:
    call = ToolCallPart("call_1", "clock", '{"zone":"UTC"}')
    world.remote.enqueue(
        [
            PartStarted(0, ToolCallPart("call_1", "clock")),
            PartDelta(0, '{"zone":"UTC"}'),
            PartFinished(0, call),
            TurnFinished(StopReason.TOOL_USE, b"[]"),
        ]
    )
    found = lines(kireji("ask", "q", "--json").out)
    assert [each["type"] for each in found] == ["question", "begin", "tool", "tool_input", "end"]
    assert (found[2]["name"], found[-1]["text"]) == ("clock", "")


def test_a_failure_in_json_stands_in_the_object_and_on_standard_error(world: World, kireji: Kireji) -> None:
    world.remote.enqueue([Overloaded("Busy.", "Try later.")])
    result = kireji("ask", "q", "--json", "--no-stream")
    [found] = lines(result.out)
    assert (result.code, found["state"], found["error"]) == (1, "failed", "Busy. Try later.")
    assert result.err == "kireji: Busy. Try later.\n"


WORDS = "The heron stands in the shallow water and waits for a fish. " * 20
SMALL = ModelInfo("anthropic", "small", "Small", context_tokens=4_000)


@pytest.mark.parametrize("typed", [("--json",), ("--json", "--no-stream")])
def test_json_says_what_of_a_long_conversation_did_not_go_along(
    world: World, kireji: Kireji, typed: tuple[str, ...]
) -> None:
    world.remote = FakeProvider(models=(SMALL,))
    for number in range(12):
        world.remote.enqueue(answer(WORDS, usage=Usage(500 + 600 * min(number, 3), 300)))
        result = kireji("ask", WORDS, *(("--continue",) if number else ()), *typed)
        if number == 0:
            assert lines(result.out)[-1]["left_out"] is None
    gap = lines(result.out)[-1]["left_out"]
    assert gap["first_question_kept"]
    assert gap["messages"] >= 9


def test_what_did_not_go_along_is_told_beside_every_answer(world: World, kireji: Kireji) -> None:
    world.remote = FakeProvider(models=(SMALL,))
    told = []
    for number in range(9):
        world.remote.enqueue(answer(WORDS, usage=Usage(500 + 600 * min(number, 3), 300)))
        told.append("did not go along" in kireji("ask", WORDS, *(("--continue",) if number else ())).err)
    first = told.index(True)
    assert told == [False] * first + [True] * (9 - first)
