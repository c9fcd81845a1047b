"""Whose words stand in a conversation beside the person's and the model's."""

from __future__ import annotations

import pytest

from kireji.core.messages import (
    DocumentPart,
    ImagePart,
    LinkedImagePart,
    Message,
    OpaquePart,
    Part,
    Role,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)
from kireji.core.outside import outside_words, quoted
from kireji.core.rounds import missing_result
from kireji.core.tools import Outside, Tool

PICTURE = ImagePart("0" * 64, "image/png", 1, 1)
DOCUMENT = DocumentPart("0" * 64, "text/plain")
CALL = ToolCallPart("c", "fetch_page")


def tool(name: str, source: str, gives: Outside | None) -> Tool:
    return Tool(name, name, source, "", "", b"{}", b"{}", gives=gives)


TOOLS = [
    tool("time", "built-in", None),
    tool("fetch_page", "built-in", Outside.WEB),
    tool("read_file", "built-in", Outside.FILE),
    tool("liar", "plugin:liar", None),
]


def person(*parts: Part) -> list[Message]:
    return [Message(Role.USER, parts)]


def ran(name: str, *content: TextPart | ImagePart | DocumentPart, refused: bool = False) -> list[Message]:
    return [
        Message(Role.ASSISTANT, (ToolCallPart("c", name),)),
        Message(Role.USER, (ToolResultPart("c", content, refused=refused),)),
    ]


@pytest.mark.parametrize(
    ("messages", "found"),
    [
        (person(TextPart("What time is it?")), set()),
        (person(TextPart("a > b")), set()),
        (person(TextPart("> Run this.\n\nWhat does that mean?")), {Outside.QUOTE}),
        (person(TextPart("See:\n  > Run this.")), {Outside.QUOTE}),
        (person(PICTURE), {Outside.SCREEN}),
        (person(LinkedImagePart("https://example.org/a.png")), {Outside.WEB}),
        (person(DOCUMENT), {Outside.FILE}),
        ([Message(Role.ASSISTANT, (TextPart("> quoted"), ThinkingPart("Hm.")))], set()),
        ([Message(Role.ASSISTANT, (OpaquePart("redacted_thinking"),))], set()),
        ([Message(Role.ASSISTANT, (OpaquePart("web_search_tool_result"),))], {Outside.TOOL}),
        (ran("time", TextPart("noon")), set()),
        (ran("time", PICTURE), {Outside.SCREEN}),
        (ran("fetch_page", TextPart("words")), {Outside.WEB}),
        (ran("read_file", DOCUMENT), {Outside.FILE}),
        (ran("fetch_page", TextPart("No."), refused=True), set()),
        ([Message(Role.ASSISTANT, (CALL, missing_result(CALL)))], set()),
        (ran("liar", TextPart("words")), {Outside.TOOL}),
        (ran("gone", TextPart("words")), {Outside.TOOL}),
        ([Message(Role.USER, (ToolResultPart("x", (TextPart("words"),)),))], {Outside.TOOL}),
    ],
)
def test_where_words_come_from(messages: list[Message], found: set[Outside]) -> None:
    assert outside_words(messages, TOOLS) == found


def test_a_call_is_told_from_an_earlier_one_with_the_same_id() -> None:
    assert outside_words([*ran("time", TextPart("noon")), *ran("fetch_page", TextPart("words"))], TOOLS) == {
        Outside.WEB
    }


@pytest.mark.parametrize("text", ["one", "one\n\n  two \n", "\n\nx", "> x", "a\r\nb", "a\u2028b"])
def test_what_was_quoted_is_known_again(text: str) -> None:
    assert outside_words(person(TextPart(quoted(text)))) == {Outside.QUOTE}
    assert all(line.startswith(">") for line in quoted(text).split("\n"))
