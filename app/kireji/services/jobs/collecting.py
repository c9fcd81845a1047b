"""Reads the results of a batch into the queue.

They come in any order, and may break off anywhere: what came is stored, and all of it is read again later. A row's
result is stored once.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping

import msgspec

from kireji.core.errors import ProviderError
from kireji.core.jobs.custom_ids import custom_id
from kireji.core.jobs.ports import BatchProvider, BatchResult, RemoteBatch
from kireji.core.jobs.states import BatchState, JobState
from kireji.core.jobs.values import Batch, Job, Outcome, RowResult
from kireji.core.messages import Usage
from kireji.core.words import say
from kireji.services.credentials import Credential
from kireji.services.jobs.engine import Engine
from kireji.services.jobs.reconciling import FOREIGN, Reconciling

log = logging.getLogger(__name__)

_LINES_PER_ROW, _SPARE_LINES = 2, 1_000
"""More lines than these are no results of a batch, but a stream without an end."""
_ROWS = (1_000, 10_000)
_SHARE = 10
"""Results are stored a tenth of the batch at a time, within these: in a large batch they come from all over it, and
each time nearly all of its rows are written anew."""
_BYTES = 8 << 20
_READ_AGAIN = 3
"""How often results that end too early are read before it is believed that there are no more."""


class _Tally:
    """What was read so far."""

    def __init__(self) -> None:
        self.seen: set[int] = set()
        self.foreign = 0
        self._tokens = [0, 0, 0, 0, 0]
        self._cost: float | None = None
        self._unpriced = False

    def take(self, number: int, outcome: Outcome, usage: Usage) -> bool:
        """Add a row's result; False when the row had one before."""
        if number in self.seen:
            return False
        self.seen.add(number)
        tokens = self._tokens
        tokens[0] += usage.input_tokens
        tokens[1] += usage.output_tokens
        tokens[2] += usage.cache_read_tokens
        tokens[3] += usage.cache_write_tokens
        tokens[4] += usage.thinking_tokens
        if usage.cost is not None:
            self._cost = (self._cost or 0.0) + usage.cost
        elif outcome is Outcome.SUCCEEDED:
            self._unpriced = True
        return True

    @property
    def usage(self) -> Usage:
        """What all of them used; where none was answered that is nothing, for only answers are charged."""
        read, written, cache_read, cache_write, thinking = self._tokens
        cost = 0.0 if self._cost is None and self.seen and not self._unpriced else self._cost
        return Usage(read, written, cache_read, cache_write, thinking, cost)


class Collecting:
    """Collects.

    Args:
        engine: What the steps share.
        reconciling: Finds batches that turned out to be others.
    """

    def __init__(self, engine: Engine, reconciling: Reconciling) -> None:
        self._engine = engine
        self._reconciling = reconciling
        self._short: dict[int, int] = {}

    async def collect(
        self, job: Job, batch: Batch, provider: BatchProvider, credential: Credential, remote: RemoteBatch
    ) -> None:
        """Read all results of a batch that is COLLECTING, and end it.

        Raises:
            ResultsExpired: They are no longer to be had.
            ProviderError: Refused, or broken off; what came is stored.
            StoreError: They cannot be stored; what came before is.
        """
        numbers = {custom_id(batch.key, number): number for number in await self._engine.store.numbers(batch.id)}
        tally = _Tally()
        async with provider.results(
            self._engine.gate, credential.base_url, credential.secret, batch.remote, job.plan.model
        ) as results:
            await self._read(job, batch, results, numbers, tally)
        await self._conclude(job, batch, remote, tally)

    async def _read(
        self, job: Job, batch: Batch, results: AsyncIterator[BatchResult], numbers: Mapping[str, int], tally: _Tally
    ) -> None:
        chunk: list[RowResult] = []
        size, most = 0, min(max(_ROWS[0], len(numbers) // _SHARE), _ROWS[1])
        lines, last = 0, len(numbers) * _LINES_PER_ROW + _SPARE_LINES
        try:
            async for result in results:
                lines += 1
                if lines > last:
                    raise _endless(batch)
                number = numbers.get(result.custom_id)
                if number is None:
                    tally.foreign += 1
                    if not tally.seen and tally.foreign >= FOREIGN:
                        return  # none of so many is ours: nothing more need be read to know whose it is
                    continue
                if not tally.take(number, result.outcome, result.usage):
                    continue
                chunk.append(RowResult(number, result.outcome, result.payload, result.usage, result.sentence))
                size += len(result.payload)
                if len(chunk) >= most or size >= _BYTES:
                    await self._store(job, batch, chunk)
                    chunk, size = [], 0
        except ProviderError:
            await self._store(job, batch, chunk)
            raise
        await self._store(job, batch, chunk)

    async def _store(self, job: Job, batch: Batch, chunk: list[RowResult]) -> None:
        if chunk and await self._engine.store.record(batch.id, await self._engine.judged(job, batch.id, chunk)):
            self._engine.news.changed.publish(job.id)

    async def _conclude(self, job: Job, batch: Batch, remote: RemoteBatch, tally: _Tally) -> None:
        engine = self._engine
        if tally.foreign:
            log.warning("batch %d: %d results of %s are not its own", batch.id, tally.foreign, batch.remote)
        missing = await engine.store.numbers(batch.id, waiting=True)
        if missing and not tally.seen and tally.foreign and not batch.proven:
            await self._reconciling.refute(batch, batch.remote)
            return
        if missing and await self._read_again(batch):
            return
        if missing and tally.foreign:
            await self._doubtful(job, batch, remote, tally)
            return
        if missing and job.state is JobState.CANCELLING:
            canceled = [RowResult(number, Outcome.CANCELED) for number in sorted(missing)]
            await engine.store.record(batch.id, canceled)
        await self._settle(job, batch, remote, tally)
        self._short.pop(batch.id, None)
        await engine.change(batch, BatchState.COMPLETED, proven=True)

    async def _read_again(self, batch: Batch) -> bool:
        """Whether results that ended too early are read again later: a proxy may have cut them."""
        times = self._short[batch.id] = self._short.get(batch.id, 0) + 1
        if times >= _READ_AGAIN:
            return False
        await self._engine.release(batch, self._engine.timings.first_retry)
        return True

    async def _settle(self, job: Job, batch: Batch, remote: RemoteBatch, tally: _Tally) -> None:
        usage = tally.usage if remote.cost is None else msgspec.structs.replace(tally.usage, cost=remote.cost)
        await self._engine.desk.settle(job, batch, usage)

    async def _doubtful(self, job: Job, batch: Batch, remote: RemoteBatch, tally: _Tally) -> None:
        """What was reported is paid for, whatever the person says of the rest; read again, it is settled anew."""
        if tally.seen or remote.cost is not None:
            await self._settle(job, batch, remote, tally)
        self._short.pop(batch.id, None)
        sentence = say("The service mixed results of others into a batch, and some of its own are missing.")
        await self._engine.change(batch, BatchState.NEEDS_YOU, proven=True, sentence=sentence)


def _endless(batch: Batch) -> ProviderError:
    return ProviderError(say("The results of a batch of {rows} rows do not end.", rows=batch.rows), retryable=True)
