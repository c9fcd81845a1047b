"""Shortcuts from the desktop's portal: the way on Wayland, where no program may hold keys by itself.

Source: org.freedesktop.portal.GlobalShortcuts, versions 1 and 2; trigger texts as in the XDG shortcuts specification.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, NamedTuple, Protocol

from kireji.core.capturing import BIND_BY_HAND, Target
from kireji.core.desktop_ports import BoundShortcut
from kireji.core.errors import HotkeyUnavailable
from kireji.core.ports import Availability
from kireji.core.shortcuts import Shortcut
from kireji.core.words import say
from kireji.desktop.dbus import Bus, Listener, Signal, open_bus, text_of
from kireji.desktop.dbus_errors import BusError, CallRefused, CallUnanswered
from kireji.desktop.portal import (
    ANSWER_SECONDS,
    BUS_NAME,
    PATH,
    PERSON_SECONDS,
    WITHDRAW_SECONDS,
    Code,
    Portal,
    Response,
    open_portal,
    why_not,
)
from kireji.desktop.triggers import trigger

log = logging.getLogger(__name__)

_INTERFACE = "org.freedesktop.portal.GlobalShortcuts"
_SESSION = "org.freedesktop.portal.Session"
_RESTART_SECONDS = 1.0
"""After the portal has gone, before it is called again, which starts it where the bus can."""

Pressed = Callable[[Target, str], None]
Changed = Callable[[Mapping[Target, BoundShortcut]], None]


class Scope(Protocol):
    """Owns tasks; the program's own one is `ui.aio.TaskScope`."""

    def restart(self, coroutine: Coroutine[Any, Any, None], *, name: str) -> object:
        """Run a coroutine in place of the one of that name."""

    async def aclose(self) -> None:
        """Cancel everything and wait for its clean-up."""


class _Wish(NamedTuple):
    """What is to be bound, kept for when the portal is restarted."""

    wanted: Mapping[Target, Shortcut]
    pressed: Pressed
    changed: Changed


