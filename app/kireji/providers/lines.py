"""An answer that consists of lines and is too large to be held: a few of them are in memory at a time."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractContextManager, AsyncExitStack
from typing import TYPE_CHECKING

from kireji.core.errors import ProtocolViolation
from kireji.core.words import say
from kireji.providers.failures import Answerer

if TYPE_CHECKING:
    import httpx

_LONGEST = 64 << 20


class Lines:
    """The lines of one answer, without their ends: iterate for as many at a time as one piece of it held.

    What breaks off in the middle of a line loses that line; one that the answer properly ends in counts.

    Args:
        response: Not yet read.
        mapped: Turns the network library's errors into ours while iterating.
        who: Who answers, for errors.
        request_id: The service's own id of the request.
        stack: Gets what must be closed at the end.

    Attributes:
        request_id: The service's own id of the request; empty if none.
    """

    def __init__(
        self,
        response: httpx.Response,
        mapped: Callable[[], AbstractContextManager[None]],
        who: Answerer,
        request_id: str,
        stack: AsyncExitStack,
    ) -> None:
        self._pieces = _pieces(response)
        self._lines = self._iterate(mapped)
        self._who = who
        self._first = b""
        self._stack: AsyncExitStack | None = None
        self.request_id = request_id
        stack.push_async_callback(self._pieces.aclose)
        stack.push_async_callback(self._lines.aclose)
        stack.push_async_callback(response.aclose)  # first of all, as in `answers.server_events`

    def __aiter__(self) -> AsyncIterator[list[bytes]]:
        return self._lines

    async def look(self) -> None:
        """Wait for the first piece, which iterating then begins with."""
        self._first = await anext(self._pieces, b"")

    def owns(self, stack: AsyncExitStack) -> None:
        """Take over what must be closed at the end."""
        self._stack = stack

    async def aclose(self) -> None:
        """Close the connection, unless the answer was read to its end."""
        if self._stack is not None:
            await self._stack.aclose()

    async def _iterate(self, mapped: Callable[[], AbstractContextManager[None]]) -> AsyncGenerator[list[bytes]]:
        rest, piece = bytearray(), self._first
        with mapped():
            while piece:
                rest += piece
                end = piece.rfind(b"\n")
                if end >= 0:
                    whole = len(rest) - len(piece) + end
                    lines = bytes(memoryview(rest)[:whole]).split(b"\n")
                    del rest[: whole + 1]
                    yield [line for line in lines if line.strip()]
                elif len(rest) > _LONGEST:
                    raise self._too_long()
                piece = await anext(self._pieces, b"")
        if rest.strip():
            yield [bytes(rest)]

    def _too_long(self) -> ProtocolViolation:
        return ProtocolViolation(
            say("{host} sent far more than was asked for.", host=self._who.host),
            say("Check the address in Settings, Keys & models."),
            provider=self._who.provider,
            request_id=self.request_id,
        )


async def _pieces(response: httpx.Response) -> AsyncGenerator[bytes]:
    async for piece in response.aiter_bytes():
        yield piece
