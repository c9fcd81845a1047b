"""ChatGPT's export."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kireji.core.messages import (
    ImagePart,
    MessageState,
    Role,
    StopReason,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)
from kireji.core.transfer import Found, WholeConversation
from kireji.storage.transfer.exported_files import ExportedFiles
from tests.support.exports import CHATGPT, read

USER, ASSISTANT = "user", "assistant"


def node(key: str, parent: str | None, role: str, words: str = "", **more: Any) -> dict[str, Any]:
    message = {"author": {"role": role}, "content": {"content_type": "text", "parts": [words]}} | more
    return {"id": key, "parent": parent, "children": [], "message": message}


def one(folder: Path, *nodes: dict[str, Any], **more: Any) -> Found:
    value = {"conversation_id": "c", "title": "T", "mapping": {each["id"]: each for each in nodes}} | more
    (folder / "conversations.json").write_text(json.dumps([value]))
    (found,), problems = read(folder)
    assert problems == []
    return found


@pytest.fixture(scope="module")
def first() -> WholeConversation:
    return read(CHATGPT)[0][0].conversation


def test_every_shard_is_read_in_order() -> None:
    found, problems = read(CHATGPT)
    assert [each.conversation.key for each in found] == ["chatgpt:conv-1", "chatgpt:conv-2"]
    assert problems == []


def test_title_times_and_marks_are_kept(first: WholeConversation) -> None:
    assert (first.title, first.pinned, first.archived) == ("Colours of squares", True, False)
    assert [f"{time:%H:%M:%S}" for time in (first.created, first.updated)] == ["16:00:00", "16:00:20"]


def test_both_branches_are_kept_and_the_shown_one_is_the_path(first: WholeConversation) -> None:
    assert [each.parent for each in first.messages] == [None, "q1", "t1", "q2", "d1", "q1"]
    assert [each.key for each in first.path] == ["q1", "t1", "q2", "d1", "q3"]


def test_reasoning_call_result_and_words_are_one_answer(first: WholeConversation) -> None:
    thinking, call, result, words = first.messages[1].message.parts
    assert thinking == ThinkingPart("**Looking**\n\nIt seems to be red.")
    assert call == ToolCallPart("c1", "python", "average(image)")
    assert result == ToolResultPart("c1", (TextPart("(200, 0, 0)"),))
    assert words == TextPart("It is **red**. ([Colours](https://example.com/colours))")


def test_who_answered_and_how_it_ended(first: WholeConversation) -> None:
    answers = [each for each in first.messages if each.message.role is Role.ASSISTANT]
    assert [each.model for each in answers] == ["gpt-5", "gpt-5", "gpt-4o"]
    assert {each.provider for each in answers} == {"chatgpt"}
    assert [each.state for each in answers] == [MessageState.COMPLETE, MessageState.STOPPED, MessageState.COMPLETE]
    assert answers[2].stop is StopReason.MAX_TOKENS


def test_pictures_are_found_by_every_way_to_point_at_them(first: WholeConversation) -> None:
    blobs = [part.blob for each in first.messages for part in each.message.parts if isinstance(part, ImagePart)]
    assert blobs == ["source:file-Aa11Bb22-square.png", "source:file_0000cc33.dat"]


@pytest.mark.parametrize(
    ("pointer", "name"),
    [
        ("file-service://file-Ab1", "file-Ab1-a picture.png"),
        ("sediment://file_0cd2", "dalle-generations/file_0cd2-0.webp"),
        ("sediment://5f0c#file_0cd2#p_0.png", "dalle-generations/file_0cd2-0.webp"),
        ("sediment://file_0cd2?shared_conversation_id=1", "dalle-generations/file_0cd2-0.webp"),
        ("file-Ab1", "file-Ab1-a picture.png"),
        ("other.png", "user-1/other.png"),
        ("file-service://file-Ab", ""),
        ("", ""),
        ("../../etc/passwd", ""),
    ],
)
def test_a_pointer_leads_to_its_file_or_to_none(pointer: str, name: str) -> None:
    class Names:
        names = ("file-Ab1-a picture.png", "dalle-generations/file_0cd2-0.webp", "user-1/other.png")

    assert ExportedFiles(Names()).find(pointer) == name  # type: ignore[arg-type] # only names are asked for


def test_what_is_not_known_is_kept_as_a_note_and_counted() -> None:
    found = read(CHATGPT)[0][0]
    assert found.conversation.messages[4].message.text == "[unsupported: canvas_note]\n\nkept words"
    assert found.unsupported == ("attachment", "canvas_note")


def test_what_the_system_said_and_what_was_hidden_is_left_out(tmp_path: Path) -> None:
    hidden = {"metadata": {"is_visually_hidden_from_conversation": True}}
    context = {"content": {"content_type": "user_editable_context", "user_profile": "secret"}}
    nodes = (
        node("s", None, "system", "Be brief."),
        node("h", "s", USER, "hidden", **hidden),
        node("x", "h", USER, **context),
        node("q", "x", USER, "Shown?"),
    )
    found = one(tmp_path, *nodes)
    assert [(each.key, each.parent) for each in found.conversation.messages] == [("q", None)]


def test_a_fork_within_an_answer_keeps_both_ways_below_what_they_share(tmp_path: Path) -> None:
    nodes = (
        node("q", None, USER, "?"),
        node("a", "q", ASSISTANT, "shared"),
        node("b", "a", ASSISTANT, "one"),
        node("c", "a", ASSISTANT, "two"),
    )
    messages = one(tmp_path, *nodes, current_node="c").conversation.messages
    assert [(each.key, each.parent, each.message.text) for each in messages] == [
        ("q", None, "?"),
        ("a", "q", "shared"),
        ("b", "a", "one"),
        ("c", "a", "two"),
    ]


def test_a_circle_of_parents_is_read_once(tmp_path: Path) -> None:
    nodes = (node("a", "b", USER, "one"), node("b", "a", ASSISTANT, "two"), node("q", None, USER, "start"))
    texts = {each.message.text for each in one(tmp_path, *nodes, current_node="b").conversation.messages}
    assert texts == {"one", "two", "start"}


def test_code_is_fenced_whatever_is_in_it(tmp_path: Path) -> None:
    code = {"content_type": "code", "language": "python", "text": "print('```')"}
    found = one(tmp_path, node("q", None, USER, "?"), node("a", "q", ASSISTANT, content=code))
    assert found.conversation.messages[1].message.text == "````python\nprint('```')\n````"


def test_a_thousand_answers_deep_is_no_recursion(tmp_path: Path) -> None:
    nodes = [node("0", None, USER, "?")]
    nodes += [node(str(number), str(number - 1), (ASSISTANT, USER)[number % 2], "x") for number in range(1, 5000)]
    assert len(one(tmp_path, *nodes).conversation.messages) == 5000


@pytest.mark.timeout(60)
def test_circles_and_endless_answers_cost_no_time_and_no_message(tmp_path: Path) -> None:
    circles = [node(f"c{number}", f"c{number ^ 1}", USER, "x") for number in range(20_000)]
    steps = [node("q", None, USER, "?"), node("s0", "q", "tool", "0")]
    steps += [node(f"s{number}", f"s{number - 1}", "tool", f"{number}") for number in range(1, 20_000)]
    messages = one(tmp_path, *circles, *steps).conversation.messages
    assert (len(messages), max(len(each.message.parts) for each in messages)) == (20_002, 40_000)
