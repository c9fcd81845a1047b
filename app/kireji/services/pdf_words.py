"""The words of PDF documents, for models that cannot read such documents."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from typing import NamedTuple, TypeVar

import msgspec

from kireji.core.documents import PDF, PLAIN
from kireji.core.errors import DocumentError
from kireji.core.messages import DocumentPart, Message, Part, Sha256, TextPart, ToolResultPart
from kireji.core.redaction import documents
from kireji.core.requests import ModelRequest
from kireji.core.source_ports import PdfText, PdfWords
from kireji.services.remembering import remember

_P = TypeVar("_P")


class InWords(NamedTuple):
    """A message in which documents of plain text stand in the place of PDF documents.

    Args:
        message: The message.
        blobs: The bytes of those documents.
    """

    message: Message
    blobs: Mapping[Sha256, bytes]


class PdfInWords:
    """Puts words in the place of PDF documents; the same document always becomes the same bytes.

    Args:
        pdf: Takes the words out.
    """

    def __init__(self, pdf: PdfText) -> None:
        self._pdf = pdf

    async def of(self, message: Message, blobs: Mapping[Sha256, bytes]) -> InWords:
        """A message in words, those in results of tools included; what cannot be read is named instead.

        Args:
            message: What was said.
            blobs: The bytes of its documents, as far as they are there.
        """
        if not any(is_pdf(part) for part in (*message.parts, *_inside(message))):
            return InWords(message, {})
        made: dict[Sha256, bytes] = {}
        parts: list[Part] = []
        for part in message.parts:
            if isinstance(part, ToolResultPart):
                content = [await self._told(item, blobs, made) for item in part.content]
                parts.append(msgspec.structs.replace(part, content=tuple(content)))
            elif isinstance(part, DocumentPart):
                parts.append(await self._told(part, blobs, made))
            else:
                parts.append(part)
        return InWords(msgspec.structs.replace(message, parts=tuple(parts)), made)

    async def check(self, message: Message, blobs: Mapping[Sha256, bytes]) -> None:
        """Passes when every PDF document of a question can be told in words.

        Raises:
            DocumentError: One cannot.
        """
        for part in filter(is_pdf, message.parts):
            assert isinstance(part, DocumentPart)
            await self._pdf.words(blobs.get(part.blob, b""))

    async def _told(
        self, part: _P, blobs: Mapping[Sha256, bytes], made: dict[Sha256, bytes]
    ) -> _P | DocumentPart | TextPart:
        if not isinstance(part, DocumentPart) or part.media_type != PDF:
            return part
        title = part.title or "without a name"
        try:
            words = await self._pdf.words(blobs.get(part.blob, b""))
        except DocumentError:
            return TextPart(f"(A PDF document, {title}, which this model cannot read.)")
        data = words.text.encode("utf-8", "replace")
        name = hashlib.sha256(data).hexdigest()
        made[name] = data
        return DocumentPart(name, PLAIN, part.title, part.cited)


class PdfReadings:
    """What the PDF documents of a question say; one that could not be read is not read again.

    Args:
        pdf: Takes the words out.
    """

    def __init__(self, pdf: PdfText) -> None:
        self._pdf = pdf
        self._unreadable: OrderedDict[Sha256, None] = OrderedDict()

    async def of(self, request: ModelRequest) -> Mapping[Sha256, PdfWords]:
        """The words of each that could be read."""
        read: dict[Sha256, PdfWords] = {}
        for blob in dict.fromkeys(part.blob for part in documents(request) if is_pdf(part)):
            if blob in self._unreadable or blob not in request.blobs:
                continue
            try:
                read[blob] = await self._pdf.words(request.blobs[blob])
            except DocumentError:
                remember(self._unreadable, blob, None)
        return read


def is_pdf(part: object) -> bool:
    """Whether a part is a PDF document."""
    return isinstance(part, DocumentPart) and part.media_type == PDF


def _inside(message: Message) -> list[Part]:
    return [item for part in message.parts if isinstance(part, ToolResultPart) for item in part.content]
