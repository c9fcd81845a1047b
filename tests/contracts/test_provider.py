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
from kireji.core.ports import Provider
from kireji.core.requests import ClearedRequest, ModelRequest, Purpose
from kireji.core.secret import Secret
from kireji.providers.anthropic import AnthropicProvider
from kireji.providers.http import HttpClient
from tests.fakes.provider import FakeProvider, Hold, answer
from tests.service import KEY, Delivery, TestService, Text
from tests.support.cleared import cleared, cleared_question


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
    """

    provider: Provider
    base_url: str
    secret: Secret | None
    left: Callable[[], Awaitable[None]]

    def cleared(self) -> ClearedRequest:
        request = ModelRequest(self.provider.default_model, (Message(Role.USER, (TextPart("Why?"),)),))
        return cleared_question(self.provider, request, self.base_url)

    async def events(self) -> list[ModelEvent]:
        async with self.provider.stream(self.cleared(), self.secret) as events:
            return [event async for event in events]


Factory: TypeAlias = Callable[[Script], AbstractAsyncContextManager[Case]]


@asynccontextmanager
async def _anthropic(script: Script) -> AsyncIterator[Case]:
    # Reasoning comes before the words: an empty delta and its signature.
    delivery = {
        Script.WHOLE: Delivery(),
        Script.HELD: Delivery(hold_after=3),
        Script.BROKEN: Delivery(break_after=3),
    }[script]
    http = HttpClient()
    async with TestService(default=Text(["One", " two"], thinking="omitted", delivery=delivery)) as service:
        yield Case(
            AnthropicProvider(http),
            service.base_url,
            Secret(KEY),
            lambda: service.until(lambda: service.requests[-1].disconnected),
        )
        await http.aclose()


@asynccontextmanager
async def _fake(script: Script) -> AsyncIterator[Case]:
    whole = answer("One", " two")
    turn = {Script.WHOLE: whole, Script.HELD: [*whole[:3], Hold(), *whole[3:]], Script.BROKEN: whole[:3]}[script]
    provider = FakeProvider(*[turn] * 5)

    async def left() -> None:
        assert provider.open == 0

    yield Case(provider, "https://fake.invalid", Secret("key"), left)


FACTORIES: Mapping[str, Factory] = MappingProxyType({"fake": _fake, "anthropic": _anthropic})


@pytest.fixture(params=sorted(FACTORIES))
def factory(request: pytest.FixtureRequest) -> Factory:
    return FACTORIES[request.param]


async def test_is_named_and_has_a_default_among_its_models(factory: Factory) -> None:
    async with factory(Script.WHOLE) as case:
        models = await case.provider.models(None, None)
        assert case.provider.name
        assert case.provider.default_model in [model.id for model in models]
        assert {model.provider for model in models} == {case.provider.name}


async def test_what_would_leave_names_its_origin_and_carries_no_key(factory: Factory) -> None:
    async with factory(Script.WHOLE) as case:
        outgoing = case.cleared().outgoing
        if outgoing is None:
            assert not case.provider.needs_key
            return
        assert outgoing.provider == case.provider.name
        assert outgoing.url.startswith(case.base_url)
        assert (outgoing.model, outgoing.purpose) == (case.provider.default_model, Purpose.ANSWER)
        assert case.secret is not None
        assert case.secret.reveal() not in repr(outgoing)


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


async def test_the_list_of_models_can_be_asked_for(factory: Factory) -> None:
    async with factory(Script.WHOLE) as case:
        outgoing = case.provider.encode_models(case.base_url)
        if outgoing is None:
            return
        assert outgoing.body == b""
        models = await case.provider.models(cleared(outgoing), case.secret)
        assert {model.provider for model in models} == {case.provider.name}


async def test_warming_up_twice_does_no_harm(factory: Factory) -> None:
    async with factory(Script.WHOLE) as case:
        await case.provider.warm(case.base_url)
        await case.provider.warm(case.base_url)
        assert await case.events()
