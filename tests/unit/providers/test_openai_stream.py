"""The decoder of the OpenAI shape, over the shapes that occur and every way to cut them into pieces."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import httpx
import msgspec
import pytest
from httpx_sse import EventSource
from hypothesis import given, settings
from hypothesis import strategies as st

from kireji.core.errors import ConnectionFailed, Overloaded, ProtocolViolation, ProviderError
from kireji.core.events import (
    MessageBuilder,
    ModelEvent,
    PartDelta,
    PartFinished,
    PartStarted,
    TurnFinished,
    UsageReported,
)
from kireji.core.messages import Message, StopReason, TextPart, ThinkingPart, ToolCallPart, Usage
from kireji.providers.failures import Answerer
from kireji.providers.openai_stream import ChatDecoder, decode_whole
from kireji.providers.openai_thinking import ThinkTags

WHO = Answerer("openrouter", "openrouter.test", "openai/gpt-test")


def decoder(*, replays: bool = True) -> ChatDecoder:
    numbers = itertools.count(1)
    return ChatDecoder(WHO, "gen-1", lambda usage: 0.5, replays=replays, new_id=lambda: f"own_{next(numbers)}")


def chunk(delta: object = None, finish: object = None, **more: Any) -> dict[str, Any]:
    return {"id": "gen-1", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more}


def said(*texts: str) -> list[dict[str, Any]]:
    return [chunk({"content": text}) for text in texts]


def call(index: int | None = None, id: object = None, name: str | None = None, arguments: object = None) -> Any:
    piece: dict[str, Any] = {"function": {}}
    piece |= {} if index is None else {"index": index}
    piece |= {} if id is None else {"id": id, "type": "function"}
    piece["function"] |= {} if name is None else {"name": name}
    piece["function"] |= {} if arguments is None else {"arguments": arguments}
    return piece


def calls(*pieces: Any) -> dict[str, Any]:
    return chunk({"tool_calls": list(pieces)})


def events_of(*chunks: object, done: bool = True) -> list[ModelEvent]:
    decoding = decoder()
    events = [event for item in chunks for event in decoding.feed(msgspec.json.encode(item).decode())]
    events += decoding.feed("[DONE]") if done else decoding.end()
    return events


def message_of(events: Sequence[ModelEvent]) -> Message:
    builder = MessageBuilder("openrouter")
    for event in events:
        builder.feed(event)
    return builder.snapshot()


def ending(events: Sequence[ModelEvent]) -> TurnFinished:
    assert isinstance(events[-1], TurnFinished)
    assert sum(isinstance(event, TurnFinished) for event in events) == 1
    return events[-1]


def test_words_are_one_text() -> None:
    events = events_of(chunk({"role": "assistant", "content": ""}), *said("One", " two"), chunk({}, "stop"))
    assert events[:4] == [
        PartStarted(0, TextPart("")),
        PartDelta(0, "One"),
        PartDelta(0, " two"),
        PartFinished(0, TextPart("One two")),
    ]
    assert ending(events).reason is StopReason.END_TURN


@pytest.mark.parametrize("field", ["reasoning", "reasoning_content"])
def test_reasoning_stands_before_the_words(field: str) -> None:
    events = events_of(chunk({field: "Hm"}), chunk({field: "m"}), *said("Yes"), chunk({}, "stop"))
    assert message_of(events).parts == (ThinkingPart("Hmm"), TextPart("Yes"))


def test_reasoning_that_comes_twice_is_shown_once() -> None:
    detail = {"type": "reasoning.text", "text": "Hm", "index": 0, "signature": None}
    events = events_of(chunk({"reasoning": "Hm", "reasoning_details": [detail]}), *said("Yes"), chunk({}, "stop"))
    assert message_of(events).parts == (ThinkingPart("Hm"), TextPart("Yes"))


def test_reasoning_details_are_put_together_for_the_replay() -> None:
    events = events_of(
        chunk({"reasoning_details": [{"type": "reasoning.text", "text": "I th", "index": 0, "format": "x"}]}),
        chunk({"reasoning_details": [{"type": "reasoning.text", "text": "ink", "index": 0}]}),
        chunk({"reasoning_details": [{"type": "reasoning.text", "signature": "sig", "index": 0}]}),
        chunk({"reasoning_details": [{"type": "reasoning.encrypted", "data": "AAA", "index": 1, "id": "e"}]}),
        *said("Yes"),
        chunk({}, "stop"),
    )
    raw = ending(events).raw
    assert raw is not None
    assert msgspec.json.decode(raw) == {
        "role": "assistant",
        "content": "Yes",
        "reasoning_details": [
            {"type": "reasoning.text", "text": "I think", "index": 0, "format": "x", "signature": "sig"},
            {"type": "reasoning.encrypted", "data": "AAA", "index": 1, "id": "e"},
        ],
    }
    assert message_of(events).parts == (ThinkingPart("I think"), TextPart("Yes"))


THOUGHTS = (
    ("<think>why</think>because", ["why"], "because"),
    ("\n <think>why</think>\n\nbecause", ["why"], "because"),
    ("<think>a</think><think>b</think>c", ["ab"], "c"),
    ("<think>no end", ["no end"], ""),
    ("<think>1 < 2 </thin</think>3", ["1 < 2 </thin"], "3"),
    ("the tag <think> is </think> a tag", [], "the tag <think> is </think> a tag"),
    ("<thin ice>", [], "<thin ice>"),
    ("<thi", [], "<thi"),
    ("  plain", [], "  plain"),
)


@pytest.mark.parametrize(("text", "thoughts", "words"), THOUGHTS)
def test_think_tags_are_found_however_they_are_cut(text: str, thoughts: list[str], words: str) -> None:
    for first in range(len(text) + 1):
        for second in range(first, len(text) + 1):
            tags = ThinkTags()
            pieces = [text[:first], text[first:second], text[second:]]
            parts = [part for piece in pieces for part in tags.feed(piece)]
            parts += tags.flush()
            assert "".join(part.text for part in parts if part.thought) == "".join(thoughts)
            assert "".join(part.text for part in parts if not part.thought) == words


def test_calls_are_merged_by_index() -> None:
    events = events_of(
        calls(call(0, "a", "look", "")),
        calls(call(1, "b", "find", '{"q"')),
        calls(call(0, arguments='{"x": 1'), call(1, arguments=': "y"}')),
        calls(call(0, arguments="}")),
        chunk({}, "tool_calls"),
    )
    assert message_of(events).calls == (
        ToolCallPart("a", "look", '{"x": 1}'),
        ToolCallPart("b", "find", '{"q": "y"}'),
    )
    assert ending(events).reason is StopReason.TOOL_USE


def test_words_before_calls_end_before_them() -> None:
    events = events_of(*said("Let me look."), calls(call(0, "a", "look", "{}")), chunk({}, "tool_calls"))
    assert message_of(events).parts == (TextPart("Let me look."), ToolCallPart("a", "look", "{}"))


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([[call(None, None, "look", '{"x":1}')]], [("own_1", "look", '{"x":1}')]),
        (
            [[call(None, None, "look", "{}")], [call(None, None, "find", "{}")]],
            [("own_1", "look", "{}"), ("own_2", "find", "{}")],
        ),
        (
            [[call(0, "a", "look", "{}")], [call(0, "b", "look", "{}")]],
            [("a", "look", "{}"), ("b", "look", "{}")],
        ),
        (
            [[call(0, "same", "look", "{}"), call(1, "same", "find", "{}")]],
            [("same", "look", "{}"), ("own_1", "find", "{}")],
        ),
        (
            [[call(0, "same", "look", "{}")], [call(0, "same", "find", "{}")]],
            [("same", "look", "{}"), ("own_1", "find", "{}")],
        ),
        ([[call(0, 0, "look", "{}")], [call(1, 1, "look", "{}")]], [("own_1", "look", "{}"), ("own_2", "look", "{}")]),
        ([[call(0, "0", "look", "{}")]], [("own_1", "look", "{}")]),
        ([[call(0, "a", "look", {"x": 1})]], [("a", "look", '{"x":1}')]),
        ([[call(0, "a", "look", '{"x": ')]], [("a", "look", '{"x":')]),
        ([[call(0, "a", "look")]], [("a", "look", "{}")]),
        ([[call(0, "a", "look", '{"x"')], [call(0, "a", "look", ":1}")]], [("a", "look", '{"x":1}')]),
        ([[call(None, "a", "look", '{"x"')], [call(None, None, None, ":1}")]], [("a", "look", '{"x":1}')]),
        (
            [
                [call(None, "a", "look", "{}"), call(None, "b", "find", "")],
                [
                    call(None, None, None, "{"),
                ],
            ],
            [("a", "look", "{}{"), ("b", "find", "{}")],
        ),
    ],
)
def test_calls_of_careless_servers(pieces: list[list[Any]], expected: list[tuple[str, str, str]]) -> None:
    events = events_of(*(calls(*group) for group in pieces), chunk({}, "tool_calls"))
    assert [(part.call_id, part.name, part.arguments) for part in message_of(events).calls] == expected


def test_a_call_cut_by_the_limit_never_ends() -> None:
    events = events_of(calls(call(0, "a", "look", '{"x": "lon')), chunk({}, "length"))
    assert message_of(events).calls == ()
    assert ending(events) == TurnFinished(StopReason.MAX_TOKENS)


def test_broken_arguments_are_passed_on_but_not_replayed() -> None:
    events = events_of(calls(call(0, "a", "look", "{x: 1}")), chunk({}, "tool_calls"))
    assert message_of(events).calls == (ToolCallPart("a", "look", "{x: 1}"),)
    assert ending(events).raw is None


@pytest.mark.parametrize(
    ("finish", "reason"),
    [
        ("stop", StopReason.END_TURN),
        ("length", StopReason.MAX_TOKENS),
        ("content_filter", StopReason.REFUSAL),
        ("tool_calls", StopReason.END_TURN),
        ("eos", StopReason.END_TURN),
    ],
)
def test_reasons_of_the_end(finish: str, reason: StopReason) -> None:
    assert ending(events_of(*said("One"), chunk({}, finish))).reason is reason


def test_calls_count_even_when_the_server_says_stop() -> None:
    assert ending(events_of(calls(call(0, "a", "look", "{}")), chunk({}, "stop"))).reason is StopReason.TOOL_USE


def test_a_refusal_says_why() -> None:
    events = events_of(chunk({"refusal": "I will"}), chunk({"refusal": " not."}), chunk({}, "stop"))
    assert ending(events) == TurnFinished(StopReason.REFUSAL, None, "I will not.")


def test_usage_comes_after_the_end_in_a_chunk_without_choices() -> None:
    usage = {
        "prompt_tokens": 100,
        "completion_tokens": 20,
        "cost": 0.25,
        "prompt_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 10},
        "completion_tokens_details": {"reasoning_tokens": 5},
    }
    events = events_of(*said("One"), chunk({}, "stop"), {"choices": [], "usage": usage})
    builder = MessageBuilder("openrouter")
    for event in events:
        builder.feed(event)
    assert builder.usage == Usage(30, 20, 60, 10, 5, 0.25)


def test_usage_without_a_cost_is_priced_here() -> None:
    nothing = {"prompt_tokens": None, "completion_tokens": 2, "prompt_tokens_details": None}
    builder = MessageBuilder("local")
    for event in events_of(*said("One"), chunk({}, "stop", usage=nothing)):
        builder.feed(event)
    assert builder.usage == Usage(0, 2, cost=0.5)


def test_what_another_service_charges_for_a_key_of_ones_own_is_added() -> None:
    usage = {"cost": 0.01, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.2}}
    builder = MessageBuilder("openrouter")
    for event in events_of(*said("One"), chunk({}, "stop", usage=usage)):
        builder.feed(event)
    assert builder.usage is not None
    assert builder.usage.cost == pytest.approx(0.21)


@pytest.mark.parametrize(
    "odd",
    [
        {"choices": []},
        {"choices": None},
        {},
        {"debug": {"echo_upstream_body": {}}},
        {"choices": [{"index": 0}]},
        chunk(None),
        chunk({"content": None, "tool_calls": None, "reasoning": None, "reasoning_details": None}),
        chunk({"content": "", "surprise": [1]}, None, error=None, usage=None),
    ],
)
def test_empty_chunks_change_nothing(odd: object) -> None:
    assert events_of(odd, *said("One"), odd, chunk({}, "stop"), odd) == events_of(*said("One"), chunk({}, "stop"))


def test_content_in_parts_is_read() -> None:
    assert message_of(events_of(chunk({"content": [{"type": "text", "text": "One"}]}), chunk({}, "stop"))).text == "One"


def test_the_last_words_may_carry_the_reason_of_the_end() -> None:
    assert message_of(events_of(chunk({"content": "One"}, "stop"))).text == "One"


def test_an_end_without_its_mark_is_an_end() -> None:
    assert ending(events_of(*said("One"), chunk({}, "stop"), done=False)).reason is StopReason.END_TURN


@pytest.mark.parametrize("done", [True, False])
def test_an_answer_without_a_reason_of_its_end_is_broken(done: bool) -> None:
    with pytest.raises(ConnectionFailed) as caught:
        events_of(*said("One"), done=done)
    assert caught.value.retryable


@pytest.mark.parametrize(
    "failed",
    [
        {"error": {"code": "server_error", "message": "Boom"}},
        {"error": {"code": 502, "message": "Boom", "metadata": {"provider_name": "X"}}},
        {"error": "Boom"},
        chunk({"content": ""}, "error", error={"code": 429, "message": "Boom"}),
        chunk({"content": ""}, "error"),
        {"choices": [{"index": 0, "error": {"code": 500, "message": "Boom"}}]},
    ],
)
def test_an_error_in_the_middle_keeps_what_came(failed: object) -> None:
    decoding = decoder()
    arrived: list[ModelEvent] = []

    def read() -> None:
        for item in (*said("<th", "ink"), failed):
            for event in decoding.feed(msgspec.json.encode(item).decode()):
                arrived.append(event)

    with pytest.raises(ProviderError):
        read()
    assert message_of(arrived).text == "<think"


@pytest.mark.parametrize("data", ["<html>", "[]", "1", '"text"', '{"choices": 3}', '{"choices": [{"delta": "x"}]}', ""])
def test_what_is_no_chunk_is_named(data: str) -> None:
    with pytest.raises(ProtocolViolation):
        list(decoder().feed(data))


def test_a_whole_answer_gives_the_same_message_as_a_streamed_one() -> None:
    message = {
        "role": "assistant",
        "content": "Let me look.",
        "reasoning": "Hm",
        "tool_calls": [{"id": "a", "type": "function", "function": {"name": "look", "arguments": '{"x": 1}'}}],
    }
    usage = {"prompt_tokens": 3, "completion_tokens": 4}
    body = {"choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}], "usage": usage}
    whole = decode_whole(decoder(), msgspec.json.encode(body))
    streamed = events_of(
        chunk({"reasoning": "Hm"}),
        *said("Let me ", "look."),
        calls(call(0, "a", "look", '{"x":')),
        calls(call(0, arguments=" 1}")),
        chunk({}, "tool_calls"),
        {"choices": [], "usage": usage},
    )
    assert message_of(whole) == message_of(streamed)
    assert ending(whole) == ending(streamed)


def test_a_whole_body_may_hold_an_error() -> None:
    with pytest.raises(ProviderError) as caught:
        decode_whole(decoder(), b'{"error":{"code":402,"message":"Insufficient credits"}}')
    assert type(caught.value).__name__ == "PaymentRequired"


@pytest.mark.parametrize("finish", ["", ',"finish_reason":"stop"'])
@pytest.mark.parametrize("content", ["null", '""', '" "'])
def test_a_whole_body_with_nothing_in_it_may_be_asked_for_again(content: str, finish: str) -> None:
    body = f'{{"choices":[{{"message":{{"role":"assistant","content":{content}}}{finish}}}]}}'.encode()
    with pytest.raises(Overloaded) as caught:
        decode_whole(decoder(), body)
    assert caught.value.retryable


@pytest.mark.parametrize("cost", [10**400, -1, True, "0.1"])
def test_usage_that_nobody_can_have_is_bounded_and_its_price_ours(cost: object) -> None:
    usage = {"prompt_tokens": 10**30, "completion_tokens": -2, "cost": cost}
    events = events_of(*said("Yes"), chunk({}, "stop", usage=usage))
    [counted] = [event.usage for event in events if isinstance(event, UsageReported)]
    assert (counted.input_tokens, counted.output_tokens, counted.cost) == (2**53, 0, 0.5)


# Every way to cut the bytes.

STREAMS = {
    "comments and usage": [
        ": OPENROUTER PROCESSING",
        ": OPENROUTER PROCESSING",
        chunk({"role": "assistant", "content": ""}),
        *said("Grüße 🦉 ", "a\u2028b\u0085c\u2029d", "\x0b\x0c\x1c"),
        chunk({}, "stop"),
        {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2, "cost": 0.1}},
        "data: [DONE]",
    ],
    "two calls": [
        calls(call(0, "a", "look", ""), call(1, "b", "find", "")),
        calls(call(0, arguments='{"k": "🦉')),
        calls(call(1, arguments='{"q": "\u2028"')),
        calls(call(0, arguments='"}'), call(1, arguments="}")),
        chunk({}, "tool_calls"),
        "data: [DONE]",
    ],
    "tags without an end mark": [*said("<thi", "nk>Hm</thi", "nk>\n", "Yes"), chunk({}, "stop")],
}


def body_of(items: list[object], end: str) -> bytes:
    lines = [item if isinstance(item, str) else "data: " + msgspec.json.encode(item).decode() for item in items]
    return "".join(line + end + end for line in lines).encode()


async def read(pieces: Sequence[bytes]) -> Message:
    async def body() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    response = httpx.Response(200, headers={"content-type": "text/event-stream"}, content=body())
    response.encoding = "utf-8"
    decoding = decoder()
    builder = MessageBuilder("openrouter")
    async for event in EventSource(response).aiter_sse():
        if event.data:
            for decoded in decoding.feed(event.data):
                builder.feed(decoded)
    for decoded in decoding.end():
        builder.feed(decoded)
    return builder.snapshot()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("name", sorted(STREAMS))
async def test_every_byte_split_gives_the_same_message(name: str, end: str) -> None:
    body = body_of(STREAMS[name], end)
    expected = await read([body])
    assert expected.parts
    for at in range(1, len(body)):
        assert await read([body[:at], body[at:]]) == expected
    assert await read([body[at : at + 1] for at in range(len(body))]) == expected


TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)


def pieces_of(text: str, cuts: list[int]) -> Iterator[str]:
    places = sorted({cut % (len(text) + 1) for cut in cuts} | {0, len(text)})
    return (text[start:stop] for start, stop in itertools.pairwise(places))


@given(TEXTS, TEXTS, TEXTS, st.lists(st.integers(0, 40), max_size=8), st.booleans())
def test_any_chunking_gives_the_same_message(thought: str, words: str, key: str, cuts: list[int], tags: bool) -> None:
    written = msgspec.json.encode({key: words}).decode()
    said_before = f"<think>{thought}</think>{words}" if tags else words

    def stream(cuts: list[int]) -> Message:
        chunks = [] if tags else [chunk({"reasoning": piece}) for piece in pieces_of(thought, cuts)]
        chunks += [chunk({"content": piece}) for piece in pieces_of(said_before, cuts)]
        chunks += [calls(call(0, "a", "look", ""))]
        chunks += [calls(call(0, arguments=piece)) for piece in pieces_of(written, cuts)]
        return message_of(events_of(*chunks, chunk({}, "tool_calls")))

    assert stream(cuts) == stream([])


FIELDS = """choices delta message content reasoning reasoning_details tool_calls index id function name arguments
finish_reason usage prompt_tokens cost error code text type"""
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(FIELDS.split())), inner, max_size=4)
    ),
    max_leaves=12,
)
PIECES = st.lists(st.fixed_dictionaries({}, optional={"index": JSON, "id": JSON, "function": JSON}), max_size=3)
DELTAS = st.fixed_dictionaries(
    {},
    optional={
        "content": JSON,
        "reasoning": JSON,
        "reasoning_details": st.lists(JSON, max_size=2),
        "refusal": JSON,
        "tool_calls": PIECES,
    },
)
ODD = st.one_of(
    JSON.map(lambda value: msgspec.json.encode(value).decode()),
    st.builds(lambda delta, finish: msgspec.json.encode(chunk(delta, finish)).decode(), DELTAS, JSON),
    TEXTS,
)


@settings(max_examples=300)
@given(st.lists(TEXTS.filter(bool), max_size=3), st.lists(ODD, max_size=5), st.booleans())
def test_a_fuzzed_stream_raises_only_our_errors_and_loses_nothing(words: list[str], odd: list[str], done: bool) -> None:
    decoding = decoder()
    builder = MessageBuilder("openrouter")
    heard = "|" + "".join(words)

    def feed(data: str) -> None:
        for event in decoding.feed(data):
            builder.feed(event)

    feed(msgspec.json.encode(chunk({"content": "|"})).decode())
    for text in words:
        feed(msgspec.json.encode(chunk({"content": text})).decode())
    try:
        for data in odd:
            feed(data)
        if done:
            feed("[DONE]")
        else:
            for event in decoding.end():
                builder.feed(event)
    except ProviderError:
        pass
    assert builder.snapshot().text.replace("\n\n", "").startswith(heard.replace("\n\n", ""))
