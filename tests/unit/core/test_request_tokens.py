"""What a request holds, by what it is for."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from kireji.core.request_tokens import Contents, Share, blobs_of_documents, contents_of, together
from kireji.core.requests import ModelRequest, ToolSpec
from kireji.core.tokens import Family, typical

MODEL = "claude-haiku-5-5"
WORDS = "A sentence of seven words stands here. " * 20
PICTURE = ImagePart("a" * 64, "image/png", 200, 200)
NOTES = DocumentPart("b" * 64, "text/plain", "notes")
PAPER = DocumentPart("c" * 64, "application/pdf", "paper")
PDF = b"%PDF-1.7 /Type /Page /Type /Page"
LOOK = ToolSpec("look", "Looks at a window.", b'{"type":"object","properties":{"at":{"type":"string"}}}')


def user(*parts: Part) -> Message:
    return Message(Role.USER, parts)


def tokens(contents: Contents, share: Share) -> float:
    return sum(typical(contents.amounts[share], Family.of(MODEL))) if share in contents.amounts else 0.0


def asked(*messages: Message, **more: object) -> Contents:
    return contents_of(ModelRequest(MODEL, messages, **more))  # type: ignore[arg-type]


def test_each_part_stands_under_what_it_is_for() -> None:
    blobs = {NOTES.blob: WORDS.encode(), PAPER.blob: PDF}
    found = asked(user(TextPart(WORDS), PICTURE, NOTES, PAPER), blobs=blobs, system=WORDS, tools=(LOOK,))
    assert set(found.amounts) == set(Share)
    assert (found.images, found.documents) == (1, 2)
    assert tokens(found, Share.IMAGES) == 64
    assert tokens(found, Share.DOCUMENTS) > 2 * 3600
    assert tokens(found, Share.TOOLS) > 300


def test_what_is_not_there_has_no_share() -> None:
    assert set(asked(user(TextPart("Why?"))).amounts) == {Share.CONVERSATION}


def test_what_tools_gave_back_counts_by_its_kind() -> None:
    result = ToolResultPart("c1", (TextPart(WORDS), PICTURE, NOTES))
    found = asked(user(result), blobs={NOTES.blob: WORDS.encode()})
    assert (found.images, found.documents) == (1, 1)
    assert tokens(found, Share.CONVERSATION) > 150
    assert blobs_of_documents([user(result)]) == (NOTES.blob,)


def test_calls_count_with_their_arguments() -> None:
    short = asked(Message(Role.ASSISTANT, (ToolCallPart("c1", "look", "{}"),)))
    long = asked(Message(Role.ASSISTANT, (ToolCallPart("c1", "look", '{"at": "' + WORDS + '"}'),)))
    assert tokens(long, Share.CONVERSATION) > tokens(short, Share.CONVERSATION) + 150


def test_a_picture_elsewhere_counts_like_a_usual_one() -> None:
    assert tokens(asked(user(LinkedImagePart("https://example.org/a.png"))), Share.IMAGES) > 1000


def test_a_document_whose_bytes_are_missing_is_not_counted_twice() -> None:
    assert tokens(asked(user(TextPart("Why?"), NOTES)), Share.DOCUMENTS) == 0


@pytest.mark.parametrize("kind", ["thinking", "redacted_thinking"])
def test_reasoning_that_goes_back_unseen_is_not_measured(kind: str) -> None:
    raw = msgspec.json.encode([{"type": kind, "signature": "s" * 4000}])
    found = asked(Message(Role.ASSISTANT, (ThinkingPart(""), TextPart("Yes.")), raw, "anthropic"))
    assert found.unmeasured > 400
    assert asked(Message(Role.ASSISTANT, (OpaquePart("server_tool_use"),))).unmeasured > 0


@given(st.lists(st.text(max_size=50), max_size=5), st.lists(st.text(max_size=50), max_size=5))
def test_together_is_as_much_as_both(one: list[str], other: list[str]) -> None:
    first, second = (asked(*(user(TextPart(text)) for text in texts)) for texts in (one, other))
    both = together(first, second)
    for mine, theirs, whole in zip(first.all, second.all, both.all, strict=True):
        assert whole == pytest.approx(mine + theirs)
