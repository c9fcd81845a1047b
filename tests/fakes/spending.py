"""Stores of what questions cost and of how models count, in memory; they pass the same suite as the real ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from kireji.core.errors import StoreError
from kireji.core.history import Origin
from kireji.core.messages import Usage
from kireji.core.spending import Entry, Exceeded, Limit, Moment, OfModel, Spent
from kireji.core.token_corrections import Correction
from tests.fakes.history import Ticking


@dataclass
class Row:
    """An entry with what became of it."""

    time: datetime
    entry: Entry
    usage: Usage | None = None

    @property
    def taken(self) -> float:
        """What it counts in a budget."""
        if self.usage is None:
            return self.entry.most or 0.0
        return self.usage.cost or 0.0


class MemorySpendingStore:
    """Rows in memory.

    Attributes:
        failure: When set, every call raises it.
        rows: Every entry by its number.
    """

    def __init__(
        self, now: Callable[[], datetime] | None = None, alive: Callable[[Origin], bool] = lambda _: True
    ) -> None:
        self._now = now or Ticking()
        self._alive = alive
        self.failure: StoreError | None = None
        self.rows: dict[int, Row] = {}
        self._last = 0

    async def reserve(self, entry: Entry, limits: Sequence[Limit]) -> int | Exceeded:
        self._fail()
        held = self._held(entry.holder)
        for limit in limits:
            others = [row for row in self._of(limit.since, limit.conversation) if row is not self.rows.get(held or 0)]
            taken = sum(row.taken for row in others)
            if taken + (entry.most or 0.0) > limit.most + 1e-9:
                return Exceeded(limit, taken)
        if held is not None:
            if self.rows[held].usage is None:
                self.rows[held].entry = entry
            return held
        self._last += 1
        self.rows[self._last] = Row(self._now(), entry)
        return self._last

    async def settle(self, entry: int, usage: Usage) -> None:
        self._fail()
        if entry in self.rows:
            self.rows[entry].usage = usage

    async def release(self, entry: int) -> None:
        self._fail()
        self.rows.pop(entry, None)

    async def settle_held(self, entry: Entry, usage: Usage) -> None:
        self._fail()
        held = self._held(entry.holder)
        if held is None:
            self._last = held = self._last + 1
            self.rows[held] = Row(self._now(), entry)
        self.rows[held].usage = usage

    async def release_held(self, holder: str) -> None:
        self._fail()
        held = self._held(holder)
        if held is not None and self.rows[held].usage is None:
            del self.rows[held]

    async def held(self) -> Mapping[str, float]:
        self._fail()
        rows = [row for row in self.rows.values() if row.entry.holder and row.usage is None]
        return {row.entry.holder: row.entry.most or 0.0 for row in rows}

    def _held(self, holder: str) -> int | None:
        return next((number for number, row in self.rows.items() if holder and row.entry.holder == holder), None)

    async def close_lost(self) -> int:
        self._fail()
        running = [row for row in self.rows.values() if row.usage is None and not row.entry.holder]
        lost = [row for row in running if row.entry.origin is None or not self._alive(row.entry.origin)]
        for row in lost:
            row.usage = Usage(cost=row.entry.most or 0.0)
        return len(lost)

    async def spent(self, since: datetime | None = None, conversation: int | None = None) -> Spent:
        self._fail()
        return _sum(self._of(since, conversation))

    async def by_model(self, since: datetime | None = None) -> Sequence[OfModel]:
        self._fail()
        models: dict[tuple[str, str], list[Row]] = {}
        for row in self._of(since, None):
            models.setdefault((row.entry.provider, row.entry.model), []).append(row)
        found = [OfModel(provider, model, _sum(rows)) for (provider, model), rows in models.items()]
        return sorted(found, key=lambda one: (-one.spent.cost, -one.spent.answers, one.provider, one.model))

    async def moments(self, since: datetime) -> Sequence[Moment]:
        self._fail()
        sums: dict[int, float] = {}
        for row in self._of(since, None):
            if row.usage is not None and row.usage.cost is not None:
                quarter = int(row.time.timestamp()) // 900
                sums[quarter] = sums.get(quarter, 0.0) + row.usage.cost
        return [Moment(datetime.fromtimestamp(quarter * 900, UTC), cost) for quarter, cost in sorted(sums.items())]

    def _of(self, since: datetime | None, conversation: int | None) -> list[Row]:
        return [
            row
            for row in self.rows.values()
            if (since is None or row.time >= since) and (conversation is None or row.entry.conversation == conversation)
        ]

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure


def _sum(rows: Sequence[Row]) -> Spent:
    done = [row.usage for row in rows if row.usage is not None]
    return Spent(
        sum(usage.cost or 0.0 for usage in done),
        len(done),
        sum(usage.cost is None for usage in done),
        sum(row.entry.most or 0.0 for row in rows if row.usage is None),
        sum(usage.input_tokens + usage.cache_write_tokens for usage in done),
        sum(usage.cache_read_tokens for usage in done),
        sum(usage.output_tokens for usage in done),
    )


class MemoryCorrectionStore:
    """Keeps what it is given.

    Attributes:
        failure: When set, every call raises it.
        kept: By the name of the models.
    """

    def __init__(self) -> None:
        self.failure: StoreError | None = None
        self.kept: dict[str, Correction] = {}

    async def load(self) -> Mapping[str, Correction]:
        if self.failure is not None:
            raise self.failure
        return dict(self.kept)

    async def save(self, models: str, correction: Correction) -> None:
        if self.failure is not None:
            raise self.failure
        self.kept[models] = correction
