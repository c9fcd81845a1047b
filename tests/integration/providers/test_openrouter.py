"""OpenRouter over real sockets, against a service that is as strict as the real one."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest

from kireji.core.errors import (
    AuthenticationFailed,
    ConnectionFailed,
    Overloaded,
    PaymentRequired,
    ProtocolViolation,
    ProviderError,
    RequestRejected,
)
from kireji.core.events import MessageBuilder, ModelEvent, PartDelta, TurnFinished
from kireji.core.messages import ImagePart, Message, Part, Role, StopReason, TextPart, ThinkingPart, ToolResultPart
from kireji.core.models import Balance, Effort, ModelInfo
from kireji.core.requests import ClearedRequest, Delivery, ModelRequest, OutgoingRequest, Purpose, Routing, ToolSpec
from kireji.core.secret import Secret
from kireji.providers.http import HttpClient
from kireji.providers.openrouter import OpenRouterProvider
from tests.integration.providers.conftest import png
from tests.service import Body, Rule, Status, Text
from tests.service import Delivery as Wire
from tests.service.openai_answers import Call, Completion, Fault, Oddity, plain
from tests.service.openrouter import KEY, OpenRouterService
from tests.support.cleared import cleared

OTHER = "openai/gpt-test"
CLAUDE = "anthropic/claude-haiku-5.5"
LOOK = ToolSpec("look", "Looks at something.", b'{"type":"object","properties":{"at":{"type":"string"}}}', strict=True)
KNOWN = ModelInfo("openrouter", OTHER, "GPT", efforts=(Effort.LOW, Effort.MEDIUM, Effort.HIGH), thinking=("enabled",))


@dataclass
class Router:
    """The provider with its service.

    Args:
        recorded: What passed the gate.
        waits: Seconds it would have waited between attempts.
    """

    service: OpenRouterService
    recorded: list[OutgoingRequest] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.http = HttpClient(sleep=self._sleep, chance=lambda: 0.0)
        self.provider = OpenRouterProvider(self.http)
        self.arrived: list[ModelEvent] = []

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    async def gate(self, outgoing: OutgoingRequest) -> ClearedRequest:
        self.recorded.append(outgoing)
        return cleared(outgoing)

    async def ask(self, request: ModelRequest, way: Delivery = Delivery.STREAM) -> MessageBuilder:
        """The answer, folded; `arrived` holds the events, those before a failure too."""
        builder = MessageBuilder("openrouter")
        self.arrived = []
        sent = cleared(self.provider.encode(request, self.service.base_url, way), request)
        async with self.provider.stream(sent, Secret(KEY)) as events:
            async for event in events:
                self.arrived.append(event)
                builder.feed(event)
        return builder

    async def failure(self, request: ModelRequest, way: Delivery = Delivery.STREAM) -> ProviderError:
        with pytest.raises(ProviderError) as caught:
            await self.ask(request, way)
        return caught.value


@pytest.fixture
async def router() -> AsyncIterator[Router]:
    async with OpenRouterService() as service:
        router = Router(service)
        yield router
        await router.http.aclose()


def person(*parts: Part | str) -> Message:
    return Message(Role.USER, tuple(TextPart(part) if isinstance(part, str) else part for part in parts))


def question(*messages: Message, model: str = OTHER, **fields: object) -> ModelRequest:
    request = ModelRequest(model, messages or (person("Why?"),))
    return msgspec.structs.replace(request, **fields)


def say(router: Router, *answers: Completion | Status) -> None:
    router.service.enqueue(*(answer if isinstance(answer, Status) else plain(answer) for answer in answers))


ODDITIES: tuple[tuple[Oddity, ...], ...] = (
    ("null_content", "null_delta", "no_delta", "no_choices", "empty_choices", "debug"),
    ("finish_with_content", "null_usage"),
    ("think_tags",),
    ("reasoning_content",),
    ("no_details",),
)


@pytest.mark.parametrize("odd", ODDITIES)
async def test_odd_streams_are_read(router: Router, odd: tuple[Oddity, ...]) -> None:
    say(router, Completion(["Be", "cause."], ["Hm", "m"], oddities=list(odd), delivery=Wire(pings=True, chunk=3)))
    answer = (await router.ask(question())).snapshot()
    assert answer.parts == (ThinkingPart("Hmm"), TextPart("Because."))


async def test_usage_tells_what_it_cost(router: Router) -> None:
    builder = await router.ask(question())
    assert builder.usage is not None
    assert builder.usage.cost
    assert builder.usage.output_tokens


async def test_an_answer_without_its_end_mark_is_whole(router: Router) -> None:
    say(router, Completion(["Yes"], done=False))
    assert (await router.ask(question())).finished is not None


async def test_an_answer_without_a_reason_of_its_end_is_broken(router: Router) -> None:
    say(router, Completion(["Yes"], finish_reason=None, done=False))
    error = await router.failure(question())
    assert isinstance(error, ConnectionFailed)
    assert [event.text for event in router.arrived if isinstance(event, PartDelta)] == ["Yes"]
    assert error.request_id.startswith("gen-")


@pytest.mark.parametrize("bare", [True, False])
async def test_an_error_in_the_middle_keeps_what_came(router: Router, bare: bool) -> None:
    say(router, Completion(["Yes", " and"], error=Fault("provider_overloaded", bare=bare)))
    error = await router.failure(question())
    assert error.message
    assert error.hint
    assert "".join(event.text for event in router.arrived if isinstance(event, PartDelta)) == "Yes and"
    assert not any(isinstance(event, TurnFinished) for event in router.arrived)


async def test_a_whole_body_with_an_error_is_that_error(router: Router) -> None:
    say(router, *[Completion(error=Fault(402, "Insufficient credits"))] * 4)
    assert isinstance(await router.failure(question(), Delivery.WHOLE), PaymentRequired)


async def test_an_overloaded_provider_is_tried_again_before_the_first_word(router: Router) -> None:
    say(router, Status(529, "overloaded"))
    assert (await router.ask(question())).finished is not None
    assert len(router.service.requests) == 2
    assert router.waits


@pytest.mark.parametrize(
    ("status", "details", "kind"),
    [
        (402, None, PaymentRequired),
        (403, {"reasons": ["violence"], "flagged_input": "…", "provider_name": "X"}, RequestRejected),
    ],
)
async def test_refusals_are_typed(
    router: Router, status: int, details: dict[str, object] | None, kind: type[ProviderError]
) -> None:
    say(router, Status(status, "refused", details=details))
    error = await router.failure(question())
    assert isinstance(error, kind)
    assert error.hint


async def test_calls_and_reasoning_go_back_unchanged(router: Router) -> None:
    look = Call("look", ['{"at"', ': "the sky"}'])
    say(router, Completion(["Let me look."], ["I should", " look"], True, [look, Call("look", '{"at": "it"}')]))
    asked = question(person("What is it?"), info=KNOWN, effort=Effort.HIGH, tools=(LOOK,))
    first = await router.ask(asked)
    assert first.finished is not None
    assert first.finished.reason is StopReason.TOOL_USE
    answer = first.snapshot()
    assert [call.arguments for call in answer.calls] == ['{"at": "the sky"}', '{"at": "it"}']
    results = person(*(ToolResultPart(call.call_id, (TextPart("Blue."),)) for call in answer.calls))
    second = await router.ask(msgspec.structs.replace(asked, messages=(*asked.messages, answer, results)))
    assert second.finished is not None
    sent = router.service.requests[-1].body["messages"][1]
    assert sent["reasoning_details"][0]["text"] == "I should look"
    assert sent["reasoning_details"][0]["signature"]


async def test_a_picture_is_sent_in_both_forms(router: Router) -> None:
    data = png(8, 8)
    part = ImagePart("p", "image/png", 8, 8)
    for model in (OTHER, CLAUDE):
        request = question(person("What?", part), model=model, blobs={"p": data})
        assert (await router.ask(request)).finished is not None
    assert [request.path for request in router.service.requests] == ["/api/v1/chat/completions", "/api/v1/messages"]


@pytest.mark.parametrize("model", [OTHER, CLAUDE])
async def test_the_key_the_name_of_the_program_and_the_routing_are_sent(router: Router, model: str) -> None:
    routing = Routing(
        zero_retention=True,
        order=("a",),
        only=("a", "b"),
        ignore=("c",),
        allow_fallbacks=False,
        sort="price",
        fallback_models=("mistral/words-only",),
    )
    await router.ask(question(model=model, routing=routing))
    sent = router.service.requests[-1]
    assert sent.header("authorization") == f"Bearer {KEY}"
    assert sent.header("x-openrouter-title") == "Kireji"
    assert sent.header("x-api-key") is None
    assert sent.body["models"] == ["mistral/words-only"]
    assert sent.body["provider"] == {
        "data_collection": "deny",
        "zdr": True,
        "order": ["a"],
        "only": ["a", "b"],
        "ignore": ["c"],
        "allow_fallbacks": False,
        "sort": "price",
    }


async def test_who_keeps_what_they_are_sent_is_only_asked_when_that_is_allowed(router: Router) -> None:
    error = await router.failure(question(model="qwen/sees-free:free"))
    assert "data_collection" in error.message
    await router.ask(question(model="qwen/sees-free:free", routing=Routing(data_collection=True)))
    assert "provider" not in router.service.requests[-1].body


@pytest.mark.parametrize("model", [OTHER, CLAUDE])
async def test_a_schema_and_tools_are_taken(router: Router, model: str) -> None:
    schema = b'{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}'
    assert (await router.ask(question(model=model, output_schema=schema))).finished is not None
    assert (await router.ask(question(model=model, tools=(LOOK,)))).finished is not None


@pytest.mark.parametrize("model", [OTHER, CLAUDE])
async def test_a_whole_answer_is_the_same_message(router: Router, model: str) -> None:
    router.service.enqueue(*[Rule(Text(["Be", "cause."]))] * 2)
    streamed = await router.ask(question(model=model))
    whole = await router.ask(question(model=model), Delivery.WHOLE)
    assert whole.snapshot().parts == streamed.snapshot().parts
    assert router.service.requests[-1].body.get("stream", False) is False


async def test_claudes_reasoning_goes_back_to_openrouter_alone(router: Router) -> None:
    router.service.enqueue(Rule(Text(["Because."], thinking="omitted")))
    asked = question(person("Why?"), model=CLAUDE)
    answer = (await router.ask(asked)).snapshot()
    assert answer.raw_from == "openrouter"
    await router.ask(msgspec.structs.replace(asked, messages=(*asked.messages, answer, person("Really?"))))
    kinds = [block["type"] for block in router.service.requests[-1].body["messages"][1]["content"]]
    assert kinds == ["thinking", "text"]
    other = question(*asked.messages, answer, person("Really?"))
    await router.ask(other)
    assert router.service.requests[-1].body["messages"][1] == {"role": "assistant", "content": "Because."}


async def test_what_another_model_reasoned_is_told_to_claude_without_it(router: Router) -> None:
    say(router, Completion(["Because."], ["Hm"]))
    asked = question(person("Why?"))
    answer = (await router.ask(asked)).snapshot()
    assert answer.raw is not None
    await router.ask(question(*asked.messages, answer, person("Really?"), model=CLAUDE))
    assert router.service.requests[-1].body["messages"][1]["content"] == [{"type": "text", "text": "Because."}]


async def test_the_list_is_asked_for_without_a_key(router: Router) -> None:
    models = await router.provider.models(router.gate, router.service.base_url, Secret(KEY))
    assert CLAUDE in [model.id for model in models]
    assert router.service.requests[-1].header("authorization") is None
    assert router.recorded[-1].purpose is Purpose.MODEL_LIST


async def test_a_key_is_tested_by_its_own_data(router: Router) -> None:
    base_url = router.service.base_url
    assert await router.provider.models(router.gate, base_url, Secret(KEY), Purpose.KEY_TEST)
    assert router.service.requests[-1].path == "/api/v1/key"
    with pytest.raises(AuthenticationFailed):
        await router.provider.models(router.gate, base_url, Secret("sk-or-v1-wrong"), Purpose.KEY_TEST)


async def test_the_balance(router: Router) -> None:
    balance = await router.provider.balance(router.gate, router.service.base_url, Secret(KEY))
    assert balance == Balance("sk-or-v1-tes...789", 2.5, 10, 7.5, free_tier=False)
    assert router.recorded[-1].purpose is Purpose.BALANCE


VERIFIER = "v" * 64


async def allowed(router: Router) -> str:
    """The code that a browser brings back from the page on which the person allows it."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
    url = router.provider.authorisation_url(router.service.base_url, "http://localhost:3000/here", challenge)
    assert url.startswith(router.service.auth_url)
    async with httpx.AsyncClient(trust_env=False) as browser:
        answer = await browser.get(url)
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


