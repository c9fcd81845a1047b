"""Claude's export: a conversation is a list of messages, which name their parents in newer exports."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from kireji.core.imported import in_order
from kireji.core.messages import (
    Citation,
    DocumentPart,
    ImagePart,
    Message,
    Part,
    Role,
    StopReason,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)
from kireji.core.transfer import PICTURE_IN_SOURCE, Found, WholeConversation, WholeMessage
from kireji.core.words import say
from kireji.storage.transfer.chatgpt import NotOne
from kireji.storage.transfer.exported_files import ExportedFiles
from kireji.storage.transfer.loose import items, mapping, moment, open_call, text, title

PROVIDER = "claude"
_EPOCH = datetime(2023, 3, 14, tzinfo=UTC)
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
_BOOKKEEPING = frozenset(("token_budget", "flag"))
"""Blocks that say nothing to a person."""
_STOPS = {
    "end_turn": StopReason.END_TURN,
    "stop_sequence": StopReason.STOP_SEQUENCE,
    "max_tokens": StopReason.MAX_TOKENS,
}


class ClaudeConversations:
    """Reads conversations; keeps the words of their attachments until they are asked for.

    Args:
        files: Where files beside the conversations are.
    """

    def __init__(self, files: ExportedFiles) -> None:
        self._files = files
        self.extracted: dict[str, tuple[str, str]] = {}
        """Words and title of the attachments of the conversation that was read last, by name."""

    def conversation(self, value: Any) -> Found | None:
        """Read one element of conversations.json.

        Returns:
            None when nothing was said in it.

        Raises:
            NotOne: It has no messages or no name.
        """
        self.extracted = {}
        whole = mapping(value)
        key = text(whole.get("uuid"))
        if not key or not isinstance(whole.get("chat_messages"), list):
            raise NotOne(say("It has no identifier, or no messages."))
        began = moment(whole.get("created_at")) or _EPOCH
        unsupported: list[str] = []
        read = [
            self._message(number, mapping(one), text(whole.get("model")), began, unsupported)
            for number, one in enumerate(items(whole["chat_messages"]))
        ]
        messages, nearest = _said(read)
        if not messages:
            return None
        first = next((one.message.text for one in messages if one.message.role is Role.USER), "")
        head = nearest.get(text(whole.get("current_leaf_message_uuid")))
        return Found(
            WholeConversation(
                key=f"{PROVIDER}:{key}",
                title=title(whole.get("name"), first),
                created=began,
                updated=moment(whole.get("updated_at")) or max(one.created for one in messages),
                messages=messages,
                head=head or max(reversed(messages), key=lambda one: one.created).key,
                pinned=whole.get("is_starred") is True,
                named=True,
            ),
            tuple(unsupported),
        )

    def _message(
        self, number: int, value: Mapping[str, Any], model: str, began: datetime, unsupported: list[str]
    ) -> WholeMessage:
        asked = text(value.get("sender")) != "assistant"
        reading = _Blocks(unsupported)
        for block in items(value.get("content")):
            reading.take(mapping(block))
        if not any(isinstance(part, TextPart) for part in reading.parts) and text(value.get("text")).strip():
            reading.parts.append(TextPart(text(value.get("text"))))
        key = text(value.get("uuid")) or f"message {number + 1}"
        parts = [*self._attachments(key, value, unsupported), *reading.parts]
        return WholeMessage(
            key=key,
            parent=text(value.get("parent_message_uuid")) or None,
            message=Message(Role.USER if asked else Role.ASSISTANT, tuple(parts)),
            created=moment(value.get("created_at")) or began,
            provider="" if asked else PROVIDER,
            model="" if asked else text(value.get("model")) or model,
            stop=None if asked else _STOPS.get(text(value.get("stop_reason"))),
        )

    def _attachments(self, key: str, value: Mapping[str, Any], unsupported: list[str]) -> list[Part]:
        found: list[Part] = []
        for number, one in enumerate(items(value.get("attachments"))):
            file = mapping(one)
            name, words = text(file.get("file_name")) or "pasted text", text(file.get("extracted_content"))
            if words.strip():
                place = f"{key}/{number}"
                self.extracted[place] = (words, name)
                found.append(DocumentPart(PICTURE_IN_SOURCE + place, "text/plain", name))
            else:
                found.append(self._file(name, "", unsupported))
        listed = items(value.get("files_v2")) or items(value.get("files"))
        for one in listed:
            file = mapping(one)
            found.append(self._file(text(file.get("file_name")), text(file.get("file_uuid")), unsupported))
        return found

    def _file(self, name: str, identifier: str, unsupported: list[str]) -> Part:
        entry = self._files.find(identifier, name)
        if entry.lower().endswith(_PICTURES):
            return ImagePart(PICTURE_IN_SOURCE + entry, "", 0, 0)
        if entry.lower().endswith((".pdf", ".txt", ".md")):
            kind = "application/pdf" if entry.lower().endswith(".pdf") else "text/plain"
            return DocumentPart(PICTURE_IN_SOURCE + entry, kind, name)
        unsupported.append("attachment")
        return TextPart(f"[attachment: {name or identifier or 'without a name'}]")


class _Blocks:
    """The blocks of one message as parts."""

    def __init__(self, unsupported: list[str]) -> None:
        self.parts: list[Part] = []
        self._unsupported = unsupported
        self._calls = 0

    def take(self, block: Mapping[str, Any]) -> None:
        kind = text(block.get("type"))
        match kind:
            case "text":
                if words := text(block.get("text")):
                    self.parts.append(TextPart(words, _citations(block)))
            case "thinking":
                words = text(block.get("thinking"))
                if words.strip():
                    self.parts.append(ThinkingPart(words))
            case "tool_use":
                self._calls += 1
                call = text(block.get("id")) or f"call {self._calls}"
                arguments = json.dumps(block.get("input") or {}, ensure_ascii=False)
                self.parts.append(ToolCallPart(call, text(block.get("name")) or "tool", arguments))
            case "tool_result":
                self._result(block)
            case "voice_note":
                words = text(block.get("text"))
                heading = text(block.get("title"))
                self.parts.append(TextPart("\n\n".join(filter(None, (f"[voice note] {heading}".strip(), words)))))
            case _ if kind in _BOOKKEEPING:
                pass
            case _:
                self._unsupported.append(kind or "block")
                note = f"[unsupported: {kind or 'block'}]"
                self.parts.append(TextPart(f"{note}\n\n{text(block.get('text'))}".strip()))

    def _result(self, block: Mapping[str, Any]) -> None:
        content: list[TextPart] = []
        given = block.get("content")
        for piece in [given] if isinstance(given, str) else items(given):
            words = piece if isinstance(piece, str) else _words(mapping(piece))
            if words:
                content.append(TextPart(words))
            elif mapping(piece):
                kind = text(mapping(piece).get("type")) or "result"
                self._unsupported.append(kind)
                content.append(TextPart(f"[unsupported: {kind}]"))
        call = text(block.get("tool_use_id")) or self._open_call()
        if not call:
            self._calls += 1
            call = f"call {self._calls}"
            self.parts.append(ToolCallPart(call, text(block.get("name")) or "tool"))
        self.parts.append(ToolResultPart(call, tuple(content), is_error=block.get("is_error") is True))

    def _open_call(self) -> str:
        call = open_call(self.parts)
        return call.call_id if call else ""


def _words(piece: Mapping[str, Any]) -> str:
    """What a piece of a tool's result says: its words, or those of a page that was found."""
    page = "\n".join(filter(None, (text(piece.get("title")), text(piece.get("url")))))
    return "\n".join(filter(None, (page, text(piece.get("text")))))


