"""Calls that wait for the person."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable

import msgspec

from kireji.core.permissions import Approval, ApprovalRequest
from kireji.core.publisher import Publisher


class Approvals:
    """Keeps what waits until it is answered or its turn ends; any window can answer.

    Attributes:
        changed: Publishes the conversation in which something waits now or waits no longer.
    """

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._waiting: dict[int, tuple[ApprovalRequest, asyncio.Future[Approval]]] = {}
        self.changed: Publisher[int | None] = Publisher()

    def pending(self, conversation: int | None) -> tuple[ApprovalRequest, ...]:
        """What waits in a conversation, first asked first; None for calls that belong to none."""
        return tuple(request for request, _ in self._waiting.values() if request.conversation == conversation)

    def answer(self, request_id: int, approval: Approval) -> bool:
        """Give the person's answer; False when the call waits no longer."""
        _, future = self._waiting.get(request_id, (None, None))
        if future is None or future.done():
            return False
        future.set_result(approval)
        return True

    async def ask(self, request: ApprovalRequest, asked: Callable[[ApprovalRequest], None]) -> Approval:
        """Wait for the person.

        Args:
            request: What is asked; it is given its number here.
            asked: Told of the request with its number, before anyone can have answered.
        """
        request = msgspec.structs.replace(request, id=next(self._numbers))
        future: asyncio.Future[Approval] = asyncio.get_running_loop().create_future()
        self._waiting[request.id] = (request, future)
        try:
            asked(request)
            self.changed.publish(request.conversation)
            return await future
        finally:
            del self._waiting[request.id]
            self.changed.publish(request.conversation)
