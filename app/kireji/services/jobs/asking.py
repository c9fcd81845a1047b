"""Asks one row through the normal interface, at full price."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from kireji.core.events import MessageBuilder, UsageReported
from kireji.core.jobs.kept import KeptAnswer, encoded
from kireji.core.jobs.ports import JobStore
from kireji.core.jobs.values import Batch, JobPlan, Mode, Outcome, RowInput, RowResult
from kireji.core.ledger import AnsweredFacts
from kireji.core.ledger import Outcome as Ending
from kireji.core.messages import StopReason, Usage
from kireji.core.requests import ClearedRequest
from kireji.services.credentials import Credential, Credentials
from kireji.services.jobs.row_making import RowMaking
from kireji.services.jobs.targets import Target
from kireji.services.outbox import Outbox

log = logging.getLogger(__name__)


class Cleared(NamedTuple):
    """A row that may leave.

    Args:
        request: Cleared by the outbox.
        values: What placeholders in it stand for.
    """

    request: ClearedRequest
    values: Mapping[str, str]


class RowAsking:
    """Asks rows, each through the outbox.

    Args:
        outbox: The gate.
        credentials: With which key.
        rows: Makes what is sent of what was read.
    """

    def __init__(self, outbox: Outbox, credentials: Credentials, rows: RowMaking) -> None:
        self._outbox = outbox
        self._credentials = credentials
        self._rows = rows

    async def credential(self, target: Target) -> Credential:
        """With what rows are asked.

        Raises:
            AuthenticationFailed: A key is needed, and there is none.
            KeyStoreError: The keychain did not give it.
        """
        return await self._credentials.used_by(target.provider, target.base_url)

    async def prepare(self, target: Target) -> None:
        """To be called before rows are asked. Raises RedactionFailed: the settings let nothing leave."""
        await self._outbox.ready_for_rows(target.provider.name)

    async def clear(self, plan: JobPlan, target: Target, row: RowInput) -> Cleared:
        """Hide what is to be hidden, keep free what it may cost, and write it into the ledger; nothing leaves yet.

        Raises:
            RequestRejected: The service's form cannot hold it.
            ModelUnavailable: The model is retired.
            RedactionFailed: It could not be looked through.
            BudgetReached: It could pass a budget.
            PriceUnknown: There is a budget, and nobody knows what it costs.
            StoreError: A picture is lost, or the ledger could not be written.
        """
        safe = await self._outbox.clear_row(
            target.provider,
            await self._rows.row(plan, target.info, row, Mode.LIVE),
            target.base_url,
            unpriced=plan.unpriced,
        )
        return Cleared(safe, safe.vault.values if safe.vault is not None else {})

    async def answer(
        self, store: JobStore, batch: Batch, plan: JobPlan, target: Target, credential: Credential, row: RowInput
    ) -> RowResult:
        """Ask a row of a LIVE batch; that it leaves is written down before it does.

        Raises:
            JobConflict: The row is not in the batch any more.
            KirejiError: As for `clear`, and what the service says.
        """
        cleared = await self.clear(plan, target, row)
        try:
            if cleared.values:
                await store.keep_values(batch.id, {row.number: cleared.values})
            await store.mark_sent(batch.id, row.number)
        except BaseException:  # nothing has left
            await self.drop(cleared)
            raise
        return await self.send(target, credential, row.number, cleared)

    async def drop(self, cleared: Cleared) -> None:
        """A row does not leave after all: give back what was kept free for it."""
        if self._outbox.accounts is not None and cleared.request.reservation is not None:
            await self._outbox.accounts.cancel(cleared.request.reservation)

    async def send(self, target: Target, credential: Credential, row: int, cleared: Cleared) -> RowResult:
        """Send it, and take the answer in.

        Raises:
            ProviderError: It was refused or broke off.
            ReaderError: From this computer's reader.
        """
        request, provider = cleared.request, target.provider
        builder = MessageBuilder(provider.name)
        ending, reason, usage = Ending.STOPPED, "", None
        try:
            with self._credentials.in_use(provider.name, credential):
                async with (
                    self._outbox.answering(request) as answer,
                    provider.stream(request, credential.secret) as events,
                ):
                    async for event in events:
                        answer.feed(event)
                        builder.feed(event)
                        usage = event.usage if isinstance(event, UsageReported) else usage
            ending = Ending.COMPLETE
        except Exception as error:  # passed on; the ledger names it
            ending, reason = Ending.FAILED, type(error).__name__
            raise
        finally:
            await self._outbox.answered(request, AnsweredFacts(ending, reason, request.attempts, usage), None)
        return _result(row, builder, usage or Usage())


def _result(row: int, builder: MessageBuilder, usage: Usage) -> RowResult:
    message, finished = builder.snapshot(), builder.finished
    stop = finished.reason if finished is not None else StopReason.OTHER
    blocks = msgspec.Raw(finished.raw) if finished is not None and finished.raw is not None else msgspec.Raw(b"null")
    kept = KeptAnswer(message.text, stop, finished.detail if finished is not None else "", blocks)
    return RowResult(row, Outcome.SUCCEEDED, encoded(kept), usage)
