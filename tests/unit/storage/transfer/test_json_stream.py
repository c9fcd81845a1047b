"""Huge JSON, one element at a time."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kireji.storage.transfer import json_stream
from kireji.storage.transfer.json_stream import Damaged, NoArray, header_and_elements

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.text(), VALUES, min_size=1, max_size=4)


def elements(data: bytes, field: str = "") -> list[Any]:
    return list(header_and_elements(io.BytesIO(data), field)[1])


@pytest.fixture(params=[7, 64, 512 * 1024])
def small_chunks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "_CHUNK", request.param)


@pytest.mark.usefixtures("small_chunks")
class TestElements:
    def test_each_element_comes_by_itself(self) -> None:
        assert elements(b' [ {"a": [1, "]"]} , {"b": "\\"}\\\\"} ]') == [{"a": [1, "]"]}, {"b": '"}\\'}]

    def test_an_object_without_the_field_counts_as_one(self) -> None:
        assert elements(b'{"a": 1}', "conversations") == [{"a": 1}]

    def test_the_array_may_be_in_a_field_behind_a_header(self) -> None:
        header, found = header_and_elements(io.BytesIO(b'{"format": "x", "list" : [ {"a": 1} ], "z": 2}'), "list")
        assert (header, list(found)) == ({"format": "x"}, [{"a": 1}])

    def test_a_damaged_element_costs_only_itself(self) -> None:
        found = elements(b'[{"a": 1}, {"a" 2}, {"a": 3}]')
        assert [isinstance(one, Damaged) for one in found] == [False, True, False]

    @pytest.mark.parametrize("tail", ["", '{"b": ', '{"b": "half a str', '{"b": "\\', ","])
    def test_a_file_that_ends_in_the_middle_gives_what_was_whole(self, tail: str) -> None:
        found = elements(b'[{"a": 1}, ' + tail.encode())
        assert found[0] == {"a": 1}
        assert isinstance(found[-1], Damaged)

    def test_numbers_and_words_between_are_passed_over(self) -> None:
        assert elements(b'[1, null, {"a": 1}, true]') == [{"a": 1}]

    @pytest.mark.parametrize("coding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
    def test_the_coding_is_told_by_its_mark_or_zeros(self, coding: str) -> None:
        assert elements('[{"a": "蓝色 é"}]'.encode(coding)) == [{"a": "蓝色 é"}]

    def test_western_letters_are_read_where_it_is_no_utf_8(self) -> None:
        assert elements(b'[{"a": "caf\xe9"}, {"a": "\xe8\x93\x9d"}]') == [{"a": "café"}, {"a": "蓝"}]


@settings(max_examples=50, deadline=None)
@given(st.lists(OBJECTS, max_size=5), st.sampled_from([1, 3, 16]), st.booleans())
def test_whatever_was_written_is_read(values: list[dict[str, Any]], chunk: int, ascii_only: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_stream, "_CHUNK", chunk)
        data = json.dumps(values, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
        read = elements(data)
    assert [one for one in read if not isinstance(one, Damaged)] == json.loads(json.dumps(values))


@given(st.binary(max_size=300), st.sampled_from([1, 5, 64]))
def test_rubbish_never_raises_anything_else(data: bytes, chunk: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_stream, "_CHUNK", chunk)
        for beginning in (b"", b"[", b'[{"a":'):
            try:
                elements(beginning + data, "conversations")
            except NoArray:
                continue


def test_what_is_nested_too_deeply_is_passed_over() -> None:
    deep = b'{"a":' * 50_000 + b"1" + b"}" * 50_000
    found = elements(b"[" + deep + b', {"b": 1}]')
    assert [type(one) for one in found] == [Damaged, dict]


def test_what_is_too_large_is_passed_over_without_being_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "MOST_ELEMENT", 1000)
    monkeypatch.setattr(json_stream, "_CHUNK", 256)
    large = json.dumps({"a": 'x"' * 5000}).encode()
    found = elements(b"[" + large + b', {"b": 1}]')
    assert [type(one) for one in found] == [Damaged, dict]


@pytest.mark.parametrize("data", [b"", b"  ", b"hello", b"12", b'"words"', b"\x89PNG"])
def test_what_is_neither_array_nor_object_is_refused(data: bytes) -> None:
    with pytest.raises(NoArray):
        elements(data)
