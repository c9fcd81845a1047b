"""What the batches of all services have in common on the wire."""

from __future__ import annotations

from typing import Any

from tests.service.answers import Hangup, Silence, Status
from tests.service.base import ScriptedService
from tests.service.batches import BatchDesk, Orders, Outcome, Row, StoredBatch
from tests.service.connection import Connection
from tests.service.received import Request
from tests.service.refusal import Refusal


class BatchWire:
    """Makes batches and finds them; derived classes say what they look like.

    Args:
        service: On whose connections this is.
        orders: What goes wrong from the start.
    """

    busy = "Too many requests are waiting to be processed in batches"

    def __init__(self, service: ScriptedService, orders: Orders | None) -> None:
        self._wire = service
        self.desk = BatchDesk(self.answered, self.unanswered, service.notify, orders)

    # What derived classes say.

    def checked(self, request: Request) -> tuple[list[Row], dict[str, Any]]:
        """The rows of a new batch, and what is kept beside them.

        Raises:
            Refusal: It is wrong.
        """
        raise NotImplementedError

    def new_id(self, number: int) -> str:
        """The id of the batch with this number."""
        raise NotImplementedError

    def missing(self, id: str) -> Refusal:
        """That there is no such batch."""
        raise NotImplementedError

    def told(self, batch: StoredBatch) -> dict[str, Any]:
        """A batch as JSON."""
        raise NotImplementedError

    def answered(self, batch: StoredBatch, custom_id: str, body: bytes) -> tuple[Outcome, bytes, str]:
        """How a row ends, its result, and by what it is counted."""
        raise NotImplementedError

    def unanswered(self, custom_id: str, outcome: Outcome) -> bytes:
        """The result of a row that was not answered."""
        raise NotImplementedError

    # What they build upon.

    async def create(self, request: Request, connection: Connection, status: int = 200) -> bool:
        """Make a batch, unless it is ordered otherwise."""
        orders = self.desk.orders
        if orders.refuse:
            return await self._wire.status(orders.refuse.pop(0), request, connection)
        rows, details = self.checked(request)
        if orders.use("lose"):
            return await self._wire.give_up(Hangup(), request)
        if sum(batch.waiting for batch in self.desk.all) + len(rows) > orders.at_once:
            raise Refusal(429, "rate_limit_error", self.busy)
        number = len(self.desk.all) + len(self.desk.deleted) + 1
        batch = self.desk.make(self.new_id(number), rows, **details)
        if orders.use("swallow"):
            return await self._swallow(orders.swallow_how, request, connection)
        return await self.tell(batch, request, connection, status)

    def found(self, id: str) -> StoredBatch:
        """The batch with this id."""
        batch = self.desk.find(id)
        if batch is None:
            raise self.missing(id)
        return batch

    def looked_for(self, id: str) -> StoredBatch:
        """The same, which may fail by order."""
        if self.desk.orders.use("missing"):
            raise self.missing(id)
        return self.found(id)

    async def tell(self, batch: StoredBatch, request: Request, connection: Connection, status: int = 200) -> bool:
        """Answer with a batch."""
        hint = self.desk.orders.hint
        headers = {} if hint is None else {"retry-after": f"{hint:g}"}
        return await self._wire.json(status, self.told(batch), request, connection, headers)

    async def _swallow(self, how: str, request: Request, connection: Connection) -> bool:
        """The batch is made, and nobody is told."""
        match how:
            case "error":
                return await self._wire.status(Status(500), request, connection)
            case "silence":
                return await self._wire.give_up(Silence(), request)
            case "reset":
                connection.reset()
        return await self._wire.give_up(Hangup(), request)
