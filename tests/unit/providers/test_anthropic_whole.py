"""Answers that come in one piece, and as results of jobs."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.errors import Overloaded, ProtocolViolation, ProviderError, RequestRejected
from kireji.core.events import ModelEvent, PartDelta, PartFinished, PartStarted, TurnFinished, UsageReported
from kireji.core.messages import StopReason, TextPart, ToolCallPart
from kireji.providers.anthropic import AnthropicProvider
from kireji.providers.anthropic_stream import decode_message
from kireji.providers.http import HttpClient
from tests.unit.providers.anthropic_streams import PLAIN, WHO, built, cost, data_lines, feed

STREAMED = sorted(PLAIN - {"max_tokens_in_tool_use"})
MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "content": [{"type": "text", "text": "Fine."}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 1_000_000, "output_tokens": 0},
}


def whole(message: dict[str, Any] | bytes) -> list[ModelEvent]:
    body = message if isinstance(message, bytes) else msgspec.json.encode(message)
    return list(decode_message(body, WHO, "req_1", cost))


def as_message(name: str) -> dict[str, Any]:
    """A recorded stream as the same answer in one piece."""
    events, error = feed(data_lines(name))
    assert error is None
    data = [msgspec.json.decode(line) for line in data_lines(name)]
    message = next(event["message"] for event in data if event["type"] == "message_start")
    last = events[-1]
    assert isinstance(last, TurnFinished)
    for event in data:
        if event["type"] == "message_delta":
            message |= event["delta"]
            message["usage"] |= {key: value for key, value in event["usage"].items() if value is not None}
    return message | {"content": msgspec.json.decode(last.raw or b"[]")}


@pytest.mark.parametrize("name", STREAMED)
def test_an_answer_is_the_same_streamed_and_whole(name: str) -> None:
    streamed, _ = feed(data_lines(name))
    message = as_message(name)
    if not message["content"]:
        return
    one, two = built(streamed), built(whole(message))
    calls = [call.call_id for call in one.calls]
    assert [call.call_id for call in two.calls] == calls
    assert [part for part in two.parts if not isinstance(part, ToolCallPart)] == [
        part for part in one.parts if not isinstance(part, ToolCallPart)
    ]
    assert msgspec.json.decode(two.raw or b"") == msgspec.json.decode(one.raw or b"")
    assert whole(message)[-1] == msgspec.structs.replace(streamed[-1], raw=two.raw)


@pytest.mark.parametrize("name", STREAMED)
def test_the_usage_is_the_same_streamed_and_whole(name: str) -> None:
    streamed, _ = feed(data_lines(name))
    reports = [event.usage for event in streamed if isinstance(event, UsageReported)]
    assert [event.usage for event in whole(as_message(name)) if isinstance(event, UsageReported)] == reports[-1:]


def test_words_come_as_one_delta_so_that_whoever_shows_deltas_shows_them() -> None:
    assert whole(MESSAGE)[:3] == [
        PartStarted(0, TextPart("")),
        PartDelta(0, "Fine."),
        PartFinished(0, TextPart("Fine.")),
    ]


def test_blocks_of_a_whole_answer_are_replayed_byte_for_byte() -> None:
    block = b'{ "type": "text", "text": "Y\\u00e9s", "new" : 1.50 }'
    last = whole(b'{"type":"message","content":[' + block + b'],"stop_reason":"end_turn"}')[-1]
    assert last == TurnFinished(StopReason.END_TURN, b"[" + block + b"]")


def test_a_call_without_arguments_is_whole() -> None:
    call = {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {}}
    events = whole(MESSAGE | {"content": [call], "stop_reason": "tool_use"})
    assert built(events).calls == (ToolCallPart("toolu_1", "look", "{}"),)
    assert isinstance(events[-1], TurnFinished)


def test_an_error_instead_of_an_answer_is_raised() -> None:
    with pytest.raises(Overloaded) as caught:
        whole(b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}')
    assert caught.value.request_id == "req_1"


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"<html>", b'{"content":5}', b'{"content":[{"text":"x"}]}', b"\xff"]
)
def test_what_is_no_answer_is_a_violation(body: bytes) -> None:
    with pytest.raises(ProtocolViolation):
        whole(body)


@given(st.binary(max_size=60) | st.text(max_size=30).map(str.encode))
def test_no_body_whatever_raises_anything_but_our_errors(body: bytes) -> None:
    for one in (body, b'{"content":[' + body + b"]}"):
        with suppress(ProviderError):
            whole(one)


def job(body: dict[str, Any] | bytes) -> list[ModelEvent]:
    encoded = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return list(AnthropicProvider(HttpClient()).decode_job(encoded, "claude-haiku-5-5"))


@pytest.mark.parametrize("body", [MESSAGE, {"type": "succeeded", "message": MESSAGE}])
def test_a_result_is_an_answer_at_half_the_price(body: dict[str, Any]) -> None:
    events = job(body)
    assert built(events).text == "Fine."
    assert [event.usage.cost for event in events if isinstance(event, UsageReported)] == [pytest.approx(0.25)]


def test_an_error_inside_an_error_is_raised() -> None:
    inner = {"type": "invalid_request_error", "message": "messages: too short"}
    with pytest.raises(RequestRejected, match="too short"):
        job({"type": "errored", "error": {"type": "error", "error": inner, "request_id": "req_9"}})
    with pytest.raises(RequestRejected, match="too short"):
        job({"type": "error", "error": inner})


@pytest.mark.parametrize("kind", ["canceled", "expired"])
def test_a_question_that_was_never_asked_can_be_asked_again(kind: str) -> None:
    with pytest.raises(ProviderError) as caught:
        job({"type": kind})
    assert caught.value.retryable
    assert caught.value.hint == "Run it again."


@pytest.mark.parametrize("body", [b"", b"nonsense", b'{"type":"succeeded"}', b'{"type":"errored"}', b'{"type":7}'])
def test_a_result_that_is_none_is_a_violation(body: bytes) -> None:
    with pytest.raises(ProtocolViolation):
        job(body)
