"""What a server gives back, as a tool's output."""

from __future__ import annotations

import base64
from typing import Any

import mcp_types
import pytest

from kireji.core.tools import FileOutput, PictureOutput, TextOutput
from kireji.tools.mcp.results import MOST_PARTS, MOST_TEXT, tool_output


def result(*content: dict[str, Any], **more: Any) -> mcp_types.CallToolResult:
    return mcp_types.CallToolResult.model_validate({"content": list(content), **more}, by_name=False)


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_words() -> None:
    output = tool_output(result({"type": "text", "text": "hi"}))
    assert (output.content, output.is_error) == ((TextOutput("hi"),), False)


def test_a_failure_of_the_tool() -> None:
    assert tool_output(result({"type": "text", "text": "no"}, isError=True)).is_error


def test_a_picture() -> None:
    output = tool_output(result({"type": "image", "data": encoded(b"png"), "mimeType": "image/png"}))
    assert output.content == (PictureOutput(b"png"),)


@pytest.mark.parametrize("kind", ["image/svg+xml", "image/heic", "application/zip"])
def test_a_picture_of_a_kind_that_models_do_not_take_is_described(kind: str) -> None:
    (part,) = tool_output(result({"type": "image", "data": encoded(b"12345"), "mimeType": kind})).content
    assert part == TextOutput(f"[{kind}: 5 bytes, which cannot be passed on.]")


def test_a_recording_is_described() -> None:
    (part,) = tool_output(result({"type": "audio", "data": "AAAA", "mimeType": "audio/wav"})).content
    assert part == TextOutput("[A recording (audio/wav), which cannot be passed on.]")


def test_a_link() -> None:
    link = {"type": "resource_link", "uri": "file:///a.txt", "name": "a", "title": "A", "mimeType": "text/plain"}
    (part,) = tool_output(result(link | {"size": 1200, "description": "The first."})).content
    assert part == TextOutput("A: file:///a.txt (text/plain, 1,200 bytes)\nThe first.")


def test_the_words_of_a_resource() -> None:
    (part,) = tool_output(result({"type": "resource", "resource": {"uri": "note://1", "text": "words"}})).content
    assert part == TextOutput("note://1\nwords")


def test_a_document() -> None:
    resource = {"uri": "file:///x/paper.pdf", "mimeType": "application/pdf", "blob": encoded(b"%PDF")}
    (part,) = tool_output(result({"type": "resource", "resource": resource})).content
    assert part == FileOutput(b"%PDF", "application/pdf", "paper.pdf")


def test_a_picture_as_a_resource() -> None:
    resource = {"uri": "file:///x.png", "mimeType": "image/png", "blob": encoded(b"png")}
    (part,) = tool_output(result({"type": "resource", "resource": resource})).content
    assert part == PictureOutput(b"png")


@pytest.mark.parametrize("data", ["not base64!", "AAA", "\u00e9"])
def test_damaged_content_is_told(data: str) -> None:
    (part,) = tool_output(result({"type": "image", "data": data, "mimeType": "image/png"})).content
    assert part == TextOutput("[image/png: its content is damaged.]")


def test_data_alone_stands_for_missing_content() -> None:
    assert tool_output(result(structuredContent={"a": [1, "ä"]})).content == (TextOutput('{"a": [1, "ä"]}'),)


def test_data_beside_content_is_left_out() -> None:
    output = tool_output(result({"type": "text", "text": "one"}, structuredContent={"a": 1}))
    assert output.content == (TextOutput("one"),)


def test_too_many_words_are_cut_and_that_is_said() -> None:
    half = {"type": "text", "text": "x" * (MOST_TEXT - 10)}
    first, second = tool_output(result(half, half)).content
    assert isinstance(second, TextOutput)
    assert first == TextOutput("x" * (MOST_TEXT - 10))
    assert second.text.startswith("xxxxxxxxxx\n[999,980 characters were left out.]")


def test_too_many_parts_are_cut_and_that_is_said() -> None:
    output = tool_output(result(*[{"type": "text", "text": "x"}] * (MOST_PARTS + 5)))
    assert output.content[-1] == TextOutput("[5 more parts were left out.]")
