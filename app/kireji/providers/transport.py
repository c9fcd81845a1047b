"""Connections: certificates, proxies, keep-alive. Imported by `http` when the first connection is near."""

from __future__ import annotations

import ipaddress
import os
import socket
import ssl
import urllib.request
from collections.abc import Mapping

import httpx
import truststore

FRESH = "kireji.fresh"
"""Request extension: use a new connection, because the kept ones may have died while the computer slept."""

_KEPT = httpx.Limits(max_connections=50, max_keepalive_connections=4, keepalive_expiry=120)
_NOT_KEPT = httpx.Limits(max_connections=50, max_keepalive_connections=0)


class RoutedTransport(httpx.AsyncBaseTransport):
    """Sends each request directly or through the proxy that the environment names for it.

    httpx reads proxies itself only when it builds the transport, and then takes no socket options; hence this class.

    Args:
        context: Certificates.
        proxies: By scheme, as from `urllib.request.getproxies`; `no` lists the hosts without.
    """

    def __init__(self, context: ssl.SSLContext, proxies: Mapping[str, str]) -> None:
        self._context = context
        self._proxies = proxies
        self._transports: dict[tuple[str | None, bool], httpx.AsyncHTTPTransport] = {}

    def proxy_for(self, url: httpx.URL) -> str | None:
        """The proxy that `url` is reached through, or None."""
        proxy = self._proxies.get(url.scheme) or self._proxies.get("all")
        if not proxy or is_loopback(url.host) or bypasses_proxy(url, self._proxies.get("no", "")):
            return None
        return proxy if "://" in proxy else f"http://{proxy}"

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        fresh = bool(request.extensions.get(FRESH))
        return await self._transport(self.proxy_for(request.url), fresh).handle_async_request(request)

    def _transport(self, proxy: str | None, fresh: bool) -> httpx.AsyncHTTPTransport:
        transport = self._transports.get((proxy, fresh))
        if transport is None:
            transport = self._transports[(proxy, fresh)] = self._connect(proxy, fresh)
        return transport

    def _connect(self, proxy: str | None, fresh: bool) -> httpx.AsyncHTTPTransport:
        limits = _NOT_KEPT if fresh else _KEPT
        options = keep_alive_options()
        try:
            return httpx.AsyncHTTPTransport(verify=self._context, limits=limits, proxy=proxy, socket_options=options)
        except (ValueError, ImportError, httpx.InvalidURL):  # SOCKS, or not an address; its text may hold a password
            raise httpx.ProxyError("a proxy of this kind cannot be used") from None

    async def aclose(self) -> None:
        for transport in self._transports.values():
            await transport.aclose()


def bypasses_proxy(url: httpx.URL, no_proxy: str) -> bool:
    """Whether NO_PROXY names the host of `url`: by name, parent domain, address or network, each with a port or not."""
    for entry in filter(None, (item.strip().lower() for item in no_proxy.split(","))):
        name, _, port = entry.rpartition(":") if entry.count(":") == 1 else (entry, "", "")
        name = name.removeprefix("*").removeprefix(".")
        if port and port != str(url.port or ""):
            continue
        if not name or url.host == name or url.host.endswith(f".{name}") or _in_network(url.host, name):
            return True
    return False


def _in_network(host: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(network.strip("[]"), strict=False)
    except ValueError:
        return False


def is_loopback(host: str) -> bool:
    """Whether `host` is this computer."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


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


def certificates() -> ssl.SSLContext:
    """The operating system's certificates, or those of SSL_CERT_FILE.

    Raises:
        OSError: SSL_CERT_FILE cannot be read.
    """
    path = os.environ.get("SSL_CERT_FILE")
    if path:
        return ssl.create_default_context(cafile=path)
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def build_client() -> httpx.AsyncClient:
    """A client that adds nothing of its own: no redirects, no cookies or defaults in the requests we build."""
    transport = RoutedTransport(certificates(), urllib.request.getproxies())
    return httpx.AsyncClient(transport=transport, trust_env=False, follow_redirects=False)
