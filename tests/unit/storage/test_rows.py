"""Values as they stand in columns."""

from __future__ import annotations

import json
import typing
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.messages import (
    Citation,
    DocumentPart,
    ImagePart,
    LinkedImagePart,
    OpaquePart,
    Part,
    StopReason,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
    Usage,
)
from kireji.core.models import Effort, Lifecycle, ModelInfo, Price
from kireji.storage import rows


def kinds(texts: st.SearchStrategy[str]) -> dict[type[Part], st.SearchStrategy[Part]]:
    """Every kind of part, with `texts` wherever text stands."""
    pixels = st.integers(0, 2**31)
    words = st.builds(TextPart, texts, st.lists(st.builds(Citation, texts, texts, texts), max_size=2).map(tuple))
    image = st.builds(ImagePart, texts, texts, pixels, pixels)
    document = st.builds(DocumentPart, texts, texts, texts, st.booleans())
    content = st.lists(words | image | document, max_size=3).map(tuple)
    return {
        TextPart: words,
        ImagePart: image,
        LinkedImagePart: st.builds(LinkedImagePart, texts),
        DocumentPart: document,
        ToolCallPart: st.builds(ToolCallPart, texts, texts, texts),
        ToolResultPart: st.builds(ToolResultPart, texts, content, st.booleans()),
        ThinkingPart: st.builds(ThinkingPart, texts),
        OpaquePart: st.builds(OpaquePart, texts),
    }


def parts(texts: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[Part, ...]]:
    return st.lists(st.one_of(*kinds(texts).values()), max_size=4).map(tuple)


def model(texts: st.SearchStrategy[str]) -> st.SearchStrategy[ModelInfo]:
    dollars = st.floats(0, 1e6)
    return st.builds(
        ModelInfo,
        provider=texts,
        id=texts,
        name=texts,
        context_tokens=st.integers(0, 2**70),
        efforts=st.lists(st.sampled_from(Effort)).map(tuple),
        prices=st.lists(st.builds(Price, dollars, dollars, dollars, dollars, st.integers(0, 2**40))).map(tuple),
        lifecycle=st.sampled_from(Lifecycle),
        thinking=st.lists(texts, max_size=2).map(tuple),
        note=texts,
    )


WELL_FORMED = st.text()
WITH_LONE_SURROGATES = st.text(st.characters())


def test_no_kind_of_part_is_left_out_here() -> None:
    assert set(kinds(WELL_FORMED)) == set(typing.get_args(Part))


@given(parts(WELL_FORMED))
def test_parts_come_back_as_they_were(value: tuple[Part, ...]) -> None:
    assert rows.decode_parts(rows.encode_parts(value)) == value


@given(parts(WITH_LONE_SURROGATES))
def test_any_text_can_be_stored_however_deep_it_stands(value: tuple[Part, ...]) -> None:
    found = rows.decode_parts(rows.encode_parts(value))
    assert [type(one) for one in found] == [type(one) for one in value]
    assert rows.decode_parts(rows.encode_parts(found)) == found


def test_a_lone_surrogate_is_replaced_where_it_stands_and_nothing_else_changes() -> None:
    lone, fixed = "a\ud83db", "a?b"

    def told(text: str) -> tuple[Part, ...]:
        cited = TextPart(text, (Citation(text, "title", text),))
        document = DocumentPart("d" * 64, "text/plain", text, cited=True)
        return (cited, ToolCallPart(text, "look", text), ToolResultPart(text, (cited, document), is_error=True))

    assert rows.decode_parts(rows.encode_parts(told(lone))) == told(fixed)


def test_only_the_lone_surrogate_is_replaced() -> None:
    assert rows.storable("a\ud83db") == "a?b"


@given(st.text() | st.from_regex(r'\[(\{"kind":"[a-z]{0,4}"(,"[a-z]{1,6}":[0-9]{1,3})?\},?){0,3}\]?'))
def test_loading_parts_never_fails(stored: str) -> None:
    assert isinstance(rows.decode_parts(stored), tuple)


