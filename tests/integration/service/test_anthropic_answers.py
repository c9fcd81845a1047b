"""What the service says: the same message whole and as a stream, however it goes over the wire."""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest

from tests.integration.service.asking import (
    CACHE,
    HEADERS,
    assistant,
    call,
    post,
    question,
    record,
    result,
    send,
    shaped,
    streamed,
    text,
    tool,
    user,
)
from tests.service import (
    Answer,
    Blocks,
    Body,
    Call,
    Delivery,
    Event,
    Raw,
    Reasoning,
    Redacted,
    Replay,
    Rule,
    ServiceThread,
    Status,
    Text,
    Words,
)
from tests.service.answers import FIXTURES, read_script
from tests.service.frames import split_frames
from tests.service.streams import DELTA, message_of

PLACE = {"type": "char_location", "cited_text": "sun", "document_index": 0, "start_char_index": 0, "end_char_index": 3}
SEARCH = Raw({"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}})
FOUND = Raw({"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []})
FUTURE = Raw({"type": "future_block", "payload": {"x": 1}}, [{"type": "future_delta", "y": [1, 2]}])
ANSWERS: dict[str, Blocks | Text] = {
    "words": Text(["It", " works. 😀\u2028\x85"]),
    "omitted reasoning": Text(["A."], thinking="omitted"),
    "shown reasoning": Blocks([Reasoning(["Hm", "m."]), Words(["A."])]),
    "redacted reasoning": Blocks([Redacted(), Reasoning(), Words(["A."])]),
    "reasoning alone": Blocks([Reasoning()], "max_tokens"),
    "two calls": Blocks([Words(["Looking."]), Call("look", {"at": "a" * 50}), Call("look", {"n": 1.5})]),
    "a call without input": Blocks([Call("look")]),
    "a call cut off": Blocks([Call("look", pieces=['{"at": "he'])], "max_tokens"),
    "a call that is no JSON": Blocks([Call("look", pieces=['{"at": ', "nonsense}"])]),
    "a call with more": Blocks([Call("look", {"a": 1}, more={"caller": {"type": "direct"}, "toolset_name": "t"})]),
    "citations": Blocks([Words(["Sunny", PLACE, ", 23°", PLACE, "."])]),
    "a server tool": Blocks([SEARCH, FOUND, Words(["Sunny."])]),
    "a paused server tool": Blocks([SEARCH], "pause_turn"),
    "unknown block, delta and event": Blocks([Event({"type": "future_event", "z": 1}), FUTURE, Words(["A."])]),
    "unknown reason": Blocks([Words(["A."])], "tired"),
    "refusal without category": Blocks([], "refusal", stop_details={"type": "refusal", "category": None}),
    "refusal": Blocks([Words(["I"])], "refusal", stop_details={"type": "refusal", "category": "cyber"}),
    "nothing": Blocks(),
    "stop sequence": Blocks([Words(["A"])], "stop_sequence", "."),
    "full context": Blocks([Words(["A"])], "model_context_window_exceeded"),
    "totals twice": Blocks([Words(["A"])], usage_twice=True, usage={"output_tokens": 9, "input_tokens": None}),
}
DELIVERIES = [Delivery(), Delivery(chunk=1), Delivery(crlf=True), Delivery(pings=True), Delivery(comments=True)]

RECORDED = sorted(
    path.relative_to(FIXTURES).with_suffix("").as_posix()
    for path in FIXTURES.rglob("*.txt")
    if "openai" not in path.stem
)


def described(stream: bytes) -> dict[str, Any]:
    """The message in a stream, without what tells one answer from another."""
    return plain(message_of(list(split_frames(stream, DELTA))))


def plain(message: dict[str, Any]) -> dict[str, Any]:
    blocks = [{k: v for k, v in block.items() if k not in ("data", "id")} for block in message["content"]]
    return {**message, "id": "", "content": blocks}


@pytest.fixture(scope="module")
def service() -> Iterator[ServiceThread]:
    with ServiceThread() as running:
        yield running


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_the_same_whole_and_streamed(name: str) -> None:
    answer = ANSWERS[name]
    ways = [msgspec.structs.replace(answer, delivery=delivery) for delivery in DELIVERIES]
    with ServiceThread(answer, *ways) as service:
        status, whole = post(service, question())
        assert status == 200
        for _ in ways:
            assert described(streamed(service, question())) == plain(whole)


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_streams_are_sent_byte_for_byte(name: str) -> None:
    with ServiceThread(Replay(name), Replay(name, Delivery(chunk=7))) as service:
        recorded = (FIXTURES / f"{name}.txt").read_bytes()
        assert [streamed(service, question()) for _ in range(2)] == [recorded, recorded]


def test_what_was_said_may_come_back_whatever_it_was() -> None:
    said = Blocks([Reasoning(), FUTURE, Raw({"type": "text", "text": "A.", "mood": "calm"}), Redacted()])
    with ServiceThread(said) as service:
        blocks = post(service, question())[1]["content"]
        assert post(service, question(user(text("Why?")), assistant(*blocks), user(text("And?"))))[0] == 200
        changed = [{**block, "payload": 2} if block["type"] == "future_block" else block for block in blocks]
        assert post(service, question(user(text("Why?")), assistant(*changed), user(text("And?"))))[0] == 400


def test_a_paused_answer_goes_on_without_a_message_of_the_person() -> None:
    with ServiceThread(Blocks([Reasoning(), Words(["Half"])], "pause_turn"), Text([" done"], "omitted")) as service:
        half = post(service, question())[1]["content"]
        status, rest = post(service, question(user(text("Why?")), assistant(*half)))
        assert status == 200
        history = [[assistant(*half, *rest["content"])], [assistant(*half), assistant(*rest["content"])]]
        for answers in history:
            assert post(service, question(user(text("Why?")), *answers, user(text("And?"))))[0] == 200


class TestReasoning:
    ASKED = user(text("Why?"))

    @pytest.mark.parametrize(
        ("fields", "status"),
        [
            ({"tools": [tool("b"), tool("a")]}, 200),
            ({"tools": [tool("a", **CACHE), tool("b")], "system": [text("Be brief.", **CACHE)]}, 200),
            ({"output_config": {"effort": "low"}, "max_tokens": 50, "tool_choice": {"type": "none"}}, 200),
            ({"tools": [tool("a")]}, 400),
            ({"tools": [tool("a", description="new"), tool("b")]}, 400),
            ({"system": "Be long."}, 400),
            ({"model": "claude-sonnet-5"}, 200),
        ],
    )
    def test_is_bound_to_instructions_and_tools(
        self, service: ServiceThread, fields: dict[str, Any], status: int
    ) -> None:
        before: dict[str, Any] = {"tools": [tool("a"), tool("b")], "system": "Be brief."}
        blocks = post(service, question(self.ASKED, **before))[1]["content"]
        follow = question(self.ASKED, assistant(*blocks), user(text("And?")), **{**before, **fields})
        assert post(service, follow)[0] == status

    def test_may_be_dropped_from_the_oldest_on_but_not_in_between(self, service: ServiceThread) -> None:
        messages: list[dict[str, Any]] = [self.ASKED]
        for words in ("And?", "So?", "Then?"):
            blocks = post(service, question(*messages))[1]["content"]
            messages += [assistant(*blocks), user(text(words))]
        assert self._without(service, messages, {1}) == 200
        assert self._without(service, messages, {1, 3}) == 200
        assert self._without(service, messages, {1, 3, 5}) == 200
        assert self._without(service, messages, {5}) == 200
        assert self._without(service, messages, {3}) == 400

    def test_may_not_be_dropped_or_split_while_tools_run(self) -> None:
        with ServiceThread(Blocks([Reasoning(), Redacted(), Call("look", id="toolu_1")])) as service:
            blocks = post(service, question(self.ASKED))[1]["content"]
            for kept, status in ((blocks, 200), (blocks[2:], 400), (blocks[1:], 400), (blocks[:1] + blocks[2:], 400)):
                assert post(service, question(self.ASKED, assistant(*kept), user(result())))[0] == status

    def _without(self, service: ServiceThread, messages: list[dict[str, Any]], dropped: set[int]) -> int:
        kept = [
            {**message, "content": message["content"][1:]} if number in dropped else message
            for number, message in enumerate(messages)
        ]
        return post(service, question(*kept))[0]


class TestCache:
    LONG = text("Long. " * 500)

    def used(self, service: ServiceThread, *messages: dict[str, Any], **fields: Any) -> tuple[int, int]:
        usage = post(service, question(*messages, **fields))[1]["usage"]
        whole = usage["input_tokens"] + usage["cache_read_input_tokens"] + usage["cache_creation_input_tokens"]
        assert whole > 0
        return usage["cache_creation_input_tokens"], usage["cache_read_input_tokens"]

    def test_the_next_turn_reads_what_the_one_before_wrote(self) -> None:
        with ServiceThread() as service:
            turns = [user(self.LONG)]
            written, _ = self.used(service, *turns, **CACHE)
            turns += [assistant(text("b")), user(text("c"))]
            more, read = self.used(service, *turns, **CACHE)
        assert written == read > 700
        assert 0 < more < 100

    @pytest.mark.parametrize(
        "change",
        [
            {"system": "It is 12:01."},
            {"tools": [tool("a", input_schema={"properties": {}, "type": "object"})]},
            {"thinking": {"type": "disabled"}},
            {"output_config": {"effort": "low"}},
            {"output_config": {"format": {"type": "json_schema", "schema": record()}}},
            {"tool_choice": {"type": "none"}},
            {"model": "claude-opus-5"},
        ],
    )
    def test_a_beginning_that_changes_is_written_again(self, change: dict[str, Any]) -> None:
        before = {"system": "It is 12:00.", "tools": [tool("a")], **CACHE}
        with ServiceThread() as service:
            assert self.used(service, user(self.LONG), **before)[1] == 0
            assert self.used(service, user(self.LONG), **{**before, **change})[1] == 0
            assert self.used(service, user(self.LONG), **before)[1] > 0

    def test_the_same_instructions_are_read_in_another_conversation(self) -> None:
        system = [{**self.LONG, **CACHE}]
        with ServiceThread() as service:
            written, _ = self.used(service, user(text("a")), system=system)
            assert self.used(service, user(text("b")), system=system) == (0, written)

    def test_short_prompts_and_those_without_breakpoints_are_not_cached(self) -> None:
        with ServiceThread() as service:
            for _ in range(2):
                assert self.used(service, user(text("a")), **CACHE) == (0, 0)
                assert self.used(service, user(self.LONG)) == (0, 0)
                assert self.used(service, user(self.LONG), model="claude-haiku-4-5", **CACHE) == (0, 0)

    def test_a_breakpoint_looks_back_20_blocks(self) -> None:
        with ServiceThread() as service:
            written, _ = self.used(service, user(self.LONG), **CACHE)
            assert self.used(service, user(self.LONG, *[text("a")] * 19), **CACHE)[1] == written
        with ServiceThread() as service:
            self.used(service, user(self.LONG), **CACHE)
            assert self.used(service, user(self.LONG, *[text("a")] * 20), **CACHE)[1] == 0

    def test_an_hour_is_counted_apart(self) -> None:
        hour = {"cache_control": {"type": "ephemeral", "ttl": "1h"}}
        with ServiceThread() as service:
            body = question(user(self.LONG), system=[{**self.LONG, **hour}], **CACHE)
            split = post(service, body)[1]["usage"]["cache_creation"]
        assert split["ephemeral_1h_input_tokens"] > 700
        assert split["ephemeral_5m_input_tokens"] > 700

    def test_a_refused_question_writes_nothing(self) -> None:
        with ServiceThread(Status(529, "overloaded_error")) as service:
            body = question(user(self.LONG), **CACHE)
            assert post(service, body)[0] == 529
            assert post(service, body)[1]["usage"]["cache_read_input_tokens"] == 0


class TestEcho:
    def test_gives_the_form_that_was_asked_for(self, service: ServiceThread) -> None:
        kinds = {"type": "string", "enum": ["cat", "dog"]}
        schema = record(kind=kinds, ages={"type": "array", "items": {"type": "integer"}}, when={"$ref": "#/$defs/day"})
        schema["$defs"] = {"day": {"type": "string", "format": "date"}}
        words = post(service, question(**shaped(schema)))[1]["content"][-1]["text"]
        assert msgspec.json.decode(words) == {"kind": "cat", "ages": [1], "when": "2026-11-22"}

    def test_calls_the_tool_that_it_must(self, service: ServiceThread) -> None:
        tools = [tool("a"), tool("b", input_schema=record(n={"type": "integer"}))]
        answer = post(service, question(tools=tools, tool_choice={"type": "tool", "name": "b"}))[1]
        assert (answer["stop_reason"], len(answer["content"])) == ("tool_use", 1)
        assert (answer["content"][0]["name"], answer["content"][0]["input"]) == ("b", {"n": 1})

    def test_ends_at_a_stop_sequence(self, service: ServiceThread) -> None:
        answer = post(service, question(user(text("one two")), stop_sequences=["three", " two"]))[1]
        assert (answer["stop_reason"], answer["stop_sequence"]) == ("stop_sequence", " two")
        assert answer["content"][-1]["text"].endswith("one")

    @pytest.mark.parametrize(
        ("fields", "reasoning"),
        [
            ({}, [""]),
            ({"thinking": {"type": "adaptive", "display": "summarized"}}, ["The person asks."]),
            ({"thinking": {"type": "disabled"}}, []),
            ({"model": "claude-haiku-4-5"}, []),
        ],
    )
    def test_reasons_where_it_is_on(self, service: ServiceThread, fields: dict[str, Any], reasoning: list[str]) -> None:
        content = post(service, question(**fields))[1]["content"]
        assert [block["thinking"] for block in content if block["type"] == "thinking"] == reasoning


ODD: list[tuple[Answer, int, str, bytes]] = [
    (Body("<html>413</html>", 413), 413, "text/html; charset=utf-8", b"<html>413</html>"),
    (Body('{"type":"error"}', content_type="application/json"), 200, "application/json", b'{"type":"error"}'),
    (
        Status(400, "invalid_request_error", "No", {"error_code": "file_expired"}),
        400,
        "application/json",
        b'{"type":"error","error":{"type":"invalid_request_error","message":"No","details":{"error_code":"file_expired"}},'
        b'"request_id":"req_0001"}',
    ),
]


@pytest.mark.parametrize(("answer", "status", "kind", "content"), ODD)
@pytest.mark.parametrize("stream", [True, False])
def test_failures_look_the_same_to_streams(
    answer: Answer, status: int, kind: str, content: bytes, stream: bool
) -> None:
    with ServiceThread(answer) as service:
        got, headers, body = send(service, "POST", "/v1/messages", question(stream=stream))
    assert (got, headers["content-type"], body) == (status, kind, content)


def test_a_stream_can_end_without_its_last_event() -> None:
    with ServiceThread(Text(["a", "b"], delivery=Delivery(break_after=1, break_how="eof"))) as service:
        assert re.findall(rb"event: (\w+)", streamed(service, question()))[-1] == b"content_block_delta"


def test_who_leaves_is_noticed() -> None:
    with ServiceThread(Text(["a", "b"], delivery=Delivery(hold_after=1))) as service:
        connection = http.client.HTTPConnection(urlsplit(service.base_url).netloc, timeout=30)
        connection.request("POST", "/v1/messages", msgspec.json.encode(question(stream=True)), HEADERS)
        answer = connection.getresponse()
        service.until(lambda: service.requests[0].held)
        before = time.monotonic()
        answer.close()
        connection.close()
        service.until(lambda: service.requests[0].disconnected)
        [request] = service.requests
    assert request.disconnected is not None
    assert before <= request.disconnected <= time.monotonic()
    assert request.delivered == 1


def test_a_mistake_of_the_service_is_not_hidden() -> None:
    with (
        pytest.raises(BaseExceptionGroup, match="unhandled"),
        ServiceThread(Replay("nowhere")) as service,
        suppress(http.client.RemoteDisconnected),
    ):
        post(service, question())


def test_scripts_can_be_written_in_json() -> None:
    rules = [Rule(answer, contains=name) for name, answer in ANSWERS.items()]
    assert read_script(msgspec.json.encode(rules)) == rules


def test_a_call_in_the_history_needs_no_tools(service: ServiceThread) -> None:
    assert post(service, question(user(text("a")), assistant(call()), user(result())))[0] == 200