class PortalShortcuts:
    """Asks the portal for chords, hears when they are pressed, and asks again when the portal was restarted.

    Args:
        environ: The process's environment, for the session bus.
        scope: Makes what owns the task that asks again; called when the portal is restarted.
        patience: Seconds to wait for what the desktop answers by itself.
        consent: Seconds to wait where it may ask the person first.
        restart: Seconds to wait for a portal that has gone before it is called again.
    """

    name = "shortcuts portal"

    def __init__(
        self,
        environ: Mapping[str, str],
        scope: Callable[[], Scope],
        *,
        patience: float = ANSWER_SECONDS,
        consent: float = PERSON_SECONDS,
        restart: float = _RESTART_SECONDS,
    ) -> None:
        self._environ = environ
        self._patience = patience
        self._consent = consent
        self._restart = restart
        self._lock = asyncio.Lock()
        self._portal: Portal | None = None
        self._session = ""
        self._listeners: list[Listener] = []
        self._wish: _Wish | None = None
        self._make_scope = scope
        self._scope: Scope | None = None

    async def availability(self) -> Availability:
        """Whether the portal hands out shortcuts at all; whether it does so for us is known when it is asked."""
        try:
            async with open_portal(self._environ) as portal:
                version = await portal.number(_INTERFACE)
        except BusError as problem:
            return why_not(problem)._replace(hint=say(BIND_BY_HAND))
        if version == 0:
            return Availability(False, say("This desktop's portal hands out no shortcuts."), say(BIND_BY_HAND))
        return Availability(True, say("The desktop's shortcuts portal, version {version}.", version=version))

    async def bind(
        self, wanted: Mapping[Target, Shortcut], pressed: Pressed, changed: Changed
    ) -> Mapping[Target, BoundShortcut]:
        """Ask for all chords at once; replaces what was bound before. An empty mapping gives all back.

        Raises:
            HotkeyUnavailable: The desktop cannot do it, refused, or never answered; the hint says what to do.
        """
        await self._stop_asking()
        async with self._lock:
            self._wish = None
            await self._end_session()
            if not wanted:
                await self._disconnect()
                return {}
            wish = _Wish(dict(wanted), pressed, changed)
            try:
                found = await self._bind(wish)
            except BusError as problem:
                await self._disconnect()
                raise _unavailable(problem) from problem
            except BaseException:  # a cancelled wait too leaves nothing open
                await self._disconnect()
                raise
            self._wish = wish
            return found

    async def aclose(self) -> None:
        """Give all back."""
        await self._stop_asking()
        async with self._lock:
            self._wish = None
            await self._end_session()
            await self._disconnect()

    async def _bind(self, wish: _Wish) -> Mapping[Target, BoundShortcut]:
        portal = await self._connected()
        owner = await portal.bus.owner(BUS_NAME)
        self._session = await self._open_session(portal)
        self._listeners = [
            await portal.bus.listen(
                BUS_NAME, _INTERFACE, "Activated", "osta{sv}", lambda signal: self._activated(signal, owner), PATH
            ),
            await portal.bus.listen(
                BUS_NAME,
                _INTERFACE,
                "ShortcutsChanged",
                "oa(sa{sv})",
                lambda signal: self._changed(signal, owner),
                PATH,
            ),
            await portal.bus.listen(
                BUS_NAME, _SESSION, "Closed", None, lambda signal: self._closed_by_desktop(signal, owner), self._session
            ),
        ]
        asked = [
            (action.value, {"description": ("s", action.title), "preferred_trigger": ("s", trigger(chord))})
            for action, chord in wish.wanted.items()
        ]
        response = await portal.request(
            _INTERFACE, "BindShortcuts", "oa(sa{sv})sa{sv}", (self._session, asked, ""), {}, timeout=self._consent
        )
        if response.code is not Code.OK:
            raise _declined(response.code)
        signature, listed = response.results.get("shortcuts", ("", []))
        return _found(wish.wanted, listed if signature == "a(sa{sv})" else [])

    async def _open_session(self, portal: Portal) -> str:
        options = {"session_handle_token": ("s", portal.token())}
        response = await portal.request(
            _INTERFACE, "CreateSession", "a{sv}", (), options, timeout=self._patience, unwanted=self._unwanted
        )
        # Typed as a text and not as an object's path, by a mistake that stays.
        session = text_of(response.results, "session_handle")
        if response.code is not Code.OK or not session.startswith("/"):
            raise _declined(response.code)
        return session

    def _unwanted(self, response: Response) -> None:
        """A session that was opened when nobody waited any more: it ends with the connection."""
        log.debug("a session came too late: %s", response.code)

    # What the desktop tells.

    def _activated(self, signal: Signal, owner: str) -> None:
        session, name, _moment, options = signal.body
        wish = self._wish
        if wish is None or session != self._session or signal.sender != owner:
            return
        action = next((action for action in wish.wanted if action.value == name), None)
        if action is not None:
            wish.pressed(action, text_of(options, "activation_token"))

    def _changed(self, signal: Signal, owner: str) -> None:
        session, listed = signal.body
        wish = self._wish
        if wish is not None and session == self._session and signal.sender == owner:
            wish.changed(_found(wish.wanted, listed))

    def _closed_by_desktop(self, signal: Signal, owner: str) -> None:
        if signal.sender != owner:
            return
        self._session = ""
        self._tell_none(
            say("The desktop has taken the shortcuts back."), say("Switch them off and on in Settings, Shortcuts.")
        )

    def _portal_changed(self, owner: str) -> None:
        """The portal was restarted, or has gone: what was bound is forgotten there."""
        self._session = ""
        if self._wish is None:
            return
        if not owner:
            self._tell_none(say("The desktop's portal has stopped."), say(BIND_BY_HAND))
        self._ask_again(0 if owner else self._restart)

    def _connection_lost(self) -> None:
        self._session = ""
        self._portal = None
        self._tell_none(say("The connection to the desktop was lost."), say("Log out and in again."))

    def _tell_none(self, reason: str, hint: str) -> None:
        wish = self._wish
        if wish is not None:
            wish.changed(_none(wish.wanted, f"{reason} {hint}"))

    # Asking again.

    def _ask_again(self, delay: float) -> None:
        if self._scope is None:
            self._scope = self._make_scope()
        self._scope.restart(self._rebind(delay), name="bind")

    async def _rebind(self, delay: float) -> None:
        await asyncio.sleep(delay)
        async with self._lock:
            wish = self._wish
            if wish is None or self._portal is None:
                return
            self._deafen()
            try:
                await self._portal.identify()
                found = await self._bind(wish)
            except (BusError, HotkeyUnavailable) as problem:
                failure = problem if isinstance(problem, HotkeyUnavailable) else _unavailable(problem)
                log.warning("the shortcuts could not be bound again: %s", problem)
                found = _none(wish.wanted, failure.sentence)
        wish.changed(found)

    async def _stop_asking(self) -> None:
        scope, self._scope = self._scope, None
        if scope is not None:
            await scope.aclose()

    # The connection.

    async def _connected(self) -> Portal:
        if self._portal is None:
            bus: Bus = await open_bus(self._environ)
            try:
                portal = Portal(bus)
                await portal.identify()
                await bus.follow_owner(BUS_NAME, self._portal_changed)
            except BaseException:  # a cancelled wait too leaves nothing open
                await bus.close()
                raise
            bus.lost = self._connection_lost
            self._portal = portal
        return self._portal

    async def _end_session(self) -> None:
        self._deafen()
        session, self._session = self._session, ""
        if session and self._portal is not None:
            with contextlib.suppress(BusError):  # a portal that cannot end it has forgotten it
                patience = min(self._patience, WITHDRAW_SECONDS)
                await self._portal.bus.call(BUS_NAME, session, _SESSION, "Close", start=False, timeout=patience)

    def _deafen(self) -> None:
        for listener in self._listeners:
            listener.close()
        self._listeners = []

    async def _disconnect(self) -> None:
        portal, self._portal = self._portal, None
        self._session = ""
        if portal is not None:
            await portal.close()


