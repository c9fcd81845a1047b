"""The one gate through which everything passes that leaves this computer."""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import AbstractAsyncContextManager, nullcontext
from urllib.parse import unquote_plus

from kireji.core.count_ports import TokenCounter
from kireji.core.incoming import Incoming
from kireji.core.ports import Ledger
from kireji.core.provider_ports import Provider
from kireji.core.publisher import Publisher
from kireji.core.redaction import strings
from kireji.core.requests import ClearedRequest, Delivery, ModelRequest, OutgoingRequest, Purpose
from kireji.services.accounts import Accounts, Answered
from kireji.services.redaction import Redacted, Redaction

_THREAD_FROM_BYTES = 1_500_000
"""Encoding this much picture takes about 8 ms, half a frame: above it a thread is cheaper than a late paint."""


class Outbox:
    """Encodes a request, writes it into the ledger and clears it; a provider accepts nothing else.

    Redaction, budgets and receipts belong here and nowhere else.

    Args:
        ledger: Where every request is recorded before it leaves.
        accounts: Holds questions to the budgets; None has none.
        redaction: Hides what the person wants to keep; None hides nothing.

    Attributes:
        redaction: The same, for those who show what it hides.
    """

    def __init__(self, ledger: Ledger, accounts: Accounts | None = None, redaction: Redaction | None = None) -> None:
        self._ledger = ledger
        self.accounts = accounts
        self.redaction = redaction
        self.recorded: Publisher[int | None] = Publisher()
        """The conversation that a new ledger row belongs to."""

    async def clear(
        self,
        provider: Provider,
        request: ModelRequest,
        base_url: str,
        conversation: int | None,
        delivery: Delivery = Delivery.STREAM,
        *,
        unpriced: bool = False,
        hide: bool = True,
    ) -> ClearedRequest:
        """Clear a question; what it may cost is kept free for it until `Accounts.close` or `Accounts.cancel`.

        Args:
            provider: Who is asked.
            request: What.
            base_url: Where.
            conversation: For the ledger, and for its budget.
            delivery: How the answer comes.
            unpriced: It may leave although nobody knows what it costs.
            hide: What the person wants to keep is hidden; without, they have said so for this question.

        Raises:
            ModelUnavailable: The model is retired.
            BudgetReached: It could pass a budget.
            PriceUnknown: There is a budget, and nobody knows what it costs.
            RedactionFailed: It could not be looked through, or the person does not want it sent.
            StoreError: The ledger could not be written; then nothing leaves.
        """
        redacted = Redacted(request)
        if self.redaction is not None and hide:
            redacted = await self.redaction.redact(provider.name, request, conversation)
        request = redacted.request
        if sum(map(len, request.blobs.values())) > _THREAD_FROM_BYTES:
            outgoing = await asyncio.to_thread(provider.encode, request, base_url, delivery)
        else:
            outgoing = provider.encode(request, base_url, delivery)
        if outgoing is None:
            return ClearedRequest.issue(None, request, None)
        vault, hidden = redacted.vault, redacted.hidden
        if self.accounts is None:
            row = await self._record(outgoing, conversation)
            return ClearedRequest.issue(outgoing, request, row, None, vault, hidden)
        reservation = await self.accounts.open(request, provider.name, conversation, unpriced=unpriced)
        try:
            row = await self._record(outgoing, conversation)
        except BaseException:
            await self.accounts.cancel(reservation)
            raise
        return ClearedRequest.issue(outgoing, request, row, reservation, vault, hidden)

    def answering(self, cleared: ClearedRequest) -> AbstractAsyncContextManager[Answered]:
        """While inside, the answer to a cleared question comes; on leaving, what it cost is written down."""
        return nullcontext(Answered()) if self.accounts is None else self.accounts.answering(cleared)

    async def clear_count(
        self, counter: TokenCounter, request: ModelRequest, base_url: str, conversation: int | None
    ) -> ClearedRequest:
        """Clear a question that is only to be counted: as much leaves as when it is asked, and it costs nothing.

        Raises:
            ModelUnavailable: The model is retired.
            RequestRejected: There is nothing to count.
            RedactionFailed: It could not be looked through.
            StoreError: The ledger could not be written; then nothing leaves.
        """
        if self.redaction is not None:
            request = (await self.redaction.redact(counter.name, request, conversation, asks=False)).request
        outgoing = await asyncio.to_thread(counter.encode_count, request, base_url)
        return ClearedRequest.issue(outgoing, request, await self._record(outgoing, conversation))

    def incoming(self, cleared: ClearedRequest) -> Incoming:
        """What the answer to a question passes through on its way to the person."""
        return Incoming(None) if self.redaction is None else self.redaction.incoming(cleared.vault)

    async def gate(self, outgoing: OutgoingRequest, conversation: int | None = None) -> ClearedRequest:
        """Clear a request that asks no model anything: lists, key tests, connections, pictures, pages for tools.

        Satisfies `core.provider_ports.Gate`.

        Args:
            outgoing: What would leave.
            conversation: Where it was asked for; None in none.

        Raises:
            RedactionFailed: A tool would send what is hidden from the model.
            StoreError: The ledger could not be written; then nothing leaves.
        """
        if outgoing.purpose in (Purpose.ANSWER, Purpose.COUNT):
            raise ValueError("a question passes through `clear` or `clear_count`, which see what is in it")
        if self.redaction is not None and outgoing.purpose in (Purpose.PAGE, Purpose.TOOL_SERVER):
            told = [outgoing.url, unquote_plus(outgoing.url), *strings(outgoing.body)]
            self.redaction.refuse_values("\n".join(told), conversation)
        return ClearedRequest.issue(outgoing, None, await self._record(outgoing, conversation))

    async def _record(self, outgoing: OutgoingRequest, conversation: int | None) -> int:
        digest = hashlib.sha256(outgoing.body).hexdigest()
        row = await self._ledger.record(outgoing, digest, conversation)
        self.recorded.publish(conversation)
        return row