async def test_signing_in_gives_a_key_that_works(router: Router) -> None:
    base_url = router.service.base_url
    key = await router.provider.exchange(router.gate, base_url, await allowed(router), VERIFIER)
    assert await router.provider.balance(router.gate, base_url, key)
    assert [sent.purpose for sent in router.recorded] == [Purpose.SIGN_IN, Purpose.BALANCE]


async def test_a_code_works_once(router: Router) -> None:
    code = await allowed(router)
    await router.provider.exchange(router.gate, router.service.base_url, code, VERIFIER)
    with pytest.raises(AuthenticationFailed) as caught:
        await router.provider.exchange(router.gate, router.service.base_url, code, VERIFIER)
    assert "Sign in again" in caught.value.hint


async def test_a_key_that_does_not_come_is_said_without_quoting_the_answer(router: Router) -> None:
    odd = Body('{"token": "sk-or-v1-secret"}', content_type="application/json")
    router.service.enqueue(Rule(odd, path="/api/v1/auth/keys"))
    with pytest.raises(ProtocolViolation) as caught:
        await router.provider.exchange(router.gate, router.service.base_url, await allowed(router), VERIFIER)
    assert "secret" not in f"{caught.value.sentence} {caught.value.detail}"


async def test_an_empty_whole_answer_may_be_asked_for_again(router: Router) -> None:
    say(router, Completion(finish_reason=None, done=False))
    error = await router.failure(question(), Delivery.WHOLE)
    assert isinstance(error, Overloaded)
    assert error.retryable
