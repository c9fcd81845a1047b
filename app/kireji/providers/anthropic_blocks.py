"""One block of an answer: from its start over its deltas to the part that is shown and the JSON that is replayed."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from kireji.core.messages import Citation, OpaquePart, Part, TextPart, ThinkingPart, ToolCallPart
from kireji.providers.anthropic_history import invalid_arguments, is_json_object

_NOTHING = msgspec.Raw(b"")


class StopDetails(msgspec.Struct):
    """Why a refusal was one."""

    category: str | None = None
    explanation: str | None = None


class Delta(msgspec.Struct):
    """Every delta of a block, and the one of the message; which fields it has depends on its type."""

    type: str = ""
    text: str = ""
    thinking: str = ""
    signature: str = ""
    partial_json: str = ""
    citation: msgspec.Raw = _NOTHING
    content: msgspec.Raw = _NOTHING
    encrypted_content: msgspec.Raw = _NOTHING
    stop_reason: str | None = None
    stop_sequence: str | None = None
    stop_details: StopDetails | None = None


class _Head(msgspec.Struct):
    type: str
    text: object = ""
    thinking: object = ""
    signature: object = ""
    id: object = ""
    name: object = ""
    input: msgspec.Raw = _NOTHING
    citations: msgspec.Raw = _NOTHING


class _Location(msgspec.Struct):
    """Every kind of citation: a place in a document or in a search result."""

    cited_text: str = ""
    document_title: str | None = None
    title: str | None = None
    url: str | None = None
    source: str | None = None
    start_page_number: int | None = None
    end_page_number: int | None = None


class OpenBlock:
    """A block while its deltas arrive.

    Args:
        start: The block as it began, unknown fields included.

    Raises:
        msgspec.MsgspecError: It is no block.
    """

    def __init__(self, start: msgspec.Raw) -> None:
        self._start = start
        self._head = head = msgspec.json.decode(start, type=_Head)
        self.type = head.type
        self._before = _text(head.thinking if head.type == "thinking" else head.text)
        self._input = _own_input(head.input)
        self._pieces: list[str] = []
        self._arguments: list[str] = []
        self._citations: list[msgspec.Raw] = []
        self._signature = _text(head.signature)
        self._set: dict[str, msgspec.Raw] = {}
        self.add_text: Callable[[str], None] | None = self._pieces.append if head.type == "text" else None
        """Takes more words; None for blocks that have none. The short way for what is most of every stream."""

    def started(self) -> Part:
        """The part as it begins."""
        if self.type == "tool_use":
            return ToolCallPart(_text(self._head.id), _text(self._head.name))
        return self._part("")

    def take(self, delta: Delta) -> str:
        """Merge a delta in; returns what of it is shown. What does not fit the block is skipped."""
        match delta.type:
            case "text_delta" if self.type == "text":
                self._pieces.append(delta.text)
                return delta.text
            case "thinking_delta" if self.type == "thinking":
                self._pieces.append(delta.thinking)
                return delta.thinking
            case "signature_delta":
                self._signature = delta.signature
            case "input_json_delta":
                self._arguments.append(delta.partial_json)
                return delta.partial_json if self.type == "tool_use" else ""
            case "citations_delta" if delta.citation:
                self._citations.append(delta.citation)
            case "compaction_delta":
                given = {"content": delta.content, "encrypted_content": delta.encrypted_content}
                self._set |= {name: value for name, value in given.items() if value != _NOTHING}
        return ""

    def finished(self) -> Part:
        """The whole part."""
        return self._part("".join(self._pieces))

    @property
    def is_call(self) -> bool:
        """Whether the model asks for a tool of ours."""
        return self.type == "tool_use"

    @property
    def is_doubtful(self) -> bool:
        """Whether it is a call with arguments that may have been cut off: only the reason of the end can tell."""
        return self.is_call and not is_json_object("".join(self._arguments) or self._input)

    def raw(self) -> msgspec.Raw | None:
        """The whole block as JSON, unknown fields included; None when it is not fit to be replayed."""
        changes = dict(self._set)
        if self.type == "text" and self._pieces:
            changes["text"] = _json(self._before + "".join(self._pieces))
        if self.type == "thinking":
            if not self._signature:
                return None
            changes["thinking"] = _json(self._before + "".join(self._pieces))
            changes["signature"] = _json(self._signature)
        written = "".join(self._arguments)
        if written:
            if is_json_object(written):
                changes["input"] = msgspec.Raw(written.encode())
            elif self.is_call:
                changes["input"] = invalid_arguments(written)
            else:
                return None
        if not changes and not self._citations:
            return self._start
        fields = msgspec.json.decode(self._start, type=dict[str, msgspec.Raw])
        if self._citations:
            changes["citations"] = msgspec.Raw(msgspec.json.encode([*_listed(self._head.citations), *self._citations]))
        return msgspec.Raw(msgspec.json.encode(fields | changes))

    def _part(self, more: str) -> Part:
        match self.type:
            case "text":
                return TextPart(self._before + more, _citations([*_listed(self._head.citations), *self._citations]))
            case "thinking":
                return ThinkingPart(self._before + more)
            case "tool_use":  # no arguments at all are an empty object
                arguments = "".join(self._arguments) or self._input or "{}"
                return ToolCallPart(_text(self._head.id), _text(self._head.name), arguments)
        return OpaquePart(self.type)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _json(text: str) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(text))


def _own_input(given: msgspec.Raw) -> str:
    """The arguments of a call that comes whole; empty where there are none yet."""
    text = bytes(given).decode().strip()
    return text if text.strip("{ }\n\r\t") and is_json_object(text) else ""


def _listed(citations: msgspec.Raw) -> list[msgspec.Raw]:
    try:
        return msgspec.json.decode(citations, type=list[msgspec.Raw])
    except msgspec.MsgspecError:  # null, or nothing
        return []


def _citations(raw: Iterable[msgspec.Raw]) -> tuple[Citation, ...]:
    """Those of a shape that is known; the others are kept for the replay alone."""
    found = []
    for one in raw:
        try:
            found.append(_citation(msgspec.json.decode(one, type=_Location)))
        except msgspec.MsgspecError:
            continue
    return tuple(found)


def _citation(at: _Location) -> Citation:
    title = at.document_title or at.title or ""
    if at.start_page_number is not None:
        last = max(at.start_page_number, (at.end_page_number or 0) - 1)  # the end is the page after
        pages = f"page {last}" if last == at.start_page_number else f"pages {at.start_page_number}\N{EN DASH}{last}"
        title = f"{title}, {pages}" if title else pages
    return Citation(at.cited_text, title, at.url or at.source or "")
