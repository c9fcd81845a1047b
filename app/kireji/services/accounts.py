"""What is kept free for a question before it is sent, and what became of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

import msgspec

from kireji.core.errors import StoreError
from kireji.core.events import ModelEvent, PartDelta, PartStarted, UsageReported
from kireji.core.messages import Usage
from kireji.core.request_tokens import Contents
from kireji.core.requests import ClearedRequest, ModelRequest
from kireji.core.token_corrections import estimated
from kireji.core.tokens import Family, measured
from kireji.services.spending import Spending, at_most
from kireji.services.token_counts import TokenCounts

log = logging.getLogger(__name__)


class Estimate(NamedTuple):
    """What a request is expected to use.

    Args:
        tokens: Of its prompt.
        price: US dollars that it costs at most; None when its price is unknown.
    """

    tokens: int
    price: float | None


class Accounts:
    """Holds every question to the budgets, and learns from what services report.

    Args:
        spending: Budgets, and what was spent.
        counts: How many tokens something has.
    """

    def __init__(self, spending: Spending, counts: TokenCounts) -> None:
        self.spending = spending
        self.counts = counts
        self._open: dict[int, tuple[Contents, int | None]] = {}
        """What is under way, by reservation."""
        self._estimates: dict[int, Estimate] = {}

    async def open(
        self, request: ModelRequest, provider: str, conversation: int | None, *, unpriced: bool = False
    ) -> int:
        """Keep free what a request may cost.

        Raises:
            BudgetReached: It could pass a budget.
            PriceUnknown: There is a budget, and nobody knows what it costs.
            StoreError: It could not be written; then nothing may be sent.
        """
        contents = await self.counts.contents(request)
        prompt = await self.counts.counted(contents, request.model)
        reservation = await self.spending.reserve(request, provider, prompt.total, conversation, unpriced=unpriced)
        self._open[reservation] = (contents, conversation)
        self._estimates[reservation] = Estimate(round(prompt.total.tokens), at_most(request, prompt.total))
        return reservation

    async def check(self, request: ModelRequest, conversation: int | None, *, unpriced: bool = False) -> None:
        """Say what `open` would say now; nothing is kept free.

        Raises:
            BudgetReached: It could pass a budget.
            PriceUnknown: There is a budget, and nobody knows what it costs.
            StoreError: The environment's fault.
        """
        prompt = await self.counts.counted(await self.counts.contents(request), request.model)
        await self.spending.check(request, prompt.total, conversation, unpriced=unpriced)

    def estimate_of(self, reservation: int) -> Estimate:
        """What a request was expected to use when room was kept for it; told once."""
        return self._estimates.pop(reservation)

    async def estimate(self, request: ModelRequest) -> Estimate:
        """What a request would use; nothing is kept free for it."""
        prompt = await self.counts.counted(await self.counts.contents(request), request.model)
        return Estimate(round(prompt.total.tokens), at_most(request, prompt.total))

    async def cancel(self, reservation: int) -> None:
        """Nothing was sent, or nothing was charged for it."""
        self._open.pop(reservation, None)
        self._estimates.pop(reservation, None)
        try:
            await asyncio.shield(self.spending.release(reservation))
        except StoreError as error:
            log.warning("what was kept free could not be given back: %s", error)

    async def close(self, reservation: int, request: ModelRequest, answer: Answered) -> None:
        """What a request used is known, or as much of it as can be."""
        contents, conversation = self._open.pop(reservation, (Contents(), None))
        usage = answer.usage
        if usage is not None and not answer.broken_off:
            await self.counts.learn(contents, request.model, usage)
        try:
            await self.spending.settle(reservation, await self._charged(contents, request, answer), conversation)
        except StoreError as error:
            log.warning("what an answer cost could not be written down: %s", error)

    @asynccontextmanager
    async def answering(self, cleared: ClearedRequest) -> AsyncIterator[Answered]:
        """While inside, the answer to a request comes; on leaving, however that happens, it is settled."""
        answer = Answered()
        request, reservation = cleared.request, cleared.reservation
        try:
            yield answer
        except asyncio.CancelledError:
            answer.broken_off = answer.unknown = True
            raise
        except BaseException:  # whatever broke it off, what had come has to be paid for
            answer.broken_off = True
            raise
        finally:
            if reservation is not None and request is not None:
                if answer.charged:
                    await asyncio.shield(self.close(reservation, request, answer))
                else:
                    await self.cancel(reservation)

    async def _charged(self, contents: Contents, request: ModelRequest, answer: Answered) -> Usage:
        """What the service reported; for an answer that broke off, at least what had arrived by then.

        Services charge what they had read and written when the connection ended, and tell it nobody any more.
        """
        usage = answer.usage
        if usage is not None and not answer.broken_off:
            return usage
        if usage is None:
            prompt = await self.counts.counted(contents, request.model)
            usage = Usage(input_tokens=prompt.tokens)
        arrived = estimated(
            measured("".join(answer.pieces)), Family.of(request.model), await self.counts.correction(request.model)
        )
        usage = msgspec.structs.replace(usage, output_tokens=max(usage.output_tokens, round(arrived.tokens)))
        known = request.info.cost(usage) if request.info else None
        costs = [cost for cost in (known, usage.cost) if cost is not None]
        return msgspec.structs.replace(usage, cost=max(costs) if costs else None)


class Answered:
    """What is seen of an answer while it comes."""

    def __init__(self) -> None:
        self.usage: Usage | None = None
        self.pieces: list[str] = []
        self.begun = False
        self.broken_off = False
        self.unknown = False
        """Whether it ended before the service had said anything, so that nobody knows whether it works on it."""

    def feed(self, event: ModelEvent) -> None:
        """Take one event in."""
        match event:
            case UsageReported(usage):
                self.begun, self.usage = True, usage
            case PartDelta(_, text):
                self.pieces.append(text)
            case PartStarted():
                self.begun = True

    @property
    def charged(self) -> bool:
        """Whether it costs something: a request that was refused does not."""
        return self.begun or self.unknown or not self.broken_off
