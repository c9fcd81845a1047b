"""The only module through which this program talks to the network.

It sends cleared requests, adds the key to the one header, retries before the first event, and turns every failure of
the network into an error of `core.errors`. httpx is imported when the first request is near.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from kireji.core.errors import ProtocolViolation, ProviderTimeout
from kireji.core.publisher import Publisher
from kireji.core.rate_limits import RateLimits
from kireji.core.requests import ClearedRequest, Purpose
from kireji.core.secret import Secret
from kireji.core.settings import NetworkSettings
from kireji.core.words import say
from kireji.providers.answers import (
    AttemptFailed,
    ServerEvents,
    charset,
    content_type,
    location,
    nothing_came,
    read_error,
    request_id,
    server_events,
)
from kireji.providers.connection_settings import native_proxies
from kireji.providers.failures import (
    Answerer,
    ErrorAnswer,
    ErrorObject,
    capitalised,
    effective_status,
    error_from_answer,
    error_from_event,
    error_status,
    parse_error,
)
from kireji.providers.lines import Lines
from kireji.providers.rate_headers import rate_limits
from kireji.providers.retry import FailedAttempt, Failure, delay_before_retry, retry_after
from kireji.providers.routes import Routes
from kireji.providers.sending import BEARER, X_API_KEY, Answered, Auth, Sending, Wanted, sending

if TYPE_CHECKING:
    import httpx

__all__ = ["BEARER", "X_API_KEY", "Answered", "Auth", "HttpClient", "Lines", "ServerEvents"]

log = logging.getLogger(__name__)
T = TypeVar("T")

_LARGEST = 16 << 20
_ONCE = frozenset(
    {Purpose.LOCAL_SERVER, Purpose.CONNECTION, Purpose.PAGE, Purpose.JOB, Purpose.WEBHOOK, Purpose.UPDATE}
)
"""What is sent once: looks, of which a failure is the answer; new batches, which might be made twice and cost money;
and what the caller tries again by itself.
"""


class HttpClient:
    """Sends cleared requests.

    Constructing it is cheap and touches nothing. Use it on one event loop only.

    Args:
        network: The settings of proxies and certificates; asked before every request, so that a change holds at once.
        system_proxies: The proxies of environment and system, as `urllib.request.getproxies` gives them; asked in a
            thread whenever connections are built anew.
        sleep: Waits between attempts, in seconds.
        chance: A random number from 0 to 1.
        now: The time, for waits that the service gives as a date, and to notice that the computer has slept.
        monotonic: Seconds of a clock that may stand still while the computer sleeps.
    """

    def __init__(
        self,
        network: Callable[[], NetworkSettings] = NetworkSettings,
        *,
        system_proxies: Callable[[], Mapping[str, str]] = native_proxies,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._routes = Routes(network, system_proxies, now, monotonic)
        self._sleep = sleep
        self._chance = chance
        self._now = now
        self._monotonic = monotonic
        self.rate_limits: Publisher[RateLimits] = Publisher()
        """What a service said after each answer, refusals included, of how much it takes for now."""

    async def warm(self) -> None:
        """Load the network modules and build the client, in a thread; contacts nothing."""
        await self._routes.warm()

    async def reconfigure(self) -> None:
        """Take up changed settings now rather than with the next request; answers that are under way go on."""
        await self._routes.reconfigure()

    async def aclose(self) -> None:
        """Close every connection."""
        await self._routes.aclose()

    def connected(self, url: str) -> bool:
        """Whether a kept connection would carry a request to `url` now."""
        return self._routes.connected(url)

    @asynccontextmanager
    async def stream(
        self,
        cleared: ClearedRequest,
        secret: Secret | None,
        auth: Auth = X_API_KEY,
        *,
        first_error: Callable[[str], ErrorObject | None] = parse_error,
    ) -> AsyncIterator[ServerEvents]:
        """Send, and yield the events of the answer. Entering waits for its first content, leaving closes it.

        Args:
            cleared: What to send; its bytes are sent as they are, in every attempt.
            secret: The key, or None to send none.
            auth: Where the key stands.
            first_error: Looks into the data of the first event that is more than a beginning: an error there is raised,
                or tried again as the same error with a status would be, since nothing has been shown. The default
                knows `{"error": ...}`, which all services write.

        Raises:
            ProviderError: On entering or while iterating.
        """
        request = sending(cleared, secret, auth)
        events = await self._with_retries(request, lambda fresh: self._open_stream(request, fresh, first_error))
        try:
            yield events
        finally:
            await events.aclose()

    @asynccontextmanager
    async def lines(
        self, cleared: ClearedRequest, secret: Secret | None, auth: Auth = X_API_KEY
    ) -> AsyncIterator[Lines]:
        """Send, and yield the lines of an answer that is too large to be held. Leaving closes it.

        Args:
            cleared: What to send; it is tried again only before the first byte of the answer.
            secret: The key, or None to send none.
            auth: Where the key stands.

        Raises:
            ProviderError: On entering or while iterating.
        """
        request = sending(cleared, secret, auth)
        lines = await self._with_retries(request, lambda fresh: self._open_lines(request, fresh))
        try:
            yield lines
        finally:
            await lines.aclose()

    async def fetch(
        self,
        cleared: ClearedRequest,
        secret: Secret | None,
        auth: Auth = X_API_KEY,
        *,
        accepts: Sequence[str] = ("application/json",),
        largest: int = _LARGEST,
        any_status: bool = False,
        address: str | None = None,
        cut: bool = False,
        may_hold_error: bool = False,
    ) -> Answered:
        """Send, and return what comes back whole.

        Args:
            cleared: What to send; its `total` bounds everything, retries included.
            secret: The key, or None to send none.
            auth: Where the key stands.
            accepts: Content types that are answers; empty takes any, and redirects too, which are never followed.
            largest: Bytes above which an answer counts as not what was asked for.
            any_status: An error is an answer, too.
            address: Connect to this number, which the host was looked up as, unless a proxy is in between; empty
                refuses to connect without one.
            cut: What is beyond `largest` is left unread instead, and makes no difference.
            may_hold_error: `error` in a good answer is part of what was asked for.

        Raises:
            ProviderError: The service refused, was not reached, or answered with something else; JSON that holds an
                error counts as that error, whatever its status.
        """
        request = sending(cleared, secret, auth)
        wanted = Wanted(accepts, largest, any_status, address, cut, may_hold_error)
        async with self._in_time(request):
            return await self._with_retries(request, lambda fresh: self._fetch_once(request, fresh, wanted))

    async def head(self, cleared: ClearedRequest) -> None:
        """Send without a key, for the sake of the connection: any answer is good.

        Raises:
            ProviderError: The service was not reached.
        """
        request = sending(cleared, None, X_API_KEY)
        async with self._in_time(request):
            await self._with_retries(request, lambda fresh: self._head_once(request, fresh))

    @asynccontextmanager
    async def _in_time(self, request: Sending) -> AsyncIterator[None]:
        total = request.outgoing.total
        try:
            async with asyncio.timeout(total):
                yield
        except TimeoutError as error:
            raise ProviderTimeout(
                say(
                    "{name} did not answer within {total} seconds.",
                    name=capitalised(request.who.name),
                    total=f"{total:g}",
                ),
                say("Check the address, or ask again."),
                provider=request.who.provider,
                retryable=True,
            ) from error

    async def _with_retries(self, request: Sending, attempt: Callable[[bool], Awaitable[T]]) -> T:
        retries, fresh = 0, False
        while True:
            try:
                return await attempt(fresh)
            except AttemptFailed as failed:
                once = request.outgoing.purpose in _ONCE
                delay = None if once else delay_before_retry(failed.attempt, retries, self._chance(), self._now())
                if delay is None:
                    raise failed.error from failed.__cause__
                fresh = failed.attempt.failure is Failure.CONNECTION
                log.info("attempt %d failed (%s), next in %.1f s", retries + 1, type(failed.error).__name__, delay)
            retries += 1
            if delay > 0:
                await self._sleep(delay)

    async def _open_stream(
        self, request: Sending, fresh: bool, first_error: Callable[[str], ErrorObject | None]
    ) -> ServerEvents:
        async with AsyncExitStack() as stack:
            response = await self._send(request, fresh, stack)
            if response.status_code != 200 or content_type(response) != "text/event-stream":
                raise await self._refused(response, request)
            who, silence, identity = request.who, request.outgoing.silence, request_id(response)
            events = server_events(response, lambda: self._mapped(who, silence, started=True), identity, stack)
            with self._mapped(who, silence, started=False):
                first = await events.look()
            if first is None:
                raise nothing_came(who, identity)
            if (error := first_error(first)) is not None:
                status = error_status(error)
                raise AttemptFailed(
                    error_from_event(error, identity, who),
                    FailedAttempt(Failure.STATUS, status, {}, error.stable_code),
                )
            events.owns(stack.pop_all())
            return events

    async def _open_lines(self, request: Sending, fresh: bool) -> Lines:
        async with AsyncExitStack() as stack:
            response = await self._send(request, fresh, stack)
            if response.status_code != 200 or "html" in content_type(response):
                raise await self._refused(response, request)
            who, silence = request.who, request.outgoing.silence
            lines = Lines(response, lambda: self._mapped(who, silence, started=True), who, request_id(response), stack)
            with self._mapped(who, silence, started=False):
                await lines.look()
            lines.owns(stack.pop_all())
            return lines

    async def _fetch_once(self, request: Sending, fresh: bool, wanted: Wanted) -> Answered:
        async with AsyncExitStack() as stack:
            response = await self._send(request, fresh, stack, wanted.address)
            kind, status = content_type(response), response.status_code
            if not wanted.fits(kind, status):
                raise await self._refused(response, request)
            body = bytearray()
            with self._mapped(request.who, request.outgoing.silence, started=False):
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > wanted.largest and wanted.cut:
                        break
                    if len(body) > wanted.largest:
                        raise ProtocolViolation(
                            say("{host} sent far more than was asked for.", host=request.who.host),
                            say("Check the address in Settings, Keys & models."),
                            provider=request.who.provider,
                        )
            checked = wanted.accepts and "json" in kind and not wanted.may_hold_error
            if checked and parse_error(body) is not None:
                raise self._failed(response, request, bytes(body))
            wait = retry_after(_headers(response), self._now())
            about = (kind, request_id(response), location(response), charset(response), wait)
            return Answered(status, bytes(body), *about)

    async def _head_once(self, request: Sending, fresh: bool) -> None:
        async with AsyncExitStack() as stack:
            response = await self._send(request, fresh, stack)
            await read_error(response)  # to its end, so that the connection is kept

    async def _send(
        self, request: Sending, fresh: bool, stack: AsyncExitStack, address: str | None = None
    ) -> httpx.Response:
        outgoing = request.outgoing
        route = await self._routes.enter(outgoing.url)
        stack.push_async_callback(route.leave)
        import httpx

        from kireji.providers.transport import ADDRESS, FRESH, FileBody, require_port

        fresh = fresh or outgoing.purpose is Purpose.JOB  # a kept connection may be dead, and then nobody would know
        timeout = httpx.Timeout(outgoing.silence, connect=outgoing.connect)
        began = self._monotonic()
        with self._mapped(request.who, outgoing.silence, started=False):
            url = httpx.URL(outgoing.url)
            if not url.host or url.scheme not in ("http", "https"):
                raise httpx.InvalidURL("no address of the web")
            require_port(url)
            body = outgoing.body or None if outgoing.file is None else await FileBody.open(outgoing.file, stack)
            request.cleared.attempts += 1
            made = httpx.Request(
                outgoing.method,
                url,
                headers=request.headers(),
                content=body,
                extensions={"timeout": timeout.as_dict(), FRESH: fresh, ADDRESS: address},
            )
            response = await route.transport.handle_async_request(made)
        response.request = made
        stack.push_async_callback(response.aclose)
        milliseconds = (self._monotonic() - began) * 1000
        log.info(
            "%s, %s: status %d, request %s, %.0f ms",
            *(outgoing.provider, outgoing.purpose.value, response.status_code, request_id(response), milliseconds),
        )
        if (limits := rate_limits(response.status_code, _headers(response), outgoing, self._now())) is not None:
            self.rate_limits.publish(limits)
        return response

    async def _refused(self, response: httpx.Response, request: Sending) -> AttemptFailed:
        """What is raised for an answer with the wrong status or content type; reads its body."""
        return self._failed(response, request, await read_error(response))

    def _failed(self, response: httpx.Response, request: Sending, body: bytes) -> AttemptFailed:
        headers = _headers(response)
        wait = retry_after(headers, self._now())
        kind, identity = content_type(response), request_id(response)
        answer = ErrorAnswer(response.status_code, kind, request.without_key(body), identity, wait)
        error, status = error_from_answer(answer, request.who), effective_status(answer)
        code = answer.error.stable_code if answer.error else ""
        failure = Failure.STATUS if status >= 400 else Failure.FINAL
        return AttemptFailed(error, FailedAttempt(failure, status, headers, code))

    @contextlib.contextmanager
    def _mapped(self, who: Answerer, silence: float, *, started: bool) -> Iterator[None]:
        """Turns the network library's errors into ours; what has started is never tried again."""
        import httpx

        from kireji.providers.network_errors import network_failure

        try:
            yield
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            made, attempt = network_failure(error, who, started, silence)
            raise made if started else AttemptFailed(made, attempt) from error


def _headers(response: httpx.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}
