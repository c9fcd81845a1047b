"""What a server gives back, as a tool's output.

Pictures and documents that models take go as such, words as words; of the rest it is said what it was.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kireji.core.tools import FileOutput, Output, PictureOutput, TextOutput, ToolOutput

if TYPE_CHECKING:
    import mcp_types

MOST_TEXT = 1_000_000
"""Characters of one result in all; more than any model reads."""
MOST_BYTES = 32 << 20
"""Of pictures and files of one result in all."""
MOST_PARTS = 100
_PICTURES = ("image/png", "image/jpeg", "image/jpg", "image/gif", "image/webp", "image/bmp", "image/tiff")


def tool_output(result: mcp_types.CallToolResult) -> ToolOutput:
    """The output of a call.

    Args:
        result: As the client has it. Sentences in the output are for the model, so they are English.
    """
    room = _Room()
    parts: list[Output] = []
    for block in result.content[:MOST_PARTS]:
        parts += room.bounded(_parts(block))
    if len(result.content) > MOST_PARTS:
        parts.append(TextOutput(f"[{len(result.content) - MOST_PARTS} more parts were left out.]"))
    if not parts and result.structured_content is not None:
        parts += room.bounded([TextOutput(json.dumps(result.structured_content, ensure_ascii=False))])
    return ToolOutput(tuple(parts), is_error=bool(result.is_error))


class _Room:
    """How much of a result may still come."""

    def __init__(self) -> None:
        self._text = MOST_TEXT
        self._bytes = MOST_BYTES

    def bounded(self, parts: Sequence[Output]) -> list[Output]:
        return [self._bounded(part) for part in parts]

    def _bounded(self, part: Output) -> Output:
        if isinstance(part, TextOutput):
            text, self._text = part.text, self._text - len(part.text)
            if self._text >= 0:
                return part
            kept = text[: max(0, len(text) + self._text)]
            return TextOutput(f"{kept}\n[{len(text) - len(kept):,} characters were left out.]")
        self._bytes -= len(part.data)
        if self._bytes < 0:
            return TextOutput(f"[{len(part.data):,} bytes were left out, because the result is too large.]")
        return part


def _parts(block: Any) -> list[Output]:
    match block.type:
        case "text":
            return [TextOutput(block.text)]
        case "image":
            return [_binary(block.data, block.mime_type, "")]
        case "audio":
            return [TextOutput(f"[A recording ({block.mime_type}), which cannot be passed on.]")]
        case "resource_link":
            return [TextOutput(_link(block))]
        case "resource":
            return _resource(block.resource)
    return [TextOutput(f"[Content of an unknown kind: {block.type}.]")]


def _link(block: Any) -> str:
    name = block.title or block.name
    facts = [block.mime_type or "", f"{block.size:,} bytes" if block.size is not None else ""]
    about = ", ".join(fact for fact in facts if fact)
    lines = [f"{name}: {block.uri}" + (f" ({about})" if about else ""), block.description or ""]
    return "\n".join(line for line in lines if line)


def _resource(resource: Any) -> list[Output]:
    uri, kind = str(resource.uri), resource.mime_type or ""
    if (text := getattr(resource, "text", None)) is not None:
        return [TextOutput(f"{uri}\n{text}" if uri else text)]
    return [_binary(resource.blob, kind or "application/octet-stream", uri)]


def _binary(data: str, kind: str, uri: str) -> Output:
    """A picture, a document, or the words for what cannot be passed on."""
    about = f"{uri} ({kind})" if uri else kind
    try:
        decoded = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return TextOutput(f"[{about}: its content is damaged.]")
    plain = kind.split(";")[0].strip().lower()
    if plain in _PICTURES:
        return PictureOutput(decoded)
    if plain == "application/pdf":
        return FileOutput(decoded, plain, uri.rsplit("/", 1)[-1])
    return TextOutput(f"[{about}: {len(decoded):,} bytes, which cannot be passed on.]")
