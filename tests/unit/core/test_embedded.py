"""Pictures and documents inside a body."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.embedded import as_url, embedded

PNG = b"\x89PNG\r\n\x1a\n" + bytes(300)
PDF = b"%PDF-1.7 " + bytes(300)
CODED = base64.b64encode(PNG).decode()


def found(said: object) -> list[tuple[str, bytes]]:
    return [(one.media_type, one.data) for one in embedded(said)]


def test_a_picture_of_anthropics_form_is_found_wherever_it_stands() -> None:
    source = {"type": "base64", "media_type": "image/jpeg", "data": CODED}
    inside = {"type": "tool_result", "content": [{"type": "image", "source": source}]}
    assert found({"messages": [{"content": [inside]}]}) == [("image/png", PNG)]


def test_a_picture_of_openais_form_is_found() -> None:
    assert found([{"type": "image_url", "image_url": {"url": as_url("image/png", PNG)}}]) == [("image/png", PNG)]


def test_a_document_is_told_by_its_bytes() -> None:
    assert found([{"file_data": as_url("application/octet-stream", PDF)}]) == [("application/pdf", PDF)]


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "a" * 500,
        "data:nothing",
        "data: 5, 6",
        "data:text/plain,hello",
        "data:,x;base64,",
        "iVBORw0KGgo=",
        "https://x/y.png",
        CODED + "!",
    ],
)
def test_words_are_no_pictures(text: str) -> None:
    assert found([text]) == []


@pytest.mark.parametrize("text", ["%%%", "", base64.b64encode(b"hello").decode()])
def test_what_is_said_to_be_data_and_is_none_is_told_apart(text: str) -> None:
    assert found([{"type": "base64", "data": text}]) == [("", b"")]


def test_lines_in_base64_do_not_count() -> None:
    broken = "\n".join(CODED[at : at + 76] for at in range(0, len(CODED), 76))
    assert found([{"type": "base64", "data": broken}]) == [("image/png", PNG)]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(json_values)
def test_nothing_is_found_where_there_is_nothing(said: object) -> None:
    for one in embedded(said):
        assert one.holders[-1][one.place] == one.text
