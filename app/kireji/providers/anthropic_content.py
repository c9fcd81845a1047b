"""Blocks of Anthropic's messages as they are sent. Values only; msgspec writes bytes as base64.

`cache_control` marks where the service may keep what it has read so far; it is no part of what it compares, so setting
or leaving it changes nothing for earlier turns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from kireji.core.messages import DocumentPart, ImagePart, LinkedImagePart, Sha256, TextPart, ToolResultPart


class CacheControl(msgspec.Struct, frozen=True, tag_field="type", tag="ephemeral"):
    """A cache breakpoint that lives five minutes from its last use."""


class Base64Source(msgspec.Struct, frozen=True, tag_field="type", tag="base64"):
    """Bytes that are sent along."""

    media_type: str
    data: bytes


class PlainSource(msgspec.Struct, frozen=True, tag_field="type", tag="text"):
    """Words of a document."""

    media_type: str
    data: str


class UrlSource(msgspec.Struct, frozen=True, tag_field="type", tag="url"):
    """What the service fetches itself."""

    url: str


class Citations(msgspec.Struct, frozen=True):
    """Whether an answer cites a document."""

    enabled: bool


class Text(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", tag="text"):
    """Words."""

    text: str
    cache_control: CacheControl | None = None


class Image(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", tag="image"):
    """A picture."""

    source: Base64Source | UrlSource
    cache_control: CacheControl | None = None


class Document(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", tag="document"):
    """A document."""

    source: Base64Source | PlainSource
    title: str = ""
    citations: Citations | None = None
    cache_control: CacheControl | None = None


class ToolResult(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", tag="tool_result"):
    """What a tool gave back."""

    tool_use_id: str
    content: tuple[Text | Image | Document, ...] = ()
    is_error: bool = False
    cache_control: CacheControl | None = None


class ToolUse(msgspec.Struct, frozen=True, tag_field="type", tag="tool_use"):
    """A call that the model made, where its own block is not to be had."""

    id: str
    name: str
    input: msgspec.Raw


Asked: TypeAlias = Text | Image | Document | ToolResult
"""What stands in the person's turns."""
Block: TypeAlias = Asked | ToolUse | msgspec.Raw


class Turn(msgspec.Struct):
    """One message as it is sent."""

    role: str
    content: list[Block]


def words(text: str) -> Text:
    """The block of a text."""
    return Text(whole_characters(text))


def whole_characters(text: str) -> str:
    """`text` with question marks for halves of characters, which no JSON can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def picture(part: ImagePart | LinkedImagePart, blobs: Mapping[Sha256, bytes]) -> Image:
    """The block of a picture."""
    if isinstance(part, LinkedImagePart):
        return Image(UrlSource(part.url))
    return Image(Base64Source(part.media_type, blobs[part.blob]))


def document(part: DocumentPart, blobs: Mapping[Sha256, bytes], *, cited: bool) -> Document | None:
    """The block of a document; None for one without a word, which the service refuses."""
    data = blobs[part.blob]
    citations = Citations(True) if cited and part.cited else None
    title = whole_characters(" ".join(part.title.split()))
    if part.media_type == "application/pdf":
        return Document(Base64Source(part.media_type, data), title, citations)
    words = data.decode("utf-8-sig", "replace")
    return Document(PlainSource("text/plain", words), title, citations) if words.strip() else None


def tool_result(part: ToolResultPart, id: str, blobs: Mapping[Sha256, bytes]) -> ToolResult:
    """The block of a tool's result.

    Args:
        part: What it gave back.
        id: Of the call, as it is sent.
        blobs: The bytes of its pictures and documents.
    """
    content: list[Text | Image | Document] = []
    for item in part.content:
        match item:
            case TextPart(text):
                if text.strip():
                    content.append(words(text))
            case ImagePart():
                content.append(picture(item, blobs))
            case DocumentPart():
                block = document(item, blobs, cited=False)
                if block is not None:
                    content.append(block)
    if part.is_error and not content:  # an error must say something
        content.append(Text("The tool failed."))
    return ToolResult(id, tuple(content), part.is_error)


def not_run(id: str) -> ToolResult:
    """The result of a call that has none: every call must have one in the very next turn."""
    return ToolResult(id, (Text("The tool was not run."),), True)
