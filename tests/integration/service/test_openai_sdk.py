"""OpenAI's own client judges the services: what it understands, and what it takes for which error."""

from __future__ import annotations

import base64
import io
from collections.abc import AsyncIterator
from typing import Any

import httpx
import openai
import pytest
from PIL import Image

from tests.service.answers import Body, Delivery, Echo, Replay, Rule, Status, Text
from tests.service.local import LlamaCppService, LMStudioService, OllamaService
from tests.service.openai_answers import Call, Completion, Fault
from tests.service.openai_service import ChatService
from tests.service.openrouter import KEY, OpenRouterService

HAIKU = "anthropic/claude-haiku-5.5"
TOOLS: Any = [
    {
        "type": "function",
        "function": {
            "name": name,
            "description": "Looks something up.",
            "parameters": {"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]},
        },
    }
    for name in ("weather", "time")
]
CALLS = [
    Call("weather", ['{"pla', 'ce": "Kyo', 'to"}'], id="call_a"),
    Call("time", ['{"place"', ': "Nara"}'], id="call_b"),
]


def picture() -> str:
    data = io.BytesIO()
    Image.new("RGB", (8, 6), "red").save(data, "PNG")
    return "data:image/png;base64," + base64.b64encode(data.getvalue()).decode()


def asked(words: str, *pictures: str) -> Any:
    parts = [{"type": "image_url", "image_url": {"url": url}} for url in pictures]
    return [{"role": "user", "content": [*parts, {"type": "text", "text": words}]}]


def client_of(service: ChatService, path: str = "", key: str = KEY, retries: int = 0) -> openai.AsyncOpenAI:
    own = httpx.AsyncClient(trust_env=False, timeout=20)
    return openai.AsyncOpenAI(base_url=service.base_url + path, api_key=key, max_retries=retries, http_client=own)


@pytest.fixture
async def router() -> AsyncIterator[OpenRouterService]:
    async with OpenRouterService() as service:
        yield service


@pytest.fixture
async def client(router: OpenRouterService) -> AsyncIterator[openai.AsyncOpenAI]:
    async with client_of(router) as made:
        yield made


@pytest.fixture(
    params=[(OllamaService, "qwen3-vl:8b"), (LlamaCppService, "any"), (LMStudioService, "qwen/qwen3-vl-4b")]
)
async def local(request: pytest.FixtureRequest) -> AsyncIterator[tuple[ChatService, openai.AsyncOpenAI, str]]:
    kind, model = request.param
    async with kind() as service, client_of(service, "/v1", "not needed") as made:
        yield service, made, model


async def chunks_of(client: openai.AsyncOpenAI, model: str, **more: Any) -> list[Any]:
    more.setdefault("messages", asked("Well?"))
    stream = await client.chat.completions.create(model=model, stream=True, **more)
    return [chunk async for chunk in stream]


def words_of(chunks: list[Any]) -> str:
    return "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)


async def test_a_streamed_answer_is_understood(router: OpenRouterService, client: openai.AsyncOpenAI) -> None:
    router.enqueue(Completion(["Red ", "leaves 🍁\u2028", "fall."]))
    chunks = await chunks_of(client, HAIKU)
    assert words_of(chunks) == "Red leaves 🍁\u2028fall."
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].choices == []
    assert chunks[-1].usage.model_extra["cost"] > 0


@pytest.mark.parametrize("delivery", [Delivery(chunk=1), Delivery(crlf=True), Delivery(pings=True)], ids=str)
async def test_any_delivery_says_the_same(
    router: OpenRouterService, client: openai.AsyncOpenAI, delivery: Delivery
) -> None:
    router.enqueue(Completion(["Red ", "🍁"], delivery=delivery))
    assert words_of(await chunks_of(client, HAIKU)) == "Red 🍁"


async def test_a_stream_without_done_is_understood(router: OpenRouterService, client: openai.AsyncOpenAI) -> None:
    router.enqueue(Completion(["Red."], done=False))
    assert words_of(await chunks_of(client, HAIKU)) == "Red."


