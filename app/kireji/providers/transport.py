"""Connections: proxies, keep-alive, sleep. Imported by `http` when the first connection is near."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any, BinaryIO

import httpcore
import httpx

from kireji.core.requests import BodyFile
from kireji.providers.certificates import CertificateRefused
from kireji.providers.connection_settings import ConnectionSettings

FRESH = "kireji.fresh"
"""Request extension: use a new connection, because the kept ones may have died."""
ADDRESS = "kireji.address"
"""Request extension: connect to this number instead of looking the host up; empty refuses. A proxy looks up itself."""

KEPT_SECONDS = 120.0
_SLEPT_SECONDS = 10.0
"""Difference between the clocks above which it was sleep and not the correction of a clock."""
_LIMITS = httpx.Limits(max_connections=50, max_keepalive_connections=4, keepalive_expiry=KEPT_SECONDS)

_PIECE = 256 * 1024


class FileBody:
    """A body that is read from its file piece by piece, for one attempt."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._left = size

    @classmethod
    async def open(cls, body: BodyFile, stack: AsyncExitStack) -> FileBody:
        """Open it; `stack` closes it.

        Raises:
            BodyMissing: It is not there any more, or is not what it was.
        """
        try:
            file = await asyncio.to_thread(open, body.path, "rb")
        except OSError as error:
            raise BodyMissing from error
        stack.callback(file.close)
        if os.fstat(file.fileno()).st_size != body.size:
            raise BodyMissing
        return cls(file, body.size)

    def __aiter__(self) -> FileBody:
        return self

    async def __anext__(self) -> bytes:
        if not self._left:
            raise StopAsyncIteration
        try:
            piece = await asyncio.to_thread(self._file.read, min(_PIECE, self._left))
        except OSError as error:
            raise httpx.WriteError("the file of the body cannot be read") from error
        if not piece:
            raise httpx.WriteError("the file of the body has become shorter")
        self._left -= len(piece)
        return piece


class BodyMissing(httpx.RequestError):
    """What was to be sent is not there."""

    def __init__(self) -> None:
        super().__init__("the file of the body is gone, or was changed")


class ProxyUnreachable(httpx.ProxyError):
    """The proxy itself could not be reached.

    Attributes:
        address: Its host and port, without what it is told about the person.
    """

    def __init__(self, address: str) -> None:
        super().__init__("the proxy cannot be reached")
        self.address = address


class ProxyUnusable(httpx.ProxyError):
    """What is written for a proxy is none that can be used; the text of it may hold a password."""

    def __init__(self) -> None:
        super().__init__("a proxy of this kind cannot be used")


