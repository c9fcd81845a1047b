"""The part of a panel that trays by D-Bus register with: org.kde.StatusNotifierWatcher."""

from __future__ import annotations

import asyncio

from tests.support.bus_service import Answer, BusService, Call, Refusal

NAME = "org.kde.StatusNotifierWatcher"
PATH = "/StatusNotifierWatcher"


class FakeWatcher(BusService):
    """A watcher with a host, so that programs put their icons there.

    Attributes:
        items: What was registered: `sender/path` or the name that the program gave.
        came: Set when something registers.
    """

    def __init__(self) -> None:
        super().__init__(
            NAME,
            {
                f"{NAME}.RegisterStatusNotifierItem": self._register,
                f"{NAME}.RegisterStatusNotifierHost": self._host,
                "org.freedesktop.DBus.Properties.Get": self._get,
                "org.freedesktop.DBus.Properties.GetAll": self._get_all,
            },
        )
        self.items: list[str] = []
        self.came = asyncio.Event()

    async def restart(self) -> None:
        """As a panel that was restarted: it knows no icon until one registers."""
        self.items.clear()
        self.came.clear()
        await super().restart()

    async def _register(self, call: Call) -> Answer:
        (service,) = call.body
        self.items.append(f"{call.sender}{service}" if service.startswith("/") else service)
        self.came.set()
        await self.emit(PATH, NAME, "StatusNotifierItemRegistered", "s", (self.items[-1],))
        return "", ()

    async def _host(self, call: Call) -> Answer:
        return "", ()

    def _properties(self) -> dict[str, tuple[str, object]]:
        return {
            "IsStatusNotifierHostRegistered": ("b", True),
            "ProtocolVersion": ("i", 0),
            "RegisteredStatusNotifierItems": ("as", self.items),
        }

    async def _get(self, call: Call) -> Answer:
        _interface, name = call.body
        if name not in self._properties():
            raise Refusal("org.freedesktop.DBus.Error.UnknownProperty", name)
        return "v", (self._properties()[name],)

    async def _get_all(self, call: Call) -> Answer:
        return "a{sv}", (self._properties(),)
