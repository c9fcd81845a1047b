"""What is kept free for batches of jobs before they are sent, and what became of them, days later."""

from __future__ import annotations

import logging

from kireji.core.errors import StoreError
from kireji.core.ledger import AnsweredFacts, Outcome
from kireji.core.messages import Usage
from kireji.core.ports import Ledger
from kireji.core.publisher import Publisher
from kireji.core.requests import OutgoingRequest
from kireji.services.sent_facts import BatchFacts
from kireji.services.spending import Spending

log = logging.getLogger(__name__)


class BatchAccounts:
    """Holds batches to the budgets; a part of the outbox.

    What is kept free for a batch stands under its name, which outlives the process that sends it. Whoever learns of its
    end says so, more than once if need be.

    Args:
        ledger: Has a row for every batch.
        spending: The budgets; None has none.
        recorded: Told of what is new in the ledger.
    """

    def __init__(self, ledger: Ledger, spending: Spending | None, recorded: Publisher[int | None]) -> None:
        self._ledger = ledger
        self._spending = spending
        self._recorded = recorded

    async def open(self, outgoing: OutgoingRequest, batch: BatchFacts, *, unpriced: bool) -> None:
        """Keep free what a batch may cost.

        Raises:
            BudgetReached: It could pass a budget.
            PriceUnknown: There is a budget, and nobody knows what it costs.
            StoreError: It could not be written; then nothing may be sent.
        """
        if self._spending is not None:
            provider, model = outgoing.provider, outgoing.model
            await self._spending.reserve_held(batch.holder, provider, model, batch.most, unpriced=unpriced)

    async def give_back(self, holder: str) -> None:
        """Nothing has left."""
        if self._spending is None:
            return
        try:
            await self._spending.release_held(holder)
        except StoreError as error:
            log.warning("what was kept free could not be given back: %s", error)

    async def close(self, holder: str, provider: str, model: str, usage: Usage) -> None:
        """What a batch has used in the end.

        Args:
            holder: Its name.
            provider: Whose service.
            model: Which model.
            usage: What its results say. Where that is nothing at all, it counts with what it could cost at most.

        Raises:
            StoreError: It could not be written.
        """
        if self._spending is not None:
            if usage == Usage():
                held = await self._spending.held()
                if holder not in held:
                    return  # what is known of it was told before
                usage = Usage(cost=held[holder])
            await self._spending.settle_held(holder, provider, model, usage)
        await self._answered(holder, AnsweredFacts(Outcome.COMPLETE, usage=usage))

    async def cancel(self, holder: str) -> None:
        """A batch was never taken up; what was said before of what it used stays.

        Raises:
            StoreError: It could not be written.
        """
        if self._spending is not None:
            await self._spending.release_held(holder)
        row = await self._ledger.of_batch(holder)
        if row is None or row.answer is None or row.answer.outcome is not Outcome.COMPLETE:
            await self._answered(holder, AnsweredFacts(Outcome.FAILED, "never taken up"))

    async def held(self) -> frozenset[str]:
        """Names of batches for which something is kept free.

        Raises:
            StoreError: It could not be read.
        """
        return frozenset() if self._spending is None else frozenset(await self._spending.held())

    async def _answered(self, holder: str, facts: AnsweredFacts) -> None:
        """Write into the ledger what became of a batch, unless that stands there."""
        row = await self._ledger.of_batch(holder)
        if row is not None and row.answer != facts:
            await self._ledger.answered(row.id, facts)
            self._recorded.publish(None)
