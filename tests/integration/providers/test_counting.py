"""The service's own count, and an estimate that learns from its answers, over real sockets."""

from __future__ import annotations

import random

import msgspec
import pytest

from kireji.core.errors import AuthenticationFailed, ProtocolViolation
from kireji.core.events import UsageReported
from kireji.core.messages import ImagePart, Message, Role, TextPart, Usage
from kireji.core.requests import ClearedRequest, ModelRequest, Purpose, Thinking, ToolSpec
from kireji.services.token_counts import TokenCounts
from tests.fakes.spending import MemoryCorrectionStore
from tests.integration.providers.conftest import SECRET, Asking, png, question
from tests.service import Body, Rule, TestService
from tests.service.answers import Text
from tests.service.counting import CountingRule
from tests.support.cleared import cleared
from tests.unit.core.test_token_corrections import chinese, code, prose

LOOK = ToolSpec("look", "Looks at a window.", b'{"type":"object","properties":{"at":{"type":"string"}}}')


def to_count(asking: Asking, request: ModelRequest, base_url: str) -> ClearedRequest:
    return cleared(asking.provider.encode_count(request, base_url), request)


async def test_the_count_is_that_of_the_question_as_it_is_asked(asking: Asking) -> None:
    picture = ImagePart("0" * 64, "image/png", 560, 280)
    request = ModelRequest(
        "claude-haiku-5-5",
        (Message(Role.USER, (picture, TextPart("What is it? " * 50))),),
        {picture.blob: png(560, 280)},
        "Be short.",
        stop_sequences=("END",),
        thinking=Thinking.SHOWN,
        tools=(LOOK,),
    )
    async with TestService(default=Text("A wall."), counting=CountingRule()) as service:
        counted = await asking.provider.count(to_count(asking, request, service.base_url), SECRET)
        events = await asking.events(service.base_url, request)
    usage = [event.usage for event in events if isinstance(event, UsageReported)][-1]
    assert counted == usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens > 200
    assert service.requests[0].path == "/v1/messages/count_tokens"
    assert "max_tokens" not in service.requests[0].body


async def test_a_count_stands_in_the_ledger_as_what_it_is(asking: Asking) -> None:
    assert asking.provider.encode_count(question(), "https://api.example/v1").purpose is Purpose.COUNT


@pytest.mark.parametrize("body", ["{}", "[]", '{"input_tokens": -1}', '{"input_tokens": "many"}', "no"])
async def test_what_is_no_count_is_told(asking: Asking, body: str) -> None:
    async with TestService(
        Rule(Body(body, content_type="application/json"), path="/v1/messages/count_tokens")
    ) as service:
        with pytest.raises(ProtocolViolation):
            await asking.provider.count(to_count(asking, question(), service.base_url), SECRET)


async def test_without_a_key_nothing_is_counted(asking: Asking) -> None:
    with pytest.raises(AuthenticationFailed):
        await asking.provider.count(to_count(asking, question(), "http://127.0.0.1:9"), None)


async def test_after_ten_answers_the_estimate_is_close_to_the_services_count(asking: Asking) -> None:
    chance = random.Random()
    counts = TokenCounts(MemoryCorrectionStore())
    request = question("Hello.")
    async with TestService(default=Text("So it is."), counting=CountingRule()) as service:
        for _ in range(10):
            usage = await _usage(asking, service, request)
            await counts.learn(await counts.contents(request), request.model, usage)
            words = "\n\n".join(make(chance) for make in chance.sample((prose, code, chinese), k=2))
            more = (Message(Role.ASSISTANT, (TextPart("So it is."),)), Message(Role.USER, (TextPart(words),)))
            request = msgspec.structs.replace(request, messages=(*request.messages, *more))
        usage = await _usage(asking, service, request)
    estimate = await counts.counted(await counts.contents(request), request.model)
    reported = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
    assert estimate.tokens == pytest.approx(reported, rel=0.05)


async def _usage(asking: Asking, service: TestService, request: ModelRequest) -> Usage:
    events = await asking.events(service.base_url, request)
    return [event.usage for event in events if isinstance(event, UsageReported)][-1]
