"""Notifications by way of org.freedesktop.Notifications, which every Linux desktop has.

Source: the Desktop Notifications Specification 1.3 with its ActivationToken signal.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from kireji.core.desktop_ports import Notice
from kireji.core.identity import APP_ID
from kireji.core.ports import Availability
from kireji.core.words import say

if TYPE_CHECKING:  # loaded with the first notice: most starts show none
    from kireji.desktop.dbus import Bus, Signal

log = logging.getLogger(__name__)

_NAME = "org.freedesktop.Notifications"
_PATH = "/org/freedesktop/Notifications"
_MOST_TITLE = 100
_MOST_BODY = 240
_MOST_KEPT = 64
"""Notices whose click is waited for; daemons that never tell of their end would let them grow for ever."""


class _Shown(NamedTuple):
    """A notice that can still be clicked."""

    key: str
    clicked: Callable[[str], None] | None


class DBusNotifier:
    """Shows notices through the desktop's daemon, and hears when they are clicked. Connects with the first one.

    Args:
        environ: The process's environment, for the session bus.
        icon: Path or name of the program's icon; empty leaves it to the desktop file.
    """

    def __init__(self, environ: Mapping[str, str], icon: str = "") -> None:
        self._environ = environ
        self._icon = icon
        self._lock = asyncio.Lock()
        self._bus: Bus | None = None
        self._owner = ""
        self._abilities: frozenset[str] | None = None
        self._shown: dict[int, _Shown] = {}
        self._tokens: dict[int, str] = {}

    async def availability(self) -> Availability:
        """Whether a daemon answers."""
        from kireji.desktop.dbus_errors import BusError

        try:
            async with self._lock:
                bus = await self._connected()
            name, *_rest = await bus.call(_NAME, _PATH, _NAME, "GetServerInformation", returns="ssss")
        except BusError as problem:
            log.info("no notifications: %s", problem)
            reason = say("This desktop shows no notifications.")
            return Availability(False, reason, say("Start a notification daemon, such as the desktop's own."))
        return Availability(True, say("Shown by {name}.", name=name))

    async def notify(self, notice: Notice, clicked: Callable[[str], None] | None = None) -> bool:
        """Show one; False when nothing could show it. Never raises.

        Args:
            notice: What to say.
            clicked: Called on the loop when the person clicks it, with Wayland's activation token or "".
        """
        from kireji.desktop.dbus_errors import BusError

        try:
            async with self._lock:  # two notices with one key at the same moment are one
                bus = await self._connected()
                await self._send(bus, notice, clicked)
        except BusError as problem:
            log.info("not notified: %s", problem)
            return False
        return True

    async def aclose(self) -> None:
        """Disconnect; what is shown stays, and does nothing when it is clicked."""
        bus, self._bus = self._bus, None
        self._forget()
        if bus is not None:
            await bus.close()

    async def _send(self, bus: Bus, notice: Notice, clicked: Callable[[str], None] | None) -> None:
        abilities = await self._known_abilities(bus)
        title, body = _texts(notice, abilities)
        before = next((number for number, shown in self._shown.items() if notice.key and shown.key == notice.key), 0)
        actions = ["default", "Open"] if clicked is not None and "actions" in abilities else []
        hints = {"desktop-entry": ("s", APP_ID), "urgency": ("y", 1)}
        arguments = ("Kireji", before, self._icon, title, body, actions, hints, -1)
        (number,) = await bus.call(_NAME, _PATH, _NAME, "Notify", "susssasa{sv}i", arguments, returns="u")
        self._shown.pop(before, None)
        self._shown[number] = _Shown(notice.key, clicked)
        while len(self._shown) > _MOST_KEPT:
            self._shown.pop(next(iter(self._shown)))

    async def _known_abilities(self, bus: Bus) -> frozenset[str]:
        from kireji.desktop.dbus_errors import CallRefused

        if self._abilities is None:
            try:
                (names,) = await bus.call(_NAME, _PATH, _NAME, "GetCapabilities", returns="as")
            except CallRefused as refused:
                if refused.nobody_there:
                    raise
                names = []
            self._abilities = frozenset(names)
        return self._abilities

    async def _connected(self) -> Bus:
        if self._bus is not None and self._bus.usable:
            return self._bus
        from kireji.desktop.dbus import open_bus

        self._forget()
        bus = await open_bus(self._environ)
        try:
            await bus.listen(_NAME, _NAME, "ActionInvoked", "us", self._invoked, _PATH)
            await bus.listen(_NAME, _NAME, "ActivationToken", "us", self._token_given, _PATH)
            await bus.listen(_NAME, _NAME, "NotificationClosed", "uu", self._gone, _PATH)
            await bus.follow_owner(_NAME, self._owner_changed)
            self._owner = await bus.owner(_NAME)
        except BaseException:  # a cancelled wait too leaves nothing open
            await bus.close()
            raise
        self._bus = bus
        return bus

    # What the daemon tells.

    def _token_given(self, signal: Signal) -> None:
        number, token = signal.body
        if self._ours(signal, number):
            self._tokens[number] = token

    def _invoked(self, signal: Signal) -> None:
        number, action = signal.body
        if not self._ours(signal, number) or action != "default":
            return
        clicked = self._shown[number].clicked
        if clicked is not None:
            clicked(self._tokens.pop(number, ""))

    def _gone(self, signal: Signal) -> None:
        number, _reason = signal.body
        if self._ours(signal, number):
            del self._shown[number]
            self._tokens.pop(number, None)

    def _ours(self, signal: Signal, number: int) -> bool:
        return number in self._shown and signal.sender == self._owner

    def _owner_changed(self, owner: str) -> None:
        # Another daemon counts anew: an old number would replace somebody else's notice.
        self._forget()
        self._owner = owner

    def _forget(self) -> None:
        self._abilities = None
        self._shown.clear()
        self._tokens.clear()


def _texts(notice: Notice, abilities: frozenset[str]) -> tuple[str, str]:
    """Title and body as this daemon takes them: titles are never markup, bodies are where it says so."""
    title, body = _line(notice.title, _MOST_TITLE), _line(notice.body, _MOST_BODY)
    if "body" not in abilities:
        return (f"{title} {body}".strip(), "")
    import html

    # Only these three: daemons know no other entities.
    return title, html.escape(body, quote=False) if "body-markup" in abilities else body


def _line(text: str, most: int) -> str:
    """One line without control characters, cut at a word where there is one."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    if len(line) <= most:
        return line
    cut = line[: most - 1]
    return f"{cut.rsplit(' ', 1)[0] if ' ' in cut[most // 2 :] else cut}…"
