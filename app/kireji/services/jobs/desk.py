"""Makes the request that a batch leaves in, and keeps its account."""

from __future__ import annotations

import msgspec

from kireji.core.jobs.ports import BatchLimits, JobStore, Spool
from kireji.core.jobs.values import Batch, Job
from kireji.core.messages import Usage
from kireji.core.requests import ClearedRequest
from kireji.services.credentials import Credential
from kireji.services.jobs.encoding import BatchWriting
from kireji.services.jobs.news import JobNews
from kireji.services.jobs.preparing import Preparing
from kireji.services.jobs.row_making import RowMaking
from kireji.services.jobs.targets import JobTargets
from kireji.services.jobs.weighing import Weighing
from kireji.services.outbox import Outbox
from kireji.services.sent_facts import BatchFacts


class BatchDesk:
    """Satisfies `services.jobs.engine.Desk` over the outbox.

    Args:
        store: The queue.
        spool: Where bodies stand while they are sent.
        targets: Finds who answers.
        rows: Makes what rows ask.
        outbox: The gate: redaction, budgets and the ledger.
        news: Told how far a batch is.
    """

    def __init__(
        self, store: JobStore, spool: Spool, targets: JobTargets, rows: RowMaking, outbox: Outbox, news: JobNews
    ) -> None:
        self._store = store
        self._spool = spool
        self._targets = targets
        self._rows = rows
        self._outbox = outbox
        self._news = news

    async def limits(self, job: Job) -> BatchLimits:
        """As in Desk."""
        return (await self._targets.of_batches(job.plan)).limits

    async def write(self, job: Job, batch: Batch, credential: Credential) -> ClearedRequest | None:
        """As in Desk.

        Raises:
            Unsent: The person has stopped the job meanwhile.
            JobError: The model has no batches (any more).
            ModelUnavailable: It is retired.
            BudgetReached: The batch could pass a budget.
            PriceUnknown: There is a budget, and nobody knows what it costs.
            RedactionFailed: The person's own words cannot be read.
            StoreError: The body, the queue or the ledger could not be written.
        """
        target = await self._targets.of_batches(job.plan)
        accounts = self._outbox.accounts
        weighing = await Weighing.of(job.plan, target.info, accounts.counts if accounts is not None else None)
        await self._outbox.ready_for_rows(job.plan.provider)
        writing = BatchWriting(
            self._store,
            self._rows,
            self._outbox,
            target.format,
            target.batches,
            target.limits,
            target.info,
            weighing,
            Preparing(self._store, self._news, batch),
        )
        try:
            body = await self._spool.write(batch.key, writing.chunks(job.plan, batch))
            await self._store.give_back(batch.id, writing.last)
            if not writing.count:
                await self._spool.discard(batch.key)
                return None
            share = target.limits.price_share
            facts = BatchFacts(
                holder=batch.key,
                rows=writing.count,
                tokens=writing.tokens,
                most=None if writing.most is None else writing.most * share,
                hidden=dict(writing.hidden),
                pictures=writing.pictures,
                documents=writing.documents,
                max_tokens=job.plan.max_tokens,
                effort=job.plan.effort,
            )
            outgoing = target.batches.encode(credential.base_url, job.plan.model, body)
            return await self._outbox.clear_batch(outgoing, facts, unpriced=job.plan.unpriced)
        except BaseException:  # also when it is cancelled: nothing has left, and no body stays
            await self._spool.discard(batch.key)
            raise

    async def written(self, batch: Batch) -> None:
        """As in Desk."""
        await self._spool.discard(batch.key)

    async def settle(self, job: Job, batch: Batch, usage: Usage) -> None:
        """As in Desk. What nobody can tell any more counts with what it could cost at most."""
        if usage.cost is None and usage.total_tokens:
            usage = msgspec.structs.replace(usage, cost=self._targets.price(job.plan, usage))
        await self._outbox.batches.close(batch.key, job.plan.provider, job.plan.model, usage)

    async def release(self, batch: Batch) -> None:
        """As in Desk."""
        await self._outbox.batches.cancel(batch.key)
