"""A forwarding proxy on a socket: plain requests in absolute form, tunnels by CONNECT."""

from __future__ import annotations

import asyncio
import base64
import threading
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

_HOP_BY_HOP = ("proxy-authorization", "proxy-connection", "connection", "keep-alive")


@dataclass(frozen=True)
class Passed:
    """A request that came to the proxy.

    Args:
        method: CONNECT for tunnels.
        target: As written: host and port, or a whole URL.
        headers: Of the request to the proxy; what goes through a tunnel is not seen.
        status: 200 for what was let through, else how it was refused.
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    status: int


class Proxy:
    """Runs on a thread and loop of its own, so that any test can use it, whatever its loop does.

    Args:
        user: Whom it wants to see; empty lets everybody through.
        password: Of the user.
        refuse: A status with which everything is refused; 0 refuses nothing.
        elsewhere: Real addresses of hosts, for names that exist nowhere: "api.test:443" -> ("127.0.0.1", 4443).
    """

    def __init__(
        self,
        user: str = "",
        password: str = "",
        *,
        refuse: int = 0,
        elsewhere: dict[str, tuple[str, int]] | None = None,
    ) -> None:
        self._wanted = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode() if user else ""
        self._refuse = refuse
        self._elsewhere = elsewhere or {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.port = 0
        self.passed: list[Passed] = []

    @property
    def url(self) -> str:
        """Its address, without a user."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _start(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()  # nobody reads any more: what is unsent would be waited for
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        try:
            await self._serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        except asyncio.CancelledError:  # the proxy is closing; asyncio's own callback would log it
            pass
        finally:
            await self._close(writer)
            self._tasks.discard(task)

    async def _close(self, writer: asyncio.StreamWriter) -> None:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        self._writers.discard(writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.rstrip("\r\n").split("\r\n")
            method, target, _ = first.split(" ", 2)
            headers = tuple((name.strip(), value.strip()) for name, _, value in (line.partition(":") for line in lines))
            status = self._decide(headers)
            self.passed.append(Passed(method, target, headers, status))
            if status == 200:
                break
            length = int(next((value for name, value in headers if name.lower() == "content-length"), "0"))
            await reader.readexactly(length)
            await _refuse(status, writer)
        if method == "CONNECT":
            await self._tunnel(target, reader, writer)
        else:
            await self._forward(method, target, headers, reader, writer)

    def _decide(self, headers: tuple[tuple[str, str], ...]) -> int:
        if self._refuse:
            return self._refuse
        given = next((value for name, value in headers if name.lower() == "proxy-authorization"), "")
        return 200 if given == self._wanted or not self._wanted else 407

    async def _open(
        self, host: str, port: int, writer: asyncio.StreamWriter
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        real = self._elsewhere.get(f"{host}:{port}", (host, port))
        try:
            reader, there = await asyncio.open_connection(*real)
        except OSError:
            await _refuse(502, writer)
            return None
        self._writers.add(there)
        return reader, there

    async def _tunnel(self, target: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, _, port = target.rpartition(":")
        opened = await self._open(host.strip("[]"), int(port), writer)
        if opened is None:
            return
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await writer.drain()
        try:
            await _join(reader, writer, *opened)
        finally:
            await self._close(opened[1])

    async def _forward(
        self,
        method: str,
        target: str,
        headers: tuple[tuple[str, str], ...],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        url = urlsplit(target)
        if url.hostname is None:
            await _refuse(400, writer)
            return
        opened = await self._open(url.hostname, url.port or 80, writer)
        if opened is None:
            return
        back, there = opened
        path = (url.path or "/") + (f"?{url.query}" if url.query else "")
        kept = [f"{name}: {value}" for name, value in headers if name.lower() not in _HOP_BY_HOP]
        there.write("\r\n".join([f"{method} {path} HTTP/1.1", *kept, "Connection: close", "", ""]).encode("latin-1"))
        try:
            await _join(reader, writer, back, there, closing=True)
        finally:
            await self._close(there)


async def _refuse(status: int, writer: asyncio.StreamWriter) -> None:
    more = 'Proxy-Authenticate: Basic realm="tests"\r\n' if status == 407 else ""
    writer.write(f"HTTP/1.1 {status} Refused\r\n{more}Content-Length: 0\r\n\r\n".encode())
    await writer.drain()


async def _join(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    back: asyncio.StreamReader,
    there: asyncio.StreamWriter,
    *,
    closing: bool = False,
) -> None:
    """Carry bytes both ways until one side closes.

    With `closing` the answer's head says that the connection ends with it, so that a client never sends a second
    request, which might be for another host, into what leads to the first.
    """
    async with asyncio.TaskGroup() as group:
        ways = {
            group.create_task(_carry(reader, there)),
            group.create_task(_answer(back, writer) if closing else _carry(back, writer)),
        }
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return
    writer.write(head[:-2] + b"Connection: close\r\n\r\n")
    await _carry(reader, writer)


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(64 * 1024):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        return
