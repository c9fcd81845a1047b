"""Earlier conversations as context."""

from __future__ import annotations

import pytest

from kireji.core.errors import SourceError
from kireji.core.messages import DocumentPart, ImagePart, Message, Part, Role, TextPart, ThinkingPart, ToolCallPart
from kireji.core.sources import Source, SourceKind
from kireji.services.conversation_source import ConversationSourceReader
from tests.fakes.history import MemoryConversationStore


def _asked(*parts: Part) -> Message:
    return Message(Role.USER, parts)


def _answered(*parts: Part) -> Message:
    return Message(Role.ASSISTANT, parts)


async def _read(store: MemoryConversationStore, place: str = "1") -> dict[str, str]:
    source = Source(SourceKind.CONVERSATION, place, "earlier")
    reader = ConversationSourceReader(store)
    listing = [listing async for listing in reader.listed(source)][-1]
    return await reader.read(source, listing.entries)


async def test_each_message_is_an_entry_as_it_was_said() -> None:
    store = MemoryConversationStore()
    await store.create("t", _asked(TextPart("What is *x*?")))
    await store.append(1, 1, _answered(ThinkingPart("Hm."), TextPart("It is 1.")))
    assert await _read(store) == {"0001 question": "What is *x*?", "0002 answer": "It is 1."}


async def test_only_the_path_that_is_shown_goes_along() -> None:
    store = MemoryConversationStore()
    await store.create("t", _asked(TextPart("q")))
    await store.append(1, 1, _answered(TextPart("first")))
    await store.append(1, 1, _answered(TextPart("second")))
    assert await _read(store) == {"0001 question": "q", "0002 answer": "second"}


async def test_what_is_no_text_is_named() -> None:
    store = MemoryConversationStore()
    picture, bill = ImagePart("b", "image/png", 1, 1), DocumentPart("c", "application/pdf", "bill.pdf")
    await store.create("t", _asked(picture, bill, TextPart("q")))
    await store.append(1, 1, _answered(ToolCallPart("1", "clock", "{}"), TextPart("a")))
    assert await _read(store) == {
        "0001 question": "(A picture.)\n\n(A document: bill.pdf.)\n\nq",
        "0002 answer": "(The tool clock was used.)\n\na",
    }


@pytest.mark.parametrize("place", ["7", "nonsense", ""])
async def test_a_conversation_that_is_not_there_says_so(place: str) -> None:
    with pytest.raises(SourceError, match="There is no conversation"):
        await _read(MemoryConversationStore(), place)
