"""What questions have cost and may cost, in the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kireji.core.history import Origin
from kireji.core.messages import Usage
from kireji.core.spending import Entry, Exceeded, Limit, Moment, OfModel, Spent
from kireji.storage import rows
from kireji.storage.database import Database

if TYPE_CHECKING:
    from sqlite3 import Connection

_QUARTER = 15 * 60 * 1_000_000
"""Microseconds: no time zone is off by less."""
_ROUNDING = 1e-9
"""US dollars by which sums of binary fractions may be off."""

_RESERVE = """
    INSERT INTO spending (time, provider, model, conversation, state, reserved, origin_pid, origin_started, holder)
    VALUES (?, ?, ?, ?, 'running', ?, ?, ?, ?)
    ON CONFLICT (holder) WHERE holder IS NOT NULL
    DO UPDATE SET reserved = excluded.reserved WHERE state = 'running'
"""
_SETTLE = """
    UPDATE spending SET state = 'done', input = ?, output = ?, cache_read = ?, cache_write = ?, cost = ? WHERE id = ?
"""
_SETTLE_HELD = """
    INSERT INTO spending
    (time, provider, model, conversation, state, reserved, holder, input, output, cache_read, cache_write, cost)
    VALUES (?, ?, ?, ?, 'done', ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (holder) WHERE holder IS NOT NULL
    DO UPDATE SET state = 'done', input = excluded.input, output = excluded.output,
    cache_read = excluded.cache_read, cache_write = excluded.cache_write, cost = excluded.cost
"""
_OF_HOLDER = "SELECT id FROM spending WHERE holder = ?"
_HELD = "SELECT holder, reserved FROM spending WHERE state = 'running' AND holder IS NOT NULL"
_RUNNING = "SELECT id, origin_pid, origin_started FROM spending WHERE state = 'running' AND holder IS NULL"
_LOST = "UPDATE spending SET state = 'done', cost = reserved WHERE id = ?"
_TAKEN = "SELECT coalesce(sum(iif(state = 'running', reserved, cost)), 0.0) FROM spending WHERE "
_SUMS = """
    SELECT
    coalesce(sum(iif(state = 'running', NULL, cost)), 0.0),
    count(iif(state = 'running', NULL, 1)),
    count(iif(state = 'running' OR cost IS NOT NULL, NULL, 1)),
    coalesce(sum(iif(state = 'running', reserved, 0)), 0.0),
    coalesce(sum(input + cache_write), 0), coalesce(sum(cache_read), 0), coalesce(sum(output), 0),
    provider, model
    FROM spending WHERE
"""
_BY_MODEL = " GROUP BY provider, model"
_MOMENTS = """
    SELECT time / ?1 AS quarter, sum(cost) FROM spending
    WHERE time >= ?2 AND state = 'done' AND cost IS NOT NULL GROUP BY quarter ORDER BY quarter
"""


class SqliteSpendingStore:
    """A row for each request that could cost something; what it may cost counts until what it did cost is known.

    Args:
        database: Where they are.
        alive: Whether a process still runs.
        now: The time in UTC.
    """

    def __init__(
        self, database: Database, alive: Callable[[Origin], bool], now: Callable[[], datetime] = rows.utc_now
    ) -> None:
        self._database = database
        self._alive = alive
        self._now = now

    async def reserve(self, entry: Entry, limits: Sequence[Limit]) -> int | Exceeded:
        """As in SpendingStore."""
        origin = entry.origin
        values = (
            rows.to_microseconds(self._now()),
            rows.storable(entry.provider),
            rows.storable(entry.model),
            entry.conversation,
            entry.most or 0.0,
            origin.pid if origin else None,
            origin.started if origin else None,
            entry.holder or None,
        )

        def work(connection: Connection) -> int | Exceeded:
            [number] = connection.execute(_OF_HOLDER, (entry.holder,)).fetchone() or [None]
            for limit in limits:
                condition, given = _condition(limit.since, limit.conversation)
                taken = float(
                    connection.execute(f"{_TAKEN}{condition} AND id IS NOT ?", (*given, number)).fetchone()[0]
                )
                if taken + (entry.most or 0.0) > limit.most + _ROUNDING:
                    return Exceeded(limit, taken)
            made = connection.execute(_RESERVE, values).lastrowid
            if number is not None:
                return int(number)
            assert made is not None
            return made

        return await self._database.write(work)

    async def settle(self, entry: int, usage: Usage) -> None:
        """As in SpendingStore."""
        values = (
            usage.input_tokens,
            usage.output_tokens,
            usage.cache_read_tokens,
            usage.cache_write_tokens,
            usage.cost,
            entry,
        )
        await self._database.write(lambda connection: connection.execute(_SETTLE, values).rowcount)

    async def release(self, entry: int) -> None:
        """As in SpendingStore."""
        await self._database.write(
            lambda connection: connection.execute("DELETE FROM spending WHERE id = ?", (entry,)).rowcount
        )

    async def settle_held(self, entry: Entry, usage: Usage) -> None:
        """As in SpendingStore."""
        values = (
            rows.to_microseconds(self._now()),
            rows.storable(entry.provider),
            rows.storable(entry.model),
            entry.conversation,
            entry.most or 0.0,
            entry.holder,
            usage.input_tokens,
            usage.output_tokens,
            usage.cache_read_tokens,
            usage.cache_write_tokens,
            usage.cost,
        )
        await self._database.write(lambda connection: connection.execute(_SETTLE_HELD, values).rowcount)

    async def release_held(self, holder: str) -> None:
        """As in SpendingStore."""
        await self._database.write(
            lambda connection: (
                connection.execute("DELETE FROM spending WHERE holder = ? AND state = 'running'", (holder,)).rowcount
            )
        )

    async def held(self) -> Mapping[str, float]:
        """As in SpendingStore."""
        return await self._database.run(lambda connection: dict(connection.execute(_HELD).fetchall()))

    async def close_lost(self) -> int:
        """As in SpendingStore."""

        def work(connection: Connection) -> int:
            running = connection.execute(_RUNNING).fetchall()
            lost = [(number,) for number, pid, started in running if not self._runs(pid, started)]
            connection.executemany(_LOST, lost)
            return len(lost)

        return await self._database.write(work)

    def _runs(self, pid: int | None, started: str | None) -> bool:
        return pid is not None and self._alive(Origin(pid, started or ""))

    async def spent(self, since: datetime | None = None, conversation: int | None = None) -> Spent:
        """As in SpendingStore."""
        condition, given = _condition(since, conversation)

        def work(connection: Connection) -> Spent:
            return Spent(*connection.execute(_SUMS + condition, given).fetchone()[:-2])

        return await self._database.run(work)

    async def by_model(self, since: datetime | None = None) -> Sequence[OfModel]:
        """As in SpendingStore."""
        condition, given = _condition(since, None)

        def work(connection: Connection) -> list[OfModel]:
            listed = connection.execute(_SUMS + condition + _BY_MODEL, given)
            found = [OfModel(provider, model, Spent(*sums)) for *sums, provider, model in listed]
            return sorted(found, key=lambda one: (-one.spent.cost, -one.spent.answers, one.provider, one.model))

        return await self._database.run(work)

    async def moments(self, since: datetime) -> Sequence[Moment]:
        """As in SpendingStore."""
        given = (_QUARTER, rows.to_microseconds(since))

        def work(connection: Connection) -> list[Moment]:
            found = connection.execute(_MOMENTS, given)
            return [Moment(rows.from_microseconds(quarter * _QUARTER), cost) for quarter, cost in found]

        return await self._database.run(work)


def _condition(since: datetime | None, conversation: int | None) -> tuple[str, tuple[Any, ...]]:
    conditions: list[str] = []
    given: list[Any] = []
    if since is not None:
        conditions.append("time >= ?")
        given.append(rows.to_microseconds(since))
    if conversation is not None:
        conditions.append("conversation = ?")
        given.append(conversation)
    return " AND ".join(conditions) or "1", tuple(given)
