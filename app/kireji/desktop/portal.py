"""The desktop's portal: what Wayland programs ask for screenshots and shortcuts.

Source: the interface descriptions of xdg-desktop-portal 1.21.
"""

from __future__ import annotations

import asyncio
import contextlib
import enum
import itertools
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, NamedTuple

from kireji.core.identity import APP_ID
from kireji.core.ports import Availability
from kireji.core.words import say
from kireji.desktop.dbus import Bus, Listener, Signal, open_bus
from kireji.desktop.dbus_errors import BusError, BusUnavailable, CallRefused, CallUnanswered, WrongAnswer

log = logging.getLogger(__name__)

BUS_NAME = "org.freedesktop.portal.Desktop"
PATH = "/org/freedesktop/portal/desktop"
ANSWER_SECONDS = 12.0
"""Patience with an answer for which nobody need be asked: some desktops never send one when they refuse."""
PERSON_SECONDS = 180.0
"""Patience where the desktop asks the person first."""

WITHDRAW_SECONDS = 1.0
"""Patience with a portal that is told of an end; one that hangs must not hold up the program's."""


class Code(enum.IntEnum):
    """How a request ended."""

    OK = 0
    CANCELLED = 1
    OTHER = 2


class Response(NamedTuple):
    """What a request led to.

    Args:
        code: How it ended.
        results: Named variants: pairs of signature and value.
    """

    code: Code
    results: Mapping[str, Any]


class Portal:
    """A connection that the portal knows by our application id. Made by `open_portal`.

    Args:
        bus: The connection; closed with the portal.
    """

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self._tokens = itertools.count(1)

    def token(self) -> str:
        """A name that no other request or session of this connection has."""
        return f"kireji{next(self._tokens)}"

    async def identify(self) -> None:
        """Say who we are, which must come before any other call and again when the portal was restarted.

        Portals before 1.19.4 know no such call, and none accepts a name whose desktop file is not installed; what
        needs no name works all the same, so a refusal is logged and not raised.

        Raises:
            BusError: The portal does not answer.
        """
        registry = "org.freedesktop.host.portal.Registry"
        try:
            await self.bus.call(BUS_NAME, PATH, registry, "Register", "sa{sv}", (APP_ID, {}))
        except CallRefused as refused:
            if refused.nobody_there:
                raise
            log.info("the portal does not know us as %s: %s", APP_ID, refused)

    async def number(self, interface: str, name: str = "version") -> int:
        """A property that is a number, such as the interface's version; 0 when there is no such thing.

        Raises:
            BusError: There is no portal, or it does not answer.
        """
        try:
            ((signature, value),) = await self.bus.call(
                BUS_NAME, PATH, "org.freedesktop.DBus.Properties", "Get", "ss", (interface, name), returns="v"
            )
        except CallRefused as refused:
            if refused.nothing_there and not refused.nobody_there:
                return 0
            raise
        return int(value) if signature == "u" else 0

    async def request(
        self,
        interface: str,
        member: str,
        signature: str,
        arguments: tuple[Any, ...],
        options: Mapping[str, Any],
        *,
        timeout: float = ANSWER_SECONDS,
        unwanted: Callable[[Response], None] | None = None,
    ) -> Response:
        """Call a method that answers later by a signal; withdrawn when it is given up.

        Args:
            interface: The portal's part.
            member: The method.
            signature: Types of the arguments with the options, which come last.
            arguments: What stands before the options.
            options: Named variants.
            timeout: Seconds to wait for the answer.
            unwanted: Given an answer that came when nobody waited for it any more.

        Raises:
            CallUnanswered: No answer came.
            BusError: As for `Bus.call`.
        """
        token = self.token()
        handle = f"{PATH}/request/{self.bus.name[1:].replace('.', '_')}/{token}"
        answered = self.bus.promise()
        listeners = await self._hear_answer(answered, handle)
        body = (*arguments, {"handle_token": ("s", token), **options})
        try:
            async with asyncio.timeout(timeout):
                (other,) = await self.bus.call(
                    BUS_NAME, PATH, interface, member, signature, body, returns="o", timeout=timeout
                )
                if other != handle:  # portals before 0.9 choose the name themselves
                    listeners += await self._hear_answer(answered, other)
                # Shielded, because what comes after the wait was given up is still to be tidied away.
                response: Response = await asyncio.shield(answered)
        except TimeoutError as problem:
            await self._give_up(handle, answered, unwanted)
            raise CallUnanswered(f"{interface}.{member} led to nothing") from problem
        except (asyncio.CancelledError, CallUnanswered):
            await self._give_up(handle, answered, unwanted)
            raise
        finally:
            if answered.done() and not answered.cancelled():
                answered.exception()  # seen, even where the call itself failed first
            answered.cancel()
            for listener in listeners:
                listener.close()
        return response

    async def close(self) -> None:
        """Disconnect."""
        await self.bus.close()

    async def _hear_answer(self, answered: asyncio.Future[Response], handle: str) -> list[Listener]:
        """Listen before calling: the answer may be quicker than the call's own return."""
        owner = await self.bus.owner(BUS_NAME)

        def heard(signal: Signal) -> None:
            if not answered.done() and signal.sender == (owner or signal.sender):
                answered.set_result(_response(signal))

        def gone(_owner: str) -> None:
            if not answered.done():
                answered.set_exception(CallUnanswered("the portal has gone while it was asked"))

        request = "org.freedesktop.portal.Request"
        return [
            await self.bus.follow_owner(BUS_NAME, gone),
            await self.bus.listen(BUS_NAME, request, "Response", "ua{sv}", heard, path=handle),
        ]

    async def _give_up(
        self, handle: str, answered: asyncio.Future[Response], unwanted: Callable[[Response], None] | None
    ) -> None:
        """Withdraw a request. What was answered before the portal heard of that has arrived when it says so."""
        if not answered.done():
            with contextlib.suppress(BusError):  # a request that was answered is no longer there to be closed
                request = "org.freedesktop.portal.Request"
                await self.bus.call(BUS_NAME, handle, request, "Close", start=False, timeout=WITHDRAW_SECONDS)
        if unwanted is not None and _came(answered):
            unwanted(answered.result())


