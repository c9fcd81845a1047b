"""A notification daemon that shows nothing and keeps all."""

from __future__ import annotations

from typing import Any, NamedTuple

from tests.support.bus_service import Answer, BusService, Call

NAME = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"


class Shown(NamedTuple):
    """One notice as the daemon got it."""

    app: str
    replaces: int
    icon: str
    title: str
    body: str
    actions: list[str]
    hints: dict[str, Any]


class FakeNotifications(BusService):
    """The daemon.

    Attributes:
        shown: All notices, in order.
        abilities: What GetCapabilities says.
    """

    def __init__(self) -> None:
        super().__init__(
            NAME,
            {
                f"{NAME}.Notify": self._notify,
                f"{NAME}.GetCapabilities": self._capabilities,
                f"{NAME}.GetServerInformation": self._information,
            },
        )
        self.shown: list[Shown] = []
        self.abilities = ["body", "body-markup", "actions"]
        self._numbers = 0

    async def restart(self) -> None:
        """As another daemon, which counts anew."""
        self._numbers = 0
        await super().restart()

    async def click(self, number: int, action: str = "default", token: str = "") -> None:
        """The person clicks a notice; newer daemons send a token before they say so."""
        if token:
            await self.emit(PATH, NAME, "ActivationToken", "us", (number, token))
        await self.emit(PATH, NAME, "ActionInvoked", "us", (number, action))

    async def dismiss(self, number: int) -> None:
        """The notice goes away."""
        await self.emit(PATH, NAME, "NotificationClosed", "uu", (number, 2))

    async def _notify(self, call: Call) -> Answer:
        app, replaces, icon, title, body, actions, hints, _expire = call.body
        self.shown.append(Shown(app, replaces, icon, title, body, actions, hints))
        if not replaces:
            self._numbers += 1
        return "u", (replaces or self._numbers,)

    async def _capabilities(self, call: Call) -> Answer:
        return "as", (self.abilities,)

    async def _information(self, call: Call) -> Answer:
        return "ssss", ("fake", "tests", "1", "1.2")
