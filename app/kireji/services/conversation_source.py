"""Earlier conversations as sources of context: what was said, word for word, message by message."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC

from kireji.core.documents import LARGEST_TEXT
from kireji.core.errors import SourceError
from kireji.core.history import StoredConversation, StoredMessage
from kireji.core.history_ports import ConversationStore
from kireji.core.messages import DocumentPart, ImagePart, LinkedImagePart, Part, Role, TextPart, ToolCallPart
from kireji.core.sources import Entry, Listing, Source
from kireji.core.tokens import Family, measured, typical
from kireji.core.words import say


class ConversationSourceReader:
    """Satisfies `core.source_ports.SourceReader` for conversations, along the path that they show.

    Args:
        conversations: The history.
    """

    def __init__(self, conversations: ConversationStore) -> None:
        self._conversations = conversations

    async def listed(self, source: Source) -> AsyncIterator[Listing]:
        """As in SourceReader; a message in which nothing was said is not among the entries."""
        said = await self._said(source)
        entries = []
        for name, (message, text) in said.items():
            time = message.created if message.created.tzinfo else message.created.replace(tzinfo=UTC)
            tokens = max(1, round(sum(typical(measured(text), Family.GPT))))
            entries.append(Entry(name, len(text.encode("utf-8", "replace")), time, tokens))
        yield Listing(source, tuple(entries))

    async def read(self, source: Source, entries: Sequence[Entry], most: int = LARGEST_TEXT) -> dict[str, str]:
        """As in SourceReader."""
        said = await self._said(source)
        return {entry.name: said[entry.name][1][:most] for entry in entries if entry.name in said}

    async def _said(self, source: Source) -> dict[str, tuple[StoredMessage, str]]:
        conversation = await self._loaded(source)
        texts = ((message, _told(message.message.parts)) for message in conversation.messages)
        return {
            f"{number:04} {'question' if message.message.role is Role.USER else 'answer'}": (message, text)
            for number, (message, text) in enumerate(texts, 1)
            if text
        }

    async def _loaded(self, source: Source) -> StoredConversation:
        found = await self._conversations.load(int(source.place)) if source.place.isdecimal() else None
        if found is None:
            raise SourceError(
                say("There is no conversation {conversation}.", conversation=source.place),
                say("List them with: kireji history list"),
            )
        return found


def _told(parts: Sequence[Part]) -> str:
    """The words, with what stands between them named."""
    return "\n\n".join(filter(None, map(_words, parts)))


def _words(part: Part) -> str:
    match part:
        case TextPart(text):
            return text.strip()
        case ImagePart() | LinkedImagePart():
            return "(A picture.)"
        case DocumentPart(title=title):
            return f"(A document: {title or 'without a name'}.)"
        case ToolCallPart(name=name):
            return f"(The tool {name} was used.)"
    return ""
