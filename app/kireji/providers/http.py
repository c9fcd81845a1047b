"""The only module through which this program talks to the network.

It sends cleared requests, adds the key to the one header, retries before the first event, and turns every failure of
the network into an error of `core.errors`. httpx is imported when the first request is near.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import random
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import msgspec

from kireji.core.errors import (
    AuthenticationFailed,
    ConnectionFailed,
    KirejiError,
    ProtocolViolation,
    ProviderError,
)
from kireji.core.requests import ClearedRequest, OutgoingRequest
from kireji.core.secret import Secret
from kireji.providers.failures import Answerer, ErrorAnswer, error_from_answer
from kireji.providers.retry import FailedAttempt, Failure, delay_before_retry, retry_after

if TYPE_CHECKING:
    import httpx
    from httpx_sse import ServerSentEvent

log = logging.getLogger(__name__)
T = TypeVar("T")

_ERROR_BYTES = 1 << 20
_ERROR_SECONDS = 10.0
_JSON_BYTES = 16 << 20
_DRAIN_SECONDS = 0.2


class _AttemptFailed(Exception):
    """Carries an error and what the retry rules need to know about it."""

    def __init__(self, error: ProviderError, attempt: FailedAttempt) -> None:
        super().__init__(error.message)
        self.error = error
        self.attempt = attempt


class Auth(NamedTuple):
    """Where the key stands in a request.

    Args:
        header: Lower-case name of the header that carries it.
        prefix: What stands before it there.
    """

    header: str
    prefix: str = ""


X_API_KEY = Auth("x-api-key")
BEARER = Auth("authorization", "Bearer ")


class Answered(NamedTuple):
    """An answer that came whole.

    Args:
        status: HTTP status.
        body: Its bytes.
        content_type: Without parameters, lower case.
        request_id: The service's own id of the request; empty if none.
        location: Where a redirect leads, as written.
    """

    status: int
    body: bytes
    content_type: str
    request_id: str
    location: str = ""


class _Sending(msgspec.Struct, frozen=True):
    """One request with what is added to it."""

    outgoing: OutgoingRequest
    who: Answerer
    auth: Auth
    key: Secret | None

    def headers(self) -> dict[str, str]:
        """What is sent; the key stands here and nowhere else."""
        name, prefix = self.auth
        headers = {header: value for header, value in self.outgoing.headers.items() if header.lower() != name}
        return headers | ({name: prefix + self.key.reveal()} if self.key else {})


class ServerEvents:
    """The events of one answer: iterate for the data of each.

    Attributes:
        request_id: The service's own id of the request.
    """

    def __init__(self, events: AsyncIterator[str], request_id: str, close: Callable[[], Awaitable[None]]) -> None:
        self._events = events
        self._close = close
        self.request_id = request_id

    def __aiter__(self) -> AsyncIterator[str]:
        return self._events

    async def drain(self) -> None:
        """Read to the end of an answer that is known to be whole, so that its connection can be used again."""
        with suppress(TimeoutError, ProviderError):
            async with asyncio.timeout(_DRAIN_SECONDS):
                async for _ in self._events:
                    pass

    async def aclose(self) -> None:
        await self._close()


class HttpClient:
    """Sends cleared requests.

    Constructing it is cheap and touches nothing. Use it on one event loop only.

    Args:
        sleep: Waits between attempts, in seconds.
        chance: A random number from 0 to 1.
        now: The time, for waits that the service gives as a date.
        connect_timeout: Seconds until a connection must stand.
        read_timeout: Seconds of silence after which an answer counts as lost.
    """

    def __init__(
        self,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        connect_timeout: float = 5.0,
        read_timeout: float = 120.0,
    ) -> None:
        self._sleep = sleep
        self._chance = chance
        self._now = now
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._client: httpx.AsyncClient | None = None
        self._building = asyncio.Lock()

    async def warm(self) -> None:
        """Load the network modules and build the client, in a thread; contacts nothing."""
        try:
            await self._ready()
        except KirejiError as error:
            log.warning("the network is not ready: %s", error.message)  # reported with the question that meets it

    async def aclose(self) -> None:
        """Close every connection."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    @asynccontextmanager
    async def stream(self, cleared: ClearedRequest, secret: Secret | None, auth: Auth) -> AsyncIterator[ServerEvents]:
        """Send, and yield the events of the answer. Entering waits for the first event; leaving closes the connection.

        Args:
            cleared: What to send; its bytes are sent as they are, in every attempt.
            secret: The key, or None to send none.
            auth: Where the key stands.

        Raises:
            ProviderError: On entering or while iterating.
        """
        sending = _sending(cleared, secret, auth)
        events = await self._with_retries(lambda fresh: self._open_stream(sending, fresh))
        try:
            yield events
        finally:
            await events.aclose()

    async def fetch(
        self,
        cleared: ClearedRequest,
        secret: Secret | None,
        auth: Auth = X_API_KEY,
        *,
        accepts: Sequence[str] = ("application/json",),
        largest: int = _JSON_BYTES,
    ) -> Answered:
        """Send, and return what comes back whole.

        Args:
            cleared: What to send; its `total` bounds everything, retries included.
            secret: The key, or None to send none.
            auth: Where the key stands.
            accepts: Content types that are answers; empty takes any, and redirects too, which are never followed.
            largest: Bytes at which an answer counts as not what was asked for.

        Raises:
            ProviderError: The service refused, was not reached, or answered with something else.
        """
        sending = _sending(cleared, secret, auth)
        return await self._with_retries(lambda fresh: self._fetch_once(sending, fresh, accepts, largest))

    async def head(self, cleared: ClearedRequest) -> None:
        """Send without a key, for the sake of the connection: any answer is good.

        Raises:
            ProviderError: The service was not reached.
        """
        sending = _sending(cleared, None, X_API_KEY)
        try:
            async with AsyncExitStack() as stack:
                response = await self._send(sending, False, stack)
                with self._mapped(sending.who, started=False):
                    await response.aread()
        except _AttemptFailed as failed:
            raise failed.error from failed.__cause__

    def connected(self, url: str) -> bool:
        """Whether a connection stands that a request to `url` would use."""
        del url
        return False

    async def _ready(self) -> httpx.AsyncClient:
        if self._client is None:
            async with self._building:
                if self._client is None:
                    self._client = await asyncio.to_thread(_build_client)
        return self._client

    async def _with_retries(self, attempt: Callable[[bool], Awaitable[T]]) -> T:
        retries, fresh = 0, False
        while True:
            try:
                return await attempt(fresh)
            except _AttemptFailed as failed:
                delay = delay_before_retry(failed.attempt, retries, self._chance(), self._now())
                if delay is None:
                    raise failed.error from failed.__cause__
                fresh = failed.attempt.failure is Failure.CONNECTION
                log.info("attempt %d failed (%s), next in %.1f s", retries + 1, type(failed.error).__name__, delay)
            retries += 1
            if delay > 0:
                await self._sleep(delay)

    async def _open_stream(self, sending: _Sending, fresh: bool) -> ServerEvents:
        async with AsyncExitStack() as stack:
            response = await self._send(sending, fresh, stack)
            if response.status_code != 200 or _content_type(response) != "text/event-stream":
                raise await self._refused(response, sending)
            from httpx_sse import EventSource

            response.encoding = "utf-8"  # the standard knows no other, whatever the header says
            source = EventSource(response).aiter_sse()
            stack.push_async_callback(source.aclose)
            with self._mapped(sending.who, started=False):
                first = await anext(source, None)
            events = self._data(first, source, sending.who)
            stack.push_async_callback(events.aclose)
            return ServerEvents(events, _request_id(response), stack.pop_all().aclose)

    async def _data(
        self, first: ServerSentEvent | None, source: AsyncIterator[ServerSentEvent], who: Answerer
    ) -> AsyncGenerator[str]:
        if first is None:
            return
        if first.data:
            yield first.data
        try:
            with self._mapped(who, started=True):
                async for event in source:
                    if event.data:
                        yield event.data
        except _AttemptFailed as failed:
            raise failed.error from failed.__cause__

    async def _fetch_once(self, sending: _Sending, fresh: bool, accepts: Sequence[str], largest: int) -> Answered:
        async with AsyncExitStack() as stack:
            response = await self._send(sending, fresh, stack)
            kind = _content_type(response)
            good = kind in accepts and response.status_code < 300 if accepts else response.status_code < 400
            if not good:
                raise await self._refused(response, sending)
            body = bytearray()
            with self._mapped(sending.who, started=False):
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > largest:
                        raise ProtocolViolation(
                            f"{sending.who.host} sent far more than was asked for.",
                            "Check the address in Settings, Keys & models.",
                            provider=sending.who.provider,
                        )
            location = str(response.headers.get("location", ""))
            return Answered(response.status_code, bytes(body), kind, _request_id(response), location)

    async def _send(self, sending: _Sending, fresh: bool, stack: AsyncExitStack) -> httpx.Response:
        client = await self._ready()
        import httpx

        from kireji.providers.transport import FRESH

        timeout = httpx.Timeout(self._read_timeout, connect=self._connect_timeout)
        with self._mapped(sending.who, started=False):
            url = httpx.URL(sending.outgoing.url)
            if not url.host:
                raise httpx.InvalidURL("no host")
            request = httpx.Request(
                sending.outgoing.method,
                url,
                headers=sending.headers(),
                content=sending.outgoing.body or None,
                extensions={"timeout": timeout.as_dict(), FRESH: fresh},
            )
            response = await client.send(request, stream=True)
        stack.push_async_callback(response.aclose)
        return response

    async def _refused(self, response: httpx.Response, sending: _Sending) -> _AttemptFailed:
        """What is raised for an answer with the wrong status or content type; reads its body."""
        headers = {name.lower(): value for name, value in response.headers.items()}
        body = await _read_error(response)
        if sending.key:
            body = body.replace(sending.key.reveal().encode(), b"...")  # some proxies echo what they were sent
        wait = retry_after(headers, self._now())
        answer = ErrorAnswer(response.status_code, _content_type(response), body, _request_id(response), wait)
        error = error_from_answer(answer, sending.who)
        code = answer.error.code if answer.error else ""
        failure = Failure.STATUS if response.status_code >= 400 else Failure.FINAL
        return _AttemptFailed(error, FailedAttempt(failure, response.status_code, headers, code))

    @contextlib.contextmanager
    def _mapped(self, who: Answerer, *, started: bool) -> Iterator[None]:
        """Turns the network library's errors into ours."""
        import httpx

        from kireji.providers.network_errors import network_failure

        try:
            yield
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _AttemptFailed(*network_failure(error, who, started, self._read_timeout)) from error


