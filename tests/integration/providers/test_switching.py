"""A conversation that goes from one service to the next and back: each takes it, whatever the others left in it."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from typing import Any

import pytest

from kireji.core.events import MessageBuilder
from kireji.core.messages import ImagePart, Message, Part, Role, TextPart, ToolResultPart
from kireji.core.provider_ports import Provider
from kireji.core.requests import ModelRequest, ToolSpec
from kireji.core.secret import Secret
from kireji.providers.anthropic import AnthropicProvider
from kireji.providers.http import HttpClient
from kireji.providers.local import LocalProvider
from kireji.providers.openrouter import OpenRouterProvider
from tests.integration.providers.conftest import png
from tests.service import KEY, Blocks, Call, Reasoning, Replay, Rule, TestService, Words
from tests.service.base import ScriptedService
from tests.service.local import LlamaCppService, LMStudioService, OllamaService
from tests.service.openai_answers import Call as ChatCall
from tests.service.openai_answers import Completion, plain
from tests.service.openrouter import KEY as ROUTER_KEY
from tests.service.openrouter import OpenRouterService
from tests.support.cleared import cleared_question

LOOK = ToolSpec("look", "Looks.", b'{"type":"object","properties":{}}')
EVERYWHERE = (
    ("anthropic", "claude-haiku-5-5"),
    ("openrouter", "anthropic/claude-haiku-5.5"),
    ("openrouter", "openai/gpt-test"),
    ("ollama", "qwen3-vl:8b"),
    ("llama.cpp", "gemma-3-4b-it-Q4_K_M.gguf"),
    ("LM Studio", "qwen/qwen3-vl-4b"),
    ("anthropic", "claude-haiku-4-5"),
    ("anthropic", "claude-haiku-5-5"),
)
REPLAYED = (
    *("citations", "redacted_thinking", "server_tool", "server_tool_pending", "code_execution", "pause_turn"),
    *("unknown_block", "unknown_citation", "parallel_calls_after_thinking", "thinking_between_tools"),
    *("eager_invalid_input", "max_tokens_in_tool_use", "max_tokens_in_thinking", "thinking_only_end_turn"),
    *("structured_output", "empty_end_turn"),
)


def person(*parts: Part | str) -> Message:
    return Message(Role.USER, tuple(TextPart(part) if isinstance(part, str) else part for part in parts))


def result(call_id: str, *content: TextPart | ImagePart, is_error: bool = False) -> Message:
    return Message(Role.USER, (ToolResultPart(call_id, content, is_error),))


class Everyone:
    """Every provider with its strict service, and one conversation that all of them are asked to go on with."""

    def __init__(self, services: dict[str, tuple[Provider, ScriptedService, Secret | None]]) -> None:
        self._services = services
        self._blobs: dict[str, bytes] = {}
        self.messages: list[Message] = []

    def picture(self, width: int) -> ImagePart:
        data = png(width, 40)
        name = hashlib.sha256(data).hexdigest()
        self._blobs[name] = data
        return ImagePart(name, "image/png", width, 40)

    async def ask(self, place: tuple[str, str], *said: Message, answer: Any = None) -> Message:
        """Ask there, with the whole conversation so far; the answer belongs to it from then on."""
        provider, service, secret = self._services[place[0]]
        if answer is not None:
            service.enqueue(Rule(answer))
        self.messages += said
        request = ModelRequest(place[1], tuple(self.messages), self._blobs, tools=(LOOK,))
        builder = MessageBuilder(provider.name)
        async with provider.stream(cleared_question(provider, request, service.base_url), secret) as events:
            async for event in events:
                builder.feed(event)
        self.messages.append(builder.snapshot())
        return self.messages[-1]

    async def go_round(self, places: Sequence[tuple[str, str]] = EVERYWHERE) -> None:
        for place in places:
            answer = await self.ask(place, person("And now?"))
            assert answer.text


@pytest.fixture
async def everyone() -> AsyncIterator[Everyone]:
    http = HttpClient()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(http.aclose)

        async def with_(provider: Provider, service: ScriptedService, key: str = "") -> Any:
            return provider, await stack.enter_async_context(service), Secret(key) if key else None

        yield Everyone(
            {
                "anthropic": await with_(AnthropicProvider(http), TestService(), KEY),
                "openrouter": await with_(OpenRouterProvider(http), OpenRouterService(), ROUTER_KEY),
                "ollama": await with_(LocalProvider(http), OllamaService()),
                "llama.cpp": await with_(LocalProvider(http), LlamaCppService()),
                "LM Studio": await with_(LocalProvider(http), LMStudioService()),
            }
        )


@pytest.mark.parametrize("name", REPLAYED)
async def test_whatever_anthropic_answered_everyone_goes_on(everyone: Everyone, name: str) -> None:
    await everyone.ask(EVERYWHERE[0], person("Why?"), answer=Replay(name))
    await everyone.go_round()


async def test_calls_pictures_and_reasoning_of_all_go_with_the_conversation(everyone: Everyone) -> None:
    thinks = Blocks([Reasoning(["Hm."]), Words(["Let me see."]), Call("look"), Call("look")])
    first = await everyone.ask(EVERYWHERE[0], person(everyone.picture(40), "Look."), answer=thinks)
    one, two = (call.call_id for call in first.calls)
    seen = result(two, TextPart("Seen."), everyone.picture(41))
    failed = result(one, TextPart(" "), is_error=True)
    calls = plain(Completion(["Yes"], ["Hm."], encrypted=True, calls=[ChatCall("look"), ChatCall("look")]))
    await everyone.ask(EVERYWHERE[2], seen, failed, person("Go on."), answer=calls)
    thinks_aloud = plain(Completion(["<think>Hm.</think>Well"], calls=[ChatCall("look", no_id=True)]))
    await everyone.ask(EVERYWHERE[3], person("Two turns"), person("in a row."), answer=thinks_aloud)
    await everyone.go_round()


async def test_more_than_twenty_pictures_go_on_to_all(everyone: Everyone) -> None:
    for number in range(25):
        everyone.messages += [
            person(everyone.picture(40 + number), "Look."),
            Message(Role.ASSISTANT, (TextPart("Yes"),)),
        ]
    await everyone.go_round(EVERYWHERE[:3])


@pytest.mark.parametrize("words", ["", " \n"])
async def test_empty_answers_do_not_end_a_conversation(everyone: Everyone, words: str) -> None:
    empty = plain(Completion([words] if words else []))
    await everyone.ask(EVERYWHERE[2], person("Why?"), answer=empty)
    await everyone.ask(EVERYWHERE[3], person("Why?"), answer=empty)
    await everyone.go_round()