def test_a_part_of_a_newer_version_is_kept_by_name_beside_the_others() -> None:
    stored = json.dumps(
        [{"kind": "text", "text": "a"}, {"kind": "hologram", "depth": 3}, {"kind": "text", "text": "b"}]
    )
    assert rows.decode_parts(stored) == (TextPart("a"), OpaquePart("hologram"), TextPart("b"))


def test_a_field_of_a_newer_version_is_ignored() -> None:
    assert rows.decode_parts('[{"kind":"text","text":"a","colour":[1]}]') == (TextPart("a"),)


def test_a_known_part_that_lacks_its_fields_is_kept_by_name() -> None:
    assert rows.decode_parts('[{"kind":"image"}]') == (OpaquePart("image"),)


@pytest.mark.parametrize("stored", ["", "{", "null", "3", '{"kind":"text"}'])
def test_parts_that_are_no_list_are_one_opaque_part(stored: str) -> None:
    assert rows.decode_parts(stored) == (OpaquePart("damaged"),)


def test_a_result_keeps_its_call_and_what_can_be_read_of_it() -> None:
    content = [{"kind": "hologram"}, {"kind": "text", "text": "a"}, {"kind": "thinking", "text": "not allowed here"}]
    stored = json.dumps([{"kind": "tool_result", "call_id": "c", "content": content, "is_error": True}])
    assert rows.decode_parts(stored) == (ToolResultPart("c", (TextPart("a"),), is_error=True),)


def test_what_is_known_of_a_result_stays_with_what_can_be_read_of_it() -> None:
    whole = ToolResultPart("c", is_error=True, seconds=1.5, refused=True)
    stored = rows.encode_parts((whole,)).replace('"content":[]', '"content":[{"kind":"hologram"}]')
    assert rows.decode_parts(stored) == (whole,)


def test_calls_and_results_of_before_are_read_with_what_was_not_known_of_them() -> None:
    stored = [
        {"kind": "tool_call", "call_id": "c", "name": "look", "arguments": "{}"},
        {"kind": "tool_result", "call_id": "c", "content": [], "is_error": False},
    ]
    assert rows.decode_parts(json.dumps(stored)) == (ToolCallPart("c", "look", "{}"), ToolResultPart("c"))


@given(st.lists(model(WELL_FORMED), max_size=3))
def test_models_come_back_as_they_were(models: list[ModelInfo]) -> None:
    assert rows.decode_models(rows.encode_models(models)) == tuple(models)


@given(model(WITH_LONE_SURROGATES))
def test_models_with_any_name_can_be_stored(one: ModelInfo) -> None:
    found = rows.decode_models(rows.encode_models([one]))
    assert found is not None
    assert found[0].context_tokens == one.context_tokens


@pytest.mark.parametrize(
    "stored", ["", "{", "null", "[3]", '[{"provider":"p"}]', '[{"provider":"p","id":"i","name":1}]']
)
def test_models_that_cannot_be_read_are_none(stored: str) -> None:
    assert rows.decode_models(stored) is None


@given(st.datetimes(timezones=st.just(UTC)))
def test_times_come_back_exactly(time: datetime) -> None:
    assert rows.from_microseconds(rows.to_microseconds(time)) == time


@given(st.builds(Usage, *[st.integers(0, 2**40)] * 5, st.none() | st.floats(0, 1e6)))
def test_usage_comes_back_as_it_was(usage: Usage) -> None:
    assert rows.decode_usage(rows.encode_usage(usage)) == usage


def test_usage_that_cannot_be_read_is_none() -> None:
    assert rows.decode_usage('{"input_tokens":"many"}') is None


def test_a_reason_of_a_newer_version_is_other() -> None:
    assert rows.decode_stop("bored") is StopReason.OTHER
