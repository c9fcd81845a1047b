"""The services that stand for people's own model servers speak as those do, with their faults."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest
from PIL import Image

from tests.service.answers import Delivery, Status, Text
from tests.service.openai_answers import Call, Completion
from tests.service.personas import PersonaProcess, PersonaThread

ASKED = {"role": "user", "content": "Why?"}
TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}
CALLS = [Call("look", ['{"a', '": 1}']), Call("look", ['{"a": ', "2}"])]
SEEING = {"ollama": "gemma3:4b", "llamacpp": "any", "lmstudio": "google/gemma-3-4b"}
CALLING = {"ollama": "llama3.2:3b", "llamacpp": "any", "lmstudio": "mistralai/ministral-3b"}


@pytest.fixture(scope="module", params=sorted(SEEING))
def local(request: pytest.FixtureRequest) -> Iterator[tuple[str, PersonaThread]]:
    with PersonaThread(request.param) as running:
        yield request.param, running


@pytest.fixture(scope="module")
def ollama() -> Iterator[PersonaThread]:
    with PersonaThread("ollama") as running:
        yield running


@pytest.fixture(scope="module")
def studio() -> Iterator[PersonaThread]:
    with PersonaThread("lmstudio") as running:
        yield running


def get(service: PersonaThread, path: str, **headers: str) -> httpx.Response:
    return httpx.get(service.base_url + path, headers=headers, trust_env=False)


def ask(service: PersonaThread, model: str, *messages: Any, key: str = "", **more: Any) -> httpx.Response:
    body = {"model": model, "messages": list(messages) or [ASKED]} | more
    headers = {"authorization": f"Bearer {key}"} if key else {}
    return httpx.post(
        f"{service.base_url}/v1/chat/completions", json=body, headers=headers, trust_env=False, timeout=20
    )


def deltas(answer: httpx.Response, name: str) -> list[Any]:
    chunks = [msgspec.json.decode(line[6:]) for line in answer.text.split("\n") if line.startswith("data: {")]
    found = [choice["delta"].get(name) for chunk in chunks for choice in chunk["choices"] if choice["delta"]]
    return [item for item in found if item]


def picture(url: str = "") -> dict[str, Any]:
    file = io.BytesIO()
    Image.new("RGB", (8, 6), "navy").save(file, "PNG")
    url = url or f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
    return {"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}


# All of them.


@pytest.mark.parametrize("more", [{"provider": {}}, {"reasoning": {"effort": "low"}}, {"session_id": "a"}])
def test_what_only_others_know_is_refused(local: tuple[str, PersonaThread], more: dict[str, Any]) -> None:
    name, service = local
    answer = ask(service, SEEING[name], **more)
    assert answer.status_code == 400
    assert "Extra inputs" in answer.json()["error"]["message"]


def test_totals_are_sent_only_to_those_who_ask(local: tuple[str, PersonaThread]) -> None:
    name, service = local
    plain = ask(service, SEEING[name], stream=True)
    asking = ask(service, SEEING[name], stream=True, stream_options={"include_usage": True})
    assert '"usage"' not in plain.text
    assert '"choices":[],"usage":{"prompt_tokens"' in asking.text
    assert "PROCESSING" not in plain.text


def test_calls_come_in_each_server_s_own_pieces(local: tuple[str, PersonaThread]) -> None:
    name, service = local
    service.enqueue(Completion(calls=CALLS))
    pieces = [
        piece for part in deltas(ask(service, CALLING[name], stream=True, tools=[TOOL]), "tool_calls") for piece in part
    ]
    named = [piece for piece in pieces if "name" in piece["function"]]
    assert [piece["index"] for piece in named] == [0, 1]
    assert all("id" in piece for piece in named)
    if name == "ollama":
        assert [piece["function"]["arguments"] for piece in pieces] == ['{"a": 1}', '{"a": 2}']
    else:
        assert [piece["function"]["arguments"] for piece in pieces if piece["index"] == 1] == ["", '{"a": ', "2}"]
        assert sum("id" in piece for piece in pieces) == 2


def test_reasoning_travels_in_each_server_s_own_way(local: tuple[str, PersonaThread]) -> None:
    name, service = local
    service.enqueue(Completion(["So."], ["Hm, ", "so."]))
    answer = ask(service, SEEING[name], stream=True)
    field = {"ollama": "reasoning", "llamacpp": "reasoning_content", "lmstudio": "content"}[name]
    expected = {"lmstudio": ["<think>", "Hm, ", "so.", "</think>", "So."]}.get(name, ["Hm, ", "so."])
    assert deltas(answer, field) == expected


def test_pictures_stay_out_of_results_of_tools(local: tuple[str, PersonaThread]) -> None:
    name, service = local
    call = {"id": "0", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    result = {"role": "tool", "tool_call_id": "0", "content": picture()["content"]}
    asking = {"role": "assistant", "content": "", "tool_calls": [call]}
    assert ask(service, SEEING[name], ASKED, asking, result).status_code == 400
    assert ask(service, SEEING[name], ASKED, asking, result | {"content": "seen"}).status_code == 200


@pytest.mark.parametrize(
    ("answer", "seen", "missing"),
    [
        (Completion(["Red"], done=False), '"finish_reason":"stop"', "[DONE]"),
        (Completion(["Red"], finish_reason=None, done=False), "Red", '"finish_reason":"stop"'),
        (Completion(["Red"], oddities=["empty_choices"]), '"choices":[]', "error"),
        (Completion(["Red"], oddities=["no_choices"]), "Red", "error"),
        (Completion(["Red"], oddities=["null_delta"]), '"delta":null', "error"),
        (Completion(["Red"], oddities=["no_delta"]), '{"index":0,"finish_reason":null}', "error"),
        (Completion(["Red"], oddities=["null_content"]), '"content":null', "error"),
        (
            Completion(["Red"], oddities=["finish_with_content"]),
            '"Red"},"logprobs":null,"finish_reason":"stop"',
            "error",
        ),
        (Completion(calls=[Call("look", {"a": 1})]), '"arguments":{"a":1}', "error"),
        (Completion(calls=[Call("look", ["{a"])]), '{a"', "error"),
        (Completion(calls=[Call("look", id="0"), Call("look", id="0")]), '"id":"0"', "error"),
        (Completion(calls=[Call("look", no_id=True)]), '"name":"look"', '"id":"call'),
        (Completion(calls=[Call("look")], oddities=["no_index"]), '"tool_calls":[{"id"', '"tool_calls":[{"index"'),
        (Completion(["one\u2028two\u0085"], delivery=Delivery(crlf=True)), "one\u2028two\u0085", "}\n\n"),
        (Completion(["🍁"], delivery=Delivery(chunk=1)), "🍁", "error"),
    ],
)
def test_streams_can_be_odd(local: tuple[str, PersonaThread], answer: Completion, seen: str, missing: str) -> None:
    name, service = local
    service.enqueue(answer)
    words = ask(service, CALLING[name], stream=True, tools=[TOOL]).content.decode()
    assert seen in words
    assert missing not in words


def test_a_model_that_is_being_loaded_answers_late(ollama: PersonaThread) -> None:
    ollama.enqueue(Text(["Awake."], delivery=Delivery(header_delay=0.05, delays=[0.05])))
    assert "Awake." in ask(ollama, "gemma3:4b", stream=True).text


# Ollama.


def test_ollama_is_found_and_lists_its_models(ollama: PersonaThread) -> None:
    assert get(ollama, "/").text == "Ollama is running"
    assert get(ollama, "/api/version").json()["version"]
    named = [model["name"] for model in get(ollama, "/api/tags").json()["models"]]
    assert named == [model["id"] for model in get(ollama, "/v1/models").json()["data"]]


def test_ollama_shows_what_a_model_can_do(ollama: PersonaThread) -> None:
    def show(name: str) -> httpx.Response:
        return httpx.post(f"{ollama.base_url}/api/show", json={"model": name}, trust_env=False)

    shown = show("qwen3-vl:8b").json()
    assert shown["capabilities"] == ["completion", "vision", "tools", "thinking"]
    assert shown["model_info"]["qwen3vl.context_length"] == 262_144
    assert (show("nobody").status_code, show("nobody").json()) == (404, {"error": "model 'nobody' not found"})


def test_ollama_takes_any_key(ollama: PersonaThread) -> None:
    assert ask(ollama, "gemma3:4b", key="anything").status_code == 200


@pytest.mark.parametrize(
    ("model", "messages", "more", "status"),
    [
        ("gemma3:4b", [picture()], {}, 200),
        ("gemma3:4b", [picture("https://example.test/a.png")], {}, 400),
        ("llama3.2:3b", [picture()], {}, 500),
        ("gemma3:4b", [ASKED], {"tools": [TOOL]}, 400),
        ("llama3.2:3b", [ASKED], {"tools": [TOOL], "tool_choice": "auto"}, 200),
        ("nobody", [ASKED], {}, 404),
    ],
)
def test_ollama_knows_its_models(
    ollama: PersonaThread, model: str, messages: list[Any], more: dict[str, Any], status: int
) -> None:
    answer = ask(ollama, model, *messages, **more)
    assert answer.status_code == status
    assert status == 200 or answer.json()["error"]["type"]


def test_ollama_can_ignore_a_picture_that_it_cannot_see() -> None:
    with PersonaThread("ollama", blind="ignore") as service:
        assert ask(service, "llama3.2:3b", picture()).status_code == 200


# llama.cpp.


def test_llamacpp_loads_and_then_is_healthy() -> None:
    with PersonaThread("llamacpp", loading=1) as service:
        first, second = get(service, "/health"), get(service, "/health")
    error = {"code": 503, "message": "Loading model", "type": "unavailable_error"}
    assert (first.status_code, first.json()) == (503, {"error": error})
    assert (second.status_code, second.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("vision", [True, False])
def test_llamacpp_says_whether_it_sees(vision: bool) -> None:
    with PersonaThread("llamacpp", vision=vision) as service:
        assert get(service, "/props").json()["modalities"]["vision"] is vision
        assert ask(service, "any", picture()).status_code == (200 if vision else 500)


def test_llamacpp_wants_its_key_where_it_has_one() -> None:
    with PersonaThread("llamacpp", keys=["secret"]) as service:
        assert get(service, "/health").status_code == 200
        assert get(service, "/props").json()["error"]["type"] == "authentication_error"
        assert get(service, "/props", **{"x-api-key": "secret"}).status_code == 200
        assert ask(service, "any", key="wrong").status_code == 401
        assert ask(service, "any", key="secret").status_code == 200


def test_llamacpp_counts_what_does_not_fit() -> None:
    with PersonaThread("llamacpp", context=16) as service:
        error = ask(service, "any", {"role": "user", "content": "Why? " * 50}).json()["error"]
    assert error["type"] == "exceed_context_size_error"
    assert error["n_ctx"] == 16 < error["n_prompt_tokens"]


# LM Studio.


def test_lmstudio_lists_what_its_models_can_do(studio: PersonaThread) -> None:
    native = {model["key"]: model for model in get(studio, "/api/v1/models").json()["models"]}
    assert native["google/gemma-3-4b"]["capabilities"] == {"vision": True, "trained_for_tool_use": False}
    assert native["qwen/qwen3-vl-4b"]["loaded_instances"][0]["config"] == {"context_length": 16_384}
    assert native["text-embedding-nomic-embed-text-v1.5"]["type"] == "embedding"
    assert list(native) == [model["id"] for model in get(studio, "/v1/models").json()["data"]]


def test_lmstudio_answers_200_to_what_it_does_not_know(studio: PersonaThread) -> None:
    answer = get(studio, "/api/tags")
    assert (answer.status_code, answer.json()) == (200, {"error": "Unexpected endpoint or method. (GET /api/tags)"})


def test_lmstudio_knows_its_models(studio: PersonaThread) -> None:
    assert ask(studio, "mistralai/ministral-3b", picture()).status_code == 400
    assert ask(studio, "nobody").json()["error"]["code"] == "model_not_found"


def test_a_scripted_error_has_the_server_s_shape(local: tuple[str, PersonaThread]) -> None:
    name, service = local
    service.enqueue(Status(500, "server_error", "CUDA error"))
    error = ask(service, SEEING[name]).json()["error"]
    assert (error["message"], error["type"]) == ("CUDA error", "server_error")


@pytest.mark.parametrize("name", sorted(SEEING))
def test_each_runs_as_a_process(name: str) -> None:
    with PersonaProcess(name, Completion(["Red."])) as service:
        address = f"{service.base_url}/v1/chat/completions"
        answer = httpx.post(address, json={"model": SEEING[name], "messages": [ASKED]}, trust_env=False, timeout=20)
        assert answer.json()["choices"][0]["message"]["content"] == "Red."
        assert service.requests[0]["status"] == 200
