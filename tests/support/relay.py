"""Passes a connection on to a server, and keeps what the client has sent: the bytes as they were on the wire."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple


class Wired(NamedTuple):
    """A request on the wire.

    Args:
        method: Its method.
        target: What stands behind that: the path with its query.
        body: Its body.
    """

    method: str
    target: str
    body: bytes


class Relay:
    """A server in front of another one.

    Attributes:
        port: Where it listens.
    """

    def __init__(self, port: int) -> None:
        self._onward = port
        self._streams: list[bytearray] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        seen = bytearray()
        self._streams.append(seen)
        onward = await asyncio.open_connection("127.0.0.1", self._onward)
        with contextlib.suppress(ConnectionError):
            async with asyncio.TaskGroup() as group:
                group.create_task(_pass(reader, onward[1], seen))
                group.create_task(_pass(onward[0], writer, bytearray()))

    @property
    def requests(self) -> list[Wired]:
        """All that was sent, connection by connection; bodies are of the length that their header says."""
        found: list[Wired] = []
        for stream in self._streams:
            data = bytes(stream)
            while b"\r\n\r\n" in data:
                head, _, data = data.partition(b"\r\n\r\n")
                first, *headers = head.decode("latin-1").split("\r\n")
                fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in headers)}
                assert "transfer-encoding" not in fields
                length = int(fields.get("content-length", "0"))
                method, target, _ = first.split(" ")
                found.append(Wired(method, target, data[:length]))
                data = data[length:]
        return found


@asynccontextmanager
async def relay(port: int) -> AsyncIterator[Relay]:
    """A relay to a port of this computer."""
    made = Relay(port)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: bytearray) -> None:
    try:
        while data := await reader.read(65536):
            seen += data
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()
