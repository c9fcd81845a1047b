"""Claude's export."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kireji.core.messages import (
    Citation,
    DocumentPart,
    Role,
    StopReason,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)
from kireji.core.transfer import Found, WholeConversation
from kireji.storage.transfer.sources import open_source
from tests.support.exports import CLAUDE, read


@pytest.fixture(scope="module")
def first() -> WholeConversation:
    return read(CLAUDE)[0][0].conversation


def one(folder: Path, *messages: dict[str, Any]) -> Found:
    value = {"uuid": "c", "name": "T", "created_at": "2026-01-01T00:00:00Z", "chat_messages": list(messages)}
    (folder / "conversations.json").write_text(json.dumps([value]))
    (found,), problems = read(folder)
    assert problems == []
    return found


def test_conversations_in_which_nothing_was_said_are_left_out() -> None:
    found, problems = read(CLAUDE)
    assert [each.conversation.title for each in found] == ["Notes on tides", "An older export?"]
    assert problems == []


def test_branches_follow_the_parents_and_the_path_ends_at_the_current_leaf(first: WholeConversation) -> None:
    keys = [each.key[-1] for each in first.messages]
    parents = [each.parent and each.parent[-1] for each in first.messages]
    assert list(zip(keys, parents, strict=True)) == [
        ("1", None), ("2", "1"), ("3", "2"), ("4", "3"), ("5", "2"), ("6", "5"),
    ]  # fmt: skip
    assert [each.key[-1] for each in first.path] == ["1", "2", "5", "6"]


def test_an_older_export_without_parents_is_one_path() -> None:
    messages = read(CLAUDE)[0][1].conversation.messages
    assert [(each.message.text, each.parent is None) for each in messages] == [
        ("An older export?", True),
        ("Yes, only text.", False),
    ]


def test_blocks_become_parts(first: WholeConversation) -> None:
    thinking, before, call, result, after = first.messages[1].message.parts
    assert thinking == ThinkingPart("Two times are given.")
    assert before == TextPart("Let me search.")
    assert call == ToolCallPart("call 1", "web_search", '{"query": "tide"}')
    page = TextPart("Tides\nhttps://example.com/tides\nThe moon.")
    assert result == ToolResultPart("call 1", (page, TextPart("[unsupported: map]")))
    cited = (Citation("", "Tides", "https://example.com/tides"),)
    assert after == TextPart("High at 04:10, low at 10:25.", cited)
    assert first.messages[1].stop is StopReason.END_TURN


def test_the_words_of_an_attachment_are_a_document(first: WholeConversation) -> None:
    document = first.messages[0].message.parts[0]
    assert isinstance(document, DocumentPart)
    assert (document.media_type, document.title) == ("text/plain", "notes.txt")
    source = open_source(CLAUDE)
    next(iter(source.read()))
    blob = source.blob(document.blob)
    source.close()
    assert blob is not None
    assert blob.data == b"High tide at 04:10.\nLow tide at 10:25."


def test_a_voice_note_is_its_words(first: WholeConversation) -> None:
    assert first.messages[2].message.text == "[voice note] A question\n\nAnd tomorrow?"


def test_what_is_not_known_is_kept_as_a_note_and_counted() -> None:
    found = read(CLAUDE)[0][0]
    assert found.conversation.messages[5].message.parts[-1] == TextPart("[unsupported: hologram]")
    assert found.unsupported == ("attachment", "map", "hologram")


def test_parents_that_are_missing_or_go_round_lose_no_message(tmp_path: Path) -> None:
    def message(key: str, parent: str) -> dict[str, Any]:
        return {"uuid": key, "sender": "human", "text": key, "parent_message_uuid": parent}

    found = one(tmp_path, message("a", "b"), message("b", "a"), message("c", "nowhere"), message("d", "c"))
    messages = found.conversation.messages
    assert {each.key for each in messages} == {"a", "b", "c", "d"}
    places = {each.key: place for place, each in enumerate(messages)}
    assert all(each.parent is None or places[each.parent] < places[each.key] for each in messages)


def test_what_follows_an_empty_message_follows_what_that_followed(tmp_path: Path) -> None:
    def message(key: str, parent: str, text: str) -> dict[str, Any]:
        return {"uuid": key, "sender": "human", "text": text, "parent_message_uuid": parent}

    found = one(tmp_path, message("a", "", "x"), message("b", "a", ""), message("c", "b", ""), message("d", "c", "y"))
    assert [each.key for each in found.conversation.path] == ["a", "d"]


def test_an_identifier_that_comes_twice_is_one_message(tmp_path: Path) -> None:
    found = one(tmp_path, *({"uuid": key, "sender": "human", "text": "x"} for key in "aab"))
    assert [each.key for each in found.conversation.messages] == ["a", "b"]


@pytest.mark.timeout(60)
def test_circles_cost_no_time_and_no_message(tmp_path: Path) -> None:
    base = {"sender": "human", "text": "x"}
    pairs = (base | {"uuid": f"{number}", "parent_message_uuid": f"{number ^ 1}"} for number in range(20_000))
    assert len(one(tmp_path, *pairs).conversation.messages) == 20_000


def test_times_in_any_form_or_none_are_taken(tmp_path: Path) -> None:
    base = {"sender": "assistant", "text": "x"}
    found = one(
        tmp_path,
        base | {"uuid": "a", "created_at": "2026-02-03T10:00:00+02:00"},
        base | {"uuid": "b", "created_at": "yesterday"},
        base | {"uuid": "c", "created_at": None},
    )
    assert [f"{each.created:%Y-%m-%d %H:%M %Z}" for each in found.conversation.messages] == [
        "2026-02-03 08:00 UTC",
        "2026-01-01 00:00 UTC",
        "2026-01-01 00:00 UTC",
    ]
    assert {each.message.role for each in found.conversation.messages} == {Role.ASSISTANT}


def test_what_else_an_export_holds_is_said_to_be_left_out(tmp_path: Path) -> None:
    one(tmp_path, {"uuid": "a", "sender": "human", "text": "x"})
    (tmp_path / "projects.json").write_text('[{"uuid": "p"}]')
    (tmp_path / "memories.json").write_text("[]")
    _, problems = read(tmp_path)
    assert [problem.where for problem in problems] == ["projects.json"]
