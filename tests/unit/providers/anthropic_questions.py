"""Questions in Anthropic's form, as they would be sent."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from kireji.core.messages import DocumentPart, ImagePart, Message, Part, Role, TextPart
from kireji.core.requests import ModelRequest
from kireji.providers.anthropic import AnthropicProvider
from kireji.providers.http import HttpClient

BASE = "https://api.anthropic.com"
PNG = b"\x89PNG\r\n\x1a\nnot really"


def picture(data: bytes = PNG) -> ImagePart:
    return ImagePart(hashlib.sha256(data).hexdigest(), "image/png", 4, 4)


def document(data: bytes = b"%PDF-1.7") -> DocumentPart:
    return DocumentPart(hashlib.sha256(data).hexdigest(), "application/pdf", "Report", cited=True)


def user(*parts: Part | str) -> Message:
    return Message(Role.USER, tuple(TextPart(part) if isinstance(part, str) else part for part in parts))


def assistant(*parts: Part | str, raw: bytes | None = None, raw_from: str = "anthropic") -> Message:
    words = tuple(TextPart(part) if isinstance(part, str) else part for part in parts)
    return Message(Role.ASSISTANT, words, raw, raw_from if raw is not None else "")


def request(*messages: Message, **options: Any) -> ModelRequest:
    return ModelRequest(
        options.pop("model", "claude-haiku-5-5"),
        messages,
        {picture().blob: PNG, picture(b"two").blob: b"two", document().blob: b"%PDF-1.7"},
        **options,
    )


def provider() -> AnthropicProvider:
    return AnthropicProvider(HttpClient())


def body(*messages: Message, **options: Any) -> dict[str, Any]:
    return msgspec.json.decode(provider().encode(request(*messages, **options), BASE).body, type=dict[str, Any])


def turns(*messages: Message) -> list[dict[str, Any]]:
    return list(body(*messages)["messages"])


def words(text: str) -> dict[str, str]:
    return {"type": "text", "text": text}
