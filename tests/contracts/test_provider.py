"""What every provider promises, on the fake and on the real ones.

A new provider joins by a factory in `FACTORIES`. A factory takes the script of every answer and yields a `Case`; it
calls `pytest.skip` for a script that its provider cannot meet.
"""

from __future__ import annotations

import asyncio
import enum
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

import pytest

from kireji.core.errors import AuthenticationFailed, ProviderError
from kireji.core.events import MessageBuilder, ModelEvent, PartDelta, PartFinished, PartStarted, TurnFinished
from kireji.core.messages import Message, Role, StopReason, TextPart
from kireji.core.provider_ports import Provider
from kireji.core.requests import ClearedRequest, ModelRequest, OutgoingRequest, Purpose
from kireji.core.requests import Delivery as Way
from kireji.core.secret import Secret
from kireji.providers.anthropic import AnthropicProvider
from kireji.providers.http import HttpClient
from kireji.providers.local import LocalProvider
from kireji.providers.openrouter import OpenRouterProvider
from tests.fakes.provider import FakeProvider, Hold, answer
from tests.service import KEY, Delivery, TestService, Text
from tests.service.local import LlamaCppService, LMStudioService, OllamaService
from tests.service.openai_answers import Completion
from tests.service.openai_service import ChatService
from tests.service.openrouter import KEY as ROUTER_KEY
from tests.service.openrouter import OpenRouterService
from tests.support.cleared import cleared


class Script(enum.Enum):
    """How answers go; the words are "One two"."""

    WHOLE = "whole"
    HELD = "held after the first word"
    BROKEN = "broken off after the first word"


@dataclass
class Case:
    """A provider under test.

    Args:
        provider: The provider.
        base_url: Where it asks.
        secret: A key that works; None where none is needed.
        left: Returns when the other side knows that nobody reads its answer any more.
        model: Which is asked; empty asks the provider's default.
    """

    provider: Provider
    base_url: str
    secret: Secret | None
    left: Callable[[], Awaitable[None]]
    model: str = ""

    def __post_init__(self) -> None:
        self.model = self.model or self.provider.default_model
        self.recorded: list[OutgoingRequest] = []

    def cleared(self, way: Way = Way.STREAM) -> ClearedRequest:
        request = ModelRequest(self.model, (Message(Role.USER, (TextPart("Why?"),)),))
        return cleared(self.provider.encode(request, self.base_url, way), request)

    async def events(self, way: Way = Way.STREAM) -> list[ModelEvent]:
        async with self.provider.stream(self.cleared(way), self.secret) as events:
            return [event async for event in events]

    async def gate(self, outgoing: OutgoingRequest) -> ClearedRequest:
        """Remembers what passes."""
        self.recorded.append(outgoing)
        return cleared(outgoing)


Factory: TypeAlias = Callable[[Script], AbstractAsyncContextManager[Case]]


def _delivery(script: Script, before: int = 0) -> Delivery:
    """How the service delivers `script`; `before` deltas come before the first word."""
    return {
        Script.WHOLE: Delivery(),
        Script.HELD: Delivery(hold_after=before + 1),
        Script.BROKEN: Delivery(break_after=before + 1),
    }[script]


@asynccontextmanager
async def _anthropic(script: Script) -> AsyncIterator[Case]:
    # Reasoning comes before the words: an empty delta and its signature.
    http = HttpClient()
    said = Text(["One", " two"], thinking="omitted", delivery=_delivery(script, 2))
    async with TestService(default=said) as service:
        yield Case(
            AnthropicProvider(http),
            service.base_url,
            Secret(KEY),
            lambda: service.until(lambda: service.requests[-1].disconnected),
        )
        await http.aclose()


@asynccontextmanager
async def _claude_at_openrouter(script: Script) -> AsyncIterator[Case]:
    said = Text(["One", " two"], delivery=_delivery(script))
    async with _openrouter("anthropic/claude-haiku-5.5", said) as case:
        yield case


@asynccontextmanager
async def _others_at_openrouter(script: Script) -> AsyncIterator[Case]:
    said = Completion(["One", " two"], delivery=_delivery(script))
    async with _openrouter("openai/gpt-test", said) as case:
        yield case


