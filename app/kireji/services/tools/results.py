"""From what a tool gave back to what stands in the history and goes to the model."""

from __future__ import annotations

import asyncio
from typing import TypeAlias

from kireji.core.errors import PictureError
from kireji.core.messages import DocumentPart, ImagePart, TextPart, ToolResultPart
from kireji.core.ports import CaptureStore, EncodedDocument, ImageCodec
from kireji.core.tools import FileOutput, Output, PictureOutput, TextOutput, ToolOutput

MOST_TEXT = 100_000
"""Characters of all words of one result together."""
_PICTURES = 20
_LARGEST_DOCUMENT = 20_000_000
"""Bytes; providers refuse requests above 32 MB."""

Content: TypeAlias = TextPart | ImagePart | DocumentPart


class Results:
    """Makes results.

    Args:
        codec: The one pipeline for every picture that enters.
        captures: Keeps pictures and documents.
    """

    def __init__(self, codec: ImageCodec, captures: CaptureStore) -> None:
        self._codec = codec
        self._captures = captures

    async def of(self, call_id: str, output: ToolOutput, seconds: float) -> ToolResultPart:
        """The result of a call.

        Raises:
            StoreError: A picture or a document could not be kept.
        """
        content: list[Content] = []
        left, pictures = MOST_TEXT, 0
        for item in output.content:
            if isinstance(item, PictureOutput):
                pictures += 1
            part = await self._part(item, left, pictures)
            left -= len(part.text) if isinstance(part, TextPart) else 0
            content.append(part)
        return ToolResultPart(call_id, tuple(content), output.is_error, round(seconds, 3))

    async def _part(self, item: Output, left: int, pictures: int) -> Content:
        match item:
            case TextOutput(text):
                return TextPart(shortened(text, left))
            case PictureOutput(data):
                if pictures > _PICTURES:
                    return TextPart(f"(A picture was left out: a result has at most {_PICTURES}.)")
                return await self._picture(data)
            case FileOutput():
                return await self._file(item, left)

    async def _picture(self, data: bytes) -> Content:
        try:
            return await self._captures.put(await asyncio.to_thread(self._codec.encode_file, data))
        except PictureError as error:
            return TextPart(f"(A picture that cannot be shown: {error.sentence})")

    async def _file(self, file: FileOutput, left: int) -> Content:
        name = " ".join(file.name.split()) or "without a name"
        media_type = file.media_type.partition(";")[0].strip().lower()
        described = f"(A file, {name}, {media_type or 'of no known type'}, {len(file.data):,} bytes.)"
        if media_type.startswith("image/"):
            return await self._picture(file.data)
        if len(file.data) > _LARGEST_DOCUMENT:
            return TextPart(described)
        if file.data.startswith(b"%PDF-"):
            return await self._captures.put_document(EncodedDocument(file.data, "application/pdf", name))
        if media_type.startswith("text/") or media_type in ("application/json", "application/xml"):
            try:
                text = file.data.decode("utf-8-sig")
            except UnicodeDecodeError:
                return TextPart(described)
            data = shortened(text, left).encode("utf-8", "replace")
            return await self._captures.put_document(EncodedDocument(data, "text/plain", name))
        return TextPart(described)


def error_result(call_id: str, reason: str, *, refused: bool = False) -> ToolResultPart:
    """The result of a call that failed or never ran.

    Args:
        call_id: Of the call.
        reason: For the model, and for the person who opens the call.
        refused: Whether the person or a rule said no.
    """
    return ToolResultPart(call_id, (TextPart(reason),), is_error=True, refused=refused)


def shortened(text: str, most: int) -> str:
    """A text of at most so many characters, with a sentence that says what was cut."""
    # What cannot be written as UTF-8 could neither be stored nor sent.
    text = text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text
    if len(text) <= most:
        return text
    return (
        f"{text[: max(0, most)]}\n\n(Cut here: {len(text) - max(0, most):,} of {len(text):,} characters are left out.)"
    )
