"""The one gate through which everything passes that leaves this computer."""

from __future__ import annotations

import asyncio
import hashlib

from kireji.core.ports import Ledger
from kireji.core.provider_ports import Provider
from kireji.core.publisher import Publisher
from kireji.core.requests import ClearedRequest, Delivery, ModelRequest, OutgoingRequest, Purpose

_THREAD_FROM_BYTES = 1_500_000
"""Encoding this much picture takes about 8 ms, half a frame: above it a thread is cheaper than a late paint."""


class Outbox:
    """Encodes a request, writes it into the ledger and clears it; a provider accepts nothing else.

    Redaction, budgets and receipts belong here and nowhere else.

    Args:
        ledger: Where every request is recorded before it leaves.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.recorded: Publisher[int | None] = Publisher()
        """The conversation that a new ledger row belongs to."""

    async def clear(
        self,
        provider: Provider,
        request: ModelRequest,
        base_url: str,
        conversation: int | None,
        delivery: Delivery = Delivery.STREAM,
    ) -> ClearedRequest:
        """Clear a question.

        Raises:
            ModelUnavailable: The model is retired.
            StoreError: The ledger could not be written; then nothing leaves.
        """
        if sum(map(len, request.blobs.values())) > _THREAD_FROM_BYTES:
            outgoing = await asyncio.to_thread(provider.encode, request, base_url, delivery)
        else:
            outgoing = provider.encode(request, base_url, delivery)
        if outgoing is None:
            return ClearedRequest.issue(None, request, None)
        return ClearedRequest.issue(outgoing, request, await self._record(outgoing, conversation))

    async def gate(self, outgoing: OutgoingRequest, conversation: int | None = None) -> ClearedRequest:
        """Clear a request that asks no model anything: lists, key tests, connections, pictures, pages for tools.

        Satisfies `core.provider_ports.Gate`.

        Args:
            outgoing: What would leave.
            conversation: Where it was asked for; None in none.

        Raises:
            StoreError: The ledger could not be written; then nothing leaves.
        """
        if outgoing.purpose is Purpose.ANSWER:
            raise ValueError("a question passes through `clear`, which sees what is in it")
        return ClearedRequest.issue(outgoing, None, await self._record(outgoing, conversation))

    async def _record(self, outgoing: OutgoingRequest, conversation: int | None) -> int:
        digest = hashlib.sha256(outgoing.body).hexdigest()
        row = await self._ledger.record(outgoing, digest, conversation)
        self.recorded.publish(conversation)
        return row