@asynccontextmanager
async def _openrouter(model: str, said: Text | Completion) -> AsyncIterator[Case]:
    http = HttpClient()
    async with OpenRouterService(default=said) as service:
        yield Case(
            OpenRouterProvider(http),
            service.base_url,
            Secret(ROUTER_KEY),
            lambda: service.until(lambda: service.requests[-1].disconnected),
            model,
        )
        await http.aclose()


def _local(server: type[ChatService], model: str) -> Factory:
    @asynccontextmanager
    async def factory(script: Script) -> AsyncIterator[Case]:
        http = HttpClient()
        async with server(default=Completion(["One", " two"], delivery=_delivery(script))) as service:
            yield Case(
                LocalProvider(http),
                service.base_url,
                None,
                lambda: service.until(lambda: service.requests[-1].disconnected),
                model,
            )
            await http.aclose()

    return factory


@asynccontextmanager
async def _fake(script: Script) -> AsyncIterator[Case]:
    whole = answer("One", " two")
    turn = {Script.WHOLE: whole, Script.HELD: [*whole[:3], Hold(), *whole[3:]], Script.BROKEN: whole[:3]}[script]
    provider = FakeProvider(*[turn] * 5)

    async def left() -> None:
        assert provider.open == 0

    yield Case(provider, "https://fake.invalid", Secret("key"), left)


FACTORIES: Mapping[str, Factory] = MappingProxyType(
    {
        "fake": _fake,
        "anthropic": _anthropic,
        "openrouter, Claude": _claude_at_openrouter,
        "openrouter, others": _others_at_openrouter,
        "Ollama": _local(OllamaService, "gemma3:4b"),
        "llama.cpp": _local(LlamaCppService, LlamaCppService.model),
        "LM Studio": _local(LMStudioService, "qwen/qwen3-vl-4b"),
    }
)


@pytest.fixture(params=sorted(FACTORIES))
def factory(request: pytest.FixtureRequest) -> Factory:
    return FACTORIES[request.param]


async def test_is_named_and_has_a_default_among_its_models(factory: Factory) -> None:
    async with factory(Script.WHOLE) as case:
        models = await case.provider.models(None, case.base_url, None)
        assert case.provider.name
        assert {model.provider for model in models} <= {case.provider.name}
        assert not models or case.provider.default_model in [model.id for model in models]
        assert case.recorded == []


async def test_what_would_leave_names_its_origin_and_carries_no_key(factory: Factory) -> None:
    async with factory(Script.WHOLE) as case:
        outgoing = case.cleared().outgoing
        if outgoing is None:
            assert not case.provider.needs_key
            return
        assert outgoing.provider == case.provider.name
        assert outgoing.url.startswith(case.base_url)
        assert (outgoing.model, outgoing.purpose) == (case.model, Purpose.ANSWER)
        assert case.secret is None or case.secret.reveal() not in repr(outgoing)


async def test_the_same_question_gives_the_same_bytes(factory: Factory) -> None:
    async with factory(Script.WHOLE) as case:
        assert case.cleared().outgoing == case.cleared().outgoing


async def test_an_answer_ends_with_one_turn_finished(factory: Factory) -> None:
    async with factory(Script.WHOLE) as case:
        events = await case.events()
    assert [event for event in events if isinstance(event, TurnFinished)] == events[-1:]
    assert isinstance(events[-1], TurnFinished)
    assert events[-1].reason is StopReason.END_TURN


async def test_every_part_starts_once_then_has_its_deltas_then_ends(factory: Factory) -> None:
    async with factory(Script.WHOLE) as case:
        events = await case.events()
    for index in {event.index for event in events if isinstance(event, PartStarted)}:
        kinds = [type(e) for e in events if isinstance(e, PartStarted | PartDelta | PartFinished) and e.index == index]
        assert kinds == [PartStarted, *[PartDelta] * (len(kinds) - 2), PartFinished]


async def test_the_events_fold_into_the_words(factory: Factory) -> None:
    builder = MessageBuilder("any")
    async with factory(Script.WHOLE) as case:
        for event in await case.events():
            builder.feed(event)
    message = builder.snapshot()
    assert "One two" in message.text
    assert message.role is Role.ASSISTANT


async def test_words_arrive_before_the_answer_is_whole(factory: Factory) -> None:
    async with factory(Script.HELD) as case, case.provider.stream(case.cleared(), case.secret) as events:
        deltas = (event.text async for event in events if isinstance(event, PartDelta))
        assert "One" in await anext(deltas)


