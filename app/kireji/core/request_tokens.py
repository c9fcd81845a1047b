"""How much a request holds, by what it is for: what the meter shows, and what estimates and budgets rest on."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

import msgspec

from kireji.core.documents import PDF
from kireji.core.messages import (
    DocumentPart,
    ImagePart,
    LinkedImagePart,
    Message,
    OpaquePart,
    Part,
    Sha256,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)
from kireji.core.requests import ModelRequest, ToolSpec
from kireji.core.tokens import NOTHING, Amounts, added, framed, measured, paged, pages_of, pictured, total


class Share(enum.Enum):
    """What a part of a request is for."""

    CONVERSATION = "conversation"
    IMAGES = "images"
    DOCUMENTS = "documents"
    TOOLS = "tools"
    SYSTEM = "system"


OfDocument: TypeAlias = Callable[[DocumentPart], Amounts]
"""What a document holds; its bytes are not in the message."""


class Contents(msgspec.Struct, frozen=True):
    """How much there is of each share.

    Args:
        amounts: By share; shares of which there is nothing are not in it.
        images: How many pictures.
        documents: How many documents.
        unmeasured: Tokens that may be there besides: reasoning and blocks that are only sent back as they came.
    """

    amounts: Mapping[Share, Amounts] = {}
    images: int = 0
    documents: int = 0
    unmeasured: float = 0.0

    @property
    def all(self) -> Amounts:
        """Everything together."""
        return total(self.amounts.values())


def together(*several: Contents) -> Contents:
    """All of them as one."""
    shares = {share for one in several for share in one.amounts}
    return Contents(
        {
            share: total(one.amounts[share] for one in several if share in one.amounts)
            for share in sorted(shares, key=tuple(Share).index)
        },
        sum(one.images for one in several),
        sum(one.documents for one in several),
        sum(one.unmeasured for one in several),
    )


def contents_of(request: ModelRequest, of_document: OfDocument | None = None) -> Contents:
    """What a request holds.

    Args:
        request: With the bytes of its documents.
        of_document: What a document holds, where that is known already.
    """
    known = of_document or (lambda part: document_amounts(part, request.blobs.get(part.blob, b"")))
    return together(of_messages(request.messages, request.model, known), of_frame(request.system, request.tools))


def of_frame(system: str, tools: Sequence[ToolSpec]) -> Contents:
    """What goes along with every question of a conversation: instructions and tools."""
    amounts = {}
    if tools:
        amounts[Share.TOOLS] = total((framed(tools=len(tools)), *map(_of_tool, tools)))
    if system.strip():
        amounts[Share.SYSTEM] = added(measured(system), framed(parts=1))
    return Contents(amounts)


def of_messages(messages: Iterable[Message], model: str, of_document: OfDocument) -> Contents:
    """What messages hold, as a model is sent them."""
    tally = _Tally(model, of_document)
    for message in messages:
        tally.take(message)
    return tally.contents()


def document_amounts(part: DocumentPart, data: bytes) -> Amounts:
    """What a document holds, by its bytes."""
    return paged(pages_of(data)) if part.media_type == PDF else measured(data.decode("utf-8", "replace"))


def blobs_of_documents(messages: Iterable[Message]) -> tuple[Sha256, ...]:
    """The names of all documents in messages, those in results of tools included."""
    found = [part for message in messages for part in _all(message.parts) if isinstance(part, DocumentPart)]
    return tuple(dict.fromkeys(part.blob for part in found))


def _all(parts: Iterable[Part]) -> list[Part]:
    outer = list(parts)
    return [*outer, *(item for part in outer if isinstance(part, ToolResultPart) for item in part.content)]


def _of_tool(tool: ToolSpec) -> Amounts:
    """A schema stands in the request as JSON, which is code."""
    schema = tool.input_schema.decode("utf-8", "replace")
    return added(measured(f"{tool.name} {tool.description}"), measured(f"```{schema}"))


_REASONING = re.compile(rb'"type":\s*"(?:redacted_)?thinking"')
_BYTES_OF_UNMEASURED = 8.0
_UNMEASURED_BLOCK = 50.0


class _Tally:
    """Adds up messages."""

    def __init__(self, model: str, of_document: OfDocument) -> None:
        self._model = model
        self._of_document = of_document
        self._words: list[Amounts] = []
        self._pictures: list[Amounts] = []
        self._papers: list[Amounts] = []
        self._messages = self._parts = 0
        self._unmeasured = 0.0

    def take(self, message: Message) -> None:
        self._messages += 1
        for part in message.parts:
            self._take(part)
        if message.raw is not None and _REASONING.search(message.raw):
            shown = sum(len(part.text) for part in message.parts if isinstance(part, TextPart | ThinkingPart))
            self._unmeasured += max(0, len(message.raw) - shown) / _BYTES_OF_UNMEASURED

    def _take(self, part: Part) -> None:
        self._parts += 1
        match part:
            case TextPart(text) | ThinkingPart(text):
                self._words.append(measured(text))
            case ImagePart(width=width, height=height):
                self._pictures.append(pictured(width, height, self._model))
            case LinkedImagePart():
                self._pictures.append(pictured(0, 0, self._model))
            case DocumentPart():
                self._papers.append(self._of_document(part))
            case ToolCallPart(name=name, arguments=arguments):
                self._words += (measured(name), measured(f"```{arguments}"), framed(parts=4))
            case ToolResultPart(content=content):
                self._words.append(framed(parts=4))
                for item in content:
                    self._take(item)
            case OpaquePart():
                self._unmeasured += _UNMEASURED_BLOCK

    def contents(self) -> Contents:
        amounts = {Share.CONVERSATION: total((*self._words, framed(messages=self._messages, parts=self._parts)))}
        if self._pictures:
            amounts[Share.IMAGES] = total(self._pictures)
        if self._papers:
            amounts[Share.DOCUMENTS] = total(self._papers)
        return Contents(
            {share: one for share, one in amounts.items() if one != NOTHING},
            len(self._pictures),
            len(self._papers),
            self._unmeasured,
        )