@contextlib.asynccontextmanager
async def open_portal(environ: Mapping[str, str]) -> AsyncIterator[Portal]:
    """A connection for one purpose, closed when the context is left.

    Raises:
        BusError: There is no bus or no portal on it.
    """
    portal = Portal(await open_bus(environ))
    try:
        await portal.identify()
        yield portal
    finally:
        await portal.close()


def why_not(problem: BusError) -> Availability:
    """What a person is told when the portal cannot be asked at all."""
    match problem:
        case BusUnavailable():
            reason = say("There is no session bus here, so the desktop cannot be asked.")
            return Availability(False, reason, say("Start Kireji from the desktop."))
        case CallRefused() if problem.nobody_there:
            reason = say("No desktop portal runs here.")
            return Availability(False, reason, say("Install xdg-desktop-portal and the part of it for your desktop."))
        case CallRefused() if problem.nothing_there:
            return Availability(False, say("This desktop's portal cannot do it."), say("Update xdg-desktop-portal."))
        case CallUnanswered():
            return Availability(False, say("The desktop's portal does not answer."), say("Log out and in again."))
        case WrongAnswer():
            return Availability(
                False, say("The desktop's portal answers in a way Kireji does not know."), say("Update it.")
            )
    return Availability(False, say("The desktop's portal refused."), say("Look into the system's privacy settings."))


def _came(answered: asyncio.Future[Response]) -> bool:
    return answered.done() and not answered.cancelled() and answered.exception() is None


def _response(signal: Signal) -> Response:
    code, results = signal.body
    return Response(Code(code) if code in (0, 1, 2) else Code.OTHER, results)
