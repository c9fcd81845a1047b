"""The protocol over HTTP. Every request passes the outbox's gate before it leaves, as all others of this program do.

Imported only when a server with an address is used. The client of the protocol brings its own network library (httpx2);
proxies and certificates are those of the program, handed in as values.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Protocol

import httpx2
from mcp.client.streamable_http import streamable_http_client

from kireji import __version__
from kireji.core.errors import KirejiError, ToolSourceError
from kireji.core.provider_ports import Gate
from kireji.core.requests import OutgoingRequest, Purpose
from kireji.core.words import say
from kireji.tools.mcp.errors import Trouble, own_trouble

if TYPE_CHECKING:
    from mcp.client._transport import TransportStreams

LARGEST_ANSWER = 32 << 20
"""Bytes of one answer, and of one event of a stream."""
NO_ANSWER = 599
"""A status that no server sends."""
_ABOUT_TRANSFER = frozenset({"content-length", "transfer-encoding", "connection"})
_CONNECT_SECONDS = 10.0
_SILENCE_SECONDS = 300.0
_SHOWN_HEADERS = frozenset({"accept", "content-type", "mcp-protocol-version", "mcp-method", "user-agent"})
_LIMITS = httpx2.Limits(max_connections=20, max_keepalive_connections=4, keepalive_expiry=60.0)


class Connecting(Protocol):
    """How this program connects."""

    def proxy_for(self, url: str) -> str | None:
        """The proxy that an address is reached through; None to connect directly."""

    def ssl_context(self) -> Any:
        """Raises ConnectionFailed when a file of certificates cannot be read."""


class RecordedTransport(httpx2.AsyncBaseTransport):
    """Records each request, sends it, and bounds the answer.

    A request that finds no answer gets one of our own (`NO_ANSWER`): over an exception the protocol's library would
    give up the whole connection with all calls that wait on it.

    Args:
        inner: Sends.
        gate: Records.
        source: Id of the source, for the record.
        trouble: Takes what goes wrong last, whatever was asked; the trouble of who asked takes only its own.
    """

    def __init__(self, inner: httpx2.AsyncBaseTransport, gate: Gate, source: str, trouble: Trouble) -> None:
        self._inner = inner
        self._gate = gate
        self._source = source
        self._trouble = trouble

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        body = await request.aread()
        shown = {name: value for name, value in request.headers.items() if name.lower() in _SHOWN_HEADERS}
        bare = request.url.copy_with(userinfo=b"", query=None, fragment=None)
        outgoing = OutgoingRequest(
            self._source, request.method, str(bare), shown, body, model="", purpose=Purpose.TOOL_SERVER
        )
        try:
            await self._gate(outgoing)
            return await self._answer(request)
        except KirejiError as error:
            for trouble in self._troubles():
                trouble.error = error
        except httpx2.HTTPError as error:
            for trouble in self._troubles():
                trouble.reason = _reason(error)
        return httpx2.Response(NO_ANSWER, request=request)

    async def _answer(self, request: httpx2.Request) -> httpx2.Response:
        """Send, and read what does not come as a stream of events; so failures on the way belong to one request."""
        response = await self._inner.handle_async_request(request)
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            await response.aclose()
            raise httpx2.RemoteProtocolError("compressed without being asked for", request=request)
        if not response.headers.get("content-type", "").lower().startswith("text/event-stream"):
            body = bytearray()
            try:
                async for chunk in response.aiter_raw():
                    body += chunk
                    if len(body) > LARGEST_ANSWER:
                        raise httpx2.RemoteProtocolError("too large", request=request)
            finally:
                await response.aclose()
            headers = [(name, value) for name, value in response.headers.items() if name not in _ABOUT_TRANSFER]
            response = httpx2.Response(response.status_code, headers=headers, content=bytes(body), request=request)
        for trouble in self._troubles():
            trouble.status, trouble.reason, trouble.error = response.status_code, "", None
        return response

    def _troubles(self) -> tuple[Trouble, ...]:
        own = own_trouble()
        return (self._trouble,) if own is None else (self._trouble, own)

    async def aclose(self) -> None:
        await self._inner.aclose()


@asynccontextmanager
async def http_transport(
    url: str, headers: Mapping[str, str], connecting: Connecting, gate: Gate, source: str, trouble: Trouble
) -> AsyncIterator[TransportStreams]:
    """The two streams of messages that the client wants.

    Args:
        url: The server's address.
        headers: Go with every request, keys among them.
        connecting: Proxies and certificates.
        gate: Records every request.
        source: Id of the source, for the record.
        trouble: Takes what goes wrong.

    Raises:
        ToolSourceError: The address, a header or the proxy cannot be used.
        ConnectionFailed: A file of certificates cannot be read.
    """
    client = _client(url, headers, connecting, gate, source, trouble)
    async with (
        client,
        streamable_http_client(url, http_client=client, max_sse_event_size=LARGEST_ANSWER) as streams,
    ):
        yield streams


def _client(
    url: str, headers: Mapping[str, str], connecting: Connecting, gate: Gate, source: str, trouble: Trouble
) -> httpx2.AsyncClient:
    try:
        address = httpx2.URL(url)
        if not address.host or address.scheme not in ("http", "https"):
            raise httpx2.InvalidURL("no address of the web")
        if address.port is not None and not 0 < address.port < 65536:
            raise httpx2.InvalidURL("no such port")
        sent = httpx2.Headers({"user-agent": f"kireji/{__version__}", "accept-encoding": "identity", **headers})
    except (httpx2.InvalidURL, ValueError, UnicodeError):
        raise ToolSourceError(
            say("The url or a header cannot be sent as it stands."), say("Correct the entry in mcp.json.")
        ) from None
    context = connecting.ssl_context()
    try:
        proxy = connecting.proxy_for(url)
        through = None if proxy is None else httpx2.Proxy(proxy)
        if through is not None and through.url.scheme == "https":
            through.ssl_context = context
        inner = httpx2.AsyncHTTPTransport(verify=context, trust_env=False, limits=_LIMITS, proxy=through)
    except (httpx2.InvalidURL, ValueError, ImportError):  # SOCKS, or not an address; its text may hold a password
        raise ToolSourceError(
            say("The proxy cannot be used for servers of tools."), say("Enter an http:// proxy in Settings, Network.")
        ) from None
    return httpx2.AsyncClient(
        headers=sent,
        timeout=httpx2.Timeout(_SILENCE_SECONDS, connect=_CONNECT_SECONDS),
        transport=RecordedTransport(inner, gate, source, trouble),
        trust_env=False,
    )


def _reason(error: httpx2.HTTPError) -> str:
    """Why no answer came, as a part of a sentence."""
    if isinstance(error, httpx2.ConnectTimeout):
        return say("it did not answer within {seconds} seconds", seconds=f"{_CONNECT_SECONDS:g}")
    if isinstance(error, httpx2.RemoteProtocolError):
        return say("it does not speak HTTP properly, or sends too much")
    cause: BaseException | None = error
    while cause is not None:
        if type(cause).__name__ in ("SSLError", "SSLCertVerificationError", "CertificateRefused"):
            return say("its certificate is not trusted on this computer")
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx2.ProxyError):
        return say("the proxy refused or was not reached")
    if isinstance(error, httpx2.ConnectError):
        return say("nothing answers there")
    return say("the connection was lost")
