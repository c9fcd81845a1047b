"""How much messages hold as one model is sent them, before they are made fit for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import msgspec

from kireji.core.errors import StoreError
from kireji.core.messages import DocumentPart, ImagePart, LinkedImagePart, Message, Part, Sha256, TextPart
from kireji.core.models import ModelInfo
from kireji.core.ports import CaptureStore
from kireji.core.request_tokens import Contents, blobs_of_documents
from kireji.core.tokens import NOTHING, Amounts
from kireji.services.token_counts import TokenCounts

_NOTHING_AT_HAND: Mapping[Sha256, bytes] = MappingProxyType({})
_READ_OF_A_PICTURE = "words " * 150
"""Stands for the text that this computer reads in a picture for a model that cannot see."""


class Measuring:
    """Measures messages with their documents.

    Args:
        counts: Remembers what documents hold.
        captures: Their bytes.
    """

    def __init__(self, counts: TokenCounts, captures: CaptureStore) -> None:
        self.counts = counts
        self._captures = captures

    async def contents(
        self, messages: Sequence[Message], model: str, at_hand: Mapping[Sha256, bytes] = _NOTHING_AT_HAND
    ) -> Contents:
        """What messages hold, documents included.

        Args:
            messages: As the model is sent them.
            model: For how it counts pictures.
            at_hand: Bytes that need not be read.
        """
        [contents] = await self.each([messages], model, at_hand)
        return contents

    async def each(
        self, groups: Sequence[Sequence[Message]], model: str, at_hand: Mapping[Sha256, bytes] = _NOTHING_AT_HAND
    ) -> list[Contents]:
        """The same of several, each for itself."""
        blobs: dict[Sha256, bytes] = {}
        messages = [message for group in groups for message in group]
        for blob in blobs_of_documents(messages):
            if not self.counts.knows(blob) and blob in at_hand:
                blobs[blob] = at_hand[blob]
            elif not self.counts.knows(blob):
                try:
                    blobs[blob] = await self._captures.get(blob)
                except StoreError:  # the question will say it
                    blobs[blob] = b""

        def of_document(part: DocumentPart) -> Amounts:
            return self.counts.document(part, blobs) or NOTHING

        return await self.counts.of_each(groups, model, of_document, sum(map(len, blobs.values())))


def adapted(message: Message, info: ModelInfo | None) -> Message:
    """A message as a model gets it that cannot see or read documents: with words in their place."""
    if info is None or (info.sees_images and info.reads_documents):
        return message
    return msgspec.structs.replace(message, parts=tuple(_seen(part, info) for part in message.parts))


def _seen(part: Part, info: ModelInfo) -> Part:
    match part:
        case ImagePart() | LinkedImagePart() if not info.sees_images:
            return TextPart(_READ_OF_A_PICTURE)
        case DocumentPart(media_type="application/pdf", title=title) if not info.reads_documents:
            return TextPart(f"(A PDF document, {title}, which this model cannot read.)")
    return part
