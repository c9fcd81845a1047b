"""The official client talks to the service and finds what it expects."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anthropic
import httpx2
import pydantic
import pytest
from anthropic.types import Message, MessageParam, ToolParam

from tests.integration.service.asking import PDF, picture
from tests.service import (
    KEY,
    Blocks,
    Body,
    Call,
    Delivery,
    Reasoning,
    Redacted,
    Replay,
    Rule,
    Status,
    TestService,
    Text,
    Words,
)
from tests.service.answers import FIXTURES

BROKEN = ("error_mid_stream", "no_message_stop", "no_final_blank_line")
MODEL = "claude-haiku-5-5"
WEATHER: ToolParam = {
    "name": "weather",
    "description": "The weather of a town",
    "input_schema": {"type": "object", "properties": {"town": {"type": "string"}}, "required": ["town"]},
}


UNREAD = {
    "byte_order_mark": "the client does not drop the mark",
    "eager_invalid_input": "the client repairs arguments that are no JSON",
    "tool_use_invalid_input": "the client repairs arguments that are no JSON",
    "unknown_citation": "the client warns about citations that it does not know",
}


def fits(name: str) -> bool:
    return name not in BROKEN and name not in UNREAD and not name.startswith("openai_")


@asynccontextmanager
async def talking(*script: Any, retries: int = 0, **options: Any) -> AsyncIterator[tuple[TestService, Any]]:
    async with (
        TestService(*script, **options) as service,
        anthropic.AsyncAnthropic(
            base_url=service.base_url,
            api_key=KEY,
            max_retries=retries,
            default_headers={"anthropic-version": "2026-10-21"},
        ) as client,
    ):
        yield service, client


async def whole(client: Any, *messages: MessageParam, **more: Any) -> Message:
    asked = list(messages) or [{"role": "user", "content": "Why?"}]
    message: Message = await client.messages.create(**{"model": MODEL, "max_tokens": 1000, "messages": asked, **more})
    return message


async def streamed(client: Any, pieces: list[str], **more: Any) -> Message:
    """The message at the end of a stream; its words are added to `pieces` as they arrive."""
    asked = {"model": MODEL, "max_tokens": 1000, "messages": [said("Why?")], **more}
    async with client.messages.stream(**asked) as stream:
        async for piece in stream.text_stream:
            pieces.append(piece)
        message: Message = await stream.get_final_message()
    return message


def said(content: Any) -> MessageParam:
    return {"role": "user", "content": content}


async def test_a_streamed_answer_arrives_in_its_pieces() -> None:
    pieces: list[str] = []
    async with talking(Text(["It", " works", ". 😀\u2028"], thinking="omitted")) as (_, client):
        message = await streamed(client, pieces)
    assert pieces == ["It", " works", ". 😀\u2028"]
    assert [block.type for block in message.content] == ["thinking", "text"]
    assert message.stop_reason == "end_turn"
    assert message.usage.output_tokens == 20


async def test_a_whole_answer_is_a_message() -> None:
    async with talking(Text(["It works."], stop_reason="stop_sequence", stop_sequence=".")) as (_, client):
        message = await whole(client)
    assert (message.content[0].type, message.stop_reason, message.stop_sequence) == ("text", "stop_sequence", ".")
    assert message._request_id == "req_0001"


@pytest.mark.parametrize("name", sorted(path.stem for path in FIXTURES.glob("*.txt") if fits(path.stem)))
async def test_recorded_streams_are_read_as_the_same_message(name: str) -> None:
    async with talking(Replay(name), Replay(name)) as (_, client):
        read = await streamed(client, [])
        meant = await whole(client)
    assert [block.to_dict() for block in read.content] == [block.to_dict() for block in meant.content]
    assert read.stop_reason == meant.stop_reason
    assert read.usage.output_tokens == meant.usage.output_tokens


async def test_pictures_and_documents_are_received() -> None:
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": picture(4, 4)}}
    elsewhere = {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}}
    pages = {"type": "base64", "media_type": "application/pdf", "data": base64.b64encode(PDF).decode()}
    plain = {"type": "text", "media_type": "text/plain", "data": "Words"}
    documents = [{"type": "document", "source": source, "title": "t"} for source in (pages, plain)]
    async with talking() as (_, client):
        message = await whole(client, said([image, elsewhere, *documents, {"type": "text", "text": "What?"}]))
    assert message.content[-1].type == "text"
    assert message.content[-1].text == f"{MODEL} received 2 picture(s), 2 document(s) and these words: What?"


async def test_two_calls_at_once_are_answered_in_one_message() -> None:
    calls = Blocks(
        [Reasoning(), Words(["Looking."]), Call("weather", {"town": "Lisboa"}), Call("weather", {"town": "京都"})]
    )
    async with talking(calls, Text(["Sunny."])) as (_, client):
        async with client.messages.stream(
            model=MODEL, max_tokens=99, messages=[said("Weather?")], tools=[WEATHER]
        ) as stream:
            pieces = [event.partial_json async for event in stream if event.type == "input_json"]
            asked = await stream.get_final_message()
        uses = [block for block in asked.content if block.type == "tool_use"]
        results = [{"type": "tool_result", "tool_use_id": use.id, "content": "sun"} for use in uses]
        answer = await whole(
            client, said("Weather?"), {"role": "assistant", "content": asked.content}, said(results), tools=[WEATHER]
        )
    assert asked.stop_reason == "tool_use"
    assert [use.input for use in uses] == [{"town": "Lisboa"}, {"town": "京都"}]
    assert len(pieces) > 2
    assert answer.content[0].type == "text"


async def test_a_call_without_arguments_has_an_empty_input() -> None:
    async with talking(Blocks([Call("weather")])) as (_, client):
        message = await streamed(client, [], tools=[WEATHER])
    assert message.content[0].input == {}


async def test_reasoning_is_replayed_and_believed() -> None:
    shown = {"type": "adaptive", "display": "summarized"}
    async with talking(Blocks([Reasoning(["Hm", "m."]), Redacted(), Words(["A."])])) as (_, client):
        first = await whole(client, thinking=shown)
        assert [block.type for block in first.content] == ["thinking", "redacted_thinking", "text"]
        assert first.content[0].type == "thinking"
        assert first.content[0].thinking == "Hmm."
        history: list[MessageParam] = [said("Why?"), {"role": "assistant", "content": first.content}, said("And?")]
        assert (await whole(client, *history, thinking=shown)).stop_reason == "end_turn"
        with pytest.raises(anthropic.BadRequestError, match="bound to a different conversation"):
            await whole(client, said("Something else"), *history[1:], thinking=shown)


class Person(pydantic.BaseModel):
    name: str
    age: int
    tags: list[str]


async def test_an_answer_of_a_form_can_be_parsed() -> None:
    async with talking() as (_, client):
        message = await client.messages.parse(model=MODEL, max_tokens=99, messages=[said("Who?")], output_format=Person)
    assert message.parsed_output == Person(name="words", age=1, tags=["words"])


async def test_citations_arrive_with_their_text() -> None:
    place = {"type": "char_location", "cited_text": "sun", "document_index": 0, "document_title": None}
    place |= {"start_char_index": 0, "end_char_index": 3}
    async with talking(Blocks([Words(["Sunny", place, "."])])) as (_, client):
        block: Any = (await streamed(client, [])).content[0]
    assert (block.text, block.citations[0].cited_text) == ("Sunny.", "sun")


async def test_models_are_listed_over_several_pages() -> None:
    async with talking() as (service, client):
        models = [model async for model in client.models.list(limit=4)]
        retired = await client.models.list(lifecycle=["retired"])
        alias = await client.models.retrieve("claude-haiku-4-5")
        with pytest.raises(anthropic.NotFoundError):
            await client.models.retrieve("claude-3-haiku-20240307")
    assert len(models) == len({model.id for model in models}) > 8
    assert len(service.requests) > 4
    assert {model.lifecycle for model in models} == {"active", "deprecated"}
    haiku = next(model for model in models if model.id == MODEL)
    assert haiku.capabilities.thinking.types.disabled.supported
    assert haiku.capabilities.effort.low.supported
    assert {model.lifecycle for model in retired.data} == {"retired"}
    assert alias.id == "claude-haiku-4-5-20251001"


async def test_tokens_are_counted() -> None:
    async with talking() as (_, client):
        few = await client.messages.count_tokens(model=MODEL, messages=[said("a" * 400)])
        more = await client.messages.count_tokens(model=MODEL, messages=[said("a" * 4000)])
    assert 100 < few.input_tokens < more.input_tokens


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Status(400, "invalid_request_error"), anthropic.BadRequestError),
        (Status(401, "authentication_error"), anthropic.AuthenticationError),
        (Status(402, "billing_error"), anthropic.APIStatusError),
        (Status(403, "permission_error"), anthropic.PermissionDeniedError),
        (Status(404, "not_found_error"), anthropic.NotFoundError),
        (Status(408, "timeout_error"), anthropic.APIStatusError),
        (Status(409, "conflict_error"), anthropic.ConflictError),
        (Body("<html>Too large</html>", 413), anthropic.APIStatusError),
        (Status(429, "rate_limit_error"), anthropic.RateLimitError),
        (Status(500, "api_error"), anthropic.InternalServerError),
        (Status(504, "timeout_error"), anthropic.InternalServerError),
        (Status(529, "overloaded_error"), anthropic.InternalServerError),
    ],
    ids=lambda value: str(getattr(value, "status", "")),
)
async def test_every_status_is_the_error_it_means(answer: Status, error: type[anthropic.APIStatusError]) -> None:
    async with talking(answer) as (_, client):
        with pytest.raises(error) as caught:
            await whole(client)
    assert caught.value.status_code == answer.status
    assert caught.value.response.headers["request-id"] == "req_0001"


async def test_a_wrong_key_is_refused() -> None:
    async with talking(keys=["another"]) as (_, client):
        with pytest.raises(anthropic.AuthenticationError):
            await whole(client)


@pytest.mark.parametrize(
    "headers",
    [
        {"retry-after": "0"},
        {"retry-after-ms": "1"},
        {"retry-after": "Sun, 22 Nov 2026 12:00:00 GMT", "retry-after-ms": "1"},
    ],
)
async def test_too_many_questions_are_asked_again(headers: dict[str, str]) -> None:
    busy = Status(429, "rate_limit_error", headers=headers)
    async with talking(busy, Text(["Now."]), retries=1) as (service, client):
        assert (await whole(client)).content
    assert [request.status for request in service.requests] == [429, 200]


async def test_a_service_that_says_not_to_is_not_asked_again() -> None:
    busy = Status(529, "overloaded_error", headers={"x-should-retry": "false"})
    async with talking(busy, retries=2) as (service, client):
        with pytest.raises(anthropic.InternalServerError):
            await whole(client)
    assert len(service.requests) == 1


@pytest.mark.parametrize(
    "make",
    [
        lambda: Text(["Half", " more"], delivery=Delivery(break_after=1, break_how="error")),
        lambda: Replay("error_mid_stream"),
    ],
)
async def test_an_error_in_the_middle_comes_after_what_had_arrived(make: Callable[[], Any]) -> None:
    async with talking(make()) as (_, client):
        pieces: list[str] = []
        with pytest.raises(anthropic.APIStatusError):
            await streamed(client, pieces)
    assert pieces


async def test_a_connection_that_breaks_off_is_an_error() -> None:
    async with talking(Text(["Half", " more"], delivery=Delivery(break_after=1, break_how="cut"))) as (_, client):
        with pytest.raises(httpx2.RemoteProtocolError, match="incomplete chunked read"):
            await streamed(client, [])


async def test_the_second_turn_reads_the_cache() -> None:
    async with talking() as (_, client):
        automatic = {"cache_control": {"type": "ephemeral"}, "system": "Be brief. " * 400}
        first = await whole(client, **automatic)
        history: list[MessageParam] = [said("Why?"), {"role": "assistant", "content": first.content}, said("And?")]
        second = await whole(client, *history, **automatic)
    assert first.usage.cache_read_input_tokens == 0
    assert first.usage.cache_creation_input_tokens
    assert second.usage.cache_read_input_tokens == first.usage.cache_creation_input_tokens


async def test_a_prompt_can_be_warmed_without_an_answer() -> None:
    async with talking() as (_, client):
        message = await whole(client, max_tokens=0, cache_control={"type": "ephemeral"}, system="Be brief. " * 400)
    assert (message.content, message.stop_reason) == ([], "max_tokens")
    assert message.usage.cache_creation_input_tokens


async def test_a_rule_can_answer_any_path() -> None:
    async with talking(Rule(Status(529, "overloaded_error"), path="/v1/models")) as (_, client):
        with pytest.raises(anthropic.InternalServerError):
            await client.models.list()
