"""The service that stands for OpenRouter is as strict as it, and says no in its shape."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from PIL import Image

from tests.service.answers import FIXTURES, Delivery, Replay, Rule, Status, Text
from tests.service.openai_answers import Call, Completion, Fault
from tests.service.openrouter import KEY, OpenRouterService
from tests.service.personas import PersonaProcess, PersonaThread

HAIKU = "anthropic/claude-haiku-5.5"
BEARER = {"authorization": f"Bearer {KEY}"}
TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}
CALL = {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
CACHED = {"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}
ASKED = {"role": "user", "content": "Why?"}
CALLED = {"role": "assistant", "content": None, "tool_calls": [CALL]}
RESULT = {"role": "tool", "tool_call_id": "call_1", "content": "seen"}


@pytest.fixture(scope="module")
def service() -> Iterator[PersonaThread]:
    with PersonaThread("openrouter") as running:
        yield running


@pytest.fixture(scope="module")
def client(service: PersonaThread) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=service.base_url, headers=BEARER, trust_env=False, timeout=20) as made:
        yield made


def data_url(kind: str = "PNG", said: str = "image/png", size: tuple[int, int] = (8, 6)) -> str:
    file = io.BytesIO()
    Image.new("RGB", size, "navy").save(file, kind)
    return f"data:{said};base64,{base64.b64encode(file.getvalue()).decode()}"


def body(*messages: Any, **more: Any) -> dict[str, Any]:
    return {"model": HAIKU, "messages": list(messages) or [ASKED]} | more


def part(kind: str, value: Any) -> dict[str, Any]:
    return {"role": "user", "content": [{"type": kind, kind: value}]}


def refused(client: httpx.Client, request: dict[str, Any]) -> tuple[int, str]:
    answer = client.post("/chat/completions", json=request)
    error = answer.json()["error"]
    assert error["code"] == answer.status_code
    return answer.status_code, error["message"]


@pytest.mark.parametrize(
    ("request_body", "said"),
    [
        (body(colour="red"), "colour: Extra inputs"),
        (body(transforms=["middle-out"]), "transforms: Extra inputs"),
        ({"messages": [ASKED]}, "no models"),
        (body(stop=["1", "2", "3", "4", "5"]), "at most 4"),
        (body(stop=""), "stop.0"),
        (body(temperature=2.5), "temperature"),
        (body(max_tokens=0), "max_tokens"),
        (body(max_tokens=200_000), "128000"),
        (body(max_tokens=9, max_completion_tokens=9), "either"),
        (body(stream_options={"include_usage": True}), "stream_options"),
        (body(provider={"colour": "red"}), "provider.colour"),
        (body(provider={"data_collection": "no"}), "'allow' or 'deny'"),
        (body(provider={"order": "Anthropic"}), "provider.order"),
        (body(provider={"max_price": {"prompt": "cheap"}}), "provider.max_price.prompt"),
        (body(reasoning={"effort": "huge"}), "reasoning.effort"),
        (body(reasoning={"effort": "low", "max_tokens": 2000}), "only one"),
        (body(reasoning={"effort": "low"}, reasoning_effort="high"), "contradicts"),
        (body(model="openai/gpt-test", reasoning={"effort": "none"}), "mandatory"),
        (body(model="openai/gpt-test", max_completion_tokens=8), "16 or more"),
        (body(tools=[]), "at least one tool"),
        (body(tools=[TOOL, TOOL]), "unique"),
        (body(tools=[{"type": "function", "function": {"name": "a b"}}]), "function.name"),
        (body(tool_choice="auto"), "when tools are specified"),
        (body(tools=[TOOL], tool_choice={"type": "function", "function": {"name": "x"}}), "not found in 'tools'"),
        (body(response_format={"type": "xml"}), "response_format.type"),
        (body({"role": "user", "content": "  "}), "white space"),
        (body({"role": "user", "content": []}), "at least one part"),
        (body({"role": "robot", "content": "Hm"}), "role"),
        (body(ASKED, {"role": "assistant", "content": "Be"}), "last message"),
        (body({"role": "system", "content": "Be brief."}), "last message"),
        (body(part("image", "x")), "'image' is not one of"),
        (body(part("image_url", data_url())), "image_url"),
        (body(part("image_url", {"url": data_url("JPEG")})), "but it is JPEG"),
        (body(part("image_url", {"url": data_url("BMP", "image/bmp")})), "unsupported image format"),
        (body(part("image_url", {"url": "data:image/png;base64,!!!!"})), "malformed"),
        (body(part("image_url", {"url": "data:image/png;base64,AAAA"})), "could not process"),
        (body(part("image_url", {"url": data_url(size=(8001, 1))})), "8000 pixels"),
        (body(part("image_url", {"url": "file:///etc/passwd"})), "https"),
        (body(part("file", {"filename": "a.pdf", "file_data": "data:application/pdf;base64,AAAA"})), "parse PDF"),
        (body(ASKED, CALLED), "must be followed by tool messages"),
        (body(ASKED, CALLED, ASKED), "call_1"),
        (body(ASKED, CALLED, RESULT, RESULT), "must answer a call"),
        (body(ASKED, RESULT), "must answer a call"),
        (body(ASKED, {**CALLED, "tool_calls": [CALL, CALL]}, RESULT, RESULT), "unique"),
        (body(ASKED, {**CALLED, "tool_calls": [{**CALL, "index": 0}]}, RESULT), "index"),
        (
            body(ASKED, {**CALLED, "tool_calls": [{**CALL, "function": {"name": "look", "arguments": {}}}]}, RESULT),
            "arguments",
        ),
        (
            body(ASKED, {**CALLED, "tool_calls": [{**CALL, "function": {"name": "look", "arguments": ""}}]}, RESULT),
            "expected JSON",
        ),
        (
            body(ASKED, {**CALLED, "reasoning_details": [{"type": "reasoning.text", "text": "Mine."}]}, RESULT),
            "as they",
        ),
    ],
)
def test_a_wrong_request_is_refused(client: httpx.Client, request_body: dict[str, Any], said: str) -> None:
    status, message = refused(client, request_body)
    assert status == 400
    assert said in message


@pytest.mark.parametrize(
    "request_body",
    [
        body(provider={"data_collection": "deny", "order": ["Anthropic"], "allow_fallbacks": False, "zdr": True}),
        body(reasoning={"effort": "low", "exclude": True}, max_completion_tokens=64, stop=["\n\n"], session_id="a"),
        body({"role": "system", "content": [CACHED]}, ASKED),
        body(part("image_url", {"url": data_url(), "detail": "high"})),
        body(part("image_url", {"url": "https://example.test/a.png"})),
        body(ASKED, CALLED, RESULT, tools=[TOOL], parallel_tool_calls=False),
        body(ASKED, CALLED, {**RESULT, "content": [{"type": "image_url", "image_url": {"url": data_url()}}]}),
        {"models": ["nobody/knows", HAIKU], "messages": [ASKED]},
    ],
)
def test_a_right_request_is_answered(client: httpx.Client, request_body: dict[str, Any]) -> None:
    answer = client.post("/chat/completions", json=request_body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["id"] == answer.headers["x-generation-id"]


@pytest.mark.parametrize(
    ("request_body", "said"),
    [
        (body(model="nobody/knows"), "nobody/knows"),
        (body(model="google/expired-vision"), "No endpoints"),
        (body(part("image_url", {"url": data_url()}), model="mistral/words-only"), "image input"),
        (body(model="mistral/words-only", tools=[TOOL]), "tool use"),
        (body(model="qwen/sees-free:free", provider={"data_collection": "deny"}), "data policy"),
        (body(temperature=1, provider={"require_parameters": True}), "temperature"),
    ],
)
def test_what_no_endpoint_does_is_not_found(client: httpx.Client, request_body: dict[str, Any], said: str) -> None:
    status, message = refused(client, request_body)
    assert status == 404
    assert said in message


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer sk-or-v1-other"}, {"x-api-key": KEY}])
def test_without_its_key_nobody_is_answered(service: PersonaThread, headers: dict[str, str]) -> None:
    answer = httpx.post(f"{service.base_url}/chat/completions", json=body(), headers=headers, trust_env=False)
    assert answer.status_code == 401


def stream(client: httpx.Client, **more: Any) -> str:
    return client.post("/chat/completions", json=body(stream=True, **more)).text


def test_a_stream_begins_with_comments_and_ends_with_totals(client: httpx.Client) -> None:
    lines = [line for line in stream(client, debug={"echo_upstream_body": True}).split("\n") if line]
    assert lines[0] == ": OPENROUTER PROCESSING"
    assert '"choices":[],"usage":{' in lines[-2]
    assert '"cost":' in lines[-2]
    assert lines[-1] == "data: [DONE]"


@pytest.mark.parametrize("fixture", sorted(path.stem for path in FIXTURES.glob("openai_*.txt")))
def test_a_recorded_stream_is_sent_byte_for_byte(service: PersonaThread, client: httpx.Client, fixture: str) -> None:
    service.enqueue(Replay(fixture, Delivery(chunk=7)))
    answer = client.post("/chat/completions", json=body(stream=True))
    assert answer.content == (FIXTURES / f"{fixture}.txt").read_bytes()


def test_an_error_in_the_middle_ends_the_stream(service: PersonaThread, client: httpx.Client) -> None:
    service.enqueue(Completion(["Red "], error=Fault("server_error", "Gone", {"error_type": "timeout"})))
    lines = stream(client).split("\n\n")
    assert '"finish_reason":"error"' in lines[-2]
    assert '"error":{"code":"server_error","message":"Gone","metadata":{"error_type":"timeout"}}' in lines[-2]


def test_a_stream_that_breaks_with_an_error_says_so(service: PersonaThread, client: httpx.Client) -> None:
    service.enqueue(Completion(["Red ", "leaves"], delivery=Delivery(break_after=1, break_how="error")))
    words = stream(client)
    assert "overloaded_error" in words
    assert "leaves" not in words


def test_a_whole_answer_can_be_an_error(service: PersonaThread, client: httpx.Client) -> None:
    service.enqueue(Completion(error=Fault(502, "Provider returned error")))
    answer = client.post("/chat/completions", json=body())
    assert (answer.status_code, answer.json()) == (200, {"error": {"code": 502, "message": "Provider returned error"}})


def test_a_whole_answer_can_be_empty(service: PersonaThread, client: httpx.Client) -> None:
    service.enqueue(Completion())
    assert client.post("/chat/completions", json=body()).json()["choices"][0]["message"]["content"] == ""


def test_a_fallback_says_who_answered(service: PersonaThread, client: httpx.Client) -> None:
    service.enqueue(Completion(["Hm."], model="mistral/words-only"))
    answer = client.post("/chat/completions", json=body(models=[HAIKU, "mistral/words-only"])).json()
    assert (answer["model"], answer["provider"]) == ("mistral/words-only", "Mistral")


def test_the_cost_of_an_answer_is_told_later_too(client: httpx.Client) -> None:
    answer = client.post("/chat/completions", json=body()).json()
    told = client.get("/generation", params={"id": answer["id"]}).json()
    assert told["data"]["total_cost"] == answer["usage"]["cost"]


def test_reasoning_comes_back_unchanged_with_its_calls(service: PersonaThread, client: httpx.Client) -> None:
    service.enqueue(Completion([], ["Let me ", "look."], encrypted=True, calls=[Call("look", id="call_1")]))
    message = client.post("/chat/completions", json=body(tools=[TOOL])).json()["choices"][0]["message"]
    details = message["reasoning_details"]
    assert [detail["type"] for detail in details] == ["reasoning.text", "reasoning.encrypted"]
    edited = [{**details[0], "text": "Edited."}, details[1]]
    for sent, status in ((details, 200), (edited, 400)):
        again = body(ASKED, {**CALLED, "reasoning_details": sent}, RESULT, tools=[TOOL])
        assert client.post("/chat/completions", json=again).status_code == status
    assert "must be sent back" in refused(client, body(ASKED, CALLED, RESULT, tools=[TOOL]))[1]


def test_a_refusal_for_moderation_tells_why(service: PersonaThread, client: httpx.Client) -> None:
    reasons = {"reasons": ["violence"], "flagged_input": "Why?", "provider_name": "OpenAI", "model_slug": HAIKU}
    service.enqueue(Status(403, message="Your input was flagged", details=reasons))
    answer = client.post("/chat/completions", json=body())
    assert answer.json()["error"] == {"code": 403, "message": "Your input was flagged", "metadata": reasons}


# What costs nothing.


def test_models_are_listed_for_everybody(service: PersonaThread) -> None:
    listed = httpx.get(f"{service.base_url}/models", trust_env=False).json()["data"]
    models = {model["id"]: model for model in listed}
    assert models[HAIKU]["pricing"]["prompt"] == "0.0000001"
    assert models[HAIKU]["pricing"]["overrides"][0]["min_prompt_tokens"] == 100_000
    assert models["openrouter/auto"]["pricing"]["prompt"] == "-1"
    assert models["openrouter/auto"]["context_length"] is None
    assert models["google/expired-vision"]["expiration_date"] < "2026-11-22"
    assert models["openai/gpt-test"]["reasoning"]["mandatory"] is True


def test_models_are_filtered(client: httpx.Client) -> None:
    seeing = client.get("/models", params={"input_modalities": "image", "supported_parameters": "tools"}).json()
    assert "mistral/words-only" not in [model["id"] for model in seeing["data"]]
    assert client.get("/models", params={"limit": 2, "offset": 1}).json()["data"][0]["id"].endswith("sonnet-5.5")
    assert client.get("/models", params={"limit": 1001}).status_code == 400


def test_a_key_knows_its_balance_but_not_the_account(client: httpx.Client) -> None:
    assert client.get("/key").json()["data"]["limit_remaining"] == 7.5
    assert client.get("/credits").status_code == 403


def test_a_connection_is_warmed_without_a_key(service: PersonaThread) -> None:
    assert httpx.head(service.base_url, trust_env=False).status_code == 200


def test_unknown_paths_and_methods_are_told(client: httpx.Client) -> None:
    assert client.get("/weather").status_code == 404
    assert client.get("/chat/completions").status_code == 405


# Anthropic's shape.

MESSAGES = {"model": HAIKU, "max_tokens": 64, "messages": [ASKED]}


@pytest.mark.parametrize("streamed", [True, False])
def test_messages_are_answered_in_their_own_shape(service: PersonaThread, client: httpx.Client, streamed: bool) -> None:
    service.enqueue(Text(["Red."]))
    answer = client.post("/messages", json=MESSAGES | {"stream": streamed, "provider": {"data_collection": "deny"}})
    assert answer.status_code == 200, answer.text
    if streamed:
        assert answer.text.startswith(": OPENROUTER PROCESSING\n\n")
        assert f'"model":"{HAIKU}"' in answer.text
        assert "event: message_stop" in answer.text
    else:
        assert answer.json()["content"] == [{"type": "text", "text": "Red."}]


def test_a_call_is_a_tool_use_there(service: PersonaThread, client: httpx.Client) -> None:
    service.enqueue(Completion(calls=[Call("look", ['{"a"', ": 1}"])]))
    tools = [{"name": "look", "input_schema": {"type": "object"}}]
    answer = client.post("/messages", json=MESSAGES | {"tools": tools}).json()
    assert answer["stop_reason"] == "tool_use"
    assert answer["content"][-1]["input"] == {"a": 1}


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"temperature": 0.5}, 200),
        ({"colour": "red"}, 400),
        ({"tools": [{"name": "look", "input_schema": {"type": "object"}, "strict": True}]}, 400),
        ({"provider": {"data_collection": "no"}}, 400),
        ({"model": "claude-haiku-5-5"}, 404),
        ({"messages": [{"role": "user", "content": ""}]}, 400),
    ],
)
def test_messages_are_checked(client: httpx.Client, more: dict[str, Any], status: int) -> None:
    answer = client.post("/messages", json=MESSAGES | more)
    assert answer.status_code == status, answer.text
    if status != 200:
        assert answer.json()["type"] == "error"


def test_an_error_there_has_both_words(service: PersonaThread, client: httpx.Client) -> None:
    service.enqueue(Status(402, message="Insufficient credits", details={"error_type": "payment_required"}))
    error = client.post("/messages", json=MESSAGES).json()["error"]
    assert (error["type"], error["error_type"]) == ("billing_error", "payment_required")


async def test_anthropics_own_client_understands_the_answer() -> None:
    from anthropic import AsyncAnthropic  # slow to import, and wanted here alone

    async with (
        OpenRouterService(Text(["Red ", "leaves."])) as service,
        AsyncAnthropic(base_url=f"{service.origin}/api", auth_token=KEY, max_retries=0) as asking,
        asking.messages.stream(model=HAIKU, max_tokens=64, messages=[{"role": "user", "content": "Why?"}]) as stream,
    ):
        assert [words async for words in stream.text_stream] == ["Red ", "leaves."]
        assert (await stream.get_final_message()).model == HAIKU


# Sign-in.

VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
CALLBACK = "http://localhost:3000/callback?state=7"
PAGE = {"callback_url": CALLBACK, "code_challenge": CHALLENGE, "code_challenge_method": "S256"}


def page(service: PersonaThread, **more: str) -> httpx.Response:
    address = service.base_url.removesuffix("/api/v1") + "/auth"
    return httpx.get(address, params=PAGE | more, trust_env=False)


def code_from(answer: httpx.Response) -> str:
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


def exchange(service: PersonaThread, **sent: str) -> httpx.Response:
    wanted = {"code_verifier": VERIFIER, "code_challenge_method": "S256"} | sent
    return httpx.post(f"{service.base_url}/auth/keys", json=wanted, trust_env=False)


def test_a_code_becomes_a_key_that_is_accepted(service: PersonaThread) -> None:
    answer = page(service)
    assert answer.status_code == 302
    assert answer.headers["location"].startswith("http://localhost:3000/callback?state=7&code=")
    key = exchange(service, code=code_from(answer)).json()["key"]
    balance = httpx.get(f"{service.base_url}/key", headers={"authorization": f"Bearer {key}"}, trust_env=False)
    assert balance.status_code == 200


def test_a_code_is_good_once(service: PersonaThread) -> None:
    code = code_from(page(service))
    assert [exchange(service, code=code).status_code for _ in range(2)] == [200, 403]


@pytest.mark.parametrize(
    ("sent", "status"),
    [({"code_verifier": "w" * 43}, 403), ({"code_challenge_method": "plain"}, 400), ({"code": "made-up"}, 403)],
)
def test_a_wrong_exchange_is_refused(service: PersonaThread, sent: dict[str, str], status: int) -> None:
    assert exchange(service, **({"code": code_from(page(service))} | sent)).status_code == status


def test_an_exchange_is_a_post(service: PersonaThread) -> None:
    assert httpx.get(f"{service.base_url}/auth/keys", trust_env=False).status_code == 405


@pytest.mark.parametrize(
    "wrong", [{"code_challenge": "short"}, {"code_challenge_method": "plain"}, {"callback_url": "http://evil.test/"}]
)
def test_the_page_wants_a_right_address(service: PersonaThread, wrong: dict[str, str]) -> None:
    assert page(service, **wrong).status_code == 400


@pytest.mark.parametrize(("consent", "status", "said"), [("deny", 302, "error=access_denied"), ("never", 200, "")])
def test_a_person_may_say_no_or_nothing(consent: str, status: int, said: str) -> None:
    with PersonaThread("openrouter", consent=consent) as service:
        answer = page(service)
    assert answer.status_code == status
    assert said in answer.headers.get("location", "")


# As a process.


def test_it_runs_as_a_process_and_is_steered_from_outside() -> None:
    held = Completion(["one", "two"], calls=[Call("look")], delivery=Delivery(hold_after=1))
    with PersonaProcess("openrouter", Rule(held, contains="Why")) as service:
        address = f"{service.base_url}/chat/completions"
        with (
            httpx.Client(headers=BEARER, trust_env=False, timeout=20) as client,
            client.stream("POST", address, json=body(stream=True)) as answer,
        ):
            parts = answer.iter_text()
            seen = ""
            while "one" not in seen:
                seen += next(parts)
            service.release()
            assert "two" in "".join(parts)
        assert [request["path"] for request in service.requests] == ["/api/v1/chat/completions"]
