"""Model servers of one's own over real sockets, each with its habits."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import msgspec
import pytest

from kireji.core.errors import (
    AuthenticationFailed,
    ConnectionFailed,
    ModelUnavailable,
    ProviderError,
    ProviderTimeout,
    RequestRejected,
)
from kireji.core.events import MessageBuilder
from kireji.core.messages import ImagePart, Message, Part, Role, StopReason, TextPart, ThinkingPart, ToolResultPart
from kireji.core.models import Effort, LocalServer, ModelInfo
from kireji.core.requests import ClearedRequest, ModelRequest, OutgoingRequest, Purpose, ToolSpec
from kireji.core.secret import Secret
from kireji.providers.http import HttpClient
from kireji.providers.local import LocalFinder, LocalProvider
from tests.integration.providers.conftest import png
from tests.service import Body, Rule, Silence
from tests.service.local import LlamaCppService, LMStudioService, OllamaService
from tests.service.openai_answers import Call, Completion, plain
from tests.service.openai_local_models import LocalModel
from tests.service.openai_service import ChatService
from tests.support.cleared import cleared

LOOK = ToolSpec("look", "Looks at something.", b'{"type":"object","properties":{"at":{"type":"string"}}}')
SERVERS: tuple[tuple[type[ChatService], str], ...] = (
    (OllamaService, "qwen3-vl:8b"),
    (LlamaCppService, LlamaCppService.model),
    (LMStudioService, "qwen/qwen3-vl-4b"),
)


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    client = HttpClient(chance=lambda: 0.0)
    yield client
    await client.aclose()


def person(*parts: Part | str) -> Message:
    return Message(Role.USER, tuple(TextPart(part) if isinstance(part, str) else part for part in parts))


async def gate(outgoing: OutgoingRequest) -> ClearedRequest:
    return cleared(outgoing)


async def ask(http: HttpClient, base_url: str, request: ModelRequest) -> MessageBuilder:
    provider = LocalProvider(http)
    builder = MessageBuilder("local")
    async with provider.stream(cleared(provider.encode(request, base_url), request), None) as events:
        async for event in events:
            builder.feed(event)
    return builder


@pytest.mark.parametrize(("server", "model"), SERVERS)
async def test_pictures_reasoning_and_tools_go_through(server: type[ChatService], model: str, http: HttpClient) -> None:
    said = Completion(["It ", "is."], ["Hm"], calls=[Call("look", ['{"at":', ' "it"}'])])
    async with server(plain_rule(said)) as service:
        picture = ImagePart("p", "image/png", 8, 8)
        request = ModelRequest(model, (person("What?", picture),), {"p": png(8, 8)}, tools=(LOOK,), system="Be brief.")
        builder = await ask(http, service.base_url, request)
        answer = builder.snapshot()
        assert answer.parts[:2] == (ThinkingPart("Hm"), TextPart("It is."))
        assert [call.arguments for call in answer.calls] == ['{"at": "it"}']
        assert builder.finished is not None
        assert builder.finished.reason is StopReason.TOOL_USE
        assert builder.usage is not None
        assert builder.usage.output_tokens
        assert builder.usage.cost == 0.0
        result = ToolResultPart(answer.calls[0].call_id, (TextPart("Blue."), picture))
        again = msgspec.structs.replace(request, messages=(*request.messages, answer, person(result, "Well?")))
        assert (await ask(http, service.base_url, again)).finished is not None


def plain_rule(answer: Completion) -> Rule:
    return Rule(plain(answer))


@pytest.mark.parametrize(("server", "model"), SERVERS)
async def test_calls_without_index_and_id_are_told_apart(
    server: type[ChatService], model: str, http: HttpClient
) -> None:
    calls = [Call("look", {"at": "a"}, no_id=True), Call("look", {"at": "b"}, no_id=True)]
    said = Completion(calls=calls, oddities=["no_index", "whole_calls"])
    async with server(plain_rule(said)) as service:
        request = ModelRequest(model, (person("?"),), tools=(LOOK,))
        answer = (await ask(http, service.base_url, request)).snapshot()
    assert [msgspec.json.decode(call.arguments) for call in answer.calls] == [{"at": "a"}, {"at": "b"}]
    assert len({call.call_id for call in answer.calls}) == 2


async def listed(http: HttpClient, service: ChatService) -> dict[str, ModelInfo]:
    models = await LocalProvider(http).models(gate, service.base_url, None)
    assert {model.address for model in models} == {f"{service.base_url}/v1"}
    assert all(model.free for model in models)
    return {model.id: model for model in models}


def abilities(model: ModelInfo) -> tuple[bool, bool, int]:
    return model.sees_images, model.uses_tools, model.context_tokens


async def test_ollama_says_what_each_model_can_do(http: HttpClient) -> None:
    async with OllamaService() as service:
        models = await listed(http, service)
    assert {id: abilities(model) for id, model in models.items()} == {
        "gemma3:4b": (True, False, 131_072),
        "qwen3-vl:8b": (True, True, 32_768),
        "llama3.2:3b": (False, True, 4_096),
    }
    assert "Ollama" in models["gemma3:4b"].note
    assert models["qwen3-vl:8b"].note == ""
    assert models["qwen3-vl:8b"].thinking == ("enabled", "disabled")
    assert models["qwen3-vl:8b"].efforts == ()


async def test_only_some_of_ollamas_models_take_an_effort(http: HttpClient) -> None:
    thinker = LocalModel("gpt-oss:20b", ("completion", "tools", "thinking"), 131_072, 8_192, "gptoss")
    async with OllamaService(models=(thinker,)) as service:
        models = await listed(http, service)
    assert models["gpt-oss:20b"].efforts == (Effort.LOW, Effort.MEDIUM, Effort.HIGH)


@pytest.mark.parametrize("vision", [True, False])
async def test_llama_cpp_says_whether_it_sees(http: HttpClient, vision: bool) -> None:
    async with LlamaCppService(vision=vision) as service:
        models = await listed(http, service)
    assert abilities(models[LlamaCppService.model]) == (vision, True, 8192)


async def test_lm_studio_says_what_each_model_can_do(http: HttpClient) -> None:
    async with LMStudioService() as service:
        models = await listed(http, service)
    assert {id: abilities(model) for id, model in models.items()} == {
        "qwen/qwen3-vl-4b": (True, True, 16_384),
        "google/gemma-3-4b": (True, False, 131_072),
        "mistralai/ministral-3b": (False, True, 131_072),
    }


async def test_of_other_servers_it_is_said_that_nothing_is_known(http: HttpClient) -> None:
    entries = [{"id": "mystery"}, {"id": "mystery-embed"}]
    other = Body(msgspec.json.encode({"data": entries}).decode(), content_type="application/json")
    async with LMStudioService(Rule(other, path="/v1/models")) as service:
        models = await listed(http, service)
    assert list(models) == ["mystery"]
    assert models["mystery"].sees_images
    assert "not known" in models["mystery"].note


async def test_a_key_is_sent_where_one_is_wanted(http: HttpClient) -> None:
    async with LlamaCppService(keys=("mine",)) as service:
        provider = LocalProvider(http)
        request = ModelRequest("m", (person("?"),))
        sent = cleared(provider.encode(request, service.base_url), request)
        async with provider.stream(sent, Secret("mine")) as events:
            assert [event async for event in events]
        assert service.requests[-1].header("authorization") == "Bearer mine"
        with pytest.raises(ProviderError):
            await ask(http, service.base_url, request)
        assert service.requests[-1].header("authorization") is None


async def test_a_silent_server_may_be_loading(http: HttpClient) -> None:
    async with OllamaService(Rule(Silence(), times=None)) as service:
        provider = LocalProvider(HttpClient(chance=lambda: 0.0, sleep=_at_once))
        request = ModelRequest("gemma3:4b", (person("?"),))
        outgoing = provider.encode(request, service.base_url)
        assert outgoing.silence == 300
        brief = cleared(msgspec.structs.replace(outgoing, silence=0.05), request)
        with pytest.raises(ProviderTimeout) as caught:
            async with provider.stream(brief, None):
                pass
    assert "loading" in caught.value.hint


async def _at_once(seconds: float) -> None:
    del seconds


async def test_without_a_server_or_a_model_the_sentence_says_what_to_do(http: HttpClient) -> None:
    provider = LocalProvider(http)
    with pytest.raises(ConnectionFailed) as caught:
        provider.encode(ModelRequest("m", (person("?"),)), "")
    assert "Ollama" in caught.value.hint
    with pytest.raises(ModelUnavailable):
        provider.encode(ModelRequest("", (person("?"),)), "http://127.0.0.1:1/v1")


async def test_a_question_longer_than_the_context_is_refused_as_that(http: HttpClient) -> None:
    async with LlamaCppService(context=20) as service:
        with pytest.raises(RequestRejected) as caught:
            await ask(http, service.base_url, ModelRequest("m", (person("word " * 200),)))
    assert type(caught.value).__name__ == "ContextTooLong"


# Finding them.


@asynccontextmanager
async def all_three() -> AsyncIterator[list[str]]:
    async with AsyncExitStack() as stack:
        yield [
            f"{(await stack.enter_async_context(server())).base_url}/v1"
            for server in (OllamaService, LlamaCppService, LMStudioService)
        ]


def closed_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/v1"


async def find(http: HttpClient, *base_urls: str) -> tuple[list[OutgoingRequest], list[LocalServer]]:
    recorded: list[OutgoingRequest] = []

    async def remembering(outgoing: OutgoingRequest) -> ClearedRequest:
        recorded.append(outgoing)
        return cleared(outgoing)

    return recorded, list(await LocalFinder(http).find(remembering, base_urls))


async def test_servers_are_found_by_name_in_the_order_given(http: HttpClient) -> None:
    async with all_three() as base_urls:
        recorded, found = await find(http, *base_urls)
    assert [(server.name, server.base_url) for server in found] == [
        ("Ollama", base_urls[0]),
        ("llama.cpp", base_urls[1]),
        ("LM Studio", base_urls[2]),
    ]
    assert all(server.models for server in found)
    assert {outgoing.purpose for outgoing in recorded} == {Purpose.LOCAL_SERVER}


async def test_a_port_where_nobody_listens_is_no_error(http: HttpClient) -> None:
    async with OllamaService() as service:
        _, found = await find(http, closed_port(), service.base_url)
    assert [server.name for server in found] == ["Ollama"]


async def test_what_is_no_model_server_is_passed_over(http: HttpClient) -> None:
    page = Rule(Body("<html>A router</html>"), path="/", times=None)
    async with LMStudioService(page) as service:
        _, found = await find(http, service.base_url)
    assert found == []


async def test_one_that_never_answers_holds_nobody_up(http: HttpClient) -> None:
    async with OllamaService(Rule(Silence(), path="/v1/models", times=None)) as silent, LlamaCppService() as other:
        async with asyncio.timeout(5):
            _, found = await find(http, silent.base_url, other.base_url)
    assert [server.name for server in found] == ["llama.cpp"]


async def test_one_that_does_not_say_what_its_models_can_do_in_time_is_still_found(http: HttpClient) -> None:
    async with OllamaService(Rule(Silence(), path="/api/show", times=None)) as service:
        _, found = await find(http, service.base_url)
    assert [server.name for server in found] == ["Ollama"]
    assert "gemma3:4b" in [model.id for model in found[0].models]


async def test_only_this_computer_is_looked_at(http: HttpClient) -> None:
    recorded, found = await find(http, "http://192.0.2.1:11434/v1", "https://example.org/v1")
    assert (recorded, found) == ([], [])


async def test_no_key_is_sent_while_looking(http: HttpClient) -> None:
    async with LMStudioService(keys=("secret",)) as service:
        _, found = await find(http, service.base_url)
        headers: list[Any] = [request.header("authorization") for request in service.requests]
    assert found == []
    assert set(headers) == {None}


@pytest.mark.parametrize(("secret", "said"), [(None, "wants a key."), (Secret("sk-local-wrong"), "refused the key.")])
async def test_a_server_with_keys_is_told_apart_by_whether_one_was_sent(
    http: HttpClient, secret: Secret | None, said: str
) -> None:
    async with LMStudioService(keys=("sk-local-right",)) as service:
        with pytest.raises(AuthenticationFailed) as caught:
            await LocalProvider(http).models(gate, f"{service.base_url}/v1", secret)
    assert caught.value.message == f"The model server at {service.base_url.partition('://')[2]} {said}"
