"""The one gate through which everything passes that leaves this computer."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from kireji.core.count_ports import TokenCounter
from kireji.core.errors import StoreError
from kireji.core.ledger import AnsweredFacts, SentFacts
from kireji.core.ports import Ledger, SentStore
from kireji.core.provider_ports import Provider
from kireji.core.publisher import Publisher
from kireji.core.requests import ClearedRequest, Delivery, ModelRequest, OutgoingRequest, Purpose
from kireji.services import sent_facts
from kireji.services.accounts import Accounts, Answered, Estimate

log = logging.getLogger(__name__)

_THREAD_FROM_BYTES = 1_500_000
"""Encoding this much picture takes about 8 ms, half a frame: above it a thread is cheaper than a late paint."""


class Prepared(NamedTuple):
    """A question as it would leave.

    Args:
        outgoing: The bytes; None when nothing would leave this computer.
        request: What is in them, as it is sent.
        hidden: How many pieces were hidden in it, by kind.
        estimate: What it is expected to use; None where nobody counts.
    """

    outgoing: OutgoingRequest | None
    request: ModelRequest
    hidden: Mapping[str, int] = MappingProxyType({})
    estimate: Estimate | None = None


class Outbox:
    """Encodes a request, writes it into the ledger and clears it; a provider accepts nothing else.

    Redaction, budgets and receipts belong here and nowhere else.

    Args:
        ledger: Where every request is recorded before it leaves.
        accounts: Holds questions to the budgets; None has none.
        contents: Where the bytes of what leaves are kept; None keeps none.
        keeps: Whether the person wants them kept; asked before every request.
    """

    def __init__(
        self,
        ledger: Ledger,
        accounts: Accounts | None = None,
        contents: SentStore | None = None,
        keeps: Callable[[], bool] = lambda: False,
    ) -> None:
        self._ledger = ledger
        self.accounts = accounts
        self._contents = contents
        self._keeps = keeps
        self.recorded: Publisher[int | None] = Publisher()
        """The conversation that a new ledger row belongs to."""

    async def preview(
        self,
        provider: Provider,
        request: ModelRequest,
        base_url: str,
        conversation: int | None = None,
        delivery: Delivery = Delivery.STREAM,
    ) -> Prepared:
        """What `clear` would let out for the same question; nothing leaves, and nothing is recorded.

        Raises:
            ModelUnavailable: The model is retired.
        """
        prepared = await self._prepared(provider, request, base_url, conversation, delivery)
        if self.accounts is None or prepared.outgoing is None:
            return prepared
        return prepared._replace(estimate=await self.accounts.estimate(prepared.request))

    async def bytes_of(
        self, provider: Provider, request: ModelRequest, base_url: str, conversation: int | None, delivery: Delivery
    ) -> OutgoingRequest | None:
        """The bytes of `preview` alone, without counting anything.

        Raises:
            ModelUnavailable: The model is retired.
        """
        return (await self._prepared(provider, request, base_url, conversation, delivery)).outgoing

    async def clear(
        self,
        provider: Provider,
        request: ModelRequest,
        base_url: str,
        conversation: int | None,
        delivery: Delivery = Delivery.STREAM,
        question: int | None = None,
        *,
        unpriced: bool = False,
    ) -> ClearedRequest:
        """Clear a question; what it may cost is kept free for it until `Accounts.close` or `Accounts.cancel`.

        Args:
            provider: Who is asked.
            request: What.
            base_url: Where.
            conversation: For the ledger, and for its budget.
            delivery: How the answer comes.
            question: Row of the question in the history.
            unpriced: It may leave although nobody knows what it costs.

        Raises:
            ModelUnavailable: The model is retired.
            BudgetReached: It could pass a budget.
            PriceUnknown: There is a budget, and nobody knows what it costs.
            StoreError: The ledger could not be written; then nothing leaves.
        """
        outgoing, request, hidden, _ = await self._prepared(provider, request, base_url, conversation, delivery)
        if outgoing is None:
            return ClearedRequest.issue(None, request, None)
        facts = sent_facts.of_question(outgoing, request, question, delivery, kept=self._kept, hidden=hidden)
        if self.accounts is None:
            return ClearedRequest.issue(outgoing, request, await self._record(outgoing, conversation, facts))
        reservation = await self.accounts.open(request, provider.name, conversation, unpriced=unpriced)
        tokens, price = self.accounts.estimate_of(reservation)
        facts = msgspec.structs.replace(facts, tokens=tokens, price=price)
        try:
            row = await self._record(outgoing, conversation, facts)
        except BaseException:  # nothing leaves, also when the turn is stopped here: nothing stays reserved
            await self.accounts.cancel(reservation)
            raise
        return ClearedRequest.issue(outgoing, request, row, reservation)

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
            StoreError: The ledger could not be written; then nothing leaves.
        """
        outgoing = await asyncio.to_thread(counter.encode_count, request, base_url)
        facts = sent_facts.of_question(outgoing, request, None, Delivery.WHOLE, kept=self._kept)
        return ClearedRequest.issue(outgoing, request, await self._record(outgoing, conversation, facts))

    async def gate(self, outgoing: OutgoingRequest, conversation: int | None = None) -> ClearedRequest:
        """Clear a request that asks no model anything: lists, key tests, connections, pictures, pages for tools.

        Satisfies `core.provider_ports.Gate`.

        Args:
            outgoing: What would leave.
            conversation: Where it was asked for; None in none.

        Raises:
            StoreError: The ledger could not be written; then nothing leaves.
        """
        if outgoing.purpose in (Purpose.ANSWER, Purpose.COUNT):
            raise ValueError("a question passes through `clear` or `clear_count`, which see what is in it")
        facts = sent_facts.of_gate(outgoing, kept=self._kept)
        return ClearedRequest.issue(outgoing, None, await self._record(outgoing, conversation, facts))

    async def answered(self, cleared: ClearedRequest, facts: AnsweredFacts, conversation: int | None) -> None:
        """Record what became of a question; it has left already, so a failure is only logged."""
        if cleared.ledger_id is None:
            return
        try:
            await self._ledger.answered(cleared.ledger_id, facts)
        except StoreError as error:
            log.warning("what became of request %s is not in the ledger: %s", cleared.ledger_id, error)
            return
        self.recorded.publish(conversation)

    async def _prepared(
        self, provider: Provider, request: ModelRequest, base_url: str, conversation: int | None, delivery: Delivery
    ) -> Prepared:
        """The one way from a question to its bytes, for what leaves and for what is only shown."""
        del conversation
        if sum(map(len, request.blobs.values())) > _THREAD_FROM_BYTES:
            return Prepared(await asyncio.to_thread(provider.encode, request, base_url, delivery), request)
        return Prepared(provider.encode(request, base_url, delivery), request)

    @property
    def _kept(self) -> bool:
        return self._contents is not None and self._keeps()

    async def _record(self, outgoing: OutgoingRequest, conversation: int | None, facts: SentFacts) -> int:
        digest = hashlib.sha256(outgoing.body).hexdigest()
        if facts.kept and self._contents is not None:  # before the row, which would claim what is not there
            await self._contents.keep(outgoing.body)
            await self._contents.keep(f"{outgoing.method} {outgoing.url}".encode())
        row = await self._ledger.record(outgoing, digest, conversation, facts)
        self.recorded.publish(conversation)
        return row
