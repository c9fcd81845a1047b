"""The decoder of Anthropic's events, over every recorded stream and every way of cutting it into pieces."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import suppress

import httpx
import msgspec
import pytest
from httpx_sse import EventSource
from hypothesis import given
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
from kireji.core.messages import OpaquePart, StopReason, TextPart, ThinkingPart, Usage
from kireji.providers.anthropic_models import find_model
from tests.unit.providers.anthropic_streams import BROKEN, FIXTURES, decoder


class Pieces(httpx.AsyncByteStream):
    """A body that arrives in given pieces."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece


def decode(pieces: Sequence[bytes]) -> tuple[list[ModelEvent], ProviderError | None]:
    """What arrives, and what it ends with if it does not end well."""

    async def run() -> tuple[list[ModelEvent], ProviderError | None]:
        response = httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=Pieces(pieces))
        events: list[ModelEvent] = []
        decoding = decoder()
        try:
            async for sse in EventSource(response).aiter_sse():
                if sse.data:
                    events.extend(decoding.feed(sse.data))
            decoding.end()
        except ProviderError as error:
            return events, error
        return events, None

    return asyncio.run(run())


async def data_of(pieces: Sequence[bytes]) -> list[str]:
    """What the events of a body that arrives like this hold."""
    response = httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=Pieces(pieces))
    return [sse.data async for sse in EventSource(response).aiter_sse()]


def whole(name: str) -> list[ModelEvent]:
    events, error = decode([FIXTURES[name]])
    assert error is None
    return events


def parts(name: str) -> list[object]:
    return [event.part for event in whole(name) if isinstance(event, PartFinished)]


def end(name: str) -> TurnFinished:
    last = whole(name)[-1]
    assert isinstance(last, TurnFinished)
    return last


def raw(name: str) -> list[dict[str, object]]:
    replayed = end(name).raw
    assert replayed is not None
    return msgspec.json.decode(replayed, type=list[dict[str, object]])


@pytest.mark.parametrize("name", sorted(set(FIXTURES) - BROKEN))
def test_a_recorded_stream_ends_with_one_turn_finished(name: str) -> None:
    events = whole(name)
    assert [index for index, event in enumerate(events) if isinstance(event, TurnFinished)] == [len(events) - 1]


@pytest.mark.parametrize("name", sorted(FIXTURES))
def test_one_byte_pieces_give_the_same_events(name: str) -> None:
    data = FIXTURES[name]
    pieces = [data[index : index + 1] for index in range(len(data))]
    events, error = decode(pieces)
    expected, expected_error = decode([data])
    assert events == expected
    assert type(error) is type(expected_error)


@pytest.mark.parametrize("name", sorted(FIXTURES))
async def test_a_cut_at_any_byte_gives_the_same_events(name: str) -> None:
    stream = FIXTURES[name]
    expected = await data_of([stream])
    for cut in range(1, len(stream)):
        assert await data_of([stream[:cut], stream[cut:]]) == expected


