"""One connection to the session's message bus, on the asyncio loop that opens it.

jeepney puts messages into bytes and back; its own asyncio router is not used, because it stumbles where programs come
and go: it loses the error when the connection breaks during a call, and an answer to a call that was given up ends it.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import struct
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

# ruff: isort: off
import jeepney  # type: ignore[import-untyped] # jeepney ships no type information
from jeepney.auth import BEGIN, AuthenticationError, Authenticator  # type: ignore[import-untyped]
from jeepney.bus import get_connectable_addresses  # type: ignore[import-untyped]
# ruff: isort: on

from kireji.desktop.dbus_errors import (
    ERROR,
    LEFT,
    BusError,
    BusUnavailable,
    CallRefused,
    CallUnanswered,
    WrongAnswer,
)

log = logging.getLogger(__name__)

_DAEMON = "org.freedesktop.DBus"
_DAEMON_PATH = "/org/freedesktop/DBus"
_BUS_ITSELF = jeepney.DBusAddress(_DAEMON_PATH, bus_name=_DAEMON, interface=_DAEMON)
_OPEN_SECONDS = 5.0
CALL_SECONDS = 5.0
"""Patience with one call; a service that has to be started first takes the most of it."""


class Signal(NamedTuple):
    """One signal.

    Args:
        sender: The unique name of who sent it.
        path: The object it is about.
        signature: The types of `body`.
        body: The arguments; a variant is a pair of signature and value.
    """

    sender: str
    path: str
    signature: str
    body: tuple[Any, ...]


class Listener:
    """Wants some signals; made by `Bus.listen`."""

    def __init__(
        self,
        rule: Mapping[str, str],
        signature: str | None,
        heard: Callable[[Signal], None],
        closed: Callable[[Listener], None],
    ) -> None:
        self._rule = rule
        self._signature = signature
        self._heard: Callable[[Signal], None] | None = heard
        self._closed = closed

    def close(self) -> None:
        """Hear no more, not even what has arrived already."""
        if self._heard is not None:
            self._heard = None
            self._closed(self)

    @property
    def text(self) -> str:
        """As the bus is told."""
        return ",".join(f"{name}='{value}'" for name, value in self._rule.items())

    @property
    def open(self) -> bool:
        return self._heard is not None

    def wants(self, signal: Signal, interface: str, member: str) -> bool:
        """Whether the signal is the one, in the right types."""
        facts = {"interface": interface, "member": member, "path": signal.path}
        return all(facts[name] == value for name, value in self._rule.items() if name in facts) and self._signature in (
            None,
            signal.signature,
        )

    def hear(self, signal: Signal) -> None:
        if self._heard is not None:
            self._heard(signal)


class Bus(asyncio.Protocol):
    """A connection. Make one with `open_bus`, and close it.

    Attributes:
        name: Our unique name.
        lost: Called once when the connection breaks; not when it is closed.
    """

    def __init__(self) -> None:
        self.name = ""
        self.lost: Callable[[], None] | None = None
        self._loop = asyncio.get_running_loop()
        self._gone: asyncio.Future[None] = self._loop.create_future()
        self._authenticator = Authenticator()
        self._authenticated: asyncio.Future[None] = self._loop.create_future()
        self._parser = jeepney.Parser()
        self._serials = itertools.count(1)
        self._replies: dict[int, asyncio.Future[Any]] = {}
        self._promises: set[asyncio.Future[Any]] = set()
        self._listeners: list[Listener] = []
        self._transport: asyncio.Transport | None = None
        self._closed = False

    @property
    def usable(self) -> bool:
        """Whether it is connected."""
        return self._transport is not None and not self._transport.is_closing()

    async def call(
        self,
        destination: str,
        path: str,
        interface: str,
        member: str,
        signature: str = "",
        body: tuple[Any, ...] = (),
        *,
        returns: str = "",
        start: bool = True,
        timeout: float = CALL_SECONDS,
    ) -> tuple[Any, ...]:
        """Call a method and wait for its answer.

        Args:
            destination: Who is called.
            path: The object.
            interface: Where the method belongs.
            member: The method.
            signature: The types of `body`.
            body: The arguments; a variant is a pair of signature and value.
            returns: The types of the answer.
            start: Whether the bus may start who is called.
            timeout: Seconds to wait.

        Raises:
            CallRefused: It was answered with an error.
            CallUnanswered: It was not answered in time.
            WrongAnswer: The answer has other types.
            BusUnavailable: The connection is lost.
        """
        address = jeepney.DBusAddress(path, bus_name=destination, interface=interface)
        message = jeepney.new_method_call(address, member, signature or None, body)
        if not start:
            message.header.flags |= jeepney.MessageFlag.no_auto_start
        serial = next(self._serials)
        reply = self._replies[serial] = self._loop.create_future()
        try:
            self._send(message, serial)
            async with asyncio.timeout(timeout):
                answer = await reply
        except TimeoutError as problem:
            raise CallUnanswered(f"{interface}.{member} was not answered") from problem
        finally:
            del self._replies[serial]
        return _body(answer, returns, f"{interface}.{member}")

    def promise(self) -> asyncio.Future[Any]:
        """A future for what a signal will bring; it fails with BusUnavailable when the connection is lost."""
        future: asyncio.Future[Any] = self._loop.create_future()
        self._promises.add(future)
        future.add_done_callback(self._promises.discard)
        return future

    async def listen(
        self,
        sender: str,
        interface: str,
        member: str,
        signature: str | None,
        heard: Callable[[Signal], None],
        path: str = "",
    ) -> Listener:
        """Hear a signal from now on.

        Args:
            sender: The well-known name of who sends it; the bus sees to it that it is from nobody else. Signals sent
                to us alone bypass that, so compare `Signal.sender` where it matters.
            interface: Where it belongs.
            member: The signal.
            signature: The types it must have, others are ignored; None for any.
            heard: Called on the loop.
            path: The object; empty for any.

        Raises:
            BusError: As for `call`.
        """
        rule = {"type": "signal", "sender": sender, "interface": interface, "member": member}
        if path:
            rule["path"] = path
        listener = Listener(rule, signature, heard, self._unlisten)
        self._listeners.append(listener)
        try:
            await self.call(_DAEMON, _DAEMON_PATH, _DAEMON, "AddMatch", "s", (listener.text,))
        except BaseException:  # a cancelled wait too leaves nothing open
            listener.close()
            raise
        return listener

    def _unlisten(self, listener: Listener) -> None:
        """The bus counts what each connection listens to, and refuses more than it likes; nobody waits for its yes."""
        self._listeners = [kept for kept in self._listeners if kept is not listener]
        if not self.usable:
            return
        message = jeepney.new_method_call(_BUS_ITSELF, "RemoveMatch", "s", (listener.text,))
        message.header.flags |= jeepney.MessageFlag.no_reply_expected
        self._send(message, next(self._serials))

    async def follow_owner(self, name: str, changed: Callable[[str], None]) -> Listener:
        """Call `changed` whenever `name` goes to another connection: its unique name, or empty for nobody.

        Raises:
            BusError: As for `call`.
        """

        def heard(signal: Signal) -> None:
            if signal.body[0] == name and signal.sender == _DAEMON:
                changed(signal.body[2])

        return await self.listen(_DAEMON, _DAEMON, "NameOwnerChanged", "sss", heard)

    async def owner(self, name: str) -> str:
        """Who has `name`, as a unique name; empty for nobody.

        Raises:
            BusError: As for `call`.
        """
        try:
            (owner,) = await self.call(_DAEMON, _DAEMON_PATH, _DAEMON, "GetNameOwner", "s", (name,), returns="s")
        except CallRefused as refused:
            if refused.nobody_there:
                return ""
            raise
        return str(owner)

    async def close(self) -> None:
        """Disconnect; calls that wait fail."""
        self._closed = True
        if self._transport is not None:
            self._transport.abort()
            await self._gone

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._authenticator.data_to_send())

    def data_received(self, data: bytes) -> None:
        try:
            if self._authenticator.authenticated:
                self._parser.add_data(data)
                while (message := self._parser.get_next_message()) is not None:
                    self._take(message)
            else:
                self._authenticate(data)
        except (ValueError, LookupError, struct.error, TypeError) as problem:
            # jeepney has no error of its own for bytes that are no message; nothing after them can be read.
            log.warning("the message bus is not understood: %s", problem)
            assert self._transport is not None
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        for waiting in (self._authenticated, *self._replies.values(), *self._promises):
            if not waiting.done():
                waiting.set_exception(BusUnavailable("the connection to the message bus was lost"))
        if not self._authenticated.cancelled():
            self._authenticated.exception()  # seen, even when nobody waits for it any more
        if not self._gone.done():
            self._gone.set_result(None)
        if self.lost is not None and not self._closed:
            self.lost()

    # Inside.

    async def begin(self) -> None:
        """Be known to the bus; `open_bus` does it."""
        await self._authenticated
        (self.name,) = await self.call(_DAEMON, _DAEMON_PATH, _DAEMON, "Hello", returns="s")

    def _authenticate(self, data: bytes) -> None:
        self._authenticator.feed(data)
        if self._authenticator.authenticated and not self._authenticated.done():
            assert self._transport is not None
            self._transport.write(BEGIN)
            self._authenticated.set_result(None)

    def _send(self, message: Any, serial: int) -> None:
        if self._transport is None or self._transport.is_closing():
            raise BusUnavailable("the connection to the message bus was lost")
        self._transport.write(message.serialise(serial))

    def _take(self, message: Any) -> None:
        fields = message.header.fields
        kind = message.header.message_type
        if kind is jeepney.MessageType.signal:
            signal = Signal(
                fields.get(jeepney.HeaderFields.sender, ""),
                fields.get(jeepney.HeaderFields.path, ""),
                fields.get(jeepney.HeaderFields.signature, ""),
                message.body,
            )
            interface, member = fields[jeepney.HeaderFields.interface], fields[jeepney.HeaderFields.member]
            for listener in self._listeners:
                if listener.wants(signal, interface, member):
                    self._loop.call_soon(listener.hear, signal)
        elif kind is jeepney.MessageType.method_call:
            if not message.header.flags & jeepney.MessageFlag.no_reply_expected:
                text = ("This program has no methods.",)
                refusal = jeepney.new_error(message, f"{ERROR}.UnknownMethod", "s", text)
                self._send(refusal, next(self._serials))
        else:
            reply = self._replies.get(fields.get(jeepney.HeaderFields.reply_serial, 0))
            if reply is not None and not reply.done():
                reply.set_result(message)


async def open_bus(environ: Mapping[str, str]) -> Bus:
    """Connect to the session's bus.

    Args:
        environ: The process's environment, for DBUS_SESSION_BUS_ADDRESS and XDG_RUNTIME_DIR.

    Raises:
        BusUnavailable: There is none, or it does not answer.
    """
    failure: Exception | None = None
    for address in _addresses(environ):
        bus: Bus | None = None
        try:
            async with asyncio.timeout(_OPEN_SECONDS):
                _transport, bus = await asyncio.get_running_loop().create_unix_connection(Bus, address)
                await bus.begin()
        except (OSError, TimeoutError, BusError, AuthenticationError) as problem:
            failure = problem
            if bus is not None:
                await bus.close()
        except BaseException:  # a cancelled wait too leaves nothing open
            if bus is not None:
                await bus.close()
            raise
        else:
            return bus
    raise BusUnavailable("there is no message bus") from failure


def text_of(options: Mapping[str, Any], key: str) -> str:
    """A text among named variants; empty when it is missing or of another type."""
    signature, value = options.get(key, ("", ""))
    return value if signature in ("s", "o") else ""


def _addresses(environ: Mapping[str, str]) -> list[str]:
    """Paths of sockets; one that begins with a zero byte is an abstract one."""
    written = environ.get("DBUS_SESSION_BUS_ADDRESS", "")
    if not written:
        # Where systemd puts it; libdbus and sd-bus look there as well.
        folder = environ.get("XDG_RUNTIME_DIR", "")
        return [f"{folder}/bus"] if folder else []
    try:
        return list(get_connectable_addresses(written))
    except (ValueError, RuntimeError):  # written wrongly, or a kind of connection that jeepney does not know
        return []


def _body(answer: Any, returns: str, called: str) -> tuple[Any, ...]:
    fields = answer.header.fields
    signature = fields.get(jeepney.HeaderFields.signature, "")
    if answer.header.message_type is jeepney.MessageType.error:
        name = fields.get(jeepney.HeaderFields.error_name, "")
        if name in LEFT:
            raise CallUnanswered(f"{called} was not answered: {name}")
        raise CallRefused(name, answer.body[0][:500] if signature.startswith("s") else "")
    if signature != returns:
        raise WrongAnswer(f"{called} answered {signature!r} instead of {returns!r}")
    return tuple(answer.body)
