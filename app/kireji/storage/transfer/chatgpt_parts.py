"""The contents of ChatGPT's nodes as parts of a message."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from kireji.core.messages import (
    DocumentPart,
    ImagePart,
    Part,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)
from kireji.core.transfer import PICTURE_IN_SOURCE
from kireji.storage.transfer.exported_files import ExportedFiles
from kireji.storage.transfer.loose import LOOKED_BACK, fenced, items, mapping, open_call, text

_MARKER = re.compile("\ue200[^\ue200\ue201]*\ue201|[\ue200-\ue206]")
"""Stands in the words for a citation that the service shows as a chip."""
_LEFT_OUT = frozenset(("user_editable_context", "model_editable_context"))
_DOCUMENTS = {"application/pdf": "application/pdf", "text/plain": "text/plain", "text/markdown": "text/plain"}


class Contents:
    """Reads nodes.

    Args:
        files: Where pictures are.
        unsupported: Gets a word for each part that becomes a note.
    """

    def __init__(self, files: ExportedFiles, unsupported: list[str]) -> None:
        self._files = files
        self._unsupported = unsupported

    def of(self, key: str, message: Mapping[str, Any], parts: list[Part]) -> bool:
        """Append a node's contents to the parts of its message; whether anything came."""
        before = len(parts)
        content = mapping(message.get("content"))
        kind = text(content.get("content_type"))
        if kind in _LEFT_OUT:
            return False
        role = text(mapping(message.get("author")).get("role"))
        recipient = text(message.get("recipient")) or "all"
        if kind == "thoughts":
            self._think(_thoughts(content), parts)
        elif kind == "reasoning_recap":
            if not any(isinstance(part, ThinkingPart) for part in parts[-LOOKED_BACK:]):
                self._think(text(content.get("content")), parts)
        elif role == "tool":
            self._result(key, message, content, parts)
        elif role == "assistant" and recipient != "all":
            parts.append(ToolCallPart(key, recipient, _words_of(content)))
        else:
            parts.extend(self._said(content, kind, mapping(message.get("metadata"))))
            self._attached(message, content, parts)
        return len(parts) > before

    def _think(self, words: str, parts: list[Part]) -> None:
        if words.strip():
            parts.append(ThinkingPart(words))

    def _said(self, content: Mapping[str, Any], kind: str, metadata: Mapping[str, Any]) -> list[Part]:
        if kind == "code":
            code = text(content.get("text"))
            language = text(content.get("language"))
            return [TextPart(fenced(code, "" if language == "unknown" else language))] if code.strip() else []
        if kind in ("text", "multimodal_text"):
            return self._pieces(content, metadata)
        if kind == "tether_quote":
            return _quote(content)
        words = _words_of(content)
        known = kind in ("execution_output", "system_error", "tether_browsing_display", "")
        if not known:
            words = f"{self._note(kind)}\n\n{words}".strip()
        return [TextPart(words)] if words.strip() else []

    def _pieces(self, content: Mapping[str, Any], metadata: Mapping[str, Any]) -> list[Part]:
        found: list[Part] = []
        for piece in items(content.get("parts")):
            if isinstance(piece, str):
                words = _without_markers(piece, metadata)
                if words.strip():
                    found.append(TextPart(words))
                continue
            value = mapping(piece)
            kind = text(value.get("content_type"))
            if kind == "image_asset_pointer" or (not kind and value.get("asset_pointer")):
                found.append(self._picture(text(value.get("asset_pointer"))))
            elif kind == "audio_transcription":
                if words := text(value.get("text")):
                    found.append(TextPart(words))
            elif value:
                note = self._note(kind or "part")
                found.append(TextPart(f"{note}\n\n{text(value.get('text'))}".strip()))
        return found

    def _picture(self, pointer: str) -> Part:
        name = self._files.find(pointer)
        if not name:
            self._unsupported.append("picture that is not in the export")
            return TextPart("[picture that is not in the export]")
        return ImagePart(PICTURE_IN_SOURCE + name, "", 0, 0)

    def _attached(self, message: Mapping[str, Any], content: Mapping[str, Any], parts: list[Part]) -> None:
        """Files that stand in the list of attachments and not in the words."""
        there = json.dumps(content.get("parts"), default=str) if content.get("parts") else ""
        for value in items(mapping(message.get("metadata")).get("attachments")):
            file = mapping(value)
            identifier, name = text(file.get("id")), text(file.get("name"))
            if identifier and identifier in there:
                continue
            media_type = text(file.get("mime_type")) or text(file.get("mimeType"))
            entry = self._files.find(identifier, name)
            if entry and media_type.startswith("image/"):
                parts.append(ImagePart(PICTURE_IN_SOURCE + entry, "", 0, 0))
            elif entry and media_type in _DOCUMENTS:
                parts.append(DocumentPart(PICTURE_IN_SOURCE + entry, _DOCUMENTS[media_type], name))
            else:
                self._unsupported.append("attachment")
                parts.append(TextPart(f"[attachment: {name or identifier or 'without a name'}]"))

    def _result(self, key: str, message: Mapping[str, Any], content: Mapping[str, Any], parts: list[Part]) -> None:
        """What a tool gave back. Pictures that it made are shown as the answer's own."""
        kind = text(content.get("content_type"))
        said = self._said(content, kind, mapping(message.get("metadata")))
        if not said:
            return
        call = open_call(parts)
        if call is None:
            name = text(mapping(message.get("author")).get("name")) or "tool"
            call = ToolCallPart(key, name)
            parts.append(call)
        words = tuple(part for part in said if isinstance(part, TextPart))
        parts.append(ToolResultPart(call.call_id, words, is_error=kind == "system_error"))
        parts.extend(part for part in said if isinstance(part, ImagePart))

    def _note(self, kind: str) -> str:
        self._unsupported.append(kind)
        return f"[unsupported: {kind}]"


def _thoughts(content: Mapping[str, Any]) -> str:
    found: list[str] = []
    for value in items(content.get("thoughts")):
        thought = mapping(value)
        summary, words = text(thought.get("summary")), text(thought.get("content"))
        found.append("\n\n".join(filter(None, (f"**{summary}**" if summary and words else summary, words))))
    return "\n\n".join(filter(None, found))


def _quote(content: Mapping[str, Any]) -> list[Part]:
    source = " ".join(filter(None, (text(content.get("title")), text(content.get("url")))))
    words = "\n".join(f"> {line}" for line in text(content.get("text")).splitlines())
    return [TextPart(f"{words}\n\n{source}".strip())] if words or source else []


def _words_of(content: Mapping[str, Any]) -> str:
    """All the words there are, of whatever kind of content."""
    pieces = [piece for piece in items(content.get("parts")) if isinstance(piece, str)]
    named = [text(content.get(name)) for name in ("text", "result", "content")]
    return "\n\n".join(filter(None, (*pieces, *named)))


def _without_markers(words: str, metadata: Mapping[str, Any]) -> str:
    """The words with each citation's marker replaced by what the service shows in its place."""
    if "\ue200" not in words:
        return words
    for value in items(metadata.get("content_references")):
        reference = mapping(value)
        marker = text(reference.get("matched_text"))
        if marker.startswith("\ue200"):
            words = words.replace(marker, text(reference.get("alt")))
    return _MARKER.sub("", words)