@given(name=st.sampled_from(sorted(FIXTURES)), data=st.data())
def test_any_cut_into_pieces_gives_the_same_events(name: str, data: st.DataObject) -> None:
    stream = FIXTURES[name]
    cuts = sorted(data.draw(st.sets(st.integers(1, len(stream) - 1), max_size=30)))
    pieces = [stream[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert decode(pieces)[0] == decode([stream])[0]


@pytest.mark.parametrize("name", sorted(set(FIXTURES) - BROKEN))
def test_carriage_returns_change_nothing(name: str) -> None:
    events, error = decode([FIXTURES[name].replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")])
    assert (events, error) == (whole(name), None)


@pytest.mark.parametrize("name", sorted(FIXTURES))
def test_the_deltas_of_a_part_add_up_to_the_finished_part(name: str) -> None:
    events, _ = decode([FIXTURES[name]])
    for finished in (event for event in events if isinstance(event, PartFinished)):
        if isinstance(finished.part, TextPart | ThinkingPart):
            started = next(e.part for e in events if isinstance(e, PartStarted) and e.index == finished.index)
            assert isinstance(started, TextPart | ThinkingPart)
            deltas = [e.text for e in events if isinstance(e, PartDelta) and e.index == finished.index]
            assert started.text + "".join(deltas) == finished.part.text


@pytest.mark.parametrize("name", sorted(FIXTURES))
def test_every_prefix_of_the_events_can_be_kept_as_a_message(name: str) -> None:
    builder = MessageBuilder("anthropic")
    for event in decode([FIXTURES[name]])[0]:
        builder.feed(event)
        builder.snapshot()


def test_text_arrives_in_its_pieces() -> None:
    deltas = [event.text for event in whole("text") if isinstance(event, PartDelta)]
    assert deltas == ["The error", " means that", " the file is missing."]
    assert parts("text") == [TextPart("The error means that the file is missing.")]


def test_omitted_thinking_is_an_empty_part_and_is_replayed_with_its_signature() -> None:
    assert parts("thinking_omitted") == [ThinkingPart(""), TextPart("It is a traceback.")]
    assert raw("thinking_omitted")[0] == {
        "type": "thinking",
        "thinking": "",
        "signature": "EqQBCkgIChABGAIiQL8PZ0m1dGhpbmtpbmctc2lnbmF0dXJlLW9uZQ==",
    }


def test_shown_thinking_is_a_part() -> None:
    assert parts("thinking_summarized")[0] == ThinkingPart("The picture shows a table.")
    assert raw("thinking_summarized")[0]["thinking"] == "The picture shows a table."


def test_redacted_thinking_is_kept_for_the_replay() -> None:
    assert parts("redacted_thinking")[0] == OpaquePart("redacted_thinking")
    assert raw("redacted_thinking")[0] == {"type": "redacted_thinking", "data": "EmwKAhgBEgy3va3pzix"}


def test_two_tool_calls_are_whole_in_the_replay() -> None:
    blocks = raw("two_tool_uses")
    assert end("two_tool_uses").reason is StopReason.TOOL_USE
    assert [block.get("input") for block in blocks] == [None, {"city": "Lisbon"}, {"city": "Kyoto", "days": 10}]
    assert blocks[2]["caller"] == {"type": "direct"}


def test_the_arguments_of_a_tool_call_keep_their_bytes() -> None:
    replayed = end("two_tool_uses").raw
    assert replayed is not None
    assert b'"input":{"city": "Kyoto", "days": 1e1}' in replayed


def test_a_tool_call_without_arguments_has_an_empty_object() -> None:
    assert raw("tool_use_empty_input")[0]["input"] == {}


def test_citations_are_appended_in_order() -> None:
    block = raw("server_tool")[2]
    assert block["text"] == "Sunny, 23°."
    assert isinstance(block["citations"], list)
    assert [citation["cited_text"] for citation in block["citations"]] == ["sun", "23°"]


def test_an_unknown_block_is_kept_byte_for_byte() -> None:
    replayed = end("unknown_block").raw
    assert replayed is not None
    assert b'{"type":"future_block","payload":{"x":1.5,"y":[1,2]},"text":"kept"}' in replayed
    assert parts("unknown_block")[0] == OpaquePart("future_block")


def test_unknown_fields_of_a_known_block_are_kept() -> None:
    assert raw("unknown_block")[1] == {"type": "text", "text": "Fine.", "mood": "calm"}


@pytest.mark.parametrize("name", ["unknown_event", "unknown_delta"])
def test_unknown_events_and_deltas_are_skipped(name: str) -> None:
    assert parts(name) == [TextPart("Still fine.")]


def test_pings_are_skipped() -> None:
    assert parts("pings") == [TextPart("One, two, three.")]


def test_comments_and_split_data_lines_follow_the_standard() -> None:
    assert parts("comments_and_fields") == [TextPart("Several data lines.")]


def test_line_separators_of_unicode_do_not_end_a_line() -> None:
    assert parts("line_separators") == [TextPart("before\u2028after\u0085next\u2029paragraph\x0bvertical")]


def test_emoji_are_whole() -> None:
    assert parts("emoji") == [TextPart("Fine 😀👩‍👩‍👧 family 𝄞 done.")]


def test_later_usage_replaces_and_what_is_absent_stays() -> None:
    reports = [event.usage for event in whole("usage_overwrite") if isinstance(event, UsageReported)]
    counts = [(u.input_tokens, u.output_tokens, u.cache_read_tokens, u.cache_write_tokens) for u in reports]
    assert counts == [(1000, 1, 300, 40), (1000, 5, 300, 40), (1000, 15, 310, 40)]
    assert reports[-1].thinking_tokens == 9


def test_usage_has_its_price() -> None:
    reports = [event.usage for event in whole("usage_overwrite") if isinstance(event, UsageReported)]
    assert reports[-1].cost == pytest.approx((1000 * 0.10 + 15 * 0.50 + 40 * 0.125 + 310 * 0.01) / 1e6)


def test_above_a_hundred_thousand_tokens_the_whole_request_costs_more() -> None:
    model = find_model("claude-haiku-5-5")
    assert model is not None
    assert model.cost(Usage(input_tokens=100_000)) == pytest.approx(0.01)
    assert model.cost(Usage(input_tokens=60_000, cache_read_tokens=40_001)) == pytest.approx(0.030 + 40_001 * 0.05e-6)


@pytest.mark.parametrize(
    ("name", "reason", "detail"),
    [
        ("text", StopReason.END_TURN, ""),
        ("max_tokens_in_text", StopReason.MAX_TOKENS, ""),
        ("stop_sequence", StopReason.STOP_SEQUENCE, "three"),
        ("two_tool_uses", StopReason.TOOL_USE, ""),
        ("pause_turn", StopReason.PAUSE_TURN, ""),
        ("refusal", StopReason.REFUSAL, "Declined for safety."),
        ("refusal_null_category", StopReason.REFUSAL, ""),
        ("context_full", StopReason.CONTEXT_FULL, ""),
        ("unknown_stop_reason", StopReason.END_TURN, "future_reason"),
        ("empty_end_turn", StopReason.END_TURN, ""),
    ],
)
def test_stop_reasons(name: str, reason: StopReason, detail: str) -> None:
    assert (end(name).reason, end(name).detail) == (reason, detail)


@pytest.mark.parametrize(
    "name", ["refusal", "refusal_null_category", "max_tokens_in_thinking", "max_tokens_in_tool_use", "empty_end_turn"]
)
def test_an_answer_that_must_not_be_replayed_has_no_raw_blocks(name: str) -> None:
    assert end(name).raw is None


def test_a_truncated_but_signed_answer_is_replayed() -> None:
    assert len(raw("max_tokens_in_text")) == 2


def test_an_error_event_comes_after_what_had_arrived() -> None:
    events, error = decode([FIXTURES["error_mid_stream"]])
    assert PartDelta(0, "The first half") in events
    assert isinstance(error, Overloaded)
    assert error.retryable
    assert error.request_id == "req_1"


@pytest.mark.parametrize("name", ["no_message_stop", "no_final_blank_line"])
def test_a_stream_that_ends_early_is_reported_as_broken_off(name: str) -> None:
    events, error = decode([FIXTURES[name]])
    assert any(isinstance(event, PartDelta) for event in events)
    assert isinstance(error, ConnectionFailed)
    assert error.sentence == "The answer broke off before its end. Ask again."


@pytest.mark.parametrize(
    "data",
    [
        "<html>",
        "[]",
        '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"x"}}',
        '{"type":"content_block_stop","index":0}',
        '{"type":"content_block_start","index":0}',
        '{"type":"content_block_start","index":0,"content_block":{"type":4}}',
        '{"type":"message_delta","usage":{"output_tokens":"many"}}',
        '{"type":"content_block_delta","index":0,"delta":{"type":[]}}',
        '{"type":[]}',
    ],
)
def test_what_is_not_an_event_is_a_violation(data: str) -> None:
    with pytest.raises(ProtocolViolation) as caught:
        list(decoder().feed(data))
    assert caught.value.hint.endswith(".")


def test_a_block_that_starts_twice_is_a_violation() -> None:
    decoding = decoder()
    start = '{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}'
    list(decoding.feed(start))
    with pytest.raises(ProtocolViolation):
        list(decoding.feed(start))


@given(st.text())
def test_no_data_whatever_raises_anything_but_our_errors(data: str) -> None:
    with suppress(ProviderError):
        list(decoder().feed(data))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["text", "text_delta", "thinking", ""]),
        lambda inner: (
            st.lists(inner, max_size=2)
            | st.dictionaries(st.sampled_from(["type", "text", "usage", "error", "citation"]), inner, max_size=3)
        ),
        max_leaves=6,
    ),
    st.sampled_from(["delta", "content_block", "message", "usage", "error"]),
    st.sampled_from(
        ["message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "error"]
    ),
)
def test_events_of_any_shape_raise_nothing_but_our_errors(value: object, field: str, kind: str) -> None:
    data = msgspec.json.encode({"type": kind, "index": 0, field: value}).decode()
    decoding = decoder()
    with suppress(ProviderError):
        list(decoding.feed(data))
        list(decoding.feed('{"type":"content_block_stop","index":0}'))
        list(decoding.feed('{"type":"message_stop"}'))
