"""What left this computer in one request, as a person reads it: made from the bytes themselves and nothing else.

The bodies of all services are read by their shape: Anthropic's Messages, the chat format of OpenAI, OpenRouter and
local servers, JSON-RPC of tool servers. What is of no known shape is shown as the JSON or text that it is, so that no
word of a body is ever left out; marks such as those for the cache stand in the bytes alone.
"""

from __future__ import annotations

import base64
import binascii
import enum
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from kireji.core.history import Sent


class Evidence(enum.Enum):
    """How it is known what was sent."""

    AHEAD = "ahead"
    """It has not been sent yet: these are the bytes that would leave now."""
    KEPT = "kept"
    """The bytes were kept, and have the hash that the ledger holds."""
    REBUILT = "rebuilt"
    """They were made again from the conversation, and have the hash that the ledger holds."""
    EMPTY = "empty"
    """There was no body: what left was an address."""
    DIFFERENT = "different"
    """They were made again from the conversation, and have another hash: this is not what was sent."""
    GONE = "gone"
    """The bytes are not to be had any more."""


class PieceKind(enum.Enum):
    """What a piece of a turn is."""

    TEXT = "text"
    PICTURE = "picture"
    DOCUMENT = "document"
    THINKING = "thinking"
    CALL = "call"
    RESULT = "result"
    OTHER = "other"


class Piece(msgspec.Struct, frozen=True):
    """Something that stood in a request.

    Args:
        kind: What it is.
        text: Its words, arguments or address; of `OTHER` its JSON. Of a picture or document its name, if it has one.
        media_type: Of a picture or a document that was in it.
        data: The bytes of that, as they were sent; empty for one that the service was to fetch.
    """

    kind: PieceKind
    text: str = ""
    media_type: str = ""
    data: bytes = b""


class SentTurn(msgspec.Struct, frozen=True):
    """One message.

    Args:
        role: As the service calls it: user, assistant, system, tool.
        pieces: What stood in it, in order.
    """

    role: str
    pieces: tuple[Piece, ...]


class Contents(msgspec.Struct, frozen=True):
    """All that a body said.

    Args:
        system: The instructions.
        turns: The conversation.
        tools: Name and JSON of every tool that was offered.
        rest: Everything else that stood in it, as JSON by name; of a body of no known shape all of it under "".
    """

    system: str = ""
    turns: tuple[SentTurn, ...] = ()
    tools: Mapping[str, str] = {}
    rest: Mapping[str, str] = {}

    @property
    def pictures(self) -> tuple[Piece, ...]:
        """All pictures, in order."""
        return tuple(piece for turn in self.turns for piece in turn.pieces if piece.kind is PieceKind.PICTURE)

    @property
    def text(self) -> str:
        """All words of the conversation, for counting and searching."""
        return "\n\n".join(piece.text for turn in self.turns for piece in turn.pieces if piece.text)


class Receipt(msgspec.Struct, frozen=True):
    """Exactly what left, or would leave.

    Args:
        sent: The row of the ledger; of what has not been sent a row with the number 0.
        evidence: How the bytes are known.
        body: The bytes; None when they are not to be had.
        address: The whole address, where it is known to be the one that was used; empty otherwise.
        headers: Names of the headers, of what has not been sent; the key's value is never among them.
        note: Why the bytes are not to be had or are others, in one sentence; empty otherwise.
    """

    sent: Sent
    evidence: Evidence
    body: bytes | None = None
    address: str = ""
    headers: Mapping[str, str] = {}
    note: str = ""

    @property
    def exact(self) -> bool:
        """Whether `body` is what was sent, to the byte."""
        return self.evidence in (Evidence.KEPT, Evidence.REBUILT, Evidence.EMPTY)


def read_body(body: bytes) -> Contents:
    """What a body says. Takes some milliseconds per megabyte."""
    try:
        whole = json.loads(body)
    except (ValueError, RecursionError):
        return Contents(rest={"": body.decode("utf-8", "replace")} if body else {})
    if not isinstance(whole, dict) or not isinstance(whole.get("messages"), list):
        return Contents(rest={"": _json(whole)})
    rest = {name: _json(value) for name, value in whole.items() if name not in ("messages", "system", "tools")}
    tools = whole.get("tools", [])
    if not isinstance(tools, list):
        rest["tools"] = _json(tools)
        tools = []
    system = "\n\n".join(piece.text for piece in _pieces(whole.get("system")))
    turns = tuple(_turn(one) for one in whole["messages"])
    return Contents(system, turns, dict(_tool(tool) for tool in tools), rest)