def _sending(cleared: ClearedRequest, secret: Secret | None, auth: Auth) -> _Sending:
    outgoing = cleared.outgoing
    if outgoing is None:
        raise ValueError("nothing of this request leaves the computer")
    key = secret.reveal().strip() if secret else ""
    if not (key.isascii() and (key.isprintable() or not key)) or " " in key:
        raise AuthenticationFailed(  # before h11 would quote the value in its own message
            "The key holds characters that no key has.",
            "Open Settings, Keys & models, and paste it again.",
            provider=outgoing.provider,
        )
    return _Sending(
        outgoing, Answerer(outgoing.provider, outgoing.host, outgoing.model), auth, Secret(key) if key else None
    )


def _build_client() -> httpx.AsyncClient:
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)  # they log addresses and headers below that
    # Loaded by httpx only with the first connection, where they would cost the first answer its speed.
    for name in ("httpx_sse", "h11", "anyio._backends._asyncio", "httpcore._backends.anyio"):
        with suppress(ImportError):
            importlib.import_module(name)
    from kireji.providers.transport import build_client

    try:
        return build_client()
    except (OSError, ssl.SSLError) as error:
        raise ConnectionFailed(
            "The certificates named by SSL_CERT_FILE cannot be read.", "Correct or remove SSL_CERT_FILE."
        ) from error


def _content_type(response: httpx.Response) -> str:
    return str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()


def _request_id(response: httpx.Response) -> str:
    return str(response.headers.get("request-id", ""))


async def _read_error(response: httpx.Response) -> bytes:
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
