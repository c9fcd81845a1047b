"""The test service is as strict as the real one, and says no in the real shape."""

from __future__ import annotations

import base64
import copy
import http.client
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest

from tests.integration.providers.conftest import png
from tests.service import KEY, Delivery, Echo, Rule, ServiceProcess, ServiceThread, Text

HEADERS = {"x-api-key": KEY, "anthropic-version": "2026-10-21", "content-type": "application/json"}
TOOL_USE = {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {}}
TOOL_RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "seen"}


@pytest.fixture(scope="module")
def service() -> Iterator[ServiceThread]:
    with ServiceThread() as running:
        yield running


def send(base_url: str, method: str, path: str, body: Any, headers: dict[str, str]) -> tuple[int, dict[str, str], Any]:
    connection = http.client.HTTPConnection(urlsplit(base_url).netloc, timeout=30)
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body) if body is not None else None
    connection.request(method, path, raw, headers)
    answer = connection.getresponse()
    content, names = answer.read(), {name.lower(): value for name, value in answer.getheaders()}
    connection.close()
    kind = names.get("content-type", "")
    return answer.status, names, msgspec.json.decode(content) if "json" in kind else content


def post(service: ServiceThread, body: Any, headers: dict[str, str] | None = None) -> tuple[int, Any]:
    status, _, answer = send(service.base_url, "POST", "/v1/messages", body, HEADERS if headers is None else headers)
    return status, answer


def user(*content: Any) -> dict[str, Any]:
    return {"role": "user", "content": list(content)}