async def test_a_whole_answer_says_what_the_stream_does(router: OpenRouterService, client: openai.AsyncOpenAI) -> None:
    router.enqueue(Rule(Completion(["Red ", "leaves."], ["Hm, ", "red."]), times=2))
    whole = await client.chat.completions.create(model=HAIKU, messages=asked("Well?"))
    chunks = await chunks_of(client, HAIKU)
    assert whole.choices[0].message.content == words_of(chunks) == "Red leaves."
    assert whole.choices[0].message.model_extra["reasoning"] == "Hm, red."
    assert whole.usage == chunks[-1].usage


async def test_pictures_are_received(router: OpenRouterService, client: openai.AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(model=HAIKU, messages=asked("What?", picture(), picture()))
    assert answer.choices[0].message.content == f"{HAIKU} received 2 picture(s) and these words: What?"
    assert router.requests[0].refusal == ""


@pytest.mark.parametrize("streamed", [True, False])
async def test_parallel_calls_come_and_their_results_go(
    router: OpenRouterService, client: openai.AsyncOpenAI, streamed: bool
) -> None:
    router.enqueue(Completion(["Let me look."], ["Two places."], calls=CALLS), Echo())
    question = asked("Weather in Kyoto, time in Nara?")
    if streamed:
        async with client.chat.completions.stream(model=HAIKU, messages=question, tools=TOOLS) as stream:
            message = (await stream.get_final_completion()).choices[0].message
    else:
        answer = await client.chat.completions.create(model=HAIKU, messages=question, tools=TOOLS)
        message = answer.choices[0].message
    assert [(call.id, call.function.name, call.function.arguments) for call in message.tool_calls or []] == [
        ("call_a", "weather", '{"place": "Kyoto"}'),
        ("call_b", "time", '{"place": "Nara"}'),
    ]
    results = [{"role": "tool", "tool_call_id": call.id, "content": "19"} for call in message.tool_calls or []]
    kept = {"role": "assistant", "content": message.content, "reasoning_details": details_of(message)}
    calls = [
        {"id": call.id, "type": "function", "function": call.function.model_dump(include={"name", "arguments"})}
        for call in message.tool_calls or []
    ]
    history = [*question, kept | {"tool_calls": calls}, *results]
    last = await client.chat.completions.create(model=HAIKU, messages=history, tools=TOOLS)
    assert last.choices[0].finish_reason == "stop"


def details_of(message: Any) -> list[dict[str, Any]]:
    """The details of a message as they are sent back; the client numbers and joins them as it does calls."""
    return [dict(detail) for detail in message.model_extra["reasoning_details"]]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, openai.BadRequestError),
        (401, openai.AuthenticationError),
        (402, openai.APIStatusError),
        (403, openai.PermissionDeniedError),
        (404, openai.NotFoundError),
        (408, openai.APIStatusError),
        (413, openai.APIStatusError),
        (422, openai.UnprocessableEntityError),
        (429, openai.RateLimitError),
        (502, openai.InternalServerError),
        (503, openai.InternalServerError),
        (524, openai.InternalServerError),
        (529, openai.InternalServerError),
    ],
)
async def test_every_status_is_its_error(
    router: OpenRouterService, client: openai.AsyncOpenAI, status: int, kind: type[openai.APIStatusError]
) -> None:
    router.enqueue(Status(status, message="No.", details={"provider_name": "Anthropic"}))
    with pytest.raises(kind, match=r"No\.") as caught:
        await client.chat.completions.create(model=HAIKU, messages=asked("Well?"))
    assert caught.value.status_code == status
    assert caught.value.body == {"code": status, "message": "No.", "metadata": {"provider_name": "Anthropic"}}


async def test_a_limit_is_waited_for(router: OpenRouterService) -> None:
    router.enqueue(Status(429, headers={"retry-after-ms": "1"}), Text(["Now."]))
    async with client_of(router, retries=1) as client:
        answer = await client.chat.completions.create(model=HAIKU, messages=asked("Well?"))
    assert answer.choices[0].message.content == "Now."
    assert [request.status for request in router.requests] == [429, 200]


async def test_an_error_in_the_middle_is_raised(router: OpenRouterService, client: openai.AsyncOpenAI) -> None:
    fault = Fault("server_error", "Provider disconnected", {"error_type": "provider_unavailable"})
    router.enqueue(Completion(["Red "], error=fault))
    with pytest.raises(openai.APIError, match="Provider disconnected"):
        await chunks_of(client, HAIKU)


