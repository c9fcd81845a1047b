"""Answers with tools over real sockets and a real file: what strict services are sent, round by round."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kireji.core.events import PartDelta, PartFinished
from kireji.core.messages import MessageState, ToolCallPart
from kireji.core.permissions import Approval
from kireji.core.tool_ports import CallContext
from kireji.core.tools import Arguments, FileOutput, PictureOutput, TextOutput, ToolOutput
from kireji.services.turns import ApprovalAsked, Question, continue_question
from tests.fakes.tools import said
from tests.integration.providers.conftest import png
from tests.integration.service.asking import PDF
from tests.service import KEY, Blocks, Call, Delivery, Reasoning, Rule, Status, TestService, Text, Words
from tests.service.base import ScriptedService
from tests.service.local import OllamaService
from tests.service.openai_answers import Call as ChatCall
from tests.service.openai_answers import Completion, plain
from tests.service.openrouter import KEY as ROUTER_KEY
from tests.service.openrouter import OpenRouterService
from tests.support.tool_scene import ToolScene, results, told, tool_scene


class Model:
    """A service, and how its model calls tools.

    Args:
        service: Who answers.
        question: Names the model.
        environ: Where the service is.
    """

    def __init__(self, service: ScriptedService, question: Question, environ: dict[str, str]) -> None:
        self.service = service
        self.question = question
        self.environ = environ

    def calls(self, count: int = 1, name: str = "look", words: str = "Let me see.") -> None:
        """Next, it asks for so many tools at once."""
        if isinstance(self.service, TestService):
            wanted = [Call(name, {"n": number}) for number in range(count)]
            self.service.enqueue(Rule(Blocks([Reasoning(["Hm."]), Words([words]), *wanted])))
        else:
            chat = [ChatCall(name, f'{{"n":{number}}}') for number in range(count)]
            self.service.enqueue(Rule(plain(Completion([words], calls=chat))))

    def says(self, text: str) -> None:
        """Next, it answers in words."""
        self.service.enqueue(Rule(Text([text]) if isinstance(self.service, TestService) else plain(Completion([text]))))

    def forget(self) -> None:
        """What it was to answer is not answered any more."""
        for rule in self.service._rules:
            rule.times = 0

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """The questions it was sent."""
        return [request.body for request in self.service.requests if request.method == "POST" and request.body]


@asynccontextmanager
async def scene_of(model: Model, home: Path) -> AsyncIterator[ToolScene]:
    """The program beside a model whose abilities it knows."""
    async with tool_scene(home, model.environ) as scene:
        await scene.services.catalog.models(model.question.provider, refresh=True)
        yield scene


SERVICES = ("anthropic", "claude by openrouter", "openrouter", "ollama")


@asynccontextmanager
async def model_of(name: str) -> AsyncIterator[Model]:
    """A service that answers in one of the forms that there are."""
    if name == "anthropic":
        async with TestService() as service:
            environ = {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}
            yield Model(service, Question("q", provider="anthropic"), environ)
    elif name == "ollama":
        async with OllamaService() as local:
            question = Question("q", provider="local", model="qwen3-vl:8b")
            yield Model(local, question, {"OPENAI_BASE_URL": local.base_url})
    else:
        async with OpenRouterService() as router:
            environ = {"OPENROUTER_BASE_URL": router.base_url, "OPENROUTER_API_KEY": ROUTER_KEY}
            asked = "anthropic/claude-haiku-5.5" if "claude" in name else "openai/gpt-test"
            yield Model(router, Question("q", provider="openrouter", model=asked), environ)


@pytest.fixture(params=SERVICES)
async def model(request: pytest.FixtureRequest) -> AsyncIterator[Model]:
    async with model_of(request.param) as found:
        yield found


@pytest.fixture
async def anthropic() -> AsyncIterator[Model]:
    async with TestService() as service:
        environ = {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}
        yield Model(service, Question("q", provider="anthropic"), environ)


@pytest.mark.parametrize("count", [1, 12, 40])
async def test_parallel_calls_are_all_answered_in_order(model: Model, tmp_path: Path, count: int) -> None:
    model.calls(count)
    model.says("Done.")
    async with scene_of(model, tmp_path) as scene:
        together = asyncio.Barrier(count)

        async def meet(arguments: Arguments, context: CallContext) -> ToolOutput:
            await together.wait()
            return said(f"result {arguments['n']}")

        scene.built_in.behaviours["look"] = meet
        stored = await scene.ask(model.question)
    assert (stored.state, stored.error) == (MessageState.COMPLETE, "")
    assert [told(result) for result in results(stored.message)] == [f"result {number}" for number in range(count)]
    assert stored.message.text.endswith("Done.")


async def test_rounds_questions_and_pictures_go_on_and_the_service_takes_everything(
    model: Model, tmp_path: Path
) -> None:
    async with scene_of(model, tmp_path) as scene:

        async def show(arguments: Arguments, context: CallContext) -> ToolOutput:
            words = TextOutput("A picture, a paper and a list:")
            paper = FileOutput("wörter".encode(), "text/plain", "list.txt")
            scan = FileOutput(PDF, "application/pdf", "scan.pdf")
            return ToolOutput((words, PictureOutput(png(30 + len(scene.built_in.calls), 20)), paper, scan))

        scene.built_in.behaviours["look"] = show
        for number in range(2):
            model.calls(2)
            model.calls(1, "probe__act")
            model.calls(3)
            model.says(f"Answer {number}.")
            conversation = 1 if number else None
            stored = await scene.ask(_again(model.question, conversation))
            assert (stored.state, len(results(stored.message))) == (MessageState.COMPLETE, 6)
        model.says("No more tools.")
        stored = await scene.ask(_again(model.question, 1))
    assert stored.message.text == "No more tools."


def _again(question: Question, conversation: int | None) -> Question:
    return replace(question, conversation=conversation)


async def test_the_beginning_of_a_conversation_is_sent_again_to_the_byte(anthropic: Model, tmp_path: Path) -> None:
    async with scene_of(anthropic, tmp_path) as scene:
        anthropic.calls(2)
        anthropic.calls(1)
        anthropic.says("Done.")
        await scene.ask(anthropic.question)
        anthropic.says("More.")
        await scene.ask(_again(anthropic.question, 1))
    bodies = anthropic.bodies
    assert len(bodies) == 4
    for before, after in itertools.pairwise(bodies):
        assert after["tools"] == before["tools"]
        sent = [_plain(message) for message in before["messages"]]
        assert [_plain(message) for message in after["messages"][: len(sent)]] == sent


def _plain(message: dict[str, Any]) -> dict[str, Any]:
    """A message without marks of the cache, which are no part of what is compared."""
    return {
        "role": message["role"],
        "content": [
            {key: value for key, value in block.items() if key != "cache_control"} for block in message["content"]
        ],
    }


async def test_arguments_are_shown_as_they_arrive(anthropic: Model, tmp_path: Path) -> None:
    call = Call("look", pieces=['{"n', '": ', "1", "}"])
    anthropic.service.enqueue(Rule(Blocks([call])), Rule(Text(["Done."])))
    async with scene_of(anthropic, tmp_path) as scene:
        await scene.ask(anthropic.question)
    deltas = [event.text for event in scene.seen if isinstance(event, PartDelta)]
    assert "".join(deltas).startswith('{"n": 1}')
    assert len(deltas) > 3
    assert scene.built_in.calls == [("look", {"n": 1})]


async def test_arguments_that_do_not_fit_are_told_and_nobody_is_asked(model: Model, tmp_path: Path) -> None:
    model.service.enqueue(
        Rule(Blocks([Call("probe__act", {"n": "x", "more": 1})]))
        if isinstance(model.service, TestService)
        else Rule(plain(Completion([], calls=[ChatCall("probe__act", '{"n":"x"}')])))
    )
    model.says("I see.")
    async with scene_of(model, tmp_path) as scene:
        stored = await scene.ask(model.question)
    assert "The arguments do not fit:" in told(results(stored.message)[0])
    assert not any(isinstance(event, ApprovalAsked) for event in scene.seen)
    assert scene.plugin.calls == []


async def test_a_service_that_is_busy_for_good_leaves_a_history_that_can_be_continued(
    model: Model, tmp_path: Path
) -> None:
    model.calls(2)
    for _ in range(8):
        model.service.enqueue(Rule(Status(400, "invalid_request_error", "No.")))
    async with scene_of(model, tmp_path) as scene:
        stored = await scene.ask(model.question)
        assert stored.state in (MessageState.FAILED, MessageState.INTERRUPTED)
        model.forget()
        model.says("Going on.")
        stored = await scene.ask(_again(model.question, 1))
    assert (stored.state, stored.message.text) == (MessageState.COMPLETE, "Going on.")


async def stop_when(scene: ToolScene, question: Question, reached: asyncio.Event) -> None:
    async with asyncio.TaskGroup() as group:
        asking = group.create_task(scene.ask(question))
        await reached.wait()
        scene.control.stop()
        await asyncio.wait([asking])
    assert asking.cancelled()


async def go_on(scene: ToolScene, model: Model) -> None:
    """The service takes what is left, and the answer is whole."""
    model.says("Going on.")
    stored = await scene.ask(_again(model.question, 1))
    assert (stored.state, stored.error, stored.message.text) == (MessageState.COMPLETE, "", "Going on.")


async def test_a_stop_while_arguments_stream(anthropic: Model, tmp_path: Path) -> None:
    calls = [Call("look", {"n": 1}), Call("look", pieces=['{"n": ', "1", "}"])]
    anthropic.calls(1)
    anthropic.service.enqueue(Rule(Blocks([Words(["Two."]), *calls], delivery=Delivery(hold_after=4))))
    async with scene_of(anthropic, tmp_path) as scene:
        reached = asyncio.Event()
        observe = scene.observe

        def look(event: object) -> None:
            if isinstance(event, PartFinished) and isinstance(event.part, ToolCallPart) and event.index > 3:
                reached.set()

        scene.observe = lambda event: (observe(event), look(event))[0]  # type: ignore[method-assign]
        await stop_when(scene, anthropic.question, reached)
        stored = await scene.last()
        assert stored.state is MessageState.STOPPED
        assert [result.is_error for result in results(stored.message)] == [False, True]
        await go_on(scene, anthropic)


async def test_a_stop_while_the_person_is_asked(model: Model, tmp_path: Path) -> None:
    model.calls(2, "probe__act")
    async with scene_of(model, tmp_path) as scene:
        reached = asyncio.Event()

        def silent(asked: ApprovalAsked) -> Approval | None:
            reached.set()
            return None

        scene.person = silent
        await stop_when(scene, model.question, reached)
        stored = await scene.last()
        assert (stored.state, len(results(stored.message))) == (MessageState.STOPPED, 2)
        assert scene.plugin.calls == []
        await go_on(scene, model)


async def test_a_stop_while_tools_run(model: Model, tmp_path: Path) -> None:
    model.calls(3, "probe__act")
    async with scene_of(model, tmp_path) as scene:
        reached = asyncio.Event()

        async def hang(arguments: Arguments, context: CallContext) -> ToolOutput:
            if arguments["n"] == 0:
                return said("done")
            if len(scene.plugin.calls) == 3:
                reached.set()
            await asyncio.Event().wait()
            raise AssertionError

        scene.plugin.behaviours["act"] = hang
        await stop_when(scene, model.question, reached)
        stored = await scene.last()
        first, *others = results(stored.message)
        assert (told(first), first.is_error) == ("done", False)
        assert all("not known" in told(other) for other in others)
        assert scene.plugin.ended == ["act", "act"]
        await go_on(scene, model)


async def test_the_last_round_ends_in_words_where_the_service_keeps_to_it(anthropic: Model, tmp_path: Path) -> None:
    async with scene_of(anthropic, tmp_path) as scene:
        await scene.services.preferences.set("tools.rounds", 1)
        anthropic.calls(1)
        anthropic.says("That is all.")
        await scene.ask(anthropic.question)
    assert anthropic.bodies[-1]["tool_choice"] == {"type": "none"}


async def test_everything_is_in_the_ledger(anthropic: Model, tmp_path: Path) -> None:
    async with scene_of(anthropic, tmp_path) as scene:
        anthropic.calls(1)
        anthropic.calls(1)
        anthropic.says("Done.")
        await scene.ask(anthropic.question)
        rows = await scene.services.ledger.recent(conversation=1)
    assert [row.purpose for row in rows] == ["answer"] * 3


async def test_an_answer_that_was_cut_in_the_middle_of_a_call_can_be_continued(
    anthropic: Model, tmp_path: Path
) -> None:
    anthropic.calls(1)
    anthropic.service.enqueue(
        Rule(Blocks([Words(["Two."]), Call("look", pieces=['{"n": '])], stop_reason="max_tokens"))
    )
    async with scene_of(anthropic, tmp_path) as scene:
        stored = await scene.ask(anthropic.question)
        assert len(scene.built_in.calls) == 1
        anthropic.says("Going on.")
        stored = await scene.ask(continue_question(1))
    assert stored.message.text == "Going on."