def assistant(*content: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": list(content)}


def text(words: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": words, **more}


def image(data: bytes, media_type: str = "image/png") -> dict[str, Any]:
    encoded = base64.b64encode(data).decode()
    return {"type": "image", "source": {"type": "base64", "media_type": media_type, "data": encoded}}


def question(*messages: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "model": "claude-haiku-5-5",
        "max_tokens": 100,
        "messages": list(messages) or [user(text("Why?"))],
        **fields,
    }


MADE_UP = {"type": "thinking", "thinking": "", "signature": "AAAA"}
BUDGET: dict[str, Any] = {"type": "enabled", "budget_tokens": 1024}
CACHE = {"cache_control": {"type": "ephemeral"}}
REFUSED: list[tuple[str, Any, str]] = [
    ("not json", b"{", "not valid JSON"),
    ("no model", {"max_tokens": 1, "messages": []}, "model: Field required"),
    ("temperature", question(temperature=1.0), "temperature: Extra inputs are not permitted"),
    ("top_p", question(top_p=0.9), "top_p: Extra inputs are not permitted"),
    ("top_k", question(top_k=5), "top_k: Extra inputs are not permitted"),
    ("openai field", question(n=1), "n: Extra inputs are not permitted"),
    ("field in block", question(user(text("a", kind="text"))), "messages.0.content.0.kind: Extra inputs"),
    ("field in message", question({**user(text("a")), "name": "x"}), "messages.0.name: Extra inputs"),
    ("prefill", question(user(text("a")), assistant(text("b"))), "does not support assistant message prefill"),
    ("no messages", {**question(), "messages": []}, "at least one message is required"),
    ("empty content", question(user()), "non-empty content"),
    ("empty text", question(user(text(""))), "text content blocks must be non-empty"),
    ("blank text", question(user(text(" \n"))), "non-whitespace text"),
    ("blank string", question({"role": "user", "content": " "}), "non-whitespace text"),
    ("wrong role", question({"role": "tool", "content": "a"}), "messages.0.role"),
    ("unknown block", question(user({"type": "audio"})), "Input tag 'audio'"),
    ("thinking from the person", question(user(MADE_UP)), "Input tag"),
    ("image from the model", question(user(text("a")), assistant(image(png(4, 4))), user(text("b"))), "Input tag"),
    ("wrong media type", question(user(image(png(4, 4), "image/jpeg"))), "appears to be a PNG image"),
    ("unknown media type", question(user(image(png(4, 4), "image/bmp"))), "media_type"),
    ("not a picture", question(user(image(b"hello"))), "Could not process image"),
    ("damaged picture", question(user(image(png(40, 40)[:60]))), "Could not process image"),
    (
        "data address",
        question(
            user(
                {
                    "type": "image",
                    "source": {"type": "base64", "media_type": "image/png", "data": "data:image/png;base64,aGk="},
                }
            )
        ),
        "invalid base64",
    ),
    ("8001 pixels", question(user(image(png(8001, 2)))), "exceed max allowed size: 8000"),
    ("21 pictures, one wide", question(user(*[image(png(2, 2))] * 20, image(png(2001, 2)))), "size: 2000 pixels"),
    ("10 MB", question(user(image(b"\0" * 8_000_000))), "image exceeds 10 MB maximum"),
    ("negative max_tokens", question(max_tokens=-1), "max_tokens"),
    ("max_tokens as text", question(max_tokens="100"), "max_tokens"),
    ("too many tokens", question(max_tokens=128_001), "128001 > 128000"),
    ("blank stop text", question(stop_sequences=["\n"]), "each stop sequence must contain non-whitespace"),
    ("thinking enabled", question(thinking={"type": "enabled", "budget_tokens": 1024}), "enabled is not supported"),
    ("thinking between tools", question(thinking={"type": "between_tools"}), "between_tools is not supported"),
    ("budget of adaptive", question(thinking={"type": "adaptive", "budget_tokens": 1}), "Extra inputs"),
    ("display of disabled", question(thinking={"type": "disabled", "display": "omitted"}), "Extra inputs"),
    ("disabled at max", question(thinking={"type": "disabled"}, output_config={"effort": "max"}), "at effort max"),
    ("unknown effort", question(output_config={"effort": "huge"}), "output_config.effort"),
    ("old model, adaptive", question(model="claude-haiku-4-5", thinking={"type": "adaptive"}), "not supported"),
    ("old model, effort", question(model="claude-haiku-4-5", output_config={"effort": "low"}), "effort is not"),
    (
        "old model, budget",
        question(model="claude-haiku-4-5", thinking={"type": "enabled", "budget_tokens": 10}),
        "1024",
    ),
    ("call without result", question(user(text("a")), assistant(TOOL_USE), user(text("b"))), "without `tool_result`"),
    ("result without call", question(user(TOOL_RESULT)), "unexpected `tool_use_id`"),
    ("result after words", question(user(text("a")), assistant(TOOL_USE), user(text("b"), TOOL_RESULT)), "come first"),
    (
        "made-up reasoning",
        question(
            user(text("a")), assistant({"type": "thinking", "thinking": "", "signature": "AAAA"}), user(text("b"))
        ),
        "signature",
    ),
    ("wrong cache", question(cache_control={"type": "forever"}), "cache_control"),
    ("5 breakpoints", question(user(*[text("a", **CACHE)] * 4), **CACHE), "A maximum of 4 blocks"),
    ("cached blank", question(user(text(" ", **CACHE))), "non-whitespace text"),
    ("citations of the person", question(user(text("a", citations=[{}]))), "citations"),
    (
        "a block that was never said",
        question(user(text("a")), assistant({"type": "future_block"}, text("b")), user(text("c"))),
        "Input tag 'future_block'",
    ),
    ("system first", question({"role": "system", "content": "a"}, user(text("a"))), "must directly follow"),
]


@pytest.mark.parametrize(("body", "message"), [pytest.param(body, said, id=name) for name, body, said in REFUSED])
def test_a_wrong_request_is_refused(service: ServiceThread, body: Any, message: str) -> None:
    status, answer = post(service, body)
    assert status == 400
    assert answer["type"] == "error"
    assert answer["error"]["type"] == "invalid_request_error"
    assert message in answer["error"]["message"]
    assert answer["request_id"].startswith("req_")


ACCEPTED: list[tuple[str, Any]] = [
    ("plain", question()),
    ("string", question({"role": "user", "content": "Why?"})),
    ("same role twice", question(user(text("a")), user(text("b")))),
    ("tool loop", question(user(text("a")), assistant(TOOL_USE), user(TOOL_RESULT, text("b")))),
    ("system turn", question(user(text("a")), {"role": "system", "content": "Be brief."})),
    ("thinking disabled", question(thinking={"type": "disabled"}, output_config={"effort": "high"})),
    ("thinking shown", question(thinking={"type": "adaptive", "display": "summarized"})),
    (
        "old model",
        question(model="claude-haiku-4-5", max_tokens=2000, thinking={"type": "enabled", "budget_tokens": 1024}),
    ),
    ("21 small pictures", question(user(*[image(png(2, 2))] * 21, text("a")))),
    ("8000 pixels", question(user(image(png(8000, 2))))),
    ("jpeg", question(user(image(png(4, 4, "JPEG"), "image/jpeg")))),
    ("4 breakpoints", question(user(*[text("a", **CACHE)] * 3), **CACHE)),
]


@pytest.mark.parametrize("body", [pytest.param(body, id=name) for name, body in ACCEPTED])
def test_a_right_request_is_answered(service: ServiceThread, body: Any) -> None:
    status, answer = post(service, body)
    assert (status, answer["type"]) == (200, "message")
    assert answer["stop_reason"] == "end_turn"


@pytest.mark.parametrize(
    ("change", "status", "kind"),
    [
        ({"x-api-key": None}, 401, "authentication_error"),
        ({"x-api-key": "sk-ant-wrong"}, 401, "authentication_error"),
        ({"authorization": f"Bearer {KEY}"}, 401, "authentication_error"),
        ({"anthropic-version": None}, 400, "invalid_request_error"),
        ({"anthropic-version": "2024-01-01"}, 400, "invalid_request_error"),
        ({"content-type": None}, 400, "invalid_request_error"),
        ({"anthropic-beta": "made-up-2026-01-01"}, 400, "invalid_request_error"),
    ],
)
def test_wrong_headers_are_refused(
    service: ServiceThread, change: dict[str, str | None], status: int, kind: str
) -> None:
    headers = {name: value for name, value in {**HEADERS, **change}.items() if value is not None}
    got, answer = post(service, question(), headers)
    assert (got, answer["error"]["type"]) == (status, kind)


def test_a_bearer_alone_is_accepted(service: ServiceThread) -> None:
    headers = {
        "authorization": f"Bearer {KEY}",
        **{name: HEADERS[name] for name in ("anthropic-version", "content-type")},
    }
    assert post(service, question(), headers)[0] == 200


@pytest.mark.parametrize("model", ["claude-3-5-haiku-20241022", "claude-3-haiku-20240307", "gpt-9"])
def test_retired_and_unknown_models_are_not_found(service: ServiceThread, model: str) -> None:
    status, answer = post(service, question(model=model))
    assert (status, answer["error"]["type"]) == (404, "not_found_error")


def test_more_than_32_megabytes_are_too_much(service: ServiceThread) -> None:
    status, answer = post(service, question(system="a" * 32_000_000))
    assert (status, answer["error"]["type"]) == (413, "request_too_large")


def test_reasoning_comes_back_unchanged_or_is_refused(service: ServiceThread) -> None:
    asked = question()
    blocks = post(service, asked)[1]["content"]
    assert [block["type"] for block in blocks] == ["thinking", "text"]
    follow = {**asked, "messages": [*asked["messages"], assistant(*blocks), user(text("And?"))]}
    assert post(service, follow)[0] == 200
    for change in ({"thinking": "edited"}, {"signature": "AAAA" + blocks[0]["signature"][4:]}):
        edited = copy.deepcopy(follow)
        edited["messages"][1]["content"][0] |= change
        assert post(service, edited)[0] == 400
    assert post(service, {**follow, "system": "New instructions."})[0] == 400
    assert "bound to a different" in post(service, {**follow, "system": "New."})[1]["error"]["message"]


def test_a_restarted_service_still_knows_its_reasoning(service: ServiceThread) -> None:
    asked = question(user(text("Before the restart")))
    blocks = post(service, asked)[1]["content"]
    with ServiceThread() as restarted:
        follow = {**asked, "messages": [*asked["messages"], assistant(*blocks), user(text("And?"))]}
        assert post(restarted, follow)[0] == 200


def test_models_are_listed_in_pages(service: ServiceThread) -> None:
    headers = {name: HEADERS[name] for name in ("x-api-key", "anthropic-version")}
    _, _, first = send(service.base_url, "GET", "/v1/models?limit=3", None, headers)
    _, _, rest = send(service.base_url, "GET", f"/v1/models?after_id={first['last_id']}", None, headers)
    assert [first["has_more"], rest["has_more"]] == [True, False]
    ids = [model["id"] for model in first["data"] + rest["data"]]
    assert len(ids) == len(set(ids)) > 10
    assert "claude-3-haiku-20240307" not in ids
    assert send(service.base_url, "GET", "/v1/models?limit=1001", None, headers)[0] == 400
    assert send(service.base_url, "GET", "/v1/models/claude-haiku-4-5", None, headers)[0] == 200


def test_rules_choose_the_answer_by_what_was_said() -> None:
    joke = Rule(Text(["A joke"]), contains="joke", times=None)
    with ServiceThread(joke, Text(["Once"]), default=Echo(thinking="none")) as service:
        answers = [post(service, question(user(text(words))))[1] for words in ("joke", "a", "b", "joke")]
    said = [answer["content"][0]["text"] for answer in answers]
    assert said == ["A joke", "Once", "claude-haiku-5-5 received 0 picture(s) and these words: b", "A joke"]


def test_as_a_process_it_logs_what_it_received_and_is_steered_from_outside() -> None:
    held = Text(["One", " two"], delivery=Delivery(hold_after=1))
    with ServiceProcess(held) as service:
        connection = http.client.HTTPConnection(urlsplit(service.base_url).netloc, timeout=30)
        connection.request("POST", "/v1/messages", msgspec.json.encode(question(stream=True)), HEADERS)
        answer = connection.getresponse()
        assert answer.readline() == b"event: message_start\n"
        service.release()
        assert b"message_stop" in answer.read()
        connection.close()
        [received] = service.requests
        assert service.control(enqueue=[{"answer": {"kind": "status", "status": 529}}])["requests"][0]["delivered"] == 2
        assert send(service.base_url, "POST", "/v1/messages", question(), HEADERS)[0] == 529
    assert (received["path"], received["status"]) == ("/v1/messages", 200)
    assert received["body"]["messages"] == [user(text("Why?"))]
    assert ["x-api-key", KEY] in received["headers"]
