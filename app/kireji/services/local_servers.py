"""Model servers on this computer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from kireji.core.models import LocalServer
from kireji.core.ports import Clock
from kireji.core.provider_ports import LocalServerFinder
from kireji.core.publisher import Publisher
from kireji.services.credentials import Credentials
from kireji.services.outbox import Outbox
from kireji.services.preferences import Preferences

LOCAL = "local"


class LocalServers:
    """Looks for model servers on this computer, and remembers for a while what it saw.

    Nothing looks before somebody needs to know: the first-start page, a list of models, or a question that no key can
    answer.

    Args:
        finder: Makes what looks at addresses, when somebody looks.
        outbox: Records each look.
        preferences: Whether and where to look.
        credentials: Knows the address that the environment names.
        clock: Ends the remembering.
        usual: Says the base URLs of the ports that such servers have when nobody has changed them.

    Attributes:
        found: The servers that answered last.
        changed: Publishes them when they are others than before.
    """

    def __init__(
        self,
        finder: Callable[[], LocalServerFinder],
        outbox: Outbox,
        preferences: Preferences,
        credentials: Credentials,
        clock: Clock,
        usual: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        self._finder = finder
        self._outbox = outbox
        self._preferences = preferences
        self._credentials = credentials
        self._clock = clock
        self._usual = usual
        self._looking = asyncio.Lock()
        self._looked: tuple[tuple[str, ...], float] | None = None
        self.found: tuple[LocalServer, ...] = ()
        self.changed: Publisher[tuple[LocalServer, ...]] = Publisher()

    @property
    def address(self) -> str:
        """The base URL that the environment or the settings name; empty when neither does."""
        return self._credentials.address(LOCAL) or self._preferences.settings.local.address.rstrip("/")

    @property
    def distant(self) -> str:
        """The same, when it is not on this computer: then it is no place to look at, but one to ask."""
        return "" if is_loopback(self.address) else self.address

    async def find(self, max_age: float = 30.0) -> tuple[LocalServer, ...]:
        """The servers that answer now; takes 300 ms at most, or nothing when somebody looked a moment ago.

        Args:
            max_age: Seconds for which the last look counts.

        Raises:
            StoreError: The ledger could not be written; then nobody looked.
        """
        async with self._looking:
            places = self._places()
            if self._looked is not None:
                at, when = self._looked
                if at == places and self._clock.monotonic() - when < max_age:
                    return self.found
            before = self.found
            self.found = tuple(await self._finder().find(self._outbox.gate, places)) if places else ()
            self._looked = (places, self._clock.monotonic())
        if self.found != before:
            self.changed.publish(self.found)
        return self.found

    def _places(self) -> tuple[str, ...]:
        if address := self.address:
            return (address,) if is_loopback(address) else ()
        return tuple(self._usual()) if self._preferences.settings.local.discover else ()


def is_loopback(url: str) -> bool:
    """Whether an address leads to this computer itself, as its text says; no name is looked up."""
    import ipaddress
    import urllib.parse

    try:
        host = urllib.parse.urlsplit(url).hostname or ""
    except ValueError:
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
