"""What the person's address is still to be told, in the queue's file."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from kireji.core.jobs.limits import LONGEST_DELIVERY_WAIT
from kireji.core.jobs.values import Delivery
from kireji.storage.database import Database
from kireji.storage.jobs.forms import microseconds, moment, stored_moment
from kireji.storage.rows import from_microseconds, storable, to_microseconds

if TYPE_CHECKING:
    from sqlite3 import Connection

_FAR = microseconds(LONGEST_DELIVERY_WAIT)
_COLUMNS = "id, job, address, body, created, attempts, next_try"
_QUEUE = f"INSERT OR IGNORE INTO deliveries ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - nothing is input
_CLAIM = f"""
    UPDATE deliveries SET attempts = attempts + 1, next_try = :held WHERE id = (
        SELECT id FROM deliveries WHERE next_try IS NULL OR next_try <= :now OR next_try > :now + :far
        ORDER BY next_try, created, id LIMIT 1
    )
    RETURNING {_COLUMNS}
"""  # noqa: S608


def queue(connection: Connection, delivery: Delivery) -> None:
    """Write down, in the transaction of what it tells, what is to be told."""
    connection.execute(
        _QUEUE,
        (
            storable(delivery.id),
            delivery.job,
            storable(delivery.address),
            delivery.body,
            to_microseconds(delivery.created),
            delivery.attempts,
            stored_moment(delivery.next_try),
        ),
    )


class SqliteDeliveryStore:
    """Satisfies `core.jobs.ports.DeliveryStore`.

    Args:
        database: The queue, as `storage.jobs.tables.open_jobs` opens it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim_delivery(self, now: datetime, hold: float) -> Delivery | None:
        """As in DeliveryStore."""
        time = to_microseconds(now)
        values = {"now": time, "held": time + microseconds(hold), "far": _FAR}

        def work(connection: Connection) -> Delivery | None:
            found = connection.execute(_CLAIM, values).fetchall()
            if not found:
                return None
            number, job, address, body, created, attempts, next_try = found[0]
            return Delivery(number, job, address, body, from_microseconds(created), attempts, moment(next_try))

        return await self._database.write(work)

    async def postpone_delivery(self, delivery: str, next_try: datetime) -> None:
        """As in DeliveryStore."""
        values = (to_microseconds(next_try), storable(delivery))
        await self._database.write(
            lambda c: c.execute("UPDATE deliveries SET next_try = ? WHERE id = ?", values).rowcount
        )

    async def end_delivery(self, delivery: str) -> None:
        """As in DeliveryStore."""
        values = (storable(delivery),)
        await self._database.write(lambda c: c.execute("DELETE FROM deliveries WHERE id = ?", values).rowcount)

    async def next_delivery(self) -> datetime | None:
        """As in DeliveryStore."""
        asked = "SELECT min(coalesce(next_try, created)) FROM deliveries"
        return moment(await self._database.run(lambda c: c.execute(asked).fetchone()[0]))
