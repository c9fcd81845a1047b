"""What is said in a conversation: parts, messages, usage. Plain values without ids or times; storage adds those."""

from __future__ import annotations

import enum
from typing import TypeAlias

import msgspec

Sha256: TypeAlias = str
"""Hexadecimal SHA-256 of a picture's encoded bytes: its name in the capture store."""


class Role(enum.Enum):
    """Who speaks."""

    USER = "user"
    ASSISTANT = "assistant"


class Citation(msgspec.Struct, frozen=True):
    """What a passage of an answer rests on.

    Args:
        text: The words that are cited.
        title: Of the document or page they stand in; empty if unknown.
        source: Its address; empty for what was sent along.
    """

    text: str
    title: str = ""
    source: str = ""


class TextPart(msgspec.Struct, frozen=True, tag_field="kind", tag="text"):
    """Words, in Markdown when the assistant speaks."""

    text: str
    citations: tuple[Citation, ...] = ()


class ImagePart(msgspec.Struct, frozen=True, tag_field="kind", tag="image"):
    """A picture by reference; its bytes are in the capture store, never in memory because of the conversation.

    Args:
        blob: Which bytes.
        media_type: image/png, image/jpeg, image/webp or image/gif; always what the bytes really are.
        width: Pixels.
        height: Pixels.
    """

    blob: Sha256
    media_type: str
    width: int
    height: int


class LinkedImagePart(msgspec.Struct, frozen=True, tag_field="kind", tag="linked_image"):
    """A picture on the web that the model's service fetches itself; only some services can."""

    url: str


class DocumentPart(msgspec.Struct, frozen=True, tag_field="kind", tag="document"):
    """A document by reference.

    Args:
        blob: Which bytes.
        media_type: application/pdf or text/plain.
        title: As the person knows it.
        cited: Whether the answer should cite it.
    """

    blob: Sha256
    media_type: str
    title: str = ""
    cited: bool = False


class ToolCallPart(msgspec.Struct, frozen=True, tag_field="kind", tag="tool_call"):
    """The model asks for a tool.

    Args:
        call_id: The provider's id, which the result must carry; ours where the provider gave none.
        name: Of the tool, as it was offered.
        arguments: A JSON object as text. It may be no valid JSON where the provider does not check what it passes on.
        seconds: How long it took; 0 where nobody looked at a clock.
        cut: Its arguments have not all arrived: it is shown, but never runs and is not sent.
        begun: It was started; without a result that means that nobody knows whether it took effect.
    """

    call_id: str
    name: str
    arguments: str = ""
    seconds: float = 0.0
    cut: bool = False
    begun: bool = False


class ToolResultPart(msgspec.Struct, frozen=True, tag_field="kind", tag="tool_result"):
    """What a tool gave back.

    Args:
        call_id: Of the call it answers.
        content: Words and pictures.
        is_error: Whether the tool failed, was refused or never ran.
        seconds: How long it ran; 0 where nobody looked at a clock.
        refused: Whether the person or a rule said no, so that it never ran.
    """

    call_id: str
    content: tuple[TextPart | ImagePart | DocumentPart, ...] = ()
    is_error: bool = False
    seconds: float = 0.0
    refused: bool = False


class ThinkingPart(msgspec.Struct, frozen=True, tag_field="kind", tag="thinking"):
    """The model's reasoning as far as the service shows it.

    Args:
        text: May be empty.
        seconds: How long it took; 0 where nobody looked at a clock.
    """

    text: str
    seconds: float = 0.0


class OpaquePart(msgspec.Struct, frozen=True, tag_field="kind", tag="opaque"):
    """A block of a type this version does not know or does not show (redacted thinking, server tools)."""

    type: str


Part: TypeAlias = (
    TextPart | ImagePart | LinkedImagePart | DocumentPart | ToolCallPart | ToolResultPart | ThinkingPart | OpaquePart
)


class Message(msgspec.Struct, frozen=True):
    """One turn.

    Args:
        role: Who speaks.
        parts: What is shown.
        raw: The provider's own list of blocks as JSON, which is replayed byte for byte; None for what the person
            says and for partial answers. Of an answer in which tools ran, those of each round (see `core.rounds`).
        raw_from: Name of the provider that wrote `raw`; only that one may read it.
    """

    role: Role
    parts: tuple[Part, ...]
    raw: bytes | None = None
    raw_from: str = ""

    @property
    def text(self) -> str:
        """All words of the message, blocks separated by a blank line."""
        return "\n\n".join(part.text for part in self.parts if isinstance(part, TextPart))

    @property
    def images(self) -> tuple[ImagePart, ...]:
        """All pictures that stand in the message itself."""
        return tuple(part for part in self.parts if isinstance(part, ImagePart))

    @property
    def documents(self) -> tuple[DocumentPart, ...]:
        """All documents that stand in the message itself."""
        return tuple(part for part in self.parts if isinstance(part, DocumentPart))

    @property
    def calls(self) -> tuple[ToolCallPart, ...]:
        """All tools it asks for, without a call that was cut."""
        return tuple(part for part in self.parts if isinstance(part, ToolCallPart) and not part.cut)

    @property
    def blobs(self) -> tuple[Sha256, ...]:
        """The names of all stored bytes that it needs, those in results of tools included, each once."""
        inner = [item for part in self.parts if isinstance(part, ToolResultPart) for item in part.content]
        named = [item.blob for item in (*self.parts, *inner) if isinstance(item, ImagePart | DocumentPart)]
        return tuple(dict.fromkeys(named))


class Usage(msgspec.Struct, frozen=True, gc=False):
    """What one answer used, in tokens.

    Args:
        input_tokens: Fresh ones that were read.
        output_tokens: Those that were written, thinking included.
        cache_read_tokens: Read from the service's cache.
        cache_write_tokens: Read and written to it.
        thinking_tokens: Of the output.
        cost: In US dollars, when the price is known.
        window_tokens: What the last of several requests read and wrote: the others are counted above, but only this
            stands in what the model sees. 0 when there was only one.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    thinking_tokens: int = 0
    cost: float | None = None
    window_tokens: int = 0

    @property
    def total_tokens(self) -> int:
        """Everything that was read and written."""
        return self.input_tokens + self.cache_read_tokens + self.cache_write_tokens + self.output_tokens

    @property
    def in_window(self) -> int:
        """How much of what the model can read the conversation takes after this answer."""
        return self.window_tokens or self.total_tokens


class MessageState(enum.Enum):
    """How far a stored message is.

    `STREAMING` rows belong to a live process; when that process is gone they count as `INTERRUPTED`.
    """

    COMPLETE = "complete"
    STREAMING = "streaming"
    STOPPED = "stopped"
    """The person stopped it."""
    INTERRUPTED = "interrupted"
    """The connection or the program ended in the middle."""
    FAILED = "failed"
    """The service refused or failed; the message may hold what had arrived."""


class StopReason(enum.Enum):
    """Why an answer ended."""

    END_TURN = "end_turn"
    MAX_TOKENS = "max_tokens"
    STOP_SEQUENCE = "stop_sequence"
    TOOL_USE = "tool_use"
    REFUSAL = "refusal"
    PAUSE_TURN = "pause_turn"
    CONTEXT_FULL = "context_full"
    OTHER = "other"
