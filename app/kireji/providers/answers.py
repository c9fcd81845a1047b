"""What comes back from a service: the events of a stream, and the parts of an answer that every caller needs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractContextManager, AsyncExitStack, suppress
from typing import TYPE_CHECKING, Any

import msgspec

from kireji.core.errors import ConnectionFailed, ProviderError
from kireji.core.words import say
from kireji.providers.failures import Answerer
from kireji.providers.retry import FailedAttempt, Failure

if TYPE_CHECKING:
    import httpx
    from httpx_sse import ServerSentEvent

_ERROR_BYTES = 1 << 20
_ERROR_SECONDS = 10.0
_DRAIN_SECONDS = 0.2
_IDENTITY = 100
_PRELUDE_EVENTS = 256
_IDENTITY_HEADERS = ("request-id", "x-request-id", "x-generation-id")


class AttemptFailed(Exception):
    """Carries an error and what the retry rules need to know about it."""

    def __init__(self, error: ProviderError, attempt: FailedAttempt) -> None:
        super().__init__(error.message)
        self.error = error
        self.attempt = attempt


class ServerEvents:
    """The events of one answer: iterate for the data of each. Made by `server_events`.

    Attributes:
        request_id: The service's own id of the request; empty if none.
    """

    def __init__(
        self,
        source: AsyncGenerator[ServerSentEvent, None],
        mapped: Callable[[], AbstractContextManager[None]],
        request_id: str,
    ) -> None:
        self._source = source
        self._mapped = mapped
        self._seen: list[str] = []
        self._events = self._iterate()
        self._stack: AsyncExitStack | None = None
        self.request_id = request_id

    def __aiter__(self) -> AsyncIterator[str]:
        return self._events

    async def look(self) -> str | None:
        """Wait until something of the answer has come, which iterating then gives too; None when the stream ended.

        What comes before any content (that an answer begins, that the service is alive) is not yet something.

        Returns:
            The data of the first event that tells more.
        """
        async for event in self._source:
            if event.data:
                self._seen.append(event.data)
                if len(self._seen) > _PRELUDE_EVENTS or not is_prelude(event.data):
                    return event.data
        return None

    def owns(self, stack: AsyncExitStack) -> None:
        """Take over what must be closed at the end."""
        self._stack = stack

    async def drain(self) -> None:
        """Read to the end of an answer that is known to be whole, so that its connection can be used again."""
        with suppress(TimeoutError, ProviderError):
            async with asyncio.timeout(_DRAIN_SECONDS):
                async for _ in self._events:
                    pass

    async def aclose(self) -> None:
        """Close the connection, unless the answer was read to its end."""
        if self._stack is not None:
            await self._stack.aclose()

    async def _iterate(self) -> AsyncGenerator[str, None]:
        for data in self._seen:
            yield data
        with self._mapped():
            async for event in self._source:
                if event.data:
                    yield event.data


class _Choice(msgspec.Struct):
    delta: dict[str, Any] | None = None
    finish_reason: str | None = None


class _Head(msgspec.Struct):
    """As much of an event as tells whether it says anything: Anthropic's have a type, OpenAI's choices."""

    type: str | None = None
    choices: list[_Choice] | None = None
    usage: Any = None
    error: Any = None


def is_prelude(data: str) -> bool:
    """Whether an event comes before all content, so that a failure after it loses nothing."""
    try:
        head = msgspec.json.decode(data, type=_Head)
    except (msgspec.MsgspecError, UnicodeError):
        return False
    if head.error is not None or head.usage is not None:
        return False
    if head.type is not None:
        return head.type in ("message_start", "ping")
    return bool(head.choices) and not any(
        choice.finish_reason or any(value for name, value in (choice.delta or {}).items() if name != "role")
        for choice in head.choices or ()
    )


def server_events(
    response: httpx.Response,
    mapped: Callable[[], AbstractContextManager[None]],
    request_id: str,
    stack: AsyncExitStack,
) -> ServerEvents:
    """The events of `response`.

    Args:
        response: Of the type text/event-stream, not yet read.
        mapped: Turns the network library's errors into ours while iterating.
        request_id: The service's own id of the request.
        stack: Gets what must be closed at the end.
    """
    from httpx_sse import EventSource

    response.encoding = "utf-8-sig"  # the standard knows no other, whatever the header says, and drops a leading BOM
    source = EventSource(response).aiter_sse()
    stack.push_async_callback(source.aclose)
    events = ServerEvents(source, mapped, request_id)
    stack.push_async_callback(events._events.aclose)
    # First of all the response: the libraries' generators between it and the events are only dropped, and one that
    # finds its connection still open wants to wait for its end, which nobody lets it on Qt's loop.
    stack.push_async_callback(response.aclose)
    return events


def nothing_came(who: Answerer, request_id: str) -> AttemptFailed:
    """What is raised for a stream that ended before it said anything; nothing is lost by asking again."""
    error = ConnectionFailed(
        say("The answer broke off before its first word."),
        say("Ask again."),
        provider=who.provider,
        request_id=request_id,
        retryable=True,
    )
    return AttemptFailed(error, FailedAttempt(Failure.CONNECTION))


def content_type(response: httpx.Response) -> str:
    """Without parameters, lower case."""
    return str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()


def charset(response: httpx.Response) -> str:
    """The character set that the service says; empty if it does not."""
    for part in str(response.headers.get("content-type", "")).split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'")[:40]
    return ""


def request_id(response: httpx.Response) -> str:
    """The service's own id of the request, fit for a log and a sentence; empty if none."""
    found = next((str(response.headers[name]) for name in _IDENTITY_HEADERS if name in response.headers), "")
    return "".join(letter for letter in found if letter.isascii() and letter.isprintable())[:_IDENTITY]


def location(response: httpx.Response) -> str:
    """Where a redirect leads, as written."""
    return str(response.headers.get("location", ""))


async def read_error(response: httpx.Response) -> bytes:
    """The body of an error as far as it comes in reasonable time and size."""
    import httpx

    body = bytearray()
    with suppress(TimeoutError, httpx.HTTPError):
        async with asyncio.timeout(_ERROR_SECONDS):
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > _ERROR_BYTES:
                    break
    return bytes(body)
