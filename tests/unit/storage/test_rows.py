"""Values as they stand in columns."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.messages import ImagePart, OpaquePart, Part, StopReason, TextPart, ThinkingPart, Usage
from kireji.storage import rows

texts = st.text()
parts: st.SearchStrategy[tuple[Part, ...]] = st.lists(
    st.one_of(
        st.builds(TextPart, texts),
        st.builds(ThinkingPart, texts),
        st.builds(OpaquePart, texts),
        st.builds(ImagePart, texts, texts, st.integers(0, 2**31), st.integers(0, 2**31)),
    )
).map(tuple)


@given(parts)
def test_parts_come_back_as_they_were(value: tuple[Part, ...]) -> None:
    assert rows.decode_parts(rows.encode_parts(value)) == value


@given(st.lists(st.text(st.characters()), min_size=1))
def test_any_text_can_be_stored_even_with_lone_surrogates(values: list[str]) -> None:
    found = rows.decode_parts(rows.encode_parts(tuple(TextPart(value) for value in values)))
    assert found == tuple(TextPart(rows.storable(value)) for value in values)


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
