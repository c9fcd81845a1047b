"""A service on a message bus, made of plain functions: the other end of what the program calls."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from jeepney import (
    DBusAddress,
    HeaderFields,
    Message,
    MessageType,
    message_bus,
    new_error,
    new_method_return,
    new_signal,
)
from jeepney.io.asyncio import DBusConnection, open_dbus_connection

_CONFIGURATION = """\
<busconfig><type>session</type><listen>unix:dir={folder}</listen><policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
<limit name="max_match_rules_per_connection">32</limit></busconfig>
"""
"""Few rules, so that a program that forgets to take them back is noticed."""


@contextmanager
def quiet_bus(folder: Path) -> Iterator[str]:
    """A session bus that starts nothing by itself, whatever is installed on this computer; yields its address."""
    configuration = folder / "bus.conf"
    configuration.write_text(_CONFIGURATION.format(folder=folder))
    command = ["dbus-daemon", f"--config-file={configuration}", "--nofork", "--print-address"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


Answer = tuple[str, tuple[Any, ...]]


class Refusal(Exception):
    """Answered as an error.

    Args:
        name: The error's name.
        text: Its sentence.
    """

    def __init__(self, name: str, text: str = "") -> None:
        super().__init__(name)
        self.name = name
        self.text = text


class Silence(Exception):
    """Never answered."""


class Call:
    """One call that arrived.

    Attributes:
        sender: Unique name of the caller.
        path: The object.
        member: `interface.method`.
        body: The arguments.
    """

    def __init__(self, message: Message) -> None:
        fields = message.header.fields
        self.sender: str = fields[HeaderFields.sender]
        self.path: str = fields[HeaderFields.path]
        self.member = f"{fields.get(HeaderFields.interface, '')}.{fields[HeaderFields.member]}"
        self.signature: str = fields.get(HeaderFields.signature, "")
        self.body: tuple[Any, ...] = message.body


class BusService:
    """Owns a name and answers calls, one task each.

    Args:
        name: The well-known name.
        methods: What answers each `interface.method`; a missing one is an unknown method.

    Attributes:
        calls: All calls that arrived, in order.
    """

    def __init__(self, name: str, methods: dict[str, Callable[[Call], Awaitable[Answer]]]) -> None:
        self.name = name
        self.methods = methods
        self.calls: list[Call] = []
        self._connection: DBusConnection | None = None
        self._address = ""

    @asynccontextmanager
    async def on(self, address: str) -> AsyncIterator[None]:
        """Be on the bus at this address while the context lasts."""
        self._address = address
        async with asyncio.TaskGroup() as group:
            await self.appear(group)
            try:
                yield
            finally:
                await self.vanish()

    async def appear(self, group: asyncio.TaskGroup) -> None:
        """Connect and take the name."""
        connection = self._connection = await open_dbus_connection(self._address)
        await connection.send(message_bus.RequestName(self.name))
        while True:  # until the bus says that the name is ours
            message = await connection.receive()
            fields = message.header.fields
            if fields.get(HeaderFields.member) == "NameAcquired" and message.body == (self.name,):
                break
        self._group = group
        group.create_task(self._serve(connection, group))

    async def vanish(self) -> None:
        """Leave the bus as a program does that has crashed."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(OSError):
                await connection.close()

    async def restart(self) -> None:
        """Leave the bus and come back as another connection, with nothing known of before."""
        await self.vanish()
        await self.appear(self._group)

    async def return_(self) -> None:
        """Come back after `vanish`."""
        await self.appear(self._group)

    async def emit(
        self, path: str, interface: str, member: str, signature: str, body: tuple[Any, ...], to: str = ""
    ) -> None:
        """Send a signal, to everybody who listens or to one alone."""
        assert self._connection is not None
        message = new_signal(DBusAddress(path, interface=interface), member, signature or None, body)
        if to:
            message.header.fields[HeaderFields.destination] = to
        await self._connection.send(message)

    async def _serve(self, connection: DBusConnection, group: asyncio.TaskGroup) -> None:
        with contextlib.suppress(EOFError, OSError):
            while True:
                message = await connection.receive()
                if message.header.message_type is MessageType.method_call:
                    group.create_task(self._answer(connection, message))

    async def _answer(self, connection: DBusConnection, message: Message) -> None:
        call = Call(message)
        self.calls.append(call)
        try:
            method = self.methods.get(call.member)
            if method is None:
                raise Refusal("org.freedesktop.DBus.Error.UnknownMethod", f"no {call.member}")
            signature, body = await method(call)
        except Silence:
            return
        except Refusal as refusal:
            reply = new_error(message, refusal.name, "s", (refusal.text,))
        else:
            reply = new_method_return(message, signature or None, body)
        with contextlib.suppress(OSError):
            await connection.send(reply)


@contextmanager
def in_thread(service: BusService, address: str) -> Iterator[Callable[[Awaitable[Any]], Any]]:
    """Run a service on a loop of its own, for tests that wait for other processes; yields what runs a coroutine."""
    loop = asyncio.new_event_loop()
    ready, done = threading.Event(), asyncio.Event()

    async def live() -> None:
        async with service.on(address):
            ready.set()
            await done.wait()

    def run() -> None:
        try:
            loop.run_until_complete(live())
        finally:
            ready.set()
            loop.close()

    async def awaited(what: Awaitable[Any]) -> Any:
        return await what

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(20)
    try:
        yield lambda what: asyncio.run_coroutine_threadsafe(awaited(what), loop).result(20)
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join(20)