def _citations(block: Mapping[str, Any]) -> tuple[Citation, ...]:
    found = []
    for value in items(block.get("citations")):
        citation = mapping(value)
        details = mapping(citation.get("details"))
        source = text(citation.get("url")) or text(details.get("url"))
        name = text(citation.get("title")) or text(details.get("title"))
        if source or name:
            found.append(Citation(text(citation.get("cited_text")), name, source))
    return tuple(found)


def _said(read: list[WholeMessage]) -> tuple[tuple[WholeMessage, ...], dict[str, str | None]]:
    """The messages with something in them, each after the one it follows, and for every name the nearest of these.

    What follows an empty one follows what that followed. Without parents they are one path, in the order of the list.
    """
    import msgspec

    keys = {one.key for one in read}
    if not any(one.parent in keys for one in read):
        pairs = zip(read, [None, *(one.key for one in read)], strict=False)
        read = [msgspec.structs.replace(one, parent=before) for one, before in pairs]
    nearest: dict[str, str | None] = {}
    said: list[WholeMessage] = []
    for one in in_order(read):
        parent = nearest.get(one.parent) if one.parent is not None else None
        nearest[one.key] = one.key if one.message.parts else parent
        if one.message.parts:
            said.append(msgspec.structs.replace(one, parent=parent))
    return tuple(said), nearest