async def test_leaving_early_ends_the_answer_on_the_other_side(factory: Factory) -> None:
    async with factory(Script.HELD) as case:
        async with case.provider.stream(case.cleared(), case.secret) as events:
            await anext(events)
        await case.left()


async def test_cancelling_ends_the_answer_on_the_other_side(factory: Factory) -> None:
    async with factory(Script.HELD) as case:
        begun = asyncio.Event()

        async def read() -> None:
            async with case.provider.stream(case.cleared(), case.secret) as events:
                async for _ in events:
                    begun.set()

        async with asyncio.TaskGroup() as group:
            reading = group.create_task(read())
            await begun.wait()
            reading.cancel()
        assert reading.cancelled()
        await case.left()


async def test_what_had_arrived_comes_before_the_error(factory: Factory) -> None:
    arrived: list[ModelEvent] = []
    async with factory(Script.BROKEN) as case:

        async def read() -> None:
            async with case.provider.stream(case.cleared(), case.secret) as events:
                async for event in events:
                    arrived.append(event)

        with pytest.raises(ProviderError) as caught:
            await read()
    assert [event.text for event in arrived if isinstance(event, PartDelta)] == ["One"]
    assert not [event for event in arrived if isinstance(event, TurnFinished)]
    assert caught.value.message
    assert caught.value.hint


async def test_two_answers_can_be_read_at_once(factory: Factory) -> None:
    async with factory(Script.WHOLE) as case:
        one, two = await asyncio.gather(case.events(), case.events())
    assert isinstance(one[-1], TurnFinished)
    assert isinstance(two[-1], TurnFinished)


async def test_a_key_is_asked_for_where_one_is_needed(factory: Factory) -> None:
    async with factory(Script.WHOLE) as case:
        if not case.provider.needs_key:
            assert await case.events()
            return
        with pytest.raises(AuthenticationFailed) as caught:
            async with case.provider.stream(case.cleared(), None):
                pass
        assert caught.value.hint


async def test_a_whole_answer_folds_into_the_same_message(factory: Factory) -> None:
    folded = []
    async with factory(Script.WHOLE) as case:
        for way in Way:
            builder = MessageBuilder(case.provider.name)
            for event in await case.events(way):
                builder.feed(event)
            folded.append((builder.snapshot().parts, builder.finished and builder.finished.reason))
    assert folded[0] == folded[1]


async def test_the_list_of_models_can_be_asked_for(factory: Factory) -> None:
    async with factory(Script.WHOLE) as case:
        models = await case.provider.models(case.gate, case.base_url, case.secret)
        assert {model.provider for model in models} == {case.provider.name}
        assert {outgoing.purpose for outgoing in case.recorded} <= {Purpose.MODEL_LIST, Purpose.LOCAL_SERVER}
        assert all(outgoing.url.startswith(case.base_url.removesuffix("/v1")) for outgoing in case.recorded)


async def test_a_key_can_be_tested(factory: Factory) -> None:
    async with factory(Script.WHOLE) as case:
        if not case.provider.needs_key:
            return
        assert await case.provider.models(case.gate, case.base_url, case.secret, Purpose.KEY_TEST)
        assert {outgoing.purpose for outgoing in case.recorded} == {Purpose.KEY_TEST}
        if not isinstance(case.provider, FakeProvider):
            with pytest.raises(AuthenticationFailed):
                await case.provider.models(case.gate, case.base_url, Secret("sk-wrong"), Purpose.KEY_TEST)


async def test_a_connection_is_made_without_key_and_content(factory: Factory) -> None:
    async with factory(Script.WHOLE) as case:
        await case.provider.connect(case.gate, case.base_url)
        assert all(made.method == "HEAD" and made.body == b"" for made in case.recorded)
        assert {made.purpose for made in case.recorded} <= {Purpose.CONNECTION}
        assert await case.events()


async def test_its_own_models_are_their_own_counterparts(factory: Factory) -> None:
    async with factory(Script.WHOLE) as case:
        default = case.provider.default_model
        assert case.provider.counterpart(default) == default


async def test_warming_up_twice_does_no_harm(factory: Factory) -> None:
    async with factory(Script.WHOLE) as case:
        await case.provider.warm(case.base_url)
        await case.provider.warm(case.base_url)
        assert await case.events()
