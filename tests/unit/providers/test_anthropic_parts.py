"""Calls, citations, compaction and usage in streamed answers, and streams that nobody foresaw."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.errors import Overloaded
from kireji.core.events import PartDelta, PartFinished, PartStarted, TurnFinished, UsageReported
from kireji.core.messages import Citation, OpaquePart, StopReason, TextPart, ThinkingPart, ToolCallPart, Usage
from tests.unit.providers.anthropic_streams import (
    PLAIN,
    built,
    data_lines,
    decoder,
    delta,
    ended,
    feed,
    started,
    stopped,
)

CALL = {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {}}


def raw_of(name: str) -> list[dict[str, Any]]:
    events, error = feed(data_lines(name))
    assert error is None
    assert isinstance(events[-1], TurnFinished)
    assert events[-1].raw is not None
    return msgspec.json.decode(events[-1].raw, type=list[dict[str, Any]])


def test_a_call_starts_with_its_name_and_ends_with_its_arguments() -> None:
    events, _ = feed(data_lines("two_tool_uses"))
    assert PartStarted(1, ToolCallPart("toolu_01", "get_weather")) in events
    assert [e.text for e in events if isinstance(e, PartDelta) and e.index == 1] == ['{"city": "Lis', 'bon"}']
    assert PartFinished(1, ToolCallPart("toolu_01", "get_weather", '{"city": "Lisbon"}')) in events
    assert [call.call_id for call in built(events).calls] == ["toolu_01", "toolu_02"]


def test_a_call_without_arguments_has_an_empty_object_as_soon_as_it_is_known_to_be_whole() -> None:
    events, _ = feed(data_lines("tool_use_empty_input"))
    call = next(event for event in events if isinstance(event, PartFinished) and isinstance(event.part, ToolCallPart))
    assert call.part.arguments == "{}"  # type: ignore[union-attr]
    assert isinstance(events[-1], TurnFinished)


def test_a_call_that_comes_whole_in_its_start_has_its_arguments() -> None:
    block = {**CALL, "input": {"x": 1}}
    events, _ = feed([started(0, **block), stopped(0), *ended("tool_use")])
    assert built(events).calls == (ToolCallPart("toolu_1", "look", '{"x":1}'),)


def test_a_call_that_was_cut_off_is_never_finished() -> None:
    events, error = feed(data_lines("max_tokens_in_tool_use"))
    assert error is None
    assert not [event for event in events if isinstance(event, PartFinished)]
    assert built(events).parts == (ToolCallPart("toolu_01", "list_windows", '{"screen": ', cut=True),)


def test_a_call_without_any_arguments_is_not_finished_either_when_the_answer_was_cut_off() -> None:
    events, _ = feed([started(0, **CALL), stopped(0), *ended("max_tokens")])
    assert built(events).calls == ()


def test_arguments_that_are_no_json_are_passed_on_as_they_are_and_replayed_as_the_service_asks() -> None:
    events, error = feed(data_lines("eager_invalid_input"))
    written = '{"path": "a.txt", "text": "unfinished, ]'
    assert error is None
    assert built(events).calls == (ToolCallPart("toolu_01", "write_file", written),)
    assert raw_of("eager_invalid_input")[0]["input"] == {"INVALID_JSON": written}


@pytest.mark.parametrize("written", ["[1]", "3", "null", '{"a":', '{"a":1}}'])
def test_arguments_that_are_no_object_are_never_taken_for_an_empty_one(written: str) -> None:
    pieces = [started(0, **CALL), delta(0, type="input_json_delta", partial_json=written), stopped(0)]
    events, _ = feed([*pieces, *ended("tool_use")])
    assert [call.arguments for call in built(events).calls] == [written]


def test_citations_of_words_pages_blocks_and_searches_stand_in_their_text() -> None:
    events, _ = feed(data_lines("citations"))
    first, _, last = built(events).parts
    assert first == TextPart(
        "The sky is blue at noon.", (Citation("The sky is blue.", "Sky"), Citation("at noon", "page 1"))
    )
    assert isinstance(last, TextPart)
    assert last.citations == (
        Citation("red", "Evening"),
        Citation("red", "Evening", "notes"),
        Citation("red", "Red", "https://example.com/red"),
    )


def test_citations_are_replayed_whole_and_in_order_unknown_ones_too() -> None:
    kinds = [citation["type"] for citation in raw_of("citations")[2]["citations"]]
    assert kinds == ["content_block_location", "search_result_location", "web_search_result_location"]
    assert raw_of("unknown_citation")[0]["citations"] == [{"type": "future_location", "cited_text": "x", "orbit": 3}]


@pytest.mark.parametrize(("last", "title"), [(4, "page 3"), (6, "pages 3\N{EN DASH}5"), (None, "page 3")])
def test_the_last_cited_page_is_the_one_before_the_end(last: int | None, title: str) -> None:
    cited = {"type": "page_location", "cited_text": "x", "start_page_number": 3, "end_page_number": last}
    events, _ = feed([started(0, type="text", text="", citations=[cited]), stopped(0), *ended("end_turn")])
    assert events[0] == PartStarted(0, TextPart("", (Citation("x", title),)))


def test_a_compaction_is_kept_for_the_replay() -> None:
    events, _ = feed(data_lines("compaction"))
    assert PartFinished(0, OpaquePart("compaction")) in events
    assert raw_of("compaction")[0] == {"type": "compaction", "content": "So far: rain.", "encrypted_content": "ZW5j"}


@pytest.mark.parametrize(
    "bare",
    [
        {"error": {"code": 529, "message": "Provider overloaded"}},
        {"error": "the server is busy"},
        {"type": "error", "error": "the server is busy"},
    ],
)
def test_an_error_of_another_form_is_an_error_all_the_same(bare: dict[str, Any]) -> None:
    events, error = feed([started(0, type="text", text=""), delta(0, type="text_delta", text="So far"), bare])
    assert isinstance(error, Overloaded)
    assert built(events).text == "So far"


@pytest.mark.parametrize("error", ["none", {"message": "none"}])
def test_a_new_event_that_speaks_of_an_error_is_skipped(error: object) -> None:
    events, failed = feed([{"type": "a_new_one", "error": error}, *ended("end_turn")])
    assert failed is None
    assert isinstance(events[-1], TurnFinished)


def test_counts_that_nobody_can_have_are_bounded() -> None:
    events, error = feed(ended("end_turn", input_tokens=-5, output_tokens=10**30))
    assert error is None
    [counted] = [event.usage for event in events if isinstance(event, UsageReported)]
    assert (counted.input_tokens, counted.output_tokens) == (0, 2**53)


def test_counts_that_are_null_count_nothing_and_stay_as_they_were() -> None:
    events, _ = feed(data_lines("null_usage"))
    reports = [event.usage for event in events if isinstance(event, UsageReported)]
    assert msgspec.structs.replace(reports[-1], cost=None) == Usage(310, 15)


def test_a_price_that_the_service_names_goes_before_ours() -> None:
    events, _ = feed(ended("end_turn", output_tokens=5, cost=0.25))
    assert [event.usage.cost for event in events if isinstance(event, UsageReported)] == [0.25]


def test_an_unknown_reason_is_taken_for_the_end_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    events, _ = feed(data_lines("unknown_stop_reason"))
    assert events[-1] == TurnFinished(StopReason.END_TURN, events[-1].raw, "future_reason")  # type: ignore[union-attr]
    assert "future_reason" in caplog.text


def test_thinking_that_lost_its_signature_is_not_replayed() -> None:
    events, _ = feed([started(0, type="thinking", thinking="", signature=""), stopped(0), *ended("end_turn")])
    assert events[-1] == TurnFinished(StopReason.END_TURN, None)


def test_deltas_that_do_not_fit_their_block_are_skipped() -> None:
    wrong = [delta(0, type="thinking_delta", thinking="x"), delta(0, type="citations_delta")]
    events, error = feed([started(0, type="text", text="a"), *wrong, stopped(0), *ended("end_turn")])
    assert error is None
    assert built(events).parts == (TextPart("a"),)


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
pieces = st.lists(words, max_size=4)
blocks = st.one_of(
    st.tuples(st.just("text"), pieces), st.tuples(st.just("thinking"), pieces), st.tuples(st.just("tool_use"), pieces)
)


def streamed(index: int, kind: str, said: list[str]) -> list[dict[str, Any]]:
    if kind == "text":
        deltas = [delta(index, type="text_delta", text=one) for one in said]
        return [started(index, type="text", text=""), *deltas, stopped(index)]
    if kind == "thinking":
        deltas = [delta(index, type="thinking_delta", thinking=one) for one in said]
        signed = delta(index, type="signature_delta", signature="c2ln")
        return [started(index, type="thinking", thinking="", signature=""), *deltas, signed, stopped(index)]
    arguments = msgspec.json.encode({"said": said}).decode()
    cut = len(arguments) // 2
    deltas = [delta(index, type="input_json_delta", partial_json=one) for one in (arguments[:cut], arguments[cut:])]
    return [started(index, **{**CALL, "id": f"toolu_{index}"}), *deltas, stopped(index)]


@given(st.lists(blocks, max_size=5), st.data())
def test_what_is_said_arrives_whatever_stands_between(said: list[tuple[str, list[str]]], data: st.DataObject) -> None:
    events = [event for index, (kind, texts) in enumerate(said) for event in streamed(index, kind, texts)]
    noise = st.sampled_from([{"type": "ping"}, {"type": "future_event", "index": "x"}, {"type": "ping", "delta": []}])
    for place in sorted(data.draw(st.lists(st.integers(0, len(events)), max_size=4)), reverse=True):
        events.insert(place, data.draw(noise))
    decoded, error = feed([*events, *ended("tool_use")])
    assert error is None
    expected = {
        "text": lambda texts: TextPart("".join(texts)),
        "thinking": lambda texts: ThinkingPart("".join(texts)),
    }
    finished = {event.index: event.part for event in decoded if isinstance(event, PartFinished)}
    for index, (kind, texts) in enumerate(said):
        part = finished[index]
        if isinstance(part, ToolCallPart):
            assert msgspec.json.decode(part.arguments) == {"said": texts}
        else:
            assert part == expected[kind](texts)


@given(st.sampled_from(sorted(PLAIN)), st.data())
def test_a_damaged_stream_raises_nothing_but_our_errors_and_keeps_what_came_before(
    name: str, data: st.DataObject
) -> None:
    lines = data_lines(name)
    place = data.draw(st.integers(0, len(lines) - 1))
    line = lines[place]
    at = data.draw(st.integers(0, len(line) - 1))
    damaged = data.draw(
        st.sampled_from([line[:at], line[at:], line[:at] + "\x00" + line[at:], line.replace('"', "", 1), line[:at] * 2])
    )
    before, _ = feed(lines[:place])
    decoding = decoder()
    arrived = [event for one in lines[:place] for event in decoding.feed(one)]
    assert arrived == before
    decoded, _ = feed([*lines[:place], damaged, *lines[place + 1 :]])
    assert decoded[: len(before)] == before
