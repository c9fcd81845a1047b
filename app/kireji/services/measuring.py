"""How much messages hold as one model is sent them, which is made fit for what it can read."""

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
from kireji.services.pdf_words import InWords, PdfInWords
from kireji.services.token_counts import TokenCounts

_NOTHING_AT_HAND: Mapping[Sha256, bytes] = MappingProxyType({})
_READ_OF_A_PICTURE = "words " * 150
"""Stands for the text that this computer reads in a picture for a model that cannot see."""


class Measuring:
    """Measures messages with their documents.

    Args:
        counts: Remembers what documents hold.
        captures: Their bytes.
        pdf: Puts words in the place of PDF documents for models that cannot read those.
    """

    def __init__(self, counts: TokenCounts, captures: CaptureStore, pdf: PdfInWords) -> None:
        self.counts = counts
        self._captures = captures
        self._pdf = pdf

    async def contents(
        self,
        messages: Sequence[Message],
        model: str,
        info: ModelInfo | None,
        at_hand: Mapping[Sha256, bytes] = _NOTHING_AT_HAND,
    ) -> Contents:
        """What messages hold, documents included.

        Args:
            messages: As they were said.
            model: For how it counts pictures.
            info: What the model can read; None if that is not known.
            at_hand: Bytes that need not be read.
        """
        [contents] = await self.each([messages], model, info, at_hand)
        return contents

    async def each(
        self,
        groups: Sequence[Sequence[Message]],
        model: str,
        info: ModelInfo | None,
        at_hand: Mapping[Sha256, bytes] = _NOTHING_AT_HAND,
    ) -> list[Contents]:
        """The same of several, each for itself."""
        if info is not None and not info.sees_images:
            groups = [list(map(_without_pictures, group)) for group in groups]
        if info is not None and not info.reads_documents:
            told = [[await self._in_words(message, at_hand) for message in group] for group in groups]
            made = [each.blobs for group in told for each in group]
            at_hand = {**at_hand, **{name: data for each in made for name, data in each.items()}}
            groups = [[each.message for each in group] for group in told]
        blobs: dict[Sha256, bytes] = {}
        for blob in blobs_of_documents([message for group in groups for message in group]):
            if not self.counts.knows(blob):
                blobs[blob] = await self._bytes(blob, at_hand)

        def of_document(part: DocumentPart) -> Amounts:
            return self.counts.document(part, blobs) or NOTHING

        return await self.counts.of_each(groups, model, of_document, sum(map(len, blobs.values())))

    async def _in_words(self, message: Message, at_hand: Mapping[Sha256, bytes]) -> InWords:
        wanted = blobs_of_documents([message])
        return await self._pdf.of(message, {blob: await self._bytes(blob, at_hand) for blob in wanted})

    async def _bytes(self, blob: Sha256, at_hand: Mapping[Sha256, bytes]) -> bytes:
        try:
            return at_hand[blob] if blob in at_hand else await self._captures.get(blob)
        except StoreError:  # the question will say it
            return b""


def _without_pictures(message: Message) -> Message:
    """A message as a model gets it that cannot see: with words in the place of pictures."""
    return msgspec.structs.replace(message, parts=tuple(map(_seen, message.parts)))


def _seen(part: Part) -> Part:
    return TextPart(_READ_OF_A_PICTURE) if isinstance(part, ImagePart | LinkedImagePart) else part
