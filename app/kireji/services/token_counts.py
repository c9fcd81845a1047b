"""Estimates of tokens that learn from what services report."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence

import msgspec

from kireji.core.count_ports import CorrectionStore
from kireji.core.errors import StoreError
from kireji.core.messages import DocumentPart, Message, Sha256, Usage
from kireji.core.request_tokens import Contents, OfDocument, Share, contents_of, document_amounts, of_messages
from kireji.core.requests import ModelRequest
from kireji.core.token_corrections import UNCORRECTED, Correction, Estimated, estimated, learned
from kireji.core.tokens import Amounts, Family, counts_alike

log = logging.getLogger(__name__)

_THREAD_FROM_BYTES = 100_000
"""Measuring this much text takes some three milliseconds: above it a thread is cheaper than a late paint."""
_DOCUMENTS_KEPT = 200
_SHARE_OF_UNMEASURED = 0.5


class Counted(msgspec.Struct, frozen=True):
    """An estimate.

    Args:
        total: Of everything.
        shares: Tokens of each share, which together are the total.
        images: How many pictures.
        documents: How many documents.
    """

    total: Estimated
    shares: Mapping[Share, int] = {}
    images: int = 0
    documents: int = 0

    @property
    def tokens(self) -> int:
        """The likely number."""
        return round(self.total.tokens)


class TokenCounts:
    """Measures what is to be sent, and remembers how models count.

    Args:
        store: Keeps what was learned.
    """

    def __init__(self, store: CorrectionStore) -> None:
        self._store = store
        self._corrections: dict[str, Correction] | None = None
        self._documents: dict[Sha256, Amounts] = {}

    async def contents(self, request: ModelRequest) -> Contents:
        """What a request holds; in a thread when that is much."""
        size = sum(map(_size, request.messages)) + sum(
            len(request.blobs.get(blob, b"")) for blob in self._unknown(request.messages)
        )
        if size < _THREAD_FROM_BYTES:
            return contents_of(request, lambda part: self._document(part, request.blobs))
        return await asyncio.to_thread(contents_of, request, lambda part: self._document(part, request.blobs))

    async def counted(self, contents: Contents, model: str) -> Counted:
        """How many tokens that is for a model."""
        correction, family = await self.correction(model), Family.of(model)
        whole = estimated(contents.all, family, correction)
        whole = whole._replace(spread=whole.spread + _SHARE_OF_UNMEASURED * contents.unmeasured)
        shares = {
            share: round(estimated(amounts, family, correction).tokens) for share, amounts in contents.amounts.items()
        }
        return Counted(whole, shares, contents.images, contents.documents)

    async def correction(self, model: str) -> Correction:
        """What is known of the way in which a model counts."""
        return (await self._known()).get(counts_alike(model), UNCORRECTED)

    async def learn(self, contents: Contents, model: str, usage: Usage) -> None:
        """Take in what a service reports of a request."""
        reported = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
        known, models = await self._known(), counts_alike(model)
        before = known.get(models, UNCORRECTED)
        after = learned(before, contents.all, Family.of(model), reported, contents.unmeasured)
        if after is before:
            return
        known[models] = after
        try:
            await self._store.save(models, after)
        except StoreError as error:  # it is known until the program ends
            log.info("what was learned of %s could not be kept: %s", models, error)

    def knows(self, blob: Sha256) -> bool:
        """Whether a document was measured already."""
        return blob in self._documents

    async def of_each(
        self, groups: Sequence[Sequence[Message]], model: str, of_document: OfDocument, documents: int = 0
    ) -> list[Contents]:
        """What messages hold, each group for itself; in a thread when that is much.

        Args:
            groups: As a model is sent them.
            model: For how it counts pictures.
            of_document: What a document holds.
            documents: Bytes of those that are not measured yet.
        """

        def measure() -> list[Contents]:
            return [of_messages(group, model, of_document) for group in groups]

        if sum(_size(message) for group in groups for message in group) + documents < _THREAD_FROM_BYTES:
            return measure()
        return await asyncio.to_thread(measure)

    def document(self, part: DocumentPart, blobs: Mapping[Sha256, bytes]) -> Amounts | None:
        """What a document holds, if that is known or its bytes are there."""
        known = part.blob in self._documents or part.blob in blobs
        return self._document(part, blobs) if known else None

    def _document(self, part: DocumentPart, blobs: Mapping[Sha256, bytes]) -> Amounts:
        if part.blob not in self._documents:
            if len(self._documents) >= _DOCUMENTS_KEPT:
                self._documents.pop(next(iter(self._documents)), None)
            self._documents[part.blob] = document_amounts(part, blobs.get(part.blob, b""))
        return self._documents[part.blob]

    def _unknown(self, messages: Sequence[Message]) -> set[Sha256]:
        documents = (part for message in messages for part in message.documents)
        return {part.blob for part in documents if part.blob not in self._documents}

    async def _known(self) -> dict[str, Correction]:
        if self._corrections is None:
            try:
                self._corrections = dict(await self._store.load())
            except StoreError as error:
                log.info("nothing is known of how models count: %s", error)
                self._corrections = {}
        return self._corrections


def _size(message: Message) -> int:
    return len(message.text) + (len(message.raw) if message.raw is not None else 0)


def anchored(counted: Counted, known: Counted, reported: int) -> Counted:
    """An estimate in which what was said before has the number that the service reported; shares keep their ratios.

    Args:
        counted: Of everything.
        known: The part of it that the report is about.
        reported: What the service said of that.
    """
    if not known.total.tokens:
        return counted
    scale = reported / known.total.tokens
    shares = {
        share: round((tokens - known.shares.get(share, 0)) + known.shares.get(share, 0) * scale)
        for share, tokens in counted.shares.items()
    }
    tokens = counted.total.tokens - known.total.tokens + reported
    over = round(tokens) - sum(shares.values())
    most = max(shares, key=lambda share: shares[share])
    shares[most] += over
    spread = max(0.0, counted.total.spread - known.total.spread)
    return msgspec.structs.replace(counted, total=Estimated(tokens, spread, counted.total.learned), shares=shares)


def with_documents(counted: Counted, documents: Sequence[int]) -> Counted:
    """A count with documents that are not made yet.

    Args:
        counted: Of everything else.
        documents: The tokens of each.
    """
    tokens = sum(documents)
    shares = {**counted.shares, Share.DOCUMENTS: counted.shares.get(Share.DOCUMENTS, 0) + tokens}
    total = Estimated(counted.total.tokens + tokens, counted.total.spread, counted.total.learned)
    number = counted.documents + len(documents)
    return msgspec.structs.replace(counted, total=total, shares=shares, documents=number)
