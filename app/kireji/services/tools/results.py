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
_PARTS = 100
"""Of one result. A hundred thousand short words would be as many parts, with more around them than in them."""
_PICTURES = 20
_LONGEST_NAME = 200
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
        for item in output.content[:_PARTS]:
            if _is_picture(item):
                pictures += 1
                if pictures > _PICTURES:
                    continue
            part, taken = await self._part(item, left)
            left -= taken
            content.append(part)
        content += map(TextPart, _told_of_rest(pictures, len(output.content)))
        return ToolResultPart(call_id, tuple(content), output.is_error, round(seconds, 3))

    async def _part(self, item: Output, left: int) -> tuple[Content, int]:
        """A part, and how many characters it takes of those that are left."""
        match item:
            case TextOutput(text):
                text = shortened(text, left)
                return TextPart(text), len(text)
            case PictureOutput(data):
                return await self._picture(data), 0
            case FileOutput():
                return await self._file(item, left)

    async def _picture(self, data: bytes) -> Content:
        try:
            return await self._captures.put(await asyncio.to_thread(self._codec.encode_file, data))
        except PictureError as error:
            return TextPart(f"(A picture that cannot be shown: {error.sentence})")

    async def _file(self, file: FileOutput, left: int) -> tuple[Content, int]:
        name = " ".join(file.name[: 2 * _LONGEST_NAME].split())[:_LONGEST_NAME] or "without a name"
        media_type = _media_type(file)
        described = f"(A file, {name}, {media_type or 'of no known type'}, {len(file.data):,} bytes.)"
        if _is_picture(file):
            return await self._picture(file.data), 0
        if len(file.data) > _LARGEST_DOCUMENT:
            return TextPart(described), len(described)
        if file.data.startswith(b"%PDF-"):
            return await self._captures.put_document(EncodedDocument(file.data, "application/pdf", name)), 0
        if media_type.startswith("text/") or media_type in ("application/json", "application/xml"):
            try:
                text = shortened(file.data.decode("utf-8-sig"), left)
            except UnicodeDecodeError:
                return TextPart(described), len(described)
            document = EncodedDocument(text.encode("utf-8", "replace"), "text/plain", name)
            return await self._captures.put_document(document), len(text)
        return TextPart(described), len(described)


def _media_type(file: FileOutput) -> str:
    return file.media_type.partition(";")[0].strip().lower()[:_LONGEST_NAME]


def _is_picture(item: Output) -> bool:
    return isinstance(item, PictureOutput) or (isinstance(item, FileOutput) and _media_type(item).startswith("image/"))


def _told_of_rest(pictures: int, parts: int) -> list[str]:
    """What is said of that which did not come along."""
    told = []
    if pictures > _PICTURES:
        told.append(f"({pictures - _PICTURES} pictures were left out: a result has at most {_PICTURES}.)")
    if parts > _PARTS:
        told.append(f"({parts - _PARTS:,} more parts were left out: a result has at most {_PARTS}.)")
    return told


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