def _found(
    wanted: Mapping[Target, Shortcut], listed: list[tuple[str, Mapping[str, Any]]]
) -> dict[Target, BoundShortcut]:
    """What the desktop has made of each wish, by its own list."""
    names = dict(listed)
    return {action: _bound(action, names.get(action.value)) for action in wanted}


def _bound(action: Target, properties: Mapping[str, Any] | None) -> BoundShortcut:
    if properties is None:
        return BoundShortcut(
            False,
            "",
            say(
                "The desktop did not accept “{title}”. {bind_by_hand}",
                title=action.title,
                bind_by_hand=say(BIND_BY_HAND),
            ),
        )
    keys = text_of(properties, "trigger_description")
    if not keys and "trigger_description" in properties:
        return BoundShortcut(
            False,
            "",
            say(
                "The desktop knows “{title}” but gave it no keys. Set them in its keyboard settings.",
                title=action.title,
            ),
        )
    return BoundShortcut(True, keys)


def _none(wanted: Mapping[Target, Shortcut], sentence: str) -> dict[Target, BoundShortcut]:
    return {action: BoundShortcut(False, "", sentence) for action in wanted}


def _declined(code: Code) -> HotkeyUnavailable:
    if code is Code.CANCELLED:
        return HotkeyUnavailable(say("The shortcuts were declined in the desktop's dialog."), say(BIND_BY_HAND))
    return HotkeyUnavailable(say("The desktop refused the shortcuts."), say(BIND_BY_HAND))


def _unavailable(problem: BusError) -> HotkeyUnavailable:
    detail = str(problem)
    match problem:
        case CallUnanswered():
            reason = say("The desktop never answered when asked for shortcuts.")
        case CallRefused() if "app id" in problem.text.lower():
            reason = say("This desktop gives shortcuts only to programs with an installed menu entry.")
        case CallRefused() if problem.nobody_there:
            reason = why_not(problem).reason
        case CallRefused() if problem.nothing_there or "not implemented" in problem.text.lower():
            reason = say("This desktop hands out no shortcuts.")
        case CallRefused():
            reason = say("The desktop refused the shortcuts.")
        case _:
            reason = why_not(problem).reason
    return HotkeyUnavailable(reason, say(BIND_BY_HAND), detail=detail)
