"""The service refuses what the real one refuses, in its words, and takes what it takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.service.asking import (
    CACHE,
    PDF,
    assistant,
    call,
    document,
    image,
    pdf,
    picture,
    post,
    question,
    record,
    result,
    send,
    shaped,
    text,
    tool,
    user,
)
from tests.service import KEY, ServiceThread

HOUR: dict[str, Any] = {"cache_control": {"type": "ephemeral", "ttl": "1h"}}
STRING = {"type": "string"}
RECURSIVE = {**record(next={"$ref": "#/$defs/node"}), "$defs": {"node": record(next={"$ref": "#/$defs/node"})}}
SEARCH = {"type": "search_result", "source": "s", "title": "t", "content": [text("a")]}
SERVER_CALL = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}}
SERVER_RESULT = {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []}
PLAIN = {"type": "text", "media_type": "text/plain", "data": "Words"}
BINDING = "thinking-binding-controls-2026-08-01"


def loop(*calls: dict[str, Any], then: list[Any], **fields: Any) -> dict[str, Any]:
    """A question whose calls are followed by `then`."""
    return question(user(text("a")), assistant(*calls), user(*then), **fields)


def with_tools(*tools: Any, **fields: Any) -> dict[str, Any]:
    return question(tools=list(tools), **fields)


def inputs(schema: Any, **more: Any) -> dict[str, Any]:
    return with_tools({"name": "look", "input_schema": schema, **more})


def at(url: str, kind: str = "image") -> dict[str, Any]:
    """A picture or document that is elsewhere."""
    return {"type": kind, "source": {"type": "url", "url": url}}


BLOCKS: list[tuple[str, Any, str]] = [
    ("picture without TLS", question(user(at("http://example.com/a.png"))), "Only HTTPS URLs are supported"),
    ("picture by a wrong file id", question(user({"type": "image", "source": {"type": "file", "file_id": "a"}})), "id"),
    ("picture from nowhere", question(user({"type": "image", "source": {"type": "disk"}})), "Input tag 'disk'"),
    ("line breaks in base64", question(user(image(picture(9, 9)[:40] + "\n"))), "invalid base64"),
    ("animation said to be a photo", question(user(image(picture(4, 4, "GIF"), "image/jpeg"))), "to be a GIF image"),
    (
        "a picture that must not shrink",
        question(user(image(picture(2600, 20), transformations={"oversized_image": "error"}))),
        "larger than the model sees",
    ),
    ("document without TLS", question(user(at("http://example.com/a.pdf", "document"))), "Only HTTPS"),
    ("a PDF that is none", question(user(document(pdf(b"hello")))), "not valid"),
    ("a PDF with a password", question(user(document(pdf(PDF + b"/Encrypt 9 0 R")))), "password protected"),
    ("601 pages", question(user(document(pdf(PDF + b"/Type /Page " * 600)))), "maximum of 600 PDF pages"),
    ("a PDF said to be text", question(user(document({**pdf(), "media_type": "text/plain"}))), "'application/pdf'"),
    ("text of another kind", question(user(document({**PLAIN, "media_type": "text/html"}))), "'text/plain'"),
    ("blank document", question(user(document({**PLAIN, "data": " "}))), "non-whitespace"),
    ("document of wrong parts", question(user(document({"type": "content", "content": [call()]}))), "text or image"),
    ("field in a document", question(user(document(PLAIN, name="n"))), "name: Extra inputs are not permitted"),
    ("document from the model", loop(document(PLAIN), then=[text("b")]), "`document` blocks are not permitted"),
    ("cited search result", question(user({**SEARCH, "content": [text("a", citations=[{}])]})), "citations"),
    ("search result without title", question(user({**SEARCH, "title": None})), "title: Input should be a valid string"),
    ("unknown citation", loop(text("a", citations=[{"type": "x"}]), then=[text("b")]), "known citation"),
    (
        "cached reasoning",
        loop({"type": "thinking", "thinking": "", "signature": "", **CACHE}, then=[text("b")]),
        "Extra",
    ),
    ("a person's call", question(user(call())), "Input tag 'tool_use'"),
    ("a model's result", loop(result(), then=[text("b")]), "Input tag 'tool_result'"),
    ("picture in a system turn", question(user(text("a")), {"role": "system", "content": [image("")]}), "Input tag"),
    ("picture as instructions", question(system=[image(picture(4, 4))]), "system.0.type: Input should be 'text'"),
    ("blank instructions", question(system=[text(" ")]), "non-whitespace"),
]
CALLS: list[tuple[str, Any, str]] = [
    ("call with a dot in its name", loop(call(name="a.b"), then=[result()]), "name: String should match"),
    ("call with text as input", loop(call(input="{}"), then=[result()]), "input: Input should be a valid dictionary"),
    ("one id twice", loop(call(), call(), then=[result()]), "ids must be unique"),
    ("one result missing", loop(call("a"), call("b"), then=[result("a")]), "immediately after: b"),
    ("two results for one call", loop(call(), then=[result(), result()]), "a single result"),
    ("result of something else", loop(call(), then=[result(), result("other")]), "unexpected `tool_use_id`"),
    ("result too late", question(user(text("a")), assistant(call()), user(text("b")), user(result())), "come first"),
    ("result of a call in it", loop(call(), then=[result(content=[call("b")])]), "Input tag 'tool_use'"),
    ("number as result", loop(call(), then=[result(content=5)]), "valid string or list"),
    ("is_error as text", loop(call(), then=[result(is_error="yes")]), "valid boolean"),
    ("blank result block", loop(call(), then=[result(content=[text("")])]), "non-empty"),
    ("another toolset", loop(call(toolset_name="t"), then=[result()]), "`toolset_name`"),
    ("words while a server tool runs", loop(SERVER_CALL, call(), then=[result(), text("b")]), "only `tool_result`"),
    (
        "system turn before the result",
        question(user(text("a")), assistant(call()), {"role": "system", "content": "b"}, user(result())),
        "must directly follow a user message",
    ),
    (
        "system turn after the assistant",
        question(user(text("a")), assistant(text("b")), {"role": "system", "content": "c"}),
        "must directly follow a user message",
    ),
    (
        "system turn for an older model",
        question(user(text("a")), {"role": "system", "content": "c"}, model="claude-sonnet-5"),
        "not supported by this model",
    ),
]
TOOLS: list[tuple[str, Any, str]] = [
    ("dot in a name", with_tools(tool("files.read")), "'^[a-zA-Z0-9_-]{1,64}$'"),
    ("long name", with_tools(tool("a" * 65)), "'^[a-zA-Z0-9_-]{1,64}$'"),
    ("one name twice", with_tools(tool(), tool()), "Tool names must be unique"),
    ("no schema", with_tools({"name": "look"}), "input_schema: Field required"),
    ("schema of text", inputs(STRING), "Input should be 'object'"),
    ("schema without type", inputs({"properties": {}}), "input_schema.type: Field required"),
    ("alternatives at the top", inputs({"type": "object", "anyOf": []}), "at the top level"),
    ("no JSON Schema", inputs({"type": "object", "properties": {"a": {"type": "text"}}}), "draft 2020-12"),
    ("a property's name", inputs({"type": "object", "properties": {"a b": STRING}}), "Property keys"),
    ("openai's shape", with_tools({"type": "function", "function": {"name": "look"}}), "Input tag 'function'"),
    ("field in a tool", with_tools(tool(parameters={})), "custom.parameters: Extra inputs are not permitted"),
    ("strict without an end", with_tools(tool(strict=True)), "'additionalProperties' must be explicitly set to false"),
    ("strict with a minimum", inputs(record(a={"type": "integer", "minimum": 1}), strict=True), "'minimum'"),
    ("eager as text", with_tools(tool(eager_input_streaming="yes")), "valid boolean"),
    ("all put off", with_tools(tool(defer_loading=True)), "At least one tool must have"),
    ("an old computer tool", with_tools({"type": "computer_20250124", "name": "computer"}), "Input tag"),
    ("another name for search", with_tools({"type": "web_search_20260318", "name": "s"}), "'web_search'"),
    ("choice without tools", question(tool_choice={"type": "auto"}), "only be specified while providing tools"),
    ("choice of none there", with_tools(tool(), tool_choice={"type": "tool", "name": "x"}), "not found in provided"),
    ("openai's choice", with_tools(tool(), tool_choice="auto"), "Input tag 'None'"),
    ("unknown choice", with_tools(tool(), tool_choice={"type": "required"}), "Input tag 'required'"),
    (
        "one at a time of none",
        with_tools(tool(), tool_choice={"type": "none", "disable_parallel_tool_use": True}),
        "Extra inputs",
    ),
    ("forced on Fable", with_tools(tool(), tool_choice={"type": "any"}, model="claude-fable-5-1"), "not supported for"),
    (
        "forced while thinking",
        with_tools(
            tool(),
            tool_choice={"type": "any"},
            model="claude-haiku-4-5",
            max_tokens=2000,
            thinking={"type": "enabled", "budget_tokens": 1024},
        ),
        "Thinking may not be enabled",
    ),
]
FORMS: list[tuple[str, Any, str]] = [
    (
        "another kind of form",
        question(output_config={"format": {"type": "json_object", "schema": {}}}),
        "'json_schema'",
    ),
    (
        "form with a name",
        question(output_config={"format": {"type": "json_schema", "schema": {}, "name": "n"}}),
        "Extra",
    ),
    ("open object", question(**shaped({"type": "object"})), "'additionalProperties'"),
    ("open object inside", question(**shaped(record(a={"type": "array", "items": {"type": "object"}}))), "items"),
    ("minimum", question(**shaped(record(a={"type": "number", "minimum": 0}))), "'minimum' is not supported"),
    ("length", question(**shaped(record(a={"type": "string", "maxLength": 3}))), "'maxLength' is not supported"),
    ("two at least", question(**shaped(record(a={"type": "array", "items": STRING, "minItems": 2}))), "'minItems'"),
    ("recursion", question(**shaped(RECURSIVE)), "Circular reference"),
    ("reference elsewhere", question(**shaped(record(a={"$ref": "https://example.com/a"}))), "External schema"),
    ("reference to nothing", question(**shaped(record(a={"$ref": "#/$defs/a"}))), "does not resolve"),
    ("look-ahead", question(**shaped(record(a={"type": "string", "pattern": "(?=a)"}))), "'pattern'"),
    ("unknown format", question(**shaped(record(a={"type": "string", "format": "regex"}))), "format 'regex'"),
    ("required, not there", question(**shaped({**record(a=STRING), "required": ["b"]})), "'b' is required"),
    (
        "form and citations",
        question(user(document(PLAIN, citations={"enabled": True})), **shaped(record())),
        "citations",
    ),
    ("effort of an older model", question(output_config={"effort": "max"}, model="claude-opus-4-5"), "effort is not"),
]
MORE: list[tuple[str, Any, str]] = [
    ("always thinking", question(model="claude-opus-5-5", thinking={"type": "disabled"}), "disabled is not supported"),
    ("quiet at xhigh", question(thinking={"type": "disabled"}, output_config={"effort": "xhigh"}), "effort xhigh"),
    (
        "between tools at max",
        question(model="claude-sonnet-5-5", thinking={"type": "between_tools"}, output_config={"effort": "max"}),
        "effort max",
    ),
    ("binding without its beta", question(thinking={"type": "adaptive", "block_binding": {}}), "Extra inputs"),
    ("beta field", question(context_management={}), "context_management: Extra inputs are not permitted"),
    ("metadata", question(metadata={"user": "a"}), "metadata.user: Extra inputs are not permitted"),
    ("tier", question(service_tier="flex"), "service_tier"),
    ("fast", question(speed="fast"), "speed 'fast' is not supported"),
    ("hour after minutes", question(user(text("a", **CACHE), text("b", **HOUR))), "must not come after"),
    ("hour after minutes elsewhere", with_tools(tool(**CACHE), system=[text("a", **HOUR)]), "must not come after"),
    ("two times for one block", question(user(text("a", **HOUR)), **CACHE), "a different ttl"),
    (
        "another time",
        question(user(text("a", cache_control={"type": "ephemeral", "ttl": "2h"}))),
        "ttl of '5m' or '1h'",
    ),
    (
        "5 breakpoints everywhere",
        question(user(*[text("a", **CACHE)] * 2), tools=[tool(**CACHE)], system=[text("a", **CACHE)], **CACHE),
        "A maximum of 4 blocks",
    ),
    (
        "space at the end of a prefill",
        question(user(text("a")), assistant(text("b ")), model="claude-haiku-4-5"),
        "end with",
    ),
]
REFUSED = BLOCKS + CALLS + TOOLS + FORMS + MORE
ACCEPTED: list[tuple[str, Any]] = [
    ("picture elsewhere", question(user(at("https://example.com/a.png"), text("a")))),
    ("picture by id", question(user({"type": "image", "source": {"type": "file", "file_id": "file_011C"}}))),
    ("webp", question(user(image(picture(4, 4, "WEBP"), "image/webp")))),
    ("big, may shrink", question(user(image(picture(2600, 20), transformations={"oversized_image": "downsize"})))),
    ("pdf", question(user(document(pdf(), title="t", context="c", citations={"enabled": True}), text("a")))),
    ("plain document", question(user(document(PLAIN), text("a")))),
    ("document elsewhere", question(user(at("https://example.com/a.pdf", "document")))),
    ("document by id", question(user(document({"type": "file", "file_id": "file_1"})))),
    ("document of parts", question(user(document({"type": "content", "content": [text("a"), image(picture(4, 4))]})))),
    ("search result", question(user(SEARCH, text("a")))),
    ("two calls", loop(call("a"), call("b"), then=[result("b"), result("a", is_error=True), text("c")])),
    (
        "results in two messages",
        question(user(text("a")), assistant(call("a"), call("b")), user(result("a")), user(result("b"))),
    ),
    ("rich result", loop(call(), then=[result(content=[text("a"), image(picture(4, 4)), document(PLAIN), SEARCH])])),
    ("empty result", loop(call(), then=[{"type": "tool_result", "tool_use_id": "toolu_1"}])),
    ("toolset", loop(call(toolset_name="t"), then=[result(toolset_name="t")])),
    ("server tool", loop(SERVER_CALL, SERVER_RESULT, text("a"), then=[text("b")])),
    ("server tool is running", question(user(text("a")), assistant(SERVER_CALL))),
    ("server tool runs beside a call", loop(SERVER_CALL, call(), then=[result()])),
    (
        "system turn after results",
        question(user(text("a")), assistant(call()), user(result()), {"role": "system", "content": "b"}),
    ),
    ("own citations", loop(text("a", citations=[{"type": "char_location"}]), then=[text("b", citations=[])])),
    ("every switch", with_tools(tool(strict=False, eager_input_streaming=True, description="d", type="custom"))),
    ("strict", inputs(record(a=STRING), strict=True)),
    ("server's tool", with_tools({"type": "web_search_20260318", "name": "web_search", "max_uses": 3})),
    ("one at a time", with_tools(tool(), tool_choice={"type": "auto", "disable_parallel_tool_use": True})),
    ("warm-up", question(max_tokens=0)),
    ("metadata", question(metadata={"user_id": "a"}, service_tier="auto", speed="standard")),
    ("minutes after an hour", question(system=[text("a", **HOUR)], **CACHE)),
    ("same time twice", question(user(text("a", **HOUR)), **HOUR)),
    ("between tools", question(model="claude-sonnet-5-5", thinking={"type": "between_tools"})),
    ("prefill of an older model", question(user(text("a")), assistant(text("b")), model="claude-haiku-4-5")),
]


@pytest.fixture(scope="module")
def service() -> Iterator[ServiceThread]:
    with ServiceThread() as running:
        yield running


@pytest.mark.parametrize(("body", "message"), [pytest.param(body, words, id=name) for name, body, words in REFUSED])
def test_a_wrong_request_is_refused(service: ServiceThread, body: Any, message: str) -> None:
    status, answer = post(service, body)
    assert (status, answer["type"], answer["error"]["type"]) == (400, "error", "invalid_request_error")
    assert message in answer["error"]["message"]


@pytest.mark.parametrize("body", [pytest.param(body, id=name) for name, body in ACCEPTED])
def test_a_right_request_is_answered(service: ServiceThread, body: Any) -> None:
    status, answer = post(service, body)
    assert (status, answer["type"]) == (200, "message"), answer


def test_pictures_that_are_too_large_are_named(service: ServiceThread) -> None:
    inner = result(content=[image(picture(2001, 2))])
    body = loop(call(), then=[inner, *[image(picture(2, 2))] * 20])
    _, answer = post(service, body)
    assert answer["error"]["details"] == {
        "error_code": "image_dimensions_too_large",
        "max_side_length_pixels": 2000,
        "paths": ["messages.2.content.0.content.0"],
    }


def test_the_same_name_twice_has_a_code(service: ServiceThread) -> None:
    assert post(service, with_tools(tool(), tool()))[1]["error"]["details"] == {"error_code": "tool_name_conflict"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (question(temperature=1), 200),
        (question(temperature=0.5), 400),
        (question(top_p=0.99), 200),
        (question(temperature=1, top_p=0.99), 400),
        (question(top_k=1), 400),
        (question(temperature=0.5, top_k=1, model="claude-haiku-4-5"), 200),
        (loop(document(PLAIN), then=[text("b")]), 200),
        (question(user(text("a", citations=[{"type": "char_location"}]))), 200),
    ],
)
def test_the_version_before_is_more_lenient(service: ServiceThread, body: Any, status: int) -> None:
    assert post(service, body, anthropic_version="2023-06-01")[0] == status


def test_reasoning_of_another_conversation_can_be_left_out_by_a_beta(service: ServiceThread) -> None:
    blocks = post(service, question())[1]["content"]
    dropped = {"type": "adaptive", "block_binding": {"prefix_mismatch_behavior": "drop_block"}}
    body = question(user(text("Other?")), assistant(*blocks), user(text("And?")))
    assert post(service, body)[0] == 400
    assert post(service, {**body, "thinking": dropped}, anthropic_beta=BINDING)[0] == 200


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/v1/messages", 405), ("/nowhere", 404)])
def test_a_connection_is_warmed_without_a_key(path: str, status: int) -> None:
    with ServiceThread() as service:
        got, _, body = send(service, "HEAD", path, headers={})
        assert (got, body) == (status, b"")
        [request] = service.requests
        assert (request.method, request.path, request.header("x-api-key")) == ("HEAD", path, None)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v1/messages", 405), ("POST", "/v1/models", 405), ("GET", "/v1/nothing", 404), ("GET", "/", 404)],
)
def test_other_paths_are_not_there(service: ServiceThread, method: str, path: str, status: int) -> None:
    assert send(service, method, path)[0] == status


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=a", "page=2", "after_id=nobody", "lifecycle[]=new", "limit=1&limit=2"]
)
def test_a_wrong_list_of_models_is_refused(service: ServiceThread, query: str) -> None:
    assert send(service, "GET", f"/v1/models?{query}")[0] == 400


def test_the_pages_before_can_be_read_too(service: ServiceThread) -> None:
    everything = send(service, "GET", "/v1/models?limit=1000&lifecycle[]=active")[2]
    last = send(service, "GET", "/v1/models?limit=2&before_id=claude-sonnet-5-5")[2]
    assert b'"has_more":false' in everything
    assert b'"first_id":"claude-fable-5-2","last_id":"claude-haiku-5-5"' in last


@pytest.mark.parametrize(
    "headers",
    [{"x-api-key": KEY, "authorization": f"Bearer {KEY}"}, {"authorization": f"Basic {KEY}"}, {"authorization": KEY}],
)
def test_the_key_stands_in_one_header_in_the_right_way(service: ServiceThread, headers: dict[str, str]) -> None:
    assert send(service, "GET", "/v1/models", headers={"anthropic-version": "2026-10-21", **headers})[0] == 401
