"""What a body says: nothing of it is left out, whatever it is."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.receipts import Contents, Piece, PieceKind, SentTurn, read_body

PICTURE = b"\x89PNG picture"
CODED = base64.b64encode(PICTURE).decode()


def read(**body: Any) -> Contents:
    return read_body(json.dumps(body).encode())


def pieces(*content: Any, role: str = "user") -> tuple[Piece, ...]:
    [turn] = read(messages=[{"role": role, "content": list(content)}]).turns
    return turn.pieces


def test_a_question_to_anthropic() -> None:
    found = read(
        model="m",
        max_tokens=9,
        system=[{"type": "text", "text": "Be kind."}],
        messages=[
            {
                "role": "user",
                "content": [
                    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": CODED}},
                    {"type": "text", "text": "What is it?", "cache_control": {"type": "ephemeral"}},
                ],
            },
            {
                "role": "assistant",
                "content": [{"type": "tool_use", "id": "1", "name": "time", "input": {"at": "here"}}],
            },
            {
                "role": "user",
                "content": [{"type": "tool_result", "tool_use_id": "1", "content": [{"type": "text", "text": "noon"}]}],
            },
        ],
        tools=[{"name": "time", "input_schema": {}}],
    )
    assert found.system == "Be kind."
    assert found.turns == (
        SentTurn(
            "user",
            (Piece(PieceKind.PICTURE, "", "image/png", PICTURE), Piece(PieceKind.TEXT, "What is it?")),
        ),
        SentTurn("assistant", (Piece(PieceKind.CALL, 'time {"at": "here"}'),)),
        SentTurn("user", (Piece(PieceKind.RESULT), Piece(PieceKind.TEXT, "noon"))),
    )
    assert found.tools == {"time": '{"name": "time", "input_schema": {}}'}
    assert found.rest == {"model": "m", "max_tokens": "9"}


def test_a_question_in_the_chat_format() -> None:
    found = read(
        messages=[
            {"role": "system", "content": "Be kind."},
            {
                "role": "user",
                "content": [
                    {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{CODED}"}},
                    {
                        "type": "file",
                        "file": {"filename": "a.pdf", "file_data": f"data:application/pdf;base64,{CODED}"},
                    },
                    {"type": "text", "text": "What is it?"},
                ],
            },
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": "1", "function": {"name": "time", "arguments": '{"at":1}'}}],
            },
            {"role": "tool", "tool_call_id": "1", "content": "noon"},
        ],
        tools=[{"type": "function", "function": {"name": "time"}}],
    )
    assert [turn.role for turn in found.turns] == ["system", "user", "assistant", "tool"]
    assert found.turns[1].pieces == (
        Piece(PieceKind.PICTURE, "", "image/png", PICTURE),
        Piece(PieceKind.DOCUMENT, "a.pdf", "application/pdf", PICTURE),
        Piece(PieceKind.TEXT, "What is it?"),
    )
    assert found.turns[2].pieces == (Piece(PieceKind.CALL, 'time {"at":1}'),)
    assert found.turns[3].pieces == (Piece(PieceKind.TEXT, "noon"), Piece(PieceKind.OTHER, "tool_call_id: 1"))
    assert list(found.tools) == ["time"]
    assert [piece.data for piece in found.pictures] == [PICTURE]


def test_a_picture_that_the_service_fetches_is_its_address() -> None:
    linked = {"type": "image", "source": {"type": "url", "url": "https://h.example/a.png"}}
    other = {"type": "image_url", "image_url": {"url": "https://h.example/b.png"}}
    assert pieces(linked, other) == (
        Piece(PieceKind.PICTURE, "https://h.example/a.png"),
        Piece(PieceKind.PICTURE, "https://h.example/b.png"),
    )


def test_a_document_of_words() -> None:
    block = {"type": "document", "title": "T", "source": {"type": "text", "media_type": "text/plain", "data": "wörds"}}
    assert pieces(block) == (Piece(PieceKind.DOCUMENT, "T", "text/plain", "wörds".encode()),)


@pytest.mark.parametrize(
    "block",
    [
        {"type": "redacted_thinking", "data": "x"},
        {"type": "image", "source": {"type": "base64", "data": "???"}},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,???"}},
        {"type": "image"},
        "words",
        7,
        None,
        [],
    ],
)
def test_a_block_of_no_known_shape_is_shown_as_it_is(block: Any) -> None:
    [piece] = pieces(block)
    assert piece.kind is PieceKind.OTHER
    assert piece.text == (block if isinstance(block, str) else json.dumps(block))


def test_a_call_of_a_tool_server_is_shown_whole() -> None:
    body = b'{"jsonrpc":"2.0","method":"tools/call","params":{"name":"add"}}'
    assert json.loads(read_body(body).rest[""]) == json.loads(body)


def test_what_is_no_json_is_shown_as_text() -> None:
    assert read_body(b"a=1&b=\xff").rest == {"": "a=1&b=\ufffd"}
    assert read_body(b"") == Contents()
    assert read_body(b"[" * 100_000).rest[""].startswith("[[[")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
blocks = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "image", "tool_use", "tool_result", "file", "image_url", "document", "x"])},
    optional=dict.fromkeys(("text", "source", "content", "name", "input", "file", "image_url"), json_values),
)


@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={"role": json_values, "content": st.lists(blocks) | json_values, "tool_calls": json_values},
        )
        | json_values,
        max_size=3,
    ),
    json_values,
    json_values,
)
def test_no_body_is_too_strange(messages: list[Any], system: Any, tools: Any) -> None:
    found = read(messages=messages, system=system, tools=tools)
    assert len(found.turns) == len(messages)


@given(st.lists(st.text(min_size=1).filter(str.strip), min_size=1, max_size=4))
def test_every_word_of_a_question_is_shown(words: list[str]) -> None:
    found = pieces(*({"type": "text", "text": word} for word in words))
    assert [piece.text for piece in found] == words


@given(st.binary(max_size=200))
def test_any_bytes_can_be_read(body: bytes) -> None:
    read_body(body)