async def test_a_wrong_key_is_refused(router: OpenRouterService) -> None:
    async with client_of(router, key="sk-ant-of-another") as client:
        with pytest.raises(openai.AuthenticationError, match="User not found"):
            await client.chat.completions.create(model=HAIKU, messages=asked("Well?"))


async def test_a_web_page_is_no_answer(router: OpenRouterService, client: openai.AsyncOpenAI) -> None:
    router.enqueue(Body("<h1>Too large</h1>", 413))
    with pytest.raises(openai.APIStatusError) as caught:
        await client.chat.completions.create(model=HAIKU, messages=asked("Well?"))
    assert caught.value.status_code == 413


async def test_models_are_listed(client: openai.AsyncOpenAI) -> None:
    assert HAIKU in [model.id async for model in client.models.list()]


async def test_structured_output_is_taken(router: OpenRouterService, client: openai.AsyncOpenAI) -> None:
    schema = {"type": "object", "properties": {}, "additionalProperties": False}
    wanted: Any = {"type": "json_schema", "json_schema": {"name": "empty", "strict": True, "schema": schema}}
    router.enqueue(Text(["{}"]))
    answer = await client.chat.completions.create(model=HAIKU, messages=asked("Well?"), response_format=wanted)
    assert answer.choices[0].message.content == "{}"


async def test_a_recorded_stream_is_understood(router: OpenRouterService, client: openai.AsyncOpenAI) -> None:
    router.enqueue(Replay("openai_text"))
    assert words_of(await chunks_of(client, HAIKU))


# Servers of people's own.


async def test_a_local_answer_is_understood(local: tuple[ChatService, openai.AsyncOpenAI, str]) -> None:
    service, client, model = local
    service.enqueue(Rule(Text(["Red ", "🍁"]), times=2))
    whole = await client.chat.completions.create(model=model, messages=asked("Well?"))
    chunks = await chunks_of(client, model)
    assert whole.choices[0].message.content == words_of(chunks) == "Red 🍁"
    assert whole.usage is not None
    assert [chunk.usage for chunk in chunks if chunk.usage] == []


async def test_local_totals_come_to_those_who_ask(local: tuple[ChatService, openai.AsyncOpenAI, str]) -> None:
    _, client, model = local
    chunks = await chunks_of(client, model, stream_options={"include_usage": True})
    assert chunks[-1].choices == []
    assert chunks[-1].usage.total_tokens > 0


async def test_local_models_see(local: tuple[ChatService, openai.AsyncOpenAI, str]) -> None:
    _, client, model = local
    answer = await client.chat.completions.create(model=model, messages=asked("What?", picture()))
    assert answer.choices[0].message.content == f"{model} received 1 picture(s) and these words: What?"


async def test_local_calls_come_and_their_results_go(local: tuple[ChatService, openai.AsyncOpenAI, str]) -> None:
    service, client, model = local
    service.enqueue(Completion(calls=CALLS), Echo())
    question = asked("Weather?")
    async with client.chat.completions.stream(model=model, messages=question, tools=TOOLS) as stream:
        message = (await stream.get_final_completion()).choices[0].message
    calls: Any = [
        {"id": call.id, "type": "function", "function": call.function.model_dump(include={"name", "arguments"})}
        for call in message.tool_calls or []
    ]
    assert [call["function"]["arguments"] for call in calls] == ['{"place": "Kyoto"}', '{"place": "Nara"}']
    results: Any = [{"role": "tool", "tool_call_id": call["id"], "content": "19"} for call in calls]
    history = [*question, {"role": "assistant", "content": None, "tool_calls": calls}, *results]
    answer = await client.chat.completions.create(model=model, messages=history, tools=TOOLS)
    assert answer.choices[0].finish_reason == "stop"


async def test_local_models_are_listed(local: tuple[ChatService, openai.AsyncOpenAI, str]) -> None:
    _, client, model = local
    listed = [entry.id async for entry in client.models.list()]
    assert model in listed or model == "any"


async def test_local_errors_are_errors(local: tuple[ChatService, openai.AsyncOpenAI, str]) -> None:
    service, client, model = local
    service.enqueue(Status(500, message="CUDA error: out of memory"))
    with pytest.raises(openai.InternalServerError, match="out of memory"):
        await client.chat.completions.create(model=model, messages=asked("Well?"))
