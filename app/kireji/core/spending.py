"""What questions cost: entries, sums, and bounds that no question may pass. Amounts are US dollars."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

import msgspec

from kireji.core.history import Origin
from kireji.core.messages import Usage


class Period(enum.Enum):
    """What a budget is for."""

    DAY = "day"
    MONTH = "month"
    CONVERSATION = "conversation"


class Limit(msgspec.Struct, frozen=True):
    """A budget as it holds now.

    Args:
        period: What it is for.
        most: US dollars.
        since: When the period began (UTC); None for a conversation.
        conversation: Which one; None for all.
    """

    period: Period
    most: float
    since: datetime | None = None
    conversation: int | None = None


class Exceeded(msgspec.Struct, frozen=True):
    """Why a question may not go out.

    Args:
        limit: The budget that it could pass.
        taken: What is spent already, and what answers that run now may still cost.
    """

    limit: Limit
    taken: float


class Entry(msgspec.Struct, frozen=True):
    """A question that is about to be sent.

    Args:
        provider: Whose service.
        model: Which model.
        conversation: Where it is asked; None in none.
        most: What it may cost at most; None when the price is unknown.
        origin: The process that asks.
        holder: Name of what outlives the process that asks, such as a batch, and settles the entry another day; empty
            for none. There is one entry under a name.
    """

    provider: str
    model: str
    conversation: int | None
    most: float | None
    origin: Origin | None = None
    holder: str = ""


class Spent(msgspec.Struct, frozen=True):
    """A sum over answers.

    Args:
        cost: What is known of it.
        answers: How many requests.
        unpriced: Of how many of them the price is unknown.
        running: What requests that run now may cost at most; not in `cost`.
        fresh_tokens: Read anew.
        cached_tokens: Read from the service's cache.
        output_tokens: Written.
    """

    cost: float = 0.0
    answers: int = 0
    unpriced: int = 0
    running: float = 0.0
    fresh_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0

    @property
    def cached_share(self) -> float | None:
        """Which part of what was read came from the cache; None when nothing was read."""
        read = self.fresh_tokens + self.cached_tokens
        return self.cached_tokens / read if read else None


class OfModel(msgspec.Struct, frozen=True):
    """What one model cost."""

    provider: str
    model: str
    spent: Spent


class OfDay(msgspec.Struct, frozen=True):
    """What one day cost, by this computer's own calendar."""

    day: date
    cost: float


class Moment(msgspec.Struct, frozen=True):
    """What was spent within a quarter of an hour, from which days follow in every time zone.

    Args:
        start: When it began (UTC).
        cost: US dollars.
    """

    start: datetime
    cost: float


class SpendingStore(Protocol):
    """What every question has cost or may cost; it outlives its conversation."""

    async def reserve(self, entry: Entry, limits: Sequence[Limit]) -> int | Exceeded:
        """Write down that a question is about to be sent, unless it could pass one of `limits`.

        Reading the sums and writing are one step, also for several processes at the same time. An entry under the same
        holder, which a process that is gone may have made, is not counted beside it but takes its new amount.

        Returns:
            The number of the entry, or the first of the limits that stands in the way.

        Raises:
            StoreError: The environment's fault; nothing may be sent then.
        """

    async def settle(self, entry: int, usage: Usage) -> None:
        """What it used and cost in the end; with an unknown cost when `usage` has none."""

    async def release(self, entry: int) -> None:
        """Nothing was used after all."""

    async def settle_held(self, entry: Entry, usage: Usage) -> None:
        """What the entry under a holder used and cost in the end; may be told again, and the last word counts.

        Args:
            entry: As it was reserved. It is written anew when it is gone: what was paid is never forgotten.
            usage: With an unknown cost where it has none.
        """

    async def release_held(self, holder: str) -> None:
        """Nothing was used under this holder after all; what is settled stays."""

    async def held(self) -> Mapping[str, float]:
        """The holders whose entries are not settled, with what these may cost at most."""

    async def close_lost(self) -> int:
        """Entries of processes that are gone, which nobody settles any more, cost what they could cost at most.

        Those that have a holder are left alone.

        Returns:
            How many.
        """

    async def spent(self, since: datetime | None = None, conversation: int | None = None) -> Spent:
        """The sum since a time, of all conversations or of one."""

    async def by_model(self, since: datetime | None = None) -> Sequence[OfModel]:
        """The sums for each model, the dearest first."""

    async def moments(self, since: datetime) -> Sequence[Moment]:
        """What was spent when, oldest first; quarters of an hour without anything are left out."""