class RoutedTransport(httpx.AsyncBaseTransport):
    """Sends each request directly or through the proxy for it, over connections that are kept for two minutes.

    httpx reads proxies itself only when it builds the transport, and then takes no socket options; hence this class.

    Args:
        settings: Proxies.
        context: Certificates.
        wall: Seconds of a clock that goes on while the computer sleeps.
        monotonic: Seconds of a clock that need not; the network library measures with such a one.
    """

    def __init__(
        self,
        settings: ConnectionSettings,
        context: ssl.SSLContext,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._context = context
        self._clocks = (wall, monotonic)
        self._seen = (wall(), monotonic())
        self._stale = False
        self._pools: dict[str | None, _Pool] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._have_slept() or request.extensions.get(FRESH):
            await self.close_idle()
        proxy = self._settings.proxy_for(str(request.url))
        pool = self._pool(proxy)
        if proxy is None:
            return await pool.handle_async_request(_to_address(request))
        asking = _limit_the_way_through(request) if request.url.scheme == "https" else None
        try:
            return await pool.handle_async_request(request)
        except (httpx.ConnectError, httpx.TimeoutException) as error:
            reached = isinstance(error, httpx.TimeoutException) and not isinstance(error, httpx.ConnectTimeout)
            if _is_about_tls(error) or (reached and not (asking and asking())):
                raise
            raise ProxyUnreachable(httpx.URL(proxy).netloc.decode("ascii", "replace")) from error

    def stands(self, url: str) -> bool:
        """Whether a kept connection would carry a request to `url` now."""
        if self._have_slept():
            return False
        pool = self._pools.get(self._settings.proxy_for(url))
        return pool is not None and pool.stands(httpx.URL(url))

    async def close_idle(self) -> None:
        """Close the kept connections that carry nothing at the moment."""
        self._stale = False
        for pool in self._pools.values():
            await pool.close_idle()

    async def aclose(self) -> None:
        for pool in self._pools.values():
            await pool.aclose()

    def _have_slept(self) -> bool:
        """Whether the computer has slept since the kept connections were last closed.

        A service or a router forgets a connection meanwhile, and the clock that the network library measures with may
        have stood still.
        """
        (wall, monotonic), (last_wall, last_monotonic) = (self._clocks[0](), self._clocks[1]()), self._seen
        self._seen = (wall, monotonic)
        self._stale = self._stale or (wall - last_wall) - (monotonic - last_monotonic) > _SLEPT_SECONDS
        return self._stale

    def _pool(self, proxy: str | None) -> _Pool:
        pool = self._pools.get(proxy)
        if pool is None:
            pool = self._pools[proxy] = self._connect(proxy)
        return pool

    def _connect(self, proxy: str | None) -> _Pool:
        try:
            through = None if proxy is None else httpx.Proxy(proxy)
            if through is not None:
                require_port(through.url)
            if through is not None and through.url.scheme == "https":
                through.ssl_context = self._context
            return _Pool(verify=self._context, limits=_LIMITS, proxy=through, socket_options=keep_alive_options())
        except (ValueError, ImportError, httpx.InvalidURL):  # SOCKS, or not an address; its text may hold a password
            raise ProxyUnusable from None


class _Pool(httpx.AsyncHTTPTransport):
    """httpx's own transport, which can also be asked about the connections it keeps."""

    def stands(self, url: httpx.URL) -> bool:
        origin = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=b"/").origin
        return any(
            connection.can_handle_request(origin) and connection.is_available() and not connection.has_expired()
            for connection in self._pool.connections
        )

    async def close_idle(self) -> None:
        for connection in self._pool.connections:
            if connection.is_idle():
                await connection.aclose()


def _to_address(request: httpx.Request) -> httpx.Request:
    """A request that connects to the number that was looked up; Host and certificate stay those of the name."""
    address = request.extensions.get(ADDRESS)
    if address is None:
        return request
    if not address:
        raise httpx.ConnectError("[Errno -2] Name or service not known")
    name = request.url.host
    extensions = request.extensions | ({} if name == address else {"sni_hostname": name})
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions=extensions,
    )


def require_port(url: httpx.URL) -> None:
    """Raise httpx.InvalidURL for a port that cannot be: httpx takes it, and asyncio ends in an OverflowError."""
    if url.port is not None and not 0 < url.port < 65536:
        raise httpx.InvalidURL("no such port")


def _limit_the_way_through(request: httpx.Request) -> Callable[[], bool]:
    """Give the proxy no longer to open a way to the service than a connection may take.

    WORKAROUND: httpcore waits for a proxy's answer to CONNECT as long as for an answer of the service itself, which may
    be silent for minutes.

    Returns:
        Whether the proxy is still being asked for the way.
    """
    limits = dict(request.extensions.get("timeout", {}))
    silence, limits["read"] = limits.get("read"), limits.get("connect")
    through = False

    async def follow(name: str, info: Mapping[str, Any]) -> None:
        nonlocal through
        if name.endswith("send_request_headers.started") and info["request"].method != b"CONNECT":
            limits["read"], through = silence, True

    request.extensions.update(timeout=limits, trace=follow)
    return lambda: not through


def keep_alive_options() -> list[tuple[int, int, int]]:
    """Socket options that notice a dead connection: first probe after a minute, five probes a minute apart."""
    options = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
    idle = getattr(socket, "TCP_KEEPIDLE", None) or getattr(socket, "TCP_KEEPALIVE", None)  # macOS: TCP_KEEPALIVE
    for name, value in ((idle, 60), (getattr(socket, "TCP_KEEPINTVL", None), 60)):
        if name is not None:
            options.append((socket.IPPROTO_TCP, name, value))
    if hasattr(socket, "TCP_KEEPCNT"):
        options.append((socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 5))
    return options


def _is_about_tls(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, CertificateRefused | ssl.SSLError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
