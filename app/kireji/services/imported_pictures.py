"""Pictures and documents of conversations that are imported."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

import msgspec

from kireji.core import documents
from kireji.core.errors import DocumentError, KirejiError, PictureError, StoreCorrupt, StoreError, TransferError
from kireji.core.imported import is_sound
from kireji.core.messages import DocumentPart, ImagePart, Part, Sha256, TextPart, ToolResultPart
from kireji.core.ports import CaptureStore, ImageCodec
from kireji.core.transfer import PICTURE_IN_SOURCE, Source, SourceBlob, WholeConversation
from kireji.core.words import say
from kireji.services.steps import step


class ImportedPictures:
    """Brings the pictures and documents of one conversation into the store.

    Args:
        captures: The store.
        codec: Through which every picture passes.
        source: Where they lie.

    Attributes:
        new: How many came.
        unsupported: What became a note in the text, by kind.
        problems: What did not come, and why.
    """

    def __init__(self, captures: CaptureStore, codec: ImageCodec, source: Source) -> None:
        self._captures = captures
        self._codec = codec
        self._source = source
        self._put: list[ImagePart | DocumentPart] = []
        self.new = 0
        self.unsupported: Counter[str] = Counter()
        self.problems: list[str] = []

    async def stored(self, conversation: WholeConversation) -> WholeConversation:
        """The same with parts that name what is stored."""
        if not conversation.blobs:
            return conversation
        known: dict[Part, Part] = {}
        for one in conversation.messages:
            for part in _with_blobs(one.message.parts):
                if part not in known:
                    known[part] = await self._brought(part)
        messages = tuple(
            msgspec.structs.replace(
                one, message=msgspec.structs.replace(one.message, parts=_replaced(one.message.parts, known))
            )
            for one in conversation.messages
        )
        return msgspec.structs.replace(conversation, messages=messages)

    async def again(self, conversation: WholeConversation, *, only_look: bool) -> int:
        """How many come back of those that the history names, that are lost there, and that are whole here.

        Args:
            conversation: Is in the history already.
            only_look: Change nothing.
        """
        named = dict.fromkeys(part for one in conversation.messages for part in _with_blobs(one.message.parts))
        for part in named:
            if part.blob.startswith(PICTURE_IN_SOURCE) or not is_sound(part) or await self._is_stored(part.blob):
                continue
            with suppress(TransferError, PictureError, DocumentError):
                if not only_look:
                    await self._taken_over(part)
                elif await self._found(part) is not None:
                    self.new += 1
        return self.new

    async def take_back(self) -> None:
        """The conversation does not come: neither do its pictures."""
        for part in self._put:
            with suppress(StoreError):
                await self._captures.discard(part)

    async def _brought(self, part: ImagePart | DocumentPart) -> Part:
        foreign = part.blob.startswith(PICTURE_IN_SOURCE) or not is_sound(part)
        if not foreign and await self._is_stored(part.blob):
            return part
        try:
            return await self._taken_over(part)
        except StoreError:
            raise
        except KirejiError as error:
            self.problems.append(error.sentence)
            if not foreign:
                return part  # shown as lost; when a source that has it is merged, it is there again
            self.unsupported["picture" if isinstance(part, ImagePart) else "document"] += 1
            return TextPart(f"[{'picture' if isinstance(part, ImagePart) else 'document'} that could not be read]")

    async def _taken_over(self, part: ImagePart | DocumentPart) -> ImagePart | DocumentPart:
        found = await self._found(part)
        if found is None:
            raise TransferError(say("A picture or document is missing."))
        if isinstance(part, ImagePart):
            picture = await step(lambda: self._codec.encode_file(found.data))
            stored: ImagePart | DocumentPart = await self._captures.put(picture)
        else:
            document = await step(lambda: documents.document_of(part.title or found.name, found.data))
            stored = msgspec.structs.replace(await self._captures.put_document(document), cited=part.cited)
        self._put.append(stored)
        self.new += 1
        return stored

    async def _found(self, part: ImagePart | DocumentPart) -> SourceBlob | None:
        found = await step(lambda: self._source.blob(part.blob)) if is_sound(part) else None
        if found is not None and not part.blob.startswith(PICTURE_IN_SOURCE):
            data = found.data
            if await step(lambda: hashlib.sha256(data).hexdigest()) != part.blob:
                raise TransferError(say("A picture or document was changed or damaged."))
        return found

    async def _is_stored(self, blob: Sha256) -> bool:
        try:
            await self._captures.get(blob)
        except StoreCorrupt:
            return False
        return True


def _with_blobs(parts: tuple[Part, ...]) -> Iterator[ImagePart | DocumentPart]:
    for part in parts:
        if isinstance(part, ImagePart | DocumentPart):
            yield part
        elif isinstance(part, ToolResultPart):
            yield from _with_blobs(part.content)


def _replaced(parts: tuple[Part, ...], known: dict[Part, Part]) -> tuple[Part, ...]:
    return tuple(_replaced_one(part, known) for part in parts)


def _replaced_one(part: Part, known: dict[Part, Part]) -> Part:
    if isinstance(part, ToolResultPart):
        inner = (known.get(item, item) for item in part.content)
        content = tuple(item for item in inner if isinstance(item, TextPart | ImagePart | DocumentPart))
        return msgspec.structs.replace(part, content=content)
    return known.get(part, part)