def _turn(message: object) -> SentTurn:
    if not isinstance(message, dict):
        return SentTurn("", (Piece(PieceKind.OTHER, _json(message)),))
    pieces = list(_pieces(message.get("content")))
    for call in _list(message.get("tool_calls")):
        pieces.append(_openai_call(call))
    for name, value in message.items():
        if name not in ("role", "content", "tool_calls") and value not in (None, ""):
            pieces.append(Piece(PieceKind.OTHER, f"{name}: {_json(value)}"))
    return SentTurn(str(message.get("role", "")), tuple(pieces))


def _pieces(content: object) -> Iterator[Piece]:
    if isinstance(content, str):
        yield Piece(PieceKind.TEXT, content)
    elif isinstance(content, list):
        for block in content:
            yield from _block(block)
    elif content is not None:
        yield Piece(PieceKind.OTHER, _json(content))


def _block(block: object) -> Iterator[Piece]:
    if not isinstance(block, dict):
        yield Piece(PieceKind.OTHER, _json(block))
        return
    match block:
        case {"type": "text", "text": str(text)}:
            yield Piece(PieceKind.TEXT, text)
        case {"type": "thinking", "thinking": str(text)}:
            yield Piece(PieceKind.THINKING, text)
        case {"type": "image", "source": dict(source)}:
            yield _source(PieceKind.PICTURE, source, block)
        case {"type": "document", "source": dict(source)}:
            yield _source(PieceKind.DOCUMENT, source, block)
        case {"type": "image_url", "image_url": {"url": str(url)}}:
            yield _data_url(PieceKind.PICTURE, url, "", block)
        case {"type": "file", "file": {"file_data": str(url), **others}}:
            yield _data_url(PieceKind.DOCUMENT, url, str(others.get("filename", "")), block)
        case {"type": "tool_use", "name": str(name)}:
            yield Piece(PieceKind.CALL, f"{name} {_json(block.get('input', {}))}")
        case {"type": "tool_result"}:
            yield Piece(PieceKind.RESULT, "error" if block.get("is_error") else "")
            yield from _pieces(block.get("content"))
        case _:
            yield Piece(PieceKind.OTHER, _json(block))


def _source(kind: PieceKind, source: dict[str, Any], block: object) -> Piece:
    title = str(block.get("title", "")) if isinstance(block, dict) else ""
    match source:
        case {"type": "base64", "data": str(data)}:
            if (read := _bytes(data)) is not None:
                return Piece(kind, title, str(source.get("media_type", "")), read)
        case {"type": "text", "data": str(text)}:
            return Piece(kind, title, str(source.get("media_type", "")), text.encode("utf-8", "surrogatepass"))
        case {"type": "url", "url": str(url)}:
            return Piece(kind, url)
    return Piece(PieceKind.OTHER, _json(block))


def _data_url(kind: PieceKind, url: str, name: str, block: object) -> Piece:
    if not url.startswith("data:"):
        return Piece(kind, url)
    head, _, data = url.removeprefix("data:").partition(",")
    media_type, _, coding = head.rpartition(";")
    if coding == "base64" and (read := _bytes(data)) is not None:
        return Piece(kind, name, media_type, read)
    return Piece(PieceKind.OTHER, _json(block))


def _bytes(data: str) -> bytes | None:
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return None


def _openai_call(call: object) -> Piece:
    match call:
        case {"function": {"name": str(name), "arguments": str(arguments)}}:
            return Piece(PieceKind.CALL, f"{name} {arguments}")
    return Piece(PieceKind.OTHER, _json(call))


def _tool(tool: object) -> tuple[str, str]:
    inner = tool.get("function", tool) if isinstance(tool, dict) else tool
    name = inner.get("name", "") if isinstance(inner, dict) else ""
    return str(name), _json(tool)


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def _json(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
