"""The connections that requests go over, built from the settings and built anew when those change."""

from __future__ import annotations

import asyncio
import importlib
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from kireji.core.errors import KirejiError, ProviderError
from kireji.core.settings import NetworkSettings
from kireji.providers.connection_settings import ConnectionSettings

if TYPE_CHECKING:
    from kireji.providers.transport import RoutedTransport

log = logging.getLogger(__name__)


class Route:
    """A transport with what it was built from, and how many requests use it.

    Attributes:
        problem: Why nothing encrypted may be sent over it; a server on this computer needs no certificate.
    """

    def __init__(self, network: NetworkSettings, transport: RoutedTransport, problem: KirejiError | None) -> None:
        self.network = network
        self.transport = transport
        self.problem = problem
        self.users = 0
        self.retired = False

    async def leave(self) -> None:
        """A request is over; the last one of a route that was replaced closes it."""
        self.users -= 1
        if self.retired and not self.users:
            await self.transport.aclose()


class Routes:
    """Gives every request the route that the settings of now want.

    Args:
        network: The settings; asked before every request.
        system_proxies: The proxies of environment and system.
        now: The time.
        monotonic: Seconds of a clock that may stand still while the computer sleeps.
    """

    def __init__(
        self,
        network: Callable[[], NetworkSettings],
        system_proxies: Callable[[], Mapping[str, str]],
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._network = network
        self._system_proxies = system_proxies
        self._now = now
        self._monotonic = monotonic
        self._route: Route | None = None
        self._building = asyncio.Lock()

    async def warm(self) -> None:
        """Load the network modules and build the route, in a thread; contacts nothing."""
        if (problem := (await self._ready()).problem) is not None:
            log.warning("the network is not ready: %s", problem.message)  # reported with the question that meets it

    async def reconfigure(self) -> None:
        """Take up changed settings now rather than with the next request."""
        if self._route is not None:
            await self.warm()

    async def aclose(self) -> None:
        """Close every connection."""
        route, self._route = self._route, None
        if route is not None:
            await route.transport.aclose()

    def connected(self, url: str) -> bool:
        """Whether a kept connection would carry a request to `url` now."""
        route = self._route
        return route is not None and route.network == self._network() and route.transport.stands(url)

    async def enter(self, url: str) -> Route:
        """The route for a request to `url`; the caller leaves it at the end.

        Raises:
            KirejiError: Nothing encrypted may be sent, because of the certificates.
        """
        route = await self._ready()
        if route.problem is not None and not url.lower().startswith("http://"):
            raise route.problem
        route.users += 1
        return route

    async def _ready(self) -> Route:
        network = self._network()
        if not self._holds(network):
            async with self._building:
                if not self._holds(network):
                    made = await asyncio.to_thread(self._build, network)
                    replaced, self._route = self._route, made
                    if replaced is not None:
                        replaced.retired = True
                        replaced.users += 1
                        await replaced.leave()
        assert self._route is not None
        return self._route

    def _holds(self, network: NetworkSettings) -> bool:
        """Whether the route may be used; one with a problem is built anew, because its file may be there by now."""
        return self._route is not None and self._route.network == network and self._route.problem is None

    def _build(self, network: NetworkSettings) -> Route:
        """The route; in a thread, because reading certificates and modules takes tens of milliseconds."""
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)  # they log addresses and headers below that
        # Loaded by httpx only with the first connection, where they would cost the first answer its speed.
        for name in ("httpx_sse", "h11", "anyio._backends._asyncio", "httpcore._backends.anyio"):
            importlib.import_module(name)
        from kireji.providers.transport import RoutedTransport

        settings = ConnectionSettings.find(network, system=self._system_proxies)
        problem: KirejiError | None = None
        try:
            context = settings.ssl_context()
        except KirejiError as error:
            import ssl

            if isinstance(error, ProviderError):
                error.not_taken = True
            context, problem = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), error  # it trusts nobody
        transport = RoutedTransport(settings, context, lambda: self._now().timestamp(), self._monotonic)
        return Route(network, transport, problem)
