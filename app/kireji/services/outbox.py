"""The one gate through which everything passes that leaves this computer."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import NamedTuple
from urllib.parse import unquote_plus

import msgspec

from kireji.core.count_ports import TokenCounter
from kireji.core.errors import StoreError
from kireji.core.incoming import Incoming
from kireji.core.jobs.outgoing import JobRow
from kireji.core.ledger import AnsweredFacts, SentFacts
from kireji.core.placeholders import Vault
from kireji.core.ports import Ledger, SentStore
from kireji.core.provider_ports import Provider
from kireji.core.publisher import Publisher
from kireji.core.redaction import Hidden, Policy, strings
from kireji.core.requests import ClearedRequest, Delivery, ModelRequest, OutgoingRequest, Purpose
from kireji.services import sent_facts
from kireji.services.accounts import Accounts, Answered, Estimate
from kireji.services.batch_accounts import BatchAccounts
from kireji.services.redaction import Redacted, Redaction
from kireji.services.sent_facts import BatchFacts

log = logging.getLogger(__name__)

_THREAD_FROM_BYTES = 1_500_000
"""Encoding this much picture takes about 8 ms, half a frame: above it a thread is cheaper than a late paint."""


class Prepared(NamedTuple):
    """A question as it would leave.

    Args:
        outgoing: The bytes; None when nothing would leave this computer.
        request: What is in them, as it is sent.
        hidden: What was hidden in it.
        vault: What its placeholders stand for; None when nothing was looked for.
        estimate: What it is expected to use; None where nobody counts.
    """

    outgoing: OutgoingRequest | None
    request: ModelRequest
    hidden: Hidden = Hidden()
    vault: Vault | None = None
    estimate: Estimate | None = None


class Outbox:
    """Encodes a request, writes it into the ledger and clears it; a provider accepts nothing else.

    Redaction, budgets and receipts belong here and nowhere else.

    Args:
        ledger: Where every request is recorded before it leaves.
        accounts: Holds questions to the budgets; None has none.
        contents: Where the bytes of what leaves are kept; None keeps none.
        keeps: Whether the person wants them kept; asked before every request.
        redaction: Hides what the person wants to keep; None hides nothing.

    Attributes:
        redaction: The same, for those who show what it hides.
    """

    def __init__(
        self,
        ledger: Ledger,
        accounts: Accounts | None = None,
        contents: SentStore | None = None,
        keeps: Callable[[], bool] = lambda: False,
        redaction: Redaction | None = None,
    ) -> None:
        self._ledger = ledger
        self.accounts = accounts
        self._contents = contents
        self._keeps = keeps
        self.redaction = redaction
        self.recorded: Publisher[int | None] = Publisher()
        """The conversation that a new ledger row belongs to."""
        self.batches = BatchAccounts(ledger, None if accounts is None else accounts.spending, self.recorded)
        """What is kept free for batches of jobs, and what became of them."""

    async def preview(
        self,
        provider: Provider,
        request: ModelRequest,
        base_url: str,
        conversation: int | None = None,
        delivery: Delivery = Delivery.STREAM,
        *,
        hide: bool = True,
    ) -> Prepared:
        """What `clear` would let out for the same question; nothing leaves, and nothing is recorded.

        Raises:
            ModelUnavailable: The model is retired.
            RedactionFailed: It could not be looked through.
        """
        redacted = Redacted(request)
        if self.redaction is not None and hide:
            redacted = await self.redaction.preview(provider.name, request, conversation)
        prepared = await self._prepared(provider, redacted, base_url, delivery)
        if self.accounts is None or prepared.outgoing is None:
            return prepared
        return prepared._replace(estimate=await self.accounts.estimate(prepared.request))

    def limited(self, conversation: int | None) -> bool:
        """Whether there is any budget for a question in this conversation; None for one that is new."""
        return self.accounts is not None and self.accounts.spending.limited(conversation)

    async def check(
        self,
        provider: Provider,
        request: ModelRequest,
        base_url: str,
        conversation: int | None,
        *,
        unpriced: bool = False,
    ) -> None:
        """Say whether the budgets would let a question out now; nothing leaves, and nothing is kept free.

        Raises:
            BudgetReached: It could pass a budget.
            PriceUnknown: There is a budget, and nobody knows what it costs.
            ModelUnavailable: The model is retired.
            StoreError: The environment's fault.
        """
        if self.accounts is None:
            return
        # Placeholders hardly change how long it is, and pictures need not be looked through to know whether it leaves.
        prepared = await self._prepared(provider, Redacted(request), base_url, Delivery.STREAM)
        if prepared.outgoing is not None:
            await self.accounts.check(request, conversation, unpriced=unpriced)

    async def made_again(
        self, provider: Provider, request: ModelRequest, base_url: str, delivery: Delivery, *, hidden: bool
    ) -> OutgoingRequest | None:
        """The bytes of a question that has left before, as it was then; nothing leaves, and nothing is recorded.

        Args:
            provider: Who was asked.
            request: What.
            base_url: Where.
            delivery: How the answer came.
            hidden: Whether what the person wants to keep was hidden, whatever holds today.

        Raises:
            ModelUnavailable: The model is retired.
            RedactionFailed: It could not be looked through.
        """
        redacted = Redacted(request)
        if self.redaction is not None and hidden:
            redacted = await self.redaction.hidden(request)
        return (await self._prepared(provider, redacted, base_url, delivery)).outgoing

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
        hide: bool = True,
        asks: bool = True,
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
            hide: What the person wants to keep is hidden; without, they have said so for this question.
            asks: Whether somebody is there who can be asked.

        Raises:
            ModelUnavailable: The model is retired.
            BudgetReached: It could pass a budget.
            PriceUnknown: There is a budget, and nobody knows what it costs.
            RedactionFailed: It could not be looked through, or the person does not want it sent.
            StoreError: The ledger could not be written; then nothing leaves.
        """
        redacted = Redacted(request)
        if self.redaction is not None:
            redacted = (
                await self.redaction.redact(provider.name, request, conversation, asks=asks)
                if hide
                else self.redaction.leave(request, conversation)
            )
        prepared = await self._prepared(provider, redacted, base_url, delivery)
        outgoing, request, hidden, vault = prepared.outgoing, prepared.request, prepared.hidden, prepared.vault
        if outgoing is None:
            return ClearedRequest.issue(None, request, None)
        facts = sent_facts.of_question(outgoing, request, question, delivery, kept=self._kept, hidden=hidden.by_kind)
        return await self._question(outgoing, request, facts, conversation, vault, hidden, unpriced=unpriced)

    async def clear_row(
        self, provider: Provider, row: JobRow, base_url: str, *, unpriced: bool = False
    ) -> ClearedRequest:
        """Clear a row of a job that is asked by itself: as `clear`, but nobody is asked, and nothing is remembered."""
        safe = await self.redact_row(provider.name, row)
        prepared = await self._prepared(provider, Redacted(safe.frame), base_url, Delivery.WHOLE)
        outgoing, request = prepared.outgoing, safe.request
        if outgoing is None:
            return ClearedRequest.issue(None, request, None, None, safe.vault)
        if safe.body:
            outgoing = msgspec.structs.replace(outgoing, body=safe.body)
        facts = sent_facts.of_question(outgoing, request, None, Delivery.WHOLE, kept=self._kept, hidden=safe.hidden)
        return await self._question(outgoing, request, facts, None, safe.vault, unpriced=unpriced)

    async def redact_row(self, provider: str, row: JobRow) -> JobRow:
        """A row of a job as it may leave.

        Raises:
            RedactionFailed: It could not be looked through.
        """
        if self.redaction is None:
            return row
        return await self.redaction.row(provider, row)

    async def ready_for_rows(self, provider: str) -> None:
        """To be called before rows of a job. Raises RedactionFailed: as in `Redaction.ready_for_rows`."""
        if self.redaction is not None:
            await self.redaction.ready_for_rows(provider)

    async def clear_batch(self, outgoing: OutgoingRequest, batch: BatchFacts, *, unpriced: bool) -> ClearedRequest:
        """Clear many rows that leave as one body in a file; each has passed `redact_row`.

        What they may cost is kept free under the batch's name until `batches` is told of its end, which may be days
        later, by another process.

        Args:
            outgoing: What would leave.
            batch: What is in it.
            unpriced: It may leave although nobody knows what it costs.

        Raises:
            BudgetReached: It could pass a budget.
            PriceUnknown: There is a budget, and nobody knows what it costs.
            StoreError: The ledger could not be written; then nothing leaves.
        """
        await self.batches.open(outgoing, batch, unpriced=unpriced)
        facts = sent_facts.of_batch(outgoing, batch, kept=self._kept)
        try:
            row = await self._record(outgoing, None, facts)
        except BaseException:  # nothing leaves, also when it is stopped here: nothing stays reserved
            await asyncio.shield(self.batches.give_back(batch.holder))
            raise
        return ClearedRequest.issue(outgoing, None, row)

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
        redacted = Redacted(request)
        if self.redaction is not None and self.redaction.policy(counter.name) is not Policy.NEVER:
            redacted = await self.redaction.hidden(request)
        request, hidden = redacted.request, redacted.hidden.by_kind
        outgoing = await asyncio.to_thread(counter.encode_count, request, base_url)
        facts = sent_facts.of_question(outgoing, request, None, Delivery.WHOLE, kept=self._kept, hidden=hidden)
        return ClearedRequest.issue(outgoing, request, await self._record(outgoing, conversation, facts))

    def incoming(self, cleared: ClearedRequest) -> Incoming:
        """What the answer to a question passes through on its way to the person."""
        structured = cleared.request is not None and bool(cleared.request.output_schema)
        return Incoming(None) if self.redaction is None else self.redaction.incoming(cleared.vault, json=structured)

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
        if outgoing.purpose in (Purpose.PAGE, Purpose.TOOL_SERVER):
            self._refuse_values(_told_by_tool(outgoing), conversation)
        facts = sent_facts.of_gate(outgoing, kept=self._kept)
        return ClearedRequest.issue(outgoing, None, await self._record(outgoing, conversation, facts))

    def check_address(self, url: str, conversation: int | None) -> None:
        """Look at an address that a tool wants, before its host is looked up: the question for a name leaves, too.

        Raises:
            RedactionFailed: What is hidden from the model is in it.
        """
        self._refuse_values((url, unquote_plus(url)), conversation)

    def _refuse_values(self, told: Iterable[str], conversation: int | None) -> None:
        if self.redaction is not None:
            self.redaction.refuse_values("\n".join(told), conversation)

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

    async def _prepared(self, provider: Provider, redacted: Redacted, base_url: str, delivery: Delivery) -> Prepared:
        """The one way from a question to its bytes, for what leaves and for what is only shown."""
        request = redacted.request
        if sum(map(len, request.blobs.values())) > _THREAD_FROM_BYTES:
            outgoing = await asyncio.to_thread(provider.encode, request, base_url, delivery)
        else:
            outgoing = provider.encode(request, base_url, delivery)
        return Prepared(outgoing, request, redacted.hidden, redacted.vault)

    async def _question(
        self,
        outgoing: OutgoingRequest,
        request: ModelRequest,
        facts: SentFacts,
        conversation: int | None,
        vault: Vault | None,
        hidden: Hidden | None = None,
        *,
        unpriced: bool,
    ) -> ClearedRequest:
        """Keep free what a question may cost, write it into the ledger, and clear it."""
        if self.accounts is None:
            row = await self._record(outgoing, conversation, facts)
            return ClearedRequest.issue(outgoing, request, row, None, vault, hidden)
        reservation = await self.accounts.open(request, outgoing.provider, conversation, unpriced=unpriced)
        tokens, price = self.accounts.estimate_of(reservation)
        facts = msgspec.structs.replace(facts, tokens=tokens, price=price)
        try:
            row = await self._record(outgoing, conversation, facts)
        except BaseException:  # nothing leaves, also when the turn is stopped here: nothing stays reserved
            await self.accounts.cancel(reservation)
            raise
        return ClearedRequest.issue(outgoing, request, row, reservation, vault, hidden)

    @property
    def _kept(self) -> bool:
        return self._contents is not None and self._keeps()

    async def _record(self, outgoing: OutgoingRequest, conversation: int | None, facts: SentFacts) -> int:
        digest = outgoing.file.digest if outgoing.file is not None else hashlib.sha256(outgoing.body).hexdigest()
        if facts.kept and self._contents is not None:  # before the row, which would claim what is not there
            if outgoing.file is not None:
                await self._contents.keep_file(outgoing.file)
            else:
                await self._contents.keep(outgoing.body)
            await self._contents.keep(f"{outgoing.method} {outgoing.url}".encode())
        row = await self._ledger.record(outgoing, digest, conversation, facts)
        self.recorded.publish(conversation)
        return row


def _told_by_tool(outgoing: OutgoingRequest) -> Iterator[str]:
    """What a tool says in a request, however it is written there; a server's address is the person's own."""
    said = list(strings(outgoing.body))
    if outgoing.purpose is Purpose.PAGE:
        said.append(outgoing.url)
    for text in said:
        yield text
        yield unquote_plus(text)
